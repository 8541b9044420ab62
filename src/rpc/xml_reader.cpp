#include "rpc/xml_reader.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/utf8.hpp"
#include "rpc/base64.hpp"
#include "rpc/xml_text.hpp"

namespace ringmaster::rpc {
namespace {

/// Values may be nested this deep: more than any client needs, less than the stack bears.
constexpr int deepest_value = 100;

/// References are left alone, because pugixml lets wrong ones pass; see append_unescaped().
constexpr unsigned common_options = pugi::parse_cdata | pugi::parse_eol | pugi::parse_doctype |
                                    pugi::parse_fragment | pugi::parse_embed_pcdata |
                                    pugi::parse_comments;

/// Besides elements and text there is at most the XML declaration.
bool is_without_comments(std::string_view body) {
    const auto declaration = body.starts_with("<?xml ") ? body.find("?>") : std::string_view::npos;
    const auto behind = declaration == std::string_view::npos ? 0 : declaration + 2;
    return body.find('!') == std::string_view::npos &&
           body.find('?', behind) == std::string_view::npos;
}

/// Comments, CDATA sections and processing instructions cut texts into pieces, and one of these may
/// be white space that counts. Without them white space between elements, half of all nodes, can
/// be left out of the tree.
unsigned parse_options(std::string_view body) {
    return common_options |
           (is_without_comments(body) ? pugi::parse_ws_pcdata_single : pugi::parse_ws_pcdata);
}

/// Whether `text` is one, in the form YYYYMMDDTHH:MM:SS with numbers in their usual ranges; days
/// are not checked against the month.
bool is_date(std::string_view text) {
    constexpr std::string_view form = "ddddddddTdd:dd:dd";
    const auto fits = [](char c, char f) { return f == 'd' ? c >= '0' && c <= '9' : c == f; };
    const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
    const auto within = [&](std::size_t at, int low, int high) {
        return number(at) >= low && number(at) <= high;
    };
    return std::ranges::equal(text, form, fits) && within(4, 1, 12) && within(6, 1, 31) &&
           within(9, 0, 23) && within(12, 0, 59) && within(15, 0, 61);
}

/// What a server may call a type, by the name that all servers know.
std::string_view common_name(std::string_view type) {
    type.remove_prefix(type.rfind(':') + 1);  // npos + 1 is 0
    constexpr std::string_view whole_numbers[] = {"i1", "i2", "i8", "biginteger"};
    if (std::ranges::find(whole_numbers, type) != std::end(whole_numbers)) return "int";
    return type == "float" || type == "bigdecimal" ? "double" : type;
}

pugi::xml_node next_element(pugi::xml_node node) {
    node = node.next_sibling();
    while (node && node.type() != pugi::node_element) node = node.next_sibling();
    return node;
}

/// Appends text_of(element). False if a reference is undefined.
bool append_text(std::string& out, pugi::xml_node element) {
    // The text at the front is the element's own; what is behind a comment has nodes.
    if (!append_unescaped(out, element.value())) return false;
    for (auto child = element.first_child(); child; child = child.next_sibling()) {
        if (child.type() == pugi::node_element) break;
        if (child.type() == pugi::node_cdata) {
            out += child.value();
        } else if (child.type() == pugi::node_pcdata) {
            if (!append_unescaped(out, child.value())) return false;
        }
    }
    return true;
}

/// Reads one value and, for arrays and structs, what it holds. Lists of processes have ten
/// thousands of values, so each is made in its place.
class value_reader {
public:
    value_reader(dialect rules, member_names wanted) : rules_(rules), wanted_(wanted) {}

    /// False: error() tells why.
    bool read(pugi::xml_node element, value& into) {
        if (depth_ == deepest_value) return fail("values are nested too deeply");
        ++depth_;
        const bool done = read_at_depth(element, into);
        --depth_;
        return done;
    }
    const xml_error& error() const { return error_; }

private:
    bool fail(std::string_view why) {
        error_.text = why;
        return false;
    }

    bool read_at_depth(pugi::xml_node element, value& into) {
        std::string_view type = element.name();
        if (type == "value") {
            const pugi::xml_node typed = first_element(element);
            if (typed) {
                element = typed;
                type = typed.name();
            }
        }
        if (type == "array") return read_array(element, into.held.emplace<array>());
        if (type == "struct") return read_struct(element, into.held.emplace<structure>());
        auto& text = into.held.emplace<std::string>();
        if (!read_text(element, text)) return false;
        return type == "string" || convert(type, into, std::move(text));
    }

    bool read_text(pugi::xml_node element, std::string& into) {
        return append_text(into, element) || fail("an undefined reference");
    }

    bool convert(std::string_view type, value& into, std::string text) {
        if (type == "int" || type == "i4") return read_integer(text, into);
        if (type == "boolean") return read_boolean(text, into);
        if (type == "double") return read_double(text, into);
        if (type == "base64") return read_base64(text, into);
        if (type == "nil") {
            into.held = nil{};
        } else if (type == "dateTime.iso8601") {
            if (!is_date(text)) return fail(fmt::format("'{}' is no date and time", text));
            into.held.emplace<date_time>().text = std::move(text);
        } else if (type == "string" || type == "value" || rules_ == dialect::of_calls) {
            into.held.emplace<std::string>() = std::move(text);
        } else {
            const auto common = common_name(type);
            if (common == type) return fail(fmt::format("unknown tag '{}'", type));
            return convert(common, into, std::move(text));
        }
        return true;
    }

    bool read_boolean(std::string_view text, value& into) {
        if (rules_ == dialect::of_answers && text != "0" && text != "1")
            return fail("bad boolean value");
        into.held = text == "1";
        return true;
    }

    bool read_integer(std::string_view text, value& into) {
        const auto number = core::parse_python_int(text);
        if (!number) return fail(fmt::format("'{}' is no integer", text));
        into.held = *number;
        return true;
    }

    bool read_double(std::string_view text, value& into) {
        const auto number = core::parse_python_float(text);
        if (!number) return fail(fmt::format("'{}' is no double", text));
        into.held = *number;
        return true;
    }

    bool read_base64(std::string_view text, value& into) {
        auto bytes = decode_base64(text);
        if (!bytes) return fail("incomplete base64");
        if (rules_ == dialect::of_calls && !core::is_utf8(*bytes))
            return fail("base64 does not hold UTF-8 text");
        into.held = std::move(*bytes);
        return true;
    }

    bool read_array(pugi::xml_node element, array& into) {
        const pugi::xml_node data = first_element(element);
        if (std::string_view(data.name()) != "data") return fail("an array without data");
        for (auto child = first_element(data); child; child = next_element(child))
            if (!read(child, into.emplace_back())) return false;
        return true;
    }

    bool read_struct(pugi::xml_node element, structure& into) {
        into.reserve(wanted_.size());
        for (auto child = first_element(element); child; child = next_element(child))
            if (!read_member(child, into)) return false;
        return true;
    }

    bool read_member(pugi::xml_node element, structure& into) {
        const pugi::xml_node name = first_element(element);
        const pugi::xml_node held = next_element(name);
        if (!held || next_element(held)) return fail("a struct member is not a name and a value");
        std::string text;
        if (!read_text(name, text)) return false;
        if (!wanted_.empty() && std::ranges::find(wanted_, text) == wanted_.end()) return true;
        into.push_back({std::move(text), {}});
        return read(held, into.back().held);
    }

    dialect rules_;
    member_names wanted_;
    int depth_ = 0;
    xml_error error_;
};

/// True for what may stand beside the root element: white space.
bool is_blank_text(pugi::xml_node node) {
    return node.type() == pugi::node_pcdata && core::strip(node.value()).empty();
}

}  // namespace

result<pugi::xml_node, xml_error> parse_document(pugi::xml_document& document, std::string& body) {
    if (!is_xml_text(body)) return xml_error{"not UTF-8, or a character that XML forbids"};
    const auto stripped = core::strip(body);
    if (stripped.empty()) return xml_error{"no element found"};
    // The parser drops the last byte if that is no bracket.
    if (!stripped.ends_with('>')) return xml_error{"junk behind the root"};
    const auto parsed = document.load_buffer_inplace(body.data(), body.size(), parse_options(body),
                                                     pugi::encoding_utf8);
    if (!parsed) return xml_error{fmt::format("{} at {}", parsed.description(), parsed.offset)};
    pugi::xml_node root;
    for (const pugi::xml_node node : document.children()) {
        if (is_blank_text(node) || node.type() == pugi::node_comment) continue;
        if (node.type() == pugi::node_doctype) return xml_error{"a DOCTYPE is not accepted"};
        if (node.type() != pugi::node_element || root) return xml_error{"junk beside the root"};
        root = node;
    }
    if (!root) return xml_error{"no element found"};
    return root;
}

pugi::xml_node first_element(pugi::xml_node parent) {
    const pugi::xml_node first = parent.first_child();
    return first.type() == pugi::node_element ? first : next_element(first);
}

std::optional<std::string> text_of(pugi::xml_node element) {
    std::string text;
    if (!append_text(text, element)) return std::nullopt;
    return text;
}

result<value, xml_error> read_value(pugi::xml_node element, dialect rules, member_names wanted) {
    value_reader reader(rules, wanted);
    value read;
    if (!reader.read(element, read)) return reader.error();
    return read;
}

}  // namespace ringmaster::rpc

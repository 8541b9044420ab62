#include "rpc/xml_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
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
constexpr unsigned parse_options = pugi::parse_cdata | pugi::parse_ws_pcdata | pugi::parse_eol |
                                   pugi::parse_doctype | pugi::parse_fragment;

xml_error undefined_reference() {
    return xml_error{"an undefined reference"};
}

result<value, xml_error> read_integer(std::string_view text) {
    const auto number = core::parse_python_int(text);
    if (!number) return xml_error{fmt::format("'{}' is no integer", text)};
    return value{*number};
}

result<value, xml_error> read_double(std::string_view text) {
    std::string_view digits = core::strip(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    double number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, number);
    if (stopped != end || error != std::errc{}) {
        return xml_error{fmt::format("'{}' is no double", text)};
    }
    return value{number};
}

/// YYYYMMDDTHH:MM:SS with numbers in their usual ranges; days are not checked against the month.
result<value, xml_error> read_date(std::string text) {
    constexpr std::string_view form = "ddddddddTdd:dd:dd";
    const auto fits = [](char c, char f) { return f == 'd' ? c >= '0' && c <= '9' : c == f; };
    const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
    const auto within = [&](std::size_t at, int low, int high) {
        return number(at) >= low && number(at) <= high;
    };
    if (!std::ranges::equal(text, form, fits) || !within(4, 1, 12) || !within(6, 1, 31) ||
        !within(9, 0, 23) || !within(12, 0, 59) || !within(15, 0, 61)) {
        return xml_error{fmt::format("'{}' is no date and time", text)};
    }
    return value{date_time{std::move(text)}};
}

result<value, xml_error> read_base64(std::string_view text, base64_content content) {
    auto bytes = decode_base64(text);
    if (!bytes) return xml_error{"incomplete base64"};
    if (content == base64_content::text && !core::is_utf8(*bytes)) {
        return xml_error{"base64 does not hold UTF-8 text"};
    }
    return value{std::move(*bytes)};
}

/// Reads one value and, for arrays and structs, what it holds.
class value_reader {
public:
    explicit value_reader(base64_content base64) : base64_(base64) {}

    result<value, xml_error> read(pugi::xml_node element) {
        if (depth_ == deepest_value) return xml_error{"values are nested too deeply"};
        ++depth_;
        auto read = read_at_depth(element);
        --depth_;
        return read;
    }

private:
    result<value, xml_error> read_at_depth(pugi::xml_node element) {
        std::string_view type = element.name();
        if (type == "value") {
            const pugi::xml_node typed = first_element(element);
            if (typed) {
                element = typed;
                type = typed.name();
            }
        }
        if (type == "array") return read_array(element);
        if (type == "struct") return read_struct(element);
        if (type == "nil") return value{nil{}};
        auto text = text_of(element);
        if (!text) return undefined_reference();
        if (type == "int" || type == "i4") return read_integer(*text);
        if (type == "boolean") return value{*text == "1"};
        if (type == "double") return read_double(*text);
        if (type == "base64") return read_base64(*text, base64_);
        if (type == "dateTime.iso8601") return read_date(std::move(*text));
        return value{std::move(*text)};
    }

    result<value, xml_error> read_array(pugi::xml_node element) {
        const pugi::xml_node data = first_element(element);
        if (std::string_view(data.name()) != "data") return xml_error{"an array without data"};
        array items;
        for (const pugi::xml_node child : data.children()) {
            if (child.type() != pugi::node_element) continue;
            RM_TRY(value item, read(child));
            items.push_back(std::move(item));
        }
        return value{std::move(items)};
    }

    result<value, xml_error> read_struct(pugi::xml_node element) {
        structure members;
        const auto children = element.children();
        members.reserve(static_cast<std::size_t>(std::distance(children.begin(), children.end())));
        for (const pugi::xml_node child : children) {
            if (child.type() != pugi::node_element) continue;
            RM_TRY(member read, read_member(child));
            members.push_back(std::move(read));
        }
        return value{std::move(members)};
    }

    result<member, xml_error> read_member(pugi::xml_node element) {
        std::array<pugi::xml_node, 2> parts;
        std::size_t count = 0;
        for (const pugi::xml_node child : element.children()) {
            if (child.type() != pugi::node_element) continue;
            if (count < parts.size()) parts[count] = child;
            ++count;
        }
        if (count != parts.size()) return xml_error{"a struct member is not a name and a value"};
        auto name = text_of(parts[0]);
        if (!name) return undefined_reference();
        RM_TRY(value held, read(parts[1]));
        return member{std::move(*name), std::move(held)};
    }

    base64_content base64_;
    int depth_ = 0;
};

/// True for what may stand beside the root element: white space.
bool is_blank_text(pugi::xml_node node) {
    return node.type() == pugi::node_pcdata && core::strip(node.value()).empty();
}

}  // namespace

result<pugi::xml_node, xml_error> parse_document(pugi::xml_document& document,
                                                 std::string_view body) {
    if (!is_xml_text(body)) return xml_error{"not UTF-8, or a character that XML forbids"};
    const auto parsed =
        document.load_buffer(body.data(), body.size(), parse_options, pugi::encoding_utf8);
    if (!parsed) return xml_error{fmt::format("{} at {}", parsed.description(), parsed.offset)};
    pugi::xml_node root;
    for (const pugi::xml_node node : document.children()) {
        if (is_blank_text(node)) continue;
        if (node.type() == pugi::node_doctype) return xml_error{"a DOCTYPE is not accepted"};
        if (node.type() != pugi::node_element || root) return xml_error{"junk beside the root"};
        root = node;
    }
    if (!root) return xml_error{"no element found"};
    return root;
}

pugi::xml_node first_element(pugi::xml_node parent) {
    return parent.find_child([](pugi::xml_node node) { return node.type() == pugi::node_element; });
}

std::optional<std::string> text_of(pugi::xml_node element) {
    std::string text;
    for (const pugi::xml_node child : element.children()) {
        if (child.type() == pugi::node_element) break;
        if (child.type() == pugi::node_cdata) {
            text += child.value();
        } else if (child.type() == pugi::node_pcdata) {
            if (!append_unescaped(text, child.value())) return std::nullopt;
        }
    }
    return text;
}

result<value, xml_error> read_value(pugi::xml_node element, base64_content base64) {
    return value_reader(base64).read(element);
}

}  // namespace ringmaster::rpc

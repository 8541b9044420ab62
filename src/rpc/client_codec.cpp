#include "rpc/client_codec.hpp"

#include <utility>

#include "rpc/xml_reader.hpp"
#include "rpc/xml_text.hpp"
#include "rpc/xml_writer.hpp"

namespace ringmaster::rpc {
namespace {

void write_value(xml_writer& out, const value& from);

struct held_writer {
    xml_writer& out;

    void operator()(nil) const { out.nil(); }
    void operator()(std::int64_t number) const { out.integer(number); }
    void operator()(bool truth) const { out.boolean(truth); }
    void operator()(double number) const { out.real(number); }
    void operator()(const std::string& text) const { out.string(text); }
    void operator()(const date_time& when) const { out.date_time(when.text); }
    void operator()(const array& items) const {
        out.begin_array();
        for (const value& item : items) write_value(out, item);
        out.end_array();
    }
    void operator()(const structure& members) const {
        out.begin_struct();
        for (const auto& [name, held] : members) {
            out.any_key(name);
            write_value(out, held);
        }
        out.end_struct();
    }
};

void write_value(xml_writer& out, const value& from) {
    std::visit(held_writer{out}, from.held);
}

result<answer, decode_error> decode_fault(pugi::xml_node element) {
    const auto read = read_value(element.child("value"), dialect::of_answers);
    if (!read) return decode_error{read.error().text};
    const value* const code = read->find("faultCode");
    const value* const text = read->find("faultString");
    if (code == nullptr || text == nullptr || !code->integer() || !text->text()) {
        return decode_error{"a fault without code and text"};
    }
    return answer{remote_fault{*code->integer(), *text->text()}};
}

}  // namespace

std::string encode_call(const call& request) {
    std::string out = "<?xml version='1.0'?>\n<methodCall>\n<methodName>";
    append_escaped(out, request.method);
    out += "</methodName>\n<params>\n";
    for (const value& param : request.params) {
        out += "<param>\n";
        xml_writer writer(out);
        write_value(writer, param);
        out += "</param>\n";
    }
    out += "</params>\n</methodCall>\n";
    return out;
}

result<answer, decode_error> decode_response(std::string body,
                                             std::span<const std::string_view> wanted) {
    pugi::xml_document document;
    const auto root = parse_document(document, body);
    if (!root) return decode_error{root.error().text};
    if (std::string_view(root->name()) != "methodResponse") {
        return decode_error{"the root element is not methodResponse"};
    }
    if (const auto element = root->child("fault")) return decode_fault(element);
    const auto held = root->child("params").child("param").child("value");
    if (!held) return decode_error{"neither a result nor a fault"};
    auto read = read_value(held, dialect::of_answers, wanted);
    if (!read) return decode_error{read.error().text};
    return answer{std::move(*read)};
}

}  // namespace ringmaster::rpc

#include "rpc/xml_writer.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "rpc/xml_text.hpp"

namespace ringmaster::rpc {

void xml_writer::end_value(std::string_view closing) {
    out_ += closing;
    if (open_.ends_with('s')) out_ += "</member>\n";
}

void xml_writer::begin_array() {
    out_ += "<value><array><data>\n";
    open_ += 'a';
}

void xml_writer::end_array() {
    open_.pop_back();
    end_value("</data></array></value>\n");
}

void xml_writer::begin_struct() {
    out_ += "<value><struct>\n";
    open_ += 's';
}

void xml_writer::end_struct() {
    open_.pop_back();
    end_value("</struct></value>\n");
}

void xml_writer::key(std::string_view name) {
    out_ += "<member>\n<name>";
    append_escaped(out_, name);
    out_ += "</name>\n";
}

void xml_writer::integer(std::int64_t number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_ += "<value><int>";
    out_.append(digits.data(), end);
    end_value("</int></value>\n");
}

void xml_writer::boolean(bool truth) {
    out_ += truth ? "<value><boolean>1" : "<value><boolean>0";
    end_value("</boolean></value>\n");
}

void xml_writer::string(std::string_view bytes) {
    out_ += "<value><string>";
    append_escaped(out_, bytes);
    end_value("</string></value>\n");
}

void xml_writer::real(double number) {
    out_ += fmt::format("<value><double>{}", number);
    end_value("</double></value>\n");
}

void xml_writer::date_time(std::string_view text) {
    out_ += "<value><dateTime.iso8601>";
    append_escaped(out_, text);
    end_value("</dateTime.iso8601></value>\n");
}

void xml_writer::nil() {
    out_ += "<value><nil/>";
    end_value("</value>\n");
}

std::string fault_response(const fault& reason) {
    std::string out = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n";
    xml_writer writer(out);
    write_fault(writer, reason);
    out += "</fault>\n</methodResponse>\n";
    return out;
}

void write_fault(value_writer& out, const fault& reason) {
    out.begin_struct();
    out.key("faultCode");
    out.integer(static_cast<int>(reason.code));
    out.key("faultString");
    out.string(reason.text());
    out.end_struct();
}

}  // namespace ringmaster::rpc

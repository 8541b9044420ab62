#include "rpc/xml_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "rpc/xml_text.hpp"

namespace ringmaster::rpc {
namespace {

/// Texts up to this length, which are nearly all, are copied if they are plain.
constexpr std::size_t short_text = 128;
constexpr std::size_t longest_number = 20;
/// Of the tags around one name or text, and around a member of a struct.
constexpr std::size_t longest_tags = 64;
constexpr std::size_t longest_member = 128;

/// The length is a constant for the compiler: a handful of instructions, no call.
template <std::size_t N>
char* copy(char* to, const char (&tag)[N]) {
    std::memcpy(to, tag, N - 1);
    return to + N - 1;
}

/// Names and most texts are shorter than what a call of memcpy is worth: two words that overlap.
char* copy(char* to, std::string_view text) {
    const char* const from = text.data();
    const std::size_t size = text.size();
    if (size >= 8 && size <= 16) {
        std::memcpy(to, from, 8);
        std::memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4 && size < 8) {
        std::memcpy(to, from, 4);
        std::memcpy(to + size - 4, from + size - 4, 4);
    } else if (size != 0) {
        std::memcpy(to, from, size);
    }
    return to + size;
}

}  // namespace

/// For so many bytes, which must fit into an empty pending_.
char* xml_writer::room(std::size_t bytes) {
    if (static_cast<std::size_t>(pending_.data() + pending_.size() - end_) < bytes) flush();
    return end_;
}

void xml_writer::flush() {
    out_.append(pending_.data(), static_cast<std::size_t>(end_ - pending_.data()));
    end_ = pending_.data();
}

void xml_writer::put(std::string_view tags) {
    end_ = copy(room(tags.size()), tags);
}

template <std::size_t M, std::size_t N>
void xml_writer::put_text(const char (&opening)[M], std::string_view bytes,
                          const char (&closing)[N]) {
    if (bytes.size() <= short_text) {
        char* const to = copy(room(longest_tags + bytes.size()), opening);
        if (copy_if_plain(to, bytes)) {
            end_ = copy(to + bytes.size(), closing);
            return;
        }
    }
    put(opening);
    flush();
    append_escaped(out_, bytes);
    put(closing);
}

template <std::size_t N>
void xml_writer::end_value(const char (&closing)[N]) {
    constexpr char member_end[] = "</member>\n";
    char* const to = copy(room(longest_tags), closing);
    const bool in_struct = !open_.empty() && open_.back() == 's';
    end_ = in_struct ? copy(to, member_end) : to;
    if (open_.empty()) flush();
}

void xml_writer::begin_array() {
    put("<value><array><data>\n");
    open_ += 'a';
}

void xml_writer::end_array() {
    open_.pop_back();
    end_value("</data></array></value>\n");
}

void xml_writer::begin_struct() {
    put("<value><struct>\n");
    open_ += 's';
}

void xml_writer::end_struct() {
    open_.pop_back();
    end_value("</struct></value>\n");
}

void xml_writer::key(std::string_view name) {
    if (name.size() > short_text) return any_key(name);
    char* const to = copy(room(longest_tags + name.size()), "<member>\n<name>");
    end_ = copy(copy(to, name), "</name>\n");
}

void xml_writer::member(std::string_view name, std::string_view bytes) {
    if (name.size() > short_text || bytes.size() > short_text)
        return value_writer::member(name, bytes);
    char* const to = copy(room(longest_member + name.size() + bytes.size()), "<member>\n<name>");
    char* const value = copy(copy(to, name), "</name>\n<value><string>");
    if (!copy_if_plain(value, bytes)) return value_writer::member(name, bytes);
    end_ = copy(value + bytes.size(), "</string></value>\n</member>\n");
}

void xml_writer::member(std::string_view name, std::int64_t number) {
    if (name.size() > short_text) return value_writer::member(name, number);
    char* const to = copy(room(longest_member + name.size() + longest_number), "<member>\n<name>");
    char* const value = copy(copy(to, name), "</name>\n<value><int>");
    end_ = copy(std::to_chars(value, value + longest_number, number).ptr,
                "</int></value>\n</member>\n");
}

void xml_writer::integer(std::int64_t number) {
    char* const to = copy(room(longest_tags + longest_number), "<value><int>");
    end_ = std::to_chars(to, to + longest_number, number).ptr;
    end_value("</int></value>\n");
}

void xml_writer::boolean(bool truth) {
    put(truth ? "<value><boolean>1" : "<value><boolean>0");
    end_value("</boolean></value>\n");
}

void xml_writer::string(std::string_view bytes) {
    put_text("<value><string>", bytes, "</string>");
    end_value("</value>\n");
}

void xml_writer::any_key(std::string_view name) {
    put_text("<member>\n<name>", name, "</name>\n");
}

void xml_writer::real(double number) {
    put(fmt::format("<value><double>{}", number));
    end_value("</double></value>\n");
}

void xml_writer::date_time(std::string_view text) {
    put_text("<value><dateTime.iso8601>", text, "</dateTime.iso8601>");
    end_value("</value>\n");
}

void xml_writer::nil() {
    put("<value><nil/>");
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

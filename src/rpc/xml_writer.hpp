// Values as XML-RPC text, appended to a string while they are produced.
//
// The text is byte for byte what Supervisor writes, except for what no parser could read back
// (forbidden characters, bad UTF-8, carriage returns: rpc/xml_text). No tree, and no allocation
// besides the growth of the string.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "rpc/fault.hpp"
#include "rpc/value_writer.hpp"

namespace ringmaster::rpc {

class xml_writer final : public value_writer {
public:
    /// `out` must outlive the writer. It has the text of a value when this is complete.
    explicit xml_writer(std::string& out) : out_(out) {}
    xml_writer(const xml_writer&) = delete;
    xml_writer& operator=(const xml_writer&) = delete;

    void begin_array() override;
    void end_array() override;
    void begin_struct() override;
    void end_struct() override;
    void key(std::string_view name) override;
    void integer(std::int64_t number) override;
    void boolean(bool truth) override;
    void string(std::string_view bytes) override;
    void member(std::string_view name, std::string_view bytes) override;
    void member(std::string_view name, std::int64_t number) override;
    void expect(std::size_t bytes) override { out_.reserve(out_.size() + bytes); }
    std::size_t size() const override {
        return out_.size() + static_cast<std::size_t>(end_ - pending_.data());
    }

    // What only calls have.
    void any_key(std::string_view name);
    void real(double number);
    void date_time(std::string_view text);
    void nil();

private:
    char* room(std::size_t bytes);
    void flush();
    void put(std::string_view tags);
    template <std::size_t M, std::size_t N>
    void put_text(const char (&opening)[M], std::string_view bytes, const char (&closing)[N]);
    /// Every value ends here: inside a struct it ends its member, too.
    template <std::size_t N>
    void end_value(const char (&closing)[N]);

    std::string& out_;
    /// One character for each open container, 's' for a struct. Short strings do not allocate.
    std::string open_;
    /// The end of the text, not in out_ yet. Answers consist of small pieces, and copying these to
    /// where there is room for certain takes half the time of appending them to a string.
    std::array<char, 4096> pending_;
    char* end_ = pending_.data();
};

/// What stands before and behind the result value of a methodResponse document.
inline constexpr std::string_view response_head =
    "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n";
inline constexpr std::string_view response_tail = "</param>\n</params>\n</methodResponse>\n";

/// The methodResponse document of a fault.
std::string fault_response(const fault& reason);

/// The struct of a fault, as it also stands in the results of system.multicall.
void write_fault(value_writer& out, const fault& reason);

}  // namespace ringmaster::rpc

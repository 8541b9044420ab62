// Writes one result value as text, front to back, without building a tree.
//
// The methods write into this interface, so that the same method can answer in XML-RPC now and in
// another notation later. Calls must nest properly: every begin_ has its end_, and inside a struct
// each value is preceded by key().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::rpc {

class value_writer {
public:
    virtual ~value_writer() = default;
    virtual void begin_array() = 0;
    virtual void end_array() = 0;
    virtual void begin_struct() = 0;
    virtual void end_struct() = 0;
    /// A short name that means nothing special to any notation: letters, digits, underscores.
    virtual void key(std::string_view name) = 0;
    virtual void integer(std::int64_t number) = 0;
    virtual void boolean(bool truth) = 0;
    /// Any bytes; what is not valid UTF-8 or not allowed in the notation is replaced.
    virtual void string(std::string_view bytes) = 0;
    /// key() and a value in one call, for answers that have a hundred thousand of them.
    virtual void member(std::string_view name, std::string_view bytes) {
        key(name);
        string(bytes);
    }
    virtual void member(std::string_view name, std::int64_t number) {
        key(name);
        integer(number);
    }
    /// So many bytes are about to follow, more or less: memory for them is best taken at once.
    virtual void expect(std::size_t /*bytes*/) {}
    /// How many bytes of text there are by now.
    virtual std::size_t size() const = 0;
};

}  // namespace ringmaster::rpc

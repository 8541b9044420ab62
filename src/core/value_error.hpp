// The error of a value that does not have its type's form.
#pragma once

#include <string>
#include <utility>

#include "core/result.hpp"

namespace ringmaster::core {

/// Made by a named function only: a type that could be constructed from text would make
/// `result<std::string, value_error>` ambiguous.
class value_error {
public:
    /// No message: boost::system::result needs it.
    value_error() = default;
    static value_error of(std::string text) { return value_error(std::move(text)); }

    /// Supervisor's exact message.
    const std::string& text() const noexcept { return text_; }

private:
    explicit value_error(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

template <class T>
using parsed = result<T, value_error>;

}  // namespace ringmaster::core

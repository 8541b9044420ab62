// Arguments of a call as the methods want them, by the rules of duck typing that clients know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rpc/fault.hpp"
#include "rpc/value.hpp"

namespace ringmaster::rpc {

/// A string; everything else is INCORRECT_PARAMETERS. The view lives as long as `params`.
reply<std::string_view> text_argument(const array& params, std::size_t index);

/// Any value as text, numbers and containers in Python's spelling.
std::string printed_argument(const array& params, std::size_t index);

/// An integer, a truncated double, a boolean, or a string that holds a decimal number.
reply<std::int64_t> integer_argument(const array& params, std::size_t index);

/// The truth of any value: zero, empty and nil are false. `otherwise` if the argument is missing.
bool truth_argument(const array& params, std::size_t index, bool otherwise);

}  // namespace ringmaster::rpc

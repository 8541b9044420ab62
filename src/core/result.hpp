// The error channel between functions and layers: a value or an error, never an exception.
//
// Used by every layer. Holds no state and makes no system call: errno is handed in by whoever
// made the call (io/posix.hpp).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace ringmaster {

using boost::system::error_code;

/// Value or error. `E` is error_code for the operating system's errors, and a layer's own type
/// where a text or a protocol code is part of the contract.
template <class T, class E = error_code>
using result = boost::system::result<T, E>;

}  // namespace ringmaster

#define RM_CAT_IMPL_(a, b) a##b
#define RM_CAT_(a, b) RM_CAT_IMPL_(a, b)
#define RM_TRY_IMPL_(tmp, decl, expr, leave) \
    auto tmp = (expr);                       \
    if (!tmp) leave tmp.error();             \
    decl = *std::move(tmp)

/// Unwraps `expr` into `decl` or leaves the enclosing function with its error.
#define RM_TRY(decl, expr) RM_TRY_IMPL_(RM_CAT_(ringmaster_try_, __LINE__), decl, expr, return )
/// The same for coroutines, where `return` is ill-formed.
#define RM_CO_TRY(decl, expr) \
    RM_TRY_IMPL_(RM_CAT_(ringmaster_try_, __LINE__), decl, expr, co_return )

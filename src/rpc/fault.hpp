// Faults of the control API: the code and text a client gets instead of a value.
//
// Codes and names are wire protocol; clients switch on the code, people and scripts read the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"

namespace ringmaster::rpc {

enum class fault_code {
    unknown_method = 1,
    incorrect_parameters = 2,
    bad_arguments = 3,
    signature_unsupported = 4,
    shutdown_state = 6,
    bad_name = 10,
    bad_signal = 11,
    no_file = 20,
    not_executable = 21,
    failed = 30,
    abnormal_termination = 40,
    spawn_error = 50,
    already_started = 60,
    not_running = 70,
    success = 80,  ///< never a fault: the status of a good entry in a result list
    already_added = 90,
    still_running = 91,
    cant_reread = 92,
};

/// "BAD_NAME" for bad_name.
std::string_view fault_name(fault_code code);

/// A fault's text is its name, or "NAME: detail".
struct fault {
    fault_code code = fault_code::failed;
    std::optional<std::string> detail;  ///< may be empty: "BAD_NAME: " is what "" gets

    fault() = default;  // result<> asks for it
    explicit fault(fault_code c) : code(c) {}
    fault(fault_code c, std::string d) : code(c), detail(std::move(d)) {}
    std::string text() const;
};

template <class T>
using reply = result<T, fault>;

}  // namespace ringmaster::rpc

#include "rpc/fault.hpp"

#include <fmt/format.h>

namespace ringmaster::rpc {

std::string_view fault_name(fault_code code) {
    switch (code) {
        case fault_code::unknown_method: return "UNKNOWN_METHOD";
        case fault_code::incorrect_parameters: return "INCORRECT_PARAMETERS";
        case fault_code::bad_arguments: return "BAD_ARGUMENTS";
        case fault_code::signature_unsupported: return "SIGNATURE_UNSUPPORTED";
        case fault_code::shutdown_state: return "SHUTDOWN_STATE";
        case fault_code::bad_name: return "BAD_NAME";
        case fault_code::bad_signal: return "BAD_SIGNAL";
        case fault_code::no_file: return "NO_FILE";
        case fault_code::not_executable: return "NOT_EXECUTABLE";
        case fault_code::failed: return "FAILED";
        case fault_code::abnormal_termination: return "ABNORMAL_TERMINATION";
        case fault_code::spawn_error: return "SPAWN_ERROR";
        case fault_code::already_started: return "ALREADY_STARTED";
        case fault_code::not_running: return "NOT_RUNNING";
        case fault_code::success: return "SUCCESS";
        case fault_code::already_added: return "ALREADY_ADDED";
        case fault_code::still_running: return "STILL_RUNNING";
        case fault_code::cant_reread: return "CANT_REREAD";
    }
    return "UNKNOWN";
}

std::string fault::text() const {
    if (!detail) return std::string(fault_name(code));
    return fmt::format("{}: {}", fault_name(code), *detail);
}

}  // namespace ringmaster::rpc

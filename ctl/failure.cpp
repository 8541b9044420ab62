#include "ctl/failure.hpp"

#include <fmt/format.h>
#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/repr.hpp"

namespace ringmaster::ctl {
namespace {

std::string_view exception_class(int number) {
    switch (number) {
        case ECONNREFUSED: return "ConnectionRefusedError";
        case ECONNRESET: return "ConnectionResetError";
        case ECONNABORTED: return "ConnectionAbortedError";
        case ENOENT: return "FileNotFoundError";
        case EACCES:
        case EPERM: return "PermissionError";
        case ENOTDIR: return "NotADirectoryError";
        case EPIPE: return "BrokenPipeError";
        case ETIMEDOUT: return "TimeoutError";
        default: return "OSError";
    }
}

failure_kind kind_of(int number) {
    switch (number) {
        case ECONNREFUSED: return failure_kind::refused;
        case ENOENT: return failure_kind::no_socket;
        default: return failure_kind::other;
    }
}

failure make(failure_kind kind, std::string_view type, std::string_view message, location where) {
    failure made;
    made.kind = kind;
    made.type = type;
    made.message = message;
    made.where = where;
    return made;
}

}  // namespace

failure fault_failure(std::int64_t code, std::string text, location where) {
    const auto message = fmt::format("<Fault {}: {}>", code, core::repr(text));
    auto made = make(failure_kind::fault, "xmlrpc.client.Fault", message, where);
    made.code = code;
    made.text = std::move(text);
    return made;
}

failure http_failure(int status, std::string_view reason, location where) {
    // The address is the same for every server, UNIX sockets too: that is what Supervisor shows.
    return make(status == 401 ? failure_kind::unauthorized : failure_kind::other,
                "xmlrpc.client.ProtocolError",
                fmt::format("<ProtocolError for 127.0.0.1/RPC2: {} {}>", status, reason), where);
}

failure system_failure(int number, location where) {
    return make(kind_of(number), exception_class(number),
                fmt::format("[Errno {}] {}", number, std::strerror(number)), where);
}

failure lookup_failure(int number, location where) {
    if (number == EAI_SYSTEM) return system_failure(errno, where);
    return make(failure_kind::other, "socket.gaierror",
                fmt::format("[Errno {}] {}", number, ::gai_strerror(number)), where);
}

failure interrupted_failure(location where) {
    return make(failure_kind::interrupted, "KeyboardInterrupt", "", where);
}

failure plain_failure(std::string_view type, std::string_view message, location where) {
    return make(failure_kind::other, type, message, where);
}

std::string error_line(const failure& why) {
    std::string_view file = why.where.file_name();
    file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
    return fmt::format("error: <class '{}'>, {}: file: {} line: {}", why.type, why.message, file,
                       why.where.line());
}

}  // namespace ringmaster::ctl

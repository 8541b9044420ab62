#include "rpc/xmlrpc_endpoint.hpp"

#include <exception>
#include <utility>

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "core/repr.hpp"
#include "rpc/request_reader.hpp"
#include "rpc/xml_writer.hpp"

namespace ringmaster::rpc {
namespace {

using core::log_level;

/// A body as it stands in a log line; of a long one the beginning.
std::string quoted(std::string_view body) {
    constexpr std::size_t longest = 4096;
    if (body.size() <= longest) return core::repr(body);
    return fmt::format("{}... ({} bytes)", core::repr(body.substr(0, longest)), body.size());
}

void trace_call(core::log_sink& log, std::string_view method) {
    if (!log.enabled(log_level::trace)) return;
    log.write(log_level::trace, fmt::format("XML-RPC method called: {}()", method));
}

void trace_outcome(core::log_sink& log, std::string_view method, const reply<void>& outcome) {
    if (!log.enabled(log_level::trace)) return;
    if (outcome) {
        log.write(log_level::trace,
                  fmt::format("XML-RPC method {}() returned successfully", method));
        return;
    }
    const fault reason = outcome.error();
    log.write(log_level::trace, fmt::format("XML-RPC method {}() returned fault: [{}] {}", method,
                                            static_cast<int>(reason.code), reason.text()));
}

task<std::string> run(api& methods, const call& request, core::log_sink& log) {
    trace_call(log, request.method);
    std::string document(response_head);
    xml_writer writer(document);
    const auto outcome = co_await methods.call(request, writer);
    trace_outcome(log, request.method, outcome);
    if (!outcome) co_return fault_response(outcome.error());
    document += response_tail;
    co_return document;
}

}  // namespace

task<http_answer> handle_xmlrpc(api& methods, std::string_view body, core::log_sink& log) {
    http_answer answer;
    const auto request = read_request(body);
    if (!request) {
        log.write(log_level::error, fmt::format("XML-RPC request data {} is invalid: {}",
                                                quoted(body), describe(request.error())));
        answer.status = 400;
        co_return answer;
    }
    std::string problem;
    try {
        answer.body = co_await run(methods, *request, log);
        co_return answer;
    } catch (const boost::system::system_error& error) {
        // The client is gone, or the daemon ends: nobody is there to be answered.
        if (error.code() == io::asio::error::operation_aborted) throw;
        problem = error.what();
    } catch (const std::exception& error) {
        problem = error.what();
    }
    log.write(
        log_level::critical,
        fmt::format("Handling XML-RPC request with data {} raised an unexpected exception: {}",
                    quoted(body), problem));
    answer.status = 500;
    co_return answer;
}

}  // namespace ringmaster::rpc

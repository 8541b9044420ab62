// Introspection and system.multicall.

#include <exception>
#include <utility>

#include <fmt/format.h>
#include <boost/system/system_error.hpp>

#include "rpc/arguments.hpp"
#include "rpc/dispatch.hpp"
#include "rpc/method.hpp"
#include "rpc/xml_writer.hpp"

namespace ringmaster::rpc {
namespace {

reply<void> list_methods(invocation& in) {
    in.out.begin_array();
    for (const auto& each : in.owner.methods()) in.out.string(each.name);
    in.out.end_array();
    return {};
}

reply<const method*> named_method(const invocation& in) {
    const std::string* const name = in.params[0].text();
    const method* const found = name == nullptr ? nullptr : in.owner.find(*name);
    if (found == nullptr) return fault(fault_code::signature_unsupported);
    return found;
}

reply<void> method_help(invocation& in) {
    RM_TRY(const method* const found, named_method(in));
    in.out.string(found->help_text());
    return {};
}

reply<void> method_signature(invocation& in) {
    RM_TRY(const method* const found, named_method(in));
    in.out.begin_array();
    for (const std::string_view type : found->signature()) in.out.string(type);
    in.out.end_array();
    return {};
}

/// Supervisor takes an empty string or struct of parameters for none.
bool is_empty(const value& params) {
    const auto* const members = std::get_if<structure>(&params.held);
    const auto* const text = params.text();
    return (members != nullptr && members->empty()) || (text != nullptr && text->empty());
}

/// One element of multicall's argument as a call.
reply<call> inner_call(const value& element) {
    const value* const name = element.find("methodName");
    if (name == nullptr || std::holds_alternative<nil>(name->held)) {
        return fault(fault_code::incorrect_parameters, "No methodName");
    }
    if (name->text() == nullptr) return fault(fault_code::incorrect_parameters);
    if (*name->text() == "system.multicall") {
        return fault(fault_code::incorrect_parameters, "Recursive system.multicall forbidden");
    }
    call inner{*name->text(), {}};
    if (const value* const params = element.find("params")) {
        const auto* held = std::get_if<array>(&params->held);
        if (held != nullptr) {
            inner.params = *held;
        } else if (!is_empty(*params)) {
            return fault(fault_code::incorrect_parameters);
        }
    }
    return inner;
}

/// Runs one inner call; an unexpected error becomes a fault of that call alone.
task<reply<void>> run_inner(invocation& in, const value& element) {
    RM_CO_TRY(const call inner, inner_call(element));
    std::string problem;
    try {
        co_return co_await in.owner.call(inner, in.out);
    } catch (const boost::system::system_error& error) {
        // The client is gone: nobody wants the rest.
        if (error.code() == io::asio::error::operation_aborted) throw;
        problem = error.what();
    } catch (const std::exception& error) {
        problem = error.what();
    }
    co_return fault(fault_code::failed, std::move(problem));
}

bool holds_only_structs(const array& calls) {
    for (const value& each : calls) {
        if (!std::holds_alternative<structure>(each.held)) return false;
    }
    return true;
}

/// Beyond this many bytes of answer the calls that are left are not made: each could add a log.
constexpr std::size_t longest_answer = 64 * 1024 * 1024;

/// Successful results stand in the array as they are, not wrapped in one of their own: that is
/// what Supervisor's clients expect.
task<reply<void>> multicall(invocation& in) {
    const auto* calls = std::get_if<array>(&in.params[0].held);
    if (calls == nullptr || !holds_only_structs(*calls)) {
        co_return fault(fault_code::incorrect_parameters);
    }
    in.out.begin_array();
    for (const value& each : *calls) {
        if (in.out.size() > longest_answer) {
            write_fault(in.out, fault(fault_code::failed, "the answer is too long"));
            continue;
        }
        const auto outcome = co_await run_inner(in, each);
        if (!outcome) write_fault(in.out, outcome.error());
        co_await in.port.yield();
    }
    in.out.end_array();
    co_return reply<void>();
}

constexpr std::array methods{
    method{"listMethods",
           "Names all methods of this server.",
           {"array", "names", "names as namespace.method, sorted"},
           {},
           list_methods,
           false},
    method{"methodHelp",
           "Describes a method.",
           {"string", "text", "what it does, its parameters and its result"},
           {{{"string", "name", "name of the method"}}},
           method_help,
           false},
    method{"methodSignature",
           "Tells the types of a method's result and parameters.",
           {"array", "types", "type of the result, then types of the parameters"},
           {{{"string", "name", "name of the method"}}},
           method_signature,
           false},
    method{"multicall",
           "Makes several calls, one after the other. The result of a call that worked stands in "
           "the answer as it is; a fault is a struct of faultCode and faultString.",
           {"array", "results", "one entry per call"},
           {{{"array", "calls", "structs of methodName and, optionally, params"}}},
           multicall,
           false},
};

}  // namespace

std::span<const method> system_methods() {
    return methods;
}

}  // namespace ringmaster::rpc

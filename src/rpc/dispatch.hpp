// The API as a whole: finds a method by name, checks the call against its entry, runs it.
//
// Made once by the composition root and used by every endpoint, whatever the notation. Knows no
// XML; runs only on the control thread. Calls may overlap: a waiting one does not delay others.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/task.hpp"
#include "rpc/call.hpp"
#include "rpc/method.hpp"

namespace ringmaster::rpc {

class api {
public:
    /// `namespaces` are the names under which the built-in methods are offered, usually just
    /// "supervisor"; "system" always exists. `port` must outlive the api and all its tasks.
    api(supervisor_port& port, std::span<const std::string> namespaces);

    /// Runs one call to its end; for the methods that wait this can take long. Writes one value
    /// into `out`, or faults and has then written nothing. Both arguments must outlive the task.
    /// Cancellation: what was asked for is not undone.
    task<reply<void>> call(const rpc::call& request, value_writer& out);

    struct entry {
        std::string name;  ///< "namespace.method"
        const method* found;
    };
    /// All methods, sorted by name.
    std::span<const entry> methods() const { return methods_; }
    /// The method called `name`; null if there is none.
    const method* find(std::string_view name) const;

private:
    void offer(std::string_view space, std::span<const method> methods);

    supervisor_port& port_;
    std::vector<entry> methods_;
};

}  // namespace ringmaster::rpc

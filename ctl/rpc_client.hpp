// Calls to the daemon: a method and its parameters in, its result or a failure out.
//
// The session owns one. It connects when it is first needed, keeps the connection until
// disconnect(), and never prints.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ctl/connection.hpp"
#include "ctl/failure.hpp"
#include "ctl/server_url.hpp"
#include "rpc/value.hpp"

namespace ringmaster::ctl {

class rpc_client {
public:
    /// `server` outlives the client; a change of it counts from the next connection on.
    explicit rpc_client(const server_access& server) : server_(server) {}

    /// `method` without the "supervisor." in front. Waits for the answer without limit. A fault
    /// is a failure. Of structs in the result only the `wanted` members are read; empty: all.
    outcome<rpc::value> call(std::string_view method, rpc::array params = {},
                             std::span<const std::string_view> wanted = {});

    /// At the end of an action: the next one starts with a connection of its own.
    void disconnect() { connection_.reset(); }

private:
    outcome<std::string> exchange(const std::string& body, bool repeatable);
    outcome<std::string> try_exchange(const std::string& body, bool& answered);

    const server_access& server_;
    std::optional<connection> connection_;
};

}  // namespace ringmaster::ctl

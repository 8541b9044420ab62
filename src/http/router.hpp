// Who answers what: the application that every listener serves.
//
// One router per listener, because the credentials are the listener's. Made by the composition
// root, which injects the RPC endpoint, so that this layer does not know what an RPC is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/basic_auth.hpp"
#include "http/dashboard_port.hpp"
#include "http/message.hpp"
#include "http/pages.hpp"

namespace ringmaster::http {

struct rpc_answer {
    int status = 200;
    std::string body;  ///< used with 200; other statuses get the generic error page
};

/// Answers the body of one POST to /RPC2.
using rpc_handler = std::function<task<rpc_answer>(std::string body)>;

enum class route : std::uint8_t { rpc, process_log, main_log, page, file };

/// First match wins; `path` is decoded.
route find_route(std::string_view method, std::string_view path);

class router final : public application {
public:
    /// `dashboard` must outlive the router.
    router(basic_auth auth, dashboard_port& dashboard, rpc_handler rpc);

    std::optional<response> refuse(const request& head) override;
    task<answer> handle(request in) override;

private:
    std::optional<response> refuse_unauthorized(const request& head) const;
    task<answer> open_process_log(request in) const;
    task<answer> open_main_log() const;

    basic_auth auth_;
    dashboard_port& dashboard_;
    rpc_handler rpc_;
    pages pages_;
};

}  // namespace ringmaster::http

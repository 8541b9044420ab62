// The classic web interface: status page, actions by URL, tail.html, ok.html.
//
// Owned by the router. Gathers what a page shows from the dashboard port; how it looks is
// page_views, what an action does is page_actions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/dashboard_port.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

namespace ringmaster::http {

enum class page : std::uint8_t { status, tail, liveness };

/// The page at a decoded path; nullopt if there is none. Leading slashes are collapsed.
std::optional<page> find_page(std::string_view path);

class pages {
public:
    explicit pages(dashboard_port& dashboard) : dashboard_(dashboard) {}

    /// `in` is a GET or POST of one of the pages. Waits for an action to complete.
    task<response> show(request in);

private:
    task<response> show_status(const request& in, const parameters& form);
    task<response> show_tail(const parameters& form);

    dashboard_port& dashboard_;
};

}  // namespace ringmaster::http

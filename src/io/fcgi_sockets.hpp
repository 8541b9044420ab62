// The listening sockets of FastCGI programs: one for all processes that name the same address.
//
// Owned by the fleet, on the control thread. A socket is opened when the first process needs it
// and closed when the last one is gone; its children inherit it as their descriptor 0. Nothing is
// ever accepted here. The file of a unix socket stays behind, as under Supervisor.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>

#include "core/config.hpp"
#include "core/effect.hpp"
#include "core/log.hpp"
#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

class fcgi_sockets {
public:
    /// "Could not create FastCGI socket unix:///x: [Errno 13] Permission denied".
    using problem = std::string;

    explicit fcgi_sockets(core::log_sink& log) : log_(log) {}

    /// A descriptor for the child that process `id` is about to get.
    result<unique_fd, problem> lend(core::process_id id, const core::fcgi_socket_config& config);
    /// The process has no child (any more). No effect if nothing was lent to it.
    void give_back(core::process_id id);

    /// Opens and closes every socket of a group, to tell early what will not work.
    static result<void, problem> try_out(const core::group_config& group, core::log_sink& log);

private:
    struct open_socket {
        unique_fd fd;
        std::size_t users = 0;
    };

    core::log_sink& log_;
    std::map<std::string, open_socket> open_;                 ///< by url
    std::unordered_map<core::process_id, std::string> lent_;  ///< the url
};

}  // namespace ringmaster::io

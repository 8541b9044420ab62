// The rows behind option_table, one file for each family of sections.
#pragma once

#include <span>

#include "core/option_table.hpp"

namespace ringmaster::core::rows {

#define RM_FIELD(owner, member) field_of<owner>([](owner & from) -> auto& { return from.member; })

std::span<const option> supervisord();
std::span<const option> program();
std::span<const option> listener();
std::span<const option> fcgi();
std::span<const option> group();
std::span<const option> include();
std::span<const option> unix_server();
std::span<const option> inet_server();
std::span<const option> rpcinterface();
std::span<const option> supervisorctl();

}  // namespace ringmaster::core::rows

// The daemon's answers as plain structs: what the actions need of getAllProcessInfo & co.
//
// Pure. An answer of the wrong shape is a failure, because a server may be anything.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/failure.hpp"
#include "rpc/value.hpp"

namespace ringmaster::ctl {

/// One entry of getAllProcessInfo.
struct process_line {
    std::string group;
    std::string name;
    std::string statename;
    std::string description;
    std::int64_t state = 0;
    std::int64_t pid = 0;
};

/// The members of getProcessInfo's struct that a process_line needs.
inline constexpr std::array<std::string_view, 6> process_line_members{
    "group", "name", "statename", "description", "state", "pid"};

/// One entry of a bulk operation's result.
struct operation_result {
    std::string group;
    std::string name;
    std::int64_t status = 0;  ///< fault code, 80 for success
    std::string description;
};

/// One entry of getAllConfigInfo.
struct config_line {
    std::string group;
    std::string name;
    bool in_use = false;
    bool autostart = false;
    std::int64_t group_priority = 0;
    std::int64_t process_priority = 0;
};

/// The three lists of reloadConfig.
struct config_changes {
    std::vector<std::string> added;
    std::vector<std::string> changed;
    std::vector<std::string> removed;
};

outcome<process_line> read_process(const rpc::value& from);
outcome<std::vector<process_line>> read_processes(const rpc::value& from);
outcome<std::vector<operation_result>> read_operations(const rpc::value& from);
outcome<std::vector<config_line>> read_config_lines(const rpc::value& from);
outcome<config_changes> read_changes(const rpc::value& from);
outcome<std::string> read_text(const rpc::value& from);
outcome<std::int64_t> read_number(const rpc::value& from);

/// A process name as typed: split at the first colon.
struct process_name {
    std::string group;
    std::string name;  ///< empty: the whole group
    bool whole_group() const { return name.empty(); }
};
process_name split_name(std::string_view text);

}  // namespace ringmaster::ctl

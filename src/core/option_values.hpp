// From the text of an option to the member of the model that its row names.
#pragma once

#include <string_view>
#include <variant>

#include "core/machine_types.hpp"
#include "core/option_table.hpp"
#include "core/value_error.hpp"

namespace ringmaster::core {

// One overload for each type of member; the row tells apart what one C++ type can hold.
parsed<void> assign(const option& row, std::string_view text, bool& out, machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, int& out, machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::int64_t& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::uint32_t& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::optional<std::uint32_t>& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::string& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::optional<std::string>& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::vector<int>& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, log_level& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, autorestart_mode& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::optional<account>& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, environment& out,
                    machine_types& machine);
/// Sets kind and path, and syslog for the text "syslog"; the rest of the channel has its own
/// options.
parsed<void> assign(const option& row, std::string_view text, channel_config& out,
                    machine_types& machine);

/// Host and port only.
parsed<void> assign(const option& row, std::string_view text, server_config& out,
                    machine_types& machine);
/// The address only.
parsed<void> assign(const option& row, std::string_view text, fcgi_socket_config& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, ownership& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::optional<int>& out,
                    machine_types& machine);
parsed<void> assign(const option& row, std::string_view text, std::vector<std::string>& out,
                    machine_types& machine);

/// Parses `text` into the field of `owner`; does nothing for a row without one.
template <class Owner>
parsed<void> assign_field(const option& row, std::string_view text, Owner& owner,
                          machine_types& machine) {
    const auto* field = std::get_if<field_of<Owner>>(&row.field);
    if (field == nullptr) return {};
    return std::visit([&](auto access) { return assign(row, text, access(owner), machine); },
                      *field);
}

/// Copies one field from one owner to another.
template <class Owner>
void copy_field(const option& row, Owner& from, Owner& to) {
    if (const auto* field = std::get_if<field_of<Owner>>(&row.field))
        std::visit([&](auto access) { access(to) = access(from); }, *field);
}

}  // namespace ringmaster::core

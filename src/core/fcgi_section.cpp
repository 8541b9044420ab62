#include "core/fcgi_section.hpp"

#include <fmt/format.h>

#include "core/program_section.hpp"

namespace ringmaster::core {
namespace {

/// Owner and mode belong to files only.
bool is_wrongly_restricted(const section_values& values, std::string_view url) {
    return !url.starts_with("unix://") &&
           (values.find("socket_owner") != nullptr || values.find("socket_mode") != nullptr);
}

/// The account that a socket without socket_owner belongs to.
ownership owner_for(const load_context& context, const std::optional<account>& user) {
    if (!user || user->uid == context.machine.current_uid()) return {};
    return {user->uid, user->gid};
}

void read_address(load_context& context, section_values& values, const option& row,
                  fcgi_socket_config& out) {
    expansion_names names(&context.here_names);
    names.set("program_name", std::string(name_in_section(values.section().name)));
    const auto url = values.text(row, names);
    if (url && is_wrongly_restricted(values, *url))
        values.fail(row, fmt::format("socket_owner and socket_mode params should only be used with "
                                     "a Unix domain socket in [{}] socket",
                                     values.section().name));
    else if (url)
        values.apply(row, names, out);
}

}  // namespace

std::shared_ptr<const fcgi_socket_config> read_fcgi_socket(load_context& context,
                                                           section_values& values) {
    const auto user = values.read<std::optional<account>>(values.row("user"));
    fcgi_socket_config out;
    for (const auto& row : options_of(section_kind::fcgi)) {
        if (row.type == value_type::socket)
            read_address(context, values, row, out);
        else
            values.apply(row, out);
    }
    if (values.failed()) return nullptr;
    if (out.kind == family::inet)
        out.owner = {};
    else if (values.find("socket_owner") == nullptr)
        out.owner = owner_for(context, user.value_or(std::nullopt));
    return std::make_shared<const fcgi_socket_config>(std::move(out));
}

}  // namespace ringmaster::core

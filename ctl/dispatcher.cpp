#include "ctl/dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "ctl/action_table.hpp"

namespace ringmaster::ctl {
namespace {

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

verdict report(session& with, const failure& why) {
    if (why.kind == failure_kind::interrupted) return verdict::interrupted;
    with.out().line(error_line(why));
    with.set_status(exit_generic);
    return verdict::go_on;
}

verdict run_action(session& with, const action& chosen, std::string_view arguments) {
    for (;;) {
        const auto done = chosen.run(with, arguments);
        with.rpc().disconnect();
        if (done) return chosen.ends_shell ? verdict::leave : verdict::go_on;
        const auto why = done.error();
        if (why.kind != failure_kind::unauthorized) return report(with, why);
        with.out().line("Server requires authentication");
        if (!with.interactive()) {
            with.set_status(exit_generic);
            return verdict::go_on;
        }
        if (const auto asked = with.ask_credentials(); !asked) return report(with, asked.error());
    }
}

}  // namespace

command parse_command(std::string_view line) {
    if (line.starts_with('?')) return {"help", core::strip(line.substr(1))};
    const auto end = std::min(line.find_first_not_of(name_characters), line.size());
    return {line.substr(0, end), core::strip(line.substr(end))};
}

verdict run_command(session& with, std::string_view line) {
    const auto stripped = core::strip(line);
    if (stripped.empty()) return verdict::go_on;
    const auto parsed = parse_command(stripped);
    if (const auto* found = find_action(parsed.name))
        return run_action(with, *found, parsed.arguments);
    with.out().line(fmt::format("*** Unknown syntax: {}", stripped));
    with.set_status(exit_generic);
    return verdict::go_on;
}

}  // namespace ringmaster::ctl

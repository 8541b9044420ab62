#include "core/pool_numbering.hpp"

#include <algorithm>
#include <set>

#include "core/percent_format.hpp"
#include "core/program_section.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view number = "process_num";

using name_set = std::set<std::string, std::less<>>;

/// The names that differ between the processes, for options that are not the environment itself.
name_set names_that_differ(const std::vector<process_config>& processes) {
    name_set out{std::string(number)};
    for (const auto& [name, value] : processes.front().env) {
        const bool same = std::ranges::all_of(processes, [&](const process_config& process) {
            const auto found = process.env.find(name);
            return found != process.env.end() && found->second == value;
        });
        if (!same) out.insert("ENV_" + name);
    }
    return out;
}

/// The value with the `open` names left to expand; unset if it has none of them.
std::optional<std::string> leave_open(std::string_view value, const expansion_names& names,
                                      const name_set& open) {
    bool any = false;
    const auto done = percent_format_partly(
        value, [&](std::string_view name) { return names.find(name); },
        [&](std::string_view name) {
            const bool kept = open.contains(name);
            any = any || kept;
            return kept;
        });
    return done && any ? std::optional(*done) : std::nullopt;
}

}  // namespace

std::shared_ptr<const pool_numbering> read_numbering(load_context& context,
                                                     const ini_section& section, section_kind kind,
                                                     const group_config& group) {
    if (group.processes.size() < 2) return nullptr;
    section_values values(context, section, kind, true);
    auto names = names_of_program(context, section, group.name);
    pool_numbering out;
    out.count = static_cast<std::int64_t>(group.processes.size());
    out.first = values.read<std::int64_t>(values.row("numprocs_start"), names).value_or(0);

    names.set("numprocs", out.count);
    expansion_names own_names(&names);
    own_names.set_environment(group.processes.front().env);
    const auto open = names_that_differ(group.processes);
    for (const auto& row : options_of(section_kind::program)) {
        const auto* written = values.find(row.name);
        if (row.when != stage::process || written == nullptr) continue;
        auto text = row.type == value_type::variables
                        ? leave_open(written->value, names, {std::string(number)})
                        : leave_open(written->value, own_names, open);
        // A name may hold the number for the eye only, as in "%%(process_num)d".
        if (!text && row.type == value_type::name) text = written->value;
        if (text) out.texts.emplace(row.name, *std::move(text));
    }
    return std::make_shared<const pool_numbering>(std::move(out));
}

}  // namespace ringmaster::core

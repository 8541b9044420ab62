#include "core/program_section.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/value_types.hpp"

namespace ringmaster::core {
namespace {

/// Bytes that a process takes beyond the texts of its own options.
std::size_t own_size(const process_config& process) {
    auto size = sizeof(process);
    for (const auto& [name, value] : process.env) size += name.size() + value.size();
    return size;
}

class program_reader {
public:
    program_reader(load_context& context, const ini_section& section, section_kind kind,
                   std::string_view group)
        : context_(context),
          values_(context, section, kind, true),
          names_(names_of_program(context, section, group)) {
        if (const auto name = checked_name_in_section(section.name); !name)
            values_.fail_section(name.error().text(), expectation(value_type::name));
    }

    std::vector<process_config> run();

private:
    void read_section_stage();
    void check_section();
    void read_process(std::int64_t number);
    void read_environment(const option& row, process_config& process, expansion_names& names);
    void warn(std::string text) { context_.out.messages.push_back({log_level::warn, text}); }
    void warn_of_channel(std::string_view channel, const channel_config& log);
    void settle_stderr(process_config& process);

    load_context& context_;
    section_values values_;
    expansion_names names_;
    process_config common_;
    std::int64_t numprocs_ = 1;
    std::int64_t first_number_ = 0;
    std::vector<process_config> processes_;
};

void program_reader::read_section_stage() {
    for (const auto& row : options_of(section_kind::program)) {
        if (row.when != stage::section) continue;
        if (row.name == "numprocs")
            numprocs_ = values_.read<std::int64_t>(row, names_).value_or(numprocs_);
        else if (row.name == "numprocs_start")
            first_number_ = values_.read<std::int64_t>(row, names_).value_or(first_number_);
        else
            values_.apply(row, names_, common_);
    }
    if (values_.find("killasgroup") == nullptr) common_.killasgroup = common_.stopasgroup;
    common_.section = values_.section().name;
    common_.name = std::string(name_in_section(common_.section));
}

void program_reader::check_section() {
    const auto* name = values_.find("process_name");
    // Supervisor checks the name before it is expanded.
    if (name != nullptr) {
        if (const auto checked = parse_name(name->value); !checked)
            values_.fail(values_.row("process_name"), checked.error().text());
    }
    const bool numbered =
        name != nullptr && name->value.find("%(process_num)") != std::string::npos;
    if (numprocs_ > 1 && !numbered)
        values_.fail_with_help(
            "process_name", "%(process_num) must be present within process_name when numprocs > 1",
            "a name such as %(program_name)s_%(process_num)02d");
    if (common_.stopasgroup && !common_.killasgroup)
        values_.fail_with_help("killasgroup", "Cannot set stopasgroup=true and killasgroup=false",
                               "true, or no killasgroup at all");
    const auto most = context_.limits.processes_of_a_section;
    if (numprocs_ > most)
        values_.fail_with_help("numprocs",
                               fmt::format("{} is above upper bound ({})", numprocs_, most),
                               fmt::format("at most {}", most));
}

/// On top of the daemon's; the other options of the process may refer to it.
void program_reader::read_environment(const option& row, process_config& process,
                                      expansion_names& names) {
    process.env = context_.out.daemon.env;
    const auto own = values_.read<environment>(row, names);
    if (!own) return;
    for (const auto& [name, value] : *own) process.env.insert_or_assign(name, value);
    names.set_environment(*own);
}

void program_reader::warn_of_channel(std::string_view channel, const channel_config& log) {
    const auto option = fmt::format("{}_logfile", channel);
    const auto* written = values_.find(option);
    const auto& section = values_.section().name;
    if (written != nullptr && to_lower(written->value) == "syslog")
        warn(
            fmt::format("For [{}], {}=syslog but this is deprecated and will be removed.  "
                        "Use {}_syslog=true to enable syslog instead.",
                        section, option, channel));
    if (log.kind == channel_config::target::automatic && log.maxbytes == 0)
        warn(
            fmt::format("For [{}], AUTO logging used for {} without rollover, set maxbytes > 0 to "
                        "avoid filling up filesystem unintentionally",
                        section, option));
}

void program_reader::settle_stderr(process_config& process) {
    if (!process.redirect_stderr) return;
    if (process.stderr_log.kind == channel_config::target::file)
        warn(
            fmt::format("For [{}], redirect_stderr=true but stderr_logfile has also been set to a "
                        "filename, the filename has been ignored",
                        process.section));
    process.stderr_log.kind = channel_config::target::none;
    process.stderr_log.path.clear();
}

void program_reader::read_process(std::int64_t number) {
    expansion_names names(&names_);
    names.set("process_num", number);
    names.set("numprocs", numprocs_);
    auto process = common_;
    for (const auto& row : options_of(section_kind::program)) {
        if (row.when != stage::process) continue;
        if (row.type == value_type::variables)
            read_environment(row, process, names);
        else
            values_.apply(row, names, process);
    }
    if (!context_.use(own_size(process))) values_.fail_too_large("numprocs");
    if (values_.failed()) return;
    // "logfile=syslog" wins over an explicit "syslog=false".
    for (auto* log : {&process.stdout_log, &process.stderr_log}) {
        const auto* written =
            values_.find(log == &process.stdout_log ? "stdout_logfile" : "stderr_logfile");
        if (written != nullptr && to_lower(written->value) == "syslog") log->syslog = true;
    }
    warn_of_channel("stdout", process.stdout_log);
    warn_of_channel("stderr", process.stderr_log);
    settle_stderr(process);
    processes_.push_back(std::move(process));
}

std::vector<process_config> program_reader::run() {
    read_section_stage();
    check_section();
    // Once more for its complaints about the rest, even if nothing can come of it.
    if (values_.failed()) numprocs_ = std::min<std::int64_t>(numprocs_, 1);
    for (std::int64_t i = 0; i < numprocs_; ++i) {
        read_process(first_number_ + i);
        if (values_.failed()) return {};
    }
    std::ranges::stable_sort(processes_, {},
                             [](const process_config& p) { return std::tie(p.priority, p.name); });
    return std::move(processes_);
}

std::string_view behind_colon(std::string_view section) {
    return section.substr(section.find(':') + 1);  // npos + 1 is 0
}

}  // namespace

std::string_view name_in_section(std::string_view section) {
    return strip(behind_colon(section));
}

parsed<std::string> checked_name_in_section(std::string_view section) {
    return parse_name(behind_colon(section));
}

expansion_names names_of_program(const load_context& context, const ini_section& section,
                                 std::string_view group) {
    expansion_names names(&context.machine_names);
    names.set("program_name", std::string(name_in_section(section.name)));
    names.set("group_name", std::string(group));
    return names;
}

std::vector<process_config> read_processes(load_context& context, const ini_section& section,
                                           section_kind kind, std::string_view group) {
    return program_reader(context, section, kind, group).run();
}

}  // namespace ringmaster::core

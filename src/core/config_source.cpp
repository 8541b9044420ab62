#include "core/config_source.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

/// Where `text` stops being UTF-8, in the words of Python's decoder; empty if it never does.
std::string decoding_problem(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto next = first_character(text.substr(at));
        if (next.valid) {
            at += next.length;
            continue;
        }
        const auto first = static_cast<unsigned char>(text[at]);
        const bool can_start = first >= 0xC2 && first <= 0xF4;
        const auto* why = !can_start                        ? "invalid start byte"
                          : at + next.length == text.size() ? "unexpected end of data"
                                                            : "invalid continuation byte";
        const auto where = next.length == 1
                               ? fmt::format("byte 0x{:02x} in position {}", first, at)
                               : fmt::format("bytes in position {}-{}", at, at + next.length - 1);
        return fmt::format("'utf-8' codec can't decode {}: {}", where, why);
    }
    return {};
}

std::string help_for_line(std::string_view line) {
    if (line.find('\0') != std::string_view::npos) return "expected text without a NUL character";
    return fmt::format(
        "{}: expected [section], option=value, or an indented line that continues a value",
        strip(line));
}

void add_file(load_context& context, const std::string& path, std::string_view text,
              std::string_view here) {
    if (const auto problem = decoding_problem(text); !problem.empty())
        return context.problems.add(problem, fmt::format("{}: expected text in UTF-8", path));
    const auto done = context.document.add_file(path, text, here);
    if (done) return;
    const auto wrong = done.error();
    for (const auto& problem : wrong.problems)
        context.problems.add(
            wrong.text, fmt::format("{}:{}: {}", path, problem.line, help_for_line(problem.raw)));
}

void include(load_context& context, const std::string& pattern) {
    auto& messages = context.out.messages;
    const auto paths = context.machine.glob(pattern);
    if (paths.empty())
        messages.push_back(
            {log_level::warn, fmt::format("No file matches via include \"{}\"", pattern)});
    for (const auto& path : paths) {
        messages.push_back(
            {log_level::info, fmt::format("Included extra file \"{}\" during parsing", path)});
        const auto text = context.machine.read_file(path);
        // Supervisor passes over a file that it may not read, after saying that it included it.
        if (!text) continue;
        const auto absolute = normalize_path(join_path(context.here, path));
        add_file(context, path, *text, parent_of(absolute));
    }
}

}  // namespace

std::vector<std::string> default_config_paths(std::string_view program) {
    const auto above = parent_of(parent_of(program));
    return {join_path(above, "etc/supervisord.conf"),
            join_path(above, "supervisord.conf"),
            "supervisord.conf",
            "etc/supervisord.conf",
            "/etc/supervisord.conf",
            "/etc/supervisor/supervisord.conf"};
}

std::optional<std::string> search_config_file(std::string_view program, std::string_view base,
                                              const host& machine) {
    for (auto& path : default_config_paths(program))
        if (machine.exists(join_path(base, path))) return std::move(path);
    return std::nullopt;
}

bool read_main_file(load_context& context, const std::string& path) {
    const auto absolute = normalize_path(join_path(context.base, path));
    context.config_path = path;
    context.here = std::string(parent_of(absolute));
    context.here_names.set("here", context.here);
    context.out.daemon.config_file = absolute;
    // An empty path would otherwise name the directory.
    const auto text = path.empty() ? result<std::string, read_failure>(read_failure::missing)
                                   : context.machine.read_file(join_path(context.base, path));
    if (text) {
        add_file(context, path, *text, {});
        return context.problems.empty() || !context.document.sections().empty();
    }
    const bool missing = text.error() == read_failure::missing;
    context.problems.add(
        fmt::format("could not {} config file {}", missing ? "find" : "read", path),
        fmt::format("{}: expected a file that can be read", absolute));
    return false;
}

void read_includes(load_context& context) {
    const auto* section = context.document.find("include");
    if (section == nullptr) return;
    section_values values(context, *section, section_kind::include, false);
    context.document.replace_here(context.here);
    const auto files = values.text(values.row("files"));
    if (!files) return;
    for (const auto& pattern : split_blanks(*files))
        include(context, join_path(context.here, pattern));
}

}  // namespace ringmaster::core

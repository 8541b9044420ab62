#include "core/ini_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <ini.h>

#include "core/ini_lines.hpp"
#include "core/repr.hpp"
#include "core/text.hpp"

namespace ringmaster::core {
namespace {

constexpr std::string_view here_name = "%(here)s";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    if (text.find(from) == std::string::npos) return;
    std::string out;
    for (std::string_view rest = text;;) {
        const auto at = rest.find(from);
        out += rest.substr(0, at);
        if (at == std::string_view::npos) break;
        out += to;
        rest.remove_prefix(at + from.size());
    }
    text = std::move(out);
}

}  // namespace

/// Feeds one file to libinih and collects what comes out.
///
/// libinih knows neither continuation lines with blank ones among them, nor '#' comments behind a
/// value, nor long or empty sections. So it never sees those: it gets the options of one section
/// without any header, one a line, and calls back with name and value for each. The first
/// character of every line we hand out is a guard: without it libinih would take names that begin
/// with '[' for headers, and a lone guard as the name marks a further line of the last value.
class ini_file_reader {
public:
    ini_file_reader(ini_document& document, int file, std::string_view text, std::string_view here)
        : document_(document),
          file_(file),
          here_(here),
          text_(universal_newlines(text)),
          lines_(text_) {}

    void run();
    result<void, ini_error> outcome() const;

private:
    static constexpr char guard = '.';

    static char* read_line(char* buffer, int size, void* self);
    static int on_option(void* self, const char* section, const char* name, const char* value);
    /// False at the end of the file.
    bool next_for_inih(std::string& out);
    void add_option(std::string_view name, std::string_view value);
    void close_option();
    void note_problem(const ini_line& line);

    ini_document& document_;
    const int file_;
    const std::string_view here_;
    const std::string text_;
    ini_lines lines_;
    ini_section* section_ = nullptr;
    std::optional<std::size_t> option_;  ///< the open one, in section_->options
    int line_ = 0;
    std::string for_inih_;  ///< the line that libinih is given
    std::vector<ini_problem> problems_;
    bool homeless_ = false;
};

void ini_file_reader::run() {
    // libinih's limits are variables of the process; one buffer for the longest line suits all.
    std::size_t longest = 0;
    for (std::string_view rest = text_; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1);
        longest = std::max(longest, end + 1);
        rest.remove_prefix(end + 1);
    }
    constexpr std::size_t extra = 16;
    constexpr std::size_t most = std::numeric_limits<int>::max() / 2;
    ini_use_stack = false;
    ini_allow_realloc = false;
    ini_initial_alloc = ini_max_line = static_cast<int>(std::min(longest, most) + extra);
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_allow_bom = false;
    ini_allow_no_value = false;
    ini_stop_on_first_error = false;
    ini_parse_stream(&read_line, this, &on_option, this);

    close_option();
}

char* ini_file_reader::read_line(char* buffer, int size, void* self) {
    auto& reader = *static_cast<ini_file_reader*>(self);
    auto& line = reader.for_inih_;
    if (!reader.next_for_inih(line)) return nullptr;
    const auto length = std::min(line.size(), static_cast<std::size_t>(size) - 1);
    std::memcpy(buffer, line.data(), length);
    buffer[length] = '\0';
    return buffer;
}

bool ini_file_reader::next_for_inih(std::string& out) {
    while (!homeless_) {
        const auto line = lines_.next();
        if (!line) return false;
        line_ = line->number;
        switch (line->what) {
            case ini_line::kind::section:
                close_option();
                section_ = &document_.open_section(line->content, {file_, line_});
                break;
            case ini_line::kind::option:
                out.assign(1, guard).append(line->content).push_back('\n');
                return true;
            case ini_line::kind::continuation:
                out.assign({guard, '='}).append(line->content).push_back('\n');
                return true;
            case ini_line::kind::homeless: homeless_ = true; [[fallthrough]];
            case ini_line::kind::broken: note_problem(*line); break;
        }
    }
    return false;
}

int ini_file_reader::on_option(void* self, const char*, const char* name, const char* value) {
    auto& reader = *static_cast<ini_file_reader*>(self);
    const auto guarded = std::string_view(name).substr(1);
    if (guarded.empty())
        reader.section_->options[*reader.option_].value.append("\n").append(value);
    else
        reader.add_option(strip_right(guarded), strip(value));
    return 1;
}

void ini_file_reader::add_option(std::string_view name, std::string_view value) {
    close_option();
    option_ = document_.open_option(*section_, to_lower(name));
    auto& option = section_->options[*option_];
    option.value = value;
    option.place = {file_, line_};
}

/// Python strips a value once more when its lines are joined.
void ini_file_reader::close_option() {
    if (!option_) return;
    auto& value = section_->options[*option_].value;
    value.resize(strip_right(value).size());
    if (!here_.empty()) replace_all(value, here_name, here_);
    option_.reset();
}

void ini_file_reader::note_problem(const ini_line& line) {
    problems_.push_back({line.number, std::string(line.raw)});
}

result<void, ini_error> ini_file_reader::outcome() const {
    if (problems_.empty()) return {};
    const auto& path = document_.paths_[static_cast<std::size_t>(file_)];
    if (homeless_) {
        const auto& last = problems_.back();
        return ini_error{fmt::format("File contains no section headers.\nfile: {}, line: {}\n{}",
                                     repr(path), last.line, repr(last.raw)),
                         {last}};
    }
    auto text = fmt::format("Source contains parsing errors: {}", repr(path));
    for (const auto& problem : problems_)
        text += fmt::format("\n\t[line {:>2}]: {}", problem.line, repr(problem.raw));
    return ini_error{std::move(text), problems_};
}

result<void, ini_error> ini_document::add_file(std::string path, std::string_view text,
                                               std::string_view here) {
    paths_.push_back(std::move(path));
    ini_file_reader reader(*this, static_cast<int>(paths_.size()) - 1, text, here);
    reader.run();
    return reader.outcome();
}

ini_section& ini_document::open_section(std::string_view name, ini_place place) {
    if (name == defaults_.name) return defaults_;
    const auto [known, is_new] = index_.try_emplace(std::string(name), sections_.size());
    if (is_new) sections_.push_back({std::string(name), place, {}});
    return sections_[known->second];
}

std::size_t ini_document::open_option(ini_section& section, std::string name) {
    // An index of all options would take longer than reading the rest of the file.
    constexpr std::size_t few = 32;
    auto& options = section.options;
    const auto key = [&](std::string_view of) { return fmt::format("{}\n{}", section.name, of); };
    if (options.size() < few) {
        const auto known = std::ranges::find(options, name, &ini_option::name);
        if (known != options.end()) return static_cast<std::size_t>(known - options.begin());
    } else {
        if (options.size() == few)
            for (std::size_t at = 0; at < few; ++at)
                option_index_.emplace(key(options[at].name), at);
        const auto [known, is_new] = option_index_.try_emplace(key(name), options.size());
        if (!is_new) return known->second;
    }
    options.push_back({std::move(name), {}, {}});
    return options.size() - 1;
}

const ini_section* ini_document::find(std::string_view name) const {
    const auto known = index_.find(std::string(name));
    return known == index_.end() ? nullptr : &sections_[known->second];
}

const ini_option* ini_document::find(const ini_section& section, std::string_view option) const {
    for (const auto* from : {&section, &defaults_}) {
        const auto found = std::ranges::find(from->options, option, &ini_option::name);
        if (found != from->options.end()) return &*found;
    }
    return nullptr;
}

const std::string& ini_document::path(ini_place place) const {
    return paths_[static_cast<std::size_t>(place.file)];
}

void ini_document::replace_here(std::string_view directory) {
    const auto replace = [directory](ini_section& section) {
        for (auto& option : section.options) replace_all(option.value, here_name, directory);
    };
    std::ranges::for_each(sections_, replace);
    replace(defaults_);
}

}  // namespace ringmaster::core

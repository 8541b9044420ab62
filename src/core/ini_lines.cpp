#include "core/ini_lines.hpp"

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

bool ends_blank(std::string_view text) {
    return strip_right(text).size() != text.size();
}

/// Like find_first_of, which is slow because it looks up each character in a set.
std::size_t find_either(std::string_view text, char one, char other, std::size_t from = 0) {
    for (; from < text.size(); ++from)
        if (text[from] == one || text[from] == other) return from;
    return std::string_view::npos;
}

/// Where a comment starts: at a ';' or '#' that is first in the line or behind a blank.
std::size_t comment_start(std::string_view line) {
    for (auto at = find_either(line, ';', '#'); at != std::string_view::npos;
         at = find_either(line, ';', '#', at + 1)) {
        if (at == 0 || ends_blank(line.substr(0, at))) return at;
    }
    return std::string_view::npos;
}

/// The name in "[name]…", up to the last ']' of the line. Unset: not a header.
std::optional<std::string_view> section_name(std::string_view value) {
    if (!value.starts_with('[')) return std::nullopt;
    const auto close = value.rfind(']');
    if (close == std::string_view::npos || close < 2) return std::nullopt;
    return value.substr(1, close - 1);
}

}  // namespace

std::optional<ini_line> ini_lines::next() {
    while (!rest_.empty()) {
        const auto end = rest_.find('\n');
        const auto raw = rest_.substr(0, end == std::string_view::npos ? end : end + 1);
        rest_.remove_prefix(raw.size());
        ++number_;
        auto line = classify(raw);
        if (!line) continue;
        line->raw = raw;
        line->number = number_;
        return line;
    }
    return std::nullopt;
}

std::optional<ini_line> ini_lines::classify(std::string_view raw) {
    using kind = ini_line::kind;
    const auto as = [](kind what, std::string_view content) {
        return ini_line{what, content, {}, 0};
    };
    const auto comment = comment_start(raw);
    const auto value = strip(raw.substr(0, comment));
    if (value.empty()) {
        if (comment == std::string_view::npos && option_open_) return as(kind::continuation, {});
        return std::nullopt;
    }

    // Values become strings of C, where it would be the end.
    if (value.find('\0') != std::string_view::npos) return as(kind::broken, value);
    const std::size_t indent = count_characters(raw.substr(0, leading_blanks(raw)));
    // Before anything else, so that an indented "key=value" below an option belongs to its value.
    if (option_open_ && indent > indent_) return as(kind::continuation, value);
    indent_ = indent;

    if (const auto name = section_name(value)) {
        section_open_ = true;
        option_open_ = false;
        return as(kind::section, *name);
    }
    if (!section_open_) return as(kind::homeless, value);
    const auto delimiter = find_either(value, '=', ':');
    if (delimiter == std::string_view::npos) return as(kind::broken, value);
    option_open_ = !strip_right(value.substr(0, delimiter)).empty();
    return as(option_open_ ? kind::option : kind::broken, value);
}

std::string universal_newlines(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (;;) {
        const auto line = text.substr(0, text.find('\r'));
        out += line;
        text.remove_prefix(line.size());
        if (text.empty()) break;
        out += '\n';
        text.remove_prefix(text.starts_with("\r\n") ? 2 : 1);
    }
    return out;
}

}  // namespace ringmaster::core

// The line rules of Supervisor's INI dialect: comments, continuations, headers, bad lines.
//
// Takes a file's text apart into classified lines; what the lines add up to is ini_reader's
// business. Pure; borrows the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::core {

struct ini_line {
    enum class kind : std::uint8_t {
        section,       ///< `content` is the name
        option,        ///< `content` is "name = value" or "name : value", the name not empty
        continuation,  ///< `content` is one more line for the open option, maybe an empty one
        broken,        ///< none of these
        homeless,      ///< text before the first section
    };
    kind what = kind::broken;
    std::string_view content;
    std::string_view raw;  ///< the whole line with its line feed
    int number = 0;        ///< from 1
};

class ini_lines {
public:
    /// `text` has line feeds only (see universal_newlines) and must outlive this object.
    explicit ini_lines(std::string_view text) : rest_(text) {}

    /// The next line that means anything; unset at the end.
    std::optional<ini_line> next();

private:
    std::optional<ini_line> classify(std::string_view raw);

    std::string_view rest_;
    int number_ = 0;
    bool section_open_ = false;
    bool option_open_ = false;
    std::size_t indent_ = 0;  ///< of the line that opened the option, in characters
};

/// CR LF and CR become LF.
std::string universal_newlines(std::string_view text);

}  // namespace ringmaster::core

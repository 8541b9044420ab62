#include "core/command_line.hpp"

#include <optional>

namespace ringmaster::core {
namespace {

constexpr std::string_view no_closing = "No closing quotation";
constexpr std::string_view no_escaped = "No escaped character";

/// Reads one quoted piece into `word`; `at` is behind the opening quote and ends behind the
/// closing one. Returns what is wrong, or an empty text.
std::string_view take_quoted(std::string_view text, std::size_t& at, char quote,
                             std::string& word) {
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == quote) {
            ++at;
            return {};
        }
        if (quote == '"' && c == '\\') {
            if (at + 1 == text.size()) return no_escaped;
            if (text[at + 1] == '"' || text[at + 1] == '\\') ++at;
        }
        word += text[at];
    }
    return no_closing;
}

}  // namespace

result<std::vector<std::string>, command_line_error> split_command_line(std::string_view command) {
    std::vector<std::string> words;
    std::optional<std::string> word;  // set while inside one: "" is a word, too
    for (std::size_t at = 0; at < command.size();) {
        const char c = command[at++];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            if (word) words.push_back(*std::move(word));
            word.reset();
            continue;
        }
        if (!word) word.emplace();
        if (c == '\'' || c == '"') {
            const auto wrong = take_quoted(command, at, c, *word);
            if (!wrong.empty()) return command_line_error{wrong};
        } else if (c == '\\') {
            if (at == command.size()) return command_line_error{no_escaped};
            *word += command[at++];
        } else {
            *word += c;
        }
    }
    if (word) words.push_back(*std::move(word));
    return words;
}

}  // namespace ringmaster::core

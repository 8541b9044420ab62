#include "core/environment_syntax.hpp"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

bool is_word_character(const utf8_character& c) {
    if (!c.valid) return false;
    const char32_t v = c.code;
    if (v < 0x80) {
        constexpr std::string_view extra = "_/.+-():";
        return (v >= 'a' && v <= 'z') || (v >= 'A' && v <= 'Z') || (v >= '0' && v <= '9') ||
               extra.find(static_cast<char>(v)) != std::string_view::npos;
    }
    // Latin-1 letters; × and ÷ sit among them.
    return v >= 0xC0 && v <= 0xFF && v != 0xD7 && v != 0xF7;
}

bool is_separator(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Cuts a value into tokens: runs of word characters and quoted pieces, or one other character.
class tokenizer {
public:
    explicit tokenizer(std::string_view text) : rest_(text) {}

    /// Unset at the end of the text.
    parsed<std::optional<std::string>> next();

private:
    void skip_to_token();
    void skip_line();
    /// `rest_` starts behind the opening quote.
    parsed<void> take_quoted(char quote, std::string& token);
    void take(std::string& token, std::size_t bytes);

    std::string_view rest_;
};

void tokenizer::take(std::string& token, std::size_t bytes) {
    token += rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
}

void tokenizer::skip_line() {
    const auto end = rest_.find('\n');
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
}

void tokenizer::skip_to_token() {
    while (!rest_.empty()) {
        if (is_separator(rest_.front()))
            rest_.remove_prefix(1);
        else if (rest_.front() == '#')
            skip_line();
        else
            return;
    }
}

parsed<void> tokenizer::take_quoted(char quote, std::string& token) {
    while (!rest_.empty()) {
        const char c = rest_.front();
        if (c == quote) {
            rest_.remove_prefix(1);
            return {};
        }
        if (quote == '"' && c == '\\') {
            if (rest_.size() == 1) return value_error::of("No escaped character");
            if (rest_[1] == '"' || rest_[1] == '\\') rest_.remove_prefix(1);
        }
        take(token, 1);
    }
    return value_error::of("No closing quotation");
}

parsed<std::optional<std::string>> tokenizer::next() {
    skip_to_token();
    if (rest_.empty()) return std::optional<std::string>();
    std::string token;
    for (bool first = true; !rest_.empty(); first = false) {
        const char c = rest_.front();
        if (c == '\'' || c == '"') {
            rest_.remove_prefix(1);
            if (const auto done = take_quoted(c, token); !done) return done.error();
        } else if (c == '\\') {
            rest_.remove_prefix(1);
            if (rest_.empty()) return value_error::of("No escaped character");
            take(token, first_character(rest_).length);
        } else {
            const auto character = first_character(rest_);
            const bool word = is_word_character(character);
            if (!word && !first) break;
            take(token, character.length);
            if (!word) break;
        }
    }
    return std::optional(std::move(token));
}

}  // namespace

parsed<environment> parse_environment(std::string_view value) {
    std::vector<std::string> tokens;
    for (tokenizer source(value);;) {
        RM_TRY(auto token, source.next());
        if (!token) break;
        tokens.push_back(*std::move(token));
    }
    environment out;
    // KEY, "=", VALUE, and a separator that nobody looks at.
    for (std::size_t i = 0; i < tokens.size(); i += 4) {
        if (i + 2 >= tokens.size() || tokens[i + 1] != "=")
            return value_error::of(
                fmt::format("Unexpected end of key/value pairs in value '{}'", value));
        out.insert_or_assign(tokens[i], tokens[i + 2]);
    }
    return out;
}

}  // namespace ringmaster::core

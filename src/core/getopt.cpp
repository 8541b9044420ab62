#include "core/getopt.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ringmaster::core {
namespace {

class scanner {
public:
    scanner(std::span<const std::string> arguments, std::span<const getopt_rule> rules)
        : rest_(arguments), rules_(rules) {}

    result<getopt_outcome, config_error> run();

private:
    result<void, config_error> take_long(std::string_view word);
    result<void, config_error> take_short(std::string_view letters);
    /// The rule called `name`, or the only one that begins so.
    result<const getopt_rule*, config_error> find_long(std::string_view name) const;

    std::span<const std::string> rest_;
    std::span<const getopt_rule> rules_;
    getopt_outcome out_;
};

config_error wrong(std::string text) {
    return {std::move(text), {}};
}

result<const getopt_rule*, config_error> scanner::find_long(std::string_view name) const {
    const getopt_rule* found = nullptr;
    bool ambiguous = false;
    for (const auto& rule : rules_) {
        if (rule.name.empty() || !rule.name.starts_with(name)) continue;
        if (rule.name == name) return &rule;
        if (found == nullptr || (found->yields && !rule.yields)) {
            found = &rule;
            ambiguous = false;
        } else if (rule.yields == found->yields) {
            ambiguous = ambiguous || rule.letter == '\0' || rule.letter != found->letter;
        }
    }
    if (found == nullptr) return wrong(fmt::format("option --{} not recognized", name));
    if (ambiguous) return wrong(fmt::format("option --{} not a unique prefix", name));
    return found;
}

result<void, config_error> scanner::take_long(std::string_view word) {
    const auto equals = word.find('=');
    RM_TRY(const auto* rule, find_long(word.substr(0, equals)));
    getopt_match match{rule, fmt::format("--{}", rule->name), {}};
    if (equals != std::string_view::npos) {
        if (!rule->takes_argument && !rule->argument_is_optional)
            return wrong(fmt::format("option {} must not have an argument", match.spelling));
        match.argument = word.substr(equals + 1);
    } else if (rule->takes_argument) {
        if (rest_.empty()) return wrong(fmt::format("option {} requires argument", match.spelling));
        match.argument = rest_.front();
        rest_ = rest_.subspan(1);
    }
    out_.options.push_back(std::move(match));
    return {};
}

result<void, config_error> scanner::take_short(std::string_view letters) {
    while (!letters.empty()) {
        const char letter = letters.front();
        letters.remove_prefix(1);
        const auto rule = std::ranges::find(rules_, letter, &getopt_rule::letter);
        if (rule == rules_.end()) return wrong(fmt::format("option -{} not recognized", letter));
        getopt_match match{&*rule, fmt::format("-{}", letter), {}};
        if (rule->takes_argument) {
            if (letters.empty() && rest_.empty())
                return wrong(fmt::format("option -{} requires argument", letter));
            if (letters.empty()) {
                match.argument = rest_.front();
                rest_ = rest_.subspan(1);
            } else {
                match.argument = letters;
                letters = {};
            }
        }
        out_.options.push_back(std::move(match));
    }
    return {};
}

result<getopt_outcome, config_error> scanner::run() {
    while (!rest_.empty()) {
        const std::string_view word = rest_.front();
        if (!word.starts_with('-') || word == "-") break;
        rest_ = rest_.subspan(1);
        if (word == "--") break;
        const auto done =
            word.starts_with("--") ? take_long(word.substr(2)) : take_short(word.substr(1));
        if (!done) return done.error();
    }
    out_.positional.assign(rest_.begin(), rest_.end());
    return std::move(out_);
}

}  // namespace

result<getopt_outcome, config_error> parse_getopt(std::span<const std::string> arguments,
                                                  std::span<const getopt_rule> rules) {
    return scanner(arguments, rules).run();
}

}  // namespace ringmaster::core

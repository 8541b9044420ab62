// `%(name)s` expansion of option values: the keyed subset of Python's % formatting.
//
// Pure. What names an option may use is the loader's business; inserted text is not expanded
// again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config.hpp"
#include "core/value_error.hpp"

namespace ringmaster::core {

using expansion_value = std::variant<std::string, std::int64_t>;

/// The names an option may use: its own layer on top of the layers it was made from. A layer
/// refers to the one below, which must outlive it and may grow meanwhile.
class expansion_names {
public:
    explicit expansion_names(const expansion_names* below = nullptr) : below_(below) {}

    void set(std::string name, expansion_value value);
    /// One ENV_x for each variable.
    void set_environment(const environment& variables);
    /// Null if unknown.
    const expansion_value* find(std::string_view name) const;
    /// All names of all layers, sorted.
    std::vector<std::string_view> all() const;

private:
    const expansion_names* below_;
    std::map<std::string, expansion_value, std::less<>> own_;
};

/// `label` is what error texts call the option, usually "section.option".
parsed<std::string> expand(std::string_view value, const expansion_names& names,
                           std::string_view label);

}  // namespace ringmaster::core

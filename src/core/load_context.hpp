// What the parts of the configuration loader share while one configuration is being read.
//
// Internal to the loader (config_loader and the *_section files). Lives for one load_config call.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/config.hpp"
#include "core/config_error.hpp"
#include "core/expand.hpp"
#include "core/host.hpp"
#include "core/ini_reader.hpp"
#include "core/load_limits.hpp"
#include "core/machine_types.hpp"
#include "core/option_table.hpp"
#include "core/option_values.hpp"
#include "core/value_error.hpp"

namespace ringmaster::core {

/// Problems in the order they were found, which is the order Supervisor would look in.
class load_problems {
public:
    void add(std::string text, std::string hint);
    bool empty() const noexcept { return !found_; }
    config_error take() { return std::move(error_); }

private:
    bool found_ = false;
    config_error error_;
    std::set<std::string> known_;  ///< a section may be evaluated for many processes
};

struct load_context {
    /// Relative paths count from `directory`.
    load_context(const host& on, std::string_view directory, const load_limits& bounds = {})
        : machine(on), base(directory), types(on, directory), limits(bounds) {
        machine_names.set("host_node_name", on.node_name());
    }
    load_context(const load_context&) = delete;
    load_context& operator=(const load_context&) = delete;

    const host& machine;
    const std::string base;
    machine_types types;
    ini_document document;
    std::string config_path;                         ///< as messages call it
    std::string here;                                ///< absolute directory of that file
    expansion_names environment_names;               ///< ENV_x of the daemon and [supervisord]
    expansion_names here_names{&environment_names};  ///< and `here`
    expansion_names machine_names{&here_names};      ///< and host_node_name
    load_problems problems;
    config out;
    const load_limits limits;
    std::size_t bytes = 0;  ///< used so far of limits.bytes

    /// False if the configuration has become too large with these.
    bool use(std::size_t more) { return (bytes += more) <= limits.bytes; }
    const expansion_names& names_for(const option& row) const;
};

/// One section being evaluated: expands, parses, and files complaints with their places.
class section_values {
public:
    /// With `name_section`, errors say which section they are about, as Supervisor's do for
    /// programs.
    section_values(load_context& context, const ini_section& section, section_kind kind,
                   bool name_section)
        : context_(context), section_(section), kind_(kind), name_section_(name_section) {}

    const ini_section& section() const noexcept { return section_; }
    const ini_option* find(std::string_view name) const {
        return context_.document.find(section_, name);
    }

    /// The row of an option that this kind of section has.
    const option& row(std::string_view name) const { return *find_option(kind_, name); }

    /// The expanded text; unset if the option is absent or does not expand.
    std::optional<std::string> text(const option& row, const expansion_names& names);
    std::optional<std::string> text(const option& row) { return text(row, names_for(row)); }

    /// The option as a T; unset if absent or wrong.
    template <class T>
    std::optional<T> read(const option& row, const expansion_names& names) {
        T out{};
        const auto value = text(row, names);
        if (!value || !accept(row, *value, assign(row, *value, out, context_.types)))
            return std::nullopt;
        return out;
    }
    template <class T>
    std::optional<T> read(const option& row) {
        return read<T>(row, names_for(row));
    }

    /// The option into the member that its row names; an absent one leaves it as it is.
    template <class Owner>
    void apply(const option& row, const expansion_names& names, Owner& owner) {
        if (const auto value = text(row, names))
            accept(row, *value, assign_field(row, *value, owner, context_.types));
    }
    template <class Owner>
    void apply(const option& row, Owner& owner) {
        apply(row, names_for(row), owner);
    }

    /// Files a complaint about an option, and says what it should be.
    void fail(const option& row, std::string text);
    /// Files a complaint whose help is not the option's type.
    void fail_with_help(std::string_view name, std::string text, std::string_view help);
    /// Files a complaint about the option that made the configuration too large.
    void fail_too_large(std::string_view name);
    /// Files a complaint about the section's name.
    void fail_section(std::string text, std::string_view help);
    bool failed() const noexcept { return failed_; }

private:
    const expansion_names& names_for(const option& row) const { return context_.names_for(row); }
    /// Files the complaint about a value that was refused.
    bool accept(const option& row, std::string_view value, const parsed<void>& done);
    void fail_missing(const option& row);
    std::optional<std::string> within_limits(const option& row, std::string value);
    void file(std::string text, ini_place place, std::string_view what);

    load_context& context_;
    const ini_section& section_;
    section_kind kind_;
    bool name_section_;
    bool failed_ = false;
};

}  // namespace ringmaster::core

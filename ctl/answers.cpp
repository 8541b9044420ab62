#include "ctl/answers.hpp"

#include <fmt/format.h>

#include <variant>

namespace ringmaster::ctl {
namespace {

/// Reads members of one struct into fields and remembers the first that did not fit.
class member_reader {
public:
    explicit member_reader(const rpc::value& from) : from_(from) {}

    void read(std::string_view name, std::string& into) { take(name, into); }
    void read(std::string_view name, std::int64_t& into) { take(name, into); }
    void read(std::string_view name, bool& into) {
        const auto* held = from_.find(name);
        if (const auto* number = held != nullptr ? held->integer() : nullptr)
            into = *number != 0;
        else
            take(name, into);
    }

    template <class T>
    outcome<T> finish(T made) const {
        if (!missing_.empty()) return plain_failure("KeyError", fmt::format("'{}'", missing_));
        return made;
    }

private:
    template <class T>
    void take(std::string_view name, T& into) {
        const auto* held = from_.find(name);
        if (const auto* fitting = held != nullptr ? std::get_if<T>(&held->held) : nullptr)
            into = *fitting;
        else if (missing_.empty())
            missing_ = name;
    }

    const rpc::value& from_;
    std::string missing_;
};

failure wrong_type() {
    return plain_failure("TypeError", "unexpected answer of the server");
}

template <class T>
outcome<std::vector<T>> read_list(const rpc::value& from, outcome<T> (*read)(const rpc::value&)) {
    const auto* items = std::get_if<rpc::array>(&from.held);
    if (items == nullptr) return wrong_type();
    std::vector<T> list;
    list.reserve(items->size());
    for (const auto& item : *items) {
        auto one = read(item);
        if (!one) return one.error();
        list.push_back(*std::move(one));
    }
    return list;
}

outcome<operation_result> read_operation(const rpc::value& from) {
    operation_result made;
    member_reader members{from};
    members.read("group", made.group);
    members.read("name", made.name);
    members.read("status", made.status);
    members.read("description", made.description);
    return members.finish(std::move(made));
}

outcome<config_line> read_config_line(const rpc::value& from) {
    config_line made;
    member_reader members{from};
    members.read("group", made.group);
    members.read("name", made.name);
    members.read("inuse", made.in_use);
    members.read("autostart", made.autostart);
    members.read("group_prio", made.group_priority);
    members.read("process_prio", made.process_priority);
    return members.finish(std::move(made));
}

}  // namespace

outcome<process_line> read_process(const rpc::value& from) {
    process_line made;
    member_reader members{from};
    members.read("group", made.group);
    members.read("name", made.name);
    members.read("statename", made.statename);
    members.read("description", made.description);
    members.read("state", made.state);
    members.read("pid", made.pid);
    return members.finish(std::move(made));
}

outcome<std::vector<process_line>> read_processes(const rpc::value& from) {
    return read_list(from, read_process);
}

outcome<std::vector<operation_result>> read_operations(const rpc::value& from) {
    return read_list(from, read_operation);
}

outcome<std::vector<config_line>> read_config_lines(const rpc::value& from) {
    return read_list(from, read_config_line);
}

outcome<config_changes> read_changes(const rpc::value& from) {
    // The three lists are wrapped in a list of one.
    const auto* outer = std::get_if<rpc::array>(&from.held);
    if (outer == nullptr || outer->size() != 1) return wrong_type();
    const auto* lists = std::get_if<rpc::array>(&outer->front().held);
    if (lists == nullptr || lists->size() != 3) return wrong_type();
    config_changes made;
    std::vector<std::string>* const into[] = {&made.added, &made.changed, &made.removed};
    for (std::size_t i = 0; i < lists->size(); ++i) {
        auto names = read_list((*lists)[i], read_text);
        if (!names) return names.error();
        *into[i] = *std::move(names);
    }
    return made;
}

outcome<std::string> read_text(const rpc::value& from) {
    const auto* text = from.text();
    if (text == nullptr) return wrong_type();
    return *text;
}

outcome<std::int64_t> read_number(const rpc::value& from) {
    const auto* number = from.integer();
    if (number == nullptr) return wrong_type();
    return *number;
}

process_name split_name(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return {std::string{text}, std::string{text}};
    process_name split{std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
    if (split.name == "*") split.name.clear();
    return split;
}

}  // namespace ringmaster::ctl

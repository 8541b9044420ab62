#include "core/config_dump.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "core/option_reading.hpp"
#include "core/utf8.hpp"

namespace ringmaster::core {
namespace {

namespace json = boost::json;

json::string text(std::string_view bytes) {
    json::string out;
    for (; !bytes.empty();) {
        const auto next = first_character(bytes);
        const auto piece = next.valid ? bytes.substr(0, next.length) : replacement_character;
        out.append(piece);
        bytes.remove_prefix(next.length);
    }
    return out;
}

json::value value_of(const option& row, const plain_value& value) {
    if (const auto* list = std::get_if<std::vector<int>>(&value))
        return json::array(list->begin(), list->end());
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        json::array out;
        for (const auto& item : *list) out.emplace_back(text(item));
        return out;
    }
    if (const auto* variables = std::get_if<environment>(&value)) {
        json::object out;
        for (const auto& [name, content] : *variables) out[text(name)] = text(content);
        return out;
    }
    if (const auto* yes = std::get_if<bool>(&value)) return *yes;
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number != nullptr && row.type != value_type::signal) return *number;
    if (std::holds_alternative<std::monostate>(value)) return nullptr;
    return text(option_text(row, value));
}

template <class Owner>
void add_rows(json::object& out, section_kind kind, const Owner& owner) {
    for (const auto& row : options_of(kind))
        if (std::holds_alternative<field_of<Owner>>(row.field) && row.type != value_type::name)
            out[json::string(row.name)] = value_of(row, read_option(row, owner));
}

json::object process(const process_config& from) {
    json::object out;
    out["name"] = text(from.name);
    out["section"] = text(from.section);
    add_rows(out, section_kind::program, from);
    return out;
}

json::object server(const server_config& from) {
    json::object out;
    out["section"] = text(from.section);
    const bool local = from.kind == family::local;
    add_rows(out, local ? section_kind::unix_server : section_kind::inet_server, from);
    return out;
}

std::string_view kind_name(group_kind kind) {
    switch (kind) {
        case group_kind::listener: return "eventlistener";
        case group_kind::fcgi: return "fcgi-program";
        case group_kind::plain: break;
    }
    return "program";
}

json::object socket(const fcgi_socket_config& from) {
    json::object out;
    add_rows(out, section_kind::fcgi, from);
    return out;
}

json::object group(const group_config& from) {
    json::object out;
    out["name"] = text(from.name);
    out["kind"] = kind_name(from.kind);
    out["priority"] = from.priority;
    if (from.listener) add_rows(out, section_kind::listener, from);
    json::array processes;
    for (const auto& one : from.processes) {
        auto object = process(one);
        if (one.fcgi_socket) object["socket"] = socket(*one.fcgi_socket);
        processes.push_back(std::move(object));
    }
    out["processes"] = std::move(processes);
    return out;
}

/// Boost.JSON writes everything on one line. Two levels of indentation per nesting; lists of plain
/// values stay on theirs.
void write(std::string& out, const json::value& value, std::size_t depth) {
    const std::string margin(2 * depth + 2, ' ');
    const auto* separator = "\n";
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
        out += '{';
        for (const auto& [name, item] : *object) {
            out += fmt::format("{}{}{}: ", separator, margin, json::serialize(json::string(name)));
            write(out, item, depth + 1);
            separator = ",\n";
        }
        out += fmt::format("\n{:{}}}}", "", 2 * depth);
        return;
    }
    const auto* array = value.if_array();
    if (array == nullptr || array->empty() || !array->front().is_object()) {
        out += json::serialize(value);
        return;
    }
    out += '[';
    for (const auto& item : *array) {
        out += separator + margin;
        write(out, item, depth + 1);
        separator = ",\n";
    }
    out += fmt::format("\n{:{}}]", "", 2 * depth);
}

}  // namespace

std::string dump_as_json(const config& from) {
    json::object out;
    out["config_file"] = text(from.daemon.config_file);
    json::object daemon;
    add_rows(daemon, section_kind::supervisord, from.daemon);
    out["supervisord"] = std::move(daemon);
    json::array servers;
    for (const auto& one : from.servers) servers.push_back(server(one));
    out["servers"] = std::move(servers);
    json::array interfaces;
    for (const auto& name : from.rpc_interfaces) interfaces.emplace_back(text(name));
    out["rpcinterfaces"] = std::move(interfaces);
    json::array groups;
    for (const auto& one : from.groups) groups.push_back(group(one));
    out["groups"] = std::move(groups);
    std::string printed;
    write(printed, out, 0);
    return printed + "\n";
}

}  // namespace ringmaster::core

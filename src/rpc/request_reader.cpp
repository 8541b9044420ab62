#include "rpc/request_reader.hpp"

#include <string>
#include <utility>

#include "rpc/well_formed.hpp"
#include "rpc/xml_reader.hpp"

namespace ringmaster::rpc {
namespace {

/// False if a reference is undefined.
bool read_name(pugi::xml_node element, std::string& into) {
    auto text = text_of(element);
    if (text) into = *std::move(text);
    return text.has_value();
}

/// The parameters below <params>. False unless each <param> holds a value.
bool read_params(pugi::xml_node element, array& into) {
    into.clear();
    for (const pugi::xml_node param : element.children()) {
        if (param.type() != pugi::node_element) continue;
        const pugi::xml_node held = first_element(param);
        if (!held) return false;
        auto read = read_value(held, dialect::of_calls);
        if (!read) return false;
        into.push_back(*std::move(read));
    }
    return true;
}

}  // namespace

std::string_view describe(request_error error) {
    return error == request_error::no_method_name ? "no method name" : "unmarshallable";
}

result<call, request_error> read_request(std::string_view body) {
    std::string text(body);
    pugi::xml_document document;
    const auto root = parse_document(document, text);
    if (!root || !is_well_formed(document)) return request_error::unmarshallable;
    call read;
    // Of several names or lists of parameters the last one counts.
    for (const pugi::xml_node child : root->children()) {
        const std::string_view name = child.name();
        if (name == "methodName" && !read_name(child, read.method))
            return request_error::unmarshallable;
        if (name == "params" && !read_params(child, read.params))
            return request_error::unmarshallable;
    }
    if (read.method.empty()) return request_error::no_method_name;
    return read;
}

}  // namespace ringmaster::rpc

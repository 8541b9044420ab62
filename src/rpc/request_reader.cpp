#include "rpc/request_reader.hpp"

#include <utility>

#include "rpc/xml_reader.hpp"

namespace ringmaster::rpc {
namespace {

/// The parameters below <params>; each <param> must hold a value.
result<array, xml_error> read_params(pugi::xml_node params) {
    array out;
    for (const pugi::xml_node param : params.children()) {
        if (param.type() != pugi::node_element) continue;
        const pugi::xml_node held = first_element(param);
        if (!held) return xml_error{"a parameter without a value"};
        RM_TRY(value read, read_value(held, base64_content::text));
        out.push_back(std::move(read));
    }
    return out;
}

}  // namespace

std::string_view describe(request_error error) {
    return error == request_error::no_method_name ? "no method name" : "unmarshallable";
}

result<call, request_error> read_request(std::string_view body) {
    std::string text(body);
    pugi::xml_document document;
    const auto root = parse_document(document, text);
    if (!root) return request_error::unmarshallable;
    auto method = text_of(root->child("methodName"));
    auto params = read_params(root->child("params"));
    if (!method || !params) return request_error::unmarshallable;
    if (method->empty()) return request_error::no_method_name;
    return call{std::move(*method), std::move(*params)};
}

}  // namespace ringmaster::rpc

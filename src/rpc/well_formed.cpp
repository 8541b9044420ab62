#include "rpc/well_formed.hpp"

#include <string>
#include <string_view>
#include <unordered_set>

#include "rpc/xml_text.hpp"

namespace ringmaster::rpc {
namespace {

bool is_good_comment(std::string_view text) {
    return text.find("--") == std::string_view::npos && !text.ends_with('-');
}

class checker final : public pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& node) override {
        const std::string_view text = node.value();
        if (node.type() == pugi::node_comment) return is_good_comment(text);
        if (node.type() == pugi::node_cdata) return true;
        return text.find("]]>") == std::string_view::npos && has_good_references(text) &&
               has_good_attributes(node);
    }

    bool has_good_references(std::string_view text) {
        if (text.find('&') == std::string_view::npos) return true;
        unescaped_.clear();
        return append_unescaped(unescaped_, text);
    }

    bool has_good_attributes(pugi::xml_node node) {
        if (!node.first_attribute()) return true;
        std::unordered_set<std::string_view> names;
        for (const pugi::xml_attribute each : node.attributes()) {
            const std::string_view value = each.value();
            if (!names.insert(each.name()).second) return false;
            if (value.find('<') != std::string_view::npos || !has_good_references(value))
                return false;
        }
        return true;
    }

    std::string unescaped_;  // only whether it can be made is of interest
};

}  // namespace

bool is_well_formed(pugi::xml_document& document) {
    checker check;
    return document.traverse(check);
}

}  // namespace ringmaster::rpc

#include "rpc/arguments.hpp"

#include <optional>
#include <variant>

#include "core/text.hpp"
#include "rpc/python_text.hpp"

namespace ringmaster::rpc {
namespace {

std::optional<std::int64_t> truncated(double number) {
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (!(number > -limit && number < limit)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

struct to_integer {
    std::optional<std::int64_t> operator()(std::int64_t number) const { return number; }
    std::optional<std::int64_t> operator()(bool truth) const { return truth ? 1 : 0; }
    std::optional<std::int64_t> operator()(double number) const { return truncated(number); }
    std::optional<std::int64_t> operator()(const std::string& text) const {
        return core::parse_python_int(text);
    }
    template <class Other>
    std::optional<std::int64_t> operator()(const Other&) const {
        return std::nullopt;
    }
};

struct to_truth {
    bool operator()(nil) const { return false; }
    bool operator()(bool truth) const { return truth; }
    bool operator()(std::int64_t number) const { return number != 0; }
    bool operator()(double number) const { return number != 0; }
    bool operator()(const date_time&) const { return true; }
    template <class Container>
    bool operator()(const Container& held) const {
        return !held.empty();
    }
};

}  // namespace

reply<std::string_view> text_argument(const array& params, std::size_t index) {
    const std::string* const text = params.at(index).text();
    if (text == nullptr) return fault(fault_code::incorrect_parameters);
    return std::string_view(*text);
}

std::string printed_argument(const array& params, std::size_t index) {
    return python_text(params.at(index));
}

reply<std::int64_t> integer_argument(const array& params, std::size_t index) {
    const auto number = std::visit(to_integer{}, params.at(index).held);
    if (!number) return fault(fault_code::incorrect_parameters);
    return *number;
}

bool truth_argument(const array& params, std::size_t index, bool otherwise) {
    if (index >= params.size()) return otherwise;
    return std::visit(to_truth{}, params[index].held);
}

}  // namespace ringmaster::rpc

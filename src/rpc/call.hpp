// One method call as a value: what a methodCall document says.
#pragma once

#include <string>

#include "rpc/value.hpp"

namespace ringmaster::rpc {

struct call {
    std::string method;
    array params;
};

}  // namespace ringmaster::rpc

// A value as Python prints it: what Supervisor's messages make of values that may be anything.
//
// Used for arguments that a method takes as they come, and by the client. Pure.
#pragma once

#include <string>

#include "rpc/value.hpp"

namespace ringmaster::rpc {

/// str() of the Python object that the value would be; inside of containers repr().
std::string python_text(const value& of);

}  // namespace ringmaster::rpc

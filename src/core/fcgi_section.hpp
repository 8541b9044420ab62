// The socket of an [fcgi-program:x].
//
// Internal to the configuration loader.
#pragma once

#include <memory>

#include "core/load_context.hpp"

namespace ringmaster::core {

/// Null after a complaint. `values` is the section, evaluated without naming it in errors.
std::shared_ptr<const fcgi_socket_config> read_fcgi_socket(load_context& context,
                                                           section_values& values);

}  // namespace ringmaster::core

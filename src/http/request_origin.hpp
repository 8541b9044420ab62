// Where a request comes from: the defence against other sites that use a visitor's credentials.
//
// Pure; who asks decides which requests it matters for.
#pragma once

#include "http/message.hpp"

namespace ringmaster::http {

/// True if a browser sent this on behalf of another site's page. Clients that are no browsers send
/// none of the fields this looks at.
bool is_cross_site(const request& in);

}  // namespace ringmaster::http

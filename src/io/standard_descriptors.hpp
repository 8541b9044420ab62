// Descriptors 0 to 2 of a program that was started without them.
//
// The first thing that main() does. Otherwise a socket or a file gets such a number, and what is
// printed goes to it: to a peer, or into the log of a child.
#pragma once

namespace ringmaster::io {

/// What becomes of reading and writing those that were closed.
enum class closed_output {
    fails,     ///< as if they still were
    vanishes,  ///< as with /dev/null
};

/// Opens those that are closed.
void hold_standard_descriptors(closed_output then);

}  // namespace ringmaster::io

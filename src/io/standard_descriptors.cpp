#include "io/standard_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace ringmaster::io {

void hold_standard_descriptors(closed_output then) {
    for (const int wanted : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(wanted, F_GETFD) >= 0) continue;
        // The lowest free number is this one.
        if (then == closed_output::fails)
            (void)::open("/", O_PATH | O_CLOEXEC);
        else
            (void)::open("/dev/null", O_RDWR | O_CLOEXEC);
    }
}

}  // namespace ringmaster::io

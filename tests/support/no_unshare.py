"""Runs a command whose children cannot leave a shared descriptor table: no_unshare.py COMMAND [ARGUMENT...]

close_range(CLOSE_RANGE_UNSHARE) fails with EINVAL, but not if it begins at descriptor 3: the daemon
tries the call that way at start, and is to meet the failure later, in a child that it makes.
"""

import errno
import os
import sys

from no_uring import (
    BPF_JUMP_EQUAL,
    BPF_LOAD_WORD,
    BPF_RETURN,
    SECCOMP_RET_ALLOW,
    SECCOMP_RET_ERRNO,
    install,
    instruction,
)

SYS_CLOSE_RANGE = 436  # the same on every architecture
CLOSE_RANGE_UNSHARE = 2
FIRST, FLAGS = 16, 32  # where struct seccomp_data has the first and the third argument


if __name__ == "__main__":
    install(
        [
            instruction(BPF_LOAD_WORD, 0, 0, 0),
            instruction(BPF_JUMP_EQUAL, 0, 5, SYS_CLOSE_RANGE),
            instruction(BPF_LOAD_WORD, 0, 0, FIRST),
            instruction(BPF_JUMP_EQUAL, 3, 0, 3),
            instruction(BPF_LOAD_WORD, 0, 0, FLAGS),
            instruction(BPF_JUMP_EQUAL, 0, 1, CLOSE_RANGE_UNSHARE),
            instruction(BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EINVAL),
            instruction(BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW),
        ]
    )
    os.execvp(sys.argv[1], sys.argv[1:])

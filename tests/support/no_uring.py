"""Runs a command where io_uring is forbidden: no_uring.py COMMAND [ARGUMENT...]

A seccomp filter makes io_uring_setup fail with EPERM, as Docker's and containerd's default profiles
do. The filter is inherited by everything the command starts.
"""

import ctypes
import errno
import os
import struct
import sys

SYS_IO_URING_SETUP = 425  # the same on every architecture
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
BPF_LOAD_WORD, BPF_JUMP_EQUAL, BPF_RETURN = 0x20, 0x15, 0x06
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def instruction(code, jump_true, jump_false, value):
    return struct.pack("HBBI", code, jump_true, jump_false, value)


def install(instructions):
    """Puts the filter into force for this process and everything that it starts."""
    code = b"".join(instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(code) // 8, code)
    # Root may install a filter as it is; others must first give up gaining privileges.
    if os.geteuid() != 0 and libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def forbid_io_uring():
    install(
        [
            instruction(BPF_LOAD_WORD, 0, 0, 0),  # the number of the system call
            instruction(BPF_JUMP_EQUAL, 0, 1, SYS_IO_URING_SETUP),
            instruction(BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EPERM),
            instruction(BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW),
        ]
    )


if __name__ == "__main__":
    forbid_io_uring()
    os.execvp(sys.argv[1], sys.argv[1:])

"""Looking at processes through /proc."""

import ctypes
import os
import pathlib
import re
import signal
from typing import NamedTuple

from harness.waiting import eventually

PR_SET_CHILD_SUBREAPER = 36
PF_EXITING = 4


def adopt_orphans():
    """Makes orphans children of the test process, so that none can hide behind init."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class ProcessStat(NamedTuple):
    pid: int
    state: str
    ppid: int
    pgrp: int
    session: int
    flags: int  # PF_...


def process_stat(pid):
    """/proc/<pid>/stat, or None when there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return ProcessStat(int(pid), fields[0], int(fields[1]), int(fields[2]), int(fields[3]), int(fields[6]))


def all_processes():
    return [found for entry in os.listdir("/proc") if entry.isdigit() and (found := process_stat(entry))]


def children_of(pid):
    return [process for process in all_processes() if process.ppid == pid]


def alive(pid):
    """Whether the process exists and is not just a zombie."""
    found = process_stat(pid)
    return found is not None and found.state not in "ZX"


def end(pid):
    """Kills a process that no daemon watches any more, and waits until it is dead."""
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not alive(pid), "the end of a killed process")


def signal_sets(pid):
    """{"SigIgn": the signals that the process ignores, …} as in /proc/<pid>/status."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    masks = re.findall(r"(?m)^(Sig\w+|ShdPnd):\s*([0-9a-f]+)$", status)
    return {name: {number for number in range(1, 65) if int(mask, 16) >> (number - 1) & 1} for name, mask in masks}


def ignores(pid, number):
    """Whether the process ignores the signal."""
    return number in signal_sets(pid)["SigIgn"]


def is_dying(pid):
    """Whether all that the process needs to be gone is a processor to die on."""
    try:
        sets = signal_sets(pid)
    except OSError:
        return True
    found = process_stat(pid)
    if found is None or found.flags & PF_EXITING:
        return True
    pending = sets["SigPnd"] | sets["ShdPnd"]
    survived = sets["SigBlk"] | sets["SigIgn"] | sets["SigCgt"]
    return signal.SIGKILL in pending or signal.SIGTERM in pending - survived


def environment_of(pid):
    try:
        raw = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in raw.split(b"\0") if b"=" in entry)
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, _, value in pairs}


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "?"


def reap_adopted():
    """Collects zombies that adopt_orphans() brought here; never those of a Popen."""
    for process in children_of(os.getpid()):
        if process.state == "Z" and process.session not in (os.getsid(0), process.pid):
            try:
                os.waitpid(process.pid, os.WNOHANG)
            except ChildProcessError:
                pass

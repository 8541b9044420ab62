"""What the kernel knows: costs of processes, limits, the machine, who must not be left behind."""

import contextlib
import ctypes
import datetime
import os
import platform
import resource
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36


def cpu_seconds(pid):
    """CPU time of all threads of a process, also of ended ones and of a zombie.

    The process clock has nanoseconds; utime and stime in /proc have 10 ms.
    """
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9


def pss_kib(pid):
    """Proportional set size: private pages, and the process's share of the shared ones."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def switches(pid):
    """Context switches of all threads so far: (waits, preemptions). Each wait ends in a wake-up."""
    waits = preempted = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("voluntary_ctxt_switches:"):
                    waits += int(line.split()[1])
                elif line.startswith("nonvoluntary_ctxt_switches:"):
                    preempted += int(line.split()[1])
    return waits, preempted


def name_of(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
        return file.read().strip()


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def raise_descriptor_limit(wanted):
    """Raises RLIMIT_NOFILE as far as allowed and needed; children inherit it. Returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if wanted > hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return wanted
        except (OSError, ValueError):
            pass  # needs CAP_SYS_RESOURCE; the hard limit must do
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def descriptor_limit():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def process_limit():
    """How many more processes can be started, with a margin for others."""
    limits = [resource.getrlimit(resource.RLIMIT_NPROC)[0]]
    for path in ("/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max"):
        with open(path, encoding="ascii") as file:
            limits.append(int(file.read()))
    most = min(limit for limit in limits if limit != resource.RLIM_INFINITY)
    with open("/proc/loadavg", encoding="ascii") as file:
        running = int(file.read().split()[3].split("/")[1])
    return most - running - 300


def adopt_orphans():
    """Children of a supervisor that died become ours, so that end_all_children() finds them."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid):
    """The children of all threads of a process; "self" is this one."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
            found += [int(child) for child in file.read().split()]
    return found


def tree(pid):
    """A process and all below it; one that ends meanwhile is left out."""
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        try:
            ahead += children_of(one)
        except OSError:
            continue
        found.append(one)
    return found


def end_tree(pid):
    """Kills a process and all below it."""
    for one in tree(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def wait_for_all_children(seconds):
    """Reaps until no child is left, adopted ones included; False if some are after that time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)


def end_all_children():
    """Kills and reaps every process below this one. Returns how many there were.

    A killed supervisor's children turn up in the next round, since we adopt orphans. A signal that
    wants to end us waits until this is done.
    """
    waiting = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waiting)
    try:
        return _end_children()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_children():
    ended = 0
    while True:
        for pid in children_of("self"):
            os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
            ended += 1
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                ended += 1
        except ChildProcessError:
            return ended


def _cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def _filesystem(path):
    best = ("", "unknown")
    with open("/proc/self/mounts", encoding="utf-8") as file:
        for line in file:
            _, mount, kind = line.split()[:3]
            inside = path == mount or path.startswith(mount.rstrip("/") + "/")
            if inside and len(mount) >= len(best[0]):
                best = (mount, kind)
    return best[1]


def _distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "unknown"


def is_busy(described):
    """Whether others left less than half of the machine when the run began.

    The load average is that of the minute before, so a build that has just ended counts; that is right,
    since what it wrote is still on its way to the disk.
    """
    return described["load_at_start"] > described["cpus"] / 2


def describe(log_directory):
    """The machine, for the report."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.date.today().isoformat(),
        "system": _distribution(),
        "kernel": platform.release(),
        "cpu": _cpu_model(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "log_filesystem": _filesystem(os.path.realpath(log_directory)),
        "descriptor_limit": descriptor_limit(),
        "load_at_start": os.getloadavg()[0],
    }


def start_quietly(words, directory, environment=None):
    """Starts a program whose output goes to a file in the directory; returns its Popen."""
    with open(os.path.join(directory, "console"), "wb") as console:
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=console, stderr=console, cwd=directory,
            start_new_session=True, env=environment,
        )  # fmt: skip


def last_words(directory, lines=3):
    """The end of what a program said that was started quietly, to be put behind a message; may be empty."""
    try:
        with open(os.path.join(directory, "console"), "rb") as console:
            console.seek(max(0, os.fstat(console.fileno()).st_size - 2000))
            said = console.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    ended = [line.strip() for line in said if line.strip()][-lines:]
    return f"; it said: {' / '.join(ended)}" if ended else ""


def signal_named(pid, name, signo):
    """Signals a process if it has that name (at most 15 bytes); one that is gone is no error."""
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if name_of(pid) == name:
            signal.pidfd_send_signal(pidfd, signo)
    except OSError:
        pass  # it has ended meanwhile
    finally:
        os.close(pidfd)

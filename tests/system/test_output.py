"""Bytes that children write: all of them, in order, in rotated files, also at the moment of death."""

import hashlib
import os
import pathlib
import re
import signal

import pytest

from harness import alive, end, eventually

pytestmark = pytest.mark.engine

PYTHON = "/usr/bin/python3"
ENDLESS = "stdout_logfile_maxbytes=0\nstderr_logfile_maxbytes=0\n"


def pattern(seed, size):
    """Bytes of every value that never repeat within a file."""
    blocks = (hashlib.sha256(f"{seed}-{number}".encode()).digest() for number in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def wait_size(path, size):
    path = pathlib.Path(path)
    eventually(
        lambda: path.exists() and path.stat().st_size >= size,
        lambda: f"{size} bytes in {path}: {path.exists() and path.stat().st_size}",
    )
    return path.read_bytes()


def logs(name):
    return f"stdout_logfile=%(here)s/{name}.out\nstderr_logfile=%(here)s/{name}.err\n{ENDLESS}"


def test_every_byte_of_many_writers_arrives_in_order(start):
    size = 8_000_000
    text = "".join(
        f"[program:w{n}]\ncommand=/bin/sh -c 'cat input{n} & cat input{n} >&2; wait'\nstartsecs=0\n{logs(f'w{n}')}"
        for n in range(4)
    )
    daemon = start(text, files={f"input{number}": pattern(number, size) for number in range(4)})
    for number in range(4):
        expected = pattern(number, size)
        for channel in ("out", "err"):
            assert wait_size(daemon.dir / f"w{number}.{channel}", size) == expected
    daemon.wait_all("EXITED")


def test_bytes_written_just_before_death_are_kept(start):
    """A pipe holds 64 KiB when its writer dies; all of it comes before the exit, and before a restart."""
    size = 60_000
    daemon = start(
        "[program:dying]\nstartsecs=0\nautorestart=unexpected\n"
        "command=/bin/sh -c 'echo begin; cat input; cat input >&2; echo >>runs; test $(wc -l <runs) -ge 5 && exit 0; kill -9 $$'\n"
        f"{logs('dying')}",
        files={"input": pattern("death", size)},
    )
    daemon.wait_log("exited: dying (exit status 0; expected)")
    assert daemon.count_log(r"^exited: dying \(terminated by SIGKILL; not expected\)") == 4
    assert (daemon.dir / "dying.out").read_bytes() == (b"begin\n" + pattern("death", size)) * 5
    assert (daemon.dir / "dying.err").read_bytes() == pattern("death", size) * 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_last_words_at_a_shutdown_or_restart_are_kept(start, number):
    size = 60_000
    daemon = start(
        "[program:last]\ncommand=/bin/sh -c 'trap \"cat input; cat input >&2; exit\" TERM; echo ready; read end'\nstartsecs=0\n"
        + logs("last"),
        files={"input": pattern("last", size)},
    )
    daemon.wait_file("last.out", "ready\n")
    daemon.send(number)
    if number == signal.SIGTERM:
        assert daemon.wait_exit() == 0
    expected = b"ready\n" + pattern("last", size)
    ends = b"" if number == signal.SIGTERM else b"ready\n"  # of the next incarnation
    assert wait_size(daemon.dir / "last.out", len(expected + ends)) == expected + ends
    assert wait_size(daemon.dir / "last.err", size) == pattern("last", size)
    if number == signal.SIGHUP:
        daemon.wait_ready()


def test_the_log_is_complete_when_the_exit_is_known(start):
    daemon = start(
        "[program:short]\ncommand=/bin/sh -c 'echo the last words'\nautostart=false\nstartsecs=0\n"
        "stdout_logfile=%(here)s/short.out\n"
    )
    for run in range(1, 6):
        daemon.rpc.supervisor.startProcess("short")
        daemon.wait_state("short", "EXITED")
        assert daemon.read("short.out") == "the last words\n" * run


def test_a_surviving_grandchild_does_not_hold_up_the_end(start):
    daemon = start(
        "[program:leader]\ncommand=/bin/sh -c 'sleep 1000 & echo $!'\nstartsecs=0\nautostart=false\n"
        "stdout_logfile=%(here)s/leader.out\n"
    )
    daemon.rpc.supervisor.startProcess("leader")
    daemon.wait_state("leader", "EXITED")
    child = int(daemon.read("leader.out"))
    assert alive(child)
    end(child)


def test_logs_rotate_after_maxbytes_and_lose_nothing(start):
    size = 200_000
    daemon = start(
        f"[program:writer]\ncommand={PYTHON} -u write.py\nstartsecs=0\nstdout_logfile=%(here)s/w.log\n"
        "stdout_logfile_maxbytes=10000\nstdout_logfile_backups=1000\nautostart=false\n"
        f"[program:few]\ncommand={PYTHON} -u write.py\nstartsecs=0\nstdout_logfile=%(here)s/few.log\n"
        "stdout_logfile_maxbytes=10000\nstdout_logfile_backups=2\nautostart=false\n"
        f"[program:none]\ncommand={PYTHON} -u write.py\nstartsecs=0\nstdout_logfile=%(here)s/none.log\n"
        "stdout_logfile_maxbytes=10000\nstdout_logfile_backups=0\nautostart=false\n",
        files={
            "input": pattern("rotate", size),
            "write.py": "import os\ndata = open('input', 'rb').read()\n"
            "for at in range(0, len(data), 700): os.write(1, data[at:at + 700])\n",
        },
    )
    for name in ("writer", "few", "none"):
        daemon.rpc.supervisor.startProcess(name)
        daemon.wait_state(name, "EXITED")

    def backups(name):
        numbers = [int(path.suffix[1:]) for path in daemon.dir.glob(f"{name}.log.*")]
        return [daemon.dir / f"{name}.log.{number}" for number in sorted(numbers, reverse=True)]

    expected = pattern("rotate", size)
    files = [path.read_bytes() for path in backups("w")] + [(daemon.dir / "w.log").read_bytes()]
    assert b"".join(files) == expected
    assert len(files) >= 3 and all(len(data) >= 10_000 for data in files[:-1]) and len(files[-1]) < 10_000
    assert [path.name for path in backups("few")] == ["few.log.2", "few.log.1"]
    kept = b"".join(path.read_bytes() for path in [*backups("few"), daemon.dir / "few.log"])
    assert len(kept) >= 20_000 and expected.endswith(kept)
    assert not backups("none") and expected.endswith((daemon.dir / "none.log").read_bytes())


# Writes as much as its stdout takes at once: the kernel makes pipes of users who have many smaller.
FILL_PIPE = """
import fcntl, os
size = fcntl.fcntl(1, fcntl.F_GETPIPE_SZ)
os.write(1, b"x" * size)
with open(os.path.dirname(__file__) + "/big.size", "w") as file:
    print(size, file=file)
os.read(0, 1)
"""


def test_what_was_read_at_once_is_never_split_by_a_rotation(start):
    daemon = start(
        f"[program:big]\ncommand={PYTHON} %(here)s/fill.py\nstartsecs=0\n"
        "stdout_logfile=%(here)s/big.out\nstdout_logfile_maxbytes=1000\nstdout_logfile_backups=1\n",
        files={"fill.py": FILL_PIPE},
    )
    size = int(daemon.wait_file("big.size", "\n"))
    wait_size(daemon.dir / "big.out.1", size)
    assert (daemon.dir / "big.out.1").stat().st_size == size and daemon.read("big.out") == ""


def test_an_automatic_log_is_private_until_it_is_rotated(start):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=AUTO\nstdout_logfile_maxbytes=10\n"
        "stdout_logfile_backups=1\n"
    )
    log = pathlib.Path(daemon.wait_state("cat", "RUNNING")["stdout_logfile"])
    assert re.fullmatch(r"cat-stdout---supervisor-[a-z0-9_]{8}\.log", log.name)
    assert log.stat().st_mode & 0o777 == 0o600
    daemon.rpc.supervisor.sendProcessStdin("cat", "more than ten\n")
    wait_size(f"{log}.1", 14)
    assert pathlib.Path(f"{log}.1").stat().st_mode & 0o777 == 0o600
    umask = int(re.search(r"Umask:\s*(\d+)", pathlib.Path(f"/proc/{daemon.pid}/status").read_text())[1], 8)
    eventually(log.exists, "the new log")
    assert log.stat().st_mode & 0o777 == 0o666 & ~umask


def test_the_main_log_rotates(start):
    daemon = start(
        "[program:short]\ncommand=/bin/true\nstartsecs=0\nautostart=false\n",
        supervisord={"logfile_maxbytes": "1KB", "logfile_backups": "3"},
    )
    for _ in range(60):
        daemon.rpc.supervisor.startProcess("short")
        daemon.wait_state("short", "EXITED")
    names = sorted(path.name for path in daemon.dir.glob("supervisord.log*"))
    assert names == ["supervisord.log", "supervisord.log.1", "supervisord.log.2", "supervisord.log.3"]
    for name in names[1:]:
        text = daemon.read(name)
        assert 1024 <= len(text) < 1400 and text.endswith("\n")
        assert re.match(r"\d{4}-\d\d-\d\d ", text)  # a line is never cut


def test_usr2_reopens_logs_after_an_external_rename(start):
    daemon = start(
        "[program:cat]\ncommand=/usr/bin/tail -n +1 -f input\nstdout_logfile=%(here)s/cat.out\nstartsecs=0\n",
        files={"input": "before\n"},
    )
    daemon.wait_file("cat.out", "before\n")
    (daemon.dir / "cat.out").rename(daemon.dir / "cat.old")
    daemon.logfile.rename(daemon.dir / "main.old")
    daemon.send(signal.SIGUSR2)
    eventually(daemon.logfile.exists, "a new main log")
    eventually((daemon.dir / "cat.out").exists, "a new log of the program")
    with open(daemon.dir / "input", "a") as more:
        more.write("after\n")
    daemon.wait_file("cat.out", "after\n")
    assert daemon.read("cat.out") == "after\n" and daemon.read("cat.old") == "before\n"
    old = daemon.read("main.old")
    assert "INFO received SIGUSR2 indicating log reopen request\n" in old
    assert old.endswith("INFO supervisord logreopen\n")


def test_strip_ansi_removes_escape_sequences(start):
    daemon = start(
        "[program:colour]\ncommand=/usr/bin/printf 'a\\033[1;31mred\\033[0mb\\n'\nstartsecs=0\n"
        "stdout_logfile=%(here)s/colour.out\n",
        supervisord={"strip_ansi": "true"},
    )
    daemon.wait_state("colour", "EXITED")
    assert daemon.read("colour.out") == "aredb\n"


def test_a_program_without_a_log_can_write_as_it_likes(start):
    daemon = start(
        "[program:silent]\ncommand=/bin/sh -c 'cat input input input; echo done >finished'\nstartsecs=0\n"
        "stdout_logfile=NONE\nstderr_logfile=/dev/null\nstderr_logfile_maxbytes=0\nautostart=false\n",
        files={"input": pattern("silent", 1_000_000)},
    )
    daemon.rpc.supervisor.startProcess("silent")
    daemon.wait_file("finished", "done")
    assert daemon.wait_state("silent", "EXITED")["stdout_logfile"] == ""


def test_a_program_may_log_to_the_output_of_the_daemon(start):
    daemon = start(
        "[program:hello]\ncommand=/bin/echo hello there\nstartsecs=0\n"
        "stdout_logfile=/dev/stdout\nstdout_logfile_maxbytes=0\n"
    )
    daemon.wait_state("hello", "EXITED")
    daemon.wait_file("stdout", "hello there\n")


def test_a_log_can_be_cleared_and_reopened_while_its_child_lives_without_its_stdout(start):
    daemon = start(
        "[program:mute]\ncommand=/bin/sh -c 'echo out; echo err >&2; exec >&-; exec sleep 1000'\nstartsecs=0\n"
        + logs("mute")
    )
    out, err = daemon.dir / "mute.out", daemon.dir / "mute.err"
    assert wait_size(out, 4) == b"out\n"
    assert wait_size(err, 4) == b"err\n"
    assert daemon.rpc.supervisor.clearProcessLogs("mute") is True
    assert (out.read_bytes(), err.read_bytes()) == (b"", b"")
    out.rename(daemon.dir / "mute.out.1")
    os.kill(daemon.pid, signal.SIGUSR2)
    eventually(out.exists, "the reopened log")


@pytest.mark.ours_only  # supervisord goes on writing to the file without a name
def test_a_log_that_was_removed_is_made_anew(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=%(here)s/cat.out\n")
    daemon.wait_state("cat", "RUNNING")
    said, log = 0, daemon.dir / "cat.out"

    def say_something():
        nonlocal said
        said += daemon.rpc.supervisor.sendProcessStdin("cat", "x")
        return log.exists()

    def lost():
        """What the daemon says it has lost; if it saw the removal before it wrote again, what could be read."""
        found = re.search(r"cat\.out works again; (\d+) bytes of output were dropped since \d{4}-", daemon.log())
        return int(found[1]) if found else 1

    assert say_something()
    wait_size(log, 1)
    log.unlink()
    eventually(say_something, "the new log")
    eventually(lambda: lost() + log.stat().st_size == said, lambda: f"{said} bytes, lost {lost()}, there {log.stat().st_size}")

    daemon.rpc.supervisor.stopProcess("cat")
    daemon.logfile.unlink()
    eventually(lambda: daemon.rpc.supervisor.startProcess("cat") and daemon.rpc.supervisor.stopProcess("cat")
               and daemon.logfile.exists(), "the new main log")  # fmt: skip

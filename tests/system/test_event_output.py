"""PROCESS_LOG and PROCESS_COMMUNICATION: what children print, as events."""

import pytest

from events import listener, summary, wait_events
from harness import eventually

pytestmark = pytest.mark.engine

BEGIN, END = "<!--XSUPERVISOR:BEGIN-->", "<!--XSUPERVISOR:END-->"


def talker(name, script, **options):
    """A program that runs `script` once it is sent a line."""
    lines = [f"[program:{name}]", f"command=/bin/sh -c 'read go; {script}; read end'", "startsecs=0", "stopasgroup=true"]
    lines += [f"stdout_logfile=%(here)s/{name}.out", f"stderr_logfile=%(here)s/{name}.err"]
    return "\n".join([*lines, *(f"{key}={value}" for key, value in options.items()), ""])


def go(daemon, *names):
    """Lets the programs talk, once the listeners listen."""
    daemon.wait_all("RUNNING")
    for name in names:
        daemon.rpc.supervisor.sendProcessStdin(name, "go\n")


def text_of(events, process):
    return "".join(event.data() for event in events if event.fields()["processname"] == process)


def test_output_becomes_events_and_is_logged_all_the_same(start):
    daemon = start(
        listener("l", "PROCESS_LOG")
        + talker("t", "echo out; echo err >&2", stdout_events_enabled="true", stderr_events_enabled="true")
        + talker("silent", "echo unseen")
    )
    go(daemon, "silent", "t")
    seen = wait_events(daemon, "l", 2)
    assert sorted(summary(seen)) == [
        "PROCESS_LOG_STDERR processname:t groupname:t pid:N channel:stderr\nerr\n",
        "PROCESS_LOG_STDOUT processname:t groupname:t pid:N channel:stdout\nout\n",
    ]
    assert {int(event.fields()["pid"]) for event in seen} == {daemon.info("t")["pid"]}
    daemon.wait_file("t.out", "out\n")
    daemon.wait_file("t.err", "err\n")


def test_output_without_a_log_file_is_seen_too(start):
    daemon = start(
        listener("l", "PROCESS_LOG_STDOUT")
        + "[program:t]\ncommand=/bin/sh -c 'read go; echo hello; echo error >&2; read end'\nstartsecs=0\n"
        + "stdout_logfile=NONE\nredirect_stderr=true\nstdout_events_enabled=true\nstopasgroup=true\n"
    )
    go(daemon, "t")
    seen = wait_events(daemon, "l", lambda seen: "error" in text_of(seen, "t"))
    assert text_of(seen, "t") == "hello\nerror\n"


def test_output_that_is_no_text_is_quoted(start):
    daemon = start(
        listener("l", "PROCESS_LOG_STDOUT")
        + talker("t", r"printf \"\\377\\n\"".replace('\\"', '"'), stdout_events_enabled="true")
    )
    go(daemon, "t")
    assert text_of(wait_events(daemon, "l", 1), "t") == r"Undecodable: b'\xff\n'"


def test_escape_sequences_are_stripped_before(start):
    daemon = start(
        listener("l", "PROCESS_LOG_STDOUT")
        + talker("t", r'printf "\\033[31mred\\033[0m\\n"', stdout_events_enabled="true"),
        supervisord={"strip_ansi": "true"},
    )
    go(daemon, "t")
    assert text_of(wait_events(daemon, "l", 1), "t") == "red\n"


def test_captured_text_becomes_one_event_and_stays_out_of_the_log(start):
    daemon = start(
        listener("l", "PROCESS_COMMUNICATION")
        + talker(
            "t",
            f'echo before; echo "{BEGIN}inside"; echo "more{END}after the capture, long enough to be seen"',
            stdout_capture_maxbytes="1MB",
        )
        + talker("e", f'echo "{BEGIN}problem{END} and text that follows it for a while" >&2', stderr_capture_maxbytes="1MB")
    )
    go(daemon, "t")
    wait_events(daemon, "l", 1)
    go(daemon, "e")
    seen = wait_events(daemon, "l", 2)
    assert summary(seen) == [
        "PROCESS_COMMUNICATION_STDOUT processname:t groupname:t pid:N\ninside\nmore",
        "PROCESS_COMMUNICATION_STDERR processname:e groupname:e pid:N\nproblem",
    ]
    daemon.wait_file("t.out", lambda text: text == "before\nafter the capture, long enough to be seen\n")
    daemon.wait_file("e.err", lambda text: text == " and text that follows it for a while\n")


# Writes its text cut in two at each offset, and each half only when the daemon has taken what was there before.
CUTTER = """
import fcntl, os, struct, sys, termios
def say(part):
    os.write(1, part)
    while struct.unpack("i", fcntl.ioctl(1, termios.FIONREAD, b"0000"))[0]:
        os.sched_yield()
text = open("text", "rb").read()
sys.stdin.readline()
for cut in range(len(text) + 1):
    if text[:cut]: say(text[:cut])
    if text[cut:]: say(text[cut:])
say(b"the end, longer than a token, so that nothing is held back")
sys.stdin.readline()
"""


def test_tokens_may_be_cut_anywhere(start):
    before, inside, after = "before <!--XSUPER", "\0 in <!--XSUPERVISOR:BEGIN side\n", "<!--XSUPERVISOR:END after -->\n"
    text = f"{before}{BEGIN}{inside}{END}{after}"
    daemon = start(
        listener("l", "PROCESS_COMMUNICATION_STDOUT")
        + "[program:t]\ncommand=/usr/bin/python3 -u cutter.py\nstartsecs=0\nstdout_capture_maxbytes=1MB\n"
        + "stdout_logfile=%(here)s/t.out\n",
        files={"cutter.py": CUTTER, "text": text},
    )
    go(daemon, "t")
    times = len(text) + 1
    seen = wait_events(daemon, "l", times)
    assert [event.data() for event in seen] == [inside] * times
    expected = (before + after) * times + "the end, longer than a token, so that nothing is held back"
    daemon.wait_file("t.out", lambda found: found == expected)


def test_clearing_the_log_drops_what_was_captured_so_far(start):
    old, new = "old text that is longer than the token for its end\n", "new text that is longer, too, than that token\n"
    daemon = start(
        listener("l", "PROCESS_LOG_STDOUT,PROCESS_COMMUNICATION_STDOUT")
        + "[program:t]\ncommand=/bin/cat\nstartsecs=0\nstdout_capture_maxbytes=1MB\nstdout_events_enabled=true\n"
        + "stdout_logfile=%(here)s/t.out\n"
    )
    daemon.wait_all("RUNNING")
    daemon.rpc.supervisor.sendProcessStdin("t", BEGIN + old)
    wait_events(daemon, "l", lambda seen: text_of(seen, "t") == old)
    assert daemon.rpc.supervisor.clearProcessLogs("t") is True
    daemon.rpc.supervisor.sendProcessStdin("t", f"{new}{END} and more")
    seen = wait_events(daemon, "l", lambda seen: seen[-1].name == "PROCESS_COMMUNICATION_STDOUT")
    assert seen[-1].data() == new


def test_captured_text_is_a_log_event_too(start):
    daemon = start(
        listener("l", "PROCESS_LOG_STDOUT")
        + talker(
            "t",
            f'echo "{BEGIN}the captured text{END}and the text that follows it"',
            stdout_capture_maxbytes="1MB",
            stdout_events_enabled="true",
        )
    )
    go(daemon, "t")
    seen = wait_events(daemon, "l", lambda seen: text_of(seen, "t").endswith("follows it\n"))
    assert [event.data() for event in seen] == ["the captured text", "and the text that follows it\n"]


def test_the_exit_event_follows_the_output(start):
    daemon = start(
        listener("l", "PROCESS_LOG_STDOUT,PROCESS_STATE_EXITED")
        + "[program:t]\ncommand=/bin/sh -c 'read go; echo last words; exit 0'\nstartsecs=0\nautorestart=false\n"
        + "stdout_events_enabled=true\n"
    )
    go(daemon, "t")
    seen = wait_events(daemon, "l", 2)
    assert [event.name for event in seen] == ["PROCESS_LOG_STDOUT", "PROCESS_STATE_EXITED"]


@pytest.mark.ours_only
def test_what_capture_mode_holds_back_is_logged_in_the_end(start):
    daemon = start(
        "[program:t]\ncommand=/bin/sh -c 'printf short'\nstartsecs=0\nautorestart=false\n"
        "stdout_capture_maxbytes=1MB\nstdout_logfile=%(here)s/t.out\n"
    )
    daemon.wait_state("t", "EXITED")
    assert daemon.read("t.out") == "short"


def test_a_main_log_of_level_debug_shows_output(start):
    daemon = start(
        listener("l", "PROCESS_COMMUNICATION")
        + talker("t", "echo out; echo err >&2", stdout_logfile="NONE")
        + talker("c", f'echo "{BEGIN}inside{END} and some text behind"', stdout_capture_maxbytes=100),
        supervisord={"loglevel": "debug"},
    )
    go(daemon, "t", "c")
    daemon.wait_log("'t' stderr output:\nerr")
    daemon.wait_log("'l' stdout output:\nb'READY\\n'")
    daemon.wait_log("'c' stdout emitted a comm event")
    daemon.wait_log("'c' stdout output:\ninside")
    eventually(lambda: "'t' stdout output:\nout\n" in daemon.log(), daemon.log)


@pytest.mark.ours_only
def test_a_flood_of_events_slows_its_writer_and_nobody_else(start):
    """The listener hangs: the daemon goes on, and what the buffer cannot hold is lost and counted."""
    daemon = start(
        listener("hung", "PROCESS_LOG", command="/bin/sh -c 'printf \"READY\\n\"; exec sleep 1000'", buffer_size=10)
        + talker("t", "head -c 20000000 /dev/zero | tr \"\\\\0\" x", stdout_events_enabled="true", stdout_logfile_maxbytes=0)
        + "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
    )
    go(daemon, "t")
    daemon.wait_log("pool hung event buffer overflowed, discarding event")
    eventually(lambda: (daemon.dir / "t.out").stat().st_size == 20_000_000, "the output to be logged")
    assert daemon.state("cat") == "RUNNING"
    status = open(f"/proc/{daemon.pid}/status").read()
    assert int(status.split("VmHWM:")[1].split()[0]) < 300_000, "kB at most"

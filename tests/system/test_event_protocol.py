"""Listeners that answer as they should not: each harms only itself."""

import pytest

from events import PYTHON, RECORDER, listener, recorded, wait_events
from harness import eventually

VIOLATION = (
    "l: has entered the UNKNOWN state and will no longer receive events, "
    "this usually indicates the process violated the eventlistener protocol"
)

# A listener of the bad pool writes its first argument for the first event, and is good afterwards.
ANSWERER = """
import sys, time
from supervisor import childutils
answer, record = sys.argv[1].encode().decode("unicode_escape"), open(sys.argv[2], "a")
def take():
    headers = childutils.get_headers(sys.stdin.readline())
    sys.stdin.read(int(headers["len"]))
    print(headers["serial"], headers["poolserial"], file=record, flush=True)
sys.stdout.write("READY\\n"); sys.stdout.flush()
take()
if answer == "die": sys.exit(3)
sys.stdout.write(answer); sys.stdout.flush()
while True:
    take()
    sys.stdout.write("RESULT 2\\nOKREADY\\n"); sys.stdout.flush()
"""


# The first listener of a pool has no stdin, the second records.
CHOOSE = """
case $1 in
0) exec </dev/null; echo READY; exec sleep 1000 ;;
*) exec {python} {recorder} "$2" ;;
esac
"""


def start_bad(start, answer, **options):
    """A pool with one bad listener, and a good one beside it."""
    command = f"{PYTHON} %(here)s/answerer.py '{answer}' %(here)s/l.record"
    daemon = start(
        listener("l", "REMOTE_COMMUNICATION", command=command, **options) + listener("good", "REMOTE_COMMUNICATION"),
        files={"answerer.py": ANSWERER},
        supervisord={"loglevel": "debug"},
    )
    daemon.wait_all("RUNNING")
    for number in range(3):
        daemon.rpc.supervisor.sendRemoteCommEvent("t", str(number))
    wait_events(daemon, "good", 3)
    return daemon


def record(daemon):
    """The serial and the pool serial of the events that the bad listener has got."""
    return [tuple(map(int, line.split())) for line in daemon.read("l.record").splitlines()]


def wait_record(daemon, expected):
    eventually(lambda: record(daemon) == expected, lambda: f"{expected}: {record(daemon)}\n{daemon.log()}")


def test_a_rejected_event_is_sent_again(start):
    daemon = start_bad(start, "RESULT 4\\nFAILREADY\\n")
    wait_record(daemon, [(0, 0), (0, 0), (1, 1), (2, 2)])
    assert daemon.wait_log("l: event was rejected").level == "WARN"
    assert daemon.wait_log("l: BUSY -> ACKNOWLEDGED").level == "DEBG"
    assert daemon.wait_log("rebuffering event 0 for pool l").level == "DEBG"


@pytest.mark.ours_only
def test_a_rejected_event_goes_back_to_its_own_pool_only(start):
    daemon = start_bad(start, "RESULT 4\\nFAILREADY\\n")
    wait_record(daemon, [(0, 0), (0, 0), (1, 1), (2, 2)])
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "last")
    seen = wait_events(daemon, "good", lambda seen: seen[-1].data() == "last")
    assert [event.data() for event in seen] == ["0", "1", "2", "last"]


@pytest.mark.parametrize(
    "answer, line",
    [
        ("RESULT two\\n", "l: bad result line: 'RESULT two'"),
        ("\\n", "l: bad result line: ''"),
        ("RESULT 2\\nOK\\nREADY\\n", None),
        ("RESULT 2\\nOKREADY\\nREADY\\n", None),
        ("RESULT 2\\nOKhello!", None),
    ],
)
def test_a_listener_that_breaks_the_protocol_gets_nothing_more(start, answer, line):
    daemon = start_bad(start, answer)
    daemon.wait_log(VIOLATION)
    assert daemon.wait_log(VIOLATION).level == "WARN"
    if line:
        assert daemon.wait_log(line).level == "WARN"
    assert {event.data() for event in recorded(daemon, "good")} == {"0", "1", "2"}
    assert daemon.state("l") == "RUNNING", "its process is left alone"
    assert len(record(daemon)) <= 2
    # A new process begins anew; what was not accepted comes first.
    before = record(daemon)
    daemon.rpc.supervisor.stopProcess("l")
    daemon.rpc.supervisor.startProcess("l")
    eventually(lambda: len(record(daemon)) > len(before), "another event")


def test_an_event_survives_the_death_of_its_listener(start):
    daemon = start_bad(start, "die", autorestart="true", startsecs=0)
    # It dies of every event; none is lost, and none overtakes.
    eventually(lambda: len(record(daemon)) >= 3, "some deaths")
    assert set(record(daemon)) == {(0, 0)}


def test_a_listener_that_never_answers_holds_up_nobody(start):
    command = "/bin/sh -c 'printf \"READY\\n\"; exec sleep 1000'"
    daemon = start(
        listener("l", "REMOTE_COMMUNICATION", command=command, buffer_size=2) + listener("good", "REMOTE_COMMUNICATION"),
        supervisord={"loglevel": "debug"},
    )
    daemon.wait_log("l: ACKNOWLEDGED -> READY")
    for number in range(50):
        daemon.rpc.supervisor.sendRemoteCommEvent("t", str(number) + "x" * 10000)
    seen = wait_events(daemon, "good", 50)
    assert [event.data().rstrip("x") for event in seen] == [str(number) for number in range(50)]
    overflow = "pool l event buffer overflowed, discarding event {}"
    daemon.wait_log(overflow.format(47))
    assert daemon.wait_log(overflow.format(1)).level == "ERRO"
    assert not daemon.find_log(overflow.format(48))


def test_a_listener_that_floods_its_stdout_is_given_up(start):
    daemon = start(
        listener("l", "REMOTE_COMMUNICATION", command="/usr/bin/yes", stdout_logfile="NONE")
        + listener("good", "REMOTE_COMMUNICATION")
    )
    daemon.wait_log(VIOLATION)
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "x")
    wait_events(daemon, "good", 1)


def test_a_listener_that_closes_its_stdin_is_passed_over(start):
    daemon = start(
        listener(
            "l",
            "REMOTE_COMMUNICATION",
            command="/bin/sh %(here)s/choose.sh %(process_num)d %(here)s/l.events",
            process_name="l%(process_num)d",
            numprocs=2,
        ),
        files={"choose.sh": CHOOSE.format(python=PYTHON, recorder=RECORDER)},
        supervisord={"loglevel": "debug"},
    )
    daemon.wait_all("RUNNING")
    daemon.wait_log("l0: ACKNOWLEDGED -> READY")
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "x")
    assert wait_events(daemon, "l", 1)[0].data() == "x"
    expected = "epipe occurred while sending event 0 to listener l0, listener state unchanged"
    assert daemon.wait_log(expected).level == "DEBG"


@pytest.mark.ours_only  # the event ends supervisord
def test_a_listener_whose_pipe_is_full_is_passed_over(start):
    daemon = start(
        listener("l", "REMOTE_COMMUNICATION", command="/bin/sh -c 'echo READY; exec sleep 1000'"),
        supervisord={"loglevel": "debug"},
    )
    daemon.wait_log("l: ACKNOWLEDGED -> READY")
    daemon.rpc.supervisor.sendProcessStdin("l", "x" * 2_000_000)
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "x")
    expected = "full pipe while sending event 0 to listener l, listener state unchanged"
    assert daemon.wait_log(expected).level == "DEBG"


def test_what_a_listener_says_is_logged_to_the_last_byte(start):
    """Also what breaks the protocol, and what it says just before its end."""
    nonsense = 'i=0; while [ $i -lt 3000 ]; do echo "nonsense $i"; i=$((i+1)); done'
    daemon = start(
        listener(
            "l",
            "REMOTE_COMMUNICATION",
            command="/bin/sh %(here)s/talker.sh",
            stdout_logfile="%(here)s/l.out",
            autorestart="false",
        ),
        files={"talker.sh": f'printf "READY\\n"; read header; printf "RESULT 2\\nOKREADY\\n"; {nonsense}'},
    )
    daemon.wait_state("l", "RUNNING")
    daemon.rpc.supervisor.sendRemoteCommEvent("t", "x")
    daemon.wait_state("l", "EXITED")
    said = "READY\nRESULT 2\nOKREADY\n" + "".join(f"nonsense {number}\n" for number in range(3000))
    assert daemon.read("l.out") == said
    daemon.wait_log(VIOLATION)

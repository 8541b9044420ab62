"""Our control client prints and returns what Supervisor's does, and our daemon makes both say it.

Every scenario is a list of commands on a fresh daemon. Debian's client on Debian's daemon is run in
the same test session and is the reference; every other pairing of client and daemon has to give the
same transcript.
"""

import enum
from typing import NamedTuple

import pytest

import ctl_golden
from ctl_golden import REFERENCE, masked_result
from harness import Daemon, Result, eventually, free_port

FLEET = """
[program:cat]
command=/bin/cat
startsecs=0
[program:idle]
command=/bin/cat
autostart=false
startsecs=0
[program:quick]
command=/bin/true
startsecs=0
autorestart=false
[program:missing]
command=/no/such/program
autostart=false
startretries=0
[program:data]
command=/etc/passwd
autostart=false
startretries=0
[program:dying]
command=/bin/false
autostart=false
autorestart=false
startsecs=30
startretries=0
[program:talker]
command=/bin/sh -c 'echo one; echo two; echo three; echo oops >&2; exec cat'
startsecs=0
[program:merged]
command=/bin/sh -c 'echo out; echo err >&2; exec cat'
redirect_stderr=true
startsecs=0
[program:quiet]
command=/bin/cat
stdout_logfile=NONE
startsecs=0
[program:worker]
command=/bin/cat
process_name=%(program_name)s_%(process_num)02d
numprocs=2
startsecs=0
[program:a_process_with_a_name_that_is_longer_than_the_column]
command=/bin/cat
startsecs=0
[program:ga]
command=/bin/cat
startsecs=0
[program:gb]
command=/bin/cat
startsecs=0
autostart=false
[group:grp]
programs=ga,gb
"""
SETTLED = {
    "cat": "RUNNING",
    "quick": "EXITED",
    "talker": "RUNNING",
    "merged": "RUNNING",
    "quiet": "RUNNING",
    "worker:worker_00": "RUNNING",
    "worker:worker_01": "RUNNING",
    "a_process_with_a_name_that_is_longer_than_the_column": "RUNNING",
    "grp:ga": "RUNNING",
}

CHANGED = FLEET.replace("[program:idle]", "[program:idle]\npriority=5").replace("[program:quick]", "[program:newone]")
PROTECTED = """
[inet_http_server]
port=127.0.0.1:{port}
username=user
password=123
"""

# What needs no daemon.
ALONE = [
    "help", "?", "help help", "help start x", "help nope", "help EOF", "?tail",
    *(f"help {name}" for name in (
        "add avail clear exit quit fg maintail open pid reload remove reread restart shutdown signal start "
        "status stop tail update version").split()),
    "quit", "exit", "EOF", "quit now", "", "  ", "!ls", "-", "Status", "nope x", "add", "remove",
    "open", "open x", "open ftp://x", "open http:/x", "open HTTP://127.0.0.1:1", "open http://127.0.0.1:1", "open unix:///no/such", "open unix://",
    "shutdown x", "reload x", "reread x", "avail x", "version x",
]  # fmt: skip

LOOKING = [
    "status;", "status", "status all", "status nope all", "status cat", "status grp:*", "status grp: cat", "status grp:ga grp:ga",
    "status nope", "status nope cat quick", "status no:*", "status grp:nope", "status grp", "status worker",
    "status cat grp:ga", "status idle", "status quick", "status grp:ga:x", "status :ga",
    "pid", "pid cat", "pid idle", "pid cat idle nope", "pid nope idle", "pid grp:*", "pid grp:ga", "pid idle cat", "pid all cat", "pid cat:",
    "version",
    "start", "stop", "restart", "signal", "signal HUP", "clear", "tail", "fg",
    "tail talker", "tail -5 talker", "tail talker stderr", "tail talker STDERR", "tail -6 talker stderr",
    "tail talker nope", "tail -4 talker nope", "tail a b c d", "tail -f", "tail -5", "tail - talker", "tail -x talker",
    "tail 100 talker stdout", "tail -0 talker", "tail --6 talker", "tail -+3 talker", "tail -1_0 talker",
    "tail -- talker", "tail -5 -5", "tail --2147483649 talker", "tail talker:talker STDERR",
    "tail -99999999999 talker", "tail -3000 talker",
    "tail nope", "tail grp:*", "tail quiet", "tail merged", "tail merged stderr", "tail cat", "tail idle",
    "tail -f nope", "tail -f quiet", "tail -f merged stderr",
    "maintail x", "maintail -x", "maintail -5 x", "maintail --",
    "fg a b", "fg nope", "fg idle", "fg grp:*", "fg grp:", "fg nope:nope",
    "open unix://<dir>/s.sock",
]  # fmt: skip



class Run:
    """A command behind options; a plain string is a command without."""

    def __init__(self, command, *options):
        self.words = [*options, command]

    def __str__(self):
        return " ".join(self.words)


class Edit(NamedTuple):
    """A new configuration file."""

    text: str


class Reach(NamedTuple):
    """Wait until a process is in a state that the commands before lead to, sooner or later."""

    process: str
    state: str


class Await(enum.Enum):
    RESTART = "the daemon restarted itself"
    END = "the daemon ended"


SCENARIOS = {
    "alone": ALONE,
    "looking": LOOKING,
    "starting": [
        "start idle", "start idle", "start cat nope grp:*", "start grp:*", "start grp:", "start grp:gb", "start no:*",
        "start no:* nope", "start nope no:*", "start missing", "start data", "start missing dying", "start dying missing",
        "start worker", "start worker:*", Reach("dying", "FATAL"), "status dying",
        "stop all", "start all", Reach("quick", "EXITED"), Reach("dying", "FATAL"),
        "start all", Reach("quick", "EXITED"), Reach("dying", "FATAL"), "status",
    ],
    "stopping": [
        "stop cat", "stop cat", "status cat", "stop nope", "stop no:*", "stop grp:*", "stop grp:*", "stop grp:ga",
        "stop idle nope", "stop worker:worker_00 worker:worker_01 worker:nope", "stop grp", "stop all", "stop all",
    ],
    "restarting": [
        "restart cat", "restart idle", "restart nope", "restart no:*", "restart grp:*", "restart missing",
        "restart worker:*", "restart quick",
    ],
    "signalling": [
        "signal CONT cat", "signal SIGCONT cat", "signal 18 cat", "signal NOPE cat", "signal CONT idle", "signal CONT nope",
        "signal CONT no:*", "signal CONT grp:*", "signal CONT worker:*", "signal NOPE grp:*", "signal CONT cat idle nope",
        "signal CONT nope idle", "signal cont cat", "signal 99 cat", "signal 1.5 cat", "signal CONT :", "stop all", "signal CONT all", "signal CONT grp:*", "signal 0 cat",
    ],
    "clearing": [
        "clear talker", "tail talker", "clear nope", "clear grp:*", "clear grp:ga grp:gb", "clear quiet", "clear nope talker",
    ],
    "groups": [
        "reread", "add cat", "add nope", "remove cat", "remove nope", "remove quick", "status quick", "add quick nope",
        "avail", Edit(CHANGED), "add newone", "reread", "avail", "add newone", "remove idle cat", "update nope newone other",
        "update", "update", Reach("newone", "EXITED"), "status newone", Edit(FLEET), "update cat", "update newone", "update all", "reread",
        Edit("[program:bad]\n"), "reread", "update", "add idle", "status idle",
    ],
    "credentials": [
        Run("status", "-s", "<url>"), Run("pid", "-s", "<url>"), Run("shutdown", "-s", "<url>"),
        Run("version", "-s", "<url>", "-u", "user"), Run("version", "-s", "<url>", "-u", "user", "-p", "1"),
        Run("status cat", "-s", "<url>", "-u", "user", "-p", "123"), Run("version", "-s", "<url>/x", "-u", "user", "-p", "123"),
        Run("pid", "-i", "-s", "<url>"), "open <url>", Run("open <url>", "-u", "user", "-p", "123"),
    ],
    "confirmation": [Run("shutdown", "-i"), Run("reload", "-i")],
    "reloading": ["reload", Await.RESTART, "status cat"],
    "shutting down": ["shutdown", Await.END, "status", "shutdown", "reload"],
}  # fmt: skip

def run_scenario(setup, pairing, steps):
    port = free_port()
    daemon = Daemon(setup, FLEET + PROTECTED.format(port=port), kind=pairing.daemon)
    places = [(daemon.dir, "<dir>"), (f"127.0.0.1:{port}", "127.0.0.1:PORT")]
    transcript = []
    try:
        daemon.start()
        settle(daemon)
        for step in steps:
            result = run_step(daemon, pairing.client, step, port)
            if result is not None:
                transcript.append((str(step), without_chance(step, masked_result(result, places))))
        daemon.close()
    finally:
        daemon.kill_everything()
    return transcript


def without_chance(step, result):
    """What Supervisor itself answers now so and now so, brought to one form.

    Processes that start or stop together settle in any order, and the last problem counts.
    A program that ends at once was RUNNING when its start was answered, or EXITED already.
    `update` goes through the names it was given as an unordered set.
    """
    if str(step) in ("start all", "restart quick"):
        quick = result.stdout.replace("quick: ERROR (abnormal termination)", "quick: started")
        # `start all` meets other errors, too; the code of `restart quick` is that of its start.
        result = result._replace(stdout=quick, code=bool(result.code) if str(step) == "start all" else None)
    if str(step).startswith(("stop", "restart", "start all", "update ")):
        return result._replace(stdout="".join(sorted(result.stdout.splitlines(keepends=True))))
    return result


def settle(daemon):
    for name, state in SETTLED.items():
        daemon.wait_state(name, state)
    for name in ("talker-stdout", "talker-stderr", "merged-stdout"):
        [log] = daemon.dir.glob(f"{name}---*")
        daemon.wait_file(log.name, "err" if name.startswith("merged") else "oops" if "stderr" in name else "three")
    daemon.disconnect()


def run_step(daemon, client, step, port):
    if isinstance(step, Edit):
        daemon.write_config(step.text)
        return None
    if isinstance(step, Reach):
        daemon.wait_state(*step)
        daemon.disconnect()
        return None
    if step is Await.END:
        daemon.wait_exit()
        return None
    if step is Await.RESTART:
        wait_again(daemon)
        return None
    words = step.words if isinstance(step, Run) else [step]
    return daemon.ctl(*(word.replace("<url>", url_of(port)).replace("<dir>", str(daemon.dir)) for word in words), client=client)


def url_of(port):
    return f"http://127.0.0.1:{port}"


def wait_again(daemon):
    daemon.disconnect()
    eventually(lambda: daemon.count_log("supervisord started with pid") == 2, "the restart")
    daemon.wait_ready()
    settle(daemon)


@pytest.fixture(scope="session")
def reference(setup):
    """reference(scenario) -> the transcript of Supervisor itself, made once."""
    known = {}

    def look_up(name):
        if name not in known:
            known[name] = run_scenario(setup, REFERENCE, SCENARIOS[name])
        return known[name]

    return look_up


def pytest_generate_tests(metafunc):
    if "pairing" not in metafunc.fixturenames:
        return
    found = ctl_golden.pairings(metafunc.config.getoption("--daemon"))
    cases = [
        pytest.param(name, pairing, id=f"{name}-{pairing}")
        for name in SCENARIOS
        for pairing in found
        if name != "alone" or pairing == found[0]
    ]
    metafunc.parametrize("scenario, pairing", cases)


def test_a_transcript_equals_supervisors(setup, reference, scenario, pairing):
    wanted = reference(scenario)
    found = run_scenario(setup, pairing, SCENARIOS[scenario])
    for (step, expected), (_, actual) in zip(wanted, found):
        assert actual == expected, step
    assert len(found) == len(wanted)


def test_the_reference_is_what_we_think_it_is(reference):
    """The masks and the fleet still show something: a few transcripts spelled out."""
    looking = dict(reference("looking"))
    assert looking["status cat grp:ga"] == Result(
        "cat                              RUNNING   pid N, uptime T\n"
        "grp:ga                           RUNNING   pid N, uptime T\n",
        "",
        0,
    )
    assert looking["tail -5 talker"] == Result("hree\n\n", "", 0)
    assert looking["status nope cat quick"].code == 3
    assert dict(reference("starting"))["start missing dying"].code == 7

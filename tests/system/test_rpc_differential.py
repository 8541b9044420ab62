"""Every XML-RPC method as Python's own client calls it, on our daemon and on Debian's, compared.

One table of calls is made on both daemons, in the same order and at the same time. The answers have to
be the same documents, byte for byte, after what differs between two daemons (pids, times, directories)
is masked. Where Supervisor answers HTTP 500, because an argument is of a type it did not expect, ours
has to be fault 2; a step says so itself where the difference is another one.
"""

import concurrent.futures
import contextlib
import re
import threading
import xmlrpc.client
from typing import Any, NamedTuple

import pytest

from harness import Daemon, UnixConnection, rpc_proxy

pytestmark = pytest.mark.ours_only  # it runs Debian's daemon itself

FLEET = """
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile=%(here)s/cat.out
stderr_logfile=%(here)s/cat.err
[program:idle]
command=/bin/cat
autostart=false
startsecs=0
[program:quick]
; Not /bin/true: whether that is RUNNING when Supervisor looks for the first time, chance decides.
command=/bin/sleep 3
autostart=false
autorestart=false
startsecs=0
[program:slow]
command=/bin/cat
autostart=false
startsecs=1
[program:patient]
command=/bin/cat
autostart=false
startsecs=1000
[program:early]
; Whether a program that ends at once is dead when a call that does not wait is answered, chance decides.
command=/bin/sh -c "sleep 3; exit 1"
autostart=false
startsecs=20
startretries=0
[program:missing]
command=/no/such/program --option
autostart=false
startretries=0
[program:directory]
command=/etc
autostart=false
[program:data]
command=/etc/passwd
autostart=false
[program:unparsable]
command=/bin/cat 'x
autostart=false
[program:stubborn]
command=/bin/sh -c 'trap "" TERM; echo ready; exec sleep 1000'
autostart=false
startsecs=0
stopwaitsecs=5
stdout_logfile=%(here)s/stubborn.out
[program:immortal]
command=/bin/sh -c 'trap "" TERM; echo ready; exec sleep 1000'
autostart=false
startsecs=0
stopwaitsecs=600
stdout_logfile=%(here)s/immortal.out
[program:closed]
command=/bin/sh -c 'exec <&-; echo ready; exec sleep 1000'
startsecs=0
stdout_logfile=%(here)s/closed.out
[program:writer]
command=/bin/sh -c 'printf 0123456789abcdefghi; printf error >&2; exec cat'
startsecs=0
stdout_logfile=%(here)s/writer.out
stderr_logfile=%(here)s/writer.err
[program:merged]
command=/bin/cat
startsecs=0
redirect_stderr=true
stdout_logfile=NONE
[program:naïve]
command=/bin/cat
autostart=false
startsecs=0
[program:a]
command=/bin/cat
startsecs=0
priority=2
stdout_logfile=NONE
stderr_logfile=NONE
[program:b]
command=/bin/cat
startsecs=0
priority=1
stdout_logfile=NONE
stderr_logfile=NONE
[group:pair]
programs=a,b
"""
CHANGED = (
    FLEET.replace("[program:idle]", "[program:idle]\npriority=5")
    .replace("[program:quick]\n", "[program:newer]\n")
    .replace("command=/bin/sleep 1\n", "command=/bin/false\n")
    .replace("programs=a,b", "programs=b,a")
)
RUNNING = ("cat", "closed", "writer", "merged", "pair:a", "pair:b")

BAD_TYPE = (200, "fault 2", "INCORRECT_PARAMETERS")


class Call(NamedTuple):
    method: str
    arguments: tuple
    differs: Any = None  # what ours has to answer where Supervisor's answer is not the measure

    def __str__(self):
        return f"{self.method}{self.arguments!r}"


class Do(NamedTuple):
    """Something done to a daemon between two calls."""

    action: Any


def call(method, *arguments, differs=None):
    return Call(method if "." in method else f"supervisor.{method}", arguments, differs)


def wait_state(name, state):
    return Do(lambda daemon: daemon.wait_state(name, state))


def put_file(name, data):
    return Do(lambda daemon: daemon.write_file(name, data))


def remove_file(name):
    return Do(lambda daemon: (daemon.dir / name).unlink())


def wait_file(name, text):
    return Do(lambda daemon: daemon.wait_file(name, text))


# -- the table ------------------------------------------------------------------------------------

# Each method with good arguments, as many as it takes at most.
ARGUMENTS = {
    "addProcessGroup": ("cat",), "clearAllProcessLogs": (), "clearLog": (), "clearProcessLog": ("cat",),
    "clearProcessLogs": ("cat",), "getAPIVersion": (), "getAllProcessInfo": (), "getIdentification": (), "getPID": (),
    "getProcessInfo": ("cat",), "getState": (), "getSupervisorVersion": (), "getVersion": (), "readLog": (0, 0),
    "readMainLog": (0, 0), "readProcessLog": ("cat", 0, 0), "readProcessStderrLog": ("cat", 0, 0),
    "readProcessStdoutLog": ("cat", 0, 0), "reloadConfig": (), "removeProcessGroup": ("cat",), "restart": (),
    "sendProcessStdin": ("cat", "x"), "sendRemoteCommEvent": ("type", "data"), "shutdown": (), "signalAllProcesses": ("CONT",), "signalProcess": ("cat", "CONT"),
    "signalProcessGroup": ("cat", "CONT"), "startAllProcesses": (True,), "startProcess": ("cat", True),
    "startProcessGroup": ("cat", True), "stopAllProcesses": (True,), "stopProcess": ("cat", True),
    "stopProcessGroup": ("cat", True), "tailProcessLog": ("cat", 0, 0), "tailProcessStderrLog": ("cat", 0, 0),
    "tailProcessStdoutLog": ("cat", 0, 0),
}  # fmt: skip
WITH_WAIT = [name for name, arguments in ARGUMENTS.items() if True in arguments]
NAMED = [name for name, arguments in ARGUMENTS.items() if "cat" in arguments]
OF_A_GROUP = ("addProcessGroup", "removeProcessGroup", "startProcessGroup", "stopProcessGroup", "signalProcessGroup")
LOGS = ("readProcessLog", "readProcessStdoutLog", "readProcessStderrLog", "tailProcessLog", "tailProcessStdoutLog",
        "tailProcessStderrLog")  # fmt: skip


def wrong_arities():
    for name, arguments in ARGUMENTS.items():
        fewest = len(arguments) - (name in WITH_WAIT)
        yield call(name, *arguments, "one too many")
        if fewest > 0:
            yield call(name, *arguments[: fewest - 1])
    yield call("system.listMethods", 1)
    yield call("system.methodHelp")
    yield call("system.methodSignature", "a", "b")
    yield call("system.multicall")


def wrong_types():
    for name in NAMED:
        rest = ARGUMENTS[name][1:]
        for wrong in (7, True, 2.5, ["cat"], {"name": "cat"}, None):
            # A group's name is only looked up, so Supervisor has an answer for what is none.
            yield call(name, wrong, *rest, differs=BAD_TYPE if name in OF_A_GROUP else None)
    for name in LOGS:
        for wrong in ("x", [1], {"a": 1}, None, ""):
            yield call(name, "cat", wrong, 0)
            yield call(name, "cat", 0, wrong)
    for wrong in ("x", [1], None):
        yield call("readLog", wrong, 0)
        yield call("readLog", 0, wrong)
    for wrong in (1, True, 2.5, 1e22, -0.0, ["it's", 2.0, True, None, [{"a": 1}]], {"a": "b"}, [], {}):
        yield call("sendProcessStdin", "cat", wrong)
    yield call("sendProcessStdin", "cat", None)
    for wrong in ({"a": 1}, [15], None):
        yield call("signalProcess", "cat", wrong, differs=BAD_TYPE)


def bad_names():
    for name in NAMED:
        rest = ARGUMENTS[name][1:]
        for bad in ("nope", "", ":", "*", "cat:nope", "nope:cat", "nope:*", "nope:", "Cat", " cat", "pair:c", "a", "naïv<e>&"):
            yield call(name, bad, *rest)
        if name not in OF_A_GROUP:
            yield call(name, "pair", *rest)
        if name not in ("startProcess", "stopProcess", "signalProcess"):
            for group in ("pair:*", "pair:", "cat:*"):
                yield call(name, group, *rest)


IDENTITY = [
    call("getAPIVersion"), call("getVersion"), call("getSupervisorVersion"), call("getIdentification"), call("getState"),
    call("getPID"), call("sendRemoteCommEvent", "type", "naïve data"), call("sendRemoteCommEvent", 7, {"a": [1]}),
    call("nope"), call("nope.getState"), call("supervisor.getState.x"), call("getState"), call("_update"),
    call("API_VERSION"), call("system.nope"), call("system._x"), call("system.namespaces"), call("supervisor."),
    call("system.methodHelp", "nope"), call("system.methodHelp", "supervisor.nope"), call("system.methodSignature", "nope.nope"),
    call("system.methodSignature", 7), *(call("system.methodSignature", f"supervisor.{name}") for name in ARGUMENTS),
    *(call("system.methodSignature", f"system.{name}") for name in ("listMethods", "methodHelp", "methodSignature", "multicall")),
]  # fmt: skip

INFO = [
    *(call("getProcessInfo", name) for name in ("cat", "cat:cat", "idle", "pair:a", "missing", "merged", "naïve")),
    call("getAllProcessInfo"),
]

STARTING = [
    call("startProcess", "idle"), call("startProcess", "idle"), call("startProcess", "cat"), call("getProcessInfo", "idle"),
    call("startProcess", "quick"), wait_state("quick", "EXITED"), call("getProcessInfo", "quick"), call("startProcess", "quick", False),
    wait_state("quick", "EXITED"),
    call("startProcess", "slow"), call("startProcess", "slow"), call("stopProcess", "slow"), call("startProcess", "patient", ""),
    call("getProcessInfo", "patient"), call("startProcess", "patient", 0), call("stopProcess", "patient"),
    call("startProcess", "early"), wait_state("early", "FATAL"), call("getProcessInfo", "early"),
    call("startProcess", "missing"), call("getProcessInfo", "missing"), call("startProcess", "missing", False),
    call("startProcess", "directory"), call("startProcess", "data"), call("startProcess", "unparsable"),
    call("startProcess", "stubborn"), wait_file("stubborn.out", "ready"), call("stopProcess", "stubborn", False),
    call("startProcess", "stubborn"), wait_state("stubborn", "STOPPED"), call("getProcessInfo", "stubborn"),
    call("startProcess", "naïve"), call("getProcessInfo", "naïve"), call("stopProcess", "naïve:naïve"),
    call("startProcess", "pair:*"), call("startProcess", "pair:"), call("startProcessGroup", "pair"), call("startProcess", "missing:*"),
    call("startProcessGroup", "early", False), wait_state("early", "FATAL"), call("startProcessGroup", "missing"),
    call("stopProcess", "idle"), call("stopProcess", "early"),
]  # fmt: skip

STOPPING = [
    call("stopProcess", "idle"), call("stopProcess", "cat"), call("stopProcess", "cat"), call("getProcessInfo", "cat"),
    call("startProcess", "cat", "0"), call("startProcess", "stubborn"), wait_file("stubborn.out", "ready\nready"),
    call("stopProcess", "stubborn", []), call("stopProcess", "stubborn"), call("getProcessInfo", "stubborn"),
    call("stopProcessGroup", "stubborn"), wait_state("stubborn", "STOPPED"),
    call("stopProcessGroup", "pair", False), wait_state("pair:a", "STOPPED"), wait_state("pair:b", "STOPPED"),
    call("stopProcess", "pair:*"), call("startProcessGroup", "pair", False), call("stopProcess", "pair:a"),
    call("startProcess", "pair:*"), call("stopProcessGroup", "idle"),
]  # fmt: skip

SIGNALS = [
    *(call("signalProcess", "cat", spelt) for spelt in ("CONT", "SIGCONT", "cont", "18", " 18 ", 18, 18.9, "0", 0, "Winch", "URG", "CLD")),
    *(call("signalProcess", "cat", bad) for bad in ("NOPE", "", "SIG", "33", "65", 65, 65.7, "-1", -1, -1.0, "1.5", "0x12", "KILL TERM")),
    call("signalProcess", "idle", "CONT"), call("signalProcess", "idle", "NOPE"), call("signalProcess", "pair:*", "CONT"),
    call("signalProcess", "pair:", "NOPE"), call("signalProcess", "idle:*", "CONT"), call("signalProcess", "idle:*", "NOPE"),
    call("signalProcessGroup", "pair", "CONT"), call("signalProcessGroup", "pair", "NOPE"), call("signalProcessGroup", "idle", "NOPE"),
    call("signalAllProcesses", "CONT"), call("signalAllProcesses", "NOPE"), call("signalAllProcesses", 65), call("signalAllProcesses", 65.7),
]  # fmt: skip

TEXT = "0123456789abcdefghi"
RANGES = [(0, 0), (0, 5), (5, 3), (15, 100), (19, 0), (50, 5), (-3, 0), (-99, 0), (0, -1), (-1, 5), (-1, -1), ("2", "3"), (" 2 ", 2.9),
          (True, False), ("1_0", 0), (2.5, "7"), (0, (1 << 31) - 1), ((1 << 31) - 1, 0)]  # fmt: skip
READING = [
    wait_file("writer.out", TEXT), wait_file("writer.err", "error"),
    *(call(name, "writer", *each) for name in LOGS for each in RANGES),
    put_file("cat.out", "tabs\tcr lf\n<&>\"' ü €\n"), call("readProcessLog", "cat", 0, 0), call("tailProcessLog", "cat", 0, 7),
    put_file("cat.out", "one\r\ntwo\r"), call("readProcessLog", "cat", 0, 3),
    *(call(name, "merged", 0, 10) for name in LOGS), *(call(name, "pair:a", 0, 10) for name in LOGS),
    remove_file("cat.out"), *(call(name, "cat", 0, 10) for name in LOGS), call("readProcessLog", "cat", -1, 5),
    call("readProcessLog", "cat", 0, -1), put_file("cat.out", None), *(call(name, "cat", 0, 10) for name in LOGS),
    Do(lambda daemon: (daemon.dir / "cat.out").rmdir()), put_file("cat.out", "again"),
    *(call(name, *each) for name in ("readLog", "readMainLog") for each in ((0, -1), (-1, 1), (0, 4), (-5, 0, 1), ((1 << 31) - 1, 0))),
]  # fmt: skip

CLEARING = [
    put_file("cat.out", "again"), call("clearProcessLogs", "cat"), call("readProcessLog", "cat", 0, 0),
    call("clearProcessLog", "writer"), call("readProcessLog", "writer", 0, 0), call("readProcessStderrLog", "writer", 0, 0),
    remove_file("writer.out"), call("clearProcessLogs", "writer"), call("readProcessLog", "writer", 0, 0),
    call("clearProcessLogs", "merged"), call("clearProcessLogs", "idle"), call("clearProcessLogs", "pair:a"),
    Do(lambda daemon: ((daemon.dir / "writer.out").unlink(), (daemon.dir / "writer.out").mkdir())),
    call("clearProcessLogs", "writer"), call("clearProcessLogs", "writer:writer"),
    Do(lambda daemon: (daemon.dir / "writer.out").rmdir()), call("clearProcessLogs", "writer"),
    call("clearLog"), call("readLog", 0, 0), remove_file("supervisord.log"), call("clearLog"), call("readLog", 0, 0),
]  # fmt: skip

WRITING = [
    put_file("cat.out", ""), call("clearProcessLogs", "cat"), call("sendProcessStdin", "cat", "naïve <&>\n"), call("sendProcessStdin", "cat", ""),
    wait_file("cat.out", "naïve <&>\n"), call("readProcessLog", "cat", 0, 0), call("sendProcessStdin", "cat:cat", "x"),
    call("sendProcessStdin", "idle", "x"), call("sendProcessStdin", "nope", "x"), call("sendProcessStdin", "nope", 1),
    wait_file("closed.out", "ready"), call("sendProcessStdin", "closed", "x"), call("sendProcessStdin", "closed", "x"),
    call("startProcess", "stubborn"), call("stopProcess", "stubborn", False), call("sendProcessStdin", "stubborn", "x"),
    wait_state("stubborn", "STOPPED"), call("sendProcessStdin", "pair:*", "x"),
]  # fmt: skip


def write_config(text):
    return Do(lambda daemon: daemon.write_config(text))


GROUPS = [
    call("reloadConfig"), call("addProcessGroup", "cat"), call("removeProcessGroup", "cat"), call("removeProcessGroup", "pair"),
    call("removeProcessGroup", "quick"), call("removeProcessGroup", "quick"), call("getProcessInfo", "quick"),
    call("startProcess", "quick"), call("reloadConfig"), call("addProcessGroup", "quick"), call("addProcessGroup", "quick"),
    call("getProcessInfo", "quick"), write_config(CHANGED), call("addProcessGroup", "newer"), call("reloadConfig"),
    call("getProcessInfo", "newer"), call("addProcessGroup", "newer"), call("removeProcessGroup", "quick"), call("addProcessGroup", "quick"),
    call("reloadConfig"), write_config(FLEET), call("reloadConfig"), call("addProcessGroup", "newer"), call("removeProcessGroup", "newer"),
    call("addProcessGroup", "quick"), write_config("[program:bad]\n"), call("reloadConfig"), call("getAllProcessInfo"),
    write_config("[group:x]\nprograms=nope\n"), call("reloadConfig"), write_config("[program:bad]\ncommand=%(nope)s\n"), call("reloadConfig"),
    Do(lambda daemon: daemon.config_file.rename(daemon.dir / "away")), call("reloadConfig"), write_config(FLEET), call("reloadConfig"),
]  # fmt: skip


def inner(method, *params):
    return {"methodName": method if "." in method else f"supervisor.{method}", "params": list(params)}


MULTICALL = [
    call("system.multicall", []), call("system.multicall", [inner("getPID"), inner("getAPIVersion"), inner("getState")]),
    call("system.multicall", [{"methodName": "supervisor.getAPIVersion"}, {"params": []}, {}, inner("nope"), inner("x.y.z")]),
    call("system.multicall", [inner("system.multicall", []), inner("getState", 1), inner("startProcess", "cat"), inner("stopProcess", "idle")]),
    call("system.multicall", [inner("startProcess", "slow"), inner("getProcessInfo", "slow"), inner("stopProcess", "slow"), inner("stopProcess", "slow")]),
    call("system.multicall", [inner("stopProcess", "pair:a"), inner("startProcess", "pair:*"), inner("system.methodSignature", "system.multicall")]),
    call("system.multicall", [inner("clearProcessLogs", "cat"), inner("tailProcessLog", "cat", 0, 10), inner("reloadConfig")]),
    call("system.multicall", {"methodName": "supervisor.getPID"}, differs=BAD_TYPE), call("system.multicall", "x", differs=BAD_TYPE),
    call("system.multicall", [7]),
    call("system.multicall", [{"methodName": "supervisor.getState", "params": {}}, {"methodName": "supervisor.getState", "params": ""}]),
]  # fmt: skip

ALL = [
    # Supervisor cuts answers of calls that wait when there is a name beyond ASCII in them.
    call("removeProcessGroup", "naïve"),
    call("stopAllProcesses", False), *(wait_state(name, "STOPPED") for name in RUNNING), call("stopAllProcesses"),
    call("signalAllProcesses", "NOPE"), call("startAllProcesses", False), wait_file("immortal.out", "ready"), call("clearAllProcessLogs"),
]  # fmt: skip

GATED = [
    call("shutdown"), *(call(name, *arguments) for name, arguments in ARGUMENTS.items()),
    *wrong_arities(), call("getProcessInfo", "nope"), call("system.multicall", [inner("getState"), inner("shutdown")]),
    call("system.methodSignature", "supervisor.getState"),
]  # fmt: skip

TABLE = {
    "identity": IDENTITY, "information": INFO, "wrong arities": list(wrong_arities()), "bad names": list(bad_names()),
    "wrong types": list(wrong_types()), "starting": STARTING, "stopping": STOPPING, "signals": SIGNALS, "reading logs": READING,
    "clearing logs": CLEARING, "writing to stdin": WRITING, "groups": GROUPS, "multicall": MULTICALL, "all": ALL, "gated": GATED,
}  # fmt: skip


# -- making the calls -----------------------------------------------------------------------------


def masked(text, daemon):
    text = text.replace(str(daemon.dir), "<dir>").replace(f">{daemon.pid}<", ">PID<")
    text = re.sub(r"(<name>(?:start|stop|now|pid)</name>\n<value><int>)[1-9]\d*", r"\1N", text)
    text = re.sub(r"pid \d+, uptime \d+:\d\d:\d\d", "pid N, uptime T", text)
    text = re.sub(r"[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M", "DATE", text)
    return re.sub(r"---supervisor-\w{8}\.log", "---supervisor-RANDOM.log", text)


class Answer(NamedTuple):
    status: int
    kind: str  # the Content-Type of a good answer
    document: str

    def decoded(self):
        """(status, what it is, text or value) as a client sees it."""
        if self.status != 200:
            return self.status, "", ""
        try:
            [value], _ = xmlrpc.client.loads(self.document)
        except xmlrpc.client.Fault as fault:
            return 200, f"fault {fault.faultCode}", fault.faultString
        return 200, "value", value


def ask(daemon, connection, step):
    body = xmlrpc.client.dumps(step.arguments, step.method, allow_none=True).encode()
    connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
    response = connection.getresponse()
    document = response.read().decode()
    if response.status != 200:
        return Answer(response.status, "", "")
    return Answer(200, response.headers["Content-Type"], masked(document, daemon))


@contextlib.contextmanager
def kept_awake(daemon):
    """Supervisor looks at calls that wait once in a second, or when a request comes."""
    over = threading.Event()

    def ask_again_and_again():
        api = rpc_proxy(daemon.socket)
        while not over.wait(0.02):
            api.system.listMethods()
        api("close")()

    thread = threading.Thread(target=ask_again_and_again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def make_calls(setup, kind):
    """The answers to all calls of the table, by section."""
    daemon = Daemon(setup, FLEET, kind=kind)
    connection = UnixConnection(daemon.socket)
    try:
        daemon.start()
        with kept_awake(daemon):
            return go_through_the_table(daemon, connection)
    finally:
        connection.close()
        daemon.kill_everything()


def go_through_the_table(daemon, connection):
    answers = {}
    for name in RUNNING:
        daemon.wait_state(name, "RUNNING")
    for section, steps in TABLE.items():
        answers[section] = []
        for step in steps:
            if isinstance(step, Do):
                step.action(daemon)
            else:
                answers[section].append(ask(daemon, connection, step))
    return answers


@pytest.fixture(scope="module")
def answers(setup):
    """answers[kind][section]"""
    kinds = ("supervisord", "ringmasterd")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return dict(zip(kinds, pool.map(lambda kind: make_calls(setup, kind), kinds)))


def wanted(step, theirs):
    if step.differs is not None:
        return step.differs
    return BAD_TYPE if theirs.status == 500 else theirs


@pytest.mark.parametrize("section", TABLE)
def test_answers_are_supervisors(answers, section):
    calls = [step for step in TABLE[section] if isinstance(step, Call)]
    different = []
    for step, ours, theirs in zip(calls, answers["ringmasterd"][section], answers["supervisord"][section], strict=True):
        expected = wanted(step, theirs)
        found = ours if isinstance(expected, Answer) else ours.decoded()
        if found != expected:
            shown = expected.decoded() if isinstance(expected, Answer) else expected
            different.append(f"{step}\n    ours     {ours.decoded()}\n    expected {shown}")
    assert not different, "\n" + "\n".join(different)

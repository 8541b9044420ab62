"""Every XML-RPC method of this daemon, its result and its faults, over a unix socket and TCP."""

import http.client
import os
import signal
import socket
import threading
import time
import xmlrpc.client

import pytest

from harness import eventually, free_port, rpc_proxy

STUBBORN = "/bin/sh -c 'trap \"\" TERM; exec sleep 1000'"
CONFIG = f"""
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile=%(here)s/cat.out
[program:slow]
command=/bin/cat
startsecs=1
autostart=false
[program:idle]
command=/bin/cat
autostart=false
startsecs=0
stdout_logfile=NONE
[program:failing]
command=/bin/false
startsecs=20
startretries=30
autostart=false
[program:bad]
command=/bin/false
startsecs=20
startretries=0
autostart=false
priority=5
[program:stubborn]
command={STUBBORN}
stopwaitsecs=1
startsecs=0
[program:writer]
command=/bin/sh -c 'printf 0123456789abcdefghi; printf error >&2; exec sleep 1000'
startsecs=0
stdout_logfile=%(here)s/writer.out
stderr_logfile=%(here)s/writer.err
[program:a]
command=/bin/cat
startsecs=0
priority=2
[program:b]
command=/bin/cat
startsecs=0
priority=1
[group:pair]
programs=a,b
"""


@pytest.fixture(scope="module")
def daemon(start_shared):
    port = free_port()
    daemon = start_shared(CONFIG, http_port=port)
    for name in ("cat", "stubborn", "writer", "pair:a", "pair:b"):
        daemon.wait_state(name, "RUNNING")
    daemon.wait_file("writer.out", lambda text: len(text) == 19)
    daemon.wait_file("writer.err", "error")
    return daemon


@pytest.fixture
def api(daemon):
    return daemon.rpc.supervisor


def fault(call, *arguments):
    """The code and text of the fault that a call raises."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        call(*arguments)
    return caught.value.faultCode, caught.value.faultString


def ensure(api, name, running):
    """Starts or stops the process if need be."""
    if (api.getProcessInfo(name)["statename"] == "RUNNING") != running:
        assert (api.startProcess if running else api.stopProcess)(name) is True


# -- identity -------------------------------------------------------------------------------------


def test_identity(daemon, api):
    assert api.getAPIVersion() == api.getVersion() == "3.0"
    assert api.getSupervisorVersion() == "4.2.5"
    assert api.getIdentification() == "supervisor"
    assert api.getState() == {"statecode": 1, "statename": "RUNNING"}
    assert api.getPID() == daemon.pid


def test_the_identifier_is_configurable(start):
    assert start(supervisord={"identifier": "naïve <&>"}).rpc.supervisor.getIdentification() == "naïve <&>"


# -- information ----------------------------------------------------------------------------------

MEMBERS = [
    "name", "group", "start", "stop", "now", "state", "statename", "spawnerr", "exitstatus",
    "logfile", "stdout_logfile", "stderr_logfile", "pid", "description",
]  # fmt: skip


def test_process_info_has_every_member_in_order(daemon, api):
    info = api.getProcessInfo("cat")
    assert list(info) == MEMBERS
    assert info["logfile"] == info["stdout_logfile"] == f"{daemon.dir}/cat.out"
    assert 0 < info["start"] <= info["now"] and info["stop"] == 0
    assert (info["state"], info["statename"], info["spawnerr"], info["exitstatus"]) == (20, "RUNNING", "", 0)
    assert abs(info["now"] - time.time()) < 3600


def test_all_process_info_is_sorted_by_group_and_name(api):
    infos = api.getAllProcessInfo()
    names = [(info["group"], info["name"]) for info in infos]
    assert names == sorted(names) and len(names) == 9 and ("pair", "b") in names
    assert all(list(info) == MEMBERS for info in infos)


@pytest.mark.parametrize("name", ["nope", "pair", "pair:c", "a", "nope:cat", "cat:", "pair:*", "Cat", ""])
def test_an_unknown_name_is_a_bad_name(api, name):
    assert fault(api.getProcessInfo, name) == (10, f"BAD_NAME: {name}")


# -- starting -------------------------------------------------------------------------------------


def test_start_waits_until_the_process_runs(api):
    assert api.startProcess("slow") is True
    assert api.getProcessInfo("slow")["statename"] == "RUNNING"
    assert fault(api.startProcess, "slow") == (60, "ALREADY_STARTED: slow")
    assert api.stopProcess("slow") is True


def test_start_without_waiting_returns_at_once(daemon, api):
    assert api.startProcess("slow", False) is True
    assert api.getProcessInfo("slow")["statename"] == "STARTING"
    daemon.wait_state("slow", "RUNNING")
    api.stopProcess("slow")


def test_a_start_that_fails_is_a_spawn_error_at_the_first_attempt(api):
    assert fault(api.startProcess, "failing") == (50, "SPAWN_ERROR: failing")
    assert api.getProcessInfo("failing")["statename"] in ("BACKOFF", "STARTING")
    assert fault(api.startProcess, "failing") == (60, "ALREADY_STARTED: failing")
    assert api.stopProcess("failing") is True


def test_a_stop_during_a_start_ends_the_start(daemon, api):
    outcome = []
    other = rpc_proxy(daemon.socket)

    def begin():
        try:
            outcome.append(other.supervisor.startProcess("slow"))
        except xmlrpc.client.Fault as error:
            outcome.append((error.faultCode, error.faultString))

    thread = threading.Thread(target=begin)
    thread.start()
    daemon.wait_state("slow", "STARTING")
    api.stopProcess("slow")
    thread.join()
    assert outcome == [(40, "ABNORMAL_TERMINATION: slow")]
    other("close")()


def test_starting_a_process_that_is_stopping(daemon, api):
    ensure(api, "stubborn", True)
    api.stopProcess("stubborn", False)
    assert fault(api.startProcess, "stubborn") == (40, "ABNORMAL_TERMINATION: stubborn")
    daemon.wait_state("stubborn", "STOPPED")
    ensure(api, "stubborn", True)


def test_start_of_unknown_names(api):
    assert fault(api.startProcess, "nope") == (10, "BAD_NAME: nope")
    assert fault(api.startProcess, "nope:*") == (10, "BAD_NAME: nope:*")
    assert fault(api.startProcess, "pair:nope") == (10, "BAD_NAME: pair:nope")
    assert fault(api.startProcessGroup, "nope") == (10, "BAD_NAME: nope")
    assert fault(api.startProcessGroup, "pair:*") == (10, "BAD_NAME: pair:*")


# -- stopping -------------------------------------------------------------------------------------


def test_stop_of_a_process_that_does_not_run(api):
    ensure(api, "idle", False)
    assert fault(api.stopProcess, "idle") == (70, "NOT_RUNNING: idle")
    assert fault(api.stopProcess, "nope") == (10, "BAD_NAME: nope")
    assert fault(api.stopProcess, "nope:*") == (10, "BAD_NAME: nope:*")
    assert fault(api.stopProcessGroup, "nope") == (10, "BAD_NAME: nope")


def test_a_waiting_stop_does_not_hold_up_others(daemon, api):
    ensure(api, "stubborn", True)
    other = rpc_proxy(daemon.socket)
    thread = threading.Thread(target=other.supervisor.stopProcess, args=["stubborn"])
    thread.start()
    daemon.wait_state("stubborn", "STOPPING")  # answered while the stop is pending
    assert api.getPID() == daemon.pid
    thread.join()
    assert api.getProcessInfo("stubborn")["statename"] == "STOPPED"
    other("close")()


# -- groups ---------------------------------------------------------------------------------------


def success(name, group="pair"):
    return {"name": name, "group": group, "status": 80, "description": "OK"}


@pytest.mark.parametrize("form", ["group", "star", "colon"])
def test_groups_are_started_and_stopped_in_priority_order(api, form):
    start = {"group": lambda: api.startProcessGroup("pair"), "star": lambda: api.startProcess("pair:*"),
             "colon": lambda: api.startProcess("pair:")}[form]  # fmt: skip
    stop = {"group": lambda: api.stopProcessGroup("pair"), "star": lambda: api.stopProcess("pair:*"),
            "colon": lambda: api.stopProcess("pair:")}[form]  # fmt: skip
    assert start() == []  # all of it runs already
    stopped = stop()
    assert sorted(item["name"] for item in stopped) == ["a", "b"]
    assert all(list(item) == ["name", "group", "status", "description"] for item in stopped)
    assert stop() == []
    assert start() == [success("b"), success("a")]  # ascending priority


def test_start_and_stop_all(daemon, api):
    ensure(api, "stubborn", False)
    stopped = {(item["group"], item["name"]) for item in api.stopAllProcesses()}
    assert {("cat", "cat"), ("pair", "a"), ("pair", "b"), ("writer", "writer")} == stopped
    started = {item["name"]: item for item in api.startAllProcesses()}
    assert started.pop("bad") == {
        "name": "bad", "group": "bad", "status": 50, "description": "SPAWN_ERROR: bad",
    }  # fmt: skip
    assert started.pop("failing")["description"] == "SPAWN_ERROR: failing"
    assert set(started) == {"a", "b", "cat", "slow", "idle", "stubborn", "writer"}
    assert {item["status"] for item in started.values()} == {80}
    daemon.wait_state("bad", "FATAL")
    for name in ("failing", "slow", "idle"):
        api.stopProcess(name)


def test_bulk_operations_without_waiting(daemon, api):
    assert [item["name"] for item in api.stopProcessGroup("pair", False)] == ["b", "a"]
    daemon.wait_state("pair:a", "STOPPED")
    daemon.wait_state("pair:b", "STOPPED")
    assert api.startProcessGroup("pair", False) == [success("b"), success("a")]


# -- signals --------------------------------------------------------------------------------------


def test_signals_are_sent_by_name_and_number(daemon, api):
    for argument in ("TERM", "sigterm", "15", 15):
        ensure(api, "cat", True)
        pid = api.getProcessInfo("cat")["pid"]
        assert api.signalProcess("cat", argument) is True
        daemon.wait_new_pid("cat", pid)


def test_bad_signals(api):
    ensure(api, "idle", False)
    for argument in ("NOSUCH", "35", 65, "-1"):
        assert fault(api.signalProcess, "cat", argument) == (11, f"BAD_SIGNAL: {argument}")
    assert fault(api.signalProcess, "idle", "NOSUCH") == (11, "BAD_SIGNAL: NOSUCH")
    assert fault(api.signalProcess, "idle", "TERM") == (70, "NOT_RUNNING: idle")
    assert fault(api.signalProcess, "nope", "TERM") == (10, "BAD_NAME: nope")
    assert fault(api.signalProcessGroup, "nope", "TERM") == (10, "BAD_NAME: nope")


def test_signals_for_groups_and_all(daemon, api):
    before = {name: api.getProcessInfo(f"pair:{name}")["pid"] for name in "ab"}
    assert api.signalProcessGroup("pair", "TERM") == [success("b"), success("a")]
    for name in "ab":
        daemon.wait_new_pid(f"pair:{name}", before[name])
    assert api.signalProcess("pair:*", "CONT") == [success("b"), success("a")]
    everything = api.signalAllProcesses("CONT")
    assert {item["status"] for item in everything} == {80} and len(everything) >= 4
    assert api.signalProcessGroup("pair", "NOSUCH")[0] == {
        "name": "b", "group": "pair", "status": 11, "description": "BAD_SIGNAL: NOSUCH",
    }  # fmt: skip


# -- logs -----------------------------------------------------------------------------------------

TEXT = "0123456789abcdefghi"


@pytest.mark.parametrize(
    "offset, length, expected",
    [(0, 0, TEXT), (0, 5, "01234"), (5, 3, "567"), (15, 100, "fghi"), (19, 0, ""), (50, 5, ""), (-3, 0, "ghi"), (-99, 0, TEXT)],
)
def test_reading_a_log(daemon, offset, length, expected):
    (daemon.dir / "writer.out").write_text(TEXT)
    api = daemon.rpc.supervisor
    assert api.readProcessStdoutLog("writer", offset, length) == expected
    assert api.readProcessLog("writer", offset, length) == expected


@pytest.mark.parametrize("offset, length", [(0, -1), (-1, 5), (-1, -1)])
def test_bad_ranges(api, offset, length):
    assert fault(api.readProcessStdoutLog, "writer", offset, length) == (3, "BAD_ARGUMENTS")
    assert fault(api.readLog, offset, length) == (3, "BAD_ARGUMENTS")


@pytest.mark.parametrize(
    "offset, length, expected",
    [(0, 1000, [TEXT, 19, False]), (0, 4, ["fghi", 19, True]), (19, 10, ["", 19, False]), (0, 0, ["", 19, True]),
     (15, 10, ["9abcdefghi", 19, False]), (0, 19, [TEXT, 19, False]), (30, 0, ["", 19, False])],
)  # fmt: skip
def test_tailing_a_log(daemon, offset, length, expected):
    (daemon.dir / "writer.out").write_text(TEXT)
    api = daemon.rpc.supervisor
    assert api.tailProcessStdoutLog("writer", offset, length) == expected
    assert api.tailProcessLog("writer", offset, length) == expected


def test_stderr_logs(daemon, api):
    (daemon.dir / "writer.err").write_text("error")
    assert api.readProcessStderrLog("writer", 0, 0) == "error"
    assert api.tailProcessStderrLog("writer", 0, 3) == ["ror", 5, True]


def test_logs_that_are_not_there(daemon, api):
    assert fault(api.readProcessStdoutLog, "idle", 0, 0) == (20, "NO_FILE")
    assert api.tailProcessStdoutLog("idle", 0, 10) == ["", 0, False]
    assert fault(api.readProcessStdoutLog, "nope", 0, 0) == (10, "BAD_NAME: nope")
    assert fault(api.tailProcessStdoutLog, "nope", 0, 0) == (10, "BAD_NAME: nope")
    assert fault(api.readProcessStdoutLog, "pair:*", 0, 0) == (10, "BAD_NAME: pair:*")
    log = daemon.dir / "cat.out"
    log.rename(daemon.dir / "cat.away")
    assert fault(api.readProcessStdoutLog, "cat", 0, 0) == (20, f"NO_FILE: {log}")
    (daemon.dir / "cat.away").rename(log)


def test_the_main_log(daemon, api):
    text = daemon.log()
    assert api.readLog(0, 0).startswith(text[:1000]) and api.readMainLog(3, 10) == text[3:13]


@pytest.mark.ours_only  # supervisord answers HTTP 500 or a document that no parser accepts
def test_logs_with_any_bytes_can_be_read(daemon, api):
    (daemon.dir / "cat.out").write_bytes(b"\x00\x1b[1m\xff\xe2\x82 ok\n")
    text = api.readProcessStdoutLog("cat", 0, 0)
    assert text.endswith(" ok\n") and "\0" not in text and "\x1b" not in text


@pytest.mark.ours_only  # supervisord answers true and leaves the file as it is
def test_the_logs_of_a_process_that_does_not_run_are_cleared(daemon, api):
    log = daemon.dir / "writer.out"
    ensure(api, "writer", False)
    log.write_text(TEXT)
    assert api.clearProcessLogs("writer") is True
    assert api.readProcessLog("writer", 0, 0) == ""
    log.unlink()
    assert api.clearProcessLogs("writer") is True
    assert not log.exists()


@pytest.mark.ours_only
def test_clearing_all_logs_does_not_take_a_second_for_each(daemon, api):
    (daemon.dir / "cat.out").write_text(TEXT)
    cleared = api.clearAllProcessLogs()
    assert {item["status"] for item in cleared} == {80} and len(cleared) == 9
    assert api.readProcessLog("cat", 0, 0) == ""


# -- standard input -------------------------------------------------------------------------------


@pytest.mark.ours_only  # supervisord answers HTTP 500 when the pipe is full
def test_a_large_text_reaches_a_process_in_full(daemon, api):
    ensure(api, "cat", True)
    api.clearProcessLogs("cat")
    text = "".join(f"line {number}\n" for number in range(20_000))
    assert api.sendProcessStdin("cat", text) is True
    daemon.wait_file("cat.out", lambda found: found == text)


@pytest.mark.ours_only  # supervisord answers HTTP 500 and keeps everything
def test_text_for_a_process_that_does_not_read_is_refused_in_the_end(start):
    daemon = start("[program:deaf]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
    daemon.wait_state("deaf", "RUNNING")
    api = daemon.rpc.supervisor
    text = "x" * 300_000
    taken = 0
    with pytest.raises(xmlrpc.client.Fault) as caught:
        while taken < 100:
            taken += api.sendProcessStdin("deaf", text)
    assert (caught.value.faultCode, caught.value.faultString) == (30, "FAILED: deaf does not read its stdin")
    assert 1 <= taken <= 5
    assert api.getState()["statecode"] == 1
    assert api.stopProcess("deaf") is True and api.startProcess("deaf") is True
    assert api.sendProcessStdin("deaf", text) is True  # a new process, a new pipe


# -- groups that come and go ----------------------------------------------------------------------


def test_a_group_that_is_added_gets_its_logs_and_starts(start):
    daemon = start("")
    api = daemon.rpc.supervisor
    daemon.write_config("[program:new]\ncommand=/bin/echo hello\nstartsecs=0\nautorestart=false\n")
    assert api.reloadConfig() == [[["new"], [], []]]
    assert fault(api.getProcessInfo, "new") == (10, "BAD_NAME: new")
    assert api.addProcessGroup("new") is True
    log = daemon.wait_state("new", "EXITED")["stdout_logfile"]
    assert daemon.read(log) == "hello\n"
    assert api.removeProcessGroup("new") is True
    assert daemon.read(log) == "hello\n"  # the log stays
    assert api.addProcessGroup("new") is True
    assert daemon.wait_state("new", "EXITED")["stdout_logfile"] == log  # and is used again


def test_a_reread_shows_a_new_identifier_and_changes_nothing_else(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")
    pid = daemon.wait_state("cat", "RUNNING")["pid"]
    daemon.options["identifier"] = "other"
    daemon.write_config("")
    assert daemon.rpc.supervisor.reloadConfig() == [[[], [], ["cat"]]]
    assert daemon.rpc.supervisor.getIdentification() == "other"
    assert daemon.info("cat")["pid"] == pid


def test_all_groups_can_be_replaced_while_others_run(start):
    many = "".join(f"[program:p{number}]\ncommand=/bin/cat\nstartsecs=0\n" for number in range(30))
    daemon = start(many)
    daemon.wait_all("RUNNING")
    api = daemon.rpc.supervisor
    kept = daemon.info("p7")["pid"]
    daemon.write_config(many.replace("[program:p", "[program:q").replace("[program:q7]", "[program:p7]"))
    [[added, changed, removed]] = api.reloadConfig()
    assert (len(added), changed, len(removed)) == (29, [], 29)
    for name in removed:
        assert api.stopProcessGroup(name, False)[0]["status"] == 80
    for name in removed:
        daemon.wait_state(name, "STOPPED")
        assert api.removeProcessGroup(name) is True
    for name in added:
        assert api.addProcessGroup(name) is True
    infos = daemon.wait_all("RUNNING")
    assert len(infos) == 30 and daemon.info("p7")["pid"] == kept


# -- calls ----------------------------------------------------------------------------------------


def test_unknown_methods_and_wrong_argument_counts(daemon, api):
    for name in ("supervisor.nope", "nope", "nope.getState", "supervisor.getState.x", "supervisor._update", "supervisor.API_VERSION"):
        assert fault(getattr(daemon.rpc, name)) == (1, "UNKNOWN_METHOD")
    assert fault(api.getState, 1) == (2, "INCORRECT_PARAMETERS")
    assert fault(api.startProcess) == (2, "INCORRECT_PARAMETERS")
    assert fault(api.startProcess, "a", True, 3) == (2, "INCORRECT_PARAMETERS")


METHODS = """getAPIVersion getAllConfigInfo getAllProcessInfo getIdentification getPID getProcessInfo getState getSupervisorVersion
getVersion readLog readMainLog readProcessLog readProcessStderrLog readProcessStdoutLog restart shutdown signalAllProcesses
signalProcess signalProcessGroup startAllProcesses startProcess startProcessGroup stopAllProcesses stopProcess
stopProcessGroup tailProcessLog tailProcessStderrLog tailProcessStdoutLog""".split()


def test_list_methods(daemon):
    found = daemon.rpc.system.listMethods()
    assert found == sorted(found)
    expected = {f"supervisor.{name}" for name in METHODS}
    expected |= {f"system.{name}" for name in ("listMethods", "methodHelp", "methodSignature", "multicall")}
    assert expected <= set(found)


def test_methods_describe_themselves(daemon):
    system = daemon.rpc.system
    assert system.methodSignature("supervisor.startProcess") == ["boolean", "string", "boolean"]
    assert system.methodSignature("supervisor.getAllProcessInfo") == ["array"]
    assert system.methodSignature("system.multicall") == ["array", "array"]
    assert fault(system.methodSignature, "nope.nope") == (4, "SIGNATURE_UNSUPPORTED")
    assert "@param string name" in system.methodHelp("supervisor.getProcessInfo")
    assert fault(system.methodHelp, "nope") == (4, "SIGNATURE_UNSUPPORTED")


def test_multicall_returns_bare_values(daemon, api):
    calls = [
        {"methodName": "supervisor.getPID", "params": []},
        {"methodName": "supervisor.getVersion"},
        {"methodName": "supervisor.nope", "params": []},
        {"methodName": "supervisor.getState", "params": [1]},
        {"methodName": "system.multicall", "params": [[]]},
        {"params": []},
        {"methodName": "supervisor.getProcessInfo", "params": ["nope"]},
        {"methodName": "supervisor.stopProcessGroup", "params": ["pair"]},
        {"methodName": "supervisor.startProcessGroup", "params": ["pair"]},
    ]
    answers = daemon.rpc.system.multicall(calls)
    assert answers[:7] == [
        daemon.pid,
        "3.0",
        {"faultCode": 1, "faultString": "UNKNOWN_METHOD"},
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS"},
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS: Recursive system.multicall forbidden"},
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS: No methodName"},
        {"faultCode": 10, "faultString": "BAD_NAME: nope"},
    ]
    # One after the other: what is stopped first is there to be started next.
    assert len(answers[7]) == 2 and answers[8] == [success("b"), success("a")]
    assert daemon.rpc.system.multicall([]) == []


def test_tcp_and_unix_listeners_serve_the_same(daemon):
    tcp = xmlrpc.client.ServerProxy(f"http://127.0.0.1:{daemon.http_port}/RPC2")
    assert tcp.supervisor.getPID() == daemon.pid
    assert [i["name"] for i in tcp.supervisor.getAllProcessInfo()] == [
        i["name"] for i in daemon.rpc.supervisor.getAllProcessInfo()
    ]
    tcp("close")()


def post(port, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/RPC2", body, headers)
    answer = connection.getresponse()
    result = answer.status, answer.getheader("Content-Type"), answer.read()
    connection.close()
    return result


def test_the_answer_is_written_as_supervisor_writes_it(daemon):
    body = "<methodCall><methodName>supervisor.getVersion</methodName></methodCall>"
    expected = (
        b"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
        b"<value><string>3.0</string></value>\n</param>\n</params>\n</methodResponse>\n"
    )
    assert post(daemon.http_port, body) == (200, "text/xml", expected)


@pytest.mark.parametrize("body", ["nonsense", "<methodCall/>", "<methodCall><methodName/></methodCall>", "<a><b></a>"])
def test_bodies_that_are_no_calls_are_bad_requests(daemon, body):
    assert post(daemon.http_port, body)[0] == 400
    assert daemon.rpc.supervisor.getState()["statecode"] == 1


def test_wrong_credentials_are_refused(start):
    text = "[inet_http_server]\nport=127.0.0.1:{}\nusername=me\npassword={}\n"
    secret = "{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"  # "secret"
    for password in ("secret", secret):
        port = free_port()
        daemon = start(text.format(port, password))
        good = xmlrpc.client.ServerProxy(f"http://me:secret@127.0.0.1:{port}/RPC2")
        assert good.supervisor.getPID() == daemon.pid
        for credentials in ("me:wrong@", "you:secret@", ""):
            bad = xmlrpc.client.ServerProxy(f"http://{credentials}127.0.0.1:{port}/RPC2")
            with pytest.raises(xmlrpc.client.ProtocolError) as caught:
                bad.supervisor.getPID()
            assert caught.value.errcode == 401
            bad("close")()
        good("close")()


def test_without_the_interface_section_only_system_methods_exist(start):
    daemon = start(
        "[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n"
        "[unix_http_server]\nfile=%(here)s/s.sock\n",
        standard=False,
    )
    assert fault(daemon.rpc.supervisor.getState) == (1, "UNKNOWN_METHOD")
    assert all(name.startswith("system.") for name in daemon.rpc.system.listMethods())


# -- the end --------------------------------------------------------------------------------------


def test_shutdown_stops_everything_and_faults_meanwhile(start):
    daemon = start(
        f"[program:stubborn]\ncommand={STUBBORN}\nstopwaitsecs=2\nstartsecs=0\n[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
    )
    daemon.wait_state("stubborn", "RUNNING")
    api = daemon.rpc.supervisor
    other = rpc_proxy(daemon.socket)
    assert api.shutdown() is True
    for call in (api.getState, api.getAllProcessInfo, api.shutdown, api.restart, other.supervisor.getPID):
        assert fault(call) == (6, "SHUTDOWN_STATE")
    assert fault(api.getProcessInfo, "nope") == (6, "SHUTDOWN_STATE")
    assert fault(api.getState, 1) == (2, "INCORRECT_PARAMETERS")
    assert "supervisor.getState" in daemon.rpc.system.listMethods()
    assert daemon.wait_exit() == 0
    other("close")()


def test_restart_starts_anew_in_the_same_process(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")
    old = daemon.wait_state("cat", "RUNNING")["pid"]
    assert daemon.rpc.supervisor.restart() is True
    eventually(lambda: daemon.count_log("supervisord started with pid") == 2, "the restart")
    daemon.disconnect()
    daemon.wait_ready()
    daemon.wait_new_pid("cat", old)
    assert daemon.rpc.supervisor.getPID() == daemon.pid


def test_a_client_that_goes_away_does_no_harm(daemon, api):
    ensure(api, "stubborn", True)
    gone = socket.socket(socket.AF_UNIX)
    gone.connect(str(daemon.socket))
    body = xmlrpc.client.dumps(("stubborn",), "supervisor.stopProcess")
    gone.sendall(f"POST /RPC2 HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    daemon.wait_state("stubborn", "STOPPING")
    gone.close()
    daemon.wait_state("stubborn", "STOPPED")  # what was asked for is not undone
    assert api.startProcess("stubborn") is True
    os.kill(api.getProcessInfo("stubborn")["pid"], signal.SIGKILL)

"""XML-RPC: starting, stopping and signalling processes, alone, in groups and all together."""

import os
import signal
import socket
import threading
import xmlrpc.client

import pytest

from harness import rpc_proxy
from rpc_fleet import STUBBORN, ensure, ensure_stubborn, fault, start_fleet, success


@pytest.fixture(scope="module")
def daemon(start_shared):
    return start_fleet(start_shared)


@pytest.fixture
def api(daemon):
    return daemon.rpc.supervisor


@pytest.fixture(scope="module")
def patient(start_shared):
    """A daemon whose programs stay STARTING and STOPPING until a test ends that."""
    return start_shared(
        "[program:slow]\ncommand=/bin/cat\nautostart=false\nstartsecs=1000\n"
        f"[program:stubborn]\ncommand={STUBBORN}\nautostart=false\nstartsecs=0\nstopwaitsecs=1000\n"
    )


def end_stubborn(daemon):
    os.kill(daemon.info("stubborn")["pid"], signal.SIGKILL)
    daemon.wait_state("stubborn", "STOPPED")


# -- starting -------------------------------------------------------------------------------------


def test_start_waits_until_the_process_runs(api):
    assert api.startProcess("slow") is True
    assert api.getProcessInfo("slow")["statename"] == "RUNNING"
    assert fault(api.startProcess, "slow") == (60, "ALREADY_STARTED: slow")
    assert api.stopProcess("slow") is True


def test_start_without_waiting_returns_at_once(patient):
    api = patient.rpc.supervisor
    assert api.startProcess("slow", False) is True
    assert api.getProcessInfo("slow")["statename"] == "STARTING"
    assert api.stopProcess("slow") is True


def test_a_start_that_fails_is_a_spawn_error_at_the_first_attempt(api):
    assert fault(api.startProcess, "failing") == (50, "SPAWN_ERROR: failing")
    assert api.getProcessInfo("failing")["statename"] in ("BACKOFF", "STARTING")
    assert fault(api.startProcess, "failing") == (60, "ALREADY_STARTED: failing")
    assert api.stopProcess("failing") is True


def test_a_stop_during_a_start_ends_the_start(patient):
    outcome = []
    other = rpc_proxy(patient.socket)

    def begin():
        try:
            outcome.append(other.supervisor.startProcess("slow"))
        except xmlrpc.client.Fault as error:
            outcome.append((error.faultCode, error.faultString))

    thread = threading.Thread(target=begin)
    thread.start()
    patient.wait_state("slow", "STARTING")
    patient.rpc.supervisor.stopProcess("slow")
    thread.join()
    assert outcome == [(40, "ABNORMAL_TERMINATION: slow")]
    other("close")()


def test_starting_a_process_that_is_stopping(patient):
    api = patient.rpc.supervisor
    ensure_stubborn(api)
    api.stopProcess("stubborn", False)
    assert fault(api.startProcess, "stubborn") == (40, "ABNORMAL_TERMINATION: stubborn")
    end_stubborn(patient)


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


def test_a_waiting_stop_does_not_hold_up_others(patient):
    api = patient.rpc.supervisor
    ensure_stubborn(api)
    other = rpc_proxy(patient.socket)
    thread = threading.Thread(target=other.supervisor.stopProcess, args=["stubborn"])
    thread.start()
    patient.wait_state("stubborn", "STOPPING")  # answered while the stop is pending
    assert api.getPID() == patient.pid
    end_stubborn(patient)
    thread.join()
    assert api.getProcessInfo("stubborn")["statename"] == "STOPPED"
    other("close")()


# -- groups ---------------------------------------------------------------------------------------


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


def test_a_client_that_goes_away_does_no_harm(patient):
    api = patient.rpc.supervisor
    ensure_stubborn(api)
    gone = socket.socket(socket.AF_UNIX)
    gone.connect(str(patient.socket))
    body = xmlrpc.client.dumps(("stubborn",), "supervisor.stopProcess")
    gone.sendall(f"POST /RPC2 HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    patient.wait_state("stubborn", "STOPPING")
    gone.close()
    end_stubborn(patient)  # what was asked for is not undone

"""Both control clients against servers that fault, report failures, or cannot be reached.

The reference is Debian's client, run on the same server in the same test.
"""

import subprocess
import threading
import xmlrpc.client

import pytest

from ctl_golden import DEBIAN, OURS, PROCESS, FakeServer, Raw
from harness import DEADLINE

FAULTS = [1, 2, 3, 4, 6, 10, 11, 20, 21, 30, 40, 50, 60, 70, 90, 91, 92, 1234]
# Actions and the methods that fail in them; all others give a plain answer.
ACTIONS = [
    "status", "pid", "pid cat", "pid all", "version", "start cat", "start g:*", "start all", "stop cat", "stop g:*", "stop all",
    "restart cat", "signal HUP cat", "signal HUP g:*", "signal HUP all", "clear cat", "clear all", "tail cat", "tail cat stderr",
    "maintail", "fg cat", "reread", "update", "update cat", "add cat dog", "remove cat dog", "avail", "shutdown", "reload",
]  # fmt: skip


def raise_fault(code):
    def answer(method, params):
        raise xmlrpc.client.Fault(code, f"TEXT: {code}")

    return answer


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_reads_the_same_in_every_action(same, code):
    script = "".join(f"{action}\n" for action in ACTIONS).replace("shutdown\n", "shutdown\ny\n").replace("reload\n", "reload\ny\n")
    with FakeServer(raise_fault(code)) as server:
        shell = same(server.url, text_input=script)
    assert shell.code == 0


@pytest.mark.parametrize(
    "action, code, status",
    [
        ("start cat", 10, 1), ("start cat", 50, 7), ("start cat", 40, 7), ("start cat", 60, 0), ("start cat", 70, 1),
        ("start g:*", 10, 2), ("start g:*", 30, 1), ("stop cat", 70, 0), ("stop cat", 30, 1), ("stop g:*", 10, 1),
        ("signal HUP cat", 70, 7), ("signal HUP cat", 11, 1), ("clear cat", 30, 1), ("clear cat", 60, 1), ("tail cat", 20, 1),
        ("fg cat", 30, 0), ("fg cat", 10, 1), ("status", 6, 1), ("status", 1, 1), ("shutdown", 6, 0), ("reload", 6, 1),
        ("update", 6, 1), ("update", 92, 1), ("reread", 92, 1), ("add cat", 90, 0), ("add cat", 10, 1), ("remove cat", 91, 1),
        ("avail", 6, 1),
    ],
)  # fmt: skip
def test_the_exit_status_of_a_fault(same, action, code, status):
    with FakeServer(raise_fault(code)) as server:
        assert same(server.url, action).code == status


def results(*entries):
    return [{"name": name, "group": group, "status": status, "description": text} for name, group, status, text in entries]


@pytest.mark.parametrize("action", ["start all", "start g:*", "stop all", "stop g:*", "signal HUP all", "clear all", "restart all"])
def test_every_result_of_a_bulk_operation_is_reported(same, action):
    entries = results(
        ("a", "g", 80, "OK"), ("cat", "cat", 80, "OK"), ("b", "g", 30, "FAILED: words of the daemon"), ("c", "g", 10, "BAD_NAME"),
        ("d", "g", 70, "NOT_RUNNING"), ("e", "g", 80, "OK"),
    )  # fmt: skip
    with FakeServer(lambda method, params: entries) as server:
        same(server.url, action)


@pytest.mark.parametrize("codes", [(20, 50), (50, 20), (60,), (21, 40, 80)])
def test_the_last_problem_of_a_bulk_start_is_the_status(same, codes):
    entries = results(*((f"p{i}", "g", code, "") for i, code in enumerate(codes)))
    with FakeServer(lambda method, params: entries) as server:
        same(server.url, "start all")


@pytest.mark.parametrize("states", [[20], [0], [10, 30, 40], [100], [200], [1000], [20, 100]])
def test_the_status_tells_whether_something_is_stopped(same, states):
    names = {0: "STOPPED", 10: "STARTING", 20: "RUNNING", 30: "BACKOFF", 40: "STOPPING", 100: "EXITED", 200: "FATAL", 1000: "UNKNOWN"}
    infos = [{**PROCESS, "name": f"p{i}", "state": state, "statename": names[state]} for i, state in enumerate(states)]
    with FakeServer(lambda method, params: infos) as server:
        same(server.url, "status")


def test_text_of_the_daemon_is_printed_as_it_is(same):
    infos = [{**PROCESS, "name": "naïve", "group": "naïve", "description": "a <b> & “c”"}]
    with FakeServer(lambda method, params: infos) as server:
        assert "naïve  " in same(server.url, "status").stdout


def test_groups_that_do_not_stop_are_not_removed(same):
    def answer(method, params):
        if method == "supervisor.reloadConfig":
            return [[["new"], ["changed"], ["stuck", "gone"]]]
        if method == "supervisor.getAllProcessInfo":
            return [{**PROCESS, "group": group} for group in ("stuck", "gone", "changed")]
        if method == "supervisor.stopProcessGroup":
            return results(("p", params[0], 30 if params[0] == "stuck" else 80, "x"))
        return True

    with FakeServer(answer) as server:
        assert "stuck: has problems; not removing" in same(server.url, "update").stdout
        same(server.url, "update", "new", "nope", "gone")
        same(server.url, "reread")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
@pytest.mark.parametrize("action", ["status", "shutdown", "tail -f cat"])
def test_http_errors(same, status, action):
    def answer(method, params):
        return Raw(b"sorry", status)

    with FakeServer(answer, raw_version=action != "tail -f cat") as server:
        same(server.url, action)


@pytest.mark.parametrize("action", ["status", "pid", "start cat", "tail x", "shutdown", "avail"])
def test_a_missing_namespace_is_explained(same, action):
    with FakeServer(raise_fault(1), raw_version=True) as server:
        same(server.url, action)


@pytest.mark.parametrize("action", ["status", "pid", "version", "start cat", "tail x", "shutdown", "reload", "update", "add x", "avail"])
def test_a_daemon_that_shuts_down_is_reported(same, action):
    with FakeServer(raise_fault(6), raw_version=True) as server:
        same(server.url, action)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1", "http://127.0.0.1:99999", "http://127.0.0.1:port",
        "unix:///no/such.sock", "unix:///etc/passwd", "unix:///etc/passwd/x", "https://127.0.0.1", "localhost:9001",
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", ["status", "pid", "start cat", "tail -f cat", "shutdown", "reload", "update", "open unix:///nope"])
def test_a_server_that_cannot_be_reached(same, url, action):
    same(url, action)


def test_a_host_that_nobody_knows(same, monkeypatch):
    """Once only: without a name server each look-up takes its time."""
    monkeypatch.setenv("RES_OPTIONS", "timeout:1 attempts:1")
    assert "Errno -" in same("http://no-such-host.invalid:9001", "status").stdout


def test_a_thousand_processes_are_shown_with_one_question(run_client):
    infos = [{**PROCESS, "name": f"p{i:04}", "group": "fleet"} for i in range(1000)]
    with FakeServer(lambda method, params: infos) as server:
        done = run_client(OURS, server.url, "status")
        assert done.stdout.count("\n") == 1000
        assert [method for method, _ in server.calls] == ["supervisor.getVersion", "supervisor.getAllProcessInfo"]


def test_output_that_cannot_be_written_is_an_error(setup, tmp_path):
    with FakeServer(lambda method, params: [PROCESS]) as server, open("/dev/full", "w") as full:
        done = subprocess.run(
            [setup.program("ringmasterctl"), "-s", server.url, "status"],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, cwd=tmp_path, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "could not write the output: No space left on device\n"


@pytest.mark.parametrize("code", [1, 6, 10, 30, 70, 1234])
def test_fg_ends_when_a_line_cannot_be_passed_on(run_client, code):
    """Whether the missing logs are reported before that is left to chance."""

    streams = threading.Semaphore(0)

    def answer(method, params):
        if method == "GET":
            streams.release()
        if method == "supervisor.sendProcessStdin":
            # Debian's client stumbles over a failure before it has opened its two streams.
            assert streams.acquire(timeout=DEADLINE) and streams.acquire(timeout=DEADLINE)
            assert params == ("cat", "hello\n")
            raise xmlrpc.client.Fault(code, f"TEXT: {code}")
        return {"GET": Raw(b"", 404), "supervisor.getProcessInfo": PROCESS}.get(method, [])

    with FakeServer(answer) as server:
        expected, actual = (run_client(client, server.url, text_input="fg cat\nhello\nhelp quit\n").stdout for client in (DEBIAN, OURS))
    assert actual == expected
    assert "\nExiting foreground\nsupervisor> quit\n" in actual

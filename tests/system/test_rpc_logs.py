"""XML-RPC: reading, tailing and clearing logs, and writing to the standard input of processes."""

import shutil
import xmlrpc.client

import pytest

from rpc_fleet import ensure, fault, start_fleet


@pytest.fixture(scope="module")
def daemon(start_shared):
    return start_fleet(start_shared)


@pytest.fixture
def api(daemon):
    return daemon.rpc.supervisor


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


def test_clearing_a_log_whose_directory_is_gone_fails_at_once(start):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=%(here)s/logs/cat.log\nstderr_logfile=NONE\n",
        files={"logs/other": ""},
    )
    daemon.wait_state("cat", "RUNNING")
    shutil.rmtree(daemon.dir / "logs")
    api = daemon.rpc.supervisor
    assert fault(api.clearProcessLogs, "cat") == (30, "FAILED: cat")
    assert [item["status"] for item in api.clearAllProcessLogs()] == [30]


def test_a_log_whose_path_leads_nowhere_is_not_there(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nautostart=false\nstdout_logfile=%(here)s/loop\n")
    loop = daemon.dir / "loop"
    loop.symlink_to(loop)
    assert fault(daemon.rpc.supervisor.readProcessStdoutLog, "cat", 0, 0)[0] == 20


@pytest.mark.ours_only
def test_clearing_all_logs_does_not_take_a_second_for_each(daemon, api):
    (daemon.dir / "cat.out").write_text(TEXT)
    cleared = api.clearAllProcessLogs()
    assert {item["status"] for item in cleared} == {80} and len(cleared) == 9
    assert api.readProcessLog("cat", 0, 0) == ""


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

"""The daemon's own log: what each level shows, clearing it, lines that few ever see."""

import os
import signal
import xmlrpc.client

import pytest

from harness import alive, eventually

CODES = ["BLAT", "TRAC", "DEBG", "INFO", "WARN", "ERRO", "CRIT"]  # the least important first
LEVELS = ["blather", "trace", "debug", "info", "warn", "error", "critical"]
CAT = "[program:cat]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE\n"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_shows_its_lines_and_all_that_are_more_important(start, level):
    daemon = start(CAT, supervisord={"loglevel": level})
    daemon.wait_state("cat", "RUNNING")
    assert daemon.stop() == 0
    seen = {line.level for line in daemon.lines()}
    expected = set(CODES[LEVELS.index(level) :]) - {"ERRO"}  # nothing here is an error
    assert seen == expected
    texts = {(line.level, line.text) for line in daemon.lines()}
    assert ("CRIT", "Server 'unix_http_server' running without any HTTP authentication checking") in texts
    for code, text in (
        ("WARN", "received SIGTERM indicating exit request"),
        ("INFO", "waiting for cat to die"),
        ("DEBG", "received SIGCHLD indicating a child quit"),
        ("BLAT", "cat state: STOPPING"),
        ("TRAC", "XML-RPC method called: supervisor.getProcessInfo()"),
        ("TRAC", "XML-RPC method supervisor.getProcessInfo() returned successfully"),
    ):
        assert ((code, text) in texts) == (code in expected)


def test_output_of_several_lines_is_one_record_and_what_is_no_text_is_quoted(start):
    daemon = start(
        "[program:text]\ncommand=/bin/cat text\nstartsecs=0\nautorestart=false\nstdout_logfile=NONE\n"
        "[program:raw]\ncommand=/bin/sh -c 'cat raw >&2'\nstartsecs=0\nautorestart=false\nstdout_logfile=NONE\n",
        supervisord={"loglevel": "debug"},
        files={"text": "one\n\n  caf\u00e9\n", "raw": b"caf\xe9 '\0\n"},
    )
    daemon.wait_all("EXITED")
    for record in (
        "DEBG 'text' stdout output:\none\n\n  caf\u00e9\n\n2",  # the next record
        "DEBG 'raw' stderr output:\nUndecodable: b\"caf\\xe9 '\\x00\\n\"\n2",
    ):
        assert record in daemon.log()


def test_an_unknown_level_is_a_usage_error(start):
    daemon = start(CAT, supervisord={"loglevel": "loud"}, wait=False)
    assert daemon.wait_exit() == 2


def test_a_cleared_log_is_empty_and_goes_on(start):
    daemon = start(CAT)
    daemon.wait_state("cat", "RUNNING")
    with open(daemon.logfile) as old:
        assert daemon.rpc.supervisor.clearLog() is True
        assert daemon.log() == "" and daemon.rpc.supervisor.readLog(0, 0) == ""
        # Told for each way the log goes, before it is gone.
        assert [line[24:] for line in old.read().splitlines()[-2:]] == ["INFO reopening log file"] * 2
    assert daemon.stdout().count("INFO reopening log file\n") == 2
    daemon.rpc.supervisor.stopProcess("cat")
    daemon.wait_log("stopped: cat (terminated by SIGTERM)")

    daemon.logfile.unlink()
    with pytest.raises(xmlrpc.client.Fault) as fault:
        daemon.rpc.supervisor.clearLog()
    assert (fault.value.faultCode, fault.value.faultString) == (20, "NO_FILE")


def test_a_silent_daemon_has_one_way_for_its_log(start):
    daemon = start(CAT, supervisord={"silent": "true"})
    with open(daemon.logfile) as old:
        assert daemon.rpc.supervisor.clearLog() is True
        assert old.read().count("INFO reopening log file\n") == 1


@pytest.mark.ours_only  # supervisord prints tracebacks, or tries to
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_nothing_is_printed_into_files_when_standard_descriptors_are_closed(start, closed):
    daemon = start(CAT, wrapper=["/bin/sh", "-c", f'exec "$@" {closed}', "sh"])
    daemon.wait_state("cat", "RUNNING")
    assert daemon.stop() == 0
    messages = daemon.messages()
    assert messages.count("received SIGTERM indicating exit request") == 1 and len(messages) == len(set(messages))


def end_in_background(daemon):
    pid = daemon.pid
    daemon.disconnect()
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: not alive(pid), "the end of the daemon")


def test_the_process_that_goes_says_so_at_the_lowest_level(start):
    daemon = start(CAT, arguments=[], supervisord={"loglevel": "blather"})
    try:
        assert daemon.wait_log("supervisord forked; parent exiting").level == "BLAT"
        assert daemon.wait_log("daemonizing the supervisord process").level == "INFO"
    finally:
        end_in_background(daemon)


AS_NOBODY = {
    "supervisord": {"user": "nobody", "directory": "%(here)s/closed", "childlogdir": "%(here)s/unlisted"},
    "files": {"closed": None, "unlisted": None},
    "wrapper": ["/bin/sh", "-c", 'chown nobody . unlisted && chmod 0300 unlisted && chmod 0700 closed && exec "$@"', "sh"],
}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_directories_that_the_user_may_not_use_are_named(start):
    daemon = start(CAT, arguments=[], **AS_NOBODY)
    try:
        assert daemon.wait_log(f"can't chdir into '{daemon.dir}/closed': ").level == "CRIT"
        assert daemon.wait_log("Could not clear childlog dir").level == "WARN"
    finally:
        end_in_background(daemon)

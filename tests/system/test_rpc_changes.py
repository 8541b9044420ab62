"""XML-RPC: groups that come and go, the end of the daemon and its restart."""


import os
import signal

from harness import eventually, rpc_proxy
from rpc_fleet import STUBBORN, ensure_stubborn, fault


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


def test_shutdown_stops_everything_and_faults_meanwhile(start):
    daemon = start(
        f"[program:stubborn]\ncommand={STUBBORN}\nstopwaitsecs=1000\nstartsecs=0\n[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
    )
    daemon.wait_state("stubborn", "RUNNING")
    api = daemon.rpc.supervisor
    ensure_stubborn(api)
    pid = api.getProcessInfo("stubborn")["pid"]
    other = rpc_proxy(daemon.socket)
    assert api.shutdown() is True
    for call in (api.getState, api.getAllProcessInfo, api.shutdown, api.restart, other.supervisor.getPID):
        assert fault(call) == (6, "SHUTDOWN_STATE")
    assert fault(api.getProcessInfo, "nope") == (6, "SHUTDOWN_STATE")
    assert fault(api.getState, 1) == (2, "INCORRECT_PARAMETERS")
    assert "supervisor.getState" in daemon.rpc.system.listMethods()
    os.kill(pid, signal.SIGKILL)
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

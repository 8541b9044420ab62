"""Starting, retrying, restarting: what the state machine makes of real processes."""

import os
import re
import signal

import pytest

from harness import children_of, end, eventually, process_stat

pytestmark = pytest.mark.engine

SUCCESS = "INFO success: {0} entered RUNNING state, process has stayed up for > than {1} seconds (startsecs)"
GAVE_UP = "INFO gave up: {0} entered FATAL state, too many start retries too quickly"


def test_a_program_runs_after_startsecs(start):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nstartsecs=1\n[program:unproven]\ncommand=/bin/cat\nstartsecs=1000\n"
    )
    first = eventually(lambda: (info := daemon.info("unproven"))["pid"] and info, "the start")
    assert first["statename"] == "STARTING"
    assert first["description"] == ""
    info = daemon.wait_state("cat", "RUNNING")
    assert process_stat(info["pid"]).ppid == daemon.pid
    assert re.fullmatch(rf"pid {info['pid']}, uptime 0:00:0\d", info["description"])
    assert daemon.history("cat") == ["INFO spawned: 'cat' with pid N", SUCCESS.format("cat", 1)]


def test_programs_start_in_priority_order_and_groups_in_list_order(start):
    programs = {"last": 30, "first": 10, "middle": 20, "also_middle": 20, "g1": 99, "g2": 1}
    text = "".join(
        f"[program:{name}]\ncommand=/bin/cat\nstartsecs=0\npriority={priority}\n"
        for name, priority in programs.items()
    )
    # One at a time, as Supervisor does anyway: of those under way together the log tells the order only
    # as long as none of them waits too long for a processor.
    daemon = start(text + "[group:g]\nprograms=g1,g2\npriority=15\n", supervisord={"start_concurrency": "1"})
    daemon.wait_all("RUNNING")
    order = [m[1] for text in daemon.messages() if (m := re.match(r"spawned: '(\w+)'", text))]
    # The members of a [group:x] start in the order of its list, whatever their priority.
    assert order == ["first", "g1", "g2", "also_middle", "middle", "last"]


@pytest.mark.ours_only
def test_start_concurrency_bounds_how_many_start_at_once(start):
    daemon = start(
        "".join(f"[program:p{i}]\ncommand=/bin/cat\npriority={9 - i}\nstartsecs=1\n" for i in range(5)),
        supervisord={"start_concurrency": "2"},
    )
    assert daemon.info("p0")["statename"] == "STARTING"  # the last one waits
    daemon.wait_all("RUNNING")
    under_way, spawned = set(), []
    for text in daemon.messages():
        if match := re.match(r"spawned: '(\w+)'", text):
            under_way.add(match[1])
            spawned.append(match[1])
            assert len(under_way) <= 2, daemon.log()
        elif match := re.match(r"success: (\w+) ", text):
            under_way.remove(match[1])
    # Two are under way together, and either of them may be told first on a busy machine.
    assert [set(spawned[:2]), set(spawned[2:4]), set(spawned[4:])] == [{"p4", "p3"}, {"p2", "p1"}, {"p0"}]


def test_autostart_false_waits_for_a_request(start):
    daemon = start("[program:idle]\ncommand=/bin/cat\nautostart=false\n[program:cat]\ncommand=/bin/cat\n")
    daemon.wait_state("cat", "RUNNING")
    info = daemon.info("idle")
    assert (info["statename"], info["description"], info["pid"], info["start"]) == ("STOPPED", "Not started", 0, 0)
    assert daemon.history("idle") == []


def test_a_program_that_dies_at_once_is_retried_and_given_up(start):
    daemon = start(
        "[program:bad]\ncommand=/bin/sh -c 'exit 3'\nstartsecs=20\nstartretries=2\n"
        "[program:never]\ncommand=/bin/true\nstartsecs=20\nstartretries=0\nautorestart=false\n"
    )
    info = daemon.wait_state("never", "FATAL")
    # Ending before startsecs is a failed start even with an expected exit code.
    assert daemon.history("never") == [
        "INFO spawned: 'never' with pid N",
        "WARN exited: never (exit status 0; not expected)",
        GAVE_UP.format("never"),
    ]
    assert info["spawnerr"] == info["description"] == "Exited too quickly (process log may have details)"
    assert (info["pid"], info["exitstatus"]) == (0, 0)

    waiting = daemon.wait_state("bad", "BACKOFF")
    assert waiting["description"] == "Exited too quickly (process log may have details)"
    daemon.wait_state("bad", "FATAL")
    attempt = ["INFO spawned: 'bad' with pid N", "WARN exited: bad (exit status 3; not expected)"]
    assert daemon.history("bad") == [*attempt * 3, GAVE_UP.format("bad")]


def test_a_retry_can_succeed(start):
    daemon = start(
        "[program:third]\ncommand=/bin/sh -c 'echo >>runs; test $(wc -l <runs) -eq 3 && exec cat; exit 1'\n"
        "startsecs=3\nstartretries=3\nstdout_logfile=NONE\nstderr_logfile=NONE\n"
    )
    daemon.wait_state("third", "RUNNING")
    history = daemon.history("third")
    assert history.count("INFO spawned: 'third' with pid N") == 3
    assert history[-1] == SUCCESS.format("third", 3)


ENDINGS = {
    "expected": ("exit 0", "INFO exited: {} (exit status 0; expected)", 0, ""),
    "unexpected": ("exit 3", "WARN exited: {} (exit status 3; not expected)", 3, "Bad exit code 3"),
    "killed": ("kill -9 $$", "WARN exited: {} (terminated by SIGKILL; not expected)", -1, "Bad exit code -1"),
}
RESTARTS = {
    ("false", "expected"): False,
    ("false", "unexpected"): False,
    ("false", "killed"): False,
    ("unexpected", "expected"): False,
    ("unexpected", "unexpected"): True,
    ("unexpected", "killed"): True,
    ("true", "expected"): True,
    ("true", "unexpected"): True,
    ("true", "killed"): True,
}


@pytest.fixture(scope="module")
def matrix(start_shared):
    """One program per cell: it ends in its way on the first run and stays up on the second."""
    text = ""
    for (mode, ending), _ in RESTARTS.items():
        name = f"{mode}-{ending}"
        text += (
            f"[program:{name}]\nautorestart={mode}\nstartsecs=0\n"
            f"command=/bin/sh -c 'test -e {name} && exec cat; touch {name}; {ENDINGS[ending][0]}'\n"
        )
    return start_shared(text)


def runs(daemon, name):
    """The history without success lines: with startsecs=0 it depends on timing whether one is seen."""
    return [line for line in daemon.history(name) if not line.startswith("INFO success:")]


@pytest.mark.parametrize("mode, ending", RESTARTS)
def test_autorestart_decides_by_the_exit(matrix, mode, ending):
    name = f"{mode}-{ending}"
    exit_line, code, spawnerr = (part.format(name) if isinstance(part, str) else part for part in ENDINGS[ending][1:])
    spawned = f"INFO spawned: '{name}' with pid N"
    if RESTARTS[mode, ending]:
        matrix.wait_state(name, "RUNNING")
        eventually(lambda: runs(matrix, name) == [spawned, exit_line, spawned], lambda: matrix.history(name))
        assert matrix.info(name)["exitstatus"] == 0
        return
    info = matrix.wait_state(name, "EXITED")
    # Anything that is restarted is restarted by the time these are up.
    for (other_mode, other), restarts in RESTARTS.items():
        if restarts:
            matrix.wait_state(f"{other_mode}-{other}", "RUNNING")
    assert runs(matrix, name) == [spawned, exit_line]
    assert (info["exitstatus"], info["spawnerr"], info["pid"]) == (code, spawnerr, 0)
    assert info["stop"] >= info["start"] > 0
    assert re.fullmatch(r"[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M", info["description"])


def test_exitcodes_say_what_is_expected(start):
    daemon = start(
        "[program:two]\ncommand=/bin/sh -c 'exit 2'\nexitcodes=0,2\nstartsecs=0\n"
        "[program:none]\ncommand=/bin/sh -c 'test -e ran && exec cat; touch ran'\nexitcodes=\nstartsecs=0\n"
    )
    daemon.wait_state("two", "EXITED")
    assert runs(daemon, "two")[1:] == ["INFO exited: two (exit status 2; expected)"]
    daemon.wait_log("exited: none (exit status 0; not expected)")
    daemon.wait_state("none", "RUNNING")


def test_a_killed_child_is_replaced(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")
    old = daemon.wait_state("cat", "RUNNING")["pid"]
    os.kill(old, signal.SIGTERM)
    new = daemon.wait_new_pid("cat", old)["pid"]
    daemon.wait_log("exited: cat (terminated by SIGTERM; not expected)")
    assert process_stat(old) is None and process_stat(new).ppid == daemon.pid


def test_numprocs_makes_a_group_of_instances(start):
    daemon = start(
        "[program:w]\ncommand=/bin/echo number %(process_num)d of %(numprocs)d in %(group_name)s\n"
        "process_name=%(program_name)s_%(process_num)02d\nnumprocs=3\nnumprocs_start=8\n"
        "startsecs=0\nstdout_logfile=%(here)s/%(process_num)d.log\n"
    )
    infos = daemon.wait_all("EXITED")
    assert [(info["group"], info["name"]) for info in infos] == [("w", "w_08"), ("w", "w_09"), ("w", "w_10")]
    assert [daemon.read(f"{n}.log") for n in (8, 9, 10)] == [f"number {n} of 3 in w\n" for n in (8, 9, 10)]


def test_a_group_holds_the_programs_it_names(start):
    daemon = start(
        "[program:a]\ncommand=/bin/cat\n[program:b]\ncommand=/bin/cat\n[program:c]\ncommand=/bin/cat\n"
        "[group:pair]\nprograms=b,a\n"
    )
    names = [(info["group"], info["name"]) for info in daemon.wait_all("RUNNING")]
    assert names == [("c", "c"), ("pair", "a"), ("pair", "b")]


def test_included_files_take_part(start):
    included = "[program:one]\ncommand=/bin/cat\nstdout_logfile=%(here)s/one.log\n"
    daemon = start("[include]\nfiles=d/*.conf none/*.conf\n", files={"d/one.conf": included})
    assert daemon.wait_state("one", "RUNNING")["stdout_logfile"] == f"{daemon.dir}/d/one.log"
    assert daemon.wait_log(f'Included extra file "{daemon.dir}/d/one.conf" during parsing').level == "INFO"
    assert daemon.wait_log(f'No file matches via include "{daemon.dir}/none/*.conf"').level == "WARN"


def test_no_zombie_remains(start):
    daemon = start(
        "[program:short]\ncommand=/bin/true\nprocess_name=%(program_name)s_%(process_num)d\nnumprocs=50\nstartsecs=0\n"
    )
    daemon.wait_all("EXITED")
    eventually(lambda: not children_of(daemon.pid), "all children to be collected")


def test_a_request_starts_what_has_ended_or_was_given_up(start):
    daemon = start(
        "[program:again]\ncommand=/bin/sh -c 'test -e up && exec cat; exit 0'\nautorestart=false\nstartsecs=0\n"
        "[program:hopeless]\ncommand=/bin/sh -c 'test -e up && exec cat; exit 1'\nstartretries=0\nstartsecs=1\n"
    )
    daemon.wait_state("again", "EXITED")
    daemon.wait_state("hopeless", "FATAL")
    daemon.write_file("up", "")
    for name in ("again", "hopeless"):
        assert daemon.rpc.supervisor.startProcess(name) is True
        info = daemon.info(name)
        assert (info["statename"], info["spawnerr"], info["exitstatus"]) == ("RUNNING", "", 0)


def test_a_child_that_ends_while_it_is_stopped_is_not_restarted(start):
    daemon = start(
        "[program:slow]\ncommand=/bin/sh -c 'trap \"exit 0\" USR1; trap \"\" TERM; echo ready; "
        "while :; do sleep 0.05; done'\nautorestart=true\nstartsecs=0\nstopwaitsecs=1000\n"
        "stdout_logfile=%(here)s/slow.log\n"
    )
    daemon.wait_file("slow.log", "ready\n")
    pid = daemon.info("slow")["pid"]
    daemon.rpc.supervisor.stopProcess("slow", False)
    assert daemon.state("slow") == "STOPPING"
    os.kill(pid, signal.SIGUSR1)
    info = daemon.wait_state("slow", "STOPPED")
    assert (info["exitstatus"], info["pid"]) == (0, 0)
    assert daemon.history("slow")[-1] == "INFO stopped: slow (exit status 0)"


def test_a_grandchild_that_keeps_the_pipes_holds_up_neither_exit_nor_restart(start):
    daemon = start(
        "[program:parent]\ncommand=/bin/sh -c 'sleep 1000 & echo $!; test -e again && exec cat; touch again'\n"
        "startsecs=0\nautorestart=true\nstdout_logfile=%(here)s/parent.log\nredirect_stderr=true\n"
    )
    daemon.wait_log("exited: parent (exit status 0; expected)")
    daemon.wait_state("parent", "RUNNING")
    text = daemon.wait_file("parent.log", lambda text: text.count("\n") == 2)
    grandchildren = [int(line) for line in text.split()]
    assert all(process_stat(pid) is not None for pid in grandchildren)
    assert daemon.rpc.supervisor.stopProcess("parent") is True
    for pid in grandchildren:
        end(pid)


def test_a_child_that_closes_its_output_lives_on(start):
    daemon = start(
        "[program:quiet]\ncommand=/bin/sh -c 'echo last; exec >&- 2>&-; exec sleep 1000'\nstartsecs=0\n"
        "stdout_logfile=%(here)s/quiet.log\nstopwaitsecs=1000\n"
    )
    pid = daemon.wait_state("quiet", "RUNNING")["pid"]
    daemon.wait_file("quiet.log", "last\n")
    eventually(lambda: sorted(os.listdir(f"/proc/{pid}/fd")) == ["0"], "its output to be closed")
    assert daemon.info("quiet")["pid"] == pid
    assert daemon.rpc.supervisor.stopProcess("quiet") is True
    assert daemon.history("quiet")[-1] == "WARN stopped: quiet (terminated by SIGTERM)"

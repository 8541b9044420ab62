"""What a child finds when it starts, and what is said when it cannot be started."""

import grp
import os
import platform
import pwd
import stat
import xmlrpc.client

import pytest

NOBODY = pwd.getpwnam("nobody")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to change users")

PROGRAMS = """
[program:environment]
command=/usr/bin/env
environment=OWN="it's, fine",GLOBAL_OVER=program,PATHLIKE=/a:/b,FROM_ENV="%(ENV_GIVEN)s",HOST=%(host_node_name)s
[program:member]
command=/usr/bin/env
environment=SUPERVISOR_ENABLED=mine
serverurl=http://elsewhere:1
[group:team]
programs=member
[program:silent_url]
command=/usr/bin/env
serverurl=
[program:place]
command=/bin/sh -c 'pwd; umask'
directory=%(here)s/sub
umask=027
[program:both]
command=/bin/sh -c 'echo out; echo err >&2; echo out again'
redirect_stderr=true
[program:apart]
command=/bin/sh -c 'echo out; echo err >&2'
[program:words]
command=/bin/sh -c 'for w; do echo "<$w>"; done' name "two words" 'single "quoted"' plain\\ escape "" a"b"'c'
[program:descriptors]
command=/bin/ls -l /proc/self/fd
[program:signals]
command=/bin/grep -E 'Sig(Blk|Ign)' /proc/self/status
[program:leader]
command=/bin/sh -c 'cut -d" " -f1,5 /proc/self/stat; cut -d" " -f1,5 /proc/$$/stat'
[program:by_path]
command=hello from PATH
environment=PATH="%(here)s/bin:/usr/bin:/bin"
"""

FAILURES = {
    # name: (command, fault, text of spawnerr)
    "missing": ("/no/such/file", 20, "NO_FILE", "can't find command '/no/such/file'"),
    "missing_in_path": ("nosuchprogram -x", 20, "NO_FILE", "can't find command 'nosuchprogram'"),
    "directory": ("/usr", 21, "NOT_EXECUTABLE", "command at '/usr' is a directory"),
    # The search ends at the first entry that exists, whatever it is.
    "directory_in_path": (
        'usr\nenvironment=PATH="/no/such:/:/usr/bin"',
        21,
        "NOT_EXECUTABLE",
        "command at '/usr' is a directory",
    ),
    "not_executable": ("/etc/passwd", 21, "NOT_EXECUTABLE", "command at '/etc/passwd' is not executable"),
    "quote": (
        "/bin/echo 'open",
        21,
        "NOT_EXECUTABLE",
        "can't parse command \"/bin/echo 'open\": No closing quotation",
    ),
    "backslash": ("/bin/echo x\\", 21, "NOT_EXECUTABLE", "can't parse command '/bin/echo x\\\\': No escaped character"),
    "empty": ("", 21, "NOT_EXECUTABLE", "command is empty"),
}


@pytest.fixture(scope="module")
def daemon(start_shared):
    text = PROGRAMS
    for name, (command, *_) in FAILURES.items():
        text += f"[program:{name}]\ncommand={command}\nautostart=false\nstartretries=0\n"
    return start_shared(
        common(text) + "[program:cat]\ncommand=/bin/cat\n",
        supervisord={"environment": 'GLOBAL="from the daemon",GLOBAL_OVER=daemon'},
        environment={"GIVEN": "from outside"},
        files={"sub": None, "bin/hello": '#!/bin/sh\necho "$0 $*"\n'},
    )


def common(text):
    """Adds startsecs=0 and known log files to every program section."""
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if line.startswith("[program:"):
            name = line[len("[program:") : -1]
            lines += ["startsecs=0", f"stdout_logfile=%(here)s/{name}.out", f"stderr_logfile=%(here)s/{name}.err"]
    return "\n".join(lines) + "\n"


def output(daemon, name, group=None):
    daemon.wait_state(f"{group or name}:{name}", "EXITED")
    return daemon.read(f"{name}.out")


def variables(text):
    return dict(line.split("=", 1) for line in text.splitlines())


def test_the_environment_tells_a_child_who_it_is(daemon):
    found = variables(output(daemon, "environment"))
    assert found["SUPERVISOR_ENABLED"] == "1"
    assert found["SUPERVISOR_PROCESS_NAME"] == found["SUPERVISOR_GROUP_NAME"] == "environment"
    assert found["SUPERVISOR_SERVER_URL"] == f"unix://{daemon.socket}"
    assert found["GIVEN"] == "from outside"  # the daemon's own environment is inherited


def test_environments_overlay_one_another(daemon):
    found = variables(output(daemon, "environment"))
    assert found["GLOBAL"] == "from the daemon" and found["GLOBAL_OVER"] == "program"
    assert found["OWN"] == "it's, fine" and found["PATHLIKE"] == "/a:/b"
    assert found["FROM_ENV"] == "from outside" and found["HOST"] == platform.node()


def test_a_program_may_override_what_the_daemon_sets(daemon):
    found = variables(output(daemon, "member", "team"))
    assert found["SUPERVISOR_GROUP_NAME"] == "team" and found["SUPERVISOR_PROCESS_NAME"] == "member"
    assert found["SUPERVISOR_ENABLED"] == "mine"
    assert found["SUPERVISOR_SERVER_URL"] == "http://elsewhere:1"
    assert "SUPERVISOR_SERVER_URL" not in variables(output(daemon, "silent_url"))


def test_directory_and_umask_are_applied(daemon):
    assert output(daemon, "place") == f"{daemon.dir}/sub\n0027\n"


def test_redirect_stderr_keeps_the_order_in_one_log(daemon):
    assert output(daemon, "both") == "out\nerr\nout again\n"
    assert daemon.info("both")["stderr_logfile"] == "" and not (daemon.dir / "both.err").exists()
    assert output(daemon, "apart") == "out\n" and daemon.read("apart.err") == "err\n"


def test_a_command_is_split_like_a_shell_does(daemon):
    expected = ["two words", 'single "quoted"', "plain escape", "", "abc"]
    assert output(daemon, "words") == "".join(f"<{word}>\n" for word in expected)


def test_a_child_has_three_descriptors(daemon):
    numbers = [line.split()[8] for line in output(daemon, "descriptors").splitlines()[1:]]
    assert numbers == ["0", "1", "2", "3"]  # 3 is the directory that ls reads


@pytest.mark.ours_only  # children of supervisord inherit that Python ignores SIGPIPE and SIGXFSZ
def test_a_child_starts_with_default_signals(daemon):
    assert {line.split()[1] for line in output(daemon, "signals").splitlines()} == {"0" * 16}


def test_a_child_leads_its_own_process_group(daemon):
    own, shell = (line.split() for line in output(daemon, "leader").splitlines())
    assert shell[0] == shell[1] == own[1]


def test_a_program_is_looked_up_in_its_own_path(daemon):
    assert output(daemon, "by_path") == f"{daemon.dir}/bin/hello from PATH\n"


@pytest.mark.parametrize("name", FAILURES)
def test_a_command_that_cannot_be_run_is_refused(daemon, name):
    _, code, fault, text = FAILURES[name]
    with pytest.raises(xmlrpc.client.Fault) as caught:
        daemon.rpc.supervisor.startProcess(name)
    assert (caught.value.faultCode, caught.value.faultString) == (code, f"{fault}: {text}")
    # The request is refused before anything is tried.
    assert daemon.info(name)["statename"] == "STOPPED"


def test_a_command_that_cannot_be_run_is_given_up(start):
    daemon = start(
        "[program:missing]\ncommand=/no/such/file\nstartretries=0\n[program:cat]\ncommand=/bin/cat\n"
    )
    info = daemon.wait_state("missing", "FATAL")
    assert daemon.history("missing") == ["INFO gave up: missing entered FATAL state, too many start retries too quickly"]
    assert daemon.wait_log("spawnerr: can't find command '/no/such/file'").level == "INFO"
    assert info["spawnerr"] == info["description"] == "can't find command '/no/such/file'"
    assert info["start"] > 0 and info["stop"] == 0


# -- failures between fork and exec: reported through the child's own stderr ----------------------


@pytest.fixture(scope="module")
def failing(start_shared):
    daemon = start_shared(
        common(
            "[program:no_interpreter]\ncommand=%(here)s/no_interpreter arg\n"
            "[program:no_format]\ncommand=%(here)s/no_format\n"
            "[program:no_directory]\ncommand=/bin/cat\ndirectory=/no/such/directory\n"
            "[program:merged]\ncommand=%(here)s/no_format\nredirect_stderr=true\n"
        ).replace("startsecs=0", "startsecs=20\nstartretries=0\nautostart=false"),
        files={"no_interpreter": "#!/no/such/interpreter\n", "no_format": "just text\n"},
    )
    # A file that is executable, but in no format that the kernel knows.
    (daemon.dir / "no_format").chmod(0o755)
    return daemon


@pytest.mark.parametrize(
    "name, line, file",
    [
        ("no_interpreter", "couldn't exec {dir}/no_interpreter: ENOENT", "err"),
        ("no_format", "couldn't exec {dir}/no_format: ENOEXEC", "err"),
        ("no_directory", "couldn't chdir to /no/such/directory: ENOENT", "err"),
        ("merged", "couldn't exec {dir}/no_format: ENOEXEC", "out"),
    ],
)
def test_a_child_that_cannot_exec_says_why_in_its_log(failing, name, line, file):
    with pytest.raises(xmlrpc.client.Fault) as caught:
        failing.rpc.supervisor.startProcess(name)
    assert (caught.value.faultCode, caught.value.faultString) == (50, f"SPAWN_ERROR: {name}")
    info = failing.wait_state(name, "FATAL")
    assert failing.read(f"{name}.{file}") == (
        f"supervisor: {line.format(dir=failing.dir)}\nsupervisor: child process was not spawned\n"
    )
    assert failing.history(name)[:2] == [
        f"INFO spawned: '{name}' with pid N",
        f"WARN exited: {name} (exit status 127; not expected)",
    ]
    assert info["spawnerr"] == "Exited too quickly (process log may have details)"


def test_a_log_that_cannot_be_opened_fails_the_start(start):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nstartretries=0\nstdout_logfile=%(here)s/isdir\nautostart=false\n",
        files={"isdir": None},
    )
    with pytest.raises(xmlrpc.client.Fault) as caught:
        daemon.rpc.supervisor.startProcess("cat")
    assert (caught.value.faultCode, caught.value.faultString) == (50, "SPAWN_ERROR: cat")
    info = daemon.wait_state("cat", "FATAL")
    assert info["spawnerr"] == "unknown error making dispatchers for 'cat': EISDIR"
    assert daemon.wait_log("spawnerr: unknown error making dispatchers for 'cat': EISDIR").level == "INFO"


@as_root
def test_user_sets_uid_and_all_groups(start):
    daemon = start(common("[program:id]\ncommand=/bin/sh -c 'id -u; id -g; id -G'\nuser=nobody\n"))
    groups = [NOBODY.pw_gid, *(g.gr_gid for g in grp.getgrall() if "nobody" in g.gr_mem and g.gr_gid != NOBODY.pw_gid)]
    assert output(daemon, "id") == f"{NOBODY.pw_uid}\n{NOBODY.pw_gid}\n{' '.join(map(str, groups))}\n"


@as_root
def test_a_daemon_without_privileges_cannot_change_users(start):
    daemon = start(
        common("[program:id]\ncommand=/usr/bin/id\nuser=daemon\nstartretries=0\nautostart=false\n").replace(
            "startsecs=0", "startsecs=20"
        ),
        run_as=NOBODY,
    )
    assert not daemon.find_log("Supervisor is running as root")
    with pytest.raises(xmlrpc.client.Fault):
        daemon.rpc.supervisor.startProcess("id")
    daemon.wait_state("id", "FATAL")
    assert daemon.read("id.err") == (
        f"supervisor: couldn't setuid to {pwd.getpwnam('daemon').pw_uid}: Can't drop privilege as nonroot user\n"
        "supervisor: child process was not spawned\n"
    )


@as_root
def test_the_directory_is_entered_as_the_user(start):
    daemon = start(
        common(
            "[program:place]\ncommand=/bin/pwd\nuser=nobody\ndirectory=%(here)s/private\n"
            "autostart=false\nautorestart=false\n"
        ),
        files={"private": None},
    )
    daemon.dir.chmod(0o755)
    private = daemon.dir / "private"
    private.chmod(0o700)
    daemon.rpc.supervisor.startProcess("place", False)
    refused = f"supervisor: couldn't chdir to {private}: EACCES\nsupervisor: child process was not spawned\n"
    daemon.wait_file("place.err", refused)
    daemon.wait_state("place", "EXITED")
    os.chown(private, NOBODY.pw_uid, NOBODY.pw_gid)
    daemon.rpc.supervisor.startProcess("place", False)
    daemon.wait_file("place.out", f"{daemon.dir}/private\n")


@as_root
def test_groups_that_cannot_be_set_are_told_by_the_child(start):
    daemon = start(
        common("[program:id]\ncommand=/usr/bin/id\nuser=nobody\n"),
        wrapper=["setpriv", "--bounding-set=-setgid", "--inh-caps=-setgid"],
    )
    daemon.wait_log("exited: id (exit status 127; not expected)")
    daemon.wait_file(
        "id.err",
        f"supervisor: couldn't setuid to {NOBODY.pw_uid}: Could not set groups of effective user\n"
        "supervisor: child process was not spawned\n",
    )


def test_automatic_logs_have_their_names_and_are_private(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\n", supervisord={"identifier": "fleet"})
    info = daemon.wait_state("cat", "RUNNING")
    for channel in ("stdout", "stderr"):
        path = info[f"{channel}_logfile"]
        assert os.path.dirname(path) == str(daemon.dir)
        name = os.path.basename(path)
        assert name.startswith(f"cat-{channel}---fleet-") and name.endswith(".log")
        assert len(name) == len(f"cat-{channel}---fleet-12345678.log")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert info["logfile"] == info["stdout_logfile"]


def test_automatic_logs_of_earlier_runs_are_removed(start):
    names = ["old-stdout---supervisor-abcdefgh.log", "old-stdout---supervisor-abcdefgh.log.3", "keep.log"]
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n", files={name: "old" for name in names})
    daemon.wait_state("cat", "RUNNING")
    assert not list(daemon.dir.glob("old-*")) and daemon.read("keep.log") == "old"

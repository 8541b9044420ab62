"""--check-config and --dump: everything that is wrong, what the configuration comes to, nothing started."""

import json
import os
import subprocess

import pytest

pytestmark = pytest.mark.ours_only

HEAD = """[supervisord]
logfile=%(here)s/supervisord.log
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s
"""
WEB = "[program:web]\ncommand=/bin/cat %(process_num)d\nprocess_name=%(program_name)s_%(process_num)d\nnumprocs=2\n"


@pytest.fixture
def check(setup, tmp_path):
    """check(configuration, *arguments) -> the finished program, run where the configuration is."""

    def run(text, *arguments):
        (tmp_path / "supervisord.conf").write_text(HEAD + text)
        before = set(os.listdir(tmp_path))
        command = [*setup.daemon_command(), "-c", "supervisord.conf", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        assert set(os.listdir(tmp_path)) == before
        return done

    return run


def test_a_good_configuration_is_summed_up(check, tmp_path):
    done = check(WEB + "[program:x]\ncommand=cat\n", "--check-config")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path}/supervisord.conf: valid, 2 groups, 3 processes\n"


def test_all_mistakes_of_all_files_are_reported_at_once(check, tmp_path):
    (tmp_path / "one.ini").write_text("[program:one]\ncommand=/bin/cat\nstartsecs=ten\nnonsense\n")
    (tmp_path / "two.ini").write_text("[program:two]\ncommand=/no/such/program\nautostart=maybe\n")
    done = check("loglevel=loud\n[include]\nfiles=*.ini\n[group:g]\nprograms=nope\n[program:none]\n", "--check-config")
    assert done.returncode == 2 and done.stdout == ""
    first, *hints, last = done.stderr.splitlines()
    # A normal start would stop at the same one.
    assert first == f"Error: Source contains parsing errors: '{tmp_path}/one.ini'"
    places = [line.partition(": ")[0] for line in hints[1:]]
    assert places == [
        f"{tmp_path}/one.ini:4",
        "supervisord.conf:5",
        "supervisord.conf:9",
        "supervisord.conf:10",
        f"{tmp_path}/one.ini:3",
        f"{tmp_path}/two.ini:3",
    ]
    assert last.startswith("For help, use ")


@pytest.mark.parametrize(
    ("text", "error", "hint"),
    [
        (
            "[program:x]\ncommand=/no/such/program -v\n",
            "can't find command '/no/such/program' in section 'program:x' (file: 'supervisord.conf')",
            "supervisord.conf:6: command: can't find command '/no/such/program': expected a program that can be run",
        ),
        (
            "[program:x]\ncommand=/etc/passwd\n",
            "command at '/etc/passwd' is not executable in section 'program:x' (file: 'supervisord.conf')",
            "supervisord.conf:6: command: command at '/etc/passwd' is not executable: expected a program that can be run",
        ),
        (
            "[program:x]\ncommand=cat\ndirectory=/no/such/place\n",
            "/no/such/place is not an existing directory in section 'program:x' (file: 'supervisord.conf')",
            "supervisord.conf:7: directory: /no/such/place is not an existing directory: expected a directory that exists",
        ),
        (
            "[unix_http_server]\nfile=/no/such/place/s.sock\n",
            "/no/such/place is not an existing directory in section 'unix_http_server' (file: 'supervisord.conf')",
            "supervisord.conf:6: file: /no/such/place is not an existing directory: expected a path in a directory that exists",
        ),
        (
            "[program:x]\ncommand=cat\nuser=nosuchuser\n",
            "Invalid user name nosuchuser in section 'program:x' (file: 'supervisord.conf')",
            "supervisord.conf:7: user=nosuchuser: expected a user of this machine, by name or number",
        ),
    ],
    ids=["no command", "not executable", "no directory", "no socket directory", "no user"],
)  # fmt: skip
def test_commands_directories_and_users_are_looked_up(check, text, error, hint):
    done = check(text, "--check-config")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines()[:2] == [f"Error: {error}", hint]


def test_a_mistake_in_a_program_of_many_processes_is_told_once(check):
    done = check(WEB.replace("/bin/cat", "/no/cat"), "--check-config")
    assert len(done.stderr.splitlines()) == 3


def test_unknown_names_are_warnings_with_a_guess(check):
    done = check("[program:x]\ncommand=cat\nautorestrat=true\n[Program:y]\ncommand=cat\n", "--check-config")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "Warning: supervisord.conf:7: autorestrat: unknown option in [program:x]; did you mean `autorestart`?",
        "Warning: supervisord.conf:8: [Program:y]: unknown section; did you mean `program:y`?",
    ]


def test_a_normal_start_does_not_mention_unknown_names(start):
    daemon = start("[program:x]\ncommand=/bin/cat\nautorestrat=true\n[Program:y]\n")
    daemon.wait_state("x", "RUNNING")
    assert "autorestrat" not in daemon.log() + daemon.stderr() and "Program" not in daemon.log() + daemon.stderr()


def test_the_dump_as_ini_is_a_configuration_with_the_same_dump(check, setup, tmp_path):
    once = check(WEB + "user=nobody\nenvironment=A=\"1 %%\"\n[program:solo]\ncommand=cat\n", "--dump")
    assert (once.returncode, once.stderr) == (0, "")
    (tmp_path / "dump.conf").write_text(once.stdout)
    command = [*setup.daemon_command(), "-c", "dump.conf", "--dump=ini"]
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert again.stdout == once.stdout and again.returncode == 0
    assert "command=/bin/cat 1\n" in once.stdout and 'environment=A="1 %%"\n' in once.stdout


def test_a_password_that_no_file_can_say_is_not_shown_as_another(check, monkeypatch):
    monkeypatch.setenv("SECRET", "ends in a blank ")
    text = "[inet_http_server]\nport=127.0.0.1:9001\nusername=u\npassword=%(ENV_SECRET)s\n"
    done = check(text, "--dump")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: the value of password in section 'inet_http_server' cannot be written as ini: ")
    assert '"ends in a blank "' in check(text, "--dump=json").stdout


def test_the_dump_as_ini_keeps_pools_whole(check, setup, tmp_path):
    pool = "command=/bin/cat %(process_num)d %%\nprocess_name=%(program_name)s-%(process_num)02d\nnumprocs=3\n"
    for number in range(3):
        (tmp_path / str(number)).mkdir()
    text = f"[eventlistener:l]\nevents=TICK_5\n{pool}environment=N=\"%(process_num)d\"\ndirectory=%(here)s/%(ENV_N)s\n"
    text += f"[fcgi-program:f]\nsocket=unix://%(here)s/f.sock\n{pool}"
    first = json.loads(check(text, "--dump=json").stdout)
    once = check(text, "--dump=ini")
    assert (once.returncode, once.stderr) == (0, "")
    (tmp_path / "dump.conf").write_text(once.stdout)
    expanded = [*setup.daemon_command(), "-c", "dump.conf", "--dump=json"]
    again = subprocess.run(expanded, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True)
    second = json.loads(again.stdout)
    assert first["groups"] == second["groups"]
    assert [process["command"] for process in second["groups"][0]["processes"]] == [f"/bin/cat {n} %" for n in range(3)]


def test_the_dump_as_json_can_be_processed(check):
    done = check(WEB + "stopsignal=15\n", "--dump=json", "-e", "debug")
    assert done.returncode == 0
    dump = json.loads(done.stdout)
    assert dump["supervisord"]["loglevel"] == "debug"
    processes = [process for group in dump["groups"] for process in group["processes"]]
    assert [process["command"] for process in processes] == ["/bin/cat 0", "/bin/cat 1"]
    assert processes[0]["stopsignal"] == "TERM" and processes[0]["autostart"] is True


def test_another_format_is_refused(check):
    done = check("", "--dump=yaml")
    assert done.returncode == 2
    assert done.stderr.splitlines()[1] == "command line: --dump: expected ini or json"


def test_a_running_daemon_is_not_disturbed(start, setup):
    daemon = start("[program:x]\ncommand=/bin/cat\n")
    daemon.wait_state("x", "RUNNING")
    done = subprocess.run(
        [*setup.daemon_command(), "-c", str(daemon.config_file), "--check-config"], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0
    assert daemon.rpc.supervisor.getPID() == daemon.pid


def test_what_the_client_would_refuse_is_refused(check):
    done = check("[program:x]\ncommand=cat\n[supervisorctl]\nprompt=%(nope)s\n", "--check-config")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("Error: Format string '%(nope)s' for 'supervisorctl.prompt' contains names ('nope')")

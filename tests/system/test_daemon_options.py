"""Where settings come from and what they do: the search for the file, precedence, files left and cleared."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from harness import eventually

CAT = "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"


def installed(setup, directory):
    """A command that starts the daemon as <directory>/bin/<name>, where its own search begins."""
    program = pathlib.Path(setup.daemon_command()[-1])
    (directory / "bin").mkdir()
    place = directory / "bin" / program.name
    if setup.daemon == "supervisord":
        place.symlink_to(program)
    else:
        shutil.copy(program, place)
    return [str(place)]


def refused_file(command, directory):
    """The configuration that a start without -c finds, told by its mistake."""
    done = subprocess.run([*command, "-n"], cwd=directory, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    return done.stderr


def test_the_configuration_file_is_searched_in_order(setup, tmp_path):
    command = installed(setup, tmp_path)
    work = tmp_path / "work"
    (work / "etc").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    # From the last place to the first: each new file is found before those that are there already.
    places = ["work/etc/supervisord.conf", "work/supervisord.conf", "supervisord.conf", "etc/supervisord.conf"]
    for number, place in enumerate(places):
        (tmp_path / place).write_text(f"[supervisord]\nminfds=number-{number}\n")
        assert f"invalid literal for int() with base 10: 'number-{number}'" in refused_file(command, work)


def test_the_command_line_wins_over_the_file_and_over_a_restart(start):
    daemon = start(
        CAT,
        supervisord={"identifier": "file", "loglevel": "info", "pidfile": "%(here)s/file.pid"},
        arguments=["-n", "-i", "line", "--pidfile", "line.pid", "-e", "debug", "--logfile_backups=3"],
    )
    assert daemon.rpc.supervisor.getIdentification() == "line"
    assert (daemon.dir / "line.pid").exists() and not (daemon.dir / "file.pid").exists()
    daemon.disconnect()
    daemon.send(signal.SIGHUP)
    eventually(lambda: daemon.count_log("supervisord started with pid") == 2, "the restart")
    daemon.wait_ready()
    assert daemon.rpc.supervisor.getIdentification() == "line"
    assert daemon.read("line.pid") == f"{daemon.pid}\n"


def test_a_file_value_that_the_command_line_overrides_must_still_be_right(setup, tmp_path):
    (tmp_path / "s.conf").write_text("[supervisord]\nloglevel=loud\n")
    command = [*setup.daemon_command(), "-n", "-c", "s.conf", "-e", "info"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and done.stderr.startswith("Error: bad logging level name 'loud'\n")


def test_in_the_foreground_umask_and_directory_stay(start):
    daemon = start(CAT, supervisord={"umask": "077", "directory": "/tmp"}, wrapper=["/bin/sh", "-c", 'umask 027; exec "$@"', "sh"])
    assert "Umask:\t0027" in pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
    assert os.readlink(f"/proc/{daemon.pid}/cwd") == str(daemon.dir)


OLD_LOGS = {
    "old-stdout---supervisor-a1b2c3d4.log": "old",
    "old-stderr---supervisor-a1b2c3d4.log.3": "older",
}
OTHER_FILES = {
    "old-stdout---other-a1b2c3d4.log": "of another daemon",
    "notes.log": "of somebody",
}


def test_automatic_logs_of_earlier_runs_are_cleared(start):
    daemon = start(CAT, files={**OLD_LOGS, **OTHER_FILES})
    names = {entry.name for entry in daemon.dir.iterdir()}
    assert not names & set(OLD_LOGS) and set(OTHER_FILES) <= names
    mine = [name for name in names if name.startswith("cat-stdout---supervisor-")]
    assert [str(daemon.dir / name) for name in mine] == [daemon.info("cat")["stdout_logfile"]]


def test_nocleanup_keeps_them(start):
    daemon = start(CAT, files=OLD_LOGS, arguments=["-n", "-k"])
    assert set(OLD_LOGS) <= {entry.name for entry in daemon.dir.iterdir()}


def test_an_automatic_log_that_cannot_be_cleared_is_logged(start):
    name = "dir-stdout---supervisor-a1b2c3d4.log"
    daemon = start(CAT, files={name: None})
    assert daemon.wait_log(f"Failed to clean up '{daemon.dir}/{name}'").level == "WARN"


def test_processes_that_are_not_allowed_stop_the_start(start):
    limited = ["/usr/bin/prlimit", "--nproc=100:100"]
    if subprocess.run([*limited, "/usr/bin/prlimit", "--nproc=101:101", "/bin/true"], capture_output=True, check=False).returncode == 0:
        pytest.skip("we may raise any limit")
    daemon = start(CAT, supervisord={"minprocs": "2000000000"}, wrapper=limited, wait=False)
    assert daemon.wait_exit() == 2
    assert daemon.stderr().startswith(
        "Error: The minimum number of available processes required to run this program is 2000000000 as per "
    )


def test_a_user_that_only_root_can_become_stops_the_start(start):
    if os.geteuid() == 0:
        pytest.skip("root can")
    daemon = start(CAT, supervisord={"user": "nobody"}, wait=False)
    assert daemon.wait_exit() == 2
    assert daemon.stderr().startswith("Error: Can't drop privilege as nonroot user\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_is_warned_of_the_search_for_a_file_even_if_nothing_comes_of_it(setup, tmp_path):
    (tmp_path / "supervisord.conf").write_text("[supervisord]\n")
    searching = subprocess.run(
        [*setup.daemon_command(), "-u", "nosuchuser"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    assert searching.returncode == 2
    warning, _, error = searching.stderr.partition("Error: ")
    assert "Supervisord is running as root and it is searching for its configuration file in default locations" in warning
    assert error.startswith("Invalid user name nosuchuser\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_becomes_the_user_of_the_file(start):
    daemon = start(CAT, supervisord={"user": "nobody"}, wrapper=["/bin/sh", "-c", 'chown nobody . && exec "$@"', "sh"])
    status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
    assert "Uid:\t65534\t65534\t65534\t65534" in status
    assert daemon.wait_log("Set uid to user 65534 succeeded").level == "INFO"


def test_a_restart_reads_included_files_and_servers_anew(start):
    daemon = start("[include]\nfiles=*.ini\n", files={"a.ini": "[program:one]\ncommand=/bin/cat\nstartsecs=0\n"})
    daemon.wait_state("one", "RUNNING")
    daemon.write_file("a.ini", "[program:two]\ncommand=/bin/cat\nstartsecs=0\n")
    daemon.write_file("b.ini", "[unix_http_server]\nfile=%(here)s/s.sock\nchmod=0777\n")
    daemon.disconnect()
    daemon.send(signal.SIGHUP)
    eventually(lambda: daemon.count_log("supervisord started with pid") == 2, "the restart")
    daemon.wait_ready()
    daemon.wait_state("two", "RUNNING")
    assert daemon.socket.stat().st_mode & 0o777 == 0o777
    assert daemon.count_log("Included extra file") == 3

"""Options and configuration files of the control client, beside Debian's client in the same place.

No daemon runs: which server a client would talk to shows in its complaint that it is not there.
"""

import os
import subprocess

import pytest

from ctl_golden import CLIENTS, DEBIAN, OURS, masked_result
from harness import Result

SECTION = "[supervisorctl]\n"


@pytest.fixture
def same(setup, tmp_path):
    """same(*words, files={name: text}) runs both clients in one directory and compares."""

    def run(client, words):
        program = CLIENTS[client] if client == DEBIAN else setup.program(CLIENTS[client])
        done = subprocess.run(
            [program, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COLOUR": "blue", "LC_ALL": "C.UTF-8"},
            check=False,
        )
        return masked_result(Result(done.stdout, done.stderr, done.returncode), [(tmp_path, "<dir>")])

    def compare(*words, files=None):
        for name, text in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        expected, actual = run(DEBIAN, words), run(OURS, words)
        assert actual == expected
        return actual

    return compare


MISTAKES = [
    "-x", "-ix", "--foo", "-s", "--serverurl", "--server", "--h", "--interactive=3", "--help=", "-u a -u a", "-i -i",
    "-u a --user b", "-s foo", "--serverurl foo", "-s f'o", '-s f"o', "-s http://", "-s unix:", "-s http://[::1", "-s foo -h",
    "-h -x", "-c nope", "-c nope -s foo", "-c .", "--conf=nope", "-r x -c nope",
]  # fmt: skip


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_on_the_command_line(same, words):
    done = same(*words.split())
    assert (done.stdout, done.code) == ("", 2)
    assert done.stderr.startswith("Error: ") and done.stderr.endswith("For help, use PROGRAM -h\n")


def test_an_empty_server_url_is_no_url(same):
    assert same("-s", "").code == 2


def test_blanks_in_front_of_a_server_url_are_no_mistake_of_its_form(same):
    assert same("-s", " \thttp://127.0.0.1:1", "version").code == 1


@pytest.mark.parametrize("words", ["-h", "-?", "--help", "--he", "-u a -h -u b", "-h nonsense"])
def test_help_is_on_stdout_and_no_failure(setup, words):
    done = subprocess.run(
        [setup.program("ringmasterctl"), *words.split()], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert "Usage: " in done.stdout


BROKEN = {
    "no section": "[supervisord]\n",
    "section in an included file": "[include]\nfiles=other.ini\n",
    "unknown name": SECTION + "serverurl=unix://%(nope)s/x\n",
    "here in the prompt": SECTION + "prompt=%(here)s\n",
    "single percent": SECTION + "password=100%\n",
    "percent in the url": SECTION + "serverurl=http://h/%x\n",
    "unknown variable": SECTION + "username=%(ENV_NOPE)s\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_configuration_files(same, name):
    done = same("-c", "a.conf", "version", files={"a.conf": BROKEN[name], "other.ini": SECTION})
    assert (done.stdout, done.code) == ("", 2)


@pytest.mark.parametrize("text", ["serverurl\n", SECTION + "nonsense\n", SECTION + " \nx=1\n[open\n"])
def test_a_file_that_is_no_configuration_is_a_usage_error(setup, tmp_path, text):
    """Supervisor shows a stack trace here."""
    (tmp_path / "a.conf").write_text(text)
    done = subprocess.run(
        [setup.program("ringmasterctl"), "-c", "a.conf", "version"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith("Error: ")


SETTINGS = {
    "plain": "serverurl=unix:///no/such.sock\n",
    "relative path": "serverurl=unix://run/../s.sock\n",
    "home": "serverurl=unix://~/s.sock\n",
    "here": "serverurl=unix://%(here)s/s.sock\n",
    "environment": "serverurl=unix:///no/%(ENV_COLOUR)s\n",
    "percent": "serverurl=unix:///no/%%x\n",
    "tcp": "serverurl=http://127.0.0.1:1/path\n",
    "comments": "; a comment\nserverurl=unix:///no/such ; behind a blank\n# another\n",
    "unknown scheme": "serverurl=nonsense\n",
    "other options": "serverurl=unix:///no/such\nunknown=1\nprompt=x\nhistory_file=~/h\n",
    "empty section": "",
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("path", ["a.conf", "sub/a.conf"])
def test_the_server_of_a_configuration_file(same, name, path):
    same("-c", path, "version", files={path: SECTION + SETTINGS[name]})


def test_the_command_line_wins_over_the_file(same):
    done = same("-c", "a.conf", "-s", "unix://run/../x", "version", files={"a.conf": SECTION + SETTINGS["plain"]})
    assert done == Result("unix://run/../x no such file\n", "", 7)


def test_the_current_directory_is_searched(same):
    later = {"etc/supervisord.conf": SECTION + "serverurl=unix:///second\n"}
    assert same("version", files=later).stdout == "unix:///second no such file\n"
    first = {"supervisord.conf": SECTION + "serverurl=unix:///first\n"}
    assert same("version", files=first).stdout == "unix:///first no such file\n"
    assert same("version", files={"supervisord.conf": "[supervisord]\n"}).code == 2


def test_a_file_beside_the_program_is_found_first(setup, tmp_path):
    """`<directory of the program>/../etc`, as the program was called."""
    for name in ("etc", "bin"):
        (tmp_path / name).mkdir()
    (tmp_path / "etc" / "supervisord.conf").write_text(SECTION + "serverurl=unix:///beside\n")
    (tmp_path / "bin" / "ctl").symlink_to(setup.program("ringmasterctl"))
    (tmp_path / "supervisord.conf").write_text(SECTION + "serverurl=unix:///one-up\n")
    where = {"cwd": "/", "capture_output": True, "text": True, "timeout": 60, "check": False}
    assert subprocess.run([tmp_path / "bin" / "ctl", "version"], **where).stdout == "unix:///beside no such file\n"
    (tmp_path / "etc" / "supervisord.conf").unlink()
    assert subprocess.run([tmp_path / "bin" / "ctl", "version"], **where).stdout == "unix:///one-up no such file\n"


@pytest.mark.parametrize("script", ["", "help start\n", "foo\n!x\n?x\n\n  \n", "version\nopen unix:///nope2\nversion", "quit x\nfoo\n", "EOF\nfoo\n"])
def test_the_shell_reads_commands_from_a_pipe(setup, tmp_path, script):
    (tmp_path / "supervisord.conf").write_text(SECTION + "serverurl=unix:///nope\nprompt=my prompt\n")
    found = {}
    for client in (DEBIAN, OURS):
        program = CLIENTS[client] if client == DEBIAN else setup.program(CLIENTS[client])
        done = subprocess.run(
            [program], input=script, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
        )
        found[client] = masked_result(Result(done.stdout, done.stderr, done.returncode))
    assert found[OURS] == found[DEBIAN]
    assert found[OURS].code == 0

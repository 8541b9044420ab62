"""The shell and the actions that talk to a person, on a terminal, beside Debian's client."""

import os
import re
import signal

import pytest

from ctl_golden import CLIENTS, DEBIAN, OURS, masked
from harness import free_port
from terminal import CTRL_C, CTRL_D, LEFT, TAB, UP, Terminal

PROMPT = "supervisor> "
SURE = "Really shut the remote supervisord process down y/N? "
CONFIG = """
[program:cat]
command=/bin/cat
startsecs=0
[program:idle]
command=/bin/cat
autostart=false
[program:talker]
command=/bin/sh -c 'echo first; exec cat'
startsecs=0
[program:ga]
command=/bin/cat
startsecs=0
[program:gb-1]
command=/bin/cat
startsecs=0
[group:grp]
programs=ga,gb-1
[inet_http_server]
port=127.0.0.1:{port}
username=user
password=123
"""
UP_AND_RUNNING = ("cat", "talker", "grp:ga", "grp:gb-1")
END = (CTRL_D, None)


class Shown(str):
    """Text anywhere on the screen."""


@pytest.fixture(scope="module")
def daemon(start_shared):
    port = free_port()
    daemon = start_shared(CONFIG.replace("{port}", str(port)))
    daemon.url = f"http://127.0.0.1:{port}"
    for name in UP_AND_RUNNING:
        daemon.wait_state(name, "RUNNING")
    [log] = daemon.dir.glob("talker-stdout*")
    daemon.wait_file(log.name, "first")
    daemon.disconnect()
    return daemon


@pytest.fixture
def open_terminal(setup, daemon):
    """open_terminal(client, *words) -> a Terminal with that client on it."""
    opened = []

    def opener(client, *words, config=None, **options):
        program = CLIENTS[client] if client == DEBIAN else setup.program(CLIENTS[client])
        command = [program, "-c", str(config or daemon.config_file), *words]
        opened.append(Terminal(command, cwd=daemon.dir, **options))
        return opened[-1]

    yield opener
    for terminal in opened:
        terminal.__exit__()


@pytest.fixture
def same(open_terminal):
    """same(script, *words): both clients, led through the same dialogue, show the same screen.

    A script is a list of (keys to type, what to wait for then): a line that stands before the cursor,
    something Shown anywhere, or None for the end of the program.
    """

    def compare(script, *words):
        expected, actual = (lead(open_terminal(client, *words), script) for client in (DEBIAN, OURS))
        assert actual == expected
        return actual

    return compare


@pytest.fixture
def alone(open_terminal):
    """The same with our client alone: Supervisor's may lose a Ctrl-C, or stumble over it."""
    return lambda script, *words: lead(open_terminal(OURS, *words), script)


def lead(terminal, script):
    """Goes through the dialogue and returns what the screen shows at its end, and the exit status."""
    for keys, wanted in script:
        terminal.type(keys)
        if isinstance(wanted, Shown):
            terminal.wait_text(wanted)
        elif wanted is not None:
            terminal.wait_line(wanted)
    text, code = terminal.finish()
    assert terminal.is_as_found()
    # Python words the end of input in two ways.
    return re.sub(r"(?<='EOFError'>, )[^:]*", "", masked(text)), code



def test_the_shell_begins_with_the_status_and_ends_at_the_end_of_input(same):
    text, code = same([("", PROMPT), END])
    assert text.startswith("cat                              RUNNING   pid N, uptime T\n") and text.endswith("\nsupervisor>")
    assert code == 0


@pytest.mark.parametrize("command", ["quit", "exit", "EOF"])
def test_the_shell_ends_when_it_is_told_to(same, command):
    assert same([("", PROMPT), (f"{command}\r", None)])[1] == 0


def test_ctrl_c_ends_the_shell(alone):
    for typed in ("", "status"):
        text, code = alone([("", PROMPT), (typed, PROMPT + typed), (CTRL_C, None)])
        assert text.endswith(f"\n{PROMPT}{typed}".rstrip()) and code == 0


def test_commands_run_one_after_the_other(same):
    text, _ = same(
        [
            ("", PROMPT), ("version\r", PROMPT), ("nope x\r", PROMPT), ("\r", PROMPT), ("help\r", PROMPT),
            ("pid idle nope\r", PROMPT), ("status idle\r", PROMPT), ("open x\r", PROMPT), END,
        ]
    )  # fmt: skip
    assert "\nsupervisor> version\n4.2.5\nsupervisor> nope x\n*** Unknown syntax: nope x\nsupervisor>\nsupervisor> help\n" in text


COMPLETIONS = [
    ("vers", "version "), ("st", "st"), ("statu", "status "), ("nope", "nope"), ("help vers", "help version "), ("reread x", "reread x"),
    ("status c", "status cat "), ("status g", "status grp:"), ("stop grp:ga cat grp:g", "stop grp:ga cat grp:g"),
    ("stop grp:gb", "stop grp:gb-1 "), ("stop grp:gb-", "stop grp:gb-1 "), ("stop grp:*", "stop grp:* "),
    ("tail cat:c", "tail cat:cat "), ("signal HUP ta", "signal HUP talker "), ("update g", "update grp "), ("add ta", "add talker "),
    ("remove grp:", "remove grp:"), ("start al", "start al"), ("open ca", "open ca"), ("fg -x", "fg -x"),
]  # fmt: skip


def test_tab_completes_what_can_stand_there(open_terminal):
    for client in (DEBIAN, OURS):
        terminal = open_terminal(client)
        terminal.wait_line(PROMPT)
        for typed, completed in COMPLETIONS:
            terminal.type(typed + TAB)
            terminal.wait_line(PROMPT + completed)
            # A character behind it shows that the completion is over, also where it changed nothing.
            terminal.type("~")
            terminal.wait_line(PROMPT + completed + "~")
            terminal.type("\x01\x0b")  # Ctrl-A and Ctrl-K: away with the line
            terminal.wait_line(PROMPT)
        terminal.type(CTRL_D)
        assert terminal.finish()[1] == 0


def test_tab_lists_what_it_cannot_decide(open_terminal):
    terminal = open_terminal(OURS)
    terminal.wait_line(PROMPT)
    terminal.type("stop g" + TAB + TAB)
    terminal.wait_text(f"{PROMPT}stop grp:\ngrp:*  grp:ga  grp:gb-1\n{PROMPT}stop grp:")
    terminal.type("ga" + TAB)
    terminal.wait_line(f"{PROMPT}stop grp:ga ")


def test_a_new_command_line_sees_new_processes(open_terminal, daemon):
    """The list is kept for one line only: a daemon that is not there offers nothing, and no error."""
    terminal = open_terminal(OURS)
    terminal.wait_line(PROMPT)
    terminal.type("open unix:///no/such\r")
    terminal.wait_text("no such file\n" + PROMPT.rstrip())
    terminal.type("status c" + TAB + "~")
    terminal.wait_line(PROMPT + "status c~")
    terminal.type(f"\x01\x0bopen unix://{daemon.socket}\r")
    terminal.wait_line(PROMPT)
    terminal.type("status c" + TAB)
    terminal.wait_line(PROMPT + "status cat ")


def test_lines_are_edited_with_the_usual_keys(same):
    same(
        [
            ("", PROMPT), ("statusx\x7f idl", PROMPT + "status idl"), ("e\r", PROMPT),
            (UP, PROMPT + "status idle"), ("\x01" + "x\x04\x08s", PROMPT + "s"), ("\x05", PROMPT + "status idle"),
            ("\x17version\x15", PROMPT), ("versiom" + LEFT + "n\x0b\r", PROMPT), (UP + UP, PROMPT + "status idle"),
            ("\x0e", PROMPT + "version"), ("\r", PROMPT), END,
        ]
    )  # fmt: skip


def test_a_line_that_is_not_ascii_is_kept_as_it_is(same):
    text, _ = same([("", PROMPT), ("status naïve “x”\r", PROMPT), (UP, PROMPT + "status naïve “x”"), ("\x7f" * 4 + "\r", PROMPT), END])
    assert "naïve: ERROR (no such process)\n“x”: ERROR (no such process)\n" in text


@pytest.mark.parametrize("locale", ["C", "POSIX", "no_such.locale"])
def test_without_a_locale_text_is_utf_8(open_terminal, locale):
    """Containers, cron and sudo have none; a character that is lost would make another name of it."""
    for client in (DEBIAN, OURS):
        terminal = open_terminal(client, environment={"LC_ALL": locale})
        terminal.wait_line(PROMPT)
        terminal.type("status naïve\r")
        terminal.wait_text("\nnaïve: ERROR (no such process)\n")
        terminal.type(CTRL_D)
        assert terminal.finish()[1] == 0


def test_history_outlives_the_shell_and_both_clients_read_it(open_terminal, daemon):
    config, history = daemon.dir / "history.conf", daemon.dir / "history"
    config.write_text(f"[supervisorctl]\nserverurl=unix://{daemon.socket}\nhistory_file=%(here)s/history\n")
    earlier = []
    for client, command in ((DEBIAN, "version"), (OURS, "pid"), (DEBIAN, "status idle"), (OURS, "status cat")):
        terminal = open_terminal(client, config=config)
        terminal.wait_line(PROMPT)
        for line in reversed(earlier):
            terminal.type(UP)
            terminal.wait_line(PROMPT + line)
        terminal.type("\x15" + f"{command}\r{command}\r  \rquit\r")
        assert terminal.finish()[1] == 0
        earlier += [command, "quit"]
        kept = [line for line in history.read_text().splitlines() if line.strip()]
        assert kept == earlier
        assert history.stat().st_mode & 0o777 == 0o600


def test_history_can_be_named_on_the_command_line(open_terminal, tmp_path):
    """Supervisor accepts the option and forgets it."""
    history = tmp_path / "history"
    for words in (("-r", history), ("--history_file", history), (f"--history-file={history}",), ("-r", "/no/such/history")):
        terminal = open_terminal(OURS, *map(str, words))
        terminal.wait_line(PROMPT)
        terminal.type("version\rquit\r")
        assert terminal.finish()[1] == 0
    assert history.read_text() == "version\nquit\n" * 3


def test_a_history_that_is_no_file_is_passed_over(open_terminal, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for history in (tmp_path / "fifo", "/dev/zero", tmp_path):
        terminal = open_terminal(OURS, "-r", str(history))
        terminal.wait_line(PROMPT)
        terminal.type("quit\r")
        assert terminal.finish()[1] == 0


def test_questions_are_asked_on_the_terminal(same):
    for command, question in (("shutdown", SURE), ("reload", "Really restart the remote supervisord process y/N? ")):
        same([("", PROMPT), (command + "\r", question), ("n\r", PROMPT), (command + "\r", question), ("\r", PROMPT), END])


def test_ctrl_c_at_a_question_ends_the_shell(alone):
    text, code = alone([("", PROMPT), ("shutdown\r", SURE), (CTRL_C, None)])
    assert text.endswith(SURE + "^C") and code == 0


def test_the_end_of_input_at_a_question_is_an_error(same):
    text, _ = same([("", PROMPT), ("shutdown\r", SURE), (CTRL_D, PROMPT), END])
    assert SURE + "error: <class 'EOFError'>, " in text


def test_credentials_are_asked_for_until_they_are_right(same, daemon):
    text, _ = same(
        [
            ("", "Username:"), ("user\r", "Password:"), ("wrong\r", "Username:"), ("user\r", "Password:"), ("123\r", PROMPT),
            ("status idle\r", PROMPT), END,
        ],
        "-s", daemon.url,
    )  # fmt: skip
    assert "wrong" not in text and "123" not in text
    assert text.count("Server requires authentication") == 2


def test_credentials_of_a_single_action(same, daemon):
    text, code = same([("", "Username:"), ("user\r", "Password:"), ("123\r", None)], "-i", "-s", daemon.url, "status", "cat")
    assert text.endswith("cat                              RUNNING   pid N, uptime T") and code == 0


def test_ctrl_c_at_the_password_brings_the_echo_back(open_terminal, daemon):
    terminal = open_terminal(OURS, "-s", daemon.url)
    terminal.wait_line("Username:")
    terminal.type("user\r")
    terminal.wait_line("Password:")
    terminal.type(CTRL_C)
    assert terminal.finish()[1] == 0 and terminal.is_as_found()


def test_followed_logs_end_with_ctrl_c_and_the_shell_goes_on(alone):
    for command, shown in (("tail -f talker", "first"), ("maintail -f", "entered RUNNING state")):
        text, _ = alone([("", PROMPT), (f"{command}\r", Shown(shown)), (CTRL_C, PROMPT), ("version\r", PROMPT), (CTRL_D, None)])
        assert f"{command}\n==> Press Ctrl-C to exit <==\n" in text
        assert text.endswith(f"\n^C\n{PROMPT}version\n4.2.5\n{PROMPT}".rstrip())


def test_the_end_of_the_terminal_ends_the_client(open_terminal):
    terminal = open_terminal(OURS)
    terminal.wait_line(PROMPT)
    terminal.hang_up()
    assert terminal.process.wait(60) == -signal.SIGHUP


def test_fg_is_a_conversation_on_the_terminal(open_terminal):
    """Supervisor's client draws from three threads; which line comes first is left to chance."""
    for name, words in (("cat", ()), ("grp:ga", ("fg", "grp:ga"))):
        terminal = open_terminal(OURS, *words)
        if not words:
            terminal.wait_line(PROMPT)
            terminal.type(f"fg {name}\r")
        terminal.wait_text("==> Press Ctrl-C to exit <==")
        terminal.type(f"hello {name}\r")
        terminal.wait_text(f"hello {name}\nhello {name}")
        terminal.type(CTRL_C)
        if not words:
            terminal.wait_text(f"Exiting foreground\n{PROMPT.rstrip()}")
            terminal.type(CTRL_D)
        text, code = terminal.finish()
        assert code == 0 and "\n^C\nExiting foreground" in text and terminal.is_as_found()


def test_fg_ends_at_the_end_of_input(open_terminal):
    terminal = open_terminal(OURS, "fg", "talker")
    terminal.wait_text("first")
    terminal.type(CTRL_D)
    assert terminal.finish() == ("==> Press Ctrl-C to exit <==\nfirst\nExiting foreground", 0)

"""TAB in bash and zsh, behind the names of the control client."""

import os
import pathlib
import re

import pytest

from harness import eventually
from terminal import TAB, Terminal

COMPLETIONS = pathlib.Path(__file__).parents[2] / "conf" / "completion"
PROMPT = "$ "
CONFIG = """
[program:cat]
command=/bin/cat
[program:idle]
command=/bin/cat
autostart=false
[program:ga]
command=/bin/cat
[program:gb-1]
command=/bin/cat
[group:grp]
programs=ga,gb-1
"""
SHELLS = {
    "bash": [["bash", "--norc", "--noprofile", "-i"], f"source {COMPLETIONS}/ringmasterctl.bash"],
    "zsh": [["zsh", "-f", "-i"], f"fpath=({COMPLETIONS} $fpath); autoload -U compinit; compinit -D -u"],
}

# What is typed behind "ringmasterctl -c FILE ", and what stands there after TAB.
CASES = [
    ("vers", "version "), ("statu", "status "), ("nope", "nope"), ("help vers", "help version "), ("reread x", "reread x"),
    ("status c", "status cat "), ("stop id", "stop idle "), ("stop cat grp:gb", "stop cat grp:gb-1 "), ("status g", "status grp:"),
    ("tail -f ca", "tail -f cat "), ("signal HU", "signal HUP "), ("signal HUP ca", "signal HUP cat "), ("update g", "update grp "),
    ("maintail -", "maintail -f "), ("open ca", "open ca"),
]  # fmt: skip


@pytest.fixture(scope="module")
def daemon(start_shared):
    daemon = start_shared(CONFIG)
    daemon.wait_state("grp:gb-1", "RUNNING")
    daemon.disconnect()
    return daemon


@pytest.fixture(params=SHELLS)
def shell(request, setup, daemon):
    """A shell on a terminal that knows our completions, and our client by its name."""
    command, load = SHELLS[request.param]
    path = f"{os.path.dirname(setup.program('ringmasterctl'))}:{os.environ['PATH']}"
    with Terminal(command, cwd=daemon.dir, environment={"PATH": path, "PS1": PROMPT, "HOME": str(daemon.dir)}) as terminal:
        terminal.wait_line(PROMPT)
        terminal.type(load + "\r")
        terminal.wait_line(PROMPT)
        yield terminal


def press_tab(terminal, typed, completed):
    terminal.type(typed + TAB)
    terminal.wait_line(PROMPT + completed)
    # A character behind it shows that the completion is over, also where it changed nothing.
    terminal.type("~")
    terminal.wait_line(PROMPT + completed + "~")
    terminal.type("\x05\x15")  # Ctrl-E and Ctrl-U: away with the line
    terminal.wait_line(PROMPT)


def test_actions_and_processes_are_completed(shell, daemon):
    before = f"ringmasterctl -c {daemon.config_file} "
    for typed, completed in CASES:
        press_tab(shell, before + typed, before + completed)


def test_options_and_files_are_completed(shell, daemon):
    name = pathlib.Path(daemon.config_file).name
    press_tab(shell, "ringmasterctl --conf", "ringmasterctl --configuration ")
    press_tab(shell, f"ringmasterctl -c {name[:-2]}", f"ringmasterctl -c {name} ")


def test_a_daemon_that_is_not_there_offers_nothing_and_says_nothing(shell):
    press_tab(shell, "ringmasterctl -s unix:///nope status c", "ringmasterctl -s unix:///nope status c")


def test_all_processes_of_a_group_are_offered(shell, daemon):
    shell.type(f"ringmasterctl -c {daemon.config_file} stop g{TAB}{TAB}{TAB}")
    eventually(lambda: re.search(r"(grp:)?\*\s+(grp:)?ga\s+(grp:)?gb-1", shell.text()), shell.text)

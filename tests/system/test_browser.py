"""The web pages in a real browser: Debian's Chromium, headless, driven by playwright-core.

`./dev test` installs both. The browser clicks every link and button that it finds (tests/browser), and
this test knows what each of them should have shown.
"""

import json
import re
import shutil
import subprocess

import pytest

from harness import ROOT, free_port

pytestmark = pytest.mark.ours_only  # Supervisor's redirects need a name and a port that fit

SCRIPT = ROOT / "tests" / "browser" / "click_everything.mjs"
CONFIG = """
[inet_http_server:protected]
port=127.0.0.1:{port}
username=joe
password=secret
[program:talker]
command=/bin/sh -c 'echo "<b>out</b> & more"; echo err >&2; exec cat'
startsecs=0
[program:missing]
command=/no/such/program
autostart=false
startretries=0
[program:one]
command=/bin/cat
startsecs=0
[group:a<group>]
programs=one
"""

PROCESSES = ("talker", "missing", "a<group>:one")
CTIME = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"


@pytest.fixture(scope="module")
def browse():
    """browse(url) -> the clicks of the browser, as dictionaries."""
    missing = [name for name in ("chromium", "node") if shutil.which(name) is None]
    if missing or not (SCRIPT.parent / "node_modules" / "playwright-core").is_dir():
        pytest.fail(f"the browser test needs {missing or 'playwright-core'}: run ./dev test, which installs it")

    def run(url):
        done = subprocess.run(
            ["node", str(SCRIPT), url], capture_output=True, text=True, timeout=300, check=False, cwd=SCRIPT.parent
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def expected_message(text, name):
    if name == "missing" and text == "Start":
        return "ERROR: Process missing: no such file"
    return {
        "Refresh": f"Page refreshed at {CTIME}",
        "Stop All": f"All stopped at {CTIME}",
        "Restart All": f"All restarted at {CTIME}",
        "Start": f"Process {name} started",
        "Stop": f"Process {name} stopped",
        "Restart": f"Process {name} restarted",
        "Clear Log": f"Log for {name} cleared",
    }[text]


def name_in(href):
    found = re.search(r"(?:processname=|logtail/)([^&/]*)", href)
    return found and found[1].replace("%3A", ":").replace("%3C", "<").replace("%3E", ">")


def test_every_link_does_what_it_says(start, browse):
    daemon = start(CONFIG.format(port=(port := free_port())))
    daemon.wait_state("talker", "RUNNING")
    log = daemon.info("talker")["stdout_logfile"]
    daemon.wait_file(log, "more\n")
    title, *clicks = browse(f"http://joe:secret@127.0.0.1:{port}/")
    assert title["shown"] == "Supervisor Status"
    assert {click["status"] for click in clicks} == {200}

    found = {(click["text"], name_in(click["href"])) for click in clicks}
    everywhere = {"Clear Log", "Tail -f Stdout", "Tail -f Stderr", "Start", "Refresh"}
    for name in PROCESSES:
        offered = {text for text, of in found if of == name and text != name}
        assert offered == everywhere | (set() if name == "missing" else {"Stop", "Restart"}), name
        assert (name, name) in found
    assert {text for text, of in found if of is None} == {"Refresh", "Stop All", "Restart All"}

    for click in clicks:
        name = name_in(click["href"])
        if click["href"].startswith("index.html"):
            assert re.fullmatch(expected_message(click["text"], name), click["shown"]), click
    [tail] = [click for click in clicks if click["text"] == "talker"]
    assert set(tail["shown"].splitlines()) <= {"<b>out</b> & more"}

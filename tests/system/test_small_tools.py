"""pidproxy and echo_supervisord_conf, the two small programs beside the daemon."""

import os
import signal
import subprocess

import pytest

from harness import alive, eventually

CHILD = """#!/bin/sh
trap 'echo HUP >> seen' HUP
trap 'echo TERM >> seen; exit 0' TERM
echo "$0 $*" > argv
echo $$ > child.pid.new; mv child.pid.new child.pid
while :; do sleep 0.05; done
"""


def tool(setup, name):
    return str(setup.program(name)) if setup.daemon == "ringmasterd" else f"/usr/bin/{name}"


@pytest.fixture
def proxy(setup, tmp_path):
    """A pidproxy around a child that has written its pidfile."""
    script = tmp_path / "child.sh"
    script.write_text(CHILD)
    script.chmod(0o755)
    process = subprocess.Popen(
        [tool(setup, "pidproxy"), "child.pid", "./child.sh", "a", "b c"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},  # Debian's is a Python program
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(lambda: (tmp_path / "child.pid").exists(), "the pidfile")
        yield process
    finally:
        process.kill()
        process.communicate()
        for name in ("child.pid", "hidden.pid"):
            if (tmp_path / name).exists():
                pid = int((tmp_path / name).read_text())
                if alive(pid):
                    os.kill(pid, signal.SIGKILL)


def seen(tmp_path):
    path = tmp_path / "seen"
    return path.read_text().split() if path.exists() else []


def test_signals_reach_the_process_in_the_pidfile(proxy, tmp_path):
    assert (tmp_path / "argv").read_text().rstrip().endswith("child.sh a b c")
    proxy.send_signal(signal.SIGHUP)
    eventually(lambda: seen(tmp_path) == ["HUP"], "SIGHUP in the child")
    assert proxy.poll() is None
    proxy.send_signal(signal.SIGTERM)
    assert proxy.wait(30) == 0
    eventually(lambda: seen(tmp_path) == ["HUP", "TERM"], "SIGTERM in the child")


def test_an_unreadable_pidfile_is_reported_and_survived(proxy, tmp_path):
    (tmp_path / "child.pid").rename(tmp_path / "hidden.pid")
    proxy.send_signal(signal.SIGTERM)
    assert proxy.stdout.readline() == "Can't read child pidfile child.pid!\n"
    assert proxy.poll() is None
    (tmp_path / "hidden.pid").rename(tmp_path / "child.pid")
    proxy.send_signal(signal.SIGTERM)
    assert proxy.wait(30) == 0
    eventually(lambda: seen(tmp_path) == ["TERM"], "SIGTERM in the child")


def test_the_end_of_the_child_ends_the_proxy(setup, tmp_path):
    done = subprocess.run([tool(setup, "pidproxy"), "none.pid", "/bin/sh", "-c", "exit 7"], cwd=tmp_path, timeout=30)
    assert done.returncode == 0


def test_missing_arguments_print_the_usage(setup):
    done = subprocess.run([tool(setup, "pidproxy"), "only.pid"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "pidproxy" in done.stdout
    assert done.stderr == ""


def test_the_sample_configuration_names_every_section(setup):
    done = subprocess.run([tool(setup, "echo_supervisord_conf")], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    for section in ("unix_http_server", "inet_http_server", "supervisord", "rpcinterface:supervisor", "supervisorctl", "include"):
        assert f"[{section}]" in done.stdout


def test_the_sample_configuration_can_be_used_as_it_is(setup, tmp_path):
    sample = subprocess.run([tool(setup, "echo_supervisord_conf")], capture_output=True, text=True, timeout=30).stdout
    path = tmp_path / "supervisord.conf"
    path.write_text(sample.replace("/tmp/", f"{tmp_path}/") + "\nsyntax error\n")
    command = [*setup.daemon_command(), "-n", "-c", str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    # Only what was added is wrong.
    last = len(path.read_text().splitlines())
    assert done.stderr.startswith(f"Error: Source contains parsing errors: '{path}'\n\t[line {last}]: 'syntax error\\n'\n")


@pytest.mark.ours_only
def test_the_sample_is_made_to_be_installed(setup):
    printed = subprocess.run([tool(setup, "echo_supervisord_conf")], capture_output=True, timeout=30).stdout
    assert (setup.build / "supervisord.conf.sample").read_bytes() == printed

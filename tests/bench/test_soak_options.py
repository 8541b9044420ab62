"""Soak runs that cannot be: one sentence and exit code 2."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT
from soak import options


@pytest.fixture
def soak(tmp_path):
    """Runs it on programs that do nothing; (exit code, stdout, stderr)."""
    os.makedirs(tmp_path / "bin")
    for name in options.PROGRAMS:
        (tmp_path / "bin" / name).symlink_to("/bin/false")

    def run(*words):
        words = [sys.executable, str(ROOT / "bench" / "soak" / "run.py"), "--build", str(tmp_path), *words]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["0"], "0 minutes are no run: more than 0 and at most 10,080 are"),
        (["-1"], "-1 minutes are no run: more than 0 and at most 10,080 are"),
        (["nan"], "nan minutes are no run: more than 0 and at most 10,080 are"),
        (["--children", "0"], "--children 0: at least 1 is needed"),
        (["--children", "-5"], "--children -5: at least 1 is needed"),
        (["--clients", "-1"], "--clients -1: 0 is the least"),
        (["--pause", "0"], "--pause 0: more than 0 seconds are needed"),
        (["--build", "/nosuch"], "/nosuch/bin/ringmasterd is not built"),
        (["--directory", "/nosuch"], "--directory /nosuch: there is no such directory"),
        (["--directory", "/proc", "--children", "1"], "--directory /proc: No such file or directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_make_no_run_are_refused_in_a_sentence(soak, words, sentence):
    code, _, complaint = soak(*words)
    assert (code, complaint) == (2, f"soak: {sentence}\n")


def test_a_directory_too_deep_for_a_socket_is_refused(soak, tmp_path):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    code, _, complaint = soak("--directory", str(deep))
    assert (code, complaint) == (2, f"soak: --directory {deep}: the path is too long for the daemon's socket in it\n")


def test_a_daemon_that_ends_by_itself_is_a_failed_run(soak):
    code, said, complaint = soak("--children", "1")
    assert (code, complaint) == (1, "")
    assert "WRONG: the daemon ended with 1 though nobody here asked for it\n" in said

"""bench/compare: what counts as a regression, and its exit codes."""

import subprocess
import sys

import made
import pytest
from conftest import ROOT
from harness import results


@pytest.fixture
def compare(tmp_path):
    def run(old, new, *options):
        paths = []
        for name, result in (("old", old), ("new", new)):
            paths.append(str(tmp_path / f"{name}.json"))
            results.save(result, paths[-1])
        words = [sys.executable, str(ROOT / "bench" / "compare"), *paths, *options]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def runs(key, *values, peer="ringmasterd"):
    return made.result(*(made.sample(peer, **{key: value}) for value in values))


def test_the_same_numbers_are_no_regression(compare):
    code, said, _ = compare(runs("start_s", 1.0, 1.1), runs("start_s", 1.0, 1.1))
    assert code == 0
    assert "1 numbers, 0 regressions" in said


def test_worse_beyond_the_spread_is_a_regression(compare):
    code, said, _ = compare(runs("start_s", 1.0, 1.1, 1.2), runs("start_s", 1.3, 1.4, 1.5))
    assert code == 1
    assert "1.27  worse   10 children, ringmasterd: start, 1.10 → 1.40 s" in said


def test_worse_within_the_spread_is_not(compare):
    code, said, _ = compare(runs("start_s", 1.0, 1.1, 1.9), runs("start_s", 1.3, 1.4, 1.5))
    assert code == 0
    assert "worse" not in said


def test_worse_by_less_than_the_margin_is_not(compare):
    old, new = runs("start_s", 1.00, 1.00), runs("start_s", 1.04, 1.04)
    assert compare(old, new)[0] == 0
    assert compare(old, new, "--margin", "0.01")[0] == 1


def test_more_can_be_better(compare):
    assert compare(runs("rate", 100), runs("rate", 50))[0] == 1
    code, said, _ = compare(runs("rate", 50), runs("rate", 100))
    assert code == 0
    assert "better" in said


def test_percentiles_are_compared(compare):
    old, new = runs("restart_ms", [1.0, 1.0, 1.0]), runs("restart_ms", [1.0, 1.0, 7.0])
    code, said, _ = compare(old, new)
    assert code == 1
    assert "restart, max, 1.0 → 7.0 ms" in said


def test_a_number_from_nought_is_a_regression(compare):
    assert compare(runs("start_s", 0.0), runs("start_s", 1.0))[0] == 1


def test_a_peer_that_only_fails_now_is_a_regression(compare):
    new = made.result(made.failed("ringmasterd", "it broke"), made.sample("floor", start_s=1.0))
    old = made.result(made.sample("ringmasterd", start_s=1.0), made.sample("floor", start_s=1.0))
    code, said, _ = compare(old, new)
    assert code == 1
    assert "10 children, ringmasterd: failed" in said


def test_files_that_cannot_be_compared_are_refused(compare, tmp_path):
    code, _, complaint = compare(runs("start_s", 1.0), made.result(benchmark="drain"))
    assert (code, complaint) == (2, "compare: fleet cannot be compared with drain\n")
    code, _, complaint = compare(runs("start_s", 1.0), runs("start_s", 1.0, peer="floor"))
    assert (code, complaint) == (2, "compare: the files have no number in common\n")

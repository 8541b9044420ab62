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
    code, said, _ = compare(runs("start_s", 1.0, 1.1, 1.2), runs("start_s", 1.0, 1.1, 1.2))
    assert code == 0
    assert "1 numbers, 0 regressions" in said


def test_worse_beyond_the_spread_is_a_regression(compare):
    code, said, _ = compare(runs("start_s", 1.0, 1.1, 1.2), runs("start_s", 1.3, 1.4, 1.5))
    assert code == 1
    assert "1.27  worse       10 children, ringmasterd: start, 1.10 → 1.40 s" in said


def test_worse_within_the_spread_is_not(compare):
    code, said, _ = compare(runs("start_s", 1.0, 1.1, 1.9), runs("start_s", 1.3, 1.4, 1.5))
    assert code == 0
    assert "worse" not in said


def test_one_lucky_run_of_seven_hides_nothing(compare):
    old = [1.00, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06]
    new = [0.99] + [1.5 * value for value in old[1:]]
    assert compare(runs("start_s", *old), runs("start_s", *new))[0] == 1
    code, said, _ = compare(runs("start_s", *new), runs("start_s", *old))
    assert code == 0
    assert "better" in said


def test_runs_in_any_order_are_no_regression(compare):
    old, new = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2], [1.1, 1.3, 1.5, 1.9, 2.0, 2.1, 2.3]
    assert compare(runs("start_s", *old), runs("start_s", *new))[0] == 0


@pytest.mark.parametrize(("old", "new"), [((1.0,), (2.0,)), ((1.0,) * 5, (2.0,) * 2), ((1.0,) * 2, (2.0,) * 5)])
def test_fewer_than_three_runs_are_not_judged(compare, old, new):
    code, said, _ = compare(runs("start_s", *old), runs("start_s", *new))
    assert code == 0
    assert "2  not judged  10 children, ringmasterd: start" in said
    assert "warning: 1 numbers have fewer than 3 runs in a file: their differences are not judged\n" in said
    assert "1 numbers, 0 regressions" in said


def test_as_many_regressions_as_chance_may_make_are_called_that(compare):
    steady = [made.sample("ringmasterd", f"{case}", start_s=1.0) for case in range(19) for _ in range(3)]
    old = made.result(*steady, *runs("start_s", 1.0, 1.0, 1.0)["samples"])
    new = made.result(*steady, *runs("start_s", 2.0, 2.0, 2.0)["samples"])
    code, said, _ = compare(old, new)
    assert code == 1
    assert "warning: 1 of 20 judged numbers can be chance: measure again" in said
    assert "chance" not in compare(runs("start_s", 1.0, 1.0, 1.0), runs("start_s", 2.0, 2.0, 2.0))[1]


def test_worse_by_less_than_the_margin_is_not(compare):
    old, new = runs("start_s", 1.00, 1.00, 1.00), runs("start_s", 1.04, 1.04, 1.04)
    assert compare(old, new)[0] == 0
    assert compare(old, new, "--margin", "0.01")[0] == 1


@pytest.mark.parametrize("margin", ["-1", "nan", "much"])
def test_a_margin_that_makes_no_sense_is_refused(compare, margin):
    assert compare(runs("start_s", 1.0), runs("start_s", 1.0), "--margin", margin)[0] == 2


def test_more_can_be_better(compare):
    assert compare(runs("rate", 100, 101, 102), runs("rate", 50, 51, 52))[0] == 1
    code, said, _ = compare(runs("rate", 50, 51, 52), runs("rate", 100, 101, 102))
    assert code == 0
    assert "better" in said


def test_percentiles_are_compared(compare):
    old, new = runs("restart_ms", *[[1.0, 1.0, 1.0]] * 3), runs("restart_ms", *[[1.0, 1.0, 7.0]] * 3)
    code, said, _ = compare(old, new)
    assert code == 1
    assert "restart, max, 1.0 → 7.0 ms" in said


def test_one_slow_old_run_does_not_hide_a_percentile_that_became_worse(compare):
    old = runs("restart_ms", *[[1.0, 1.0]] * 6, [1.0, 50.0])
    code, said, _ = compare(old, runs("restart_ms", *[[1.0, 7.0]] * 7))
    assert code == 1
    assert "restart, max, 1.0 → 7.0 ms" in said


def test_a_number_from_nought_is_a_regression(compare):
    assert compare(runs("start_s", 0.0, 0.0, 0.0), runs("start_s", 1.0, 1.0, 1.0))[0] == 1


# -- what is missing


def test_a_peer_of_ours_that_only_fails_now_is_a_failure(compare):
    new = made.result(made.failed("ringmasterd", "it broke"), made.sample("floor", start_s=1.0))
    old = made.result(made.sample("ringmasterd", start_s=1.0), made.sample("floor", start_s=1.0))
    code, said, _ = compare(old, new)
    assert code == 1
    assert "missing     10 children, ringmasterd: failed" in said
    assert compare(runs("start_s", 1.0), made.result(made.failed("ringmasterd", "it broke")))[0] == 1


def test_lost_numbers_of_ours_are_a_failure(compare):
    floor, ours = made.sample("floor", start_s=1.0), made.sample("ringmasterd, epoll", start_s=1.0, rate=2)
    code, said, _ = compare(made.result(floor, ours), made.result(floor))
    assert code == 1
    assert "missing     10 children, ringmasterd, epoll: all numbers" in said
    assert "1 numbers, 0 regressions, 1 of Ringmaster's own missing" in said


def test_a_lost_case_of_ours_is_a_failure(compare):
    ours, other = made.sample("ringmasterd", start_s=1.0), made.sample("ringmasterd", "20 children", start_s=1.0)
    code, said, _ = compare(made.result(ours, other), made.result(ours))
    assert code == 1
    assert "missing     20 children, ringmasterd: all numbers" in said


def test_a_lost_measure_of_ours_is_a_failure(compare):
    old = made.result(made.sample("ringmasterd", start_s=1.0, rate=2))
    new = runs("start_s", 1.0)
    code, said, _ = compare(old, new)
    assert code == 1
    assert "missing     10 children, ringmasterd: rate" in said
    new["measures"] = [measure for measure in new["measures"] if measure["key"] != "rate"]
    assert compare(old, new)[:2] == (code, said)


def test_lost_numbers_of_others_are_only_told(compare):
    ours = made.sample("ringmasterd", start_s=1.0)
    code, said, _ = compare(made.result(ours, made.sample("s6", start_s=1.0)), made.result(ours))
    assert code == 0
    assert "missing     10 children, s6: all numbers" in said
    assert said.endswith("1 numbers, 0 regressions\n")


def test_runs_that_failed_beside_others_that_worked_are_told(compare):
    new = runs("start_s", 1.0, 1.0, 1.0)
    new["samples"].append(made.failed("ringmasterd", "it broke"))
    code, said, _ = compare(runs("start_s", 1.0, 1.0, 1.0), new)
    assert code == 0
    assert "warning: 1 runs failed in NEW: its numbers are those of the others\n" in said


# -- other machines


def test_another_machine_and_another_command_are_told(compare):
    new = runs("start_s", 1.0, 1.0, 1.0)
    new["machine"].update(cpu="y", cpus=4, kernel="6.18", log_filesystem="tmpfs")
    new["command"] = "./dev bench fleet --quick"
    _, said, _ = compare(runs("start_s", 1.0, 1.0, 1.0), new)
    for words in (
        "CPU model: x → y", "number of CPUs: 2 → 4", "kernel: 6.1 → 6.18", "file system of the logs: ext4 → tmpfs",
        "command: ./dev bench fleet → ./dev bench fleet --quick",
    ):  # fmt: skip
        assert f"warning: another {words}\n" in said
    assert "ratios to the floor can be compared: --by-floor\n" in said


def test_the_same_machine_gives_no_warning(compare):
    assert "warning" not in compare(runs("start_s", 1.0, 1.0, 1.0), runs("start_s", 1.0, 1.0, 1.0))[1]


def with_floor(floor, ours):
    samples = [made.sample("floor", start_s=value) for value in floor]
    return made.result(*samples, *(made.sample("ringmasterd", start_s=value) for value in ours))


def test_by_floor_a_slower_machine_is_no_regression_and_a_slower_program_is_one(compare):
    old, slower = with_floor([1.0] * 3, [2.0, 2.1, 2.2]), with_floor([3.0] * 3, [6.0, 6.3, 6.6])
    assert compare(old, slower)[0] == 1
    assert compare(old, slower, "--by-floor")[0] == 0
    code, said, _ = compare(old, with_floor([0.5] * 3, [2.0, 2.1, 2.2]), "--by-floor")
    assert code == 1
    assert "2  worse       10 children, ringmasterd: start, 2.1 → 4.2 times the floor\n" in said
    assert "1 numbers, 1 regressions" in said


def test_by_floor_a_floor_of_few_runs_judges_nothing(compare):
    old, new = with_floor([1.0], [2.0] * 3), with_floor([0.5], [2.0] * 3)
    code, said, _ = compare(old, new, "--by-floor")
    assert code == 0
    assert "not judged" in said


def test_by_floor_numbers_without_a_floor_are_left_out(compare):
    old = with_floor([1.0] * 3, [2.0] * 3)
    old["samples"].append(made.sample("ringmasterd", "20 children", start_s=1.0))
    code, said, _ = compare(old, old, "--by-floor")
    assert code == 0
    assert "20 children" not in said
    assert "warning: 1 numbers have no floor in both files, and are left out\n" in said
    code, _, complaint = compare(runs("start_s", 1.0), runs("start_s", 1.0), "--by-floor")
    assert (code, complaint) == (2, "compare: the files have no number in common that has a floor\n")


# -- files that are of no use


def test_files_that_cannot_be_compared_are_refused(compare):
    code, _, complaint = compare(runs("start_s", 1.0), made.result(benchmark="drain"))
    assert (code, complaint) == (2, "compare: fleet cannot be compared with drain\n")
    code, _, complaint = compare(runs("start_s", 1.0), runs("start_s", 1.0, peer="floor"))
    assert (code, complaint) == (2, "compare: the files have no number in common\n")


@pytest.mark.parametrize(
    "text", ["[1]", "{", "\x80", "[" * 100_000, None], ids=["a list", "cut off", "no text", "too deep", "none"]
)
def test_a_file_that_is_no_result_is_refused_by_name(tmp_path, text):
    path = tmp_path / "spoilt.json"
    if text is not None:
        path.write_text(text, encoding="latin-1")
    words = [sys.executable, str(ROOT / "bench" / "compare"), str(path), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"compare: {path}")
    assert done.stderr.count("\n") == 1

"""The drain benchmark: the better of two floors, and the bytes of logs that are rotated."""

import types

import pytest
from drain import run
from harness.fleet_run import Broken
from harness.peers.peer import Fleet


def sample(peer, **numbers):
    return {"case": "flood", "peer": peer, "numbers": numbers}


def test_the_floor_is_the_better_way_for_each_number_of_a_turn():
    bench = types.SimpleNamespace(samples=[
        {"case": "before", "peer": "floor, splice", "numbers": {"drain_mb_per_s": 9000}},
        sample("floor, read and write", drain_mb_per_s=900, drain_s=1.0),
        sample("floor, splice", drain_mb_per_s=1000, drain_s=2.0),
        sample("Supervisor", drain_mb_per_s=5000, drain_s=0.1),
        {"case": "flood", "peer": "floor, splice", "error": "it broke"},
    ])  # fmt: skip
    run.add_best_floor(bench, "flood")
    assert bench.samples[1] == sample("floor", drain_mb_per_s=1000, drain_s=1.0)
    assert len(bench.samples) == 6


def fleet_in(directory, kind):
    fleet = kind(children=3, streams=1, directory=str(directory), logs=str(directory), one_group=False,
                 sleeper="", stamps="")  # fmt: skip
    fleet.empty_logs()
    return fleet


def append(path, size):
    with open(path, "ab") as file:
        file.write(bytes(size))


def test_what_a_log_held_before_does_not_count(tmp_path):
    fleet = fleet_in(tmp_path, run.RotatedFleet)
    assert [fleet.logged_bytes(child) for child in range(3)] == [0, 0, 0]
    append(tmp_path / "1.out", 100)
    (tmp_path / "1.out").rename(tmp_path / "1.out.1")
    append(tmp_path / "1.out", 20)
    append(tmp_path / "2.out", 3)
    assert [fleet.logged_bytes(child) for child in range(3)] == [0, 120, 3]


def test_a_file_that_gets_its_next_name_meanwhile_counts_once(tmp_path):
    fleet = fleet_in(tmp_path, run.RotatedFleet)
    append(tmp_path / "0.out", 100)
    (tmp_path / "0.out.1").hardlink_to(tmp_path / "0.out")
    assert fleet.logged_bytes(0) == 100


def test_floors_have_logs_without_a_past(tmp_path):
    append(tmp_path / "0.out", 7)
    assert fleet_in(tmp_path, Fleet).logged_bytes(0) == 0


def test_a_pace_that_was_not_kept_gives_no_number():
    job = run.Workload("lines", 2 * 5_000_000, run.LINE, run.LINES_PER_SECOND)
    found = {"drain_s": 2.02, "drain_cpu_s_per_gb": 10.0}
    assert run.numbers_of_run(found, job)["cpu_percent"] == pytest.approx(100 * 0.1 / 2.02)
    with pytest.raises(Broken, match="pace"):
        run.numbers_of_run({**found, "drain_s": 4.0}, job)

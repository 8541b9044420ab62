"""How many children a fleet has where the machine allows no more."""

import os
import sys
import types

import pytest
from harness import fleet_run, machine, sizes
from harness.refused import Refused


class Peer:
    def __init__(self, name, a_child, processes=1):
        self.name, self._a_child, self._processes = name, a_child, processes

    def descriptors(self, children, streams):
        return children * self._a_child * streams

    def processes(self, children):
        return children * self._processes


class Bench:
    def __init__(self):
        self.notes = []

    def note(self, text):
        self.notes.append(text)


@pytest.fixture
def limits(monkeypatch):
    """10,000 descriptors and 5,000 processes."""
    monkeypatch.setattr(machine, "raise_descriptor_limit", lambda wanted: 10_000)
    monkeypatch.setattr(machine, "process_limit", lambda: 5_000)


def test_a_fleet_that_does_not_fit_gets_one_log_and_then_fewer_children(limits):
    bench, peers = Bench(), [Peer("light", 1), Peer("heavy", 2)]
    assert sizes.plan_sizes(bench, peers, [1000, 4000, 8000]) == {1000: 2, 4000: 1, 5000: 1}
    assert len(bench.notes) == 2
    assert "they got one" in bench.notes[0]
    assert "5,000 were used" in bench.notes[1]


def test_the_number_of_logs_that_was_asked_for_is_kept(limits):
    bench = Bench()
    assert sizes.plan_sizes(bench, [Peer("heavy", 2)], [4000], 2) == {2500: 2}
    assert sizes.plan_sizes(bench, [Peer("heavy", 2)], [4000], 1) == {4000: 1}
    assert len(bench.notes) == 1


def names(peers):
    return [peer.name for peer in peers]


def test_fleets_that_live_at_once_share_the_processes(limits):
    bench, peers = Bench(), [Peer("a", 1), Peer("tree", 1, processes=2), Peer("b", 1)]
    assert names(sizes.those_for(bench, peers, 2000)) == ["a", "tree", "b"]
    assert not bench.notes
    assert names(sizes.those_for(bench, peers, 2000, at_once=True)) == ["a", "b"]
    assert bench.notes == ["2,000 children: without tree, which takes 4,000 processes; 3,000 are left."]


def test_a_peer_that_takes_too_long_is_left_out(limits):
    bench = Bench()
    assert names(sizes.those_for(bench, [Peer("pm2", 1), Peer("a", 1)], 1001)) == ["a"]
    assert bench.notes == ["1,001 children: without pm2, which takes too long."]


class Constant(Peer):
    """As runit: its busiest process needs the same for every fleet."""

    def descriptors(self, children, streams):
        return self._a_child


@pytest.mark.parametrize("limit", [64, 256, 1023])
def test_no_fleet_is_planned_where_no_supervisor_would_start(limit, monkeypatch):
    monkeypatch.setattr(machine, "raise_descriptor_limit", lambda wanted: limit)
    with pytest.raises(Refused, match=r"1,024 \(minfds\)"):
        sizes.plan_sizes(Bench(), [Peer("floor", 3), Constant("runit", 200)], [1000])
    with pytest.raises(Refused, match="ulimit"):
        sizes.plan_counts(Bench(), [10], lambda count: count, "writers")


def test_a_peer_that_needs_more_than_there_is_for_any_fleet_is_no_endless_search(limits):
    with pytest.raises(Refused, match="20,000 are needed"):
        sizes.plan_sizes(Bench(), [Constant("runit", 20_000)], [1000])


def test_the_least_that_supervisors_start_with_is_asked_for_also_by_small_fleets(monkeypatch):
    asked = []
    monkeypatch.setattr(machine, "raise_descriptor_limit", lambda wanted: asked.append(wanted) or 1024)
    assert sizes.plan_sizes(Bench(), [Peer("floor", 3)], [10], 1) == {10: 1}
    assert asked == [1024]


def test_other_numbers_are_made_to_fit_as_well_and_each_is_used_once(limits):
    bench = Bench()
    assert sizes.plan_counts(bench, [10, 4000, 5000], lambda count: 3 * count + 100, "idle programs") == [10, 3300]
    assert "5,000 idle programs do not fit into 10,000 descriptors: 3,300 were used." in bench.notes
    assert len(bench.notes) == 2


def test_a_supervisor_that_ended_is_reported_with_its_last_words(tmp_path):
    script = "print('first'); [print(n) for n in range(3000)]; print('minfds is too large'); raise SystemExit(2)"
    process = machine.start_quietly([sys.executable, "-c", script], tmp_path)
    process.wait()
    with pytest.raises(fleet_run.Broken) as problem:
        fleet_run.must_run(process, tmp_path, "start")
    assert str(problem.value) == ("start: the supervisor ended with code 2; it said: "
                                  "2998 / 2999 / minfds is too large")  # fmt: skip


def test_a_silent_supervisor_has_no_last_words(tmp_path):
    assert machine.last_words(tmp_path) == ""
    machine.start_quietly(["/bin/true"], tmp_path).wait()
    assert machine.last_words(tmp_path) == ""


def test_logs_that_do_not_fit_onto_the_disk_are_refused(monkeypatch):
    monkeypatch.setattr(os, "statvfs", lambda _: types.SimpleNamespace(f_bavail=1500, f_frsize=4096))
    sizes.need_room("/tmp", 10, 4_000_000)
    with pytest.raises(Refused, match="up to 9 MB are written, and /tmp has 6 MB left"):
        sizes.need_room("/tmp", 100, 4_000_000)
    with pytest.raises(Refused, match="--directory"):
        sizes.need_room("/tmp", 10, 6_000_000)

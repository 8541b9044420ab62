"""How many children a fleet has where the machine allows no more."""

import pytest
from harness import machine, sizes


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

"""The soak run's traffic: no right answer is called wrong, whenever it is asked; a wrong one is."""

import glob
import os
import random
import xmlrpc.client

import pytest
from soak.chaos import Chaos
from soak.daemon import Wrong
from soak.fleet import Fleet, Group
from soak.traffic import BAD_NAME, Traffic

CHILDREN = 150


class MadeDaemon:
    """Answers as a right daemon would: it has what the files said at the last update."""

    def __init__(self, fleet):
        self._fleet = fleet
        self.groups = []
        self.run_client("update")

    def run_client(self, _):
        paths = glob.glob(os.path.join(self._fleet.directory, "conf.d", "*.conf"))
        names = {os.path.basename(path).removesuffix(".conf") for path in paths}
        before, self.groups = self.groups, [group for group in self._fleet.groups if group.name in names]
        added = [f"{group.name}: added process group" for group in self.groups if group not in before]
        gone = [group.name for group in before if group not in self.groups]
        words = ("stopped", "removed process group")
        return "\n".join(added + [f"{name}: {word}" for name in gone for word in words])

    def _info(self, group, child):
        log = self._fleet.log(child)
        name = group.process(child).split(":")[1]
        return {"group": group.name, "name": name, "state": 20, "statename": "RUNNING", "pid": 1, "start": 1,
                "now": 2, "logfile": log, "stdout_logfile": log}  # fmt: skip

    def ask(self, method, *parameters):
        infos = [self._info(group, child) for group in self.groups for child in group.children]
        if method == "supervisor.getAllProcessInfo":
            return infos
        for info in infos:
            if parameters[0] == f"{info['group']}:{info['name']}":
                return info
        raise xmlrpc.client.Fault(BAD_NAME, f"BAD_NAME: {parameters[0]}")


@pytest.fixture
def stage(tmp_path):
    """A fleet, its daemon, the chaos and the traffic."""
    fleet = Fleet(str(tmp_path), "/bin/child", "/page", CHILDREN, None)
    daemon = MadeDaemon(fleet)
    return fleet, daemon, Chaos(random.Random(1), fleet, daemon, None, "/bin/child"), Traffic(1, fleet, daemon)


def ask_at_every_step(fleet, traffic):
    """The traffic asks after each change of what anybody can see of a group, and before each file."""

    def look():
        for _ in range(30):
            traffic._one()
        traffic._next_list = 0
        traffic._all()

    class Watched(Group):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            look()

    for group in fleet.groups:
        group.__class__ = Watched
    write = fleet.write
    fleet.write = lambda group: (look(), write(group))


def test_groups_that_come_and_go_are_no_mistake_at_any_moment(stage):
    fleet, daemon, chaos, traffic = stage
    ask_at_every_step(fleet, traffic)
    for _ in range(5):
        chaos.remove()
        assert len(daemon.groups) < len(fleet.groups)
        chaos.restore()
        assert len(daemon.groups) == len(fleet.groups)


def test_a_list_is_measured_by_what_was_there_when_it_was_asked_for(stage):
    fleet, _, _, traffic = stage

    class Leaving(Group):
        """Goes right after the traffic has looked for the second time."""

        looks = 0

        @property
        def present(self):
            type(self).looks += 1
            return self.looks <= 2

        @present.setter
        def present(self, value):
            pass

    fleet.groups[1].__class__ = Leaving
    traffic._all()


def test_a_group_that_is_unknown_though_nothing_moves_is_found(stage):
    fleet, daemon, _, traffic = stage
    daemon.groups = fleet.groups[:1]
    with pytest.raises(xmlrpc.client.Fault, match="BAD_NAME"):
        for _ in range(100):
            traffic._one()
    with pytest.raises(Wrong, match="50 processes of 150"):
        traffic._all()

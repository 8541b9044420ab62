"""The client: one cold command from fork to exit, and `update` of one program among thousands.

Commands: ringmasterctl and Debian's supervisorctl ask the same ringmasterd, in turns; `supervisorctl,
supervisord` is Supervisor's client with its own daemon. The floor is /bin/true: what any program costs.
"""

import os
import shutil
import time

from harness import machine, peers
from harness.fleet_run import Broken, Plan, Run, must_run
from harness.options import at_least, some_of
from harness.peers.peer import Fleet
from harness.results import Measure
from harness.sizes import plan_sizes
from harness.stamps import Stamps, wait_until

MEASURES = [
    Measure("wall_ms", "time", "ms", 2, percentiles=(50, 99), chart=True),
    Measure("cpu_ms", "CPU of the client", "ms", 2, percentiles=(50,)),
    Measure("update_ms", "time", "ms", 1, chart=True),
]
ACTIONS = ["status", "pid", "version", "help"]
OURS, THEIRS, BOTH = "ringmasterctl", "supervisorctl, ringmasterd", "Supervisor"


def add_options(add):
    add("--children", type=at_least(1), default=1000, help="size of the running fleet (default %(default)s)")
    add("--actions", type=some_of(ACTIONS), default=",".join(ACTIONS),
        help="of the client, some of these (default %(default)s)")  # fmt: skip
    add("--commands", type=at_least(1), default=5, help="of each kind in a run (default %(default)s)")
    add("--programs", type=at_least(1), default=5000, help="configured for the update (default %(default)s)")


def quick(given):
    given.children, given.programs = 50, min(given.programs, 100)
    given.commands = min(given.commands, 2)


def run_client(words, output):
    """(wall ms, CPU ms) of one command."""
    with open(output, "wb") as file:
        actions = [(os.POSIX_SPAWN_DUP2, file.fileno(), 1)]
        began = time.monotonic_ns()
        pid = os.posix_spawn(words[0], words, os.environ, file_actions=actions)
        _, status, used = os.wait4(pid, 0)
        wall = time.monotonic_ns() - began
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise Broken(f"{' '.join(words)} ended with {code}")
    return wall / 1e6, (used.ru_utime + used.ru_stime) * 1e3


def client_config(directory):
    path = os.path.join(directory, "client.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"[supervisorctl]\nserverurl=unix://{directory}/s.sock\n")
    return path


# -- single commands ------------------------------------------------------------------------------


class Served:
    """A peer with a running fleet, for clients to ask. Use as a context."""

    def __init__(self, bench, peer):
        self.directory = os.path.join(bench.work, peer.product)
        self.fleet = Fleet(
            children=bench.given.children, streams=1, directory=self.directory,
            logs=os.path.join(self.directory, "logs"), one_group=False,
            sleeper=bench.program("bench_sleeper"), stamps=os.path.join(bench.work, f"{peer.product}.stamps"),
        )  # fmt: skip
        self._peer = peer

    def __enter__(self):
        os.makedirs(self.directory)
        self.fleet.empty_logs()
        self._stamps = Stamps(self.fleet.stamps, self.fleet.children + 100, 1, 1, 0)
        run = Run(self._peer, self.fleet, Plan(0, 0, 0, 0), self._stamps)
        run.start()
        run.list_all()
        self.config = client_config(self.directory)
        return self

    def __exit__(self, *_):
        self._stamps.close()


def ask(words, action, children, output, commands):
    """`commands` times the same; a time only counts if the whole fleet was printed."""
    walls, cpus = [], []
    for _ in range(commands):
        wall, cpu = run_client([*words, action], output)
        walls.append(wall)
        cpus.append(cpu)
    if action == "status" and len(words) > 1:
        with open(output, "rb") as file:
            shown = file.read().count(b" RUNNING ")
        if shown != children:
            raise Broken(f"status showed {shown} of {children} children")
    return {"wall_ms": walls, "cpu_ms": cpus}


def measure_commands(bench):
    given = bench.given
    ours, theirs = peers.references(bench)
    [given.children] = plan_sizes(bench, [ours, theirs], [given.children], 1)
    output = os.path.join(bench.work, "output")
    with Served(bench, ours) as our_daemon, Served(bench, theirs) as their_daemon:
        clients = {
            "floor": ["/bin/true"],
            OURS: [bench.program("ringmasterctl"), "-c", our_daemon.config],
            THEIRS: ["/usr/bin/supervisorctl", "-c", our_daemon.config],
            BOTH: ["/usr/bin/supervisorctl", "-c", their_daemon.config],
        }
        for words in clients.values():  # reads programs and libraries from the disk
            run_client([*words, "version"], output)
        for _ in range(given.repeat):
            for action in given.actions:
                for name, words in clients.items():
                    case = f"{action}, {given.children:,} running children"
                    bench.add(case, name, ask(words, action, given.children, output, given.commands))
    machine.end_all_children()


# -- update ---------------------------------------------------------------------------------------


def update_config(directory, programs, changed):
    """`programs` that are never started, and one that runs and differs with `changed`."""
    idle = "".join(f"[program:p{number}]\ncommand=/bin/cat\nautostart=false\n" for number in range(programs - 1))
    path = os.path.join(directory, "supervisord.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(
            f"[supervisord]\nlogfile={directory}/main.log\npidfile={directory}/main.pid\n"
            f"childlogdir={directory}\n[unix_http_server]\nfile={directory}/s.sock\n"
            "[rpcinterface:supervisor]\n"
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
            f"[program:changed]\ncommand=/bin/cat\nstartsecs=0\nenvironment=ROUND=\"{changed}\"\n{idle}"
        )
    return path


def run_update(bench, product, daemon, client):
    directory = os.path.join(bench.work, f"update-{product}")
    os.makedirs(directory)
    output = os.path.join(directory, "output")
    path = update_config(directory, bench.given.programs, 0)
    process = machine.start_quietly([daemon, "-n", "-c", path], directory)
    try:
        words = [client, "-c", client_config(directory)]
        wait_until(lambda: answers(words, process, output), 300, "the daemon answers", 0.05)
        update_config(directory, bench.given.programs, 1)
        wall, _ = run_client([*words, "update"], output)
        with open(output, "rb") as file:
            said = file.read()
        if said != b"changed: stopped\nchanged: updated process group\n":
            raise Broken(f"update said {said[:200]!r}")
        return {"update_ms": wall}
    finally:
        machine.end_all_children()
        shutil.rmtree(directory)


def answers(words, process, output):
    must_run(process, os.path.dirname(output), "update")
    try:
        run_client([*words, "pid"], output)
    except Broken:
        return False
    return True


def measure(bench):
    given = bench.given
    bench.tell_versions(peers.references(bench))
    measure_commands(bench)
    pairs = {
        "ringmasterctl": (bench.program("ringmasterd"), bench.program("ringmasterctl")),
        "Supervisor": ("/usr/bin/supervisord", "/usr/bin/supervisorctl"),
    }
    for _ in range(given.repeat):
        for name, (daemon, client) in pairs.items():
            bench.attempt(f"update of one program among {given.programs:,}", name,
                          lambda: run_update(bench, name, daemon, client))  # fmt: skip

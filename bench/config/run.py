"""Configuration: 10,000 programs in 11 files, read by ringmasterd's loader and by Supervisor's.

Both read the same files to the end, expand every option, build their groups, and compare two readings
as a reread does. Supervisor's part runs in Debian's Python with Supervisor's own modules; the start of
the interpreter is not counted. All times are processor time, medians of --repetitions.
"""

import os
import pathlib
import subprocess
import tempfile

from harness import peers
from harness.fleet_run import Broken
from harness.options import at_least
from harness.program import in_turns
from harness.results import Measure

MEASURES = [
    Measure("load_ms", "load: from files to groups", "ms", 1, chart=True),
    Measure("diff_ms", "compare two readings", "ms", 2),
]
HEAD = """[supervisord]
logfile=%(here)s/supervisord.log
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s
environment=STAGE="test",REGION="north"
[unix_http_server]
file=%(here)s/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[include]
files=conf.d/*.conf
"""
PROGRAM = """[program:service-{number}]
command=/usr/bin/service --name %(program_name)s --shard {number} --stage %(ENV_STAGE)s
directory=/tmp
priority={priority}
autorestart=unexpected
startsecs=5
stopsignal=INT
environment=NAME="%(program_name)s",HOME_OF="%(here)s"
stdout_logfile=%(here)s/%(program_name)s.log
stdout_logfile_maxbytes=10MB
redirect_stderr=true

"""
SUPERVISOR = """
import statistics, sys, time
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor
def load():
    options = ServerOptions()
    options.realize(["-n", "-c", sys.argv[1]], doc="")
    return options
def median(work):
    times = []
    for _ in range(int(sys.argv[2])):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000
daemon = Supervisor(load())
class Active:
    def __init__(self, config): self.config = config
daemon.process_groups = {group.name: Active(group) for group in load().process_group_configs}
assert daemon.diff_to_active() == ([], [], [])
print("groups", len(daemon.process_groups))
print("load %.2f" % median(load))
print("diff %.2f" % median(daemon.diff_to_active))
"""


def write_files(directory, programs):
    (directory / "conf.d").mkdir()
    (directory / "supervisord.conf").write_text(HEAD)
    for part in range(10):
        text = "".join(
            PROGRAM.format(number=number, priority=number % 1000) for number in range(part, programs, 10)
        )
        (directory / "conf.d" / f"{part}.conf").write_text(text)
    return directory / "supervisord.conf"


def add_options(add):
    add("--programs", type=at_least(1), default=10_000, help="(default %(default)s)")
    add("--repetitions", type=at_least(1), default=3, help="within one run (default %(default)s)")


def quick(given):
    given.programs, given.repetitions = min(given.programs, 200), 1


def measured(command):
    """The numbers that a program prints, one in a line after its name."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"{os.path.basename(command[0])}: exit code {done.returncode}: {done.stderr}")
    found = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition(" ")
        found[name] = float(value)
    return found


def run_once(command, programs):
    found = measured(command)
    if found["groups"] != programs:
        raise Broken(f"{found['groups']:.0f} groups of {programs}")
    return {"load_ms": found["load"], "diff_ms": found["diff"]}


def measure(bench):
    given = bench.given
    bench.tell_versions(peers.references(bench))
    directory = tempfile.mkdtemp(dir=bench.work)
    path = str(write_files(pathlib.Path(directory), given.programs))
    words = [path, str(given.repetitions)]
    commands = {
        "ringmasterd": [bench.program("config_bench"), *words],
        "Supervisor": ["/usr/bin/python3", "-W", "ignore", "-c", SUPERVISOR, *words],
    }
    for _, (name, command) in in_turns(commands.items(), given.repeat):
        bench.attempt(f"{given.programs:,} programs", name, lambda: run_once(command, given.programs))

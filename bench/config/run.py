#!/usr/bin/python3
"""Configuration benchmark: 10,000 programs in 11 files, read by ringmasterd's loader and by Supervisor's.

Usually called by `./dev bench config`. Both read the same files to the end, expand every option, build
their groups, and compare two readings as a reread does. Supervisor's part runs in Debian's Python with
Supervisor's own modules; the start of the interpreter is not counted. All times are processor time.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

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


def measured(command):
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    return {name: float(value) for name, _, value in (line.partition(" ") for line in lines if line)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=10_000)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    repetitions = str(arguments.repetitions)
    with tempfile.TemporaryDirectory(prefix="rm-") as directory:
        path = str(write_files(pathlib.Path(directory), arguments.programs))
        ours = measured([ROOT / "build" / "release" / "bin" / "config_bench", path, repetitions])
        theirs = measured(["/usr/bin/python3", "-W", "ignore", "-c", SUPERVISOR, path, repetitions])
    if ours["groups"] != theirs["groups"]:
        sys.exit("both should have found the same groups")
    print(f"{arguments.programs} programs, medians of {repetitions}, processor time\n")
    print("| step | Supervisor, ms | Ringmaster, ms | times faster |\n|---|---:|---:|---:|")
    for step in ("load", "diff"):
        print(f"| {step} | {theirs[step]:.0f} | {ours[step]:.1f} | {theirs[step] / ours[step]:.0f} |")


main()

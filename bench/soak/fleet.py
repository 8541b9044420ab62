"""The fleet of a soak run: its configuration files, and what should be running."""

import os

GROUP_SIZE = 50

HEAD = """[supervisord]
logfile={directory}/main.log
logfile_maxbytes=0
pidfile={directory}/main.pid
childlogdir={directory}
loglevel=info
{more}
[unix_http_server]
file={directory}/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{directory}/s.sock
[include]
files={directory}/conf.d/*.conf
"""
# Every second group's logs are rotated by the daemon, the others' only from outside.
ROTATED = "stdout_logfile_maxbytes=200KB\nstdout_logfile_backups=200\n"
WHOLE = "stdout_logfile_maxbytes=0\n"
PROGRAM = """[program:{name}]
command={command} %(process_num)d
process_name=%(program_name)s_%(process_num)d
numprocs={size}
numprocs_start={first}
startsecs=0
autorestart=true
environment=REVISION="{revision}"
redirect_stderr=true
stdout_logfile={logs}/%(process_num)d.out
{rotation}"""


class Group:
    """A program of some dozen processes, in a file of its own."""

    def __init__(self, number, size):
        self.name = f"g{number}"
        self.first = number * GROUP_SIZE
        self.children = range(self.first, self.first + size)
        self.rotated = number % 2 == 1
        self.revision = 0
        self.present = True
        self.changes = 0  # counts up before and after each change of what should be: odd while it moves
        self.wanted = dict.fromkeys(self.children, True)

    def process(self, child):
        """What the API calls the child."""
        return f"{self.name}:{self.name}_{child}"


class Fleet:
    def __init__(self, directory, program, page, children, engine):
        self.directory = directory
        self.logs = os.path.join(directory, "logs")
        self.config = os.path.join(directory, "supervisord.conf")
        self.socket = os.path.join(directory, "s.sock")
        self.children = range(children)
        self._command = f"{program} {page}"
        self.groups = [
            Group(first // GROUP_SIZE, min(GROUP_SIZE, children - first)) for first in range(0, children, GROUP_SIZE)
        ]
        os.makedirs(self.logs)
        os.makedirs(os.path.join(directory, "conf.d"))
        with open(self.config, "w", encoding="ascii") as file:
            lines = [f"io_engine={engine}"] if engine else []
            if os.geteuid() == 0:
                lines.append("user=root")  # else the main log complains of it
            file.write(HEAD.format(directory=directory, more="\n".join(lines)))
        for group in self.groups:
            self.write(group)

    def group_of(self, child):
        return self.groups[child // GROUP_SIZE]

    def log(self, child):
        return os.path.join(self.logs, f"{child}.out")

    def write(self, group):
        """Makes the configuration say what the group should be."""
        path = os.path.join(self.directory, "conf.d", f"{group.name}.conf")
        if not group.present:
            os.unlink(path)
            return
        text = PROGRAM.format(
            name=group.name, command=self._command, size=len(group.children), first=group.first,
            revision=group.revision, logs=self.logs, rotation=ROTATED if group.rotated else WHOLE,
        )  # fmt: skip
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    def wanted(self):
        """The children that should be running."""
        return {child for group in self.groups if group.present for child in group.children if group.wanted[child]}

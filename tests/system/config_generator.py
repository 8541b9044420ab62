"""Configuration files made up from a seed: good ones, and ones with a few mistakes in them.

`make_case(seed)` is the same for ever: a failure is repeated by its number. No program starts by
itself, so that a daemon on such a file can be asked and ended at once.
"""

import os
import pwd
import random
from typing import NamedTuple


class Case(NamedTuple):
    """The files of one configuration, by name; supervisord.conf is the main one."""

    seed: int
    files: dict


ME = pwd.getpwuid(os.getuid()).pw_name

# Values of options: those that are right, and those that are not (or nobody is sure).
INTEGERS = (["0", "1", "7", "-3", "+5", " 12 ", "1_000", "0010"], ["ten", "1.5", "", "0x10", "1__0", "5s", "--1"])
COUNTS = (["0", "1", "3"], ["many", "", "1.0"])
BOOLEANS = (["true", "yes", "ON", "1", "False", "no", "Off", "0"], ["maybe", "", "tru", "2", "y"])
SIZES = (["0", "1024", "5KB", "2mb", "1 GB", "-1", "10Kb"], ["5K", "1.5MB", "MB", "", "10 bytes", "5 b"])
OCTALS = (["022", "0o27", "7", "0"], ["8", "rwx", "", "0x1f"])
DIRECTORIES = (["/tmp", "/", "~", "%(here)s"], ["/no/such/dir"])
LOGFILES = (
    ["AUTO", "auto", "NONE", "off", "", "/tmp/x.log", "x.log", "%(here)s/y.log", "syslog", "~/z.log", "-"],
    ["/no/such/dir/x.log", "%(nope)s", "no/x.log"],
)
TEXTS = (["plain", "two words", "100%%", "%(here)s", "ä€", "a=b:c", "'q'"], ["%(nope)s", "50%", "%(here)d", "%(here", "%(here)q"])
USERS = (["root", "nobody", "0", "65534"], ["nosuchuser", "4711471", "", "root nobody"])
OWNERS = (["root", "nobody:nogroup", "0:0"], ["nosuchuser", "root:nosuchgroup", "root:"])
SIGNALS = (
    ["TERM", "term", "SIGHUP", "15", "9", " usr1 ", "0", "CLD", "rtmin", "64", "SIGPOLL"],
    ["NOPE", "77", "33", "-1", "", "SIG", "RTMIN+1", "99999999999999999999"],
)
VARIABLES = (
    ["", "A=1", 'A="x y",B=2', "A=1,", "A='%(here)s'", 'A="100%%"', "A=1;B=2", "PATH=/bin", "A=a/b.c-d+e:f(g)"],
    ["A", "A=", "A=1 B=2", "A=a,b", "A=x@y", 'A="x', "=1", "A=%(nope)s", "A==1"],
)
EXIT_CODES = (["0", "0,2", " 1 , 2 ", "", "255", "3,1,2"], ["256", "-1", "a", "1,,2", "1;2", "0,"])

SUPERVISORD = {
    "logfile_maxbytes": SIZES,
    "logfile_backups": INTEGERS,
    "loglevel": (["info", "DEBUG", "blather", "Warn"], ["loud", "", "warning"]),
    "umask": OCTALS,
    "nodaemon": BOOLEANS,
    "silent": BOOLEANS,
    "minfds": COUNTS,
    "minprocs": COUNTS,
    "nocleanup": BOOLEANS,
    "user": ([ME, str(os.getuid())], ["nosuchuser", "4711471", ""]),
    "directory": DIRECTORIES,
    "strip_ansi": BOOLEANS,
    "environment": VARIABLES,
    "identifier": (["plain", "two words", "100%%", "%(ENV_FOO)s", "ä€"], ["%(nope)s", "50%"]),
}

PROGRAM = {
    "priority": INTEGERS,
    "autorestart": (["true", "FALSE", "unexpected", "Unexpected", "0"], ["sometimes", "", "2"]),
    "startsecs": INTEGERS,
    "startretries": INTEGERS,
    "exitcodes": EXIT_CODES,
    "stopsignal": SIGNALS,
    "stopwaitsecs": INTEGERS,
    "stopasgroup": BOOLEANS,
    "killasgroup": BOOLEANS,
    "user": USERS,
    "umask": OCTALS,
    "directory": TEXTS,
    "environment": VARIABLES,
    "serverurl": (["AUTO", " auto ", "http://localhost:1", "unix:///x"], ["%(nope)s"]),
    "redirect_stderr": BOOLEANS,
    "stdout_logfile": LOGFILES,
    "stderr_logfile": LOGFILES,
    "stdout_logfile_maxbytes": SIZES,
    "stderr_logfile_maxbytes": SIZES,
    "stdout_logfile_backups": INTEGERS,
    "stderr_logfile_backups": INTEGERS,
    "stdout_capture_maxbytes": SIZES,
    "stderr_capture_maxbytes": SIZES,
    "stdout_events_enabled": BOOLEANS,
    "stderr_events_enabled": BOOLEANS,
    "stdout_syslog": BOOLEANS,
    "stderr_syslog": BOOLEANS,
    "nonsense": (["anything"], ["%(nope)s"]),
}

COMMANDS = (
    ["/bin/cat", "/bin/sh -c 'a b'", "%(program_name)s x", "/x %(host_node_name)s %(group_name)s", "/bin/echo %(process_num)02d", ""],
    ["%(nope)s", "/x %", "/x %(numprocs)s %(nope)d", "%(program_name)d"],
)
EVENTS = (["TICK_5", "process_state, TICK_60", "EVENT", "PROCESS_STATE,PROCESS_STATE"], ["TICK", "", "TICK_5,NOPE", ","])
NAMES = ["alpha", "beta", "gamma", "delta", "Alpha", "x-1", "ä"]
BAD_NAMES = ["two words", "a/b", "a:b"]


class Writer:
    """One configuration being made. `mistakes` is how many wrong values may still be put in."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.mistakes = self.random.choice([0, 0, 1, 1, 1, 2, 3])
        self.names = self.random.sample(NAMES, len(NAMES))

    def chance(self, likelihood):
        return self.random.random() < likelihood

    def mistake(self, likelihood=0.15):
        if self.mistakes and self.chance(likelihood):
            self.mistakes -= 1
            return True
        return False

    def value(self, kind):
        good, bad = kind
        return self.random.choice(bad if self.mistake() else good)

    def some(self, table, most):
        chosen = self.random.sample(sorted(table), self.random.randint(0, min(most, len(table))))
        return [(name, self.value(table[name])) for name in chosen]

    def line(self, name, value):
        if self.chance(0.1):
            name = name.upper()
        separator = self.random.choice(["=", "=", "=", " = ", ":", " : "])
        comment = self.random.choice([" ; a comment", " # another", "\t;"]) if self.chance(0.1) else ""
        return f"{name}{separator}{value}{comment}"

    def section(self, header, options, noise=True):
        self.random.shuffle(options)
        lines = [f"[{header}]"]
        for name, value in options:
            lines.append(self.line(name, value))
            if noise:
                lines += self.noise()
        return lines

    def noise(self):
        """What may stand between two options without meaning anything, or does it?"""
        if not self.chance(0.06):
            return []
        harmless = [["; comment"], ["# comment"], [""], ["", ""], ["  ; indented comment"], ["unknown=1"]]
        harmful = [["no option"], ["=1"], ["[]"], ["[open"], ["    continued=1"], ["[Unknown]"]]
        return self.random.choice(harmful if self.mistake(0.4) else harmless)

    # -- sections

    def supervisord(self):
        options = [("logfile", "%(here)s/supervisord.log"), ("pidfile", "%(here)s/supervisord.pid")]
        options.append(("childlogdir", self.value((["%(here)s"], ["/no/such/dir"]))))
        if self.mistake(0.05):
            options[0] = ("logfile", "/no/such/dir/log")
        return self.section("supervisord", options + self.some(SUPERVISORD, 4))

    def numbering(self):
        if not self.chance(0.3):
            return []
        options = [("numprocs", self.value((["0", "1", "2", "3"], ["x", "", "1.5"])))]
        if self.chance(0.4):
            options.append(("numprocs_start", self.value(COUNTS)))
        if not self.mistake():
            options.append(("process_name", self.random.choice(["%(program_name)s_%(process_num)02d", "p%(process_num)d"])))
        return options

    def program_options(self):
        # Every way to say no.
        options = [("autostart", self.value((["false", "no", "0", "OFF"], ["maybe", ""])))]
        if not self.mistake(0.05):
            options.append(("command", self.value(COMMANDS)))
        options += self.numbering()
        options += [option for option in self.some(PROGRAM, 7)]
        if self.chance(0.1) and not any(name == "process_name" for name, _ in options):
            options.append(("process_name", self.value((["other", "%(group_name)s"], ["a b", "x/y", "%(nope)s"]))))
        return options

    def name(self):
        return self.random.choice(BAD_NAMES) if self.mistake(0.04) else self.names.pop()

    def program(self):
        name = self.name()
        return name, self.section(f"program:{name}", self.program_options())

    def listener(self):
        options = [option for option in self.program_options() if option[0] != "redirect_stderr"]
        if self.mistake(0.1):
            options.append(("redirect_stderr", "true"))
        if not self.mistake(0.1):
            options.append(("events", self.value(EVENTS)))
        if self.chance(0.3):
            options.append(("buffer_size", self.value((["1", "20"], ["0", "-1", "x"]))))
        if self.mistake():
            options.append(("result_handler", "os:nothing"))
        return self.section(f"eventlistener:{self.name()}", options)

    def fcgi(self):
        options = [option for option in self.program_options() if option[0] != "user"]
        socket = (
            ["unix:///tmp/%(program_name)s.sock", "tcp://localhost:9001", "tcp://LocalHost:1", "unix://%(here)s/f.sock"],
            ["unix://relative", "tcp://host", "http://x:1", "tcp://a:70000", "tcp://a:0", "", "%(nope)s"],
        )
        if not self.mistake(0.1):
            options.append(("socket", self.value(socket)))
        if self.chance(0.3):
            options.append(("socket_backlog", self.value((["1", "65535"], ["0", "65536", "x"]))))
        unix = any(name == "socket" and value.startswith("unix") for name, value in options)
        if unix and self.chance(0.3):
            options.append(("socket_mode", self.value((["0600", "777"], ["rw", "9"]))))
        if unix and self.chance(0.3):
            options.append(("socket_owner", self.value(OWNERS)))
        return self.section(f"fcgi-program:{self.name()}", options)

    def group(self, programs):
        members = self.random.sample(programs, self.random.randint(0, len(programs)))
        if self.mistake(0.2):
            members.append("unknown")
        options = [("programs", self.random.choice([",", ", "]).join(members))]
        if self.chance(0.5):
            options.append(("priority", self.value(INTEGERS)))
        return self.section(f"group:{self.name()}", options)

    def servers(self):
        options = [("file", "%(here)s/s.sock")]
        if self.chance(0.2):
            options.append(("chmod", self.value((["0700", "0770"], ["rwx", "9"]))))
        if self.chance(0.1):
            options.append(("chown", self.value(([ME, str(os.getuid())], ["nosuchuser", "root:"]))))
        if self.mistake(0.05):
            options.append(("username", "half"))
        lines = self.section("unix_http_server", options, noise=False)  # its path must stay
        if self.mistake(0.2):
            ports = ["", "70000", "0", "x", "localhost:", "localhost:x", ":99999", "%(nope)s"]
            lines += self.section("inet_http_server", [("port", self.random.choice(ports))])
        factory = "supervisor.rpcinterface:make_main_rpcinterface"
        return lines + ["[rpcinterface:supervisor]", f"supervisor.rpcinterface_factory={factory}"]

    # -- files

    def run(self):
        main = [self.supervisord(), self.servers()]
        parts = []
        programs = []
        for _ in range(self.random.randint(0, 3)):
            name, lines = self.program()
            programs.append(name)
            parts.append(lines)
        if self.chance(0.3):
            parts.append(self.group(programs))
        if self.chance(0.2):
            parts.append(self.listener())
        if self.chance(0.2):
            parts.append(self.fcgi())
        self.random.shuffle(parts)
        files = {}
        if self.chance(0.25):
            main.append(["[include]", self.line("files", self.value((["*.ini", "%(here)s/a.ini none.ini"], ["%(nope)s"])))])
            if self.mistake(0.1):
                main[-1].pop()
            half = self.random.randint(0, len(parts))
            files = {"a.ini": parts[:half]}
            parts = parts[half:]
        if self.mistake(0.03):
            main = main[1:]
        files["supervisord.conf"] = main + parts
        return {name: self.text(sections) for name, sections in files.items()}

    def text(self, sections):
        if self.chance(0.7):
            self.random.shuffle(sections)
        newline = "\r\n" if self.chance(0.05) else "\n"
        text = newline.join(line for section in sections for line in [*section, *([""] if self.chance(0.7) else [])])
        return ("stray" + newline if self.mistake(0.02) else "") + text + newline


def make_case(seed):
    return Case(seed, Writer(seed).run())

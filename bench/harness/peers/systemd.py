"""systemd: the manager of a session, `systemd --user`, as an instance of its own.

It runs in a mount namespace whose /run is empty, where it finds no other systemd to talk to, and in
control groups of its own, below which it makes one for each service. Both take root. Its children's
output goes to their logs without systemd.
"""

import os
import subprocess

from harness.peers.peer import Peer, list_by_command

PROGRAM = "/usr/lib/systemd/systemd"
GROUPS = "/sys/fs/cgroup"
# SIGTERM makes the manager of a session start exit.target.
EXIT_TARGET = "[Unit]\nDefaultDependencies=no\nRequires=bench-exit.service\nAfter=bench-exit.service\n"
EXIT_SERVICE = """[Unit]
DefaultDependencies=no
SuccessAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/true
"""


def hierarchies():
    """Where systemd makes control groups: version 2, or version 1 with or without 2 beside it."""
    places = [GROUPS, f"{GROUPS}/unified", f"{GROUPS}/systemd"]
    return [place for place in places if os.access(f"{place}/cgroup.procs", os.W_OK)]


class Systemd(Peer):
    name = "systemd"
    product = "systemd"
    keeps_logs = False
    can_list = True
    slow = True

    def missing(self):
        if not os.access(PROGRAM, os.X_OK):
            return f"{PROGRAM} not found"
        if os.geteuid() != 0:
            return "takes root"
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            return "no mount namespace may be made"
        return "" if hierarchies() else "no control group may be made"

    def version(self):
        words = [PROGRAM, "--version"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()[1]

    def descriptors(self, children, streams):
        return children * 3 + 200

    def environment(self, fleet):
        return {
            "PATH": os.environ["PATH"],
            "HOME": fleet.directory,
            "XDG_RUNTIME_DIR": os.path.join(fleet.directory, "runtime"),
            "SYSTEMD_UNIT_PATH": os.path.join(fleet.directory, "units"),
        }

    def command(self, fleet):
        os.mkdir(os.path.join(fleet.directory, "runtime"), 0o700)
        self._write_units(fleet)
        groups = self._groups(fleet)
        for group in groups:
            os.mkdir(group)
        script = f"""mount -t tmpfs none /run && mkdir -p /run/systemd/system || exit
            for group; do echo $$ >"$group/cgroup.procs" || exit; done
            exec {PROGRAM} --user --log-target=console --log-level=warning"""
        return ["unshare", "--mount", "/bin/sh", "-c", script, "sh", *groups]

    def _groups(self, fleet):
        name = fleet.directory.strip("/").replace("/", "-")
        return [os.path.join(place, name) for place in hierarchies()]

    def _write_units(self, fleet):
        units = {
            "default.target": "[Unit]\n" + "".join(f"Wants=c{child}.service\n" for child in range(fleet.children)),
            "exit.target": EXIT_TARGET,
            "bench-exit.service": EXIT_SERVICE,
        }
        for child in range(fleet.children):
            units[f"c{child}.service"] = self._service(fleet, child)
        directory = os.path.join(fleet.directory, "units")
        os.mkdir(directory)
        for name, text in units.items():
            with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                file.write(text)

    def _service(self, fleet, child):
        errors = f"append:{fleet.stderr_log(child)}" if fleet.streams == 2 else "inherit"
        return f"""[Unit]
DefaultDependencies=no
StartLimitIntervalSec=0
Conflicts=bench-exit.service
Before=bench-exit.service
[Service]
ExecStart={fleet.sleeper} {fleet.stamps} {child}
Restart=always
RestartSec=0
StandardOutput=append:{fleet.stdout_log(child)}
StandardError={errors}
"""

    def list(self, fleet, timeout):
        words = ["systemctl", "--user", "--plain", "--no-legend", "--no-pager", "--type=service",
                 "--state=running", "list-units"]  # fmt: skip
        return list_by_command(words, rb"(?m)^c\d+\.service ", timeout, self.environment(fleet))

    def tidy(self, fleet):
        for top in self._groups(fleet):
            for group, _, _ in os.walk(top, topdown=False):
                os.rmdir(group)

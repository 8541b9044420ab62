"""dinit, where it is on the PATH. Its children's output goes to their logs without dinit."""

import os
import re
import shutil
import subprocess

from harness.peers.peer import Peer, list_by_command


class Dinit(Peer):
    name = "dinit"
    product = "dinit"
    keeps_logs = False
    can_list = True

    def missing(self):
        return "" if shutil.which("dinit") else "dinit not found"

    def version(self):
        words = ["dinit", "--version"]
        told = subprocess.run(words, capture_output=True, text=True, check=False).stdout
        found = re.search(r"\d+(\.\d+)+", told)
        return found.group() if found else "of unknown version"

    def descriptors(self, children, streams):
        return children + 200

    def command(self, fleet):
        services = os.path.join(fleet.directory, "services")
        os.makedirs(services)
        names = [f"c{child}" for child in range(fleet.children)]
        for child, name in enumerate(names):
            with open(os.path.join(services, name), "w", encoding="ascii") as file:
                file.write(f"type = process\ncommand = {fleet.sleeper} {fleet.stamps} {child}\n"
                           f"logfile = {fleet.stdout_log(child)}\nrestart = true\n"
                           "restart-delay = 0\nrestart-limit-count = 0\n")
        with open(os.path.join(services, "boot"), "w", encoding="ascii") as file:
            file.write("type = internal\n" + "".join(f"waits-for = {name}\n" for name in names))
        return ["dinit", "--user", "--quiet", "--services-dir", services,
                "--socket-path", self._socket(fleet)]

    def _socket(self, fleet):
        return os.path.join(fleet.directory, "dinit.sock")

    def list(self, fleet, timeout):
        words = ["dinitctl", "--socket-path", self._socket(fleet), "list"]
        return list_by_command(words, rb"(?m)^\[\[?\{?[+*].*\] c\d+", timeout)

"""pm2, where it is on the PATH: reads its children's pipes and writes their logs."""

import json
import os
import shutil
import subprocess

from harness.peers.peer import Peer, list_by_command


class Pm2(Peer):
    name = "pm2"
    product = "pm2"
    can_list = True
    slow = True

    def missing(self):
        return "" if shutil.which("pm2-runtime") else "pm2-runtime not found"

    def version(self):
        words = ["pm2", "--version"]
        told = subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()
        return told[-1] if told else "of unknown version"

    def descriptors(self, children, streams):
        return children * (2 + 2 * streams) + 200

    def environment(self, fleet):
        return {**os.environ, "PM2_HOME": os.path.join(fleet.directory, "home")}

    def command(self, fleet):
        apps = [{
            "name": f"c{child}",
            "script": fleet.sleeper,
            "args": [fleet.stamps, str(child)],
            "interpreter": "none",
            "out_file": fleet.stdout_log(child),
            "error_file": fleet.stderr_log(child) if fleet.streams == 2 else fleet.stdout_log(child),
            "pmx": False,
        } for child in range(fleet.children)]  # fmt: skip
        path = os.path.join(fleet.directory, "apps.json")
        with open(path, "w", encoding="ascii") as file:
            json.dump({"apps": apps}, file)
        return ["pm2-runtime", "start", path]

    def list(self, fleet, timeout):
        return list_by_command(["pm2", "jlist"], rb'"status":"online"', timeout, self.environment(fleet))

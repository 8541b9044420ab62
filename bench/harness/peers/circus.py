"""circus, where it is on the PATH: reads its children's pipes and writes their logs."""

import os
import shutil
import subprocess

from harness.peers.peer import Peer, list_by_command


class Circus(Peer):
    name = "circus"
    product = "circus"
    can_list = True
    slow = True

    def missing(self):
        return "" if shutil.which("circusd") else "circusd not found"

    def version(self):
        words = ["circusd", "--version"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()

    def descriptors(self, children, streams):
        return children * (2 + 3 * streams) + 200

    def command(self, fleet):
        path = os.path.join(fleet.directory, "circus.ini")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"[circus]\nendpoint = {self._endpoint(fleet)}\n"
                       f"pubsub_endpoint = ipc://{fleet.directory}/pubsub\n"
                       f"statsd = 0\nwarmup_delay = 0\n")
            for child in range(fleet.children):
                file.write(self._watcher(fleet, child))
        return ["circusd", path]

    def _endpoint(self, fleet):
        return f"ipc://{fleet.directory}/circus"

    def _watcher(self, fleet, child):
        streams = [("stdout", fleet.stdout_log(child))]
        if fleet.streams == 2:
            streams.append(("stderr", fleet.stderr_log(child)))
        text = (f"\n[watcher:c{child}]\ncmd = {fleet.sleeper}\nargs = {fleet.stamps} {child}\n"
                "warmup_delay = 0\nmax_retry = -1\n")
        for stream, log in streams:
            text += f"{stream}_stream.class = FileStream\n{stream}_stream.filename = {log}\n"
        return text

    def list(self, fleet, timeout):
        words = ["circusctl", "--endpoint", self._endpoint(fleet), "--timeout", str(int(timeout)), "status"]
        return list_by_command(words, rb"(?m)^c\d+: active", timeout)

"""Results as a benchmark would have measured them."""

import dataclasses

from harness.results import Measure

MEASURES = [
    Measure("start_s", "start", "s", 2, chart=True),
    Measure("rate", "rate", "MB/s", 0, more_is_better=True),
    Measure("restart_ms", "restart", "ms", 1, percentiles=(50, 100)),
]


def sample(peer, case="10 children", **numbers):
    return {"case": case, "peer": peer, "numbers": numbers}


def failed(peer, error, case="10 children"):
    return {"case": case, "peer": peer, "error": error}


def result(*samples, benchmark="fleet"):
    machine = {"date": "2026-01-02", "cpus": 2, "cpu": "x", "memory_gib": 1.0, "system": "Debian",
               "kernel": "6.1", "log_filesystem": "ext4", "descriptor_limit": 1024, "load_at_start": 0.1}  # fmt: skip
    return {
        "benchmark": benchmark,
        "command": "./dev bench fleet",
        "machine": machine,
        "versions": {},
        "notes": ["A note."],
        "measures": [dataclasses.asdict(measure) for measure in MEASURES],
        "samples": list(samples),
    }

"""Hot paths alone: decisions, XML-RPC documents, configuration, capture tokens, escape sequences.

Google Benchmark (bench/micro/*.cpp); --filter takes one of its regular expressions.
"""

import json
import subprocess

from harness.fleet_run import Broken
from harness.options import seconds
from harness.results import Measure

MEASURES = [
    Measure("cpu_us", "CPU of one turn", "µs", 3),
    Measure("mb_per_s", "throughput", "MB/s", 0, more_is_better=True),
]
MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def add_options(add):
    add("--filter", default=".", help="only benchmarks whose name matches")
    add("--seconds", type=seconds, default=0.3, help="least time of one repetition (default %(default)s)")


def quick(given):
    given.seconds = 0.01


def run_once(bench):
    words = [bench.program("micro_bench"), f"--benchmark_filter={bench.given.filter}",
             f"--benchmark_min_time={bench.given.seconds}", "--benchmark_format=json"]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"micro_bench: exit code {done.returncode}: {done.stderr.strip()}")
    # It prints no document at all if no name matches, and succeeds.
    return json.loads(done.stdout)["benchmarks"] if done.stdout else []


def numbers_of(found):
    if found.get("error_occurred"):
        raise Broken(found["error_message"])
    numbers = {"cpu_us": found["cpu_time"] * MICROSECONDS[found["time_unit"]]}
    if "bytes_per_second" in found:
        numbers["mb_per_s"] = found["bytes_per_second"] / 1e6
    return numbers


def measure(bench):
    for _ in range(bench.given.repeat):
        for found in run_once(bench):
            bench.attempt(found["name"], "ringmaster", lambda: numbers_of(found))

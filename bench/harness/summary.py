"""The few numbers that the README shows, taken from the results of all benchmarks that were run."""

import os
import re

from harness import results, tables

PEERS = ["floor", "Ringmaster", "Supervisor", "runit", "s6"]
# Benchmark, pattern of its case (the last such case that has Supervisor in it), row of its table.
NUMBERS = [
    ("fleet", "", "start_s"),
    ("fleet", "", "restart_ms p50"),
    ("fleet", "", "restart_ms p99"),
    ("fleet", "", "stop_s"),
    ("fleet", "", "list_s"),
    ("fleet", "", "idle_cpu_ms_per_s"),
    ("fleet", "", "start_pss_kib_per_child"),
    ("idle", "", "idle_cpu_ms_per_s"),
    ("idle", "", "idle_wakeups_per_s"),
    ("drain", "^flood, pieces of 16 KiB, 10 writers$", "drain_mb_per_s"),
    ("drain", "^50,000 lines", "cpu_percent"),
    ("latency", "", "line_ms p99"),
    ("rpc", "^getState, .* processes$", "call_us p50"),
    ("rpc", "^getAllProcessInfo, ", "call_us p50"),
    ("ctl", "^status", "wall_ms p50"),
    ("ctl", "^update", "update_ms"),
    ("events", "", "events_per_s"),
    ("config", "", "load_ms"),
]


def _column(peer):
    """Ours is shown with its default engine."""
    if peer.startswith(tables.OWN):
        return None if "epoll" in peer else "Ringmaster"
    return peer if peer in PEERS else None


def _case(summary, pattern, key):
    """The last case that matches and has both to compare; its name and {column: numbers}."""
    for case, peers in reversed(summary.items()):
        columns = {_column(name): found[key] for name, found in peers.items() if key in found}
        if re.search(pattern, case) and {"Ringmaster", "Supervisor"} <= columns.keys():
            return case, columns
    return None, {}


def _rows(name, result):
    """The rows of one benchmark, as lists of cells."""
    rows = []
    for _, pattern, key in (number for number in NUMBERS if number[0] == name):
        case, columns = _case(results.summarise(result), pattern, key)
        row = next((row for row in results.rows(result) if row.key == key), None)
        if case is None or row is None:
            continue
        cells = [f"{columns[peer]['median']:,.{row.digits}f}" if peer in columns else "–" for peer in PEERS]
        rows.append([f"{case}: {row.words}, {row.unit}", *cells, f"`{result['command']}`"])
    return rows


def _earlier_rows(name, text):
    """The rows of one benchmark in a table that was made before."""
    lines = [line for line in text.splitlines() if f"`./dev bench {name}" in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def markdown(directory, earlier):
    """The table, from the JSON files in a build directory; "" if there is nothing to show.

    A benchmark that was not run there keeps the rows it has in the `earlier` text.
    """
    rows = []
    for name in dict.fromkeys(number[0] for number in NUMBERS):
        path = os.path.join(directory, f"bench-{name}.json")
        rows += _rows(name, results.load(path)) if os.path.exists(path) else _earlier_rows(name, earlier)
    if not rows:
        return ""
    return "\n".join(tables.table(["", *PEERS, "made by"], rows)) + "\n"

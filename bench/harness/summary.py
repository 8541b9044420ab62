"""The few numbers that the README shows: those of one benchmark are replaced, all others stay."""

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
    ("stop", "all in one group$", "stop_s"),
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


def _new_row(result, pattern, key):
    """The cells of one row of the README; None if the result has no case for it."""
    case, columns = _case(results.summarise(result), pattern, key)
    row = _described(result, key)
    if case is None or row is None:
        return None
    cells = [f"{columns[peer]['median']:,.{row.digits}f}" if peer in columns else "–" for peer in PEERS]
    return [f"{case}{_ending(row)}", *cells, f"`{result['command']}`"]


def _described(result, key):
    return next((row for row in results.rows(result) if row.key == key), None)


def _ending(row):
    """What follows the case in the first cell."""
    return f": {row.words}, {row.unit}"


def _earlier_rows(name, text):
    """The rows of one benchmark in a table that was made before."""
    lines = [line for line in text.splitlines() if line.startswith("|") and f"`./dev bench {name}" in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _kept_row(result, pattern, key, earlier):
    """The row that stood for the same number before; None if there was none."""
    row = _described(result, key)
    if row is None:
        return None
    for cells in earlier:
        case = cells[0].removesuffix(_ending(row))
        if case != cells[0] and re.search(pattern, case):
            return cells
    return None


def markdown(result, earlier):
    """The table, with the numbers of this result, and all others as they are in the `earlier` text.

    A run of some sizes or peers only may have no number for a row; that row stays, too.
    """
    rows = []
    for name in dict.fromkeys(number[0] for number in NUMBERS):
        before = _earlier_rows(name, earlier)
        if name != result["benchmark"]:
            rows += before
            continue
        for _, pattern, key in (number for number in NUMBERS if number[0] == name):
            row = _new_row(result, pattern, key) or _kept_row(result, pattern, key, before)
            rows += [row] if row else []
    return "\n".join(tables.table(["", *PEERS, "made by"], rows)) + "\n" if rows else ""

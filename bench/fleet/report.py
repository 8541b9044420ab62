"""Turns the runs into numbers to compare: medians with spread, a JSON file, Markdown tables."""

import json
import shlex
import statistics
import sys

BEGIN = "<!-- {0} results: written by bench/{0}/run.py --write-docs -->"
END = "<!-- end of {0} results -->"

# key in the runs, words in the table, unit, digits after the point
MEASURES = [
    ("start_s", "start: last child up", "s", 3),
    ("running_s", "start: all RUNNING in the list", "s", 3),
    ("list_s", "list all (getAllProcessInfo)", "s", 4),
    ("restart_p50_ms", "restart after SIGKILL, p50", "ms", 2),
    ("restart_p99_ms", "restart after SIGKILL, p99", "ms", 2),
    ("drain_s", "drain: all bytes in the logs", "s", 3),
    ("drain_mb_per_s", "drain", "MB/s", 0),
    ("stop_s", "stop all and exit", "s", 3),
    ("start_cpu_s", "CPU of start", "s", 3),
    ("list_cpu_s", "CPU of list", "s", 4),
    ("idle_cpu_ms_per_s", "CPU when idle", "ms per s", 2),
    ("restart_cpu_ms", "CPU per restart", "ms", 2),
    ("drain_cpu_s_per_gb", "CPU of drain", "s per GB", 2),
    ("stop_cpu_s", "CPU of stop", "s", 3),
    ("start_pss_kib_per_child", "PSS per child after start", "KiB", 2),
    ("drain_pss_kib_per_child", "PSS per child after drain", "KiB", 2),
    ("descriptors_per_child", "open descriptors per child", "number", 1),
]


def percentile(values, share):
    """Nearest rank: the smallest value with at least `share` percent of all at or below it."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def _flat(run):
    numbers = dict(run["numbers"])
    latencies = numbers.pop("restart_ms", None)
    if latencies:
        numbers["restart_p50_ms"] = statistics.median(latencies)
        numbers["restart_p99_ms"] = percentile(latencies, 99)
    return numbers


def summarise(runs):
    """{size: {peer: {measure: {"median", "low", "high", "runs"}}}}, from the runs that worked.

    Restart percentiles are taken over the kills of all runs together; low and high are those of
    the single runs.
    """
    table = {}
    for run in runs:
        peer = table.setdefault(run["children"], {}).setdefault(run["peer"], {})
        if "error" in run["numbers"]:
            continue
        for key, value in _flat(run).items():
            peer.setdefault(key, []).append(value)
    for children, peers in table.items():
        for name, measures in peers.items():
            for key, values in measures.items():
                measures[key] = {
                    "median": statistics.median(values),
                    "low": min(values),
                    "high": max(values),
                    "runs": len(values),
                }
            pooled = _pooled_latencies(runs, children, name)
            if pooled:
                measures["restart_p50_ms"]["median"] = statistics.median(pooled)
                measures["restart_p99_ms"]["median"] = percentile(pooled, 99)
    return table


def _pooled_latencies(runs, children, peer):
    return [
        latency
        for run in runs
        if run["children"] == children and run["peer"] == peer and "error" not in run["numbers"]
        for latency in run["numbers"].get("restart_ms", [])
    ]


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def table(head, rows):
    return [_row(head), _row(["---"] + ["--:"] * (len(head) - 1))] + [_row(row) for row in rows]


def _cell(measured, digits):
    if measured is None:
        return "–"
    text = f"{measured['median']:,.{digits}f}"
    if measured["runs"] > 1:
        text += f" ({measured['low']:,.{digits}f}–{measured['high']:,.{digits}f})"
    return text


def _values_table(peers):
    rows = []
    for key, words, unit, digits in MEASURES:
        cells = [_cell(peers[name].get(key), digits) for name in peers]
        if any(cell != "–" for cell in cells):
            rows.append([f"{words}, {unit}"] + cells)
    return table([""] + list(peers), rows)


def _ratio(value, reference, digits):
    """Ratios to a number that the table shows as 0 say nothing."""
    if value is None or reference is None or reference["median"] < 0.5 * 10**-digits:
        return "–"
    ratio = value["median"] / reference["median"]
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _ratios_table(peers):
    """How much of each measure our own take, against the floor and against Supervisor."""
    own = [name for name in peers if name.startswith("ringmasterd")]
    pairs = [(name, "floor") for name in own if "floor" in peers]
    pairs += [("Supervisor", name) for name in own if "Supervisor" in peers]
    rows = []
    for key, words, unit, digits in MEASURES:
        if unit == "MB/s":
            continue  # the only one where more is better; the time beside it says the same
        cells = [_ratio(peers[a].get(key), peers[b].get(key), digits) for a, b in pairs]
        if any(cell != "–" for cell in cells):
            rows.append([words] + cells)
    return table([""] + [f"{a} ÷ {b}" for a, b in pairs], rows) if rows else []


def _failures(runs):
    return [
        f"* failed: {run['peer']}, {run['children']:,} children: {run['numbers']['error']}"
        for run in runs
        if "error" in run["numbers"]
    ]


def command_line(subject):
    """The command that makes these numbers again; where files go is nobody's business."""
    places = ("--build", "--directory", "--json")
    kept, skip = [], False
    for word in sys.argv[1:]:
        if skip:
            skip = False
        elif word in places:
            skip = True
        elif word != "--write-docs" and word.split("=")[0] not in places:
            kept.append(word)
    return shlex.join(["./dev", "bench", subject, *kept])


def machine_lines(result):
    machine = result["machine"]
    versions = ", ".join(f"{name} {text}" for name, text in result["versions"].items())
    lines = [
        f"* {machine['date']}, {machine['cpus']} CPUs ({machine['cpu']}), "
        f"{machine['memory_gib']} GiB, {machine['system']}, Linux {machine['kernel']}, "
        f"logs on {machine['log_filesystem']}, {machine['descriptor_limit']:,} descriptors "
        f"allowed; load average at the start {machine['load_at_start']:.2f}.",
        f"* Made by `{result['command']}`.",
    ]
    return lines + ([f"* Versions: {versions}."] if versions else [])


def markdown(result):
    """The results as Markdown, from what load() returns or run.py collected."""
    lines = machine_lines(result) + [f"* {note}" for note in result["notes"]]
    lines += _failures(result["runs"])
    for children, peers in summarise(result["runs"]).items():
        streams = result["streams"][str(children)]
        kind = "stdout and stderr, a log each" if streams == 2 else "stdout with stderr, one log"
        lines += ["", f"### {children:,} children ({kind})", ""] + _values_table(peers)
        ratios = _ratios_table(peers)
        if ratios:
            lines += ["", "As ratios:", ""] + ratios
    return "\n".join(lines) + "\n"


def save(result, path):
    summary = {str(size): peers for size, peers in summarise(result["runs"]).items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**result, "summary": summary}, file, indent=1)
        file.write("\n")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_into(path, subject, text):
    """Replaces what stands between the two marks of a benchmark in a Markdown file."""
    opening, closing = BEGIN.format(subject), END.format(subject)
    with open(path, encoding="utf-8") as file:
        before, begin, rest = file.read().partition(opening)
    _, end, after = rest.partition(closing)
    if not begin or not end:
        raise ValueError(f"{path}: the marks for the results are missing")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{opening}\n\n{text}\n{closing}{after}")

"""Results as Markdown: a table of medians for each case, and one of ratios."""

from harness import results

FLOOR = "floor"
REFERENCE = "Supervisor"
OWN = "ringmaster"


def table(head, rows):
    lines = [_row(head), _row(["---"] + ["--:"] * (len(head) - 1))]
    return lines + [_row(row) for row in rows]


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def cell(measured, digits):
    """The median, in brackets the lowest and the highest of several runs."""
    if measured is None:
        return "–"
    text = f"{measured['median']:,.{digits}f}"
    if measured["runs"] > 1:
        text += f" ({measured['low']:,.{digits}f}–{measured['high']:,.{digits}f})"
    return text


def ratio(value, reference, digits):
    """How many times the reference; ratios to a number that the table shows as 0 say nothing."""
    if value is None or reference is None or reference["median"] < 0.5 * 10**-digits:
        return "–"
    times = value["median"] / reference["median"]
    return f"{times:,.0f}" if times >= 100 else f"{times:.3g}"


def _values(rows, peers):
    lines = []
    for row in rows:
        cells = [cell(peers[name].get(row.key), row.digits) for name in peers]
        if any(text != "–" for text in cells):
            lines.append([f"{row.words}, {row.unit}"] + cells)
    return table([""] + list(peers), lines) if lines else []


def _one_peer(rows, summary):
    """Nobody to compare with: a line for each case."""
    lines = []
    for case, peers in summary.items():
        (measured,) = peers.values()
        lines.append([case] + [cell(measured.get(row.key), row.digits) for row in rows])
    return table([""] + [f"{row.words}, {row.unit}" for row in rows], lines)


def _pairs(peers):
    """What is set beside what: every peer beside the floor, Supervisor beside our own."""
    others = [name for name in peers if not name.startswith(FLOOR)]
    pairs = [(name, FLOOR) for name in others] if FLOOR in peers else []
    if REFERENCE in peers:
        pairs += [(REFERENCE, name) for name in peers if name.startswith(OWN)]
    return pairs


def _ratios(rows, peers):
    pairs = _pairs(peers)
    lines = []
    for row in rows:
        cells = [ratio(peers[a].get(row.key), peers[b].get(row.key), row.digits) for a, b in pairs]
        if any(text != "–" for text in cells):
            lines.append([row.words] + cells)
    return table([""] + [f"{a} ÷ {b}" for a, b in pairs], lines) if lines else []


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
    """The whole report of one benchmark."""
    lines = machine_lines(result) + [f"* {note}" for note in result["notes"]]
    for sample in results.failures(result):
        lines.append(f"* failed: {sample['case']}, {sample['peer']}: {sample['error']}")
    rows, summary = results.rows(result), results.summarise(result)
    if len(summary) > 1 and len({peer for peers in summary.values() for peer in peers}) == 1:
        return "\n".join(lines + ["", *_one_peer(rows, summary)]) + "\n"
    for case, peers in summary.items():
        lines += ["", f"### {case}", ""] + _values(rows, peers)
        ratios = _ratios(rows, peers)
        if ratios:
            lines += ["", "As ratios:", ""] + ratios
    return "\n".join(lines) + "\n"

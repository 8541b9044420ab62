"""Results as SVG: bars on a logarithmic scale, one chart for each measure that asks for one."""

import html
import math

from harness import results

WIDTH, LEFT, RIGHT = 760, 210, 90
TOP, BAR, GAP = 48, 16, 14
COLOURS = {"floor": "#9aa0a6", "ringmaster": "#1a73e8", "Supervisor": "#d93025"}
OTHER = "#c8a415"


def _colour(peer):
    return next((colour for start, colour in COLOURS.items() if peer.startswith(start)), OTHER)


def _text(x, y, words, anchor="start", weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}">'
            f"{html.escape(words)}</text>")


def _decades(values):
    """The powers of ten around all values."""
    low = math.floor(math.log10(min(values)))
    return range(low, max(low + 1, math.ceil(math.log10(max(values)))) + 1)


def chart(title, digits, groups):
    """An SVG document of {group: {name: value}}; None if no value is above 0."""
    values = [value for bars in groups.values() for value in bars.values() if value > 0]
    if not values:
        return None
    decades = _decades(values)
    span = WIDTH - LEFT - RIGHT

    def place(value):
        share = (math.log10(value) - decades[0]) / (decades[-1] - decades[0])
        return LEFT + span * min(1.0, max(0.0, share))

    parts, y = [_text(8, 20, title, weight="bold")], TOP
    for group, bars in groups.items():
        parts.append(_text(8, y, group, weight="bold"))
        y += 8
        for name, value in bars.items():
            end = place(value) if value > 0 else LEFT
            parts.append(_text(LEFT - 6, y + BAR - 4, name, "end"))
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{max(1.0, end - LEFT):.1f}" '
                         f'height="{BAR - 2}" fill="{_colour(name)}"/>')
            parts.append(_text(max(end, LEFT) + 5, y + BAR - 4, f"{value:,.{digits}f}"))
            y += BAR
        y += GAP + 8
    for power in decades:
        x = place(10.0**power)
        parts.insert(0, f'<line x1="{x:.0f}" y1="{TOP}" x2="{x:.0f}" y2="{y}" stroke="#ddd"/>')
        parts.append(_text(x, y + 14, f"{10.0**power:g}", "middle"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 24}" '
            'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
            + "\n".join(parts) + "</svg>\n")


def write_all(result, directory):
    """Writes NAME-ROW.svg for each row that asks for a chart; returns {file name: title}."""
    summary, written = results.summarise(result), {}
    for row in results.rows(result):
        if not row.chart:
            continue
        groups = {case: {peer: found[row.key]["median"] for peer, found in peers.items()
                         if row.key in found} for case, peers in summary.items()}
        groups = {case: bars for case, bars in groups.items() if bars}
        title = f"{row.words}, {row.unit} (logarithmic)"
        document = chart(title, row.digits, groups) if groups else None
        if document is None:
            continue
        name = f"{result['benchmark']}-{row.key.replace(' ', '-')}.svg"
        with open(f"{directory}/{name}", "w", encoding="utf-8") as file:
            file.write(document)
        written[name] = title
    return written

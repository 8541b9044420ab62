"""What was measured: the measures, the samples of all runs, medians with spread, the JSON file.

A result is a dictionary that survives JSON unchanged, so that tables, charts and comparisons can be
made from a file as well as from a run:

    benchmark, command, machine, versions, notes
    measures   [{key, words, unit, digits, more_is_better, percentiles, chart}]
    samples    [{case, peer, numbers: {key: number or list of numbers}}], or error: text
    summary    {case: {peer: {row: {median, low, high, runs}}}}, made by summarise()
"""

import dataclasses
import json
import statistics


CUT_SHORT = "all that follows"  # the case of a failure after which nothing more was measured
KEYS = {"benchmark", "command", "machine", "versions", "notes", "measures", "samples"}


@dataclasses.dataclass(frozen=True)
class Measure:
    """One number that a run yields; with percentiles, a list of numbers that gives a row for each."""

    key: str
    words: str
    unit: str
    digits: int
    more_is_better: bool = False
    percentiles: tuple = ()
    chart: bool = False


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of a table: a measure, or one percentile of it."""

    key: str
    words: str
    unit: str
    digits: int
    more_is_better: bool
    chart: bool


def percentile(values, share):
    """Nearest rank: the smallest value with at least `share` percent of all at or below it."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def row_key(measure, share):
    return f"{measure['key']} p{share}"


def rows(result):
    """The rows of the tables, in order."""
    found = []
    for measure in result["measures"]:
        keep = {key: measure[key] for key in ("unit", "digits", "more_is_better", "chart")}
        if not measure["percentiles"]:
            found.append(Row(measure["key"], measure["words"], **keep))
        for share in measure["percentiles"]:
            words = f"{measure['words']}, {'max' if share == 100 else f'p{share}'}"
            found.append(Row(row_key(measure, share), words, **keep))
    return found


def summarise(result):
    """{case: {peer: {row key: {"median", "low", "high", "runs"}}}}, from the runs that worked.

    Percentiles are taken over the values of all runs together; low and high are those of the single
    runs.
    """
    summary = {}
    for (case, peer), runs in _by_peer(result["samples"]).items():
        measured = summary.setdefault(case, {}).setdefault(peer, {})
        for measure in result["measures"]:
            values = [run[measure["key"]] for run in runs if run.get(measure["key"]) is not None]
            if not values:
                continue
            if not measure["percentiles"]:
                measured[measure["key"]] = _spread(values, statistics.median(values))
            for share in measure["percentiles"]:
                each = [percentile(run, share) for run in values]
                pooled = percentile([value for run in values for value in run], share)
                measured[row_key(measure, share)] = _spread(each, pooled)
    return summary


def _spread(values, middle):
    return {"median": middle, "low": min(values), "high": max(values), "runs": len(values)}


def _by_peer(samples):
    grouped = {}
    for sample in samples:
        if "error" not in sample:
            grouped.setdefault((sample["case"], sample["peer"]), []).append(sample["numbers"])
    return grouped


def failures(result):
    """The samples without numbers."""
    return [sample for sample in result["samples"] if "error" in sample]


def save(result, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**result, "summary": summarise(result)}, file, indent=1)
        file.write("\n")


def load(path):
    """Raises OSError, or ValueError if the file is no result."""
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    if not isinstance(result, dict) or not KEYS <= result.keys():
        raise ValueError(f"{path} holds no results of a benchmark")
    return result

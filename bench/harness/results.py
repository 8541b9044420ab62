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


def of_runs(result):
    """{case: {peer: {row key: [the number of each run that worked]}}}; percentiles are each run's own."""
    found = {}
    for (case, peer), runs in _by_peer(result["samples"]).items():
        measured = found.setdefault(case, {}).setdefault(peer, {})
        for measure in result["measures"]:
            values = [run[measure["key"]] for run in runs if run.get(measure["key"]) is not None]
            if values and not measure["percentiles"]:
                measured[measure["key"]] = values
            for share in measure["percentiles"] if values else ():
                measured[row_key(measure, share)] = [percentile(run, share) for run in values]
    return found


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
    """Raises OSError, or ValueError if the file is no result: a sentence with its name."""
    with open(path, encoding="utf-8") as file:
        try:
            result = json.load(file)
        except (ValueError, RecursionError) as problem:
            raise ValueError(f"{path} is no JSON: {problem}") from None
    try:
        _check(result)
    except ValueError as problem:
        raise ValueError(f"{path} holds no results of a benchmark: {problem}") from None
    return result


# -- the form of a file: whoever uses a result may rely on it

_FIELDS = {"key": str, "words": str, "unit": str, "digits": int, "more_is_better": bool, "percentiles": list,
           "chart": bool}  # fmt: skip
_WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}
_LARGEST = 1e100


def _must_be(kind, value, where):
    if type(value) is not kind:  # a bool would also be an int
        raise ValueError(f"{where} must be {_WORDS[kind]}")


def _must(right, sentence):
    if not right:
        raise ValueError(sentence)


def _check(result):
    _must_be(dict, result, "all of it")
    for key in sorted(KEYS):
        _must(key in result, f"{key} is missing")
    for key, kind in {"benchmark": str, "measures": list, "samples": list}.items():
        _must_be(kind, result[key], key)
    _must_be(dict, result["machine"], "machine")
    for number, measure in enumerate(result["measures"], 1):
        _check_measure(measure, f"measure {number}")
    for number, sample in enumerate(result["samples"], 1):
        _check_sample(sample, result["measures"], f"sample {number}")


def _check_measure(measure, where):
    _must_be(dict, measure, where)
    for key, kind in _FIELDS.items():
        _must(key in measure, f"{where} has no {key}")
        _must_be(kind, measure[key], f"{key} of {where}")
    _must(0 <= measure["digits"] <= 15, f"digits of {where} must be from 0 to 15")
    for share in measure["percentiles"]:
        _must(type(share) is int and 1 <= share <= 100, f"percentiles of {where} must be from 1 to 100")


def _check_sample(sample, measures, where):
    _must_be(dict, sample, where)
    for key in ("case", "peer"):
        _must(key in sample, f"{where} has no {key}")
        _must_be(str, sample[key], f"{key} of {where}")
    if "error" in sample:
        return
    _must("numbers" in sample, f"{where} has neither numbers nor an error")
    _must_be(dict, sample["numbers"], f"numbers of {where}")
    for measure in measures:
        value = sample["numbers"].get(measure["key"])
        if value is not None:
            _check_value(value, measure, f"{measure['key']} of {where}")


def _check_value(value, measure, where):
    if not measure["percentiles"]:
        _must(_is_number(value), f"{where} must be a number")
        return
    _must_be(list, value, where)
    _must(value and all(map(_is_number, value)), f"{where} must be one number or more")


def _is_number(value):
    return type(value) in (int, float) and -_LARGEST < value < _LARGEST

"""Medians, spread and percentiles, and what a file must hold."""

import json

import made
import pytest
from harness import results


def test_percentile_is_the_nearest_rank():
    assert results.percentile([5, 1, 4, 2, 3], 50) == 3
    assert results.percentile([5, 1, 4, 2, 3], 100) == 5
    assert results.percentile(range(1, 101), 99) == 99
    assert results.percentile([7], 1) == 7


def test_summary_has_the_median_and_the_spread_of_the_runs():
    found = results.summarise(made.result(*(made.sample("floor", start_s=value) for value in (3.0, 1.0, 9.0))))
    assert found["10 children"]["floor"]["start_s"] == {"median": 3.0, "low": 1.0, "high": 9.0, "runs": 3}


def test_percentiles_are_of_the_values_of_all_runs_and_the_spread_is_that_of_single_runs():
    runs = (made.sample("floor", restart_ms=[1, 1, 1]), made.sample("floor", restart_ms=[2, 2, 8, 9]))
    found = results.summarise(made.result(*runs))["10 children"]["floor"]
    assert found["restart_ms p50"] == {"median": 2, "low": 1, "high": 2, "runs": 2}
    assert found["restart_ms p100"]["median"] == 9


def test_a_run_has_percentiles_of_its_own():
    runs = (made.sample("floor", restart_ms=[1, 1, 1], start_s=1.0), made.sample("floor", restart_ms=[2, 2, 8, 9]))
    found = results.of_runs(made.result(*runs, made.failed("floor", "it broke")))["10 children"]["floor"]
    assert found == {"start_s": [1.0], "restart_ms p50": [1, 2], "restart_ms p100": [1, 9]}


def test_failed_runs_give_no_numbers():
    made_result = made.result(made.failed("s6", "it broke"), made.sample("floor", start_s=1.0))
    assert list(results.summarise(made_result)["10 children"]) == ["floor"]
    assert [sample["peer"] for sample in results.failures(made_result)] == ["s6"]


def test_what_was_saved_is_loaded_with_its_summary(tmp_path):
    path = tmp_path / "result.json"
    results.save(made.result(made.sample("floor", start_s=1.5)), path)
    loaded = results.load(path)
    assert loaded["summary"]["10 children"]["floor"]["start_s"]["median"] == 1.5
    assert results.summarise(loaded) == loaded["summary"]


@pytest.mark.parametrize("text", ["[1, 2]", '{"benchmark": "fleet", "measures": [], "samples": []}'])
def test_other_json_is_refused(text, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="no results"):
        results.load(path)


def without(table, key):
    del table[key]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda it: it.update(measures="text"), "measures must be a list"),
        (lambda it: it.update(samples=7), "samples must be a list"),
        (lambda it: it.update(benchmark=None), "benchmark must be a text"),
        (lambda it: it.update(machine=[]), "machine must be an object"),
        (lambda it: without(it, "samples"), "samples is missing"),
        (lambda it: without(it["measures"][1], "digits"), "measure 2 has no digits"),
        (lambda it: it["measures"][0].update(digits=True), "digits of measure 1 must be a whole number"),
        (lambda it: it["measures"][0].update(digits=-1), "digits of measure 1 must be from 0 to 15"),
        (lambda it: it["measures"][2].update(percentiles=["x"]), "percentiles of measure 3 must be from 1 to 100"),
        (lambda it: it["samples"].append(None), "sample 3 must be an object"),
        (lambda it: without(it["samples"][1], "peer"), "sample 2 has no peer"),
        (lambda it: it["samples"][0].update(case=[]), "case of sample 1 must be a text"),
        (lambda it: without(it["samples"][0], "numbers"), "sample 1 has neither numbers nor an error"),
        (lambda it: it["samples"][0].update(numbers=[1]), "numbers of sample 1 must be an object"),
        (lambda it: it["samples"][0]["numbers"].update(start_s="1.0"), "start_s of sample 1 must be a number"),
        (lambda it: it["samples"][0]["numbers"].update(start_s=float("nan")), "start_s of sample 1 must be a number"),
        (lambda it: it["samples"][0]["numbers"].update(start_s=10**400), "start_s of sample 1 must be a number"),
        (lambda it: it["samples"][0]["numbers"].update(restart_ms=1.0), "restart_ms of sample 1 must be a list"),
        (lambda it: it["samples"][0]["numbers"].update(restart_ms=[]), "restart_ms of sample 1 must be one number"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_is_wrong(tmp_path, change, sentence):
    path = tmp_path / "spoilt.json"
    spoilt = made.result(made.sample("floor", start_s=1.0, restart_ms=[1.0]), made.failed("s6", "it broke"))
    change(spoilt)
    path.write_text(json.dumps(spoilt))
    with pytest.raises(ValueError, match=sentence) as told:
        results.load(path)
    assert str(told.value).startswith(f"{path} holds no results of a benchmark: ")


def test_a_measure_that_a_run_has_not_is_no_mistake(tmp_path):
    path = tmp_path / "result.json"
    results.save(made.result(made.sample("floor", start_s=None)), path)
    assert results.summarise(results.load(path)) == {"10 children": {"floor": {}}}

"""Medians, spread and percentiles, and what a file must hold."""

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

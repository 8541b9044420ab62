"""Words of the command line that would measure nothing, or fail only after the run."""

import importlib
import pathlib
import subprocess
import types

import made
import pytest
from harness import options, program, results
from harness.refused import Refused


def parsed(name, *words):
    return options.parse(name, importlib.import_module(f"{name}.run"), list(words))


@pytest.mark.parametrize("line", [
    "fleet --repeat 0", "fleet --kills 0", "fleet --burst 0", "fleet --idle -1", "fleet --idle nan",
    "fleet --children 0", "latency --quiet 0", "drain --workload nosuch", "drain --workload lines,nosuch",
    "ctl --actions nosuch", "config --repetitions 0", "micro --seconds 0", "fleet --qui",
])  # fmt: skip
def test_values_that_measure_nothing_are_refused(line, capsys):
    with pytest.raises(SystemExit) as end:
        parsed(*line.split())
    assert end.value.code == 2
    assert "error: " in capsys.readouterr().err.splitlines()[-1]


def test_an_unknown_workload_is_answered_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        parsed("drain", "--workload", "lines,nosuch")
    assert "there is no 'nosuch', only flood, small, rotate, lines" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["fleet", "idle", "drain", "latency", "rpc", "ctl", "events", "config", "micro"])
def test_defaults_are_among_what_is_allowed(name):
    assert parsed(name).repeat == 3
    assert parsed(name, "--quick").repeat == 1


def test_peers_are_chosen_by_parts_of_their_names():
    names = ["floor", "ringmasterd, epoll", "Supervisor"]
    assert options.matching(None, names) == names
    assert options.matching("EPOLL,floor", names) == names[:2]


@pytest.mark.parametrize("words", ["nosuch", "floor,nosuch"])
def test_an_unknown_peer_is_answered_with_those_that_there_are(words):
    with pytest.raises(Refused, match="no 'nosuch', only floor; Supervisor"):
        options.matching(words, ["floor", "Supervisor"])


def test_writers_without_a_piece_to_write_are_refused():
    from drain import run

    given = parsed("drain", "--megabytes", "1", "--writers", "10,1000")
    with pytest.raises(Refused, match="1,000 writers"):
        run.chosen_workloads(given)


def module(*samples):
    """A benchmark that measures these."""

    def measure(bench):
        bench.samples += samples

    return types.SimpleNamespace(MEASURES=made.MEASURES, add_options=lambda add: None, measure=measure, __doc__="")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The options for a directory of our own, and no touching of the test's process."""
    monkeypatch.setattr(program.machine, "adopt_orphans", lambda: None)
    monkeypatch.setattr(program.signal, "signal", lambda *_: None)
    return {"--build": tmp_path, "--directory": tmp_path, "--json": tmp_path / "numbers.json"}


def code_of(places, *samples):
    return program.run("fleet", module(*samples), [str(word) for pair in places.items() for word in pair])


def test_a_run_that_measured_nothing_fails_and_leaves_earlier_numbers(places):
    places["--json"].write_text("earlier")
    assert code_of(places) == 2
    assert places["--json"].read_text() == "earlier"
    assert code_of(places, made.sample("floor", start_s=1.0)) == 0
    assert places["--json"].read_text() != "earlier"


def test_what_was_measured_before_a_failure_is_kept(places):
    broken = module()

    def measure(bench):
        bench.add("10 children", "floor", {"start_s": 1.0})
        raise OSError("the disk is full")

    broken.measure = measure
    assert program.run("fleet", broken, [str(word) for pair in places.items() for word in pair]) == 1
    saved = results.load(places["--json"])
    assert saved["summary"]["10 children"]["floor"]["start_s"]["median"] == 1.0
    assert [sample["error"] for sample in results.failures(saved)] == ["the disk is full"]


@pytest.mark.parametrize(("option", "place"), [
    ("--build", "nosuch"), ("--directory", "nosuch"), ("--json", "nosuch/numbers.json"), ("--json", "."),
    ("--from-json", "nosuch.json"), ("--from-json", "other.json"), ("--from-json", "no.json"),
])  # fmt: skip
def test_places_are_looked_at_before_the_run(option, place, places, tmp_path, capsys):
    (tmp_path / "other.json").write_text("[1, 2]")
    (tmp_path / "no.json").write_text("{")
    assert code_of({**places, option: tmp_path / place}, made.sample("floor", start_s=1.0)) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert option in said[0]


@pytest.mark.parametrize(("words", "said"), [
    (["--json", "numbers.json"], "about all"),
    (["--workload", "lines"], "unrecognized arguments"),  # drain alone has it
    (["--quick", "--write-docs"], "--quick"),
])  # fmt: skip
def test_options_that_do_not_suit_all_benchmarks_are_refused_before_the_first(words, said, tmp_path):
    program_file = pathlib.Path(__file__).resolve().parents[2] / "bench" / "run.py"
    words = ["/usr/bin/python3", str(program_file), "all", "--build", str(tmp_path), *words]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())

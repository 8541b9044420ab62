"""What --write-docs takes into the documentation, and what it refuses."""

import subprocess

import made
import pytest
from harness import documents, program, publishing, results, revision


@pytest.fixture
def docs(tmp_path, monkeypatch):
    """A documentation of our own: the place of the README."""
    (tmp_path / "docs").mkdir()
    marks = [f"{documents.BEGIN.format(name)}\n{documents.END.format(name)}\n" for name in ("fleet", "all")]
    (tmp_path / "docs" / "performance.md").write_text(marks[0])
    (tmp_path / "README.md").write_text(marks[1])
    monkeypatch.setattr(publishing, "DOCS", str(tmp_path / "docs"))
    monkeypatch.setattr(publishing, "README", str(tmp_path / "README.md"))
    return tmp_path


@pytest.fixture
def earlier(tmp_path):
    """Saves a result with other values for some of its keys; returns the path."""

    def save(**other):
        path = tmp_path / "earlier.json"
        peers = ("ringmasterd, io_uring", "Supervisor")
        results.save({**made.result(*(made.sample(peer, start_s=1.0) for peer in peers)), **other}, path)
        return str(path)

    return save


class Module:
    """A benchmark that must not run."""

    MEASURES = made.MEASURES

    def add_options(self, add):
        pass

    def quick(self, given):
        pass

    def measure(self, bench):
        raise AssertionError("it ran")


def fleet(*words):
    return program.run("fleet", Module(), list(words))


def test_an_earlier_run_goes_into_both_documents(docs, earlier):
    assert fleet("--from-json", earlier(), "--write-docs") == 0
    assert "### 10 children" in (docs / "docs" / "performance.md").read_text()
    assert "| 10 children: start, s |" in (docs / "README.md").read_text()


def refused(docs, capsys, *words):
    """What is said; the documentation must be as before."""
    files = [docs / "README.md", docs / "docs" / "performance.md"]
    before = [file.read_text() for file in files]
    assert fleet(*words) == 2
    assert [file.read_text() for file in files] == before
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    return said[0]


def test_quick_runs_are_refused_before_they_begin(docs, capsys):
    assert "--quick" in refused(docs, capsys, "--quick", "--write-docs")


def test_earlier_quick_runs_are_refused(docs, earlier, capsys):
    path = earlier(command="./dev bench fleet --quick")
    assert "--quick" in refused(docs, capsys, "--from-json", path, "--write-docs")


def test_results_of_another_benchmark_are_refused(docs, earlier, capsys):
    path = earlier(benchmark="rpc")
    assert "./dev bench rpc reports them" in refused(docs, capsys, "--from-json", path, "--write-docs")


def test_earlier_runs_of_a_changed_tree_are_refused_unless_told_otherwise(docs, earlier, capsys):
    path = earlier(versions={"ringmasterd": "abc-dirty"})
    assert "abc-dirty" in refused(docs, capsys, "--from-json", path, "--write-docs")
    assert fleet("--from-json", path, "--write-docs", "--anyway") == 0


def test_runs_that_were_cut_short_are_refused(docs, earlier, capsys):
    samples = [made.sample("floor", start_s=1.0), made.failed("fleet", "it broke", case=results.CUT_SHORT)]
    path = earlier(samples=samples)
    assert "cut short" in refused(docs, capsys, "--from-json", path, "--write-docs", "--anyway")


@pytest.fixture
def fit(tmp_path, monkeypatch):
    """The words of a run whose numbers may be published: of a clean tree, on an idle machine."""
    monkeypatch.setattr(revision, "changed", lambda: [])
    monkeypatch.setattr(program.machine, "is_busy", lambda described: False)
    return ["--write-docs", "--build", str(tmp_path)]


def test_a_changed_tree_is_refused_before_the_run(docs, fit, monkeypatch, capsys):
    monkeypatch.setattr(revision, "changed", lambda: ["src/a.cpp", "src/b.cpp"])
    assert "(src/a.cpp and 1 more)" in refused(docs, capsys, *fit)
    monkeypatch.setattr(revision, "changed", lambda: None)
    assert "--anyway" in refused(docs, capsys, *fit)


def test_a_busy_machine_is_refused_before_the_run(docs, fit, monkeypatch, capsys):
    monkeypatch.setattr(program.machine, "is_busy", lambda described: True)
    assert "wait a few minutes" in refused(docs, capsys, *fit)


@pytest.mark.parametrize("words", [[], ["--anyway"]])
def test_other_runs_begin(docs, fit, words, monkeypatch):
    if words:
        monkeypatch.setattr(revision, "changed", lambda: None)
        monkeypatch.setattr(program.machine, "is_busy", lambda described: True)
    monkeypatch.setattr(program, "_saved", lambda *_: made.result(made.sample("floor", start_s=1.0)))
    assert fleet(*fit, *words) == 0


def test_only_the_first_of_all_benchmarks_finds_the_machine_idle(docs, fit, monkeypatch):
    monkeypatch.setattr(program.machine, "is_busy", lambda described: True)
    monkeypatch.setattr(program, "_saved", lambda *_: made.result(made.sample("floor", start_s=1.0)))
    assert program.run("fleet", Module(), fit, is_first=False) == 0


def test_half_of_the_cpus_is_busy():
    assert not program.machine.is_busy({"load_at_start": 1.0, "cpus": 2})
    assert program.machine.is_busy({"load_at_start": 1.1, "cpus": 2})


def test_written_documents_do_not_make_a_tree_another(tmp_path):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *words], cwd=tmp_path, check=True,
                       capture_output=True)  # fmt: skip

    git("init")
    for name in ("README.md", "a.cpp"):
        (tmp_path / name).write_text("old")
    git("add", ".")
    git("commit", "-m", "one")
    (tmp_path / "README.md").write_text("new")
    (tmp_path / "docs" / "performance").mkdir(parents=True)
    (tmp_path / "docs" / "performance" / "x.svg").write_text("new")
    assert revision.changed(tmp_path) == []
    assert not revision.described(tmp_path).endswith("-dirty")
    (tmp_path / "a.cpp").write_text("new")
    (tmp_path / "b.cpp").write_text("new")
    assert revision.changed(tmp_path) == ["a.cpp", "b.cpp"]
    assert revision.described(tmp_path).endswith("-dirty")


def test_without_git_the_revision_is_unknown(tmp_path):
    assert revision.changed(tmp_path) is None
    assert revision.described(tmp_path) == "of unknown revision"

"""What --write-docs takes into the documentation, and what it refuses."""

import made
import pytest
from harness import documents, program, publishing, results


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

"""Tables, charts, and their place in the documentation."""

import xml.etree.ElementTree

import made
import pytest
from harness import charts, documents, options, summary, tables


def lines_of(*samples):
    return tables.markdown(made.result(*samples)).splitlines()


def test_a_cell_shows_the_median_and_the_spread_of_several_runs():
    lines = lines_of(*(made.sample("floor", start_s=value) for value in (1.0, 1.5, 2.5)))
    assert "| start, s | 1.50 (1.00–2.50) |" in lines


def test_peers_are_set_beside_the_floor_and_supervisor_beside_our_own():
    lines = lines_of(
        made.sample("floor", start_s=1.0, rate=100),
        made.sample("ringmasterd", start_s=1.5, rate=90),
        made.sample("Supervisor", start_s=30.0, rate=45),
    )
    assert "|  | ringmasterd ÷ floor | Supervisor ÷ floor | Supervisor ÷ ringmasterd |" in lines
    assert "| start | 1.5 | 30 | 20 |" in lines
    assert "| rate | 0.9 | 0.45 | 0.5 |" in lines


def test_no_ratio_to_a_number_that_is_shown_as_nought():
    lines = lines_of(made.sample("floor", start_s=0.004), made.sample("ringmasterd", start_s=1.0))
    assert not [line for line in lines if line.startswith("| start |")]


def test_a_single_peer_has_one_table_with_a_line_for_each_case():
    lines = lines_of(made.sample("floor", case="a", start_s=1.0), made.sample("floor", case="b", start_s=2.0, rate=5))
    table = [line for line in lines if line.startswith("|")]
    assert table[0].startswith("|  | start, s | rate, MB/s |")
    assert [line.split(" | ")[:3] for line in table[2:]] == [["| a", "1.00", "–"], ["| b", "2.00", "5"]]


def test_failures_and_notes_stand_above_the_tables():
    lines = lines_of(made.failed("s6", "it broke"), made.sample("floor", start_s=1.0))
    assert "* A note." in lines
    assert "* failed: 10 children, s6: it broke" in lines


def test_tables_replace_what_stands_between_the_marks_and_nothing_else(tmp_path):
    page = tmp_path / "page.md"
    marks = documents.BEGIN.format("fleet"), documents.END.format("fleet")
    page.write_text(f"before\n{marks[0]}\nold\n{marks[1]}\nafter\n")
    documents.write_into(page, "fleet", "new")
    assert page.read_text() == f"before\n{marks[0]}\n\nnew\n{marks[1]}\nafter\n"


def test_a_page_without_marks_is_refused_and_stays(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("text\n")
    with pytest.raises(ValueError, match="marks"):
        documents.write_into(page, "fleet", "new")
    assert page.read_text() == "text\n"


def widths(document):
    root = xml.etree.ElementTree.fromstring(document)
    return [float(bar.get("width")) for bar in root.iter("{http://www.w3.org/2000/svg}rect") if bar.get("x")]


def test_bars_are_on_a_logarithmic_scale():
    tenth, one, hundred = widths(charts.chart("t", 1, {"g": {"a": 0.1, "b": 1.0, "c": 100.0}}))
    span = charts.WIDTH - charts.LEFT - charts.RIGHT
    assert one == pytest.approx(span / 3, abs=0.1)
    assert hundred == pytest.approx(span, abs=0.1)
    assert tenth == 1.0  # the least that can be seen


def test_nothing_above_nought_makes_no_chart():
    assert charts.chart("t", 1, {"g": {"a": 0.0}}) is None


def test_charts_are_written_for_the_measures_that_ask_for_one(tmp_path):
    made_result = made.result(made.sample("floor", start_s=1.0, rate=7), made.sample("a & b", start_s=2.0))
    assert list(charts.write_all(made_result, tmp_path)) == ["fleet-start_s.svg"]
    text = (tmp_path / "fleet-start_s.svg").read_text()
    assert "a &amp; b" in text
    assert len(widths(text)) == 2


def test_the_command_is_told_without_the_places_of_files():
    words = ["--quick", "--json", "/tmp/x", "--build=/tmp/y", "--write-docs", "--children", "10"]
    assert options.command_line("fleet", words) == "./dev bench fleet --quick --children 10"


def test_the_summary_shows_the_last_case_that_has_supervisor():
    made_result = made.result(
        *(made.sample(peer, case=case, start_s=value)
          for case, peer, value in (("1", "ringmasterd, io_uring", 1.0), ("1", "Supervisor", 9.0),
                                    ("2", "floor", 1.5), ("2", "ringmasterd, io_uring", 2.0),
                                    ("2", "ringmasterd, epoll", 7.0), ("2", "Supervisor", 90.0),
                                    ("3", "ringmasterd, io_uring", 3.0))),
    )  # fmt: skip
    lines = summary.markdown(made_result, "").splitlines()
    assert lines[2:] == ["| 2: start, s | 1.50 | 2.00 | 90.00 | – | – | `./dev bench fleet` |"]


DRAIN = "| drain, MB/s | 1,000 | 900 | 500 | – | – | `./dev bench drain` |"


def test_the_summary_keeps_the_rows_of_other_benchmarks():
    made_result = made.result(made.sample("ringmasterd, io_uring", start_s=2.0), made.sample("Supervisor", start_s=9.0))
    fleet = "| 1: start, s | 7.00 | 7.00 | 7.00 | – | – | `./dev bench fleet` |"
    lines = summary.markdown(made_result, f"See `./dev bench drain`.\n{DRAIN}\n{fleet}\n").splitlines()
    assert len(lines) == 4
    assert "| 2.00 | 9.00 |" in lines[2]
    assert lines[3] == DRAIN


def test_rows_that_a_restricted_run_has_no_numbers_for_stay():
    made_result = made.result(made.sample("ringmasterd, io_uring", rate=2),
                              made.sample("Supervisor", rate=9))  # fmt: skip
    start = "| 1: start, s | 7.00 | 7.00 | 7.00 | – | – | `./dev bench fleet --repeat 7` |"
    lines = summary.markdown(made_result, f"{start}\n{DRAIN}\n").splitlines()
    assert lines[2:] == [start, DRAIN]


def test_no_results_make_no_summary():
    assert summary.markdown(made.result(), "Text.") == ""

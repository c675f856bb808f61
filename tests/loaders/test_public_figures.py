"""Tables of figures that others made: what is wrong in them shows in the figures and is told."""

from pathlib import Path

import pytest

from loaders.public import figures
from loaders.public.reading import Found


@pytest.fixture(scope="session")
def data(shared: Path) -> Path:
    return shared / "data"


def said(found: Found) -> list[str]:
    return [str(problem) for problem in found.problems]


def spent(*rows: tuple[int, str, str, float]) -> bytes:
    lines = [f'"{number}",{year},"{setting}","{sector}",{thousand}' for number, (year, setting, sector, thousand) in enumerate(rows)]
    return "\n".join(['"","year","SupportSetting","Sector","Expenditure"', *lines, ""]).encode()


def test_totals_that_triple_all_at_once_are_told(data) -> None:
    file = data / "asc_expenditure_bsg" / "Expenditure_working_age_post2015.csv"
    found = figures.spending(file.read_bytes(), "working-age.csv")
    assert len(found.rows) == 81
    (told,) = said(found)
    assert "3 of 3 totals" in told
    assert "from 2017 to 2018" in told
    assert "not to be used from 2018 on" in told


def test_swapped_labels_are_told_and_nothing_else_of_older_people(data) -> None:
    folder = data / "asc_expenditure_bsg"
    found = figures.spending((folder / "Expenditure_over_65_post2015.csv").read_bytes(), "older.csv")
    assert len(found.rows) == 154
    (told,) = said(found)
    assert "Nursing home placements, 2023" in told
    assert "swapped" in told
    for name, rows in (("Expenditure_over_65_pre2015.csv", 262), ("Expenditure_working_age_pre2015.csv", 132)):
        earlier = figures.spending((folder / name).read_bytes(), name)
        assert (len(earlier.rows), earlier.problems) == (rows, ())


def test_one_setting_that_grows_alone_is_no_fault() -> None:
    rows = [(year, setting, "Total", 10.0) for year in (2001, 2002) for setting in ("homes", "day care")]
    assert said(figures.spending(spent(*rows, (2001, "new", "Total", 1.0), (2002, "new", "Total", 9.0)), "s.csv")) == []
    assert said(figures.spending(spent((2001, "a", "Total", 1.0), (2002, "a", "Total", 3.0)), "s.csv"))


@pytest.mark.parametrize("name", ["care_homes_and_beds_all.csv", "care_homes_and_beds_working_age.csv"])
def test_beds_of_earlier_years_are_told_to_be_too_few(data, name) -> None:
    found = figures.homes((data / "asc_expenditure_bsg" / name).read_bytes(), name)
    assert len(found.rows) == 42
    assert len(found.problems) == 3
    assert all("use beds of 2024 only" in text for text in said(found))


def test_measures_that_cover_other_years_and_blank_cells_are_told(data) -> None:
    found = figures.measures((data / "oflog_asc" / "ASC_data.csv").read_bytes(), "measures.csv")
    assert len(found.rows) == 6_376
    assert len({row.measure for row in found.rows}) == 7
    assert sum(row.value is None for row in found.rows) == 298
    gaps = [text for text in said(found) if "nothing for" in text]
    assert len(gaps) == 5
    assert any("ASC Carer Quality of Life: nothing for 2015-16, 2017-18" in text for text in gaps)
    assert any("Workforce turnover rate: 253 councils and years are blank" in text for text in said(found))


def test_councils_that_did_not_answer_are_told_and_words_are_no_figures(data) -> None:
    folder = data / "bbc_handbacks"
    back = figures.answers((folder / "contracts_handed_back_2021-22_2022-23.csv").read_bytes(), "back.csv")
    assert (len(back.rows), sum(row.country == "England" for row in back.rows)) == (210, 151)
    assert any("England: of 151 councils 80 answered in full and 65 not at all" in text for text in said(back))
    assert not any("Northern Ireland" in text for text in said(back))
    refused = next(row for row in back.rows if row.council == "Aberdeen City")
    assert len(refused.figures) == 4
    assert all(value is None for _, value in refused.figures)
    waits = figures.answers((folder / "assessment_and_care_start_waits_2021-22_2022-23.csv").read_bytes(), "waits.csv")
    assert len(waits.rows) == 209
    assert dict(next(row for row in waits.rows if row.council == "Anglesey").figures)["deaths_waiting_for_start"] == 7


@pytest.mark.parametrize("read", [figures.spending, figures.homes, figures.measures, figures.answers])
@pytest.mark.parametrize("text", [b"", b"a,b\n1,2\n", b"\x80"])
def test_no_reader_of_figures_raises_for_what_stands_in_a_file(read, text) -> None:
    assert not read(text, "file.csv").is_usable


@pytest.mark.parametrize("cell", ["nan", "inf", "many", ""])
def test_what_is_no_number_is_left_out_and_told(cell) -> None:
    found = figures.spending(spent((2001, "a", "Total", 1.0)).replace(b"1.0", cell.encode()), "s.csv")
    assert (found.rows, len(found.problems), found.is_usable) == ((), 1, False)

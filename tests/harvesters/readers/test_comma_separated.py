"""CSV: every row is read or reported with its first line, and no line is taken for what it is not."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import load_definitions
from talkoot.harvesters.readers import READERS, Reading, Row
from talkoot.harvesters.readers.tables import LONGEST_ROW


class Sheet:
    """A CSV file and what reading it gives."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "facts.csv"

    def read(
        self, content: bytes | str, longest: int = 100_000
    ) -> tuple[dict[int, dict[str, str]], list[tuple[str, int]]]:
        """Rows by line, and code and line of each issue."""
        items = self.items(content, longest)
        rows = {item.line: dict(item.values) for item in items if isinstance(item, Row)}
        return rows, [(item.code, item.line) for item in items if isinstance(item, Issue)]

    def items(self, content: bytes | str, longest: int = 100_000) -> list[Row | Issue]:
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        definition = replace(load_definitions()["polish-innovations"], entry=self.path, personal_data=False)
        return list(READERS["csv"](definition, Reading(longest)))


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    return Sheet(tmp_path_factory.mktemp("csv"))


def test_cells_stand_under_the_names_of_the_header_and_empty_ones_are_absent(sheet: Sheet) -> None:
    rows, issues = sheet.read("url,title,note\na,b,\nc,,d\n")
    assert rows == {2: {"url": "a", "title": "b"}, 3: {"url": "c", "note": "d"}}
    assert not issues


def test_quotes_hold_commas_quotes_and_line_breaks(sheet: Sheet) -> None:
    rows, issues = sheet.read('url,title\r\na,"b, ""c""\r\n\r\nd"\r\n"e",""\r\n')
    assert rows == {2: {"url": "a", "title": 'b, "c"\r\n\r\nd'}, 5: {"url": "e"}}
    assert not issues


def test_the_last_line_needs_no_end(sheet: Sheet) -> None:
    assert sheet.read("url,title\na,b") == ({2: {"url": "a", "title": "b"}}, [])


@pytest.mark.parametrize(("cells", "line"), [("1 cells", "a"), ("3 cells", "a,b,c"), ("4 cells", ",,,")])
def test_a_row_with_too_few_or_too_many_cells_is_set_aside_and_the_rest_goes_on(
    sheet: Sheet, cells: str, line: str
) -> None:
    items = sheet.items(f"url,title\na,b\n{line}\nc,d\n")
    assert [(type(item), item.line) for item in items] == [(Row, 2), (Issue, 3), (Row, 4)]
    issue = items[1]
    assert isinstance(issue, Issue)
    assert (issue.code, issue.file, issue.value, issue.sets_aside) == ("not-csv", "facts.csv", line, True)
    assert cells in issue.message
    assert "as many cells as the header has" in issue.expected


def test_a_quote_that_is_never_closed_spoils_its_line_alone(sheet: Sheet) -> None:
    rows, issues = sheet.read('url,title\na,b\nc,"d\ne,f\ng,h\n')
    assert set(rows) == {2, 4, 5}
    assert issues == [("not-csv", 3)]


def test_a_quote_that_is_open_for_too_many_lines_is_given_up(sheet: Sheet) -> None:
    lines = "".join(f"{number},x\n" for number in range(3 * LONGEST_ROW))
    rows, issues = sheet.read('url,title\nc,"d\n' + lines)
    assert set(rows) == set(range(3, 3 * LONGEST_ROW + 3))
    assert issues == [("not-csv", 2)]


@pytest.mark.parametrize("row", ['a" b,c', '5" pipe,x', '"a"b,c', 'a,"b" c', '"a,b', 'a,"'])
def test_a_stray_quote_never_swallows_the_rows_after_it(sheet: Sheet, row: str) -> None:
    rows, issues = sheet.read(f'url,title\n{row}\nd,e\nf" g,h\ni,j\n')
    assert {3, 5} <= set(rows)
    assert issues == [("not-csv", 2), ("not-csv", 4)]


def test_a_file_of_a_header_alone_has_no_record(sheet: Sheet) -> None:
    assert sheet.read("url,title\n") == ({}, [])


def test_an_empty_file_has_no_record(sheet: Sheet) -> None:
    assert sheet.read("") == ({}, [])


HEADERS = {
    "a name stands twice": (b"url,title,url\n", "not-csv"),
    "a quote is open": (b'url,"title\n', "not-csv"),
    "it is Latin-1": (b"url,t\xeftre\n", "file-not-utf-8"),
    "it is too long": (b"url,title," + b"x" * 200 + b"\n", "line-too-long"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_no_row_is_taken_for_a_header_that_cannot_be_read(sheet: Sheet, case: str) -> None:
    header, code = HEADERS[case]
    assert sheet.read(header + b"a,b\nc,d\n", longest=100) == ({}, [(code, 1)])


def test_latin_1_spoils_its_line_alone(sheet: Sheet) -> None:
    rows, issues = sheet.read(b"url,title\na,b\nc,\xe5\ne,f\n")
    assert set(rows) == {2, 4}
    assert issues == [("file-not-utf-8", 3)]


def test_a_byte_order_mark_is_not_part_of_the_first_name(sheet: Sheet) -> None:
    rows, issues = sheet.read(b"\xef\xbb\xbfurl,title\na,b\n")
    assert rows == {2: {"url": "a", "title": "b"}}
    assert issues == [("byte-order-mark", 1)]


def test_a_cell_may_be_as_long_as_a_line(sheet: Sheet) -> None:
    cell = "x" * 300_000
    rows, issues = sheet.read(f'url,title\na,"{cell}"\n', longest=400_000)
    assert rows == {2: {"url": "a", "title": cell}}
    assert not issues


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=6
) | st.sampled_from(['"', ",", '""', "a\nb", ' "', "\n"])


@given(st.lists(st.tuples(cells, cells, cells), max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_rows_that_a_csv_writer_wrote_come_back_as_they_were(
    sheet: Sheet, given: list[tuple[str, str, str]], end: str, all_quoted: bool
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL)
    writer.writerows([("x", "y", "z"), *given])
    rows, issues = sheet.read(text.getvalue())
    assert not issues
    assert list(rows.values()) == [dict(zip("xyz", row, strict=True)) for row in given]


@given(st.lists(st.text(alphabet='ab",', max_size=7), max_size=12))
@settings(max_examples=150, deadline=None)
def test_every_line_is_in_one_row_or_one_issue(sheet: Sheet, lines: list[str]) -> None:
    lines = [line or "a,b" for line in lines]
    items = sheet.items("\n".join(["x,y", *lines]) + "\n")
    # A row may span lines; what it spans is the line breaks within its cells.
    covered: list[int] = []
    for item in items:
        breaks = (
            sum(text.count("\n") for text in item.values.values()) if isinstance(item, Row) else item.value.count("\n")
        )
        covered += range(item.line, item.line + breaks + 1)
    whole = [number for number in covered if number <= len(lines) + 1]
    assert sorted(set(whole)) == list(range(2, len(lines) + 2))
    assert len(covered) == len(set(covered))

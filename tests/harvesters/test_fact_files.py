"""Fact files with faults: what the command says, what is harvested all the same, and the exit code."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers import READERS, Reading

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home


def line(number: int, **changes: Any) -> bytes:
    record = {"url": f"https://example.org/{number}", "title": f"Number {number}"} | changes
    return json.dumps(record, ensure_ascii=False).encode()


FAULTS: list[tuple[str, bytes, str, str, str]] = [
    ("a broken line", b'{"url": "https://example.org/2", "title"', "not-json", "", "JSON (RFC 8259), each key once"),
    ("a wrong type", line(3, title=3), "wrong-type", "title", "a text that is not empty"),
    ("a wrong type within", line(4, hosts=[{"name": {}}]), "wrong-type", "hosts[0].name", "a text that is not empty"),
    ("an unknown country", line(5, countries=["Atlantis"]), "unknown-country", "countries[0]", "a country of the EU's"),
    ("a duplicate key", line(1, title="again"), "duplicate-key", "url", "each key once"),
    ("Latin-1", line(7, title="ä").decode().encode("latin-1"), "file-not-utf-8", "", "UTF-8"),
    ("a long line", line(8, title="x" * 1_100_000), "line-too-long", "", "at most 1,048,576 bytes"),
    ("NaN", b'{"url": "https://example.org/9", "title": NaN}', "not-json", "", "JSON (RFC 8259), each key once"),
    ("a repeated key", b'{"url": "https://example.org/10", "url": "b"}', "not-json", "", "JSON (RFC 8259), each"),
    ("deep nesting", b"[" * 100_000, "not-json", "", "JSON (RFC 8259), each key once"),
    (
        "a bare mail address",
        line(12, title="erkki.esimerkki@example.org"),
        "shape",
        "http://purl.org/dc/terms/title",
        "",
    ),
    ("no title", b'{"url": "https://example.org/13"}', "missing-field", "title", "a text that is not empty"),
    ("no key", b'{"title": "A"}', "missing-key", "url", "a value: the record's key is made of it"),
    ("a field too many", line(15, colour="red"), "unknown-field", "colour", "one of: url, title"),
    ("no object", b"[1, 2]", "not-an-object", "", "an object"),
    ("half a character", b'{"url": "https://example.org/17", "title": "\\ud83d"}', "not-json", "", "JSON (RFC 8259)"),
]


def test_each_fault_gives_its_issue_and_all_other_records_are_harvested(home: Home) -> None:
    lines = [b"\xef\xbb\xbf" + line(1), *(bad for _, bad, *_ in FAULTS), line(99)]
    home.small_source("json-lines", b"\n".join(lines) + b"\n")
    result = home.talkoot("harvest", "small")
    assert result.stdout.startswith("small: partial, 3 records: 3 new, 0 changed, 0 unchanged, 15 set aside")
    assert home.keys("small") == {"1", "5", "99"}
    found = {
        issue["line"]: issue
        for issue in home.json("issues", "small")
        if issue["severity"] != "info" and issue["code"] != "personal-data"
    }
    assert set(found) == set(range(2, len(FAULTS) + 2))
    for number, (case, _, code, name, expected) in enumerate(FAULTS, start=2):
        issue = found[number]
        assert (issue["code"], issue["file"], issue["field"]) == (code, "small.json-lines", name), case
        assert issue["expected"].startswith(expected), case
        assert issue["message"], case


def test_a_file_of_one_line_of_50_megabytes_is_refused_with_little_memory(home: Home) -> None:
    definition = home.small_source("json-lines", b"")
    with definition.entry.open("wb") as file:
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + line(2))
    tracemalloc.start()
    items = list(READERS["json-lines"](definition, Reading(1_048_576)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(item.line, getattr(item, "code", "row")) for item in items] == [(1, "line-too-long"), (2, "row")]
    assert items[0].message == "the line has 50,000,001 bytes"
    assert peak < 8_000_000


@pytest.mark.parametrize("reader", ["csv", "json-lines"])
def test_a_50_megabyte_line_takes_little_memory_in_every_reader_of_lines(home: Home, reader: str) -> None:
    definition = home.small_source(reader, b'url,"' if reader == "csv" else b'["')
    with definition.entry.open("ab") as file:
        for _ in range(50):
            file.write(b"x" * 1_000_000)
    tracemalloc.start()
    items = list(READERS[reader](definition, Reading(1_048_576)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(item.line, item.code) for item in items] == [(1, "line-too-long")]
    assert peak < 8_000_000


NOTHING: dict[str, tuple[str, bytes | None, str]] = {
    "the file is missing": ("json-lines", None, "file-missing"),
    "the file is empty": ("json-lines", b"", "file-empty"),
    "the file is nothing but a mark": ("json-lines", b"\xef\xbb\xbf", "file-empty"),
    "the document is an empty array": ("json", b"[]", "file-empty"),
    "the document is one value too long": ("json", b'["' + b" " * 3_000_000 + b'"]', "line-too-long"),
    "the document is cut off at once": ("json", b"[{", "not-json"),
    "the document is UTF-16": ("json", '[{"url": "https://example.org/1"}]'.encode("utf-16"), "file-not-utf-8"),
    "the sheet is empty": ("csv", b"", "file-empty"),
    "the sheet has a header alone": ("csv", b"url,title\n", "file-empty"),
    "no record fits": ("json-lines", line(1, title=1) + b"\n" + line(2, title=2), "wrong-type"),
    "no record passes the gate": ("json-lines", line(1, title="a.b@example.org"), "shape"),
}


@pytest.mark.parametrize("case", NOTHING)
def test_a_source_that_brings_nothing_fails_and_says_why(home: Home, case: str) -> None:
    reader, content, code = NOTHING[case]
    definition: Definition = home.small_source(reader, content or b"")
    if content is None:
        definition.entry.unlink()
    result = home.talkoot("harvest", "small", exit_code=1)
    assert f"small.{reader} brings no sound record; the last good state stays" in result.stderr
    assert {issue["code"] for issue in home.json("issues", "small")} - {"byte-order-mark", "personal-data"} == {code}
    assert home.json("runs")[0]["status"] == "failed"


def test_a_source_that_fails_does_not_keep_the_others_from_being_harvested(home: Home) -> None:
    home.small_source("json-lines", b"", name="empty")
    home.small_source("json-lines", line(1), name="full")
    result = home.talkoot("harvest", "empty", "full", exit_code=1)
    assert "full: complete, 1 records: 1 new" in result.stdout
    assert home.keys("full") == {"1"}


def test_a_sheet_with_faults_is_harvested_but_for_them(home: Home) -> None:
    rows = [
        "url,title",
        "https://example.org/1,A",
        "https://example.org/2",
        'https://example.org/3,"B',
        "https://example.org/4,C",
    ]
    home.small_source("csv", "\n".join(rows).encode())
    home.talkoot("harvest", "small")
    assert home.keys("small") == {"1", "4"}
    assert sorted((issue["code"], issue["line"]) for issue in home.json("issues", "small")) == [
        ("not-csv", 3),
        ("not-csv", 4),
    ]


def test_a_source_smaller_than_its_definition_expects_stays_as_it_was(copied: Home) -> None:
    copied.talkoot("harvest", "consortia")
    lines = copied.facts("consortia.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    copied.facts("consortia.jsonl").write_text("".join(lines[:99]), encoding="utf-8")
    result = copied.talkoot("harvest", "consortia", exit_code=1)
    assert "consortia: failed" in result.output
    (issue,) = [issue for issue in copied.json("issues", "consortia") if issue["code"] == "bounds"]
    assert (issue["value"], issue["expected"]) == ("99", "at least 100 and at most 400 records")
    assert "99 records, expected at least 100" in result.output
    assert len(copied.keys("consortia")) == len(lines)


def test_a_field_that_too_few_records_have_leaves_the_source_as_it_was(copied: Home) -> None:
    definition = copied.path / "sources" / "consortia.toml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace("[bounds]", "[bounds]\nfill = {url = 0.9}"), encoding="utf-8")
    copied.talkoot("harvest", "consortia", exit_code=1)
    (issue,) = [issue for issue in copied.json("issues", "consortia") if issue["code"] == "thin-field"]
    assert (issue["field"], issue["expected"]) == ("url", "at least 90%")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("harvest",), "Name a source, or use --all or --bundled."),
        (("harvest", "nowhere"), "There is no source nowhere. Sources: seed-project, centres"),
        (("harvest", "--loudly"), "No such option"),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(home: Home, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in home.talkoot(*words, exit_code=2).stderr


def test_a_mail_address_within_a_text_is_left_out_and_said_without_it(home: Home) -> None:
    home.small_source("json-lines", line(1, title="Ask erkki.esimerkki@example.org first"))
    home.talkoot("harvest", "small")
    ((quads,),) = home.rows("SELECT quads FROM records")
    assert '"Ask first"' in quads
    (issue,) = home.json("issues", "small")
    assert issue["code"] == "personal-data"
    for text in (quads, json.dumps(issue)):
        assert "erkki" not in text


def test_no_issue_quotes_a_mail_address(home: Home) -> None:
    mail = "erkki.esimerkki@example.org"
    wrong = [
        line(1, colour=mail),
        line(2, title={"mail": mail}),
        f'{{"url": "{mail}"'.encode(),
        line(4, countries=[mail]),
    ]
    home.small_source("json-lines", b"\n".join(wrong))
    home.talkoot("harvest", "small")
    assert len(home.json("issues", "small")) == 4
    assert not [row for row in home.rows("SELECT * FROM issues") if "erkki" in str(row)]

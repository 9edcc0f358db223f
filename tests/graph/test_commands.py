"""The command line over a release: questions in every format, what is refused, lists, and the check."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse
from python_calamine import CalamineWorkbook

from talkoot.cli import main

if TYPE_CHECKING:
    from tests.graph.conftest import Home

SEVEN = """SELECT DISTINCT ?actor ?name WHERE {
  ?part tk:involvedIn ?project ; prov:agent ?actor . ?actor skos:prefLabel ?name FILTER (LANG(?name) = "fi")
  ?project dct:title|dct:alternative ?title FILTER CONTAINS(STR(?title), "pilotointi -hanke")
} ORDER BY ?name"""


def test_rows_are_a_plain_table_for_a_reader(demo: Home) -> None:
    lines = demo.talkoot("query", stdin=SEVEN).stdout.splitlines()
    assert lines[0] == "actor\tname"
    assert len(lines) == 8
    assert "Terveyden ja hyvinvoinnin laitos" in lines[-1]


def test_rows_come_in_every_result_format(demo: Home) -> None:
    rows = json.loads(demo.talkoot("query", "--format", "json", stdin=SEVEN).stdout)["results"]["bindings"]
    assert len(rows) == 7
    sheet = list(csv.reader(io.StringIO(demo.talkoot("query", "--format", "csv", stdin=SEVEN).stdout)))
    assert [row[1] for row in sheet[1:]] == [row["name"]["value"] for row in rows]
    lines = demo.talkoot("query", "--format", "tsv", stdin=SEVEN).stdout.splitlines()
    assert lines[0] == "?actor\t?name"
    root = ElementTree.fromstring(demo.talkoot("query", "--format", "xml", stdin=SEVEN).stdout)
    assert len(root.findall(".//{http://www.w3.org/2005/sparql-results#}result")) == 7


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
        ("trig", RdfFormat.TRIG),
        ("nq", RdfFormat.N_QUADS),
    ],
)
def test_a_graph_comes_in_every_graph_format(demo: Home, name: str, form: RdfFormat) -> None:
    query = "CONSTRUCT { ?centre tk:designatedFor ?place } WHERE { ?centre tk:designatedFor ?place }"
    text = demo.talkoot("query", "--format", name, stdin=query).stdout
    assert len(list(parse(input=text, format=form))) == 26


def test_a_graph_is_turtle_unless_asked_otherwise(demo: Home) -> None:
    text = demo.talkoot("query", stdin="DESCRIBE country:FIN").stdout
    assert list(parse(input=text, format=RdfFormat.TURTLE))


def test_yes_or_no(demo: Home) -> None:
    assert demo.talkoot("query", stdin="ASK { ?s a tk:Network }").stdout == "no\n"
    assert demo.talkoot("query", stdin="ASK { ?s a tk:CompetenceCentre }").stdout == "yes\n"
    assert json.loads(demo.talkoot("query", "--format", "json", stdin="ASK {}").stdout)["boolean"] is True


def test_a_query_gives_a_workbook_too(demo: Home) -> None:
    made = CalamineWorkbook.from_filelike(
        io.BytesIO(demo.talkoot("query", "--format", "xlsx", stdin=SEVEN).stdout_bytes)
    )
    assert len(made.get_sheet_by_index(0).to_python()) == 8


def test_no_row_is_said_in_words(demo: Home) -> None:
    assert demo.talkoot("query", stdin="SELECT ?s { ?s a tk:NoSuchClass }").stdout == "No row.\n"


def test_a_query_may_stand_in_a_file(demo: Home, tmp_path: Path) -> None:
    (tmp_path / "seven.rq").write_text(SEVEN, encoding="utf-8")
    assert len(demo.talkoot("query", str(tmp_path / "seven.rq")).stdout.splitlines()) == 8


@pytest.mark.parametrize(
    ("words", "query", "exit_code", "sentence"),
    [
        ((), "SELECT * WHERE { ?s ?p }", 1, "Line 1, column 24"),
        ((), "SELECT *\nWHERE { ?s foo:bar ?o }", 1, "Line 2, column"),
        ((), "SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 1, "SERVICE is not allowed here"),
        ((), "INSERT DATA { <a:a> <a:b> <a:c> }", 1, "This endpoint only reads: INSERT is refused"),
        ((), "DROP ALL", 1, "This endpoint only reads: DROP is refused"),
        (("--format", "png"), "ASK {}", 2, "There is no format png: use one of json, xml, csv, tsv, xlsx, ttl"),
        (("--format", "ttl"), "SELECT * WHERE {}", 2, "The query answers with rows: use one of json"),
        (("--format", "csv"), "CONSTRUCT WHERE { ?s ?p ?o }", 2, "The query answers with a graph: use one of ttl"),
        (("no-such-file.rq",), "", 2, "No such file"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    demo: Home, words: tuple[str, ...], query: str, exit_code: int, sentence: str
) -> None:
    result = demo.talkoot("query", *words, stdin=query, exit_code=exit_code)
    assert sentence in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output


def test_a_file_that_is_not_utf_8_is_refused_with_a_sentence(demo: Home, tmp_path: Path) -> None:
    (tmp_path / "latin.rq").write_bytes('ASK { ?s ?p "ä" }'.encode("latin-1"))
    assert "not UTF-8" in demo.talkoot("query", str(tmp_path / "latin.rq"), exit_code=2).stderr


@pytest.mark.parametrize("words", [("query",), ("serve",)])
def test_without_a_release_the_way_to_one_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--home", str(tmp_path)], input="ASK {}")
    assert result.exit_code == 1
    assert "run talkoot demo, or harvest and publish" in result.stderr


def test_releases_are_listed_for_readers_and_for_scripts(home: Home) -> None:
    home.talkoot("publish")
    rows = home.json("releases")
    assert [(row["number"], row["current"], row["records"]) for row in rows] == [(2, "*", 179), (1, "", 179)]
    assert home.talkoot("releases").stdout.splitlines()[0].split("\t")[:2] == ["number", "current"]


def test_the_check_is_clean_over_the_bundled_files(demo: Home) -> None:
    assert "are in order" in demo.talkoot("check").stdout
    assert demo.json("check") == []


def test_harvest_and_runs_speak_json(home: Home) -> None:
    (report,) = home.json("harvest", "centres")
    assert (report["source"], report["status"], report["unchanged"]) == ("centres", "complete", 29)
    assert home.json("runs")[0]["source"] == "centres"


def test_settings_that_cannot_be_used_are_wrong_use(demo: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_PORT", "eighty")
    assert "TALKOOT_PORT is 'eighty': expected a whole number" in demo.talkoot("releases", exit_code=2).stderr


def test_a_damaged_release_is_told_with_a_sentence(home: Home) -> None:
    (home.current / "manifest.json").write_text("{", encoding="utf-8")
    result = home.talkoot("query", stdin="ASK {}", exit_code=1)
    assert "is not a release" in result.stderr

"""Examples are checked: valid ones pass, invalid ones fail for the reason they name, questions find their rows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store
from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import SH

from talkoot.graph.rdf_text import n_triples
from talkoot.ontology import publish_shapes_file
from talkoot.ontology.files import FOLDER

VALID = sorted((FOLDER / "examples" / "valid").glob("*.trig"))
INVALID = sorted((FOLDER / "examples" / "invalid").glob("*.trig"))
QUESTIONS = sorted((FOLDER / "questions").glob("*.rq"))
EXPECTED = re.compile(r"# Invalid, made up\. Expected: tksh:(\S+) \(sh:(\w+), sh:(\w+)\): (.*)")


@cache
def shapes() -> Graph:
    return Graph().parse(publish_shapes_file(), format="turtle")


def results(path: Path) -> list[tuple[str, str, str, str]]:
    """Shape, constraint, severity and message of every result on an example, its graphs taken together."""
    triples = {quad.triple for quad in pyoxigraph.parse(path=path, format=RdfFormat.TRIG)}
    data = Graph().parse(data=n_triples(triples), format="nt")
    _, report, _ = validate(data, shacl_graph=shapes())
    assert isinstance(report, Graph)
    found = []
    for result in report.objects(None, SH.result):
        names = [str(report.value(result, p)).rsplit("#", 1)[-1] for p in
                 (SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity)]  # fmt: skip
        found.append((names[0], names[1], names[2], str(report.value(result, SH.resultMessage))))
    return found


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_example_passes_the_gate(path: Path) -> None:
    assert results(path) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_example_fails_for_the_reason_it_names_and_no_other(path: Path) -> None:
    expected = EXPECTED.match(path.read_text(encoding="utf-8"))
    assert expected is not None, "the first line names shape, constraint, severity and message"
    assert results(path) == [expected.groups()]


@pytest.fixture(scope="module")
def worked_example() -> Store:
    store = Store()
    store.load(path=str(FOLDER / "examples" / "worked-example.trig"), format=RdfFormat.TRIG)
    return store


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_finds_its_rows_on_the_worked_example(path: Path, worked_example: Store) -> None:
    found = worked_example.query(path.read_text(encoding="utf-8"))
    assert isinstance(found, QuerySolutions)
    rows = found.serialize(format=QueryResultsFormat.CSV)
    assert rows == path.with_suffix(".csv").read_bytes()
    assert rows.count(b"\n") > 1


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_says_what_it_answers_in_three_languages(path: Path) -> None:
    assert [line[:5] for line in path.read_text(encoding="utf-8").splitlines()[:3]] == ["# en:", "# fi:", "# sv:"]


def test_there_are_examples_and_questions() -> None:
    assert (len(VALID) >= 12, len(INVALID) >= 100, len(QUESTIONS)) == (True, True, 20)

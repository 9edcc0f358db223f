"""The check of the ontology: clean as it stands; whatever one file is broken by, it names file, term and what to do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from talkoot.ontology import FOLDER
from talkoot.ontology.check import check_ontology
from talkoot.ontology.namespaces import PREFIXES
from talkoot.ontology.turtle_form import canonical


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the ontology folder, to be broken."""
    return Path(shutil.copytree(FOLDER, tmp_path / "ontology", ignore=shutil.ignore_patterns("__pycache__", "*.py")))


def change(path: Path, pattern: str, new: str, *, tidy: bool = True) -> None:
    """Change a file in one place; a tidy person then puts it into form."""
    text = path.read_text(encoding="utf-8")
    altered = re.sub(pattern, new, text, count=1)
    assert altered != text, pattern
    path.write_text(canonical(altered, PREFIXES) if tidy and path.suffix == ".ttl" else altered, encoding="utf-8")


def changed(name: str, pattern: str, new: str, *, tidy: bool = True) -> Callable[[Path], None]:
    return lambda folder: change(folder / name, pattern, new, tidy=tidy)


def appended(name: str, text: str) -> Callable[[Path], None]:
    def append(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return append


def removed(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def copied_over(name: str, over: str) -> Callable[[Path], None]:
    return lambda folder: (folder / over).write_bytes((folder / name).read_bytes())


SOLUTION = r"(\ntk:Solution a owl:Class(?:.|\n)*?"

BREAKS: list[tuple[str, Callable[[Path], None], str]] = [
    ("Turtle that does not parse", appended("codelists/role.ttl", "<a> <b> .\n"), r"codelists/role\.ttl: .* line \d+"),
    (
        "TriG that does not parse",
        appended("examples/valid/solution.trig", "}"),
        r"examples/valid/solution\.trig: .*line",
    ),
    (
        "a query that does not parse",
        appended("questions/CQ01.rq", "LIMIT"),
        r"(?s)questions/CQ01\.rq: .*mend the query",
    ),
    ("JSON that does not parse", appended("context.jsonld", ","), r"context\.jsonld: .*mend the JSON"),
    (
        "a prefix that the program has otherwise",
        changed("prefixes.ttl", "ns/org#", "ns/organisation#", tidy=False),
        r"prefixes\.ttl: org: is <http://www\.w3\.org/ns/organisation#>, in namespaces\.py .*make them agree",
    ),
    (
        "a wrong prefix in a list",
        changed("codelists/role.ttl", "2004/02/skos/core#", "2008/05/skos#", tidy=False),
        r"codelists/role\.ttl: skos: is <http://www\.w3\.org/2008/05/skos#>: write <http://www\.w3\.org/2004/02/skos/core#>",
    ),
    (
        "a wrong prefix in a question",
        changed("questions/CQ02.rq", "ns/prov#", "ns/prov/"),
        r"questions/CQ02\.rq: prov: is <http://www\.w3\.org/ns/prov/>: write",
    ),
    (
        "an undeclared term in an example",
        changed("examples/valid/involvement.trig", "tk:hasRole", "tk:playsRole"),
        r"examples/valid/involvement\.trig: https://w3id\.org/talkoot/ns#playsRole is not declared",
    ),
    (
        "an undeclared term in a question",
        changed("questions/CQ02.rq", "tk:hasRole", "tk:playsRole"),
        r"questions/CQ02\.rq: https://w3id\.org/talkoot/ns#playsRole is not declared",
    ),
    (
        "a concept that no list has",
        changed("examples/valid/involvement.trig", r"role\\/\w+", r"role\\/boss"),
        r"examples/valid/involvement\.trig: https://w3id\.org/talkoot/voc/role/boss is not declared",
    ),
    (
        "a layout of one's own",
        changed("vocabulary.ttl", "\n  rdfs:", "\n    rdfs:", tidy=False),
        r"vocabulary\.ttl is not in canonical form: run talkoot check --fix",
    ),
    (
        "a comment inside a statement",
        changed("vocabulary.ttl", "\n  rdfs:", "\n  # parent\n  rdfs:", tidy=False),
        r"vocabulary\.ttl: line \d+: a comment stands inside a statement",
    ),
    (
        "a term that is gone",
        changed("codelists/mode.ttl", r"\n<mode/peer> a skos:Concept(.|\n)*? \.\n", ""),
        r"released-terms\.csv: voc/mode/peer was released in 1\.0\.0 and is gone: put it back, marked owl:deprecated",
    ),
    (
        "a term with another IRI",
        changed("codelists/mode.ttl", "\n<mode/peer> a", "\n<mode/equal> a"),
        r"released-terms\.csv: voc/mode/peer .*is gone",
    ),
    (
        "a term that means something else",
        changed("vocabulary.ttl", SOLUTION + 'skos:definition ")New', r"\1Very new"),
        r"released-terms\.csv: ns#Solution now reads “Very new or .*a new meaning needs a new term",
    ),
    (
        "a term deprecated in silence",
        changed("vocabulary.ttl", r"\ntk:Solution a owl:Class ;", r"\g<0>\n  owl:deprecated true ;"),
        r"released-terms\.csv: ns#Solution: owl:deprecated and the column deprecated disagree",
    ),
    (
        "a released term without its row",
        changed("released-terms.csv", r"\nns#Solution,.*", ""),
        r"released-terms\.csv: ns#Solution is missing: run talkoot check --fix",
    ),
    (
        "a table of terms without its columns",
        changed("released-terms.csv", "since", "from"),
        r"released-terms\.csv:1: expected the columns term, since",
    ),
    (
        "a removal without notice",
        changed("released-terms.csv", r"\nns#Solution,1\.0\.0,,", "\nns#Solution,1.0.0,,2.0.0"),
        r"released-terms\.csv: ns#Solution was removed in 2\.0\.0 and its IRI is used again",
    ),
    (
        "a question that says nothing in Swedish",
        changed("questions/CQ03.rq", "# sv:", "# da:"),
        r"questions/CQ03\.rq: begin with what it answers",
    ),
    (
        "a question without rows",
        changed("questions/CQ02.rq", r"\}\s*(ORDER BY .*)?\s*$", r"FILTER (false) } \1"),
        r"questions/CQ02\.rq: finds no rows on examples/worked-example\.trig",
    ),
    (
        "a question with other rows than told",
        appended("questions/CQ02.csv", "more\r\n"),
        r"questions/CQ02\.rq: finds other rows than CQ02\.csv",
    ),
    (
        "a question without its table",
        removed("questions/CQ02.csv"),
        r"questions/CQ02\.rq: finds other rows than CQ02\.csv",
    ),
    (
        "a term that the context forgets",
        changed("context.jsonld", r'"hasRole": .*\n', ""),
        r"context\.jsonld: tk:hasRole is missing: add it",
    ),
    (
        "a term that only the context has",
        changed("context.jsonld", '"tk:hasRole"', '"tk:hasRole2"'),
        r"context\.jsonld: tk:hasRole",
    ),
    (
        "a context that takes things for texts",
        changed(
            "context.jsonld", r'("involvedIn": \{"@id": "tk:involvedIn", )"@type": "@id"', r'\1"@type": "xsd:string"'
        ),
        r"context\.jsonld: the values of tk:involvedIn are things",
    ),
    (
        "a label missing in one language",
        changed("vocabulary.ttl", SOLUTION + r'skos:prefLabel [^;]*?),\s+"[^"]*"@sv', r"\1"),
        r"vocabulary\.ttl: https://w3id\.org/talkoot/ns#Solution.*",
    ),
    (
        "a definition missing in one language",
        changed("vocabulary.ttl", SOLUTION + r'skos:definition [^;]*?),\s+"[^"]*"@fi', r"\1"),
        r"vocabulary\.ttl: https://w3id\.org/talkoot/ns#Solution.*",
    ),
    (
        "a concept without a label in one language",
        changed("codelists/mode.ttl", r'(peer review"@en),\s+"[^"]*"@fi', r"\1"),
        r"codelists/mode\.ttl: https://w3id\.org/talkoot/voc/mode.*",
    ),
    (
        "a list that does not say how complete it is",
        changed("codelists/mode.ttl", r";\s+skos:editorialNote [^;]*? \.\n", ".\n"),
        r"codelists/mode\.ttl: https://w3id\.org/talkoot/voc/mode.*",
    ),
    (
        "a range stated outside the shapes",
        changed("vocabulary.ttl", r"\ntk:hasRole a owl:ObjectProperty ;", r"\g<0>\n  rdfs:range skos:Concept ;"),
        r"vocabulary\.ttl: https://w3id\.org/talkoot/ns#hasRole.*range",
    ),
    (
        "a shape without words",
        changed("shapes/core.ttl", r' ;\s+sh:message "[^"]*"@en( \.\n\ntksh:Core-)', r"\1"),
        r"shapes/core\.ttl: https://w3id\.org/talkoot/shapes#Core.*message",
    ),
    (
        "an invalid example that passes",
        copied_over("examples/valid/solution.trig", "examples/invalid/Solution-title.minCount.trig"),
        r"examples/invalid/Solution-title\.minCount\.trig: its first line has to read",
    ),
    (
        "an invalid example that is mended",
        changed(
            "examples/invalid/Solution-title.minCount.trig",
            "a tk:Solution ",
            'a tk:Solution ;\n    <http://purl.org/dc/terms/title> "x" ',
        ),
        r"examples/invalid/Solution-title\.minCount\.trig",
    ),
    (
        "a valid example that is refused",
        changed("examples/valid/solution.trig", r'dct:title "', 'dct:title " a.person@example.org '),
        r"examples/valid/solution\.trig: is refused by tksh:Text-title",
    ),
    (
        "a shape that lost its bite",
        changed("shapes/publish.ttl", r"(tksh:Involvement-agent a (?:.|\n)*?)\n  sh:minCount 1 ;", r"\1"),
        r"examples/invalid/Involvement-agent\.minCount\.trig: passes the gate, though it names a fault",
    ),
]


@pytest.mark.parametrize(("name", "break_it", "message"), BREAKS, ids=[name for name, *_ in BREAKS])
def test_a_broken_file_is_named_with_the_term_and_what_to_do(
    copied: Path, name: str, break_it: Callable[[Path], None], message: str
) -> None:
    break_it(copied)
    faults = check_ontology(copied)
    assert faults, name
    assert re.match(message, faults[0]), faults


def test_the_ontology_is_in_order() -> None:
    assert check_ontology() == []


def test_it_can_be_broken_in_more_than_twenty_ways() -> None:
    assert len(BREAKS) > 20


def test_fix_puts_files_in_form_and_new_terms_into_the_table(copied: Path) -> None:
    change(copied / "vocabulary.ttl", "\n  rdfs:", "\n      rdfs:", tidy=False)
    change(copied / "released-terms.csv", r"\nns#Solution,.*", "")
    assert check_ontology(copied, fix=True) == []
    for name in ("vocabulary.ttl", "released-terms.csv"):
        assert (copied / name).read_bytes() == (FOLDER / name).read_bytes()


def test_fix_leaves_a_table_that_it_cannot_read_as_it_is(copied: Path) -> None:
    change(copied / "released-terms.csv", "since", "from")
    before = (copied / "released-terms.csv").read_bytes()
    (fault,) = check_ontology(copied, fix=True)
    assert "expected the columns" in fault
    assert (copied / "released-terms.csv").read_bytes() == before


def test_fix_mends_no_meaning(copied: Path) -> None:
    change(copied / "vocabulary.ttl", SOLUTION + 'skos:definition ")New', r"\1Very new")
    (fault,) = check_ontology(copied, fix=True)
    assert "a new meaning needs a new term" in fault


def test_a_term_goes_by_way_of_deprecation(copied: Path) -> None:
    vocabulary, table = copied / "vocabulary.ttl", copied / "released-terms.csv"
    change(vocabulary, r"\ntk:viewOf a owl:ObjectProperty ;", r"\g<0>\n  owl:deprecated true ;")
    (fault,) = check_ontology(copied, fix=True)
    assert "ns#viewOf: owl:deprecated and the column deprecated disagree" in fault
    change(table, r"(\nns#viewOf,1\.0\.0,),", r"\g<1>1.4.0,")
    assert check_ontology(copied) == []
    change(table, r"(\nns#viewOf,1\.0\.0,1\.4\.0,),", r"\g<1>1.5.0,")
    faults = check_ontology(copied)
    assert any("may be removed only in a major version" in fault for fault in faults)
    assert any("its IRI is used again" in fault for fault in faults)

"""The check of somebody's own data: what is wrong is named by file, thing and property, in every format of RDF."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat

from talkoot.cli import main
from talkoot.ontology.check_data import DataError, check_data

GOOD = """
@prefix tk: <https://w3id.org/talkoot/ns#> .
@prefix country: <http://publications.europa.eu/resource/authority/country/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://centre.example/actor/1> a org:Organization ; skos:prefLabel "Πρότυπο Ίδρυμα"@el ; dct:spatial country:GRC .
<https://centre.example/solution/1> a tk:Solution ; dct:title "Пример"@bg .
"""

PERIOD = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<x:p> a dct:PeriodOfTime ; dcat:startDate {start} ; dcat:endDate {end} .
"""


def written(folder: Path, text: str, name: str = "mine.ttl") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(*files: Path) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["check", *map(str, files)])
    return found.exit_code, found.output


def test_sound_data_are_in_order_and_what_was_looked_at_is_counted(tmp_path: Path) -> None:
    code, text = run(written(tmp_path, GOOD))
    assert (code, text) == (0, "mine.ttl is in order: 1 org:Organization, 1 tk:Solution.\n")


@pytest.mark.parametrize("suffix", ["ttl", "trig", "nt", "nq", "rdf", "jsonld"])
def test_every_format_of_rdf_is_read(tmp_path: Path, suffix: str) -> None:
    form = RdfFormat.from_extension(suffix)
    assert form is not None
    triples = (quad.triple for quad in pyoxigraph.parse(GOOD.encode(), format=RdfFormat.TURTLE))
    text = pyoxigraph.serialize(triples, format=form)
    path = tmp_path / f"mine.{suffix}"
    path.write_bytes(text)
    assert check_data(path).faults == []


def test_json_ld_may_name_our_context_by_its_address(tmp_path: Path) -> None:
    text = (
        '{"@context": "https://w3id.org/talkoot/context.jsonld", "id": "https://centre.example/actor/1", '
        '"type": "Organization", "prefLabel": {"@value": "Example Foundation", "@language": "en"}}'
    )
    assert check_data(written(tmp_path, text, "mine.jsonld")).things == {"org:Organization": 1}


def test_json_ld_may_stand_beside_further_contexts_but_not_name_those_of_others(tmp_path: Path) -> None:
    body = '"id": "actor/1", "type": "Organization", "prefLabel": "Example Foundation"'
    ours = '["https://w3id.org/talkoot/context.jsonld", {"@base": "https://centre.example/"}]'
    path = written(tmp_path, f'{{"@context": {ours}, {body}}}', "mine.jsonld")
    assert check_data(path).things == {"org:Organization": 1}
    path = written(tmp_path, f'{{"@context": "https://schema.org/", {body}}}', "mine.jsonld")
    with pytest.raises(DataError, match=r"mine\.jsonld: of contexts by address only https://w3id"):
        check_data(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            GOOD.replace('"Πρότυπο Ίδρυμα"@el', '"Name"@xx'),
            "mine.ttl: https://centre.example/actor/1: skos:prefLabel: ",
        ),
        (GOOD.replace("country:GRC", '"Greece"'), "dct:spatial: Give the country of the actor as a concept"),
        (
            GOOD + "[] a tk:Involvement .",
            "mine.ttl: the tk:Involvement without an IRI: prov:agent: Say which one actor",
        ),
        (GOOD + "<x:p> a <http://xmlns.com/foaf/0.1/Person> .", "Leave natural persons out"),
        (GOOD + "<x:p> tk:hasRol <x:q> .", "mine.ttl: x:p: tk:hasRol: tk:hasRol is not declared in its vocabulary"),
        (
            GOOD + "<x:p> tk:hasRole <https://w3id.org/talkoot/voc/role/boss> .",
            "voc/role/boss is not declared in its vocabulary",
        ),
        (
            GOOD.replace("org:Organization", "org:Organisation"),
            "actor/1: rdf:type: org:Organisation is not declared in its vocabulary",
        ),
        (GOOD.replace("https://centre.example/actor/1", "actor/1"), "mine.ttl: "),
        (
            PERIOD.format(start='"spring of 2023"^^xsd:gYear', end='"2024"^^xsd:gYear'),
            "mine.ttl: x:p: dcat:startDate: “spring of 2023” is no xsd:gYear: write it as 2023",
        ),
        (PERIOD.format(start='"2023-13"^^xsd:gYearMonth', end='"2024"^^xsd:gYear'), "“2023-13” is no xsd:gYearMonth"),
        (PERIOD.format(start='"2023-02-30"^^xsd:date', end='"2024"^^xsd:gYear'), "“2023-02-30” is no xsd:date"),
        (
            PERIOD.format(start='"2024-06"^^xsd:gYearMonth', end='"2023"^^xsd:gYear'),
            "the end, 2023, lies before the start, 2024-06",
        ),
        (GOOD.replace("@el ;", '@el , "Άλλο"@el ;'), "(now: Άλλο, Πρότυπο Ίδρυμα)"),
        ("<x:a> <x:b> <x:c> .", "mine.ttl: holds nothing of a class that the gate knows"),
        ("", "mine.ttl: holds nothing of a class that the gate knows"),
        ("<x:a> <x:b> .", "mine.ttl: "),
    ],
)
def test_a_fault_is_named_by_file_thing_and_property(tmp_path: Path, text: str, message: str) -> None:
    code, output = run(written(tmp_path, text))
    assert code == 1
    assert message in output


def test_a_warning_is_told_and_lets_the_file_pass(tmp_path: Path) -> None:
    code, text = run(written(tmp_path, GOOD.replace("Пример", "Пример " * 60)))
    assert code == 0
    assert "warning: mine.ttl: https://centre.example/solution/1: dct:title: A name of more than 300" in text


def test_a_country_that_no_list_has_is_told(tmp_path: Path) -> None:
    code, text = run(written(tmp_path, GOOD.replace("country:GRC", "country:ZZZ")))
    assert code == 0
    assert "warning: mine.ttl: https://centre.example/actor/1: dct:spatial: no country of our list" in text


def test_what_is_named_and_described_nowhere_is_told(tmp_path: Path) -> None:
    text = GOOD.replace("a tk:Solution ;", "a tk:Solution ; tk:developedIn <https://centre.example/activity/9> ;")
    code, output = run(written(tmp_path, text))
    assert code == 0
    assert (
        "tk:developedIn: https://centre.example/activity/9 is named here and described nowhere in this file" in output
    )


def test_a_mark_before_the_text_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert check_data(path).faults == []


def test_one_file_that_fails_does_not_hide_another(tmp_path: Path) -> None:
    code, text = run(written(tmp_path, "nothing", "a.ttl"), written(tmp_path, GOOD, "b.ttl"))
    assert code == 1
    assert "b.ttl is in order" in text
    assert "a.ttl: " in text


@pytest.mark.parametrize("name", ["mine.txt", "mine"])
def test_a_name_that_tells_no_format_is_refused_with_those_that_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"expected a name that ends in \.ttl, \.trig"):
        check_data(written(tmp_path, GOOD, name))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for name in ("mine.jsonld", "mine.ttl"):
        path = tmp_path / name
        path.write_bytes(b"\xff\xfe{}")
        with pytest.raises(DataError, match="mend the syntax"):
            check_data(path)

"""The checks of a release: each finds the one fault that it is there for, and nothing in a sound store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, Store

from talkoot.graph.checks import check_files, run_checks
from talkoot.ontology.namespaces import PREFIXES

if TYPE_CHECKING:
    from tests.graph.conftest import Home

BASE = "https://w3id.org/talkoot/"

SOUND = """
@base <https://w3id.org/talkoot/> .
{
  <id/actor/c> a tk:CompetenceCentre ; skos:prefLabel "C" ; tk:designatedFor country:FIN ;
    adms:status <voc/centre-status/ended> ; dct:source <graph/s/1> .
  <id/actor/a> a org:Organization ; skos:prefLabel "A" ; dct:source <graph/s/1> .
  <id/activity/u> a tk:Implementation ; dct:source <graph/s/1> .
  <id/actor/c#part> a tk:Involvement ; prov:agent <id/actor/a> ; tk:involvedIn <id/actor/c> ;
    tk:hasRole <voc/role/host> ; dct:source <graph/s/1> .
}
<graph/s/1> {
  <id/src/s/actor/a> a org:Organization ; skos:prefLabel "A" .
  <graph/s/1#part-1> a tk:Involvement .
}
<graph/prov> {
  <graph/s/1> a prov:Bundle ; prov:wasDerivedFrom <https://example.org/> ; dct:issued "2026"^^xsd:gYear ;
    dct:isPartOf <sources/s> ; schema:sha256 "x" ; dct:license <https://example.org/licence> .
  <sources/s> dct:license <https://example.org/licence> .
  <graph/s/2> a prov:Bundle ; dct:isPartOf <sources/t> ; dct:rights "Ask first" .
}
<graph/framework/f> { <id/framework/f> a tk:AssessmentFramework . }
<graph/identity> { <id/src/s/actor/a> tk:viewOf <id/actor/a> . }
"""

FAULTS: dict[str, tuple[str, str, str]] = {
    "centre-one-place": ("tk:designatedFor country:FIN", "tk:designatedFor country:FIN, country:SWE", "id/actor/c"),
    "centre-one-place, no status": ("adms:status <voc/centre-status/ended> ;", "", "id/actor/c"),
    "entity-joined": ("<id/src/s/actor/a> tk:viewOf <id/actor/a> .", "", "id/src/s/actor/a"),
    "involvement-actor-known": ("prov:agent <id/actor/a>", "prov:agent <id/actor/nobody>", "id/actor/nobody"),
    "involvement-complete": ("tk:hasRole <voc/role/host> ;", "", "id/actor/c#part"),
    "label-present": ('a org:Organization ; skos:prefLabel "A" ; dct', "a org:Organization ; dct", "id/actor/a"),
    "no-person": ("<graph/s/1#part-1> a tk:Involvement", "<graph/s/1#part-1> a foaf:Person", "graph/s/1#part-1"),
    "no-person, in the merged view": (
        "<id/actor/a> a org:Organization ;",
        "<id/actor/a> a org:Organization, <http://schema.org/Person> ;",
        "id/actor/a",
    ),
    "record-licence": (
        'schema:sha256 "x" ; dct:license <https://example.org/licence>',
        'schema:sha256 "x"',
        "graph/s/1",
    ),
    "record-licence, no terms": (' ; dct:rights "Ask first"', "", "graph/s/2"),
    "record-origin": ('schema:sha256 "x" ;', "", "graph/s/1"),
    "record-origin, no page": ("prov:wasDerivedFrom <https://example.org/> ;", "", "graph/s/1"),
    "record-origin, no bundle": ("<graph/s/1> a prov:Bundle ;", "<graph/s/1>", "graph/s/1"),
    "record-origin, no day": ('dct:issued "2026"^^xsd:gYear ;', "", "graph/s/1"),
}


def store_of(text: str) -> Store:
    store = Store()
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    store.load(input=prefixes + text, format=RdfFormat.TRIG)
    return store


def test_a_sound_store_passes_every_check() -> None:
    assert run_checks(store_of(SOUND)) == []


@pytest.mark.parametrize("case", FAULTS)
def test_a_check_finds_its_fault_and_names_the_node(case: str) -> None:
    old, new, node = FAULTS[case]
    assert SOUND.count(old) == 1
    faults = run_checks(store_of(SOUND.replace(old, new)))
    name = case.partition(",")[0]
    (fault,) = [fault for fault in faults if fault.startswith(name)]
    assert f"Not so: <{BASE}{node}>" in fault


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert {path.stem for path in check_files()} == {case.partition(",")[0] for case in FAULTS}


def test_every_check_begins_with_its_sentence() -> None:
    for path in check_files():
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# ")
        assert first.endswith(".")


def test_many_nodes_are_counted_and_five_shown() -> None:
    more = "".join(f"<id/actor/n{number}> dct:source <graph/s/1> .\n" for number in range(8))
    (fault,) = run_checks(store_of(SOUND.replace("<id/actor/a> a org", more + "<id/actor/a> a org")))
    assert fault.endswith("and 3 more")


def test_the_demo_passes_every_check(demo: Home) -> None:
    assert run_checks(Store.read_only(str(demo.current / "store"))) == []

"""A release's catalogue keeps to our shapes and, where a folder of them is given, to the publisher's of DCAT-AP.

The publisher's: ``TALKOOT_DCAT_AP_SHAPES=FOLDER pytest tests/graph/test_dcat.py``.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, SH, XSD

from talkoot.ontology import FOLDER

if TYPE_CHECKING:
    from tests.graph.conftest import Home

BASE = Namespace("https://w3id.org/talkoot/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
OWN = FOLDER / "shapes" / "dcat.ttl"
PUBLISHED = os.environ.get("TALKOOT_DCAT_AP_SHAPES")
_NAMES = ("shapes.ttl", "range.ttl", "mdr-vocabularies.shape.ttl", "shapes_recommended.ttl", "deprecateduris.ttl")
SHAPES = [OWN, *(Path(PUBLISHED, name) for name in _NAMES if PUBLISHED)]


def catalogue(home: Home) -> Graph:
    return Graph().parse(home.current / "dcat.ttl")


def violations(data: Graph, shapes: Path) -> list[tuple[str, str, str]]:
    """Shape, node and message of each violation; recommendations that are not followed are no faults."""
    _, report, _ = validate(data, shacl_graph=Graph().parse(shapes), allow_warnings=True)
    assert isinstance(report, Graph)
    terms = (SH.sourceShape, SH.focusNode, SH.resultMessage)
    return sorted(
        tuple(str(report.value(result, term)) for term in terms)
        for result in report.objects(report.value(predicate=RDF.type, object=SH.ValidationReport), SH.result)
        if report.value(result, SH.resultSeverity) == SH.Violation
    )


@pytest.mark.parametrize("shapes", SHAPES, ids=lambda path: path.name)
def test_the_catalogue_of_the_demo_keeps_to_the_shapes(shapes: Path, demo: Home) -> None:
    assert violations(catalogue(demo), shapes) == []


@pytest.mark.parametrize("demanded", [True, False])
def test_each_of_our_shapes_finds_a_missing_or_a_wrong_value(demanded: bool, demo: Home) -> None:
    data, shapes = catalogue(demo), Graph().parse(OWN)
    told = [
        shape
        for shape in shapes.subjects(RDF.type, SH.PropertyShape)
        if ((shape, SH.minCount, None) in shapes) == demanded
    ]
    for shape in told:
        path = shapes.value(shape, SH.path)
        for node in list(data.subjects(RDF.type, shapes.value(shape, SH.targetClass))):
            data.remove((node, path, None))
            if not demanded:
                for value in (Literal("?"), Literal("!"), URIRef("https://example.org/")):
                    data.add((node, path, value))
    assert {str(shape) for shape in told} - {shape for shape, _, _ in violations(data, OWN)} == set()


@pytest.mark.parametrize("kind", [DCAT.Dataset, DCAT.Distribution])
def test_nothing_stands_without_a_licence_or_rights(kind: URIRef, demo: Home) -> None:
    data = catalogue(demo)
    nodes = set(data.subjects(RDF.type, kind))
    for predicate in (DCTERMS.license, DCTERMS.rights):
        data.remove((None, predicate, None))
    assert {str(node) for node in nodes} <= {node for _, node, _ in violations(data, OWN)}


def test_every_source_stands_with_publisher_licence_day_and_number_of_records(demo: Home) -> None:
    data = catalogue(demo)
    for name, told in demo.manifest["sources"].items():
        source = BASE[f"sources/{name}"]
        assert (BASE.catalog, DCAT.dataset, source) in data
        assert data.value(data.value(source, DCTERMS.publisher), FOAF.name)
        assert data.value(source, DCTERMS.license)
        assert data.value(source, DCTERMS.issued)
        descriptions = {text.language: str(text) for text in data.objects(source, DCTERMS.description)}
        assert descriptions.keys() == {"en", "fi", "sv"}
        assert all(f": {told['records']}." in text for text in descriptions.values())


def test_every_dump_stands_with_size_and_hash_of_the_file(demo: Home) -> None:
    data, found = catalogue(demo), set()
    for dump in data.objects(BASE.dataset, DCAT.distribution):
        name = str(data.value(dump, DCTERMS.title))
        file = (demo.current / name).read_bytes()
        assert data.value(dump, DCAT.downloadURL) == BASE[f"dumps/1/{name}"]
        assert str(data.value(dump, DCAT.byteSize)) == str(len(file))
        checksum = data.value(data.value(dump, SPDX.checksum), SPDX.checksumValue)
        assert bytes.fromhex(str(checksum)) == hashlib.sha256(file).digest()
        assert {text.language for text in data.objects(dump, DCTERMS.description)} == {"en", "fi", "sv"}
        found.add(name)
    assert found == {path.name for path in demo.current.glob("*.gz")}


def test_the_open_dump_alone_says_that_its_terms_are_open(demo: Home) -> None:
    data = catalogue(demo)
    rights = {dump: data.value(dump, DCTERMS.rights) for dump in data.objects(BASE.dataset, DCAT.distribution)}
    assert [dump for dump, terms in rights.items() if terms != BASE["dataset#rights"]] == [BASE["dataset#open-n-quads"]]
    assert (rights[BASE["dataset#open-n-quads"]], RDF.type, DCTERMS.RightsStatement) in data


def test_the_days_are_those_of_the_manifests(home: Home) -> None:
    first = home.manifest["published"]
    home.talkoot("publish")
    data = catalogue(home)
    assert data.value(BASE.dataset, URIRef(f"{DCAT}version")) == Literal("2")
    assert data.value(BASE.catalog, DCTERMS.issued) == Literal(first, datatype=XSD.dateTime)
    assert data.value(BASE.catalog, DCTERMS.modified) == Literal(home.manifest["published"], datatype=XSD.dateTime)


def test_publisher_and_base_are_settings(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKOOT_BASE", "https://lisbon.example/")
    monkeypatch.setenv("TALKOOT_PUBLISHER", "Centro de exemplo")
    monkeypatch.setenv("TALKOOT_PUBLISHER_PAGE", "https://lisbon.example/contacto")
    other = type(home)(tmp_path / "lisbon")
    other.talkoot("harvest", "centres")
    other.talkoot("publish")
    data = catalogue(other)
    publisher = data.value(URIRef("https://lisbon.example/catalog"), DCTERMS.publisher)
    assert str(data.value(publisher, FOAF.name)) == "Centro de exemplo"
    assert data.value(publisher, FOAF.homepage) == URIRef("https://lisbon.example/contacto")
    assert violations(data, OWN) == []

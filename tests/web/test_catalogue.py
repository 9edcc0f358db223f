"""The catalogue of the release that is served, in every format of graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from talkoot.ontology.namespaces import DCAT, DCT, RDF

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.web.conftest import Hand

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "accept", "media"),
    [
        ("/catalog", "*/*", "text/turtle"),
        ("/catalog", BROWSER, "application/xml"),
        ("/catalog", "application/ld+json", "application/ld+json"),
        ("/catalog", "application/rdf+xml", "application/rdf+xml"),
        ("/catalog.jsonld", "*/*", "application/ld+json"),
        ("/catalog?format=nt", "*/*", "application/n-triples"),
    ],
)
def test_the_catalogue_comes_in_the_format_asked_for(client: FlaskClient, path: str, accept: str, media: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media)
    quads = list(parse(input=response.data, format=RdfFormat.from_media_type(media)))
    datasets = {quad.subject.value for quad in quads if (quad.predicate, quad.object) == (RDF["type"], DCAT["Dataset"])}
    assert len(datasets) == 1 + 6  # the graph and its sources
    again = client.get(path, headers={"Accept": accept, "If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("path", "accept"), [("/catalog", "image/png"), ("/catalog.zip", "*/*")])
def test_a_format_that_there_is_not_is_refused(client: FlaskClient, path: str, accept: str) -> None:
    assert client.get(path, headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize("predicate", [DCAT["downloadURL"], DCAT["endpointURL"], DCAT["landingPage"]])
def test_what_the_catalogue_points_to_on_this_site_is_there(client: FlaskClient, predicate: NamedNode) -> None:
    quads = list(parse(input=client.get("/catalog").data, format=RdfFormat.TURTLE))
    local = {quad.object.value for quad in quads if quad.predicate in (predicate, DCAT["accessURL"])}
    paths = [address.removeprefix("https://w3id.org/talkoot") for address in local if "w3id.org/talkoot" in address]
    assert paths
    for path in paths:
        with client.get(path) as response:
            assert response.status_code == 200, path


def test_a_release_made_before_there_were_catalogues_has_none(hand: Hand) -> None:
    thing = NamedNode("https://w3id.org/talkoot/id/actor/a")
    hand.publish(1, [Quad(thing, DCT["title"], Literal("A"))])
    assert hand.client().get("/catalog").status_code == 404

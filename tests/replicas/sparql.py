"""SPARQL endpoints over made-up data in the terms of CORDIS, Kohesio and Wikidata; a real engine answers them."""

from __future__ import annotations

import json
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from tests.replicas.data_server import Asked, Given

EURIO, RESOURCE = "http://data.europa.eu/s66#", "http://data.europa.eu/s66/resource/"
KE = "https://linkedopendata.eu/entity/"
DATE_TIME = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")
RDFS_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def cordis(projects: int, roles: int = 3) -> Store:
    """Projects with numbers as text, each with some parties."""
    store = Store()

    def say(subject: str, name: str, value: NamedNode | Literal) -> None:
        predicate = RDF_TYPE if name == "a" else NamedNode(EURIO + name)
        store.add(Quad(NamedNode(RESOURCE + subject), predicate, value))

    for number in range(projects):
        project = f"projects/{number}"
        say(project, "a", NamedNode(EURIO + "Project"))
        say(project, "identifier", Literal(str(870_000 + 7 * number)))
        say(project, "title", Literal(f"Made-up social innovation {number}", language="en"))
        for part in range(roles):
            role, organisation = f"organisationroles/{number}-{part}", f"organisations/{part}"
            say(project, "hasInvolvedParty", NamedNode(RESOURCE + role))
            say(role, "roleLabel", Literal("coordinator" if part == 0 else "participant"))
            say(role, "isRoleOf", NamedNode(RESOURCE + organisation))
            say(organisation, "legalName", Literal(f'MADE-UP "{part}" OY'))
    return store


def kohesio(operations: int) -> Store:
    """Finnish operations of the European Social Fund in field 113, with a beneficiary each and one for all."""
    store = Store()

    def say(subject: str, name: str, value: NamedNode | Literal) -> None:
        predicate = RDFS_LABEL if name == "label" else NamedNode(f"https://linkedopendata.eu/prop/direct/{name}")
        store.add(Quad(NamedNode(KE + subject), predicate, value))

    say("Q1", "P1583", Literal("ESF"))
    say("Q2", "P869", Literal("113"))
    say("Q10", "P173", Literal("FI"))
    for number in range(operations):
        operation = f"Q{9_000 + number}"
        for name, value in (("P35", "Q9934"), ("P32", "Q10"), ("P1584", "Q1"), ("P888", "Q2"), ("P889", "Q7000"),
                            ("P889", f"Q{7_001 + number}")):  # fmt: skip
            say(operation, name, NamedNode(KE + value))
        say(operation, "label", Literal(f"Keksitty hanke {number}", language="fi"))
        say(operation, "label", Literal(f"Made-up work {number}", language="en"))
        say(operation, "P20", Literal("2016-01-01T00:00:00Z", datatype=DATE_TIME))
        say(operation, "P835", Literal("1000.5"))
        for actor in (7_000, 7_001 + number):
            say(f"Q{actor}", "label", Literal(f"Keksitty yhdistys {actor} ry", language="fi"))
            say(f"Q{actor}", "P32", NamedNode(f"{KE}Q10"))
    return store


def wikidata(items: int) -> Store:
    """Finnish social enterprises with numbers in registers."""
    store = Store()
    wd, wdt = "http://www.wikidata.org/entity/", "http://www.wikidata.org/prop/direct/"

    def say(subject: str, name: str, value: NamedNode | Literal) -> None:
        store.add(Quad(NamedNode(wd + subject), RDFS_LABEL if name == "label" else NamedNode(wdt + name), value))

    say("Q2", "label", Literal("social enterprise", language="en"))
    say("Q33", "label", Literal("Finland", language="en"))
    say("Q33", "P463", NamedNode(wd + "Q458"))
    for number in range(items):
        item = f"Q{90_000 + number}"
        say(item, "P31", NamedNode(wd + "Q2"))
        say(item, "P17", NamedNode(wd + "Q33"))
        say(item, "label", Literal(f"Made-up Works {number}", language="en"))
        say(item, "label", Literal(f"Keksitty työpaja {number}", language="fi"))
        say(item, "P856", NamedNode(f"https://works{number}.example/"))
    return store


def endpoint(store: Store, cap: int = 2**20) -> Any:
    """Answers queries in JSON, at most ``cap`` rows, with Virtuoso's ``typed-literal``."""

    def answer(asked: Asked) -> Given:
        if "application/sparql-results+json" not in asked.accept:
            return Given(b"not acceptable", "text/plain", 406)
        found = store.query(asked.parameters["query"])
        assert isinstance(found, QuerySolutions)
        document = json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")
        document["results"]["bindings"] = document["results"]["bindings"][:cap]
        for row in document["results"]["bindings"]:
            for term in row.values():
                if "datatype" in term:
                    term["type"] = "typed-literal"
        return Given(json.dumps(document).encode(), "application/sparql-results+json")

    return answer

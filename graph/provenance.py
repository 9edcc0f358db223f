"""The graphs beside the records: where each record graph comes from, and who is who (ontology.md 7.4)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, Triple

from talkoot.graph.identity.decisions import Decision
from talkoot.graph.identity.ledger import Entry, redirects
from talkoot.graph.rdf_text import construct, date_literal
from talkoot.graph.records import graph_iri
from talkoot.graph.workbench import KeptRecord, SourceDescription
from talkoot.ontology import frameworks
from talkoot.ontology.namespaces import DCT, FOAF, OWL, PROV, RDF, SCHEMA, SKOS, TK, VOC, XSD


def provenance_graph(base: str) -> NamedNode:
    """The name of the graph that tells where record graphs come from."""
    return NamedNode(f"{base}graph/prov")


def identity_graph(base: str) -> NamedNode:
    """The name of the graph that tells which source entities are which canonical ones, and why."""
    return NamedNode(f"{base}graph/identity")


def framework_quads(base: str) -> Iterator[Quad]:
    """The assessment frameworks, each as a graph of its own."""
    for name, triples in frameworks().items():
        yield from _in_graph(triples, NamedNode(f"{base}graph/framework/{name}"))


def source_iri(base: str, source: str) -> NamedNode:
    """The IRI of a source, as a dataset."""
    return NamedNode(f"{base}sources/{source}")


def provenance_quads(
    records: Iterable[KeptRecord],
    sources: Iterable[SourceDescription],
    runs: Iterable[Mapping[str, Any]],
    complete: Mapping[str, Mapping[str, Any]],
    base: str,
) -> Iterator[Quad]:
    """Of each record graph: pages, how obtained, as of, when read, licence, publisher, first and last seen, hash.

    ``complete`` are the last complete runs by source.
    """
    graph = provenance_graph(base)
    terms = {}
    for source in sources:
        terms[source.id] = source.terms
        yield from _in_graph(construct("source.rq", base, source_values(source, base)), graph)
    started = {run["id"]: run["started"] for run in runs}
    for record in records:
        node, origin = graph_iri(base, record.source, record.key), record.origin
        said: list[tuple[NamedNode, NamedNode | Literal]] = [
            (RDF["type"], PROV["Bundle"]),
            (DCT["isPartOf"], source_iri(base, record.source)),
            (DCT["type"], VOC[f"how-obtained/{origin.obtained}"]),
            (DCT["issued"], date_literal(origin.as_of)),
            (PROV["generatedAtTime"], _time(record.read_at)),
            (PROV["wasAttributedTo"], publisher_iri(base, record.source)),
            (DCT["created"], _time(started[record.first_run])),
            (SCHEMA["sha256"], Literal(record.content_hash)),
            (OWL["versionInfo"], Literal(f"mapping {record.mapping_version}")),
            (FOAF["primaryTopic"], NamedNode(origin.pages[0])),
            *((PROV["wasDerivedFrom"], NamedNode(page)) for page in origin.pages),
        ]
        if origin.licence:
            said.append((DCT["license"], NamedNode(origin.licence)))
        else:
            said.append((DCT["rights"], Literal(terms[record.source])))
        if record.source in complete:
            said.append((DCT["valid"], _time(complete[record.source]["started"])))
        yield from (Quad(node, predicate, value, graph) for predicate, value in said)


def publisher_iri(base: str, source: str) -> NamedNode:
    """The IRI of a source's publisher: its page is a document, not an organisation."""
    return NamedNode(f"{source_iri(base, source).value}#publisher")


def source_values(source: SourceDescription, base: str) -> dict[str, NamedNode | Literal]:
    """What is known of a source, by the variables of ``source.rq`` and ``catalogue_source.rq``."""
    values: dict[str, NamedNode | Literal] = {
        "source": source_iri(base, source.id),
        "id": Literal(source.id),
        "title": Literal(source.title),
        "publisher": publisher_iri(base, source.id),
        "name": Literal(source.publisher),
        "terms": Literal(source.terms),
        "as_of": date_literal(source.as_of),
    }
    if source.publisher_page:
        values["page"] = NamedNode(source.publisher_page)
    if source.licence != "unknown":
        values["licence"] = NamedNode(source.licence)
    return values


def identity_quads(
    canonical: Mapping[str, str], decisions: Iterable[Decision], ledger: Iterable[Entry], base: str
) -> Iterator[Quad]:
    """``tk:viewOf`` for source entities, a ``tk:IdentityLink`` for each decision, ids replaced and ids parted."""
    graph = identity_graph(base)
    ledger = list(ledger)
    for entity, target in canonical.items():
        yield Quad(NamedNode(entity), TK["viewOf"], NamedNode(target), graph)
    for decision in decisions:
        node = NamedNode(f"{graph.value}#{decision.id}")
        pair = [f"{base}id/{decision.subject_id}", f"{base}id/{decision.object_id}"]
        yield Quad(node, RDF["type"], TK["IdentityLink"], graph)
        for entity in pair:
            yield Quad(node, TK["linksFrom"], NamedNode(entity), graph)
        for target in sorted({canonical[entity] for entity in pair if entity in canonical}):
            yield Quad(node, TK["linksTo"], NamedNode(target), graph)
        code = decision.judgement.replace(" ", "-")
        yield Quad(node, TK["hasJudgement"], VOC[f"judgement/{code}"], graph)
        yield Quad(node, DCT["date"], Literal(decision.mapping_date, datatype=XSD["date"]), graph)
        yield Quad(node, SKOS["note"], Literal(decision.mapping_justification), graph)
        yield Quad(node, DCT["creator"], Literal(decision.author_id), graph)
        if decision.evidence:
            yield Quad(node, DCT["description"], Literal(decision.evidence), graph)
    for old, new in redirects(ledger).items():
        node = NamedNode(f"{base}id/{old}")
        yield Quad(node, OWL["deprecated"], Literal(True), graph)
        yield Quad(node, DCT["isReplacedBy"], NamedNode(f"{base}id/{new}"), graph)
    for entry in ledger:
        before, now = NamedNode(f"{base}id/{entry.canonical_id}"), canonical.get(f"{base}id/{entry.entity_id}")
        if entry.status == "split" and now and now != before.value:
            yield Quad(before, OWL["differentFrom"], NamedNode(now), graph)
            yield Quad(NamedNode(now), OWL["differentFrom"], before, graph)


def _in_graph(triples: Iterable[Triple], graph: NamedNode) -> Iterator[Quad]:
    return (Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)


def _time(text: str) -> Literal:
    return Literal(text, datatype=XSD["dateTime"])

"""The coverage graph: by source and by country, what is here of what is known to exist.

By the Data Quality Vocabulary (https://www.w3.org/TR/vocab-dqv/); ``coverage.ttl`` says what is counted, and which
countries have their numbers even where nothing is here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple

from talkoot.graph.dumps import TABLES
from talkoot.graph.provenance import source_iri
from talkoot.graph.search_index import SearchIndex
from talkoot.graph.workbench import SourceDescription
from talkoot.ontology.namespaces import COUNTRY, DCT, DQV, RDF

COUNTED = ("actors", "solutions", "projects", "centres")


def coverage_graph(base: str) -> NamedNode:
    """The name of the graph that tells how much is here."""
    return NamedNode(f"{base}graph/coverage")


def coverage_quads(
    index: Path, merged: Iterable[Triple], sources: Iterable[SourceDescription], records: Mapping[str, int], base: str
) -> Iterator[Quad]:
    """The numbers of each source and country as measurements, by the search index and the merged view of a release.

    ``records`` is the number of records by source. A country's measurement names the sources of what it counts.
    """
    graph, dataset = coverage_graph(base), NamedNode(f"{base}dataset")

    def measured(name: str, on: NamedNode, metric: str, value: int, *more: tuple[NamedNode, Any]) -> Iterator[Quad]:
        node, of = NamedNode(f"{graph.value}#{name}-{metric}"), NamedNode(f"{graph.value}#{metric}")
        said = {RDF["type"]: DQV["QualityMeasurement"], DQV["computedOn"]: on, DQV["isMeasurementOf"]: of}
        for predicate, told in (*said.items(), (DQV["value"], Literal(value)), *more):
            yield Quad(node, predicate, told, graph)

    about = list(pyoxigraph.parse(path=Path(__file__).with_suffix(".ttl"), format=RdfFormat.TURTLE, base_iri=base))
    yield from (Quad(one.subject, one.predicate, one.object, graph) for one in about)
    for source in sources:
        yield from measured(source.id, source_iri(base, source.id), "records", records[source.id])
        if source.known_to_exist:
            who = [(DCT["description"], Literal(source.known_from, language="en"))] if source.known_from else []
            yield from measured(source.id, source_iri(base, source.id), "known", source.known_to_exist, *who)
    said_by: dict[str, set[str]] = defaultdict(set)
    for triple in merged:
        if triple.predicate == DCT["source"]:
            said_by[str(triple.subject)].add(str(triple.object).removeprefix(f"<{base}graph/").partition("/")[0])
    with closing(SearchIndex(index)) as opened:
        for metric in COUNTED:
            members = (str(one.object)[1:-1] for one in about if one.predicate == DCT["spatial"])
            here: dict[str, list[set[str]]] = {member.removeprefix(COUNTRY): [] for member in members}
            for hit in opened.things(TABLES[metric], limit=-1):
                for code in hit.countries:
                    here.setdefault(code, []).append(said_by[f"<{base}{hit.path}>"])
            for code, things in here.items():
                feeding = [(DCT["source"], source_iri(base, name)) for name in sorted(set().union(*things))]
                place = (DCT["spatial"], COUNTRY[code])
                yield from measured(code, dataset, metric, len(things), place, *feeding)

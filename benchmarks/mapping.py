"""Reading, checking and mapping SIM's entries to N-Quads, beside the plain way: json and rdflib."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from rdflib import Dataset, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS

from talkoot.graph.identity.names import NameTable, read_name_rows
from talkoot.graph.settings import Settings
from talkoot.harvesters import FACTS
from talkoot.harvesters.check import check_row
from talkoot.harvesters.definition import load_definitions
from talkoot.harvesters.mappings import map_record
from talkoot.harvesters.readers import READERS, Reading, Row
from talkoot.harvesters.record_graph import Tables
from talkoot.ontology import load_code_lists
from talkoot.ontology.namespaces import ORG, TK

ROUNDS = 5


def ours() -> int:
    """Talkoot's way: declared fields, code lists, names cut and split, sorted N-Quads and their hash."""
    definition = load_definitions()["sim"]
    settings = Settings()
    tables = Tables(settings.base, load_code_lists(), NameTable(read_name_rows([FACTS / "names.csv"])))
    count = 0
    for row in READERS[definition.reader](definition, Reading(settings.max_line_bytes)):
        if isinstance(row, Row):
            record = check_row(definition, row)
            if not isinstance(record, list):
                mapped = map_record(record, tables).mapped()
                mapped.content_hash(mapped.quads_text(settings.base))
                count += 1
    return count


def plain() -> int:
    """The plain way: json.loads and an rdflib dataset with about the same statements, serialised as N-Quads."""
    dataset = Dataset()
    count = 0
    for line in (FACTS / "sim_entries.jsonl").read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        graph = dataset.graph(URIRef(values["url"] + "#graph"))
        solution = URIRef(values["url"] + "#solution")
        graph.add((solution, RDF.type, URIRef(TK["Solution"].value)))
        graph.add((solution, DCTERMS.title, Literal(values["title"])))
        graph.add((solution, FOAF.page, URIRef(values["url"])))
        for place in (*values["countries"], *values.get("target_groups", ())):
            graph.add((solution, DCTERMS.spatial, Literal(place)))
        if "organisation" in values:
            actor, part = URIRef(values["url"] + "#lead"), URIRef(values["url"] + "#part")
            graph.add((actor, RDF.type, URIRef(ORG["Organization"].value)))
            graph.add((actor, SKOS.prefLabel, Literal(values["organisation"])))
            graph.add((part, RDF.type, URIRef(TK["Involvement"].value)))
            graph.add((part, URIRef(TK["involvedIn"].value), solution))
        count += 1
    dataset.serialize(format="nquads")
    return count


def measure_mapping() -> None:
    """Print records a second for both, in turn, and the ratio of the medians."""
    times: dict[str, list[float]] = {"talkoot": [], "json + rdflib": []}
    count = 0
    ways: dict[str, Callable[[], int]] = {"talkoot": ours, "json + rdflib": plain}
    for way in ways.values():
        way()  # once to warm caches and imports
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            count = way()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, seconds in medians.items():
        print(f"mapping, {name}: {count / seconds:,.0f} records/s")
    print(f"mapping, ratio: {medians['json + rdflib'] / medians['talkoot']:.2f}")

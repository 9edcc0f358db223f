"""Mappings: pure functions from a checked record to what it says, one a kind of source."""

from __future__ import annotations

from talkoot.graph.records import Origin
from talkoot.harvesters.check import SourceRecord
from talkoot.harvesters.mappings.centres import map_centre, map_partner, map_seed_record
from talkoot.harvesters.mappings.innokyla import map_innokyla_page
from talkoot.harvesters.mappings.rdf import map_curated, map_rdf
from talkoot.harvesters.mappings.things import map_thing
from talkoot.harvesters.record_graph import RecordGraph, Tables

MAPPING_VERSION = "1"
"""Raised whenever a mapping changes what a record says."""

MAPPINGS = {
    "centres": map_centre, "consortia": map_partner, "curated": map_curated, "innokyla": map_innokyla_page,
    "rdf": map_rdf, "seed_project": map_seed_record, "things": map_thing,
}  # fmt: skip
"""The mappings by the word that a definition uses for them."""


def map_record(record: SourceRecord, tables: Tables) -> RecordGraph:
    """Map one record: a pure function of the record and the tables."""
    definition, values = record.definition, record.values
    named = (values.get(name, []) for name in definition.pages)
    pages = [page for value in named for page in ([value] if isinstance(value, str) else value)]
    if "page" in definition.defaults:
        pages.append(definition.defaults["page"].replace("{key}", record.key))
    licence = "" if definition.licence == "unknown" else definition.licence
    shown = tuple(dict.fromkeys(pages)) or (definition.publisher_page,)
    origin = Origin(shown, definition.obtained, values.get("as_of", definition.as_of), licence)
    graph = RecordGraph(record, tables, origin)
    MAPPINGS[definition.mapping](graph)
    return graph

"""Mappings: pure functions from a checked record to what it says, one a kind of source."""

from __future__ import annotations

from collections.abc import Callable

from talkoot.graph.records import Origin
from talkoot.harvesters.check import SourceRecord
from talkoot.harvesters.mappings.centres import map_centre
from talkoot.harvesters.mappings.consortia import map_partner
from talkoot.harvesters.mappings.curated import map_curated
from talkoot.harvesters.mappings.innokyla import map_innokyla_page
from talkoot.harvesters.mappings.rdf import map_rdf
from talkoot.harvesters.mappings.seed_project import map_seed_record
from talkoot.harvesters.mappings.things import map_thing
from talkoot.harvesters.record_graph import RecordGraph, Tables

MAPPING_VERSION = "1"
"""Raised whenever a mapping changes what a record says."""

Mapping = Callable[[RecordGraph], None]

MAPPINGS: dict[str, Mapping] = {
    "centres": map_centre,
    "consortia": map_partner,
    "curated": map_curated,
    "innokyla": map_innokyla_page,
    "rdf": map_rdf,
    "seed_project": map_seed_record,
    "things": map_thing,
}
"""The mappings by the word that a definition uses for them."""


def map_record(record: SourceRecord, tables: Tables) -> RecordGraph:
    """Map one record: a pure function of the record and the tables."""
    graph = RecordGraph(record, tables, _origin(record))
    MAPPINGS[record.definition.mapping](graph)
    return graph


def _origin(record: SourceRecord) -> Origin:
    definition, values = record.definition, record.values
    pages: list[str] = []
    for name in definition.pages:
        value = values.get(name, [])
        pages += [value] if isinstance(value, str) else value
    if "page" in definition.defaults:
        pages.append(definition.defaults["page"].replace("{key}", record.key))
    return Origin(
        pages=tuple(dict.fromkeys(pages)) or (definition.publisher_page,),
        obtained=definition.obtained,
        as_of=values.get("as_of", definition.as_of),
        licence="" if definition.licence == "unknown" else definition.licence,
    )

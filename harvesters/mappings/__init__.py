"""Mappings: pure functions from a checked record to what it says, one a kind of source."""

from __future__ import annotations

from collections.abc import Callable

from talkoot.graph.records import Origin
from talkoot.harvesters.check import SourceRecord
from talkoot.harvesters.mappings.centres import map_centre
from talkoot.harvesters.mappings.consortia import map_partner
from talkoot.harvesters.mappings.innokyla import map_innokyla_page
from talkoot.harvesters.mappings.seed_project import map_seed_record
from talkoot.harvesters.mappings.solutions import map_solution
from talkoot.harvesters.record_graph import RecordGraph, Tables

MAPPING_VERSION = "1"
"""Raised whenever a mapping changes what a record says."""

Mapping = Callable[[RecordGraph], None]

MAPPINGS: dict[str, Mapping] = {
    "centres": map_centre,
    "consortia": map_partner,
    "innokyla": map_innokyla_page,
    "seed_project": map_seed_record,
    "solutions": map_solution,
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
    return Origin(
        pages=tuple(dict.fromkeys(pages)) or (definition.publisher_page,),
        obtained=definition.obtained,
        as_of=values.get("as_of", definition.as_of),
        licence="" if definition.licence == "unknown" else definition.licence,
    )

"""Readers: each turns what a source holds into declared records, and what it cannot read into issues."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from talkoot.graph.issues import Issue
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.comma_separated import read_csv
from talkoot.harvesters.readers.curated import read_curated
from talkoot.harvesters.readers.json_records import read_json, read_json_lines
from talkoot.harvesters.readers.pages import read_pages
from talkoot.harvesters.readers.rdf import read_rdf
from talkoot.harvesters.readers.rest import read_rest
from talkoot.harvesters.readers.rows import Reading, Row
from talkoot.harvesters.readers.sitemap import read_sitemap
from talkoot.harvesters.readers.sparql import read_sparql
from talkoot.harvesters.readers.wordpress import read_wordpress
from talkoot.harvesters.readers.workbooks import read_xlsx
from talkoot.harvesters.readers.xml_records import read_xml

Reader = Callable[[Definition, Reading], Iterator[Row | Issue]]

READERS: dict[str, Reader] = {
    "csv": read_csv,
    "curated": read_curated,
    "json": read_json,
    "json-lines": read_json_lines,
    "pages": read_pages,
    "rdf": read_rdf,
    "rest": read_rest,
    "sitemap": read_sitemap,
    "sparql": read_sparql,
    "wordpress": read_wordpress,
    "xlsx": read_xlsx,
    "xml": read_xml,
}
"""The readers by the word that a definition uses for them."""

__all__ = ["READERS", "Reader", "Reading", "Row"]

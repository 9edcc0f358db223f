"""Readers: each turns what a source holds into declared records, and what it cannot read into issues."""

from __future__ import annotations

from talkoot.harvesters.readers.curated import read_curated
from talkoot.harvesters.readers.documents import read_json, read_json_lines, read_rdf, read_xml
from talkoot.harvesters.readers.files import Read, Reading, Row
from talkoot.harvesters.readers.pages import read_pages, read_sitemap, read_wordpress
from talkoot.harvesters.readers.services import read_rest, read_sparql
from talkoot.harvesters.readers.tables import read_csv, read_xlsx

READERS: dict[str, Read] = {
    "csv": read_csv, "curated": read_curated, "json": read_json, "json-lines": read_json_lines, "pages": read_pages,
    "rdf": read_rdf, "rest": read_rest, "sitemap": read_sitemap, "sparql": read_sparql, "wordpress": read_wordpress,
    "xlsx": read_xlsx, "xml": read_xml,
}  # fmt: skip
"""The readers by the word that a definition uses for them."""

TELL_CHANGES = ("sitemap", "wordpress")
"""Readers of what says when each of its pages changed."""

__all__ = ["READERS", "TELL_CHANGES", "Reading", "Row"]

"""Readers: each turns what a source holds into declared records, and what it cannot read into issues."""

from __future__ import annotations

from talkoot.harvesters.readers.curated import read_curated
from talkoot.harvesters.readers.documents import read_json, read_json_lines, read_rdf, read_xml
from talkoot.harvesters.readers.fields import chosen
from talkoot.harvesters.readers.files import Read, Reading, Row, of_files, reporting
from talkoot.harvesters.readers.pages import read_pages, read_sitemap, read_wordpress
from talkoot.harvesters.readers.services import read_rest, read_sparql
from talkoot.harvesters.readers.tables import read_csv, read_xlsx

READERS: dict[str, Read] = {
    "csv": chosen(of_files(read_csv)), "xlsx": chosen(of_files(read_xlsx)), "xml": chosen(of_files(read_xml)),
    "json": chosen(of_files(read_json)), "json-lines": chosen(of_files(read_json_lines)), "rdf": of_files(read_rdf),
    "rest": chosen(reporting(read_rest)), "sparql": chosen(reporting(read_sparql)), "curated": read_curated,
    "pages": read_pages, "sitemap": read_sitemap, "wordpress": reporting(read_wordpress),
}  # fmt: skip
"""The readers by the word that a definition uses for them: what reads a file, or a service, made whole."""

TELL_CHANGES = ("sitemap", "wordpress")
"""Readers of what says when each of its pages changed."""

__all__ = ["READERS", "TELL_CHANGES", "Reading", "Row"]

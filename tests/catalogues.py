"""Keeping the interface's catalogues: collect the texts, merge them into each language, compile.

``python -m tests.catalogues`` does all three; the tests hold the catalogues to what the code says.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from talkoot import __version__

FOLDER = Path(__file__).resolve().parent.parent / "web"
TRANSLATIONS = FOLDER / "translations"
LANGUAGES = ("fi", "sv")

_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""The version history knows when a text changed; a date in the file would only make idle changes."""

_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def collect() -> Catalog:
    """Every text of the interface, with the files that use it."""
    catalog = Catalog(project="Talkoot", charset="utf-8")
    found = extract_from_dir(FOLDER, method_map=_METHODS, options_map=_OPTIONS)
    for name, _, message, _, context in sorted(found, key=lambda item: (item[0], item[1])):
        catalog.add(message, locations=[(name, 0)], context=context)
    return catalog


def po_file(language: str) -> Path:
    """A language's catalogue as people edit it."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """A language's catalogue."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, project="Talkoot", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update() -> None:
    """Bring every catalogue up to date with the texts and compile it."""
    template = collect()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.version, catalog.last_translator, catalog.language_team = __version__, "Talkoot", "Talkoot"
        catalog.msgid_bugs_address = ""
        catalog.creation_date = catalog.revision_date = _NO_DATE
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=110, no_location=True, omit_header=False, sort_output=True)
        path.with_suffix(".mo").write_bytes(compiled(catalog))


if __name__ == "__main__":
    update()

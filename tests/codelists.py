"""Write the large code lists anew from the files of their publishers.

    python -m tests.codelists SOURCE_FOLDER

``codelists.toml`` names the files and says what to make of them; codes, names and which area lies in which are
taken over as facts. What stands before the first concept of a list is edited by hand and kept.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import cast

from pyoxigraph import DefaultGraph, NamedNode, QueryTriples, RdfFormat, Store, Triple

from talkoot.ontology.files import FOLDER, text
from talkoot.ontology.namespaces import COUNTRY, OWL, PREFIXES, SKOS
from talkoot.ontology.turtle_form import canonical

CYRILLIC = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")
"""The EU's Bulgarian labels mix in Latin letters of the same look; a search would never find them."""


def main(folder: Path) -> None:
    """Write the lists; a publisher's table that is not as expected ends the program with what was expected."""
    recipes = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    countries, edition = eu_countries(folder / recipes["country"]["file"], recipes["country"]["query"])
    notations = [triple for triple in countries if triple.predicate == SKOS["notation"]]
    codes = {text(triple.object): text(triple.subject).removeprefix(COUNTRY) for triple in notations}
    labels = "".join(f"{triple} .\n" for triple in countries)
    entries = {"country": re.sub(r'"(?:[^"\\]|\\.)*"@bg', lambda label: label[0].translate(CYRILLIC), labels)}
    for name, recipe in recipes["rows"].items():
        entries[name] = "\n\n".join(areas(folder / recipe["file"], recipe["code"], recipe["entry"], codes))
    for name, concepts in entries.items():
        path = FOLDER / "codelists" / f"{name}.ttl"
        head = re.split(r"^\S+ a skos:Concept ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[0]
        if name == "country":  # the edition is the one version right behind a subject
            head = re.sub(r'(?<=> owl:versionInfo )"[^"]*"', edition, head)
        path.write_text(canonical(f"{head}\n{concepts}", PREFIXES), encoding="utf-8")


def eu_countries(path: Path, query: str) -> tuple[list[Triple], str]:
    """The countries of the EU's authority table that the list has, and the table's edition."""
    table = Store()
    table.load(path=path, format=RdfFormat.RDF_XML)
    table.load(path=FOLDER / "codelists" / "country.ttl", format=RdfFormat.TURTLE, to_graph=NamedNode("old:"))
    (edition,) = table.quads_for_pattern(None, OWL["versionInfo"], None, DefaultGraph())
    return list(cast("QueryTriples", table.query(query))), str(edition.object)


def areas(path: Path, column: str, entry: str, countries: dict[str, str]) -> list[str]:
    """The entries that the rows of a table give, by code; an area that lies in two others is an error."""
    found: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, cells in enumerate(csv.DictReader(file), start=2):
            row = {
                name: json.dumps(" ".join((cell or "").split()), ensure_ascii=False)[1:-1]
                for name, cell in cells.items()
            }
            if column == "NUTS_ID":
                if len(row[column]) > 4:
                    continue
                row["more"] = nuts(row, countries)
            if empty := [name for name in re.findall(r"\{(\w+)\}", entry) if not row.get(name)]:
                raise SystemExit(f"{path.name}, line {number}: expected a value of {', '.join(empty)}")
            if found.setdefault(row[column], entry.format_map(row)) != entry.format_map(row):
                raise SystemExit(f"{path.name}, line {number}: {row[column]} stands twice with different facts")
    if not found:
        raise SystemExit(f"{path.name}: expected rows")
    return [found[code] for code in sorted(found)]


def nuts(row: dict[str, str], countries: dict[str, str]) -> str:
    """Level, place and other name of a NUTS region: each lies in the one above it, those of level 0 in countries."""
    code, level = row["NUTS_ID"], len(row["NUTS_ID"]) - 2
    if not level and code not in countries:
        raise SystemExit(f"NUTS {code}: expected a country of the list of countries")
    above = f"<http://data.europa.eu/nuts/code/{code[:-1]}>" if level else f"country:{countries[code]}"
    said = f"skos:broader {above} ; <http://data.europa.eu/nuts/level> {level}"
    said += "" if level else f" ; skos:topConceptOf <nuts-2021> ; skos:closeMatch {above}"
    return said if row["NUTS_NAME"] == row["NAME_LATN"] else f'{said} ; skos:altLabel "{row["NUTS_NAME"]}"'


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Write the large code lists anew from the files of their publishers.

    python -m talkoot.ontology.build_codelists SOURCE_FOLDER

The folder holds what Statistics Finland, the EU's Publications Office and Eurostat publish: AREAS_FILE,
COUNTRIES_FILE, NUTS_FILE.
Codes, names and which area lies in which are taken over as facts; no file is copied. The head of each list in
the folder codelists beside this script is edited by hand and kept: its title, note, source and datatypes.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from talkoot.ontology.namespaces import COUNTRY, PREFIXES
from talkoot.ontology.turtle_form import canonical

AREAS_FILE = "finland/municipality_hva_nuts_2026.csv"
"""Statistics Finland: each municipality with its wellbeing services county and region."""
COUNTRIES_FILE = "eu_vocab/countries-skos.rdf"
"""Publications Office of the EU: the authority table of countries."""
NUTS_FILE = "nuts/NUTS_AT_2021.csv"
"""Eurostat (GISCO): codes and names of the NUTS regions of 2021."""
NUTS = "http://data.europa.eu/nuts/"

AREAS = {
    "municipality-fi": ("municipality", "<wellbeing-services-county/{hyvinvointialue_code}>"),
    "wellbeing-services-county": ("hyvinvointialue", "<region-fi/{maakunta_code}>"),
    "region-fi": ("maakunta", "country:FIN"),
}
"""By list: where the file keeps it, as {column}_code and {column}_name_{language}, and what each area lies in."""
NO_COUNTY = {
    "en": "Not a wellbeing services county; it has a code here so that every municipality has a place.",
    "fi": "Ei ole hyvinvointialue; sillä on tässä koodi, jotta jokaisella kunnalla on paikkansa.",
    "sv": "Inte ett välfärdsområde; det har en kod här för att varje kommun ska ha sin plats.",
}

EU_LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()
MEMBER_STATES = (
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE"
)
OTHERS = "1A0 ALB AND BIH BLR CAN CHE EUR GBR GEO ISL LIE MCO MDA MKD MNE NOR SMR SRB TUR UKR USA VAT"
EU_CODES = {"GRC": "EL", "GBR": "UK"}
"""Two-letter codes of the EU's institutions that differ from ISO 3166-1; the table lists both."""

CYRILLIC = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")
"""The table's Bulgarian labels mix in Latin letters of the same look; a search would never find them."""


class SourceError(ValueError):
    """A publisher's file is not what this script reads; the message says what was expected."""


# Turtle


def quoted(text: str, language: str = "", datatype: str = "") -> str:
    """A literal in Turtle, with its language tag or the name of one of our datatypes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"' + (f"@{language}" if language else "") + (f"^^<datatype/{datatype}>" if datatype else "")


def texts(values: Mapping[str, str]) -> list[str]:
    """The literals of one text in several languages."""
    return [quoted(text, language) for language, text in values.items()]


def concept(subject: str, schemes: Sequence[str], statements: Mapping[str, Sequence[str]]) -> str:
    """One entry of a list, the first scheme being ours; a property without values is left out."""
    head = {"a": ["skos:Concept"], "skos:inScheme": schemes, "skos:topConceptOf": schemes[:1]}
    lines = [f"{prop} {' , '.join(values)}" for prop, values in (head | dict(statements)).items() if values]
    return f"{subject} " + " ;\n  ".join(lines) + " .\n"


def with_entries(text: str, entries: Iterable[str]) -> str:
    """A list in canonical form, with its head as it was and these entries after it."""
    first = re.search(r"^\S+ a skos:Concept ;", text, re.MULTILINE)
    head = text[: first.start()] if first else f"{text}\n"
    return canonical(head + "\n".join(entries), PREFIXES)


# Finland's areas and the regions of NUTS

AREA_COLUMNS = {f"{column}_{end}" for column, _ in AREAS.values() for end in ("code", "name_en", "name_fi", "name_sv")}


def read_rows(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a table; a needed column or value that is missing is an error."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{key: " ".join((value or "").split()) for key, value in row.items()} for row in csv.DictReader(file)]
    for number, row in enumerate(rows or [{}], start=2):
        if empty := sorted(column for column in needed if not row.get(column)):
            raise SourceError(f"{path.name}, line {number}: expected a value of {', '.join(empty)}")
    return rows


def areas(name: str, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """A list's areas in the order of their codes; an area that lies in two others is an error."""
    column, parent = AREAS[name]
    found: dict[str, str] = {}
    for row in rows:
        code = row[f"{column}_code"]
        labels = {language: row[f"{column}_name_{language}"] for language in ("en", "fi", "sv")}
        no_county = column == "hyvinvointialue" and "hyvinvointialue" not in labels["fi"]
        statements = {
            "skos:broader": [parent.format_map(row)],
            "skos:notation": [quoted(code)],
            "skos:prefLabel": texts(labels),
            "skos:scopeNote": texts(NO_COUNTY) if no_county else [],
        }
        if name == "region-fi":
            statements["skos:notation"].append(quoted(row["nuts3_code"], "", "nuts-2024"))
            statements["skos:broadMatch"] = [f"<{NUTS}code/{row['nuts2_code']}>"]
        text = concept(f"<{name}/{code}>", [f"<{name}>"], statements)
        if found.setdefault(code, text) != text:
            raise SourceError(f"{column} {code} stands twice with different facts: expected the same")
    return [found[code] for code in sorted(found)]


def nuts_regions(rows: Sequence[Mapping[str, str]], countries: Mapping[str, str]) -> Iterator[str]:
    """The regions of levels 0 to 2, each in the one above it and those of level 0 in their countries."""
    for row in sorted(rows, key=lambda row: row["NUTS_ID"]):
        code, level = row["NUTS_ID"], len(row["NUTS_ID"]) - 2
        if level > 2:
            continue
        if not level and code not in countries:
            raise SourceError(f"NUTS {code}: expected a country of the list of countries")
        above = f"<{NUTS}code/{code[:-1]}>" if level else f"country:{countries[code]}"
        statements = {
            "skos:topConceptOf": [] if level else ["<nuts-2021>"],
            "skos:broader": [above],
            "skos:notation": [quoted(code, "", "nuts-2021")],
            "skos:prefLabel": [quoted(row["NAME_LATN"])],
            "skos:altLabel": [quoted(row["NUTS_NAME"])] if row["NUTS_NAME"] != row["NAME_LATN"] else [],
            "skos:closeMatch": [] if level else [above],
            f"<{NUTS}level>": [str(level)],
        }
        yield concept(f"<{NUTS}code/{code}>", ["<nuts-2021>", f"<{NUTS}scheme/2021>"], statements)


# Countries


class CountryTable:
    """The EU's authority table of countries: its edition, the labels and codes of its entries."""

    def __init__(self, path: Path) -> None:
        self.edition = ""
        self.labels: dict[tuple[str, str, str], set[str]] = {}
        self.codes: dict[tuple[str, str], set[str]] = {}
        codes: dict[NamedNode | BlankNode | Triple, dict[str, str]] = {}
        mapped: list[tuple[str, NamedNode | BlankNode | Triple]] = []
        for quad in parse(path=str(path), format=RdfFormat.RDF_XML):
            subject, value = quad.subject, quad.object
            local = re.split("[/#]", quad.predicate.value)[-1]
            if isinstance(value, Literal):
                if value.language and isinstance(subject, NamedNode):
                    text = value.value.translate(CYRILLIC) if value.language == "bg" else value.value
                    self.labels.setdefault((subject.value, local, value.language), set()).add(text)
                elif local in ("source", "legacy-code"):
                    codes.setdefault(subject, {})[local] = value.value
                elif local == "versionInfo":
                    self.edition = value.value
            elif local == "op-mapped-code" and isinstance(subject, NamedNode):
                mapped.append((subject.value, value))
        for entry, node in mapped:
            self.codes.setdefault((entry, codes[node]["source"]), set()).add(codes[node]["legacy-code"])
        if not self.labels or not self.edition:
            raise SourceError(f"{path.name}: expected the EU authority table of countries, with its edition")

    def alpha_2(self, code: str) -> str:
        """The two-letter code of ISO 3166-1, as TED's or else EUR-Lex's codes have it; empty if none."""
        if code == "EUR":
            return "EU"
        for source in ("TED", "EurLex"):
            listed = self.codes.get((COUNTRY + code, source), set())
            found = {text for text in listed if re.fullmatch("[A-Z]{2}", text)} - set(EU_CODES.values())
            if len(found) == 1:
                return found.pop()
        return ""

    def concept(self, code: str) -> str:
        """One country with its codes and its labels in the Union's languages."""
        notations = {
            "alpha-2": self.alpha_2(code),
            "alpha-3": code if code.isalpha() and code != "EUR" else "",
            "eu-alpha-2": EU_CODES.get(code, ""),
        }
        preferred, alternative = [], []
        for language in EU_LANGUAGES:
            labels = self.labels.get((COUNTRY + code, "prefLabel", language), set())
            if len(labels) != 1:
                raise SourceError(f"country {code} has {len(labels)} labels in {language}: expected one")
            others = self.labels.get((COUNTRY + code, "altLabel", language), set()) - labels
            preferred += [quoted(text, language) for text in labels]
            alternative += [quoted(text, language) for text in sorted(others)]
        statements = {
            "skos:notation": [quoted(text, "", kind) for kind, text in notations.items() if text],
            "skos:prefLabel": preferred,
            "skos:altLabel": alternative,
        }
        return concept(f"country:{code}", ["<country>", f"<{COUNTRY.removesuffix('/')}>"], statements)


def main(arguments: Sequence[str]) -> int:
    """Write the lists; exit code 2 without a folder, 1 when a file is not as expected."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m talkoot.ontology.build_codelists SOURCE_FOLDER\n")
        return 2
    folder, target = Path(arguments[0]), Path(__file__).parent / "codelists"
    try:
        rows = read_rows(folder / AREAS_FILE, AREA_COLUMNS | {"nuts2_code", "nuts3_code"})
        entries = {name: areas(name, rows) for name in AREAS}
        table, codes = CountryTable(folder / COUNTRIES_FILE), sorted(f"{MEMBER_STATES} {OTHERS}".split())
        entries["country"] = [table.concept(code) for code in codes]
        rows = read_rows(folder / NUTS_FILE, ("NUTS_ID", "NAME_LATN", "NUTS_NAME"))
        countries = {EU_CODES.get(code) or table.alpha_2(code): code for code in codes}
        entries["nuts-2021"] = list(nuts_regions(rows, countries))
        lists = {name: (target / f"{name}.ttl").read_text(encoding="utf-8") for name in entries}
    except (OSError, SourceError, SyntaxError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # the source's edition is the one version right behind a subject
    lists["country"] = re.sub(r'(?<=> owl:versionInfo )"[^"]*"', quoted(table.edition), lists["country"])
    for name, text in lists.items():
        (target / f"{name}.ttl").write_text(with_entries(text, entries[name]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Write the large code lists anew from the files of their publishers.

    python -m talkoot.ontology.build_codelists SOURCE_FOLDER

The folder holds what Statistics Finland and the EU's Publications Office publish: AREAS_FILE, COUNTRIES_FILE.
Codes, names and which area lies in which are taken over as facts; no file is copied. The lists go into the
folder codelists beside this script.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from talkoot.ontology.namespaces import COUNTRY, PREFIXES, VOC

AREAS_FILE = "finland/municipality_hva_nuts_2026.csv"
"""Statistics Finland: each municipality with its wellbeing services county and region."""
COUNTRIES_FILE = "eu_vocab/countries-skos.rdf"
"""Publications Office of the EU: the authority table of countries."""

VERSION = "1.0.0"
LICENCE = "<https://creativecommons.org/licenses/by/4.0/>"
COUNTRY_TABLE = f"<{COUNTRY.removesuffix('/')}>"

EU_LANGUAGES = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
MEMBER_STATES = (
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE"
)
OTHERS = "1A0 ALB AND BIH BLR CAN CHE EUR GBR GEO ISL LIE MCO MDA MKD MNE NOR SMR SRB TUR UKR USA VAT"
EU_CODES = {"GRC": "EL", "GBR": "UK"}
"""Two-letter codes of the EU's institutions that differ from ISO 3166-1; the table lists both."""

CYRILLIC = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")
"""The table's Bulgarian labels mix in Latin letters of the same look; a search would never find them."""

Texts = Mapping[str, str]
Statement = tuple[str, Sequence[str]]


class SourceError(ValueError):
    """A publisher's file is not what this script reads; the message says what was expected."""


def three(en: str, fi: str, sv: str) -> Texts:
    """One text in the three languages of Talkoot."""
    return {"en": en, "fi": fi, "sv": sv}


# Turtle


def quoted(text: str, language: str = "", datatype: str = "") -> str:
    """A literal in Turtle, with its language tag or the name of one of our datatypes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"' + (f"@{language}" if language else "") + (f"^^<datatype/{datatype}>" if datatype else "")


def texts(values: Texts) -> list[str]:
    """The literals of one text in several languages."""
    return [quoted(text, language) for language, text in values.items()]


def block(subject: str, statements: Iterable[Statement]) -> str:
    """All that is said of one subject; a property without values is left out."""
    lines = []
    for prop, values in statements:
        if values:
            joint = " , " if sum(map(len, values)) < 90 else " ,\n    "
            lines.append(f"{prop} {joint.join(values)}")
    return f"{subject} " + " ;\n  ".join(lines) + " .\n"


def datatype(name: str, labels: Texts) -> str:
    """A datatype that tells one kind of notation from another."""
    return block(f"<datatype/{name}>", [("a", ["rdfs:Datatype"]), ("skos:prefLabel", texts(labels))])


def code_list(
    name: str, title: Texts, note: Texts, source: str, credit: Sequence[Statement], rest: Iterable[str]
) -> str:
    """A whole file: base and prefixes, the scheme, the credit due to its source, then the rest."""
    head: list[Statement] = [
        ("a", ["skos:ConceptScheme"]),
        ("dct:title", texts(title)),
        ("dct:source", [source]),
        ("dct:license", [LICENCE]),
        ("owl:versionInfo", [quoted(VERSION)]),
        ("skos:editorialNote", texts(note)),
    ]
    body = "\n".join([block(f"<{name}>", head), block(source, credit), *rest])
    used = [prefix for prefix in ("country", "dct", "owl", "rdfs", "skos") if f"{prefix}:" in body]
    prefixes = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in used)
    return f"@base <{VOC}> .\n{prefixes}\n{body}"


def concept(subject: str, schemes: Sequence[str], statements: Iterable[Statement]) -> str:
    """One entry of a list, the first scheme being ours."""
    head = [("a", ["skos:Concept"]), ("skos:inScheme", schemes), ("skos:topConceptOf", schemes[:1])]
    return block(subject, [*head, *statements])


# Finland's areas


@dataclass(frozen=True)
class AreaList:
    """One list of areas and where the file keeps it."""

    name: str
    column: str  # the columns are {column}_code and {column}_name_{language}
    classification: str  # at Statistics Finland
    parent: str  # the area that each one lies in, with a field for the parent's code
    title: Texts
    note: Texts
    nuts: bool = False

    def concepts(self, rows: Sequence[Mapping[str, str]]) -> list[str]:
        """The areas in the order of their codes; an area that lies in two others is an error."""
        found: dict[str, str] = {}
        for row in rows:
            code = row[f"{self.column}_code"]
            labels = three(*(row[f"{self.column}_name_{language}"] for language in ("en", "fi", "sv")))
            no_county = self.column == "hyvinvointialue" and "hyvinvointialue" not in labels["fi"]
            statements: list[Statement] = [
                ("skos:broader", [self.parent.format_map(row)]),
                (
                    "skos:notation",
                    [quoted(code), *([quoted(row["nuts3_code"], "", "nuts-2024")] if self.nuts else [])],
                ),
                ("skos:prefLabel", texts(labels)),
                ("skos:scopeNote", texts(NO_COUNTY) if no_county else []),
            ]
            text = concept(f"<{self.name}/{code}>", [f"<{self.name}>"], statements)
            if found.setdefault(code, text) != text:
                raise SourceError(f"{self.column} {code} stands twice with different facts: expected the same")
        return [found[code] for code in sorted(found)]

    def turtle(self, rows: Sequence[Mapping[str, str]]) -> str:
        """The whole list."""
        source = f"<https://stat.fi/en/luokitukset/{self.classification}/{self.classification}_1_20260101>"
        credit: list[Statement] = [
            ("dct:title", [quoted(f"{self.title['en']}, 1 January 2026 (Statistics Finland)", "en")]),
            ("dct:publisher", ["<https://stat.fi/>"]),
            ("dct:license", [LICENCE]),
        ]
        rest = self.concepts(rows)
        if self.nuts:
            rest.insert(0, datatype("nuts-2024", three("NUTS code of 2024", "NUTS-koodi 2024", "NUTS-kod 2024")))
        return code_list(self.name, self.title, self.note, source, credit, rest)


NO_COUNTY = three(
    "Not a wellbeing services county; it has a code here so that every municipality has a place.",
    "Ei ole hyvinvointialue; sillä on tässä koodi, jotta jokaisella kunnalla on paikkansa.",
    "Inte ett välfärdsområde; det har en kod här för att varje kommun ska ha sin plats.",
)
AREAS = [
    AreaList(
        "municipality-fi",
        "municipality",
        "kunta",
        "<wellbeing-services-county/{hyvinvointialue_code}>",
        three("Municipalities of Finland", "Suomen kunnat", "Finlands kommuner"),
        three(
            "Complete: the 308 municipalities of 1 January 2026. Those abolished earlier are left out.",
            "Täydellinen: 1.1.2026 voimassa olleet 308 kuntaa. Aiemmin lakanneet puuttuvat.",
            "Fullständig: de 308 kommunerna den 1 januari 2026. Tidigare indragna har utelämnats.",
        ),
    ),
    AreaList(
        "wellbeing-services-county",
        "hyvinvointialue",
        "hyvinvointialue",
        "<region-fi/{maakunta_code}>",
        three("Wellbeing services counties of Finland", "Suomen hyvinvointialueet", "Finlands välfärdsområden"),
        three(
            "Complete on 1 January 2026: 21 counties, with Helsinki and Åland beside them.",
            "Täydellinen 1.1.2026: 21 hyvinvointialuetta sekä Helsinki ja Ahvenanmaa niiden rinnalla.",
            "Fullständig den 1 januari 2026: 21 välfärdsområden samt Helsingfors och Åland vid sidan av dem.",
        ),
    ),
    AreaList(
        "region-fi",
        "maakunta",
        "maakunta",
        "country:FIN",
        three("Regions of Finland", "Suomen maakunnat", "Finlands landskap"),
        three(
            "Complete: the 19 regions of 1 January 2026. A region is not a wellbeing services county.",
            "Täydellinen: 1.1.2026 voimassa olleet 19 maakuntaa. Maakunta ei ole hyvinvointialue.",
            "Fullständig: de 19 landskapen den 1 januari 2026. Ett landskap är inte ett välfärdsområde.",
        ),
        nuts=True,
    ),
]


def read_areas(path: Path) -> list[dict[str, str]]:
    """The rows of municipalities; a column or a value that is missing is an error."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{key: " ".join((value or "").split()) for key, value in row.items()} for row in csv.DictReader(file)]
    needed = {f"{item.column}_{end}" for item in AREAS for end in ("code", "name_en", "name_fi", "name_sv")} | {
        "nuts3_code"
    }
    for number, row in enumerate(rows or [{}], start=2):
        if empty := sorted(column for column in needed if not row.get(column)):
            raise SourceError(f"{path.name}, line {number}: expected a value of {', '.join(empty)}")
    return rows


# Countries


class CountryTable:
    """The EU's authority table of countries: labels and codes of its entries."""

    def __init__(self, path: Path) -> None:
        self.edition = ""
        self.labels: dict[tuple[str, str, str], set[str]] = {}
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
        self.codes: dict[tuple[str, str], set[str]] = {}
        for entry, node in mapped:
            key = (entry, codes[node]["source"])
            self.codes.setdefault(key, set()).add(codes[node]["legacy-code"])
        if not self.labels or not self.edition:
            raise SourceError(f"{path.name}: expected the EU authority table of countries, with its edition")

    def label(self, code: str, language: str) -> str:
        """The preferred label of a country in one language."""
        found = self.labels.get((COUNTRY + code, "prefLabel", language), set())
        if len(found) != 1:
            raise SourceError(f"country {code} has {len(found)} labels in {language}: expected one")
        return next(iter(found))

    def alternatives(self, code: str, language: str) -> list[str]:
        """The alternative labels of a country in one language."""
        return sorted(self.labels.get((COUNTRY + code, "altLabel", language), set()) - {self.label(code, language)})

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
        languages = EU_LANGUAGES.split()
        alternatives = [quoted(text, language) for language in languages for text in self.alternatives(code, language)]
        statements: list[Statement] = [
            ("skos:notation", [quoted(text, "", kind) for kind, text in notations.items() if text]),
            ("skos:prefLabel", [quoted(self.label(code, language), language) for language in languages]),
            ("skos:altLabel", alternatives),
        ]
        return concept(f"country:{code}", ["<country>", COUNTRY_TABLE], statements)

    def turtle(self) -> str:
        """The whole list, under the EU's own IRIs."""
        credit: list[Statement] = [
            ("dct:title", [quoted("Country (EU authority table)", "en")]),
            ("dct:publisher", ["<http://publications.europa.eu/resource/authority/corporate-body/PUBL>"]),
            ("owl:versionInfo", [quoted(self.edition)]),
        ]
        rest = [datatype(name, labels) for name, labels in COUNTRY_CODES.items()]
        rest += [self.concept(code) for code in sorted(f"{MEMBER_STATES} {OTHERS}".split())]
        return code_list("country", three("Country", "Maa", "Land"), COUNTRY_NOTE, COUNTRY_TABLE, credit, rest)


COUNTRY_CODES = {
    "alpha-2": three("ISO 3166-1 alpha-2 code", "ISO 3166-1 alfa-2 -koodi", "ISO 3166-1 alfa-2-kod"),
    "alpha-3": three("ISO 3166-1 alpha-3 code", "ISO 3166-1 alfa-3 -koodi", "ISO 3166-1 alfa-3-kod"),
    "eu-alpha-2": three(
        "two-letter code of the EU's institutions, where it differs from ISO 3166-1",
        "EU:n toimielinten kaksikirjaiminen koodi, kun se poikkeaa ISO 3166-1:stä",
        "EU-institutionernas kod med två bokstäver, när den avviker från ISO 3166-1",
    ),
}
COUNTRY_NOTE = three(
    "An excerpt of the EU authority table: the 27 member states, the European Union's own entry, 20 more"
    " countries of Europe, Canada and the United States, with labels in the Union's 24 official languages."
    " Latin letters in Bulgarian labels are replaced by the Cyrillic ones that look the same. EU is a code"
    " that ISO 3166-1 keeps for the Union; Kosovo (1A0) has none there.",
    "Ote EU:n auktoriteettitaulusta: 27 jäsenvaltiota, Euroopan unionin oma merkintä, 20 muuta Euroopan"
    " maata, Kanada ja Yhdysvallat, nimet unionin 24 virallisella kielellä. Bulgarian nimien latinalaiset"
    " kirjaimet on korvattu samannäköisillä kyrillisillä. EU on koodi, jonka ISO 3166-1 varaa unionille;"
    " Kosovolla (1A0) ei siinä ole koodia.",
    "Ett utdrag ur EU:s auktoritetstabell: de 27 medlemsstaterna, Europeiska unionens egen post, 20 andra"
    " länder i Europa, Kanada och Förenta staterna, med namn på unionens 24 officiella språk. Latinska"
    " bokstäver i bulgariska namn har ersatts med likadana kyrilliska. Koden EU reserverar ISO 3166-1 för"
    " unionen; Kosovo (1A0) saknar kod där.",
)


def main(arguments: Sequence[str]) -> int:
    """Write the lists; exit code 2 without a folder, 1 when a file is not as expected."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m talkoot.ontology.build_codelists SOURCE_FOLDER\n")
        return 2
    folder, target = Path(arguments[0]), Path(__file__).parent / "codelists"
    try:
        rows = read_areas(folder / AREAS_FILE)
        lists = {item.name: item.turtle(rows) for item in AREAS}
        lists["country"] = CountryTable(folder / COUNTRIES_FILE).turtle()
    except (OSError, SourceError, SyntaxError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, text in lists.items():
        (target / f"{name}.ttl").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Made-up organisations whose clusters are known, as many as wanted, the same ones each time: none of them exists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count as numbers
from itertools import islice
from random import Random

from talkoot.graph.identity.comparison import Comparer, Comparison
from talkoot.graph.identity.evaluation import Labelled, entity
from talkoot.graph.identity.names import NameTable
from talkoot.ontology import load_code_lists

SOURCES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
COUNTRIES = {  # two letters, letters of its alphabet, kinds of bodies, legal forms
    "FI": ("kptsmlnvrj aeiouy", ("säätiö", "yhdistys", "museo"), ("ry", "sr", "oy")),
    "DE": ("bdfgklmnprstw aeiou", ("Stiftung", "Verein", "Museum"), ("e.V.", "gGmbH")),
    "FR": ("bcdfgjlmnprstv aeiou", ("Fondation", "Association", "Musée"), ("SA", "SARL")),
    "GR": ("βγδζκλμνπρστφχ αειο", ("Ίδρυμα", "Σύλλογος", "Μουσείο"), ("ΑΕ", "ΕΠΕ")),
    "BG": ("бвгдзклмнпрстф аеиоу", ("Фондация", "Асоциация", "Музей"), ("ООД", "ЕООД")),
    "IE": ("bcdfghlmnprst aeiou", ("Foundation", "Association", "Museum"), ("Ltd", "CLG")),
}
ENGLISH = ("Foundation", "Association", "Museum")
THEMES = ("social", "health", "youth", "rural", "digital", "community", "inclusion", "skills", "care", "local")
SHARED = ("https://www.facebook.com/{}", "https://everyone-here.org", "https://{}.everyone-here.org/page")
_ROR = "0123456789abcdefghjkmnpqrstvwxyz"


def word(number: int, letters: str, syllables: int) -> str:
    """A word of its own for each number, of so many syllables at least."""
    consonants, vowels = letters.split()
    made, number = "", number * 7919 + 13
    while number or syllables > 0:
        made += consonants[number % len(consonants)] + vowels[number // len(consonants) % len(vowels)]
        number, syllables = number // (len(consonants) * len(vowels)), syllables - 1
    return made


def identifiers(body: int) -> dict[str, str]:
    """Numbers of a body with check digits that fit."""
    value, ror = body % 32**6, ""
    for _ in range(6):
        value, ror = value // 32, _ROR[value % 32] + ror
    digits = f"{body:07d}"[-7:]
    rest = sum(int(digit) * weight for digit, weight in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    ror = f"0{ror}{98 - body % 32**6 * 100 % 97:02d}"
    found = {"PIC": f"{100_000_000 + body}", "ROR": ror, "Wikidata": f"Q{body + 1}"}
    return found if rest == 1 else found | {"YTJ": f"{digits}-{11 - rest if rest else 0}"}


def _body(body: int, draw: Random) -> Iterator[Labelled]:
    """The records of one body: one to five sources with spellings of their own; some have units or a sibling."""
    code = draw.choice(tuple(COUNTRIES))
    letters, kinds, forms = COUNTRIES[code]
    own, place = word(body, letters, 3).capitalize(), word(body // 3, letters, 2).capitalize() + "vo"
    kind, theme, form = draw.randrange(3), draw.choice(THEMES), draw.choice(forms)
    plain, sibling = f"{own} {place} {theme} {kinds[kind]}", draw.random() < 0.03
    site = f"{word(body, COUNTRIES['IE'][0], 4)}.{code.lower()}" if draw.random() < 0.7 else ""
    known = {register: number for register, number in identifiers(body).items() if draw.random() < 0.5}
    for source in draw.sample(SOURCES, draw.choices((1, 2, 3, 4, 5), (30, 30, 20, 12, 8))[0]):
        for unit in (0, *((1,) if draw.random() < 0.04 else ()), *((2,) if sibling else ())):
            name = draw.choice((
                f"{plain} {form}", plain, plain.upper(), f"{kinds[kind]} {own} {place} {theme}",
                f"{plain} ({own.upper()})", plain.replace(place, place[:-1]),
                f"{own} {place} {theme} {ENGLISH[kind]}",
            ))  # fmt: skip
            chance = draw.random()
            numbers = {register: number for register, number in known.items() if not unit and draw.random() < 0.4}
            if chance < 0.004:
                numbers |= identifiers(body + 1) if chance < 0.002 else {"ROR": "012345678", "VIES": "FI00000001"}
            elif chance < 0.012:
                numbers["PIC"] = "999999999"
            host = site if draw.random() < 0.8 else draw.choice(SHARED).format(own.lower()) if chance > 0.95 else ""
            if host and "//" not in host:
                host = draw.choice(("https://www.{}", "http://{}/en/", "{}", "https://{}/about")).format(host)
                host = f"https://lab.{site}/unit" if unit == 1 else host
            yield Labelled(
                f"src/{source}/actor/{body}{f'-{unit}' if unit else ''}", source,
                [(name, f"Department of {theme}, {name}", f"{name} {2 + body % 3}")[unit]]
                + [f"{own} {theme} {ENGLISH[kind]}"] * (not unit and draw.random() < 0.2),
                host, code if source != "zeta" and draw.random() < 0.9 else "", f"{body}-{unit}", numbers,
            )  # fmt: skip


def records(count: int, seed: int = 1) -> Iterator[Labelled]:
    """So many records, as a stream; more of them begin with the fewer."""
    draw = Random(seed)
    return islice((record for body in numbers() for record in _body(body, draw)), count)


def comparisons(count: int, seed: int = 1) -> Iterator[Comparison]:
    """What matching compares of so many records."""
    codes = load_code_lists()
    comparer = Comparer(NameTable(), codes["country"])
    return (comparer.compare(record.id, entity(record, codes)) for record in records(count, seed))

"""Innokylä: model and kokonaisuus pages in each template stage that its page text shows, in four markups.

The labels and the order of the fields are the site's; the markup is made up, for the live one is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

from tests.replicas.server import Reply

STAGES = ("old", "old, two accordions", "middle", "new", "new, doubled")
MARKUPS = ("fields", "dl", "table", "headings")
PERSON, MAIL = "Keksitty Henkilö", "keksitty.henkilo@kunta.example"
PERSONAL = ("Tekijä", "Yhteyshenkilön nimi", "Yhteyshenkilön sähköpostiosoite")

LINK = "→ "
COLLECTION = "/fi/kokonaisuus/etela-pohjanmaan-rakenneuudistus"
_CHEVRON = "<svg><title>icon/chevron-down</title><desc>Created with Sketch.</desc></svg>"
Field = tuple[str, list[str]]


def site(facts: Iterable[Mapping[str, Any]], stage: str, markup: str) -> Any:
    """The pages of these facts: each front page, and under it the tab that its kind has."""
    pages: dict[str, str] = {}
    for fact in facts:
        path = "/fi/" + fact["item"]
        pages.setdefault(path, front_page(fact, stage, markup))
        pages.setdefault(f"{path}/kehittamisen-polku", tab_page(fact, stage, markup))
        pages.setdefault(f"{path}/toimintamallit", tab_page(fact, stage, markup))

    def answer(path: str) -> Reply | None:
        return Reply(pages[urlsplit(path).path]) if urlsplit(path).path in pages else None

    return answer


def front_page(fact: Mapping[str, Any], stage: str, markup: str) -> str:
    """A front page with its block *Perustiedot* and the prose behind it."""
    if fact["type"] not in ("toimintamalli", "kokonaisuus"):
        return page(fact["title"], "<p>Tekstiä.</p>", stage)
    model = fact["type"] == "toimintamalli"
    fields = _model(fact, stage) if model else _whole(fact)
    sections = ["Ratkaisun perusidea", "Toimintaympäristö", "Kohderyhmä ja asiakasymmärrys"] if model else []
    prose = "".join(f"<h3>{_stars(name, stage)}</h3><p>Keksitty kappale, jossa on tekstiä.</p>" for name in sections)
    lead = "<p>Keksitty lyhyt kuvaus.</p><p>Toinen kappale.</p>"
    chevron = _CHEVRON if stage.startswith("old") else ""
    second = chevron if stage == "old, two accordions" else ""
    heading = "Toimintamallin kuvaus" if model else "Lähtötilanne ja strategiset liittymäkohdat"
    body = (
        f"{lead}<div class='accordion'>{chevron}<h2>Perustiedot</h2>{render(fields, stage, markup)}</div>"
        f"<div class='accordion'>{second}<h2>{_stars(heading, stage)}</h2>{prose}</div>"
    )
    return page(fact["title"], body, stage)


def tab_page(fact: Mapping[str, Any], stage: str, markup: str) -> str:
    """The tab *kehittämisen polku*: prose under headings, among them one that lists people."""
    names = ("Toimintaympäristö", "Kehittäjäjoukon kokoaminen ja yhteiskehittäminen", "Tavoiteltu muutos")
    body = "".join(f"<h3>{_stars(name, stage)}</h3><p>{PERSON} (THL), {MAIL}</p>" for name in names)
    return page(fact["title"], f"<p>Keksitty lyhyt kuvaus.</p>{body}", stage)


def page(title: str, body: str, stage: str) -> str:
    """A page around a body."""
    twice = f"<p class='visually-hidden'>{escape(title)}</p>" if stage == "new, doubled" else ""
    return (
        f"<!-- made up -->\n<!doctype html><html lang='fi'><head><meta charset='utf-8'><title>{escape(title)} | "
        "Innokylä</title><style>p { color: black }</style></head><body><header><nav><a href='/fi'>Etusivu</a>"
        f"<a href='{COLLECTION}'>Rahoittaja</a></nav></header>"
        f"<main><h1>{escape(title)}</h1>{twice}{body}</main>"
        "<footer><p>Tekijä</p><p>Terveyden ja hyvinvoinnin laitos</p></footer></body></html>"
    )


def _model(fact: Mapping[str, Any], stage: str) -> list[Field]:
    region = "Paikkakunta tai maakunta" if stage.startswith("old") else "Paikkakunta, maakunta tai hyvinvointialue"
    return [
        ("Model name" if stage == "middle" else "Toimintamallin nimi", [fact["title"]]),
        ("Toimintamallin lyhyt kuvaus", ["Keksitty lyhyt kuvaus.", "Toinen kappale."]),
        ("Toteutuspaikka", [fact["place"]] if "place" in fact else []),
        (region, fact.get("region", [])),
        ("Toimintamallin rahoittaja", fact.get("funder", [])),
        ("Liitteet ja linkit", ["Esite.pdf"]),
        ("Kuva", []),
        ("Kuvateksti", ["Euroopan unionin osarahoittama"]),
        ("Tekijä", [PERSON] if "region" in fact else []),
        ("Luotu", _date(fact, "created", stage)),
        ("Viimeksi muokattu", _date(fact, "modified", stage)),
    ]


def _whole(fact: Mapping[str, Any], stage: str = "") -> list[Field]:
    return [
        ("Kokonaisuuden nimi", [fact["title"]]),
        ("Lyhyt kuvaus", ["Keksitty kuvaus.", *([LINK + fact["parent"]] if "parent" in fact else [])]),
        ("Kokonaisuuden tarkoitus ja tavoitteet", ["Keksitty tarkoitus."]),
        *([("Toimiaika", [fact["period"]])] if "period" in fact else []),
        *([("Toimijat", fact["actors"])] if "actors" in fact else []),
        ("Rahoittaja", fact.get("funder", [])),
        ("Liitetiedostot ja linkit", ["Keksitty liite"]),
        ("Yhteyshenkilön nimi", [PERSON]),
        ("Yhteyshenkilön organisaatio", ["Keksitty kunta"]),
        ("Yhteyshenkilön sähköpostiosoite", [MAIL]),
        ("Tekijä", [PERSON]),
        ("Luotu", _date(fact, "created", stage)),
        ("Viimeksi muokattu", _date(fact, "modified", stage)),
    ]


def _date(fact: Mapping[str, Any], name: str, stage: str) -> list[str]:
    if name not in fact:
        return []
    day, month, year = (int(part) for part in fact[name].split("."))
    return [f"{day}.{month}.{year}" if stage.startswith("new") else f"{day:02}.{month:02}.{year}"]


def _stars(text: str, stage: str) -> str:
    return f"{text} **" if stage.startswith("old") else text


def render(fields: Iterable[Field], stage: str, markup: str) -> str:
    """Labels and values in one of the markups."""
    return _WRAP[markup].format("".join(_FIELD[markup](_label(name, stage, markup), values) for name, values in fields))


def _label(name: str, stage: str, markup: str) -> str:
    shown = escape(_stars(name, stage).replace(" ", "&nbsp;", 1)).replace("&amp;nbsp;", "&nbsp;")
    if stage == "new, doubled":
        return f"<div>{shown}</div><div class='visually-hidden'>{shown}</div>"
    return shown


def text(value: str) -> str:
    """A value as HTML that shows it just so: doubled spaces and line breaks stand; a link to another page."""
    if value.startswith(LINK):
        return f"Osa ohjelmaa <a href='{COLLECTION}'>{escape(value.removeprefix(LINK))}</a>"
    return escape(value).replace("  ", "&nbsp; ").replace("\n", "<br>")


def _field_divs(name: str, values: list[str]) -> str:
    items = "".join(f"<div class='field__item'>{text(value)}</div>" for value in values)
    items = f"<div class='field__items'>{items}</div>" if values else ""
    return f"<div class='field field--name-x'>\n <div class='field__label'>{name}</div>\n {items}</div>\n"


def _dl(name: str, values: list[str]) -> str:
    return f"<dt>{name}</dt>" + ("".join(f"<dd>{text(value)}</dd>" for value in values) or "<dd></dd>")


def _table(name: str, values: list[str]) -> str:
    return f"<tr><th scope='row'>{name}</th><td>{''.join(f'<p>{text(value)}</p>' for value in values)}</td></tr>"


def _headings(name: str, values: list[str]) -> str:
    return f"<h4>{name}:</h4>" + "".join(f"<p><span>{text(value)}</span></p>" for value in values)


_FIELD = {"fields": _field_divs, "dl": _dl, "table": _table, "headings": _headings}
_WRAP = {"fields": "<div>{}</div>", "dl": "<dl>{}</dl>", "table": "<table><tbody>{}</tbody></table>", "headings": "{}"}

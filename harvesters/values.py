"""Values: whether one is of a declared kind, and what each kind expects."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?")
_DAYS = re.compile(
    r"(?<!\d)(?:(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d\d)"
    r"|(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?!\d)(?:-[0-3]\d(?!\d))?)?)(?!\d)"
)
_FINNISH_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_AMOUNT = re.compile(r"-?\d{1,3}(?:[ .\u00a0]\d{3})+(?:,\d+)?|-?\d+(?:[.,]\d+)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CLASSES: dict[str, type] = {"list": list, "object": dict, "boolean": bool}

LONGEST_TEXT = 20_000
"""Characters that one value may have: names and titles are facts, not prose, and checks stay quick."""

EXPECTATIONS = {
    "text": f"a text that is not empty, of at most {LONGEST_TEXT:,} characters",
    "iri": "an http or https address without spaces",
    "date": "a year, a year and month, or a date (ISO 8601)",
    "finnish-date": "a date as d.m.yyyy",
    "amount": "a number, with a point or a comma before its decimals, and spaces or points between thousands",
    "language": "a language code of two or three letters (ISO 639)",
    "boolean": "true or false",
    "list": "a list",
    "object": "an object",
}


def fits(kind: str, value: Any) -> bool:
    """Whether a value is of a declared kind (the keys of :data:`EXPECTATIONS`)."""
    if kind in _CLASSES:
        return isinstance(value, _CLASSES[kind])
    if kind == "amount" and type(value) in (int, float):
        return True
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        return False
    match kind:
        case "iri":
            return is_address(value)
        case "amount":
            return bool(_AMOUNT.fullmatch(value.strip()))
        case "date":
            try:
                return bool(_DATE.fullmatch(value) and date.fromisoformat(f"{value}-01-01"[:10]))
            except ValueError:
                return False
        case "finnish-date":
            return bool(_FINNISH_DATE.fullmatch(value)) and fits("date", iso_date(value))
    return kind != "language" or bool(_LANGUAGE.fullmatch(value))


def is_address(text: str) -> bool:
    """Whether a text is an http or https address that may stand in RDF as an IRI (RFC 3987)."""
    try:
        NamedNode(text)
        parts = urlsplit(text)
    except ValueError:  # among them what UTF-8 cannot hold
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def iso_date(finnish: str) -> str:
    """A date as d.m.yyyy in ISO 8601 form."""
    match = _FINNISH_DATE.fullmatch(finnish)
    if match is None:
        raise ValueError(f"{finnish!r} is not a date as d.m.yyyy")
    return _iso(*match.groups())


def _iso(day: str, month: str, year: str) -> str:
    return f"{year}-{int(month):02}-{int(day):02}"


def days(text: str) -> list[str]:
    """The years, months and days that words hold, in order (ISO 8601, or d.m.yyyy); none where one cannot be."""
    found = [_iso(*one.groups()) if one[1] else one[0] for one in _DAYS.finditer(text)]
    return found if all(fits("date", day) for day in found) else []


def decimal(amount: str | float) -> str:
    """An amount as xsd:decimal: a point before the decimals, nothing between thousands."""
    text = str(amount).strip()
    if re.search(r"[ .\u00a0]\d{3}(?:\D|$)", text):
        text = re.sub(r"[ .\u00a0]", "", text)
    return text.replace(",", ".")

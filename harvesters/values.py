"""Values: whether one is of a declared kind, and what each kind expects."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")
_DAYS = re.compile(
    r"(?<!\d)(?:(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>(?:19|20)\d\d)"
    r"|(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?!\d)(?:-[0-3]\d(?!\d))?)?)(?!\d)"
)
_FINNISH_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_AMOUNT = re.compile(r"-?\d{1,3}(?:[ .\u00a0]\d{3})+(?:,\d+)?|-?\d+(?:[.,]\d+)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")

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
    if kind == "list":
        return isinstance(value, list)
    if kind == "object":
        return isinstance(value, dict)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "amount" and isinstance(value, int | float):
        return not isinstance(value, bool)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        return False
    if kind == "iri":
        return is_address(value)
    if kind == "amount":
        return _AMOUNT.fullmatch(value.strip()) is not None
    if kind == "date":
        found = _DATE.fullmatch(value)
        return found is not None and _is_day(found[1], found[2] or "1", found[3] or "1")
    if kind == "finnish-date":
        found = _FINNISH_DATE.fullmatch(value)
        return found is not None and _is_day(found[3], found[2], found[1])
    return kind != "language" or _LANGUAGE.fullmatch(value) is not None


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


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
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"


def days(text: str) -> list[str]:
    """The years, months and days that words hold, in order (ISO 8601, or d.m.yyyy); none where one cannot be."""
    found = [
        f"{one['year']}-{int(one['month']):02}-{int(one['day']):02}" if one["day"] else one[0]
        for one in _DAYS.finditer(text)
    ]
    return found if all(fits("date", day) for day in found) else []


def decimal(amount: str | float) -> str:
    """An amount as xsd:decimal: a point before the decimals, nothing between thousands."""
    text = str(amount).strip()
    if re.search(r"[ .\u00a0]\d{3}(?:\D|$)", text):
        text = re.sub(r"[ .\u00a0]", "", text)
    return text.replace(",", ".")

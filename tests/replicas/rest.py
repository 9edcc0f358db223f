"""Made-up registers that speak as PRH/YTJ v3, GLEIF and ROR v2 do."""

from __future__ import annotations

import json
from typing import Any

from tests.replicas.data_server import Asked, Given

API_TYPE = "application/vnd.api+json"


def given(document: Any, media_type: str = "application/json", status: int = 200) -> Given:
    """A document as an answer."""
    return Given(json.dumps(document).encode(), media_type, status)


def company(number: int) -> dict[str, Any]:
    """A company as PRH has it; number, names and site are made up."""
    return {
        "businessId": {"value": f"{number:07}-0", "registrationDate": "1999-01-01", "source": "3"},
        "euId": {"value": f"FIFPRO.{number:07}-0", "source": "1"},
        "names": [
            {"name": f"Entinen {number} Oy", "type": "1", "registrationDate": "1999-01-01", "endDate": "2009-12-31",
             "version": 2, "source": "1"},
            {"name": f"Keksitty {number} Oy", "type": "1", "registrationDate": "2010-01-01", "version": 1},
            {"name": f"Made-up {number} Ltd", "type": "2", "registrationDate": "2010-01-01", "version": 1},
        ],
        "website": {"url": f"www.keksitty{number}.example", "registrationDate": "2019-07-01", "source": "0"},
        "companyForms": [{"type": "16", "descriptions": [{"languageCode": "1", "description": "Osakeyhtiö"}]}],
        "addresses": [{"type": 1, "street": "Keksitty tie", "postOffices": [
            {"city": "HELSINKI", "languageCode": "1", "municipalityCode": "091"},
            {"city": "HELSINGFORS", "languageCode": "2", "municipalityCode": "091"}]}],
        "tradeRegisterStatus": "1", "status": "2", "registrationDate": "1999-01-01",
        "lastModified": "2026-01-01 10:00:00",
    }  # fmt: skip


def prh(known: int) -> Any:
    """PRH by business id; it knows numbers below ``known``."""

    def answer(asked: Asked) -> Given:
        number = int(asked.parameters["businessId"][:7])
        companies = [company(number)] if number < known else []
        return given({"totalResults": len(companies), "companies": companies})

    return answer


def gleif(host: str, count: int, size: int = 10) -> Any:
    """GLEIF: JSON:API with an absolute address of the next page."""

    def answer(asked: Asked) -> Given:
        page = int(asked.parameters.get("page[number]", 1))
        here = range((page - 1) * size, min(page * size, count))
        records = [
            {"type": "lei-records", "id": f"MADEUP{number:014}", "attributes": {
                "lei": f"MADEUP{number:014}",
                "entity": {"legalName": {"name": f"Keksitty {number} Oy", "language": "fi"},
                           "registeredAt": {"id": "RA000188"}, "registeredAs": f"{number:07}-0"}}}
            for number in here
        ]  # fmt: skip
        following = f"{host}/api/v1/lei-records?page[number]={page + 1}" if page * size < count else None
        links = {"first": f"{host}/api/v1/lei-records", **({"next": following} if following else {})}
        meta = {"pagination": {"currentPage": page, "perPage": size, "total": count}}
        return given({"meta": meta, "links": links, "data": records}, API_TYPE)

    return answer


def ror_record(number: int) -> dict[str, Any]:
    """An organisation as ROR v2 has it."""
    return {
        "id": f"https://ror.org/0madeup{number}",
        "names": [
            {"value": f"Made-up Institute {number}", "types": ["ror_display", "label"], "lang": "en"},
            {"value": f"MUI{number}", "types": ["acronym"], "lang": None},
        ],
        "types": ["nonprofit"], "status": "active", "established": 1999,
        "links": [{"type": "website", "value": f"https://institute{number}.example"},
                  {"type": "wikipedia", "value": f"https://wiki.example/{number}"}],
        "external_ids": [{"type": "wikidata", "all": [f"Q9{number}"], "preferred": None}],
        "locations": [{"geonames_id": 1, "geonames_details": {"country_code": "FI", "name": "Helsinki"}}],
    }  # fmt: skip


def ror(count: int, window: int = 20, most: int = 10_000) -> Any:
    """ROR's listing by page number; beyond its window it refuses."""

    def answer(asked: Asked) -> Given:
        page = int(asked.parameters.get("page", 1))
        if page * window > most:
            return given({"errors": ["page out of range"]}, status=400)
        here = range((page - 1) * window, min(page * window, count))
        return given({"number_of_results": count, "items": [ror_record(number) for number in here]})

    return answer

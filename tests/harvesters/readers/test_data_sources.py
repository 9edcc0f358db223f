"""The definitions of tables, services and endpoints read their replicas, twice, and what they map passes the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from talkoot.graph.gate import Gate
from talkoot.harvesters.definition import load_definitions
from talkoot.harvesters.mappings import map_record
from talkoot.harvesters.record_graph import Tables
from tests.replicas import rest, sparql, tables
from tests.replicas.data_server import Answering, Given
from tests.replicas.desk import Desk
from tests.replicas.workbook import workbook

SOURCES = load_definitions()
LABELS = {
    "Operation_Name_English": "Made-up social innovation", "Category_Label": "Social entrepreneurship",
    "Fund_Name": "European Social Fund", "Programme_Name": "Kestävää kasvua",
}  # fmt: skip


def fixed(body: bytes | str, media_type: str = "text/csv") -> Answering:
    given = Given(body if isinstance(body, bytes) else body.encode(), media_type)
    return lambda asked: given


def kohesio() -> dict[str, Answering]:
    rows = [tables.operation(n, n + b, "113", **LABELS) for n in range(5) for b in range(2)]
    rows += [tables.operation(n, n, "050", Operation_Name_English="Steel") for n in range(5, 9)]
    people = [tables.beneficiary(0, BeneficiaryLabel="*individuo*"), *(tables.beneficiary(n) for n in range(1, 9))]
    return {
        f"/data/{kind}/latest_{country}.csv": fixed(tables.table(columns, given if country == "FI" else []))
        for country in SOURCES["kohesio"].reading["ids"]
        for kind, columns, given in (
            ("projects", tables.PROJECTS, rows),
            ("beneficiaries", tables.BENEFICIARIES, people),
        )
    }


def cordis_csv() -> dict[str, Answering]:
    projects = [
        {"id": f"10{n}", "acronym": f"MADE{n}", "title": f"Social innovation {n}" if n % 2 else "Steel",
         "startDate": "2024-01-01", "endDate": "2026-12-31", "ecMaxContribution": "1000,5",
         "frameworkProgramme": "HORIZON"}
        for n in range(6)
    ]  # fmt: skip
    parties = [
        {"projectID": f"10{n}", "organisationID": f"99900{n}{p}", "name": f"MADE-UP {n}{p}", "country": "FI",
         "role": "coordinator" if p == 0 else "participant", "SME": "false", "activityType": "PUB"}
        for n in range(6) for p in range(3)
    ]  # fmt: skip
    body = tables.zipped(
        project_csv="\ufeff" + tables.table(tables.CORDIS_PROJECT, projects, ";"),
        organization_csv="\ufeff" + tables.table(tables.CORDIS_ORGANIZATION, parties, ";"),
    )
    return {
        "/data/cordis-HORIZONprojects-csv.zip": fixed(body, "application/zip"),
        "/data/cordis-h2020projects-csv.zip": fixed(
            tables.zipped(
                project_csv=tables.table(tables.CORDIS_PROJECT, [], ";"),
                organization_csv=tables.table(tables.CORDIS_ORGANIZATION, [], ";"),
            ),
            "application/zip",
        ),
    }


def fts() -> dict[str, Answering]:
    def row(name: str, kind: str) -> list[str | int]:
        values: dict[str, str | int] = dict.fromkeys(tables.FTS, "")
        values |= {
            "Year": 2024, "Reference (Budget)": "SI2.1", "Name of beneficiary": name, "Beneficiary type": kind,
            "Subject of grant or contract": "Made-up social innovation", "Beneficiary country": "Finland",
        }  # fmt: skip
        return list(values.values())

    rows = [list(tables.FTS), row("Made-up ry", "NGO"), row("Somebody", "Natural person"), row("Other ry", "NGO")]
    sheet = fixed(workbook({"Data": rows}), "application/octet-stream")
    path = "/budget/financial-transparency-system/download/{}_FTS_dataset_en.xlsx"
    empty = fixed(workbook({"Data": rows[:1]}), "application/octet-stream")
    years = SOURCES["fts"].reading["ids"]
    return {path.format(year): sheet if year == years[-1] else empty for year in years}


def transparency() -> dict[str, Answering]:
    document = tables.register(4).replace("Made-up \x1fNetwork 1", "Social \x1fEnterprise Network 1")
    return {"/transparencyregister/public/consultation/statistics.do": fixed(document, "text/xml")}


def ror() -> Answering:
    whole = rest.ror(5)
    return lambda asked: Given(whole(asked).body.replace(b"Made-up Institute", b"Social Innovation Institute"))


def prh() -> Answering:
    return lambda asked: rest.given(
        {"totalResults": 1, "companies": [{**rest.company(1), "businessId": {"value": asked.parameters["businessId"]}}]}
    )


def gleif() -> Answering:
    def answer(asked: object) -> Given:
        number = str(getattr(asked, "parameters", {}).get("filter[entity.registeredAs]"))
        entity = {"legalName": {"name": "Keksitty ry"}, "registeredAs": number, "legalAddress": {"country": "FI"}}
        lei = f"MADEUP00000{number.replace('-', '0')}"
        record = {"type": "lei-records", "id": "x", "attributes": {"lei": lei, "entity": entity}}
        return rest.given({"data": [record], "links": {}, "meta": {"pagination": {"total": 1}}}, rest.API_TYPE)

    return answer


IDS = len(dict.fromkeys((SOURCES["prh"].entry / "finnish-business-ids.txt").read_text(encoding="utf-8").split()))
CASES: dict[str, tuple[Callable[[], dict[str, Answering]], int]] = {
    "kohesio": (kohesio, 5),
    "cordis-csv": (cordis_csv, 3),
    "fts": (fts, 1),
    "transparency-register": (transparency, 1),
    "prh": (lambda: {"/opendata-ytj-api/v3/companies": prh()}, IDS),
    "gleif": (lambda: {"/api/v1/lei-records": gleif()}, IDS),
    "ror": (lambda: {"/v2/organizations": ror()}, 5),
    "cordis": (lambda: {"/datalab/sparql-api": sparql.endpoint(sparql.cordis(30))}, 30),
    "kohesio-sparql": (lambda: {"/sparql": sparql.endpoint(sparql.kohesio(12))}, 12),
    "wikidata": (lambda: {"/sparql": sparql.endpoint(sparql.wikidata(12))}, 12),
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    hosts = {str(urlsplit(SOURCES[name].address.partition("{")[0]).hostname) for name in CASES}
    desk = Desk(tmp_path, *hosts)
    yield desk
    desk.close()


@pytest.mark.parametrize("name", CASES)
def test_a_definition_reads_its_replica_and_maps_it(desk: Desk, tables: Tables, gate: Gate, name: str) -> None:
    answers, count = CASES[name]
    desk.server.answers.update(answers())
    records = desk.read(SOURCES[name])
    assert [issue for issue in desk.issues if issue.sets_aside] == []
    assert len(records) == count
    graphs = [map_record(record, tables) for record in desk.checked]
    assert gate.check([graph.mapped() for graph in graphs]) == {}
    said = " ".join(str(triple) for graph in graphs for triple in graph.triples)
    assert "individuo" not in said
    assert "Somebody" not in said
    asked, sent = len(desk.asked), desk.server.sent
    assert desk.read(SOURCES[name]) == records
    assert desk.server.sent == sent
    assert len(desk.asked) == 2 * asked

"""Tables over HTTP: in whatever wrapping they come, the rows of interest become whole records, and no other do."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from talkoot.graph.issues import Issue
from talkoot.harvesters.readers import READERS, Reading, Row
from tests.replicas import tables
from tests.replicas.data_server import Given
from tests.replicas.desk import Desk
from tests.replicas.workbook import workbook

PLAIN = """
keys = ["id"]
[reading]
{reading}
[fields]
id = {{ type = "text", from = "nro", required = true }}
name = {{ type = "text", from = ["Name", "Nimi"] }}
tags = {{ type = "list", of = "text", split = ";" }}
day = {{ type = "date" }}
site = {{ type = "iri" }}
active = {{ type = "boolean" }}
amount = {{ type = "amount" }}
"""
TABLE = (
    "nro,Nimi,tags,day,site,active,amount\n007,Jyväskylä,a; b ;,2016-01-01T00:00:00Z,www.x.example,Y,1200.50\n8,,,,,,\n"
)
READ = [
    {
        "id": "007", "name": "Jyväskylä", "tags": ["a", "b"], "day": "2016-01-01", "site": "https://www.x.example",
        "active": True, "amount": "1200.50",
    },
    {"id": "8"},
]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


WRAPPINGS: dict[str, tuple[bytes, str]] = {
    "plain": (TABLE.encode(), ""),
    "gzip": (gzip.compress(TABLE.encode()), ""),
    "the one file of a zip": (tables.zipped(data_csv=TABLE), ""),
    "a member of a zip": (tables.zipped(a_csv="x", data_csv=TABLE, b_txt="x"), 'member = "d*.csv"'),
    "with a mark, as declared": (TABLE.encode("utf-8-sig"), 'encoding = "utf-8-sig"'),
    "cp1252": (TABLE.encode("cp1252"), 'encoding = "cp1252"'),
    "utf-16 in a zip": (tables.zipped(data_csv=TABLE.encode("utf-16")), 'encoding = "utf-16"'),
    "semicolons": (b"\n".join(line.replace(b",", b"|").replace(b";", b",").replace(b"|", b";")
                              for line in TABLE.encode().split(b"\n")), 'delimiter = ";"'),
    "tabs": (TABLE.replace(",", "\t").encode(), 'delimiter = "\\t"'),
    "Windows line ends": (TABLE.replace("\n", "\r\n").encode(), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", WRAPPINGS)
def test_a_table_is_read_through_its_wrapping(desk: Desk, case: str) -> None:
    body, reading = WRAPPINGS[case]
    entry = desk.serve("/table", body)
    text = PLAIN.format(reading=reading)
    text = text.replace('split = ";"', 'split = ","') if case == "semicolons" else text
    assert desk.read(desk.define("csv", entry, text)) == READ
    assert not desk.issues


def test_a_second_run_asks_once_and_reads_the_same(desk: Desk) -> None:
    entry = desk.serve("/table", tables.zipped(data_csv=TABLE))
    definition = desk.define("csv", entry, PLAIN.format(reading=""))
    assert desk.read(definition) == desk.read(definition) == desk.read(definition, replay=desk.run) == READ
    assert (len(desk.asked), desk.server.sent) == (2, 2)  # one body, and one 404 of robots.txt


FAULTS: dict[str, tuple[bytes, str, str]] = {
    "semicolons in a file declared with commas": (
        b"nro;Name\n1;a\n2;b\n",
        "not-csv",
        "one column found: are these semi",
    ),
    "tabs": (b"nro\tName\n1\ta\n", "not-csv", "are these tabs"),
    "HTML with 200": (b"\n <!DOCTYPE html><title>Busy</title>", "media-type", "HTML"),
    "a label gone": (b"number,Name\n1,a\n", "not-csv", "no column for id"),
    "a cut zip": (tables.zipped(data_csv=TABLE * 50)[:-30], "cut-short", "unzipped"),
    "a damaged zip": (
        tables.zipped(data_csv=TABLE * 50).replace(b"PK\x01\x02", b"PK\x01\x03"),
        "cut-short",
        "unzipped",
    ),
    "a cut gzip": (gzip.compress(TABLE.encode() * 50)[:-9], "cut-short", "unzipped"),
    "a zip of several files": (tables.zipped(a_csv=TABLE, b_csv=TABLE), "file-missing", "holds a.csv, b.csv"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_no_such_table_is_one_issue_and_no_record(desk: Desk, case: str) -> None:
    body, code, words = FAULTS[case]
    definition = desk.define("csv", desk.serve("/table", body), PLAIN.format(reading=""))
    assert desk.read(definition) == []
    (issue,) = desk.issues
    assert (issue.code, issue.sets_aside, issue.key) == (code, True, "")
    assert words in issue.message
    assert issue.file.startswith(definition.address)


def test_cp1252_that_is_taken_for_utf_8_spoils_its_line_alone(desk: Desk) -> None:
    body = TABLE.encode("cp1252") + b"9,\xff,,,,,\n"
    assert desk.read(desk.define("csv", desk.serve("/t", body), PLAIN.format(reading=""))) == [{"id": "8"}]
    assert [(issue.code, issue.line) for issue in desk.issues] == [("file-not-utf-8", 2), ("file-not-utf-8", 4)]


def test_a_byte_that_the_declared_encoding_has_not_spoils_its_line_alone(desk: Desk) -> None:
    body = TABLE.encode("cp1252") + b"9,\x81,,,,,\n"
    assert desk.read(desk.define("csv", desk.serve("/t", body), PLAIN.format(reading='encoding = "cp1252"'))) == READ
    assert [(i.code, i.line, i.expected) for i in desk.issues] == [("file-not-utf-8", 4, "cp1252")]


def test_a_column_that_no_field_knows_is_told_once_and_a_dropped_one_is_never_read(desk: Desk) -> None:
    body = "nro,Name,Email,New\n1,a,somebody@example.org,x\n2,b,other@example.org,y\n"
    records = desk.read(desk.define("csv", desk.serve("/t", body), PLAIN.format(reading='drop = ["Email"]')))
    assert records == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]
    assert [(i.code, i.field, i.value, i.sets_aside) for i in desk.issues] == [("unknown-label", "New", "", False)]


def test_a_file_for_each_id_and_one_that_is_missing(desk: Desk) -> None:
    desk.serve("/latest_FI.csv", "nro\n1\n")
    desk.serve("/latest_SE.csv", "nro\n2\nx,y\n")
    reading = 'ids = ["FI", "XX"]\nids_file = "more.txt"'
    definition = desk.define("csv", "http://data.example/latest_{id}.csv", PLAIN.format(reading=reading))
    (desk.home / "sources" / "more.txt").write_text("SE\nFI\n", encoding="utf-8")
    assert desk.read(definition) == [{"id": "1"}, {"id": "2"}]
    assert [(i.code, i.file, i.value) for i in desk.issues] == [
        ("unknown-id", "http://data.example/latest_XX.csv", "XX"),
        ("not-csv", "http://data.example/latest_SE.csv", "x,y"),
    ]
    (desk.home / "sources" / "more.txt").unlink()
    assert desk.read(definition) == []
    assert desk.codes == ["file-missing"]


KOHESIO = """
keys = ["operation"]
key_prefix = "https://linkedopendata.eu/entity/"
[reading]
group = true
[reading.select]
any.Category_Of_Intervention = ["113", "073"]
any.Operation_Summary_Programme_Language = ["~sosiaalinen\\\\s+innovaatio"]
all = { Fund_Code = ["ESF"] }
none = { BeneficiaryLabel = ["~individuo"] }
[reading.join]
entry = "http://data.example/beneficiaries.csv"
on = "Beneficiary_Unique_Identifier"
to = "Beneficiary"
[fields]
operation = { type = "iri", from = "Operation_Unique_Identifier", required = true }
title = { type = "text", from = "Operation_Name_Programme_Language" }
started = { type = "date", from = "Operation_Start_Date" }
money = { type = "amount", from = "Project_EU_Budget" }
evidence = { type = "list", of = "text", from = "@evidence" }
[fields.beneficiaries]
type = "list"
of = "object"
from = "joined"
[fields.beneficiaries.fields]
iri = { type = "iri", from = "Beneficiary" }
name = { type = "text", from = "BeneficiaryLabel" }
site = { type = "iri", from = "Website" }
"""


def kohesio(desk: Desk, rows: list[dict[str, str]], beneficiaries: list[dict[str, str]]) -> Any:
    desk.serve("/beneficiaries.csv", tables.table(tables.BENEFICIARIES, beneficiaries))
    return desk.define("csv", desk.serve("/projects.csv", tables.table(tables.PROJECTS, rows)), KOHESIO)


def test_one_selected_row_brings_its_whole_operation_with_all_beneficiaries_and_the_evidence(desk: Desk) -> None:
    rows = [
        tables.operation(1, 11, "050"),
        tables.operation(2, 12, "050"),
        tables.operation(3, 13, "050", Operation_Summary_Programme_Language="Uusi Sosiaalinen  innovaatio, hyvä"),
        tables.operation(4, 11, "113", Fund_Code="ERDF"),
        tables.operation(1, 12, "113", Operation_Name_Programme_Language="", Project_EU_Budget="1"),
        tables.operation(1, 11, "113"),
        tables.operation(5, 14, "1130"),
        tables.operation(6, 15, "073"),
    ]
    beneficiaries = [tables.beneficiary(number) for number in (11, 12, 13, 99)]
    beneficiaries += [tables.beneficiary(15, BeneficiaryLabel="*individuo*")]
    records = {record["operation"][-1]: record for record in desk.read(kohesio(desk, rows, beneficiaries))}
    assert set(records) == {"1", "3", "6"}
    one = records["1"]
    assert [each["name"][-5:] for each in one["beneficiaries"]] == ["11 ry", "12 ry"]
    assert (one["title"], one["money"], one["started"]) == ("Keksitty hanke 1", "100.50", "2016-01-01")
    assert one["evidence"] == ["Fund_Code: ESF", "Category_Of_Intervention: 113"]
    assert records["3"]["evidence"][1] == "Operation_Summary_Programme_Language: Sosiaalinen  innovaatio"
    assert "beneficiaries" not in records["6"]
    assert set(desk.codes) == {"unknown-label"}


def test_made_up_operations_are_selected_grouped_and_joined_as_plain_python_does_it(desk: Desk) -> None:
    rows = tables.operations(200)
    wanted = {row["Operation_Unique_Identifier"] for row in rows if row["Category_Of_Intervention"] == "113"}
    assert 20 < len(wanted) < 80
    records = desk.read(kohesio(desk, rows, [tables.beneficiary(number) for number in range(201)]))
    assert {record["operation"] for record in records} == wanted
    for record in records:
        own = [row for row in rows if row["Operation_Unique_Identifier"] == record["operation"]]
        expected = {row["Beneficiary_Unique_Identifier"] for row in own}
        assert {each["iri"] for each in record["beneficiaries"]} == expected


CORDIS = """
keys = ["id"]
[reading]
delimiter = ";"
encoding = "utf-8-sig"
member = "project.csv"
[reading.select]
any = { title = ["~social innovat"], objective = ["~social innovat", "~social econom"], topics = ["~^HORIZON-CL2-"] }
[reading.join]
member = "organization.csv"
on = "id"
to = "projectID"
[fields]
id = { type = "text", required = true }
title = { type = "text" }
begins = { type = "date", from = "startDate" }
evidence = { type = "list", of = "text", from = "@evidence" }
names = { type = "list", of = "text", from = "joined.name" }
[fields.organisations]
type = "list"
of = "object"
from = "joined"
[fields.organisations.fields]
pic = { type = "text", from = "organisationID" }
role = { type = "text" }
sme = { type = "boolean", from = "SME" }
"""


def test_two_tables_of_one_zip_are_joined_and_fetched_once(desk: Desk) -> None:
    projects = [
        {"id": "1", "title": 'Social innovation; and "more"', "startDate": "2019-01-01"},
        {"id": "2", "title": "Steel", "objective": "Hard"},
        {"id": "3", "title": "Care", "topics": "HORIZON-CL2-2026-01"},
    ]
    organisations = [
        {"projectID": project, "organisationID": f"99{project}{role[0]}", "name": f"MADE-UP {role}", "role": role,
         "SME": "false"}
        for project in ("1", "2", "1x", "3") for role in ("coordinator", "participant")
    ]  # fmt: skip
    body = tables.zipped(
        project_csv="\ufeff" + tables.table(tables.CORDIS_PROJECT, projects, ";"),
        organization_csv="\ufeff" + tables.table(tables.CORDIS_ORGANIZATION, organisations, ";"),
        topics_csv="x",
    )
    records = desk.read(desk.define("csv", desk.serve("/cordis.zip", body, "application/zip"), CORDIS))
    assert [record["id"] for record in records] == ["1", "3"]
    assert records[0]["organisations"] == [
        {"pic": "991c", "role": "coordinator", "sme": False}, {"pic": "991p", "role": "participant", "sme": False},
    ]  # fmt: skip
    assert records[0]["names"] == ["MADE-UP coordinator", "MADE-UP participant"]
    assert records[1]["evidence"] == ["topics: HORIZON-CL2-"]
    assert len(desk.asked) == 1


def test_a_second_table_that_is_missing_makes_the_run_say_so(desk: Desk) -> None:
    definition = kohesio(desk, [tables.operation(1, 11, "113")], [])
    del desk.server.answers["/beneficiaries.csv"]
    (record,) = desk.read(definition)
    assert "beneficiaries" not in record
    assert desk.issues[-1].code == "http-status"
    assert desk.issues[-1].sets_aside


FTS = """
keys = ["reference", "name"]
[reading]
header = 3
sheet = "2024"
select = { none = { "Beneficiary type" = ["~natural person"] } }
[fields]
reference = { type = "text", from = "Reference (Budget)", required = true }
name = { type = "text", from = "Name of beneficiary", required = true }
year = { type = "date", from = "Year" }
amount = { type = "amount", from = "Beneficiary’s contracted amount (EUR)" }
begins = { type = "date", from = "Project start date" }
ends = { type = "date", from = "Project end date" }
coordinator = { type = "boolean", from = "Coordinator" }
"""


def test_a_workbook_gives_numbers_and_dates_as_they_are_written(desk: Desk) -> None:
    def line(name: str, kind: str, amount: float) -> list[Any]:
        values: dict[str, Any] = dict.fromkeys(tables.FTS, None)
        values |= {
            "Year": 2024, "Reference (Budget)": "SI2.1", "Name of beneficiary": name, "Coordinator": "Yes",
            "Beneficiary’s contracted amount (EUR)": amount, "Beneficiary type": kind,
            "Project start date": date(2024, 3, 1), "Project end date": datetime(2025, 3, 1, 0, 0),
        }  # fmt: skip
        return list(values.values())

    rows = [["Made up"], [], list(tables.FTS), line("A ry", "NGO", 1234567.25), [],
            line("Somebody", "NATURAL PERSON", 1.0), line("B ry", "NGO", 20000000000000000.0)]  # fmt: skip
    body = workbook({"Notes": [["nothing"]], "2024": rows})
    assert desk.read(desk.define("xlsx", desk.serve("/fts.xlsx", body, "application/octet-stream"), FTS)) == [
        {"reference": "SI2.1", "name": "A ry", "year": "2024", "amount": "1234567.25", "begins": "2024-03-01",
         "ends": "2025-03-01", "coordinator": True},
        {"reference": "SI2.1", "name": "B ry", "year": "2024", "amount": "20000000000000000", "begins": "2024-03-01",
         "ends": "2025-03-01", "coordinator": True},
    ]  # fmt: skip
    assert not desk.issues


@pytest.mark.parametrize("body", [b"PK\x03\x04 no workbook", b"words", b"", workbook({"2023": [["x"]]})])
def test_what_is_no_such_workbook_is_an_issue(desk: Desk, body: bytes) -> None:
    assert desk.read(desk.define("xlsx", desk.serve("/fts.xlsx", body), FTS)) == []
    assert desk.codes == ["not-a-table"]


def test_a_workbook_without_a_column_that_is_needed_is_an_issue(desk: Desk) -> None:
    body = workbook({"2024": [["x"], ["y"], ["Year", "Reference (Budget)"], [2024, "a"]]})
    assert desk.read(desk.define("xlsx", desk.serve("/fts.xlsx", body), FTS)) == []
    assert [(i.code, i.line, i.message) for i in desk.issues] == [
        ("not-a-table", 3, "the header has no column for name")
    ]


@pytest.mark.parametrize("form", ["csv", "json-lines"])
def test_memory_does_not_grow_with_the_file(desk: Desk, tmp_path: Path, form: str) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / "sources" / "big.txt"
        definition = desk.define(form, "big.txt", PLAIN.format(reading=""))
        with path.open("w", encoding="utf-8") as file:
            file.write("nro,Name\n" if form == "csv" else "")
            for number in range(rows):
                file.write(f"{number},name\n" if form == "csv" else f'{{"nro": {number}, "Name": "x"}}\n')
        tracemalloc.start()
        assert sum(isinstance(item, Row) for item in READERS[form](definition, Reading(1000))) == rows
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(6000)  # what is made once
    assert peak(18_000) < 1.5 * peak(6000)


def test_an_answer_that_is_no_table_at_all_leaves_nothing_open(desk: Desk) -> None:
    desk.server.answers["/t"] = lambda asked: Given(b"", status=500)
    assert desk.read(desk.define("csv", "http://data.example/t", PLAIN.format(reading=""))) == []
    (issue,) = desk.issues
    assert isinstance(issue, Issue)
    assert issue.code == "http-status"


def test_no_issue_quotes_a_secret_or_a_file_that_may_name_persons(desk: Desk) -> None:
    desk.serve("/t", b"nro,Name\n1,a\nSomebody\n\xff,Somebody\n")
    text = PLAIN.format(reading='ids = ["x", "y"]\nsecrets = ["key"]')
    definition = desk.define("csv", "http://data.example/t?key=open-sesame&id={id}", text)
    desk.read(replace(definition, personal_data=True))
    assert desk.codes == ["not-csv", "file-not-utf-8"] * 2
    assert not [issue for issue in desk.issues if "sesame" in str(issue) or "Somebody" in str(issue)]

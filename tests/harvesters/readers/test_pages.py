"""Pages: the real facts of Innokylä and SIM come back equal from each layout, and nothing is lost or invented."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from talkoot.harvesters import FACTS
from talkoot.harvesters.definition import Definition, load_definitions
from talkoot.harvesters.options import option_faults
from talkoot.harvesters.values import iso_date
from tests.replicas import innokyla, sim
from tests.replicas.bench import ReplicaBench, benched, definition
from tests.replicas.server import MISSING, ReplicaServer, Reply

SIM_HOST = "european-social-fund-plus.ec.europa.eu"


def facts(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FACTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


INNOKYLA_FACTS = [fact for fact in facts("innokyla_pages") if fact["type"] in ("toimintamalli", "kokonaisuus")]
OTHER_FACTS = [fact for fact in facts("innokyla_pages") if fact not in INNOKYLA_FACTS]
SIM_FACTS = facts("sim_entries")

INNOKYLA = r"""
keys = ["page"]
pages = ["page"]
key_prefix = "https://innokyla.fi/fi/"

[reading]
addresses = [{addresses}]
item = '^/fi/(toimintamalli|kokonaisuus)/[^/]+$'
tabs = ["/kehittamisen-polku", "/toimintamallit"]
fold_hosts = ["www.innokyla.fi"]
language = "fi"
drop = [
  "Tekijä", "Yhteyshenkilön nimi", "Yhteyshenkilön sähköpostiosoite", "Kuva", "Kuvateksti",
  "Toimintamallin lyhyt kuvaus", "Lyhyt kuvaus", "Kokonaisuuden tarkoitus ja tavoitteet", "Liitteet ja linkit",
  "Liitetiedostot ja linkit",
  "Kehittäjäjoukon kokoaminen ja yhteiskehittäminen", "Toimintaympäristö", "Tavoiteltu muutos", "Ratkaisun perusidea",
  "Kohderyhmä ja asiakasymmärrys",
]

[fields]
page = {{ type = "iri", required = true, from = "@address" }}
item = {{ type = "text", from = "@address:/fi/(.+)" }}
type = {{ type = "text", from = "@address:/fi/([a-z]+)/" }}
language = {{ type = "language", from = "@lang" }}
title = {{ type = "text", required = true, from = ["Toimintamallin nimi", "Kokonaisuuden nimi", "Model name"] }}
place = {{ type = "text", from = "Toteutuspaikka" }}
region = {{ type = "list", of = "text", from = [
  "Paikkakunta, maakunta tai hyvinvointialue", "Paikkakunta tai maakunta",
] }}
funder = {{ type = "list", of = "text", from = ["Toimintamallin rahoittaja", "Rahoittaja"] }}
period = {{ type = "text", from = "Toimiaika" }}
actors = {{ type = "list", of = "text", from = "Toimijat" }}
contact = {{ type = "text", from = "Yhteyshenkilön organisaatio" }}
parent = {{ type = "text", from = "@link:/fi/kokonaisuus/" }}
created = {{ type = "finnish-date", from = "Luotu" }}
modified = {{ type = "finnish-date", from = "Viimeksi muokattu" }}
"""

SIM = """
keys = ["url"]
pages = ["url"]
key_prefix = "https://european-social-fund-plus.ec.europa.eu/en/social-innovation-match/case-study/"

[reading]
item = "/en/social-innovation-match/case-study/*"
next = "{next}"
first = 0
announced = '([\\d,]+) case studies'
drop = ["Problem addressed", "Innovative solution", "Level of action", "Budget", "Themes"]

[fields]
url = {{ type = "iri", required = true, from = "@address" }}
title = {{ type = "text", required = true, from = "@h1" }}
organisation = {{ {organisation}, from = "Lead organisation*" }}
countries = {{ type = "list", of = "text", required = true, from = "Countries" }}
target_groups = {{ type = "list", of = "text", from = "Target groups" }}
"""
ONE, SEVERAL = 'type = "text"', 'type = "list", of = "text"'


def innokyla_site(folder: Path, addresses: list[str]) -> Definition:
    listed = ", ".join(f'"{address}"' for address in addresses)
    return definition(folder, "pages", "https://innokyla.fi/fi", INNOKYLA.format(addresses=listed))


def sim_site(folder: Path, onward: str = "?page={n}", organisation: str = ONE) -> Definition:
    entry = f"https://{SIM_HOST}{sim.INDEX}"
    return definition(folder, "pages", entry, SIM.format(next=onward, organisation=organisation))


Serve = Callable[..., ReplicaBench]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A bench whose hosts are a replica of a site."""
    opened = []

    def serving(site: Any, *hosts: str) -> ReplicaBench:
        opened.append(benched(tmp_path, ReplicaServer(site), *hosts))
        return opened[-1].__enter__()

    yield serving
    for bench in opened:
        bench.__exit__(None, None, None)


def told(fact: dict[str, Any]) -> dict[str, Any]:
    """What the labelled fields of a fact's page say: not what was taken from its prose or its address."""
    prose = {name.removesuffix("_source") for name in fact if name.endswith("_source") and name != "title_source"}
    names = {
        "item",
        "type",
        "language",
        "title",
        "place",
        "region",
        "funder",
        "period",
        "parent",
        "created",
        "modified",
    }
    said = {name: value for name, value in fact.items() if name in names and name not in prose}
    said |= {name: fact[name] for name in prose & {"region", "actors"} if name == "region" or "period" in fact}
    if fact["type"] == "kokonaisuus":
        said |= {"actors": fact["actors"]} if "actors" in fact else {}
        said["contact"] = "Keksitty kunta"
    return said | {"page": f"https://innokyla.fi/fi/{fact['item']}"}


def days(values: dict[str, Any]) -> dict[str, Any]:
    return {name: iso_date(value) if name in ("created", "modified") else value for name, value in values.items()}


@pytest.mark.parametrize("markup", innokyla.MARKUPS)
@pytest.mark.parametrize("stage", innokyla.STAGES)
def test_the_facts_of_innokyla_come_back_from_each_stage_in_each_markup(
    serve: Serve, tmp_path: Path, stage: str, markup: str
) -> None:
    bench = serve(innokyla.site(INNOKYLA_FACTS, stage, markup), "innokyla.fi", "www.innokyla.fi")
    records, issues = bench.records(innokyla_site(tmp_path, [fact["page"] for fact in INNOKYLA_FACTS]))
    assert len(records) == len(INNOKYLA_FACTS) == 70
    for fact in INNOKYLA_FACTS:
        key = fact["item"].replace("/", ".")
        assert days(dict(records[key].values)) == days(told(fact))
    # Of what is personal nothing is read, and nothing stands in an issue.
    assert [issue.code for issue in issues] == []
    kept = str([record.values for record in records.values()])
    assert innokyla.PERSON not in kept
    assert "@" not in kept


def test_pages_without_labels_are_read_by_what_stands_outside_them(serve: Serve, tmp_path: Path) -> None:
    bench = serve(innokyla.site(OTHER_FACTS, "new", "dl"), "innokyla.fi")
    pages = ", ".join(f'"{fact["page"]}"' for fact in OTHER_FACTS)
    rest = f"""
keys = ["page"]
reading = {{ addresses = [{pages}] }}
[fields]
page = {{ type = "iri", from = "@address" }}
title = {{ type = "text", from = "@h1" }}
head = {{ type = "text", from = "@title" }}
"""
    records, issues = bench.records(definition(tmp_path, "pages", "https://innokyla.fi/", rest))
    assert not issues
    assert {r.values["page"]: (r.values["title"], r.values["head"]) for r in records.values()} == {
        fact["page"]: (fact["title"], f"{fact['title']} | Innokylä") for fact in OTHER_FACTS
    }


@pytest.mark.parametrize("markup", sim.MARKUPS)
@pytest.mark.parametrize("form", sim.FORMS)
def test_the_facts_of_sim_come_back_whether_organisations_stand_in_one_string_or_in_elements(
    serve: Serve, tmp_path: Path, form: str, markup: str
) -> None:
    some = SIM_FACTS if (form, markup) == ("one string", "dl") else SIM_FACTS[::9]
    bench = serve(sim.site(some, form, markup, each=50), SIM_HOST)
    records, issues = bench.records(sim_site(tmp_path, organisation=ONE if form == "one string" else SEVERAL))
    assert not issues
    assert len(records) == len(some)
    by_address = {record.values["url"]: record for record in records.values()}
    for fact in some:
        expected = {name: value for name, value in fact.items() if name != "note"}
        if form == "elements" and "organisation" in fact:
            expected["organisation"] = sim.leads(fact, form)
        assert dict(by_address[fact["url"]].values) == expected


def test_a_list_is_never_cut_at_commas(serve: Serve, tmp_path: Path) -> None:
    fact = next(fact for fact in SIM_FACTS if any(", " in group for group in fact.get("target_groups", ())))
    records, _ = serve(sim.site([fact]), SIM_HOST).records(sim_site(tmp_path, organisation=SEVERAL))
    (record,) = records.values()
    assert record.values["target_groups"] == fact["target_groups"]
    assert record.values["organisation"] == [fact["organisation"]]


def test_a_second_run_asks_each_page_once_and_is_sent_none(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:25]), SIM_HOST)
    site = sim_site(tmp_path)
    first = bench.read(site)
    assert first == (bench.replay(site), [])
    bench.server.asked.clear()
    assert bench.read(site) == first
    assert len(bench.server.asked) == len(set(bench.server.asked)) == 29
    assert bench.fetcher.counts["not_modified"] == 29


@pytest.mark.parametrize("onward", ["?page={n}", "rel", "next ›"])
def test_the_way_to_the_next_page_is_a_number_a_relation_or_the_text_of_a_link(
    serve: Serve, tmp_path: Path, onward: str
) -> None:
    bench = serve(sim.site(SIM_FACTS[:31]), SIM_HOST)
    rows, issues = bench.read(sim_site(tmp_path, onward))
    assert (len(rows), issues) == (31, [])
    asked = [path for path in bench.server.asked if "?" in path]
    assert asked == [f"{sim.INDEX}?page={number}" for number in range(1, 5 if "{n}" in onward else 4)]


def test_without_a_way_on_a_listing_that_announces_more_is_incomplete(serve: Serve, tmp_path: Path) -> None:
    rows, issues = serve(sim.site(SIM_FACTS[:31]), SIM_HOST).read(sim_site(tmp_path, ""))
    assert len(rows) == 10
    assert [(issue.code, issue.key, issue.value, issue.expected) for issue in issues] == [
        ("listing-incomplete", "", "10", "31")
    ]


MAINTENANCE = Reply("<!-- made up --><html><body><h1>Maintenance</h1><p>Back soon: at noon</p></body></html>")
CHALLENGE = Reply(
    "<!-- made up --><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript</noscript>"
    "<script>check()</script><a href='https://challenge.example/'>Why?</a></body></html>"
)
CUT = Reply("<!-- made up --><html><body><dl><dt>Countries</dt><dd>Finland</dd>")
FILLER = " och så vidare" * 20


@pytest.mark.parametrize("page", [MAINTENANCE, CHALLENGE], ids=["maintenance", "challenge"])
@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_stands_in_for_a_listing_is_not_its_end(
    serve: Serve, tmp_path: Path, page: Reply, number: int
) -> None:
    bench = serve(sim.site(SIM_FACTS[:41]), SIM_HOST)
    site = sim_site(tmp_path)
    bench.server.answers[f"{sim.INDEX}?page={number}" if number else sim.INDEX] = page
    rows, issues = bench.read(site)
    assert len(rows) == number * 10
    assert [(issue.code, issue.key, issue.sets_aside) for issue in issues] == [("unknown-layout", "", True)]


def test_a_listing_that_no_longer_says_how_many_it_has_is_reported(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:11]), SIM_HOST)
    index = sim.index(SIM_FACTS[:10], 11, 0, 2).replace("case studies)", "items)")
    bench.server.answers[sim.INDEX] = Reply(index)
    rows, issues = bench.read(sim_site(tmp_path))
    assert not rows
    assert [issue.code for issue in issues] == ["unknown-layout"]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (MAINTENANCE, "unknown-layout"),
        (CHALLENGE, "unknown-layout"),
        (CUT, "cut-short"),
        (Reply("", 500), "http-status"),
        (Reply("{}", kind="application/json"), "media-type"),
        (Reply("", 403), "http-status"),
    ],
    ids=["maintenance", "challenge", "cut", "500", "not HTML", "403"],
)
def test_a_record_whose_page_cannot_be_read_is_an_issue_with_its_key(
    serve: Serve, tmp_path: Path, reply: Reply, code: str
) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    bench.server.answers[f"{sim.INDEX}/4-paws"] = reply
    rows, issues = bench.read(sim_site(tmp_path))
    assert len(rows) == 2
    assert [(issue.code, issue.key, issue.sets_aside) for issue in issues] == [(code, "4-paws", True)]


def test_a_listed_page_that_is_gone_takes_its_record_with_it(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    bench.server.answers[f"{sim.INDEX}/4-paws"] = MISSING
    rows, issues = bench.read(sim_site(tmp_path))
    assert len(rows) == 2
    assert [(issue.code, issue.key, issue.sets_aside) for issue in issues] == [("page-gone", "", False)]


def test_a_tab_that_is_not_there_is_no_fault_and_one_that_fails_sets_the_record_aside(
    serve: Serve, tmp_path: Path
) -> None:
    fact = INNOKYLA_FACTS[0]
    bench = serve(innokyla.site([fact], "new", "dl"), "innokyla.fi")
    tab = f"/fi/{fact['item']}/kehittamisen-polku"
    bench.server.answers[tab] = MISSING
    site = innokyla_site(tmp_path, [fact["page"]])
    rows, issues = bench.read(site)
    assert (len(rows), issues) == (1, [])
    assert dict(bench.server.requests)[tab]["Accept-Language"] == "fi"
    bench.server.answers[tab] = Reply("", 403)
    rows, issues = bench.read(site)
    assert not rows
    assert [(issue.code, issue.key) for issue in issues] == [("http-status", fact["item"].replace("/", "."))]


def test_what_only_a_tab_says_is_read_too_and_the_front_page_goes_first(serve: Serve, tmp_path: Path) -> None:
    fact = INNOKYLA_FACTS[0]
    bench = serve(innokyla.site([fact], "new", "dl"), "innokyla.fi")
    body = "<dl><dt>Luotu</dt><dd>1.1.2001</dd><dt>Toteutuspaikka</dt><dd>Kainuu</dd></dl>"
    bench.server.answers[f"/fi/{fact['item']}/kehittamisen-polku"] = Reply(innokyla.page("x", body, "new"))
    ((row,), issues) = bench.read(innokyla_site(tmp_path, [fact["page"]]))
    assert not issues
    assert (row.values["place"], row.values["created"]) == ("Kainuu", "15.6.2020")


def test_a_renamed_page_is_followed_and_read_once(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    bench.server.answers[f"{sim.INDEX}/4-paws"] = Reply("", 301, headers={"Location": f"{sim.INDEX}/55"})
    rows, issues = bench.read(sim_site(tmp_path))
    assert [row.place.rpartition("/")[2] for row in rows] == ["100-percent-equality-pays", "55"]
    assert not issues


def changed(bench: ReplicaBench, old: str, new: str, charset: str = "utf-8", **reply: Any) -> None:
    """Let the page of *4 Paws* have something else in it."""
    page = sim.case_study(SIM_FACTS[1], "one string", "dl")
    assert old in page
    body = page.replace(old, new).encode(charset)
    bench.server.answers[f"{sim.INDEX}/4-paws"] = Reply(body, **reply)


def test_a_label_that_is_gone_leaves_its_field_out_and_takes_nothing_else_for_it(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    changed(bench, "Target&nbsp;groups", "Audience")
    records, issues = bench.records(sim_site(tmp_path))
    assert dict(records["4-paws"].values) == {
        "url": SIM_FACTS[1]["url"], "title": "4 Paws", "organisation": "TDM 2000 Association", "countries": ["Italy"],
    }  # fmt: skip
    assert [(issue.code, issue.field, issue.sets_aside) for issue in issues] == [("unknown-label", "audience", False)]
    changed(bench, "<dt>Countries</dt>", "")
    records, issues = bench.records(sim_site(tmp_path))
    assert "4-paws" not in records
    assert [(issue.code, issue.key, issue.field) for issue in issues] == [("missing-field", "4-paws", "countries")]


def test_a_label_that_nobody_knows_is_reported_once_a_run(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:9]), SIM_HOST)
    site = definition(
        tmp_path,
        "pages",
        f"https://{SIM_HOST}{sim.INDEX}",
        SIM.format(next="", organisation=ONE).replace(', "Themes"', ""),
    )
    rows, issues = bench.read(site)
    assert len(rows) == 9
    assert [(issue.code, issue.field, issue.value) for issue in issues] == [("unknown-label", "themes", "")]


def test_a_page_whose_values_are_all_empty_sets_its_record_aside(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    page = sim.case_study(
        {**SIM_FACTS[1], "countries": [], "target_groups": [], "organisation": ""}, "one string", "dl"
    )
    bench.server.answers[f"{sim.INDEX}/4-paws"] = Reply(page)
    records, issues = bench.records(sim_site(tmp_path))
    assert len(records) == 2
    assert [(issue.code, issue.key, issue.field) for issue in issues] == [("missing-field", "4-paws", "countries")]


def test_a_header_with_the_wrong_charset_is_reported_and_the_page_read_rightly(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    changed(bench, "TDM 2000 Association", "Älvsbyn – yhdistys", kind="text/html; charset=iso-8859-1")
    records, issues = bench.records(sim_site(tmp_path))
    assert records["4-paws"].values["organisation"] == "Älvsbyn – yhdistys"
    assert [(issue.code, issue.key) for issue in issues] == [("wrong-encoding", "4-paws")]
    assert "the header says cp1252, the page utf-8" in issues[0].message


@pytest.mark.parametrize(
    ("old", "kept", "codes"),
    [("TDM 2000", False, ["damaged-text", "wrong-encoding"]), ("Made up.", True, ["wrong-encoding"])],
    ids=["in a value", "in prose"],
)
def test_a_page_in_another_encoding_than_it_says_is_never_read_wrongly(
    serve: Serve, tmp_path: Path, old: str, kept: bool, codes: list[str]
) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    changed(bench, old, "Älvsbyn – yhdistys", charset="cp1252")
    records, issues = bench.records(sim_site(tmp_path))
    assert ("4-paws" in records) is kept
    assert sorted(issue.code for issue in issues) == codes
    assert {issue.key for issue in issues} == {"4-paws"}


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-8-sig"])
def test_a_page_is_read_in_the_encoding_that_it_names(serve: Serve, tmp_path: Path, charset: str) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    page = sim.case_study({**SIM_FACTS[1], "organisation": "Älvsbyn – yhdistys"}, "one string", "dl")
    name = charset.removesuffix("-sig")
    body = page.replace(
        "<meta charset='utf-8'>", f"<meta http-equiv='content-type' content='text/html; charset={name}'>"
    )
    bench.server.answers[f"{sim.INDEX}/4-paws"] = Reply(body.encode(charset), kind="text/html")
    records, issues = bench.records(sim_site(tmp_path))
    assert not issues
    assert records["4-paws"].values["organisation"] == "Älvsbyn – yhdistys"


def test_a_mail_address_within_a_value_is_left_out_of_it(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:3]), SIM_HOST)
    mail = f"{innokyla.MAIL}, <a href='mailto:{innokyla.MAIL}'>{innokyla.PERSON}</a> TDM 2000"
    changed(bench, "TDM 2000", mail)
    records, _ = bench.records(sim_site(tmp_path))
    assert records["4-paws"].values["organisation"] == ", TDM 2000 Association"


LINKED = """
keys = ["page"]
pages = ["page"]
[reading]
item = "/actor/*"
types = ["NGO", "Organization"]
[fields]
page = { type = "iri", required = true, from = "@address" }
name = { type = "text", required = true, from = ["json-ld:legalName", "json-ld:name"] }
site = { type = "iri", from = "json-ld:url" }
country = { type = "text", from = ["json-ld:address.addressCountry"] }
members = { type = "list", of = "text", from = "json-ld:member" }
same = { type = "list", of = "iri", from = "json-ld:sameAs" }
"""


def test_the_definitions_that_talkoot_carries_read_what_the_sites_say(serve: Serve, tmp_path: Path) -> None:
    known = load_definitions()
    bench = serve(innokyla.site(INNOKYLA_FACTS, "new, doubled", "fields"), "innokyla.fi", "www.innokyla.fi")
    records, issues = bench.records(known["innokyla-fi"])
    assert (len(records), issues) == (70, [])
    values = records["kokonaisuus.henkilokohtainen-budjetointi-hb-hanke"].values
    assert values["period"] == "8.1.2020–31.12.2021"
    bench.server.site = sim.site(SIM_FACTS[:25])
    bench.bench.new_network(SIM_HOST)
    records, issues = bench.records(known["social-innovation-match"])
    assert (len(records), issues) == (25, [])
    assert records["55"].values["countries"] == ["Portugal"]


def linked_page(data: str) -> Reply:
    return Reply(f"<!-- made up --><html><body><script type='application/ld+json'>{data}</script></body></html>")


def test_the_json_ld_of_a_page_is_read_by_path_and_type(serve: Serve, tmp_path: Path) -> None:
    listing = "<!-- made up --><html><body><a href='/actor/a'>A</a> <a href='/actor/b#top'>B</a></body></html>"
    pages = {
        "/actors": Reply(listing),
        "/actor/a": linked_page(
            '{"@graph": [{"@type": "WebSite", "name": "The site"}, {"@type": ["NGO"], "name": "A &amp; B", "url": '
            '"https://a.example/", "address": [{"addressCountry": "FI"}], "member": [{"@type": "Organization", "name": '
            '"C"}, "D"], "sameAs": ["https://x.example/a"]}]}'
        ),
        "/actor/b": linked_page('[{"@type": "Organization", "name": "B", "name": "C"}]'),
    }
    bench = serve(pages.get, "site.example")
    rows, issues = bench.read(definition(tmp_path, "pages", "https://site.example/actors", LINKED))
    assert [dict(row.values) for row in rows] == [
        {
            "page": "https://site.example/actor/a", "name": "A & B", "site": "https://a.example/", "country": "FI",
            "members": ["C", "D"], "same": ["https://x.example/a"],
        }
    ]  # fmt: skip
    assert [(issue.code, issue.key) for issue in issues] == [("not-json", "https.site-example.actor.b")]
    pages["/actor/b"] = linked_page("[" * 100_000 + "]" * 100_000)
    _, issues = bench.read(definition(tmp_path, "pages", "https://site.example/actors", LINKED))
    assert [(issue.code, issue.key) for issue in issues] == [("not-json", "https.site-example.actor.b")]
    pages["/actor/b"] = Reply("<!-- made up --><html><body><p>Maintenance</p></body></html>")
    _, issues = bench.read(definition(tmp_path, "pages", "https://site.example/actors", LINKED))
    assert [(issue.code, issue.key) for issue in issues] == [("unknown-layout", "https.site-example.actor.b")]


def test_pages_can_be_listed_in_a_file_and_on_several_listings(serve: Serve, tmp_path: Path) -> None:
    bench = serve(sim.site(SIM_FACTS[:30]), SIM_HOST)
    (tmp_path / "pages.txt").write_text("\n".join(fact["url"] for fact in SIM_FACTS[18:22]), encoding="utf-8")
    lists = ", ".join(f'"https://{SIM_HOST}{sim.INDEX}{query}"' for query in ("", "?page=1"))
    options = f'addresses = ["pages.txt", "https://{SIM_HOST}/about"]\nlist = [{lists}]\n[fields]'
    text = SIM.format(next="", organisation=ONE).replace("[fields]", options).replace("announced", "until = []\n#")
    rows, issues = bench.read(definition(tmp_path, "pages", f"https://{SIM_HOST}/", text))
    assert {row.place for row in rows} == {fact["url"] for fact in SIM_FACTS[:22]}
    assert (len(rows), issues) == (22, [])
    (tmp_path / "pages.txt").unlink()
    rows, issues = bench.read(definition(tmp_path, "pages", f"https://{SIM_HOST}/", text))
    assert len(rows) == 20
    assert [(issue.code, issue.sets_aside) for issue in issues] == [("file-missing", True)]


@pytest.mark.parametrize(
    ("reading", "fault"),
    [
        ({"item": "^/a/("}, "reading.item is '^/a/(': expected a regular expression"),
        ({"announced": "[0-9]+ results"}, "reading.announced is '[0-9]+ results': expected a group"),
        ({"announced": "(["}, "reading.announced is '([': expected a regular expression"),
        ({"pages": "7"}, "reading.pages is '7': expected a whole number"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(reading: dict[str, Any], fault: str) -> None:
    assert [found.startswith(fault) for found in option_faults("pages", reading)] == [True]


def test_options_that_can_be_used_pass() -> None:
    assert not list(option_faults("pages", {"item": "/a(/*", "announced": r"(\d+) results", "drop": ["Author"]}))

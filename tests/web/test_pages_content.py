"""What pages say: the pilot's seven, THL's partners abroad, a note on every statement, the source's day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import PAGE, Page

Read = Callable[..., Page]

SEVEN = {
    "Terveyden ja hyvinvoinnin laitos", "Diakonia-ammattikorkeakoulu", "Kuntoutussäätiö", "Silta-Valmennus",
    "Suomen Kuntaliitto", "SOSTE", "LUT-yliopisto|Lappeenrannan-Lahden teknillinen yliopisto",
}  # fmt: skip


def section(html: str, heading_id: str) -> str:
    """The part of a page under a heading."""
    found = re.search(rf'<section[^>]*aria-labelledby="{heading_id}".*?</section>', html, re.DOTALL)
    assert found is not None, heading_id
    return found.group()


def get(client: FlaskClient, path: str, language: str = "en") -> str:
    response = client.get(path, headers={**PAGE, "Accept-Language": language})
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_pilot_project_lists_exactly_its_seven_implementers(client: FlaskClient, demo_ids: dict[str, str]):
    part = section(get(client, f"/doc/{demo_ids['pilot']}"), "participants")
    rows = part.split('<tr role="row">')[2:]

    assert len(rows) == 7
    for name in SEVEN:
        assert sum(bool(re.search(name, row, re.IGNORECASE)) for row in rows) == 1, name
    assert sum("main implementer" in row for row in rows) == 1


def test_every_part_and_every_fact_of_a_page_carries_a_note(client: FlaskClient, demo_ids: dict[str, str]):
    for thing in ("thl", "centre", "pilot", "programme", "solution", "used", "use", "greek", "collection"):
        html = get(client, f"/doc/{demo_ids[thing]}")
        statements = re.findall(
            r'<tr role="row">\s*<td.*?</tr>|<dd>.*?</dd>|<ul class="partners">.*?</ul>', html, re.DOTALL
        )
        table = html.split('<table class="why"')[0]
        for statement in statements:
            for item in re.findall(r"<li>.*?</li>", statement, re.DOTALL) or [statement]:
                if item in table and "<details>" not in item:
                    assert 'class="notes"' in item, (thing, item)
        assert 'class="notes"' in html.split("<h1", 1)[1].split("</h1>")[0]


def test_every_note_leads_to_a_source_on_the_same_page(read: Read, demo_ids: dict[str, str]):
    page = read(f"/doc/{demo_ids['thl']}")
    marks = [href for href in page.hrefs if re.fullmatch(r"#s\d+", href)]

    assert marks
    assert {mark[1:] for mark in marks} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_notes_give_the_source_s_day_and_never_the_day_of_our_reading(client: FlaskClient, demo_ids: dict[str, str]):
    today = datetime.now(UTC)
    html = get(client, f"/doc/{demo_ids['thl']}")
    notes = section(html, "sources")

    assert "as of 4 April 2023" in notes
    assert "as of 2023" in notes
    for day in (f"{today.day} {today:%B} {today.year}", f"{today:%Y-%m-%d}"):
        assert day not in notes
        assert day not in html.split('<section class="sources"')[0]


def test_thl_leads_to_partners_abroad_through_the_finnish_centre(client: FlaskClient, demo_ids: dict[str, str]):
    html = get(client, f"/doc/{demo_ids['thl']}")

    partners = section(html, "works-with")
    line = next(item for item in partners.split("<li>") if "Sociale InnovatieFabriek" in item)
    assert "Belgium" in line
    assert "through" in line
    assert "INSISST" in line
    assert "through the centre" in section(html, "takes-part")


def test_a_source_s_other_spelling_is_shown_with_who_uses_it(client: FlaskClient, demo_ids: dict[str, str]):
    differing = section(get(client, f"/doc/{demo_ids['pilot']}"), "differ")

    assert "FI national preparation project 2023" in differing
    assert differing.count('class="notes"') >= 2


def test_a_page_says_why_its_records_are_one(client: FlaskClient, demo_ids: dict[str, str]):
    html = get(client, f"/doc/{demo_ids['thl']}")

    assert "the same name in the same country" in html
    assert "name=terveyden hyvinvoinnin laitos" in html


def test_a_thin_page_says_so_and_leads_with_the_link_to_its_source(client: FlaskClient):
    html = get(client, "/search?q=Station+Europe")
    path = re.search(r'href="(/doc/actor/[^"]+)"', html)
    assert path is not None
    page = get(client, path.group(1))

    assert "Little is known here" in page
    assert page.index("social-innovation-match/case-study/") < page.index('class="summary"')


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("terveyden", "Terveyden ja hyvinvoinnin laitos"),
        ("TERVEYDEN", "Terveyden ja hyvinvoinnin laitos"),
        ("THL", "Terveyden ja hyvinvoinnin laitos"),
        ("Sosiaali", "Sosiaali- ja terveysministeriö"),
        ("sosiaali", "Suomen sosiaali ja terveys SOSTE ry"),
        ("Kuntaliitto", "Suomen Kuntaliitto"),
        ("kuntaliitto", "Suomen Kuntaliitto"),
        ("kuntoutussaatio", "Kuntoutussäätiö"),
        ("Κέντρο", "Κέντρο Ικανοτήτων Κοινωνικής Καινοτομίας"),
        ("kentro", "Κέντρο Ικανοτήτων Κοινωνικής Καινοτομίας"),
    ],
)
def test_search_finds_names_whatever_their_case_accents_or_alphabet(read: Read, text: str, name: str):
    assert name in read(f"/search?q={text}").text


def test_search_finds_lodz_with_and_without_its_accents(read: Read):
    accented, plain = read("/search?q=Łódzka"), read("/search?q=lodzka")

    assert [h for h in accented.hrefs if h.startswith("/doc/")] == [h for h in plain.hrefs if h.startswith("/doc/")]
    assert any(href.startswith("/doc/") for href in plain.hrefs)


def test_a_search_without_result_says_what_to_do_next(read: Read):
    page = read("/search?q=qqqqqq")

    assert "Nothing here is called “qqqqqq”" in page.text
    assert "/sources" in page.hrefs


def test_the_first_page_counts_what_there_is_and_lists_the_twenty_six_centres(client: FlaskClient):
    html = get(client, "/")

    assert section(html, "centres").count("<li>") == 26
    assert section(html, "centres").count('class="status') == 26
    assert 'href="/centres" aria-label="26 competence centres"' in html


def test_lists_are_cut_into_pages_of_a_hundred_with_real_links(read: Read):
    first = read("/actors")

    assert "/actors?page=2" in first.hrefs
    assert len([href for href in first.hrefs if href.startswith("/doc/")]) == 100
    assert not set(first.hrefs) & {href for href in read("/actors?page=2").hrefs if href.startswith("/doc/")}


def test_lists_can_be_narrowed_to_a_country_that_the_reader_s_language_names(read: Read):
    page = read("/actors?country=FIN", "fi")

    assert "Toimijat: Suomi" in page.headings[0]
    assert "Ruotsi" in page.text
    assert "Terveyden ja hyvinvoinnin laitos" in page.text


def test_finnish_solutions_count_as_finnish_though_their_source_names_a_county(read: Read):
    assert "Länsi-Uudenmaan hva" in "".join(read(f"/solutions?country=FIN&page={n}").text for n in (1, 2))


def test_a_source_s_page_tells_how_much_of_it_is_here_and_what_is_wrong(read: Read):
    sim = read("/sources/sim")
    centres = read("/sources/centres")

    assert "687 of 702 records known to exist are here" in sim.text
    assert "several-organisations" in sim.text
    assert "centres.jsonl:19" in centres.text
    assert "neither name nor host is known" in centres.text


def test_the_release_page_gives_files_with_checksums_and_counts_by_source(client: FlaskClient, demo_settings: object):
    html = get(client, "/releases")

    assert re.search(r"graph\.nq\.gz.*?[0-9a-f]{64}", html, re.DOTALL)
    assert "687" in html


def test_a_record_s_page_shows_what_it_says_and_its_origin(client: FlaskClient, demo_ids: dict[str, str]):
    record = re.search(r'href="(/graph/seed-project/[^"]+)"', get(client, f"/doc/{demo_ids['thl']}"))
    assert record is not None
    html = get(client, record.group(1))

    assert "First seen by Talkoot" in html
    assert "tk:hasRole" in html
    assert "main implementer" in html


def test_what_is_taken_from_a_page_outside_names_that_page_as_its_source(client: FlaskClient):
    paths = client.get("/sitemap.xml").get_data(as_text=True)
    found = re.findall("/doc/framework/[a-z0-9]+", paths)
    hrefs = [href for path in found for href in Page(client.get(path, headers=PAGE).get_data(as_text=True)).hrefs]

    assert "https://kuntoutussaatio.fi/sio-valmisteluhanke/" in hrefs
    assert "/sources/" not in hrefs
    assert not [href for href in hrefs if href.startswith("/http")]

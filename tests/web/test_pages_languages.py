"""Three languages: which one a reader gets, how it is remembered, and that nothing is left untranslated."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from tests import catalogues
from tests.web.conftest import PAGE, Page

Read = Callable[..., Page]


@pytest.mark.parametrize(("wish", "language"), [("fi", "fi"), ("sv-FI,en;q=0.5", "sv"), ("de, en", "en"), ("", "en")])
def test_the_browser_s_language_is_taken_where_there_is_one(client: FlaskClient, wish: str, language: str):
    response = client.get("/", headers={**PAGE, "Accept-Language": wish})

    assert f'<html lang="{language}">' in response.get_data(as_text=True)
    assert response.headers["Content-Language"] == language
    assert "Set-Cookie" not in response.headers


def test_the_reader_s_choice_is_remembered_in_one_cookie(demo_settings: Settings):
    reader = create_app(demo_settings).test_client()

    chosen = reader.get("/actors?lang=sv", headers={**PAGE, "Accept-Language": "fi"})
    later = reader.get("/", headers={**PAGE, "Accept-Language": "fi"})

    assert [cookie.split("=")[0] for cookie in chosen.headers.getlist("Set-Cookie")] == ["lang"]
    assert "SameSite=Lax" in chosen.headers["Set-Cookie"]
    assert '<html lang="sv">' in later.get_data(as_text=True)


def test_an_unknown_language_is_passed_over(client: FlaskClient):
    response = client.get("/?lang=xx", headers={**PAGE, "Accept-Language": "fi"})

    assert '<html lang="fi">' in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers


def test_switching_the_language_keeps_page_and_query(read: Read):
    page = read("/search?q=K%C3%A9ntro+%26&x=1")
    switches = [href for href in page.hrefs if "lang=" in href]

    assert switches == [f"/search?q=K%C3%A9ntro%20%26&x=1&lang={language}" for language in ("fi", "sv", "en")]


@pytest.mark.parametrize(("language", "words"), [
    ("fi", ("Mukana", "Lähteet", "päätoteuttaja", "Suomi", "osaamiskeskuksen kautta:", "4. huhtikuuta 2023")),
    ("sv", ("Deltar i", "Källor", "huvudgenomförare", "Finland", "genom kompetenscentret", "4 april 2023")),
    ("en", ("Takes part in", "Sources", "main implementer", "Finland", "through the centre", "4 April 2023")),
])  # fmt: skip
def test_words_concepts_and_dates_follow_the_reader(
    read: Read, demo_ids: dict[str, str], language: str, words: tuple[str, ...]
):
    text = read(f"/doc/{demo_ids['thl']}", language).text

    for word in words:
        assert word in text


@pytest.mark.parametrize(("language", "sentence"), [
    ("fi", "ylläpitää osaamiskeskusta nimeltä Sosiaalisten innovaatioiden osaamiskeskus"),
    ("sv", "är värd för kompetenscentret Sosiaalisten innovaatioiden osaamiskeskus"),
    ("en", "hosts the competence centre Sosiaalisten innovaatioiden osaamiskeskus"),
])  # fmt: skip
def test_the_summary_is_a_sentence_with_names_in_the_nominative(
    read: Read, demo_ids: dict[str, str], language: str, sentence: str
):
    assert sentence in " ".join(read(f"/doc/{demo_ids['thl']}", language).text.split())


def test_names_carry_their_language(client: FlaskClient, demo_ids: dict[str, str]):
    html = client.get(f"/doc/{demo_ids['greek']}", headers=PAGE).get_data(as_text=True)

    assert '<h1 lang="el">' in html


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_text_of_the_interface_is_translated(language: str):
    wanted = {message.id for message in catalogues.collect() if message.id}
    catalog = catalogues.read(language)
    there = {message.id: message for message in catalog if message.id}

    assert wanted == there.keys(), "run python -m tests.catalogues"
    for message in there.values():
        texts = [message.string] if isinstance(message.string, str) else message.string
        assert all(texts), message.id
        assert not message.fuzzy
        assert not [str(error) for error in message.check(catalog)], message.id


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_compiled_catalogues_are_up_to_date(language: str):
    path = catalogues.po_file(language).with_suffix(".mo")

    assert path.read_bytes() == catalogues.compiled(catalogues.read(language)), "run python -m tests.catalogues"

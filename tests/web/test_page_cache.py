"""Answers that are given again: the same bytes, for the same request only, until another release is served."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from tests.web.conftest import PAGE, Hand, an_actor

PATH = "/doc/actor/a"


@pytest.fixture
def app(hand: Hand) -> Flask:
    hand.publish(1, an_actor("a", "Ensimmäinen"))
    return create_app(Settings(home=hand.home, minute_pages=4))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


def test_the_second_answer_is_the_first_one_again(client: FlaskClient):
    first, again = (client.get(PATH, headers=PAGE) for _ in range(2))

    assert (again.status_code, again.data) == (200, first.data)
    assert list(again.headers) == list(first.headers)
    head = client.head(PATH, headers=PAGE)
    assert (head.status_code, head.data, list(head.headers)) == (200, b"", list(first.headers))


def test_languages_formats_and_cookies_are_kept_apart(client: FlaskClient):
    for _ in range(2):
        for more, start in (
            ({"Accept-Language": "fi"}, '<!doctype html>\n<html lang="fi">'),
            ({"Accept-Language": "fi", "Cookie": "lang=sv"}, '<!doctype html>\n<html lang="sv">'),
            ({"Accept-Language": "en"}, '<!doctype html>\n<html lang="en">'),
            ({"Accept": "application/n-triples"}, "<https://"),
        ):
            assert client.get(PATH, headers=PAGE | more).text.lstrip().startswith(start)


def test_a_choice_of_language_sets_its_cookie_each_time(client: FlaskClient):
    for _ in range(2):
        assert "lang=sv" in client.get(f"{PATH}?lang=sv", headers=PAGE).headers["Set-Cookie"]


def test_what_a_reader_has_already_is_not_sent_again_and_another_tag_gets_all(client: FlaskClient):
    tag = client.get(PATH, headers=PAGE).headers["ETag"]
    for known, status in ((tag, 304), (f'"x", {tag}', 304), ('W/"other"', 200)):
        answer = client.get(PATH, headers={**PAGE, "If-None-Match": known})
        assert (answer.status_code, bool(answer.data)) == (status, status == 200)
        assert answer.headers["ETag"] == tag
        assert "Accept-Language" in answer.headers["Vary"]
        assert "Content-Security-Policy" in answer.headers


def test_an_address_pays_for_kept_answers_too(client: FlaskClient):
    where = {"REMOTE_ADDR": "203.0.113.7"}
    told = [client.get(PATH, headers=PAGE, environ_base=where).status_code for _ in range(6)]

    assert told == [200] * 4 + [429] * 2


def test_a_new_release_ends_what_was_kept(hand: Hand, client: FlaskClient):
    client.get(PATH, headers=PAGE)
    hand.publish(2, an_actor("a", "Toinen"))
    deadline = time.monotonic() + 10
    while "Toinen" not in client.get(PATH, headers=PAGE).text:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_refusals_and_what_others_may_not_share_are_not_kept(client: FlaskClient):
    for path, status in (("/doc/actor/none", 404), ("/id/actor/a", 303), ("/healthz", 200)):
        assert [client.get(path, headers=PAGE).status_code for _ in range(2)] == [status] * 2
    assert client.post(PATH).status_code == 405

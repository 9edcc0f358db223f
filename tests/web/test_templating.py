"""Templates are made for one language each: what a language settles is written into them, the rest is asked for."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from jinja2 import DictLoader

from talkoot.web.app import create_app
from talkoot.web.language import this_page
from tests.web.conftest import Hand, an_actor

TEMPLATES = {
    "settled.html": "{{ _('Sources') }}",
    "percent.html": "{{ _('100 %%') }}",
    "given.html": "{% set day = '<b>' %}{{ _('as of %(day)s', day=day) }}",
    "macros.html": "{% set word = _('Sources') %}{% macro say() %}{{ word }} {{ this_page() }}{% endmacro %}",
    "imported.html": "{% from 'macros.html' import say %}{{ say() }}",
}


@pytest.fixture
def app(hand: Hand) -> Flask:
    hand.publish(1, an_actor("a", "A"))
    found = create_app(hand.settings)
    found.jinja_env.loader = DictLoader(TEMPLATES)
    return found


def test_a_text_stands_in_the_language_of_each_request(app: Flask):
    for language, word in (("fi", "Lähteet"), ("sv", "Källor"), ("en", "Sources"), ("fi", "Lähteet")):
        with app.test_request_context(f"/?lang={language}"):
            assert render_template("settled.html") == word
            assert app.jinja_env.get_template("macros.html").module.word == word  # type: ignore[attr-defined]


def test_a_macro_made_once_still_sees_the_request_that_it_serves(app: Flask):
    for path in ("/actors", "/solutions"):
        with app.test_request_context(f"{path}?lang=en"):
            assert render_template("imported.html") == f"Sources {this_page()}"
            assert path in this_page()


def test_a_per_cent_sign_and_a_value_from_outside_stand_as_before(app: Flask):
    with app.test_request_context("/?lang=en"):
        assert render_template("percent.html") == "100 %"
        assert render_template("given.html") == "as of &lt;b&gt;"

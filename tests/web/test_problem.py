"""Refusals and failures are problem details, for programs as JSON and for terminals as text."""

import json

import pytest
from flask import Flask
from werkzeug.test import Client

from talkoot.web.problem import problem_response, problem_types


@pytest.mark.parametrize("slug", problem_types())
def test_every_problem_has_its_type_title_and_status(slug: str):
    response = problem_response(slug, "What happened.")
    status, titles = problem_types()[slug]
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert json.loads(response.get_data()) == {
        "type": f"/problems/{slug}",
        "title": titles["en"],
        "status": status,
        "detail": "What happened.",
    }


@pytest.mark.parametrize(
    ("languages", "language"), [("fi", "fi"), ("sv-FI, en;q=0.5", "sv"), ("de, en", "en"), ("", "en"), (None, "en")]
)
def test_the_title_is_in_the_language_of_the_client(languages: str | None, language: str):
    response = problem_response("time-limit", "Too long.", languages=languages)
    assert json.loads(response.get_data())["title"] == problem_types()["time-limit"].titles[language]
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]


def test_members_and_headers_are_passed_on():
    response = problem_response("syntax", "Ä", headers={"Retry-After": "2"}, line=3, column=1)
    fields = json.loads(response.get_data())
    assert (fields["line"], fields["column"], fields["detail"]) == (3, 1, "Ä")
    assert response.headers["Retry-After"] == "2"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_terminal_that_asks_for_text_gets_text():
    response = problem_response("syntax", "Line 1.", accept="text/plain", line=1, excerpt="SELEC\n^", available=["a"])
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.get_data(as_text=True) == (
        "The query has a syntax error (400).\n\nLine 1.\n\nline: 1\n\nexcerpt:\nSELEC\n^\n\navailable: a\n"
    )


@pytest.mark.parametrize("accept", [None, "*/*", "image/png", "text/html", "application/json", "text/csv"])
def test_everybody_else_gets_json(accept: str | None):
    assert problem_response("not-found", "", accept=accept).content_type == "application/problem+json"


def test_a_problem_is_a_wsgi_application_and_a_flask_answer():
    assert Client(problem_response("not-found", "x")).get("/").status_code == 404
    app = Flask("x")
    app.add_url_rule("/", view_func=lambda: problem_response("time-limit", "x"))
    assert app.test_client().get("/").status_code == 504
    assert app.test_client().head("/").data == b""

"""The steward's application: who may in, what it writes, and that the public one knows nothing of it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from talkoot.graph.identity.decisions import read_decisions
from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from talkoot.web.review.app import COOKIE, create_desk_app
from tests.review_home import MadeUp, ReviewHome, alike, name

TOKEN = "made-up-token"
HOST = "127.0.0.1:8001"
LEFT, RIGHT = "src/left/actor/l000", "src/right/actor/r000"
PAIR = f"/pair?one={LEFT}&other={RIGHT}"


class Steward:
    """Somebody at a browser, with a cookie jar and an eye for the forms of a page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={"Host": HOST, "Accept": "text/html", **headers})

    def post(self, path: str, data: dict[str, str], **headers: str) -> TestResponse:
        sent = {"Host": HOST, "Origin": f"http://{HOST}", "Accept": "text/html", **headers}
        return self.client.post(path, data=data, headers={header: value for header, value in sent.items() if value})

    def fields(self, path: str, action: str) -> dict[str, str]:
        """The hidden fields of a page's form."""
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', self.get(path).text, re.DOTALL)
        assert form, path
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))

    def log_in(self, token: str = TOKEN) -> TestResponse:
        return self.post("/login", {**self.fields("/login", "/login"), "token": token})

    def judge(self, judgement: str, path: str = PAIR, **more: str) -> TestResponse:
        return self.post("/judge", {**self.fields(path, "/judge"), "judgement": judgement, **more})


@pytest.fixture
def home(tmp_path: Path) -> ReviewHome:
    made = ReviewHome(tmp_path / "home")
    alike(made, 3)
    return made


def stranger(home: ReviewHome) -> Steward:
    app = create_desk_app(home.desk(), TOKEN, {HOST})
    app.testing = True
    return Steward(app.test_client())


@pytest.fixture
def steward(home: ReviewHome) -> Steward:
    one = stranger(home)
    assert one.log_in().status_code == 303
    return one


# Who may in


@pytest.mark.parametrize("path", ["/", PAIR, f"/cluster?of={LEFT}", "/nowhere"])
def test_without_the_token_every_page_leads_to_the_login(home: ReviewHome, path: str) -> None:
    response = stranger(home).get(path)
    assert (response.status_code, response.headers["Location"]) == (303, "/login")
    assert "olumi" not in response.text


def test_the_token_is_typed_into_a_form_and_kept_in_a_cookie_of_this_site_alone(home: ReviewHome) -> None:
    one = stranger(home)
    assert one.log_in("wrong").status_code == 403
    assert one.log_in("wröng").status_code == 403
    assert one.get("/").status_code == 303
    response = one.log_in(f" {TOKEN} ")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie + response.headers["Location"] + one.get("/").text
    assert one.get("/").status_code == 200


def test_a_made_up_cookie_is_worth_nothing(home: ReviewHome) -> None:
    one = stranger(home)
    for value in ("", ".", "x.y", f"{TOKEN}.{TOKEN}", "ä.ä"):
        one.client.set_cookie(COOKIE, value, domain="127.0.0.1")
        assert one.get("/").status_code == 303


@pytest.mark.parametrize(
    "host", ["evil.example:8001", "evil.example", "127.0.0.1", "127.0.0.1:8002", "localhost.:8001"]
)
def test_other_names_for_this_machine_are_refused(steward: Steward, host: str) -> None:
    assert steward.get("/", Host=host).status_code == 421
    assert steward.get("/static/style.css", Host=host).status_code == 421
    assert steward.get("/login", Host=host).status_code == 421


@pytest.mark.parametrize(
    "origin", ["", "null", "http://evil.example", "https://127.0.0.1:8001", "http://127.0.0.1:8002"]
)
def test_a_form_of_another_page_is_refused(home: ReviewHome, steward: Steward, origin: str) -> None:
    fields = steward.fields(PAIR, "/judge")
    assert steward.post("/judge", {**fields, "judgement": "same"}, Origin=origin).status_code == 403
    assert steward.post("/login", {"token": TOKEN}, Origin=origin).status_code == 403
    assert not home.decisions.exists()


@pytest.mark.parametrize("path", ["/judge", "/undo", "/login"])
@pytest.mark.parametrize("csrf", ["", "0" * 64, "ä"])
def test_a_form_without_its_token_is_refused(home: ReviewHome, steward: Steward, path: str, csrf: str) -> None:
    fields = {**steward.fields(PAIR, "/judge"), "judgement": "same", "token": TOKEN, "decision": "x", "csrf": csrf}
    assert steward.post(path, fields).status_code == 403
    assert not home.decisions.exists()


def test_a_form_of_an_earlier_session_is_refused(home: ReviewHome, steward: Steward) -> None:
    fields = steward.fields(PAIR, "/judge")
    steward.log_in()
    assert steward.post("/judge", {**fields, "judgement": "same"}).status_code == 403
    assert not home.decisions.exists()


def test_without_a_session_nothing_can_be_written(home: ReviewHome) -> None:
    one = stranger(home)
    csrf = one.fields("/login", "/login")["csrf"]
    data = {"csrf": csrf, "one": LEFT, "other": RIGHT, "judgement": "same", "seen": ""}
    assert one.post("/judge", data).headers["Location"] == "/login"
    assert not home.decisions.exists()


@pytest.mark.parametrize("path", ["/", PAIR, "/login", "/nowhere", "/static/review.js", "/static/style.css"])
def test_every_answer_is_kept_and_framed_nowhere_and_runs_no_script_but_its_own(steward: Steward, path: str) -> None:
    with steward.get(path) as response:
        headers = response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_pages_hold_no_inline_script_or_style(steward: Steward) -> None:
    for path in ("/", PAIR, f"/cluster?of={LEFT}"):
        text = steward.get(path).text
        assert re.findall(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|javascript:", text) == []


def test_reading_changes_nothing(home: ReviewHome, steward: Steward) -> None:
    for path in ("/judge", "/undo"):
        assert steward.get(path).status_code == 405
    for path in ("/", PAIR, f"/cluster?of={LEFT}"):
        assert steward.get(path).status_code == 200
    assert not home.decisions.exists()


def test_a_form_that_is_too_long_is_refused(steward: Steward) -> None:
    assert steward.judge("same", reason="x" * 100_000).status_code == 413


# What it writes


def test_a_judgement_is_written_and_the_next_pair_follows(home: ReviewHome, steward: Steward) -> None:
    first, second = (ask[:2] for ask in home.desk().queue[:2])
    response = steward.judge(
        "part of", f"/pair?one={first[0]}&other={first[1]}", part=first[1], reason="its department"
    )
    (row,) = read_decisions(home.decisions)
    assert (row.pair, row.judgement, row.author_id) == (first, "part of", "steward-1")
    assert row.evidence.startswith(f"its department; part={first[1]}; fields=")
    assert response.status_code == 303
    following = steward.get(response.headers["Location"]).text
    assert f'name="one" value="{second[0]}"' in following
    assert "its department; the part is" in following


def test_undo_leads_back_to_the_pair(home: ReviewHome, steward: Steward) -> None:
    before = home.desk().in_force
    done = steward.judge("different").headers["Location"]
    response = steward.post("/undo", steward.fields(done, "/undo"))
    assert response.headers["Location"] == f"/pair?one={LEFT}&other={RIGHT}"
    assert home.desk().in_force == before
    assert "In force" not in steward.get(response.headers["Location"]).text


def test_two_stewards_do_not_overwrite_each_other(home: ReviewHome) -> None:
    one, other = stranger(home), stranger(ReviewHome(home.path, "steward-2"))
    for each in (one, other):
        each.log_in()
    fields = one.fields(PAIR, "/judge")
    assert other.judge("different", reason="two registers").status_code == 303
    before = home.decisions.read_bytes()
    refused = one.post("/judge", {**fields, "judgement": "same"})
    assert refused.status_code == 409
    assert "<b>different</b>, by steward-2" in refused.text
    assert "two registers" in refused.text
    assert home.decisions.read_bytes() == before
    assert one.judge("same").status_code == 303
    assert sorted(bool(row.superseded_by) for row in read_decisions(home.decisions)) == [False, True]


def test_a_contradiction_is_a_page_with_the_chain(home: ReviewHome, steward: Steward) -> None:
    third = "src/right/actor/r001"
    steward.judge("same", f"/pair?one={LEFT}&other={third}")
    steward.judge("different", f"/pair?one={RIGHT}&other={third}")
    refused = steward.judge("same")
    assert refused.status_code == 409
    assert (
        f"{third} = {LEFT} = {RIGHT}".replace("=", "=") in refused.text or f"{RIGHT} = {LEFT} = {third}" in refused.text
    )
    assert len(read_decisions(home.decisions)) == 2


def test_a_program_is_told_by_problem_details(steward: Steward) -> None:
    for path, status in (("/pair?one=x&other=y", 404), ("/nowhere", 404), ("/judge", 405)):
        response = steward.get(path, Accept="application/problem+json")
        assert response.content_type == "application/problem+json"
        problem = json.loads(response.text)
        assert (response.status_code, problem["status"]) == (status, status)
        assert problem["detail"]


def test_an_unknown_judgement_or_a_form_cut_short_is_refused(home: ReviewHome, steward: Steward) -> None:
    assert steward.judge("equal").status_code == 404
    csrf = steward.fields(PAIR, "/judge")["csrf"]
    assert steward.post("/judge", {"csrf": csrf, "one": LEFT}).status_code == 400
    assert steward.post("/undo", {"csrf": csrf, "decision": "none"}).status_code == 404
    assert not home.decisions.exists()


def test_what_sources_say_stays_text(home: ReviewHome) -> None:
    hostile = f'{name(0)} "><script>alert(1)</script>'
    home.keep("left", MadeUp("l000", [hostile], page="javascript:alert(1)"))
    one = stranger(home)
    one.log_in()
    for path in ("/", PAIR, f"/cluster?of={LEFT}"):
        text = one.get(path).text
        assert "<script>alert" not in text
        assert "javascript:" not in text


# Beside the public application


def test_the_public_application_has_no_such_route(tmp_path: Path) -> None:
    public = create_app(Settings(home=tmp_path))
    rules = {rule.rule for rule in public.url_map.iter_rules()}
    assert not rules & {"/judge", "/undo", "/pair", "/cluster", "/login"}
    assert {rule.rule for rule in public.url_map.iter_rules() if "POST" in (rule.methods or ())} == {"/sparql"}


def test_the_command_serves_the_desk_on_this_machine_and_tells_the_token_once(home: ReviewHome) -> None:
    command = [sys.executable, "-m", "talkoot", "review", "--serve", "--port", "0", "--home", str(home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        line = serving.stdout.readline() if serving.stdout else ""
        found = re.fullmatch(r"The desk is at (http://127\.0\.0\.1:\d+/) .* Session token: (\S{24})\n", line)
        assert found, line
        with urllib.request.urlopen(f"{found[1]}login") as answer:
            text = answer.read().decode()
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate(timeout=20)
    assert "Session token" in text
    assert found[2] not in text
    assert (out, err) == ("", "")
    assert serving.returncode == 0


def test_another_address_than_this_machine_s_is_warned_of(home: ReviewHome) -> None:
    command = [sys.executable, "-m", "talkoot", "review", "--serve", "--host", "0.0.0.0", "--port", "0"]
    with subprocess.Popen(
        [*command, "--home", str(home.path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        assert "Session token" in serving.stdout.readline()
        serving.send_signal(signal.SIGINT)
        _, err = serving.communicate(timeout=20)
    assert "Other machines may reach 0.0.0.0" in err

"""The steward's application: the review queue, a pair side by side, a cluster; judgements go through ``graph``."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, abort, json, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.serving import make_server

from talkoot.graph.identity import explain
from talkoot.graph.identity.clusters import Contradiction
from talkoot.graph.identity.review import Desk, ReviewError
from talkoot.graph.locks import HomeInUse
from talkoot.web.marks import kind_mark
from talkoot.web.names import web_link
from talkoot.web.negotiation import PROBLEM
from talkoot.web.responses import CONTENT_SECURITY_POLICY

COOKIE = "talkoot-review"
_HERE = Path(__file__).resolve().parent
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",  # a stricter one would take the Origin from forms
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def create_desk_app(desk: Desk, token: str, hosts: set[str]) -> Flask:
    """The application over a desk, for who knows the token, at the hosts (with port) named.

    A cookie proves that its bearer typed the token, which it does not hold; forms carry a hash of the cookie.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 65536
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(room / "templates") for room in (_HERE, _HERE.parent)])
    app.jinja_env.undefined, app.jinja_env.trim_blocks, app.jinja_env.lstrip_blocks = StrictUndefined, True, True

    def sign(text: str) -> str:
        return hmac.new(token.encode(), text.encode(), "sha256").hexdigest()

    def csrf() -> str:
        return sign(f"form {request.cookies.get(COOKIE, '')}")

    app.jinja_env.globals["asset"] = lambda name: url_for("asset", name=name)
    app.jinja_env.globals["mark"] = lambda kind: kind_mark(kind, url_for("asset", name="kinds.svg"))
    app.jinja_env.globals.update(cluster=explain.cluster, csrf=csrf, desk=desk, view=explain.view, web_link=web_link)

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        """Refuse other hosts (DNS rebinding), forms of other pages, and whoever has not shown the token."""
        if request.headers.get("Host") not in hosts:
            abort(421, "This desk answers only at the address that the terminal shows.")
        own = request.headers.get("Origin") == f"http://{request.headers['Host']}"
        if request.method == "POST" and not (own and _equal(request.form.get("csrf", ""), csrf())):
            abort(403, "This form is of another page, or of an earlier session: open the page again.")
        nonce, _, signed = request.cookies.get(COOKIE, "").partition(".")
        if request.endpoint in ("login", "asset") or _equal(signed, sign(f"session {nonce}")):
            return None
        return redirect(url_for("login"), 303)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    @app.route("/login", methods=["GET", "POST"])
    def login() -> ResponseReturnValue:
        if not _equal(request.form.get("token", "").strip(), token):
            return render_template("login.html"), 403 if request.method == "POST" else 200
        nonce, response = secrets.token_urlsafe(16), redirect(url_for("queue"), 303)
        response.set_cookie(COOKIE, f"{nonce}.{sign(f'session {nonce}')}", httponly=True, samesite="Strict")
        return response

    @app.get("/", endpoint="queue")
    @app.get("/<any(pair, cluster):name>", endpoint="page")
    def page(name: str = "queue") -> str:
        desk.refresh()
        return render_template(f"{name}.html")

    @app.post("/judge")
    def judge() -> ResponseReturnValue:
        form, one, other = request.form, request.form["one"], request.form["other"]
        asked, author = explain.view(desk, one, other)["asked"], desk.settings.steward
        part, whole = (other, one) if form.get("part") == other else (one, other)
        row = desk.judge(part, whole, form["judgement"], author, form.get("reason", ""), form["seen"])
        if asked := desk.next_after(asked):
            return redirect(url_for("page", name="pair", one=asked.one, other=asked.other, done=row.id), 303)
        return redirect(url_for("queue", done=row.id), 303)

    @app.post("/undo")
    def undo() -> ResponseReturnValue:
        row = desk.undo(request.form["decision"], desk.settings.steward)
        return redirect(url_for("page", name="pair", one=row.subject_id, other=row.object_id), 303)

    @app.get("/static/<name>")
    def asset(name: str) -> Response:
        return send_from_directory((_HERE if name.startswith("review.") else _HERE.parent) / "static", name)

    def failed(error: Exception) -> ResponseReturnValue:
        """A page with the pair's judgement now in force, or problem details (RFC 9457) for programs."""
        status, detail = 404 if type(error) is ReviewError else 409, str(error)
        if isinstance(error, HTTPException):
            status, detail = error.code or 500, error.description or error.name
        problem = {"type": "about:blank", "title": HTTP_STATUS_CODES[status], "status": status, "detail": detail}
        if request.accept_mimetypes.best_match((PROBLEM.media, "text/html")) == PROBLEM.media:
            return json.dumps(problem), status, {"Content-Type": PROBLEM.media}
        ends = sorted(request.form.get(name, "") for name in ("one", "other")) if status == 409 else ["", ""]
        return render_template("error.html", **problem, ends=ends, row=desk.in_force.get((ends[0], ends[1]))), status

    for kind in (HTTPException, ReviewError, Contradiction, HomeInUse):
        app.register_error_handler(kind, failed)
    return app


def serve_desk(desk: Desk, host: str, port: int, tell: Callable[[str, str], None]) -> None:
    """Serve a desk until the process is told to end; ``tell`` gets its address and the session's token."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    token, shown = secrets.token_urlsafe(18), f"[{host}]" if ":" in host else host
    server = make_server(host, port, Flask(__name__), threaded=True)
    names = {f"{name}:{server.server_port}" for name in ("127.0.0.1", "localhost", "[::1]", shown)}
    server.app = create_desk_app(desk, token, names)
    tell(f"http://{shown}:{server.server_port}/", token)
    server.serve_forever()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

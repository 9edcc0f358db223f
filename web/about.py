"""What Talkoot is, on what terms its data stand, and what its problem types mean."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from talkoot.ontology.namespaces import TALKOOT
from talkoot.web.problem import PROBLEM_TYPES
from talkoot.web.responses import html_page, page
from talkoot.web.site import release, site
from talkoot.web.sources import shown_sources

blueprint = Blueprint("about", __name__)

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@blueprint.get("/about")
@html_page
def about() -> Response:
    """What this is."""
    borrowed = release().base == TALKOOT and site().settings.host not in _LOOPBACK
    return page("about.html", sources=shown_sources(), base=release().base, borrowed_base=borrowed)


@blueprint.get("/problems/<slug>")
@html_page
def problem(slug: str) -> Response:
    """What a problem type means."""
    kind = PROBLEM_TYPES.get(slug)
    if kind is None:
        abort(404)
    return page("problem.html", slug=slug, kind=kind)

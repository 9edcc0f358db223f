"""Search: one box over every name, whatever its case, accents or alphabet."""

from __future__ import annotations

from flask import Blueprint, Response, request

from talkoot.web.language import reader_language
from talkoot.web.listing import rows
from talkoot.web.names import Namer
from talkoot.web.responses import html_page, page
from talkoot.web.site import release

blueprint = Blueprint("search", __name__)

_MOST = 100
_LONGEST = 200


@blueprint.get("/search")
@html_page
def search() -> Response:
    """What a text finds, the likeliest first."""
    view = release()
    text = request.args.get("q", "").strip()[:_LONGEST]
    hits = view.index.search(text, _MOST + 1) if text else []
    found = rows(hits[:_MOST], Namer(view.facts, reader_language()))
    return page("search.html", asked=text, rows=found, more=len(hits) > _MOST, most=_MOST)

"""The first page: what this is, how much there is, the centres by country, and where to go."""

from __future__ import annotations

from flask import Blueprint, Response

from talkoot.web.browse import LISTS, centre_rows
from talkoot.web.responses import html_page, page
from talkoot.web.site import release

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@html_page
def home() -> Response:
    """The first page."""
    view = release()
    counts = view.index.counts()
    number_of = {name: sum(counts.get(kind, 0) for kind in kinds) for name, kinds in LISTS.items()}
    number_of["centres"] = counts.get("centre", 0)
    number_of["sources"] = len(view.sources)
    number_of["countries"] = len(view.index.countries([kind for kinds in LISTS.values() for kind in kinds]))
    return page("home.html", counts=number_of, centres=centre_rows())

"""A page for those who work on pages: every part in every state, with the names that are hard to show."""

from __future__ import annotations

from types import SimpleNamespace

from flask import Blueprint, Response

from talkoot.web.browse import Pager
from talkoot.web.names import Ref, web_link
from talkoot.web.responses import page, page_at

blueprint = Blueprint("style", __name__)

_COLOURS = ("paper", "sheet", "moss", "ink", "quiet", "line", "spruce", "lake", "lingonberry", "cloudberry")
_SIZES = ("tiny", "small", "less", "lead", "step1", "step2", "step3")
_STEPS = ("s1", "s2", "s3", "s4", "s5", "s6", "s8", "s10", "s12", "s16")
_STATUSES = ("operating", "piloted", "being-built", "planned", "ended", "unknown")
_HARD = (
    ("Κέντρο Ικανοτήτων Κοινωνικής Καινοτομίας", "el"),
    ("Център за компетенции за социални иновации", "bg"),
    ("המרכז לחדשנות חברתית", "he"),
    ("Sosiaali- ja terveysministeriön valtionavustusten koordinaatiohankkeiden ohjausryhmä", "fi"),
    ("x" * 200, ""),
    ("<b>Ends & begins</b> \u202eesrever\u202c \u200b", ""),
    ("👩‍👩‍👧 Familie", "de"),
)
"""Names in other alphabets, from right to left, too long, with markup, marks and signs that are no letters."""


@page_at(blueprint, "/style")
def style() -> Response:
    """Colours, sizes, shapes and every part of a page."""
    thing = Ref("/actors", "Terveyden ja hyvinvoinnin laitos", "fi", "organisation", "Institute for Health", "en",
                ("Finland",), marks=(1, 2))  # fmt: skip
    hard = [Ref("/actors", text, lang, "organisation", places=("Greece",)) for text, lang in _HARD]
    rows = [
        SimpleNamespace(other=ref, role="partner", inferred=ref is thing, remarks=("in their words",), period="2021–",
                        through=None, marks=(1, 2, 3, 4, 5, 6, 7))
        for ref in (thing, *hard)
    ]  # fmt: skip
    partners = [SimpleNamespace(actor=ref, direct=ref is thing, shared=[thing], marks=(1,), things=1) for ref in hard]
    return page(
        "style.html", colours=_COLOURS, sizes=_SIZES, steps=_STEPS, statuses=_STATUSES, hard=hard, thing=thing,
        rows=rows, partners=partners, outside=web_link("https://example.org/"), unsafe=web_link("javascript:alert(1)"),
        pager=Pager(2, 101, ["/style", "/style?page=2", "/style?page=3"]),
    )  # fmt: skip

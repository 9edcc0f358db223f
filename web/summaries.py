"""One sentence about a thing, made from its facts; names stay in the nominative in every language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext
from markupsafe import Markup

from talkoot.web.entity_parts import PartnerRow, PartRow
from talkoot.web.names import Ref
from talkoot.web.wording import bare_listing, listing

_LONGEST_NAME = 90
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that a sentence is made of."""

    kind: str
    name: Ref
    places: tuple[str, ...]
    period: str
    hosted: tuple[Ref, ...]
    takes_part: tuple[PartRow, ...]
    solutions: tuple[PartRow, ...]
    participants: tuple[PartRow, ...]
    partners: tuple[PartnerRow, ...]
    groups: tuple[str, ...]
    programmes: tuple[Ref, ...]
    status: str
    uses: int
    funded: int


def summary(known: Known) -> Markup:
    """The sentence, or nothing where the facts do not make one."""
    if known.kind in ("organisation", "network"):
        return _actor(known)
    if known.kind == "centre":
        return _sentence(gettext("The competence centre for social innovation"), _centre_clauses(known))
    if known.kind == "solution":
        return _sentence(gettext("A solution"), _solution_clauses(known))
    if known.kind == "project":
        return _sentence(gettext("A project"), _project_clauses(known))
    if known.kind == "programme":
        return _sentence(gettext("A funding programme"), _programme_clauses(known))
    if known.kind == "collection":
        return _sentence(gettext("A collection of solutions"), _project_clauses(known))
    return Markup("")


def _actor(known: Known) -> Markup:
    clauses: list[Markup] = []
    if known.hosted:
        clauses.append(_fill(gettext("hosts the competence centre %(name)s"), name=_names(known.hosted)))
    projects = len({row.other.iri for row in known.takes_part if row.other.kind == "project" and not row.through})
    if projects:
        clauses.append(Markup.escape(ngettext("takes part in one project", "takes part in %(num)s projects", projects)))
    others = len({row.other.iri for row in known.takes_part if row.other.kind in ("programme", "collection")})
    if others:
        clauses.append(
            Markup.escape(
                ngettext("is involved in one larger programme", "is involved in %(num)s larger programmes", others)
            )
        )
    solutions = len({row.other.iri for row in known.solutions})
    if solutions:
        clauses.append(
            Markup.escape(ngettext("has a part in one solution", "has a part in %(num)s solutions", solutions))
        )
    partners = len(known.partners)
    if partners:
        text = str(ngettext("works with one other actor", "works with %(num)s other actors", partners))
        countries = {place for row in known.partners for place in row.actor.places}
        if len(countries) > 1:
            text += " " + str(ngettext("in one country", "in %(num)s countries", len(countries)))
        clauses.append(Markup.escape(text))
    if not clauses:
        return Markup("")
    name, lang = (known.name.gloss, known.name.gloss_lang) if known.name.gloss else (known.name.text, known.name.lang)
    subject = _name(name, lang) if len(name) <= _LONGEST_NAME else Markup.escape(gettext("This actor"))
    return _fill(gettext("%(subject)s %(clauses)s."), subject=subject, clauses=listing(clauses))


def _centre_clauses(known: Known) -> list[Markup]:
    clauses = []
    if known.places:
        clauses.append(_fill(gettext("designated for %(place)s"), place=listing(known.places)))
    hosts = [row.other for row in known.participants if row.role_code == "host"]
    if hosts:
        clauses.append(_fill(gettext("hosted by %(name)s"), name=_names(hosts)))
    projects = [row.other for row in known.takes_part if row.other.kind == "project"]
    if projects:
        clauses.append(_fill(gettext("partner in %(name)s"), name=_names(projects)))
    return clauses


def _solution_clauses(known: Known) -> list[Markup]:
    clauses = []
    leads = [row.other for row in known.participants if row.role_code == "lead"]
    if leads:
        clauses.append(_fill(gettext("led by %(name)s"), name=_names(leads)))
    if known.groups:
        clauses.append(_fill(gettext("meant for %(group)s"), group=listing(known.groups)))
    if known.places:
        clauses.append(_fill(gettext("active in %(place)s"), place=_some(known.places)))
    funders = [row.other for row in known.participants if row.role_code == "funder"]
    if funders:
        clauses.append(_fill(gettext("funded by %(name)s"), name=_names(funders)))
    if known.uses:
        clauses.append(Markup.escape(ngettext("with one known use", "with %(num)s known uses", known.uses)))
    return clauses


def _project_clauses(known: Known) -> list[Markup]:
    clauses = []
    if known.period:
        clauses.append(_fill(gettext("of %(period)s"), period=Markup.escape(known.period)))
    if known.participants:
        clauses.append(_with_actors(known))
    if known.programmes:
        clauses.append(_fill(gettext("funded under %(name)s"), name=_names(known.programmes)))
    return clauses


def _programme_clauses(known: Known) -> list[Markup]:
    clauses = []
    if known.funded:
        clauses.append(
            Markup.escape(ngettext("behind one project or use", "behind %(num)s projects and uses", known.funded))
        )
    if known.participants:
        clauses.append(_with_actors(known))
    return clauses


def _with_actors(known: Known) -> Markup:
    actors = len({row.other.iri for row in known.participants})
    text = str(ngettext("with one actor", "with %(num)s actors", actors))
    countries = {place for row in known.participants for place in row.other.places}
    if len(countries) > 1:
        text += " " + str(ngettext("from one country", "from %(num)s countries", len(countries)))
    return Markup.escape(text)


def _sentence(subject: str, clauses: Sequence[Markup]) -> Markup:
    if not clauses:
        return Markup("")
    return _fill(gettext("%(what)s %(clauses)s."), what=Markup.escape(subject), clauses=bare_listing(clauses))


def _some(texts: Sequence[str]) -> Markup:
    if len(texts) <= _MOST_NAMES:
        return listing(texts)
    return Markup.escape(ngettext("one country", "%(num)s countries", len(texts)))


def _names(refs: Sequence[Ref]) -> Markup:
    if len(refs) > _MOST_NAMES:
        return Markup.escape(ngettext("one actor", "%(num)s actors", len(refs)))
    return listing([_link(ref) for ref in refs])


def _name(text: str, lang: str) -> Markup:
    return Markup('<bdi lang="%s">%s</bdi>') % (lang, text)


def _link(ref: Ref) -> Markup:
    return Markup('<a href="%s"><bdi lang="%s">%s</bdi></a>') % (ref.href, ref.lang, ref.text)


def _fill(template: str, **parts: Markup) -> Markup:
    """A sentence of ours with parts that are escaped already."""
    return Markup(template) % parts  # noqa: S704 - templates come from our own catalogues

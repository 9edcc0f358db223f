"""The page of one thing: everything that its template and its summary show, read from the store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property

from flask import render_template
from pyoxigraph import Literal, NamedNode, Quad

from talkoot.graph.labels import main_label
from talkoot.ontology.namespaces import DCT, OWL, RDF, TK
from talkoot.web.entity_history import history
from talkoot.web.entity_lists import FEW, Listed, listed
from talkoot.web.entity_parts import hosted, links, partners, parts_in, taken
from talkoot.web.entity_said import MAIN_NAMES, NAMES, disputed, spellings, who_says
from talkoot.web.entity_similar import similar
from talkoot.web.facts import Facts, Term, kept_for_hubs
from talkoot.web.names import Ref, short_iri
from talkoot.web.notes import Notes
from talkoot.web.release_view import ReleaseView
from talkoot.web.wording import lower_first, period, years

_OTHER_NAMES = tuple(name for name in NAMES if name not in MAIN_NAMES)
_NOT_IN_THE_SIDE = {RDF["type"], DCT["source"], DCT["temporal"], *NAMES}
_ENOUGH = 3
"""Facts that a page needs not to be called thin."""
_ACTORS = ("organisation", "network", "centre")
_LARGER = ("programme", "collection")
_MANY_NAMES = 4


class EntityPage:
    """What the page of a thing shows a reader of one language."""

    def __init__(self, view: ReleaseView, thing: NamedNode, language: str) -> None:
        self._view, self._thing = view, thing
        notes = self._notes = Notes(view, language)
        self.kind = view.kind(thing)
        self.own_name = notes.ref(thing)
        own = main_label(view.labels(thing))
        named = own[0] and self.kind != "implementation"
        self.name, self.lang = own if named else (self.own_name.text, self.own_name.lang)
        self.name_marks = notes.marks(who_says(view, thing, MAIN_NAMES[0], self.name))
        self.other_names = self._names(MAIN_NAMES, but=self.name)
        lists = ["participants", "takes-part", "solutions", "uses", "records", "judgements"]
        lists += ["works-with"] if self.kind in _ACTORS else []
        self.lists = {name: listed(notes, thing, name) for name in lists}
        self.incoming = [listed(notes, thing, name) for name in links(view, thing).others]
        self.facts = self._side()
        self.differences = self._differences()
        self.similar = similar(notes, thing)
        self.history = history(view, thing)
        self.places = [notes.ref(country) for country in view.countries(thing)]
        self.years = years(*next(iter(view.periods(thing)), ("", "")))
        self.groups = [lower_first(notes.ref(node).text) for node in view.nodes(thing, TK["hasTargetGroup"])]
        self.programmes = [notes.ref(node) for node in view.nodes(thing, TK["fundedUnder"])]
        self.parted = notes.refs(view.nodes(thing, OWL["differentFrom"], view.identity))
        self.notes = list(notes.all.values())

    def _noted(self, predicate: NamedNode, value: Term) -> Ref:
        return self._notes.value(value)._replace(
            marks=self._notes.marks(who_says(self._view, self._thing, predicate, value))
        )

    def _names(self, predicates: Iterable[NamedNode], but: str = "") -> list[Ref]:
        texts = ((predicate, text) for predicate in predicates for text in self._view.texts(self._thing, predicate))
        return [self._noted(predicate, text) for predicate, text in texts if text.value != but]

    def _side(self) -> dict[str, list[Ref]]:
        """The facts of the side column, by property."""
        view, thing, notes = self._view, self._thing, self._notes
        found = defaultdict(list, {"names": self._names(_OTHER_NAMES)})
        for start, end in view.periods(thing):
            marks = notes.marks(who_says(view, thing, DCT["temporal"], f"{start} {end}"))
            found["periods"].append(Ref("", period(start, end), None, marks=marks))
        places = view.nodes(thing, TK["designatedFor"])
        for quad in _beside(view, thing):
            predicate, value = quad.predicate, quad.object
            if isinstance(value, NamedNode | Literal) and (predicate != DCT["spatial"] or value not in places):
                found[short_iri(predicate.value)].append(self._noted(predicate, value))
        return {name: values for name, values in found.items() if values}

    def _differences(self) -> list[tuple[str, list[Ref]]]:
        """Names that sources spell differently in one language, and answers that they give differently."""
        view, thing, notes = self._view, self._thing, self._notes
        found = [
            ("names", [Ref("", text, lang, marks=notes.marks(graphs)) for text, graphs in spelled.items()])
            for lang, spelled in spellings(view, thing)
        ]
        for predicate, answers in disputed(view, thing):
            periods = predicate == DCT["temporal"]
            given = [
                (Ref("", period(*text.split(" ")), None) if periods else notes.value(NamedNode(text)), graphs)
                for text, graphs in answers.items()
            ]
            shown = [ref._replace(marks=notes.marks(graphs)) for ref, graphs in given]
            found.append((short_iri(predicate.value), shown))
        return found

    @property
    def thin(self) -> bool:
        """Whether fewer than three facts are known beside what kind of thing this is, its name and its page."""
        lists = (*self.lists.values(), *self.incoming)
        told = sum(found.total for found in lists if found.name not in ("records", "judgements"))
        return told + sum(len(refs) for name, refs in self.facts.items() if name != "foaf:page") < _ENOUGH

    @cached_property
    def counts(self) -> Counter[str]:
        """How many things of each kind it takes part in itself, and what else its summary counts."""
        found = Counter(_counts(self._view, self._thing))
        if "works-with" in self.lists:
            found += _partner_counts(self._view, self._thing)
        found["funded"] = sum(one.total for one in self.incoming)
        return found

    def in_role(self, code: str) -> tuple[list[Ref], int]:
        """The first actors with a role in this thing, and how many there are."""
        found = [part.agent for part in parts_in(self._view, self._thing) if part.role.value.endswith(f"/role/{code}")]
        return [self._notes.ref(actor) for actor in found[:_MANY_NAMES]], len(found)

    @property
    def hosted(self) -> tuple[list[Ref], int]:
        """The centres that it hosts."""
        found = hosted(self._view, self._thing)
        return [self._notes.ref(centre) for centre in found[:_MANY_NAMES]], len(found)

    @property
    def timeline(self) -> list[dict[str, object]]:
        """The rows of what it takes part in that tell a year, the earliest first."""
        rows = [row for name in ("takes-part", "solutions") for row in self.lists[name].rows if row["years"]]
        rows = sorted(rows, key=lambda row: row["years"])[:FEW]
        return rows if len({row["years"] for row in rows}) > 1 else []

    @property
    def query(self) -> str:
        """The SPARQL behind the page: the parts played by an actor or in a thing, else what each record says."""
        by_actor = self.kind in _ACTORS[:2]
        shown = ("takes-part", "solutions") if by_actor else ("participants",)
        name = ("parts-of" if by_actor else "parts-in") if any(self.lists[one].total for one in shown) else "records-of"
        return render_template(f"queries/{name}.rq", iri=self._thing.value)


def _countries(facts: Facts, actors: Iterable[NamedNode]) -> int:
    return len({country for actor in actors for country in facts.countries(actor)})


@kept_for_hubs
def _beside(facts: Facts, thing: NamedNode) -> list[Quad]:
    quads = (quad for quad in facts.about(thing) if quad.predicate not in _NOT_IN_THE_SIDE)
    return sorted(quads, key=lambda quad: str(quad.object))


@kept_for_hubs
def _counts(facts: Facts, thing: NamedNode) -> Counter[str]:
    found = Counter(facts.kind(node) for node in {part.thing for part in links(facts, thing).played})
    found["larger"] = len({part.thing for part in taken(facts, thing) if facts.kind(part.thing) in _LARGER})
    agents = {part.agent for part in parts_in(facts, thing)}
    found["actors"], found["actor countries"] = len(agents), _countries(facts, agents)
    return found


@kept_for_hubs
def _partner_counts(facts: Facts, actor: NamedNode) -> Counter[str]:
    found = [one.agent for one in partners(facts, actor)]
    return Counter({"partners": len(found), "partner countries": _countries(facts, found)})


class EntityList:
    """A page of one list of a thing that is too long for the thing's own page."""

    def __init__(self, view: ReleaseView, thing: NamedNode, language: str, name: str, start: int, most: int) -> None:
        notes = Notes(view, language)
        self.kind, self.own_name = view.kind(thing), notes.ref(thing)
        self.list: Listed = listed(notes, thing, name, start, most)
        self.notes = list(notes.all.values())

"""The page of one thing: everything that its template and its summary show, read from the store."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import Any

from flask import render_template
from pyoxigraph import Literal, NamedNode, Quad

from talkoot.graph.labels import main_label
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import COUNTRY, DCT, OWL, PROV, RDF, SKOS, TK
from talkoot.web.entity_parts import HOST, actor_rows, partners, parts_in, parts_of, thing_rows
from talkoot.web.facts import Facts, Term, first_text, in_order
from talkoot.web.names import Ref, short_iri, site_path
from talkoot.web.notes import Notes
from talkoot.web.release_view import ReleaseView
from talkoot.web.wording import lower_first, moment, period, years

MAIN_NAMES = (SKOS["prefLabel"], DCT["title"])
_OTHER_NAMES = (SKOS["altLabel"], DCT["alternative"])
_NAMES = (*MAIN_NAMES, *_OTHER_NAMES)
_NOT_IN_THE_SIDE = {RDF["type"], DCT["source"], DCT["temporal"], *_NAMES}
_NOT_INCOMING = (PROV["agent"], TK["involvedIn"], TK["implements"], RDF["type"])
_THIN = 3
_ACTORS = ("organisation", "network")


class EntityPage:
    """What the page of a thing shows a reader of one language."""

    def __init__(self, view: ReleaseView, thing: NamedNode, language: str) -> None:
        self._view, self._thing = view, thing
        notes = self._notes = Notes(view, language)
        self._who_says: dict[tuple[str, str], set[NamedNode]] = defaultdict(set)
        self._main_names: dict[tuple[str, str], set[NamedNode]] = defaultdict(set)
        self._countries: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        sources = view.views(thing)
        for node in sources:
            for quad in view.recorded(node):
                self._note_who_says(quad)
        self.kind = view.kind(thing)
        self.own_name = notes.ref(thing)
        own = main_label(view.labels(thing))
        named = own[0] and self.kind != "implementation"
        self.name, self.lang = own if named else (self.own_name.text, self.own_name.lang)
        self.name_marks = self._marks(MAIN_NAMES[0], self.name)
        self.other_names = self._names(MAIN_NAMES, but=self.name)
        self._read_parts()
        self.uses = [self._use(node) for node in view.subjects(TK["implements"], thing)]
        self.incoming = self._incoming()
        self.facts = self._side()
        self.differences = self._differences()
        self.places = [notes.concept(country) for country in view.countries(thing)]
        self.years = years(*next(iter(view.periods(thing)), ("", "")))
        self.groups = [lower_first(notes.concept(node).text) for node in view.nodes(thing, TK["hasTargetGroup"])]
        self.programmes = [notes.ref(node) for node in view.nodes(thing, TK["fundedUnder"])]
        self.judgements = self._judgements()
        self.parted = notes.refs(view.nodes(thing, OWL["differentFrom"], view.identity))
        self.records = [source_entity(view, node) for node in sources]
        self.notes = list(notes.all.values())
        statements = len(self.takes_part) + len(self.solutions) + len(self.participants) + len(self.uses)
        self.thin = statements + sum(len(refs) for refs in (*self.facts.values(), *self.incoming.values())) <= _THIN

    def _note_who_says(self, quad: Quad) -> None:
        """Keep which record graph says a statement, by the property and by what the merged view has as its value."""
        predicate, value, graph = quad.predicate, quad.object, NamedNode(quad.graph_name.value)  # type: ignore[union-attr]
        if not isinstance(value, Literal | NamedNode):
            return
        target = value.value
        if isinstance(value, Literal):
            if predicate in MAIN_NAMES:
                self._main_names[value.value, value.language or ""].add(graph)
        elif predicate == DCT["temporal"]:
            target = " ".join(self._view.period_of(self._view.said_of(value, graph)))
        elif target.startswith(f"{self._view.base}id/src/"):
            target = (self._view.canonical(value) or value).value
        elif predicate == DCT["spatial"] and target.startswith(COUNTRY):
            self._countries[value].add(graph)
        self._who_says["name" if predicate in _NAMES else predicate.value, target].add(graph)

    def _marks(self, predicate: NamedNode, value: str) -> tuple[int, ...]:
        """The notes of the records that say a statement; of all that speak of the thing where none says it by itself.

        A name counts as said wherever it is a name at all; the value of a period is its start and its end.
        """
        graphs = self._who_says.get(("name" if predicate in _NAMES else predicate.value, value))
        return self._notes.marks(graphs or self._view.nodes(self._thing, DCT["source"]))

    def _noted(self, predicate: NamedNode, value: Term) -> Ref:
        key = value.value if isinstance(value, NamedNode | Literal) else str(value)
        return self._notes.value(value)._replace(marks=self._marks(predicate, key))

    def _names(self, predicates: tuple[NamedNode, ...], but: str = "") -> list[Ref]:
        texts = [text for predicate in predicates for text in self._view.texts(self._thing, predicate)]
        return [self._noted(predicates[0], text) for text in texts if text.value != but]

    def _side(self) -> dict[str, list[Ref]]:
        """The facts of the side column, by property."""
        found = defaultdict(list, {"names": self._names(_OTHER_NAMES)})
        for start, end in self._view.periods(self._thing):
            marks = self._marks(DCT["temporal"], f"{start} {end}")
            found["periods"].append(Ref("", period(start, end), None, marks=marks))
        places = self._view.nodes(self._thing, TK["designatedFor"])
        for quad in sorted(self._view.about(self._thing), key=lambda quad: str(quad.object)):
            predicate, value = quad.predicate, quad.object
            if predicate in _NOT_IN_THE_SIDE or not isinstance(value, NamedNode | Literal):
                continue
            if predicate != DCT["spatial"] or value not in places:
                found[short_iri(predicate.value)].append(self._noted(predicate, value))
        return {name: values for name, values in found.items() if values}

    def _differences(self) -> list[tuple[str, list[Ref]]]:
        """Names that sources spell differently in one language, and countries that they see differently."""
        found: list[tuple[str, list[Ref]]] = []
        tagged = {fold(text) for text, lang in self._main_names if lang}
        by_language: dict[str, dict[str, set[NamedNode]]] = defaultdict(lambda: defaultdict(set))
        own = min((lang for _text, lang in self._main_names if lang not in ("", "en")), default="")
        for (text, lang), graphs in self._main_names.items():
            if lang or fold(text) not in tagged:
                by_language[lang or own][text] |= graphs
        for lang, spellings in sorted(by_language.items()):
            if len(spellings) > 1:
                marked = ((text, self._notes.marks(graphs)) for text, graphs in sorted(spellings.items()))
                found.append(("names", [Ref("", text, lang, marks=marks) for text, marks in marked]))
        seen_by: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for country, graphs in self._countries.items():
            for graph in graphs:
                seen_by[graph].add(country)
        if seen_by and not set.intersection(*seen_by.values()):
            found.append(("countries", [self._noted(DCT["spatial"], place) for place in self._countries]))
        return found

    def _read_parts(self) -> None:
        """Read what the thing takes part in, also through the centres that it hosts, and who takes part in it."""
        view, thing, notes = self._view, self._thing, self._notes
        played = parts_of(view, thing)
        own, in_solutions = (
            [part for part in played if (view.kind(part.thing) in ("solution", "implementation")) is wanted]
            for wanted in (False, True)
        )
        hosted = [part.thing for part in own if part.role == HOST and view.kind(part.thing) == "centre"]
        known = {part.thing for part in own}
        through = [[part for part in parts_of(view, centre) if part.thing not in known] for centre in hosted]
        self.hosted = [notes.ref(centre) for centre in hosted]
        self.takes_part = thing_rows(notes, own)
        for ref, parts in zip(self.hosted, through, strict=True):
            self.takes_part += thing_rows(notes, parts, ref)
        self.solutions = thing_rows(notes, in_solutions)
        self.participants = actor_rows(notes, parts_in(view, thing))
        is_actor = self.kind in (*_ACTORS, "centre")
        self.partners = partners(notes, thing, played, [*chain(*through)]) if is_actor else []

    def _use(self, node: NamedNode) -> dict[str, object]:
        """A use of a solution: where, with whose money, by whom."""
        view, notes = self._view, self._notes
        return {
            "href": notes.ref(node).href,
            "places": [notes.concept(place) for place in view.nodes(node, DCT["spatial"])],
            "programmes": notes.refs(view.nodes(node, TK["fundedUnder"])),
            "funding_words": [notes.concept(words) for words in view.nodes(node, DCT["relation"])],
            "actors": actor_rows(notes, parts_in(view, node)),
            "marks": notes.marks(view.nodes(node, DCT["source"])),
        }

    def _incoming(self) -> dict[str, list[Ref]]:
        """Other things that point to this one, by property."""
        groups: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for quad in self._view.store.quads_for_pattern(None, None, self._thing, None):
            if quad.predicate in _NOT_INCOMING or quad.graph_name == self._view.identity:
                continue
            if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(f"{self._view.base}id/src/"):
                groups[quad.predicate].append(quad.subject)
        return {short_iri(predicate.value): self._notes.refs(groups[predicate]) for predicate in in_order(groups)}

    def _judgements(self) -> list[dict[str, Any]]:
        """Why pairs of source entities were held to be the same, or not, on the way to this thing."""
        view, found = self._view, []
        for decision in view.subjects(TK["linksTo"], self._thing, view.identity):
            said = view.said_of(decision, view.identity)
            pair = in_order(said.get(TK["linksFrom"], ()))
            judgement = next(iter(in_order(said.get(TK["hasJudgement"], ()))), None)
            if len(pair) == 2:
                found.append({
                    "pair": [source_entity(view, entity) for entity in pair],
                    "judgement": self._notes.concept(judgement).text if judgement else "",
                    "rule": first_text(said.get(SKOS["note"])),
                    "evidence": first_text(said.get(DCT["description"])),
                    "date": moment(first_text(said.get(DCT["date"]))),
                })  # fmt: skip
        return sorted(found, key=lambda item: [ref.href for ref, _source in item["pair"]])

    @property
    def query(self) -> str:
        """The SPARQL behind the page: the parts played by an actor or in a thing, else what each record says."""
        by_actor = self.kind in _ACTORS
        rows = self.takes_part or self.solutions if by_actor else self.participants
        name = ("parts-of" if by_actor else "parts-in") if rows else "records-of"
        return render_template(f"queries/{name}.rq", iri=self._thing.value)


def source_entity(facts: Facts, entity: NamedNode) -> tuple[Ref, str]:
    """A source's own entity by its name there, and its source."""
    rest = entity.value.removeprefix(f"{facts.base}id/src/")
    names = (quad.object.value for quad in facts.recorded(entity)
             if quad.predicate in MAIN_NAMES and isinstance(quad.object, Literal))  # fmt: skip
    name = next(names, rest.rsplit("/", 1)[-1])
    return Ref(site_path(entity.value, facts.base), name, None), rest.split("/", 1)[0]

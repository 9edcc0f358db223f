"""The page of one thing: everything that its template and its summary show, read from the store."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode

from talkoot.graph.labels import main_label
from talkoot.ontology.namespaces import DCT, OWL, PROV, RDF, TK
from talkoot.web.entity_facts import FactsReader, judgements, source_entity
from talkoot.web.entity_parts import HOST, Part, PartsReader, parts_in, parts_of
from talkoot.web.facts import in_order
from talkoot.web.names import Namer, Ref, short_iri
from talkoot.web.notes import MAIN_NAMES, Notes
from talkoot.web.release_view import ReleaseView
from talkoot.web.wording import lower_first, years

_THIN = 3
_ACTORS = ("organisation", "network")
_SHOWN_ELSEWHERE = (PROV["agent"], TK["involvedIn"], TK["implements"], RDF["type"])


class EntityPage:
    """What the page of a thing shows a reader of one language."""

    def __init__(self, view: ReleaseView, thing: NamedNode, language: str) -> None:
        facts = self._facts = view.facts
        namer = self._namer = Namer(facts, language)
        notes = self._notes = Notes(view, namer)
        reader = FactsReader(facts, thing, namer, notes)
        self._rows = PartsReader(facts, namer, notes)
        self._thing = thing
        self.kind = facts.kind(thing)
        self.own_name = namer.ref(thing)
        own = main_label(facts.labels(thing))
        self.name, self.lang = (
            own if own[0] and self.kind != "implementation" else (self.own_name.text, self.own_name.lang)
        )
        self.name_marks = notes.marks(reader.said.by(MAIN_NAMES[0], self.name))
        self.other_names = reader.names(MAIN_NAMES, but=self.name)
        self._read_parts()
        self.uses = [self._use(node) for node in facts.subjects(TK["implements"], thing)]
        self.incoming = self._read_incoming(view.base)
        self.facts = reader.side()
        self.differences = reader.differences()
        self.places = [namer.concept(country) for country in facts.countries(thing)]
        self.years = years(*next(iter(facts.periods(thing)), ("", "")))
        self.groups = [lower_first(namer.concept(node).text) for node in facts.nodes(thing, TK["hasTargetGroup"])]
        self.programmes = [namer.ref(node) for node in facts.nodes(thing, TK["fundedUnder"])]
        self.judgements = judgements(facts, thing, namer)
        self.parted = namer.refs(facts.nodes(thing, OWL["differentFrom"], facts.identity))
        self.records = [source_entity(facts, node) for node in reader.said.views]
        self.notes = notes.all()
        statements = len(self.takes_part) + len(self.solutions) + len(self.participants) + len(self.uses)
        self.thin = statements + sum(len(refs) for refs in (*self.facts.values(), *self.incoming.values())) <= _THIN

    def _read_parts(self) -> None:
        """Read what the thing takes part in, also through the centres that it hosts, and who takes part in it."""
        facts, thing = self._facts, self._thing
        played = parts_of(facts, thing)
        own = [part for part in played if facts.kind(part.thing) not in ("solution", "implementation")]
        hosted = [part.thing for part in own if part.role == HOST and facts.kind(part.thing) == "centre"]
        known = {part.thing for part in own}
        through_centres: list[Part] = []
        self.hosted = [self._namer.ref(centre) for centre in hosted]
        self.takes_part = self._rows.things(own)
        for centre, ref in zip(hosted, self.hosted, strict=True):
            parts = [part for part in parts_of(facts, centre) if part.thing not in known]
            through_centres += parts
            self.takes_part += self._rows.things(parts, through=ref)
        self.solutions = self._rows.things(
            part for part in played if facts.kind(part.thing) in ("solution", "implementation")
        )
        self.participants = self._rows.actors(parts_in(facts, thing))
        is_actor = self.kind in (*_ACTORS, "centre")
        self.partners = self._rows.partners(thing, played, through_centres) if is_actor else []

    def _use(self, node: NamedNode) -> dict[str, object]:
        """A use of a solution: where, with whose money, by whom."""
        facts, namer = self._facts, self._namer
        return {
            "href": namer.ref(node).href,
            "places": [namer.concept(place) for place in facts.nodes(node, DCT["spatial"])],
            "programmes": namer.refs(facts.nodes(node, TK["fundedUnder"])),
            "funding_words": [namer.concept(words) for words in facts.nodes(node, DCT["relation"])],
            "actors": self._rows.actors(parts_in(facts, node)),
            "marks": self._notes.marks(facts.nodes(node, DCT["source"])),
        }

    def _read_incoming(self, base: str) -> dict[str, list[Ref]]:
        """Other things that point to this one, by property."""
        groups: dict[NamedNode, list[NamedNode]] = {}
        for quad in self._facts.store.quads_for_pattern(None, None, self._thing, None):
            if quad.predicate in _SHOWN_ELSEWHERE or quad.graph_name == self._facts.identity:
                continue
            if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(f"{base}id/src/"):
                groups.setdefault(quad.predicate, []).append(quad.subject)
        return {short_iri(predicate.value): self._namer.refs(groups[predicate]) for predicate in in_order(groups)}

    @property
    def query(self) -> str:
        """The SPARQL behind the page: the parts played by an actor or in a thing, else what each record says."""
        by_actor = self.kind in _ACTORS
        rows = self.takes_part or self.solutions if by_actor else self.participants
        name = ("parts-of" if by_actor else "parts-in") if rows else "records-of"
        return render_template(f"queries/{name}.rq", iri=self._thing.value)

"""What a page's side column shows of a thing, where its sources differ, and why records were joined."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode

from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import DCT, RDF, SKOS, TK
from talkoot.web.facts import Facts, Term, first_text, in_order
from talkoot.web.names import Namer, Ref, short_iri, site_path
from talkoot.web.notes import MAIN_NAMES, OTHER_NAMES, Notes, Said
from talkoot.web.wording import moment, period

_SHOWN_ELSEWHERE = {RDF["type"], DCT["source"], DCT["temporal"], *MAIN_NAMES, *OTHER_NAMES}


class FactsReader:
    """Reads what is said of one thing, for one reader and one page's notes."""

    def __init__(self, facts: Facts, thing: NamedNode, namer: Namer, notes: Notes) -> None:
        self._facts = facts
        self._thing = thing
        self._namer = namer
        self._notes = notes
        self.said = Said(facts, thing)

    def noted(self, predicate: NamedNode, value: Term) -> Ref:
        """A value with the notes of the records that say it."""
        key = value.value if isinstance(value, NamedNode | Literal) else str(value)
        return self._namer.value(value)._replace(marks=self._notes.marks(self.said.by(predicate, key)))

    def names(self, predicates: tuple[NamedNode, ...], but: str = "") -> list[Ref]:
        """The names under some properties."""
        texts = [text for predicate in predicates for text in self._facts.texts(self._thing, predicate)]
        return [self.noted(predicates[0], text) for text in texts if text.value != but]

    def side(self) -> dict[str, list[Ref]]:
        """The facts of the side column, by property."""
        found = {
            "names": self.names(OTHER_NAMES),
            "periods": [self._period(*time) for time in self._facts.periods(self._thing)],
        }
        places = {place.value for place in self._facts.nodes(self._thing, TK["designatedFor"])}
        for quad in sorted(self._facts.about(self._thing), key=lambda quad: str(quad.object)):
            predicate, value = quad.predicate, quad.object
            if predicate in _SHOWN_ELSEWHERE or not isinstance(value, NamedNode | Literal):
                continue
            if predicate != DCT["spatial"] or value.value not in places:
                found.setdefault(short_iri(predicate.value), []).append(self.noted(predicate, value))
        return {name: values for name, values in found.items() if values}

    def _period(self, start: str, end: str) -> Ref:
        graphs = self.said.by(DCT["temporal"], f"{start} {end}")
        return Ref("", period(start, end), None, marks=self._notes.marks(graphs))

    def differences(self) -> list[tuple[str, list[Ref]]]:
        """Names that sources spell differently in one language, and countries that they see differently."""
        found: list[tuple[str, list[Ref]]] = []
        tagged = {fold(text) for text, lang in self.said.main_names if lang}
        by_language: dict[str, dict[str, set[NamedNode]]] = {}
        for (text, lang), graphs in self.said.main_names.items():
            if lang or fold(text) not in tagged:
                by_language.setdefault(lang, {}).setdefault(text, set()).update(graphs)
        if len(by_language) > 1 and "" in by_language:
            own = next((lang for lang in sorted(by_language) if lang not in ("", "en")), "")
            if own:
                by_language[own].update(by_language.pop(""))
        for lang, spellings in sorted(by_language.items()):
            if len(spellings) > 1:
                marked = ((text, self._notes.marks(graphs)) for text, graphs in sorted(spellings.items()))
                found.append(("names", [Ref("", text, lang, marks=marks) for text, marks in marked]))
        seen_by: dict[NamedNode, set[NamedNode]] = {}
        for country, graphs in self.said.countries.items():
            for graph in graphs:
                seen_by.setdefault(graph, set()).add(country)
        if seen_by and not set.intersection(*seen_by.values()):
            found.append(("countries", [self.noted(DCT["spatial"], place) for place in self.said.countries]))
        return found


def source_entity(facts: Facts, entity: NamedNode) -> tuple[Ref, str]:
    """A source's own entity by its name there, and its source."""
    rest = entity.value.removeprefix(f"{facts.base}id/src/")
    names = (quad.object.value for quad in facts.recorded(entity)
             if quad.predicate in MAIN_NAMES and isinstance(quad.object, Literal))  # fmt: skip
    name = next(names, rest.rsplit("/", 1)[-1])
    return Ref(site_path(entity.value, facts.base), name, None), rest.split("/", 1)[0]


def judgements(facts: Facts, thing: NamedNode, namer: Namer) -> list[dict[str, Any]]:
    """Why pairs of source entities were held to be the same, or not, on the way to one thing."""
    found = []
    for decision in facts.subjects(TK["linksTo"], thing, facts.identity):
        said = facts.said_of(decision, facts.identity)
        pair = in_order(said.get(TK["linksFrom"], ()))
        judgement = facts.node(decision, TK["hasJudgement"], facts.identity)
        if len(pair) == 2:
            found.append(
                {
                    "pair": [source_entity(facts, entity) for entity in pair],
                    "judgement": namer.concept(judgement).text if judgement else "",
                    "rule": first_text(said.get(SKOS["note"])),
                    "evidence": first_text(said.get(DCT["description"])),
                    "date": moment(first_text(said.get(DCT["date"]))),
                }
            )
    return sorted(found, key=lambda item: [ref.href for ref, _source in item["pair"]])

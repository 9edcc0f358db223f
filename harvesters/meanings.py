"""Meanings: what a field says by its ``means`` when the mapping *things* reads it, and whether it is well put."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from talkoot.ontology import load_code_lists

if TYPE_CHECKING:
    from talkoot.harvesters.definition import Field

THINGS = ("solution", "organisation", "project", "programme", "network", "centre")
"""What a record of a source may describe: ``thing`` in the definition's ``[defaults]``."""

_NOTHING, _LANGUAGE = "", r"(:[a-z]{2,3})?"
MEANINGS: dict[str, tuple[str, str]] = {
    "name": (_LANGUAGE, "Its name or title; a further one in the same language is an alternative one."),
    "alternative": (_LANGUAGE, "Another name or title."),
    "page": (_NOTHING, "An address of a page about it."),
    "homepage": (_NOTHING, "Its home page where the address is a site's first page, else a page about it."),
    "country": (_NOTHING, "Where it acts, for an actor its seat: a code, or a name in any language of the EU's list."),
    "place": (_NOTHING, "Where it acts in Finland: a municipality, county or region, or the whole country."),
    "start": (_NOTHING, "Words with the first day, month or year."),
    "end": (_NOTHING, "Words with the last day, month or year."),
    "period": (_NOTHING, "Words with the first and the last day, month or year."),
    "created": (_NOTHING, "The day its description was made."),
    "modified": (_NOTHING, "The day its description was last changed."),
    "kind": (r"(:(sector|legal-form-fi))?", "The kind of actor: words of tables/kinds.csv, or of the list named."),
    "identifier": (r":[A-Z][A-Za-z ]*", "Its number in a register, as identifier:PIC; equal numbers join records."),
    "concept": (r":[A-Za-z]+:[a-z/-]+", "A concept, as concept:hasStage:stage: the property, then the code list."),
    "role": (r"(:[a-z-]+)?", "Who plays a part, and which, as role:lead: a text, a list of them, or of objects."),
    "programme": (_LANGUAGE, "The title of the funding programme that pays for it."),
    "part-of-programme": (_LANGUAGE, "The title of the programme that it is a part of."),
    "part-of-project": (_LANGUAGE, "The title of the project that it is a part of."),
    "developed-in": (_LANGUAGE, "The title of the project that a solution comes from."),
    "grant": (r":[A-Z]{3}", "Money granted for it, as grant:EUR."),
    "evidence": (_NOTHING, "Why the record was selected: a remark on it."),
    "note": (_NOTHING, "A short remark of the source."),
    "left-out": (_NOTHING, "Why no lead is named; reported where it speaks of a private person."),
}
"""Each meaning: the pattern of what may stand after it (a language, as in name:fi), and what is said with the value."""

OF_ACTORS = frozenset(
    "name alternative page homepage country kind identifier note start end period role".split()
)  # fmt: skip
"""Meanings in an object that stands for an actor, and after ``actor.`` in a row that names one."""

CONCEPTS = ("hasTargetGroup", "hasStage", "hasForm", "addressesNeed", "contributesTo", "relation", "status", "language")
"""Properties that take a concept."""

REGISTERS = {
    "LEI": r"[A-Z0-9]{18}\d\d",
    "PIC": r"\d{9}",
    "ROR": r"0[a-z0-9]{6}\d\d",
    "Transparency Register": r"\d{9,12}-\d\d",
    "VIES": r"[A-Z]{2}(?=.*\d)[A-Z0-9]{2,12}",
    "Wikidata": r"Q[1-9]\d*",
    "YTJ": r"\d{7}-\d",
}
"""What the numbers of a register look like; those of others hold a digit at least."""


def fault(means: str, *, within: bool = False) -> str:
    """What a meaning should be, if it is not well put; ``within`` an object that stands for an actor."""
    word, colon, argument = means.removeprefix("actor.").partition(":")
    if within or means.startswith("actor."):
        if word not in OF_ACTORS or (word == "role" and argument):
            return f"of an actor, one of {', '.join(sorted(OF_ACTORS))}"
    elif word not in MEANINGS:
        return f"one of {', '.join(MEANINGS)}"
    pattern, meaning = MEANINGS[word]
    if re.fullmatch(pattern, colon + argument) is None:
        return f"{word} and then {pattern or 'nothing'}: {meaning}"
    lists = load_code_lists()
    if word == "role" and argument and lists["role"].code(argument) is None:
        return f"role with one of {', '.join(concept.code for concept in lists['role'])}"
    name, _, scheme = argument.partition(":")
    if word == "concept" and (name not in CONCEPTS or scheme not in set(lists)):
        return f"concept with one of {', '.join(CONCEPTS)}, then one of {', '.join(lists)}"
    return ""


def faults(defaults: Mapping[str, Any], fields: Mapping[str, Field]) -> Iterator[str]:
    """Each key of a definition for the mapping *things* that cannot be used, with what was expected."""
    if defaults.get("thing", "solution") not in THINGS:
        yield f"defaults.thing is {defaults['thing']!r}: expected one of {', '.join(THINGS)}"
    if not any(field.required and field.means.partition(":")[0] == "name" for field in fields.values()):
        yield 'fields: expected a required field with means = "name"'
    for name, field in fields.items():
        if field.means and (expected := fault(field.means)):
            yield f"fields.{name}.means is {field.means!r}: expected {expected}"
        for inner, spec in field.fields.items():
            if spec.means and (expected := fault(spec.means, within=True)):
                yield f"fields.{name}.{inner}.means is {spec.means!r}: expected {expected}"

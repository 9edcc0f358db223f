"""Meanings: what a field says by its ``means`` when the mapping *things* reads it, and whether it is well put."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from talkoot.harvesters import rows
from talkoot.ontology import load_code_lists

if TYPE_CHECKING:
    from talkoot.harvesters.definition import Field

THINGS = ("solution", "organisation", "project", "programme", "network", "centre")
"""What a record of a source may describe: ``thing`` in the definition's ``[defaults]``."""


class Meaning(NamedTuple):
    """What may stand after its word (a pattern: a language, as in name:fi), what is said, and whether of an actor too.

    Of an actor: in an object that stands for one, and after ``actor.`` in a row that names one.
    """

    then: str
    said: str
    of_actors: bool


@lru_cache(maxsize=1)
def meanings() -> dict[str, Meaning]:
    """The meanings by their words (``meanings.csv``)."""
    return {row["word"]: Meaning(row["then"], row["meaning"], bool(row["of_actors"])) for row in rows("meanings")}


CONCEPTS = ("hasTargetGroup", "hasStage", "hasForm", "addressesNeed", "contributesTo", "relation", "status", "language")
"""Properties that take a concept."""


def fault(means: str, *, within: bool = False) -> str:
    """What a meaning should be, if it is not well put; ``within`` an object that stands for an actor."""
    word, colon, argument = means.removeprefix("actor.").partition(":")
    if within or means.startswith("actor."):
        of_actors = sorted(name for name, meaning in meanings().items() if meaning.of_actors)
        if word not in of_actors or (word == "role" and argument):
            return f"of an actor, one of {', '.join(of_actors)}"
    elif word not in meanings():
        return f"one of {', '.join(meanings())}"
    pattern, meaning, _ = meanings()[word]
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
    inner = {f"{name}.{one}": spec for name, field in fields.items() for one, spec in field.fields.items()}
    for name, field in {**fields, **inner}.items():
        if field.means and (expected := fault(field.means, within=name in inner)):
            yield f"fields.{name}.means is {field.means!r}: expected {expected}"

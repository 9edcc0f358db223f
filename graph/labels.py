"""Choosing a label: the main name of a thing, and the name for a reader's language."""

from collections.abc import Mapping, Sequence

from talkoot.ontology.namespaces import DCT, SKOS

ALTERNATIVES = {SKOS["prefLabel"]: SKOS["altLabel"], DCT["title"]: DCT["alternative"]}
"""Properties of which a thing has one value a language, each with the one that takes its other values."""


def main_label(labels: Mapping[str, str]) -> tuple[str, str]:
    """The main name with its language: the own-language one, else one without language, else English.

    ``labels`` maps language tags to texts, ``""`` standing for no tag. Empty where there is none.
    """
    own = sorted(language for language in labels if language not in ("", "en"))
    for language in (*own, "", "en"):
        if language in labels:
            return labels[language], language
    return "", ""


def reader_label(labels: Mapping[str, str], languages: Sequence[str]) -> tuple[str, str]:
    """The name for a reader, with its language: by the reader's languages, English, then whatever there is."""
    for language in (*languages, "en"):
        if language in labels:
            return labels[language], language
    return main_label(labels)

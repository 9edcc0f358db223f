"""What shapes do not see in somebody's data: names that no vocabulary has, impossible dates, ends that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad
from rdflib import URIRef
from rdflib.namespace import DCAT as DCAT_TERMS
from rdflib.namespace import DCTERMS, ORG, PROV, SKOS
from rdflib.namespace import FOAF as FOAF_TERMS

from talkoot.ontology.namespaces import ADMS, COUNTRY, DCAT, DCT, FOAF, TALKOOT, TK, XSD
from talkoot.ontology.namespaces import ORG as ORG_NAMESPACE
from talkoot.ontology.namespaces import PROV as PROV_NAMESPACE
from talkoot.ontology.sources import OWN, Sources, iris, short

_CLOSED = (DCAT_TERMS, DCTERMS, FOAF_TERMS, ORG, PROV, SKOS)
_LEXICAL = {
    "gYear": (r"\d{4}", "2023"),
    "gYearMonth": (r"\d{4}-(0[1-9]|1[0-2])", "2023-04"),
    "date": (r"\d{4}-\d{2}-\d{2}", "2023-04-30"),
    "dateTime": (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", "2023-04-30T12:00:00Z"),
    "integer": (r"[+-]?\d+", "12"),
    "decimal": (r"[+-]?(\d+(\.\d*)?|\.\d+)", "12.5"),
}
"""By datatype of XML Schema: what its texts look like, and one of them (https://www.w3.org/TR/xmlschema11-2/)."""

_LEADS_TO = {
    PROV_NAMESPACE["agent"], TK["involvedIn"], TK["implements"], TK["developedIn"], TK["fundedUnder"], DCT["temporal"],
    ORG_NAMESPACE["member"], ORG_NAMESPACE["organization"], ADMS["identifier"],
}  # fmt: skip


def faults(quads: list[Quad], sources: Sources) -> Iterator[tuple[Quad, str]]:
    """Each statement that cannot be right, with what to do."""
    ends = {quad.subject: quad.object for quad in quads if quad.predicate == DCAT["endDate"]}
    for quad in quads:
        for iri in iris(quad):
            closed = next((terms for terms in _CLOSED if iri.startswith(str(terms))), None)
            if (iri.startswith(OWN) and iri not in sources.declared) or (closed and URIRef(iri) not in closed):
                yield quad, f"{short(iri)} is not declared in its vocabulary: correct the name"
        if isinstance(quad.object, Literal):
            text, kind = quad.object.value, quad.object.datatype.value.removeprefix(XSD)
            pattern, example = _LEXICAL.get(kind, ("", ""))
            if pattern and not (re.fullmatch(pattern, text) and _is_day(text[:10])):
                yield quad, f"“{text}” is no xsd:{kind}: write it as {example}, and words into skos:note"
            end = ends.get(quad.subject)
            if quad.predicate == DCAT["startDate"] and isinstance(end, Literal):
                length = min(len(text), len(end.value))
                if end.value[:length] < text[:length]:
                    yield quad, f"the end, {end.value}, lies before the start, {text}: correct one of them"


def doubts(quads: list[Quad], sources: Sources) -> Iterator[tuple[Quad, str]]:
    """Each statement that may be right, with what to look at."""
    described = {quad.subject for quad in quads}
    for quad in quads:
        value = quad.object
        if not isinstance(value, NamedNode):
            continue
        if value.value.startswith(COUNTRY) and value.value not in sources.declared:
            yield quad, "no country of our list (/voc/country): the code has three letters, such as FIN, PRT or GRC"
        elif quad.predicate in _LEADS_TO and value not in described:
            yield quad, f"{short(value.value)} is named here and described nowhere in this file"
        elif quad.predicate == FOAF["homepage"] and value.value.startswith(TALKOOT):
            yield quad, "the home page is an address of ours: was https:// forgotten?"


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

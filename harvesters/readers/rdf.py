"""RDF files: a record for each named graph, or for each thing where there is one graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple

from talkoot.graph.issues import Issue
from talkoot.graph.rdf_text import n_triples
from talkoot.harvesters.definition import Definition
from talkoot.harvesters.readers.files import files
from talkoot.harvesters.readers.rows import Reading, Row
from talkoot.ontology.namespaces import RDF

_NAMED = (NamedNode, Literal, DefaultGraph)


def read_rdf(definition: Definition, reading: Reading) -> Iterator[Row | Issue]:
    """``record`` is the graph's or thing's IRI, ``triples`` what it says, ``things`` the classes of what that names.

    Statements that touch a blank node are left out: no record could be told from another by them.
    """
    for file in files(definition, reading):
        if isinstance(file, Issue):
            yield file
            continue
        name = definition.reading.get("format") or file.place.partition("?")[0].rpartition(".")[2].removesuffix("#")
        form, base = RdfFormat.from_extension(name), definition.address or definition.publisher_page
        try:
            if form is None:
                raise ValueError(f"{name!r} is no form of RDF that is known")
            quads: list[Any] = list(pyoxigraph.parse(input=file.stream, format=form, base_iri=base))
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 0
            yield Issue("not-rdf", definition.id, str(error), file=file.place, line=line, expected=name)
            continue
        said = [quad for quad in quads if all(isinstance(term, _NAMED) for term in quad)]
        if len(said) < len(quads):
            yield Issue("blank-node", definition.id, f"{len(quads) - len(said)} statements left out", file=file.place)
        yield from _records(said, bool(definition.reading.get("subjects")))


def _records(statements: list[Any], by_subject: bool) -> Iterator[Row]:
    subjects = {said.subject.value for said in statements}
    classes: dict[str, list[str]] = {}
    records: dict[str, dict[Triple, None]] = {}
    for said in statements:
        if said.predicate == RDF["type"]:
            classes.setdefault(said.subject.value, []).append(said.object.value)
        whole = said.subject.value.partition("#")[0]
        record = whole if whole in subjects else said.subject.value
        if isinstance(said.graph_name, NamedNode) and not by_subject:
            record = said.graph_name.value
        records.setdefault(record, {})[Triple(said.subject, said.predicate, said.object)] = None
    for number, (record, triples) in enumerate(records.items(), start=1):
        terms = [term for triple in triples for term in (triple.subject, triple.object)]
        named = dict.fromkeys(term.value for term in terms if isinstance(term, NamedNode))
        things = [{"iri": iri, "type": kind} for iri in named for kind in classes.get(iri, ())]
        yield Row(number, {"record": record, "triples": n_triples(triples).splitlines(), "things": things})

"""Checks of the examples against the shapes, of the questions against the worked example, and of the context."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import rdflib
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
)

from talkoot.ontology.namespaces import PREFIXES, TK
from talkoot.ontology.ranges import contradictions
from talkoot.ontology.shacl import Result, results
from talkoot.ontology.sources import Sources

_EXPECTED = re.compile(r"# Invalid, made up\. Expected: tksh:(\S+) \(sh:(\w+), sh:(\w+)\): (.*)")
_MADE_UP_HOST = re.compile(r"https?://[\w.]*\bexample(?:\.org)?/")


def check_examples(sources: Sources) -> Iterator[str]:
    """Valid examples pass the publish gate; invalid ones fail for the reason that they name, and for no other."""
    paths = [*sources.examples("valid"), *sources.examples("invalid")]
    found = _all_results(sources, paths)
    for path in paths:
        name = sources.name(path)
        told = [f"tksh:{r.shape} (sh:{r.component}, sh:{r.severity}): {r.message}" for r in found[path]]
        if path.parent.name == "valid":
            yield from (f"{name}: is refused by {reason}: correct the example or the shape" for reason in told)
            continue
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        if not _EXPECTED.fullmatch(first):
            yield (
                f"{name}: its first line has to read "
                "“# Invalid, made up. Expected: tksh:NAME (sh:COMPONENT, sh:SEVERITY): message”"
            )
        elif not told:
            yield f"{name}: passes the gate, though it names a fault: correct the example or the shape"
        elif told != [first.partition("Expected: ")[2]]:
            yield f"{name}: fails for {' and for '.join(told)}: correct the example, or its first line"


def _all_results(sources: Sources, paths: list[Path]) -> dict[Path, list[Result]]:
    """Results by example: all are validated in one graph, each with names of its own, which costs a tenth."""
    triples: list[Triple] = []
    files: dict[str, Path] = {}
    for number, path in enumerate(paths):
        text = _MADE_UP_HOST.sub(rf"\g<0>{number}/", path.read_text(encoding="utf-8"))
        for quad in pyoxigraph.parse(text.encode(), format=RdfFormat.TRIG, rename_blank_nodes=True):
            triples.append(quad.triple)
            for node in (quad.subject, quad.object):
                if isinstance(node, NamedNode | BlankNode):
                    files[node.value] = path
    found: dict[Path, list[Result]] = defaultdict(list)
    for result in results(triples, sources.folder / "shapes" / "publish.ttl"):
        found[files[result.node]].append(result)
    return found


def check_ranges(sources: Sources) -> Iterator[str]:
    """Examples contradict nothing that ORG, PROV-O and SKOS state of their terms."""
    for path in (*sources.examples("valid"), sources.folder / "examples" / "worked-example.trig"):
        for sentence in contradictions(sources.quads(path)):
            yield f"{sources.name(path)}: {sentence}: correct the example"


def check_questions(sources: Sources) -> Iterator[str]:
    """Each competency question says what it answers, and finds its rows on the worked example."""
    store = Store()
    store.extend(sources.quads(sources.folder / "examples" / "worked-example.trig"))
    for path in sources.questions():
        name, text = sources.name(path), path.read_text(encoding="utf-8")
        if [line[:5] for line in text.splitlines()[:3]] != ["# en:", "# fi:", "# sv:"]:
            yield f"{name}: begin with what it answers and for whom: a line each with # en:, # fi: and # sv:"
        expected = path.with_suffix(".csv")
        found = store.query(text)
        rows = found.serialize(format=QueryResultsFormat.CSV) if isinstance(found, QuerySolutions) else None
        if not rows or rows.count(b"\n") < 2:
            yield f"{name}: finds no rows on examples/worked-example.trig: correct the question or extend the example"
        elif not expected.exists() or expected.read_bytes() != rows:
            yield f"{name}: finds other rows than {expected.name}: correct the question, the example or the table"


def check_context(sources: Sources) -> Iterator[str]:
    """The JSON-LD context knows prefixes and own terms, and carries every valid example there and back without loss."""
    context = json.loads((sources.folder / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    for prefix, namespace in PREFIXES.items():
        if context.get(prefix) != namespace:
            yield f"context.jsonld: {prefix} is {context.get(prefix)!r}: write {str(namespace)!r}"
    named = {value if isinstance(value, str) else value.get("@id", ""): value for value in context.values()
             if isinstance(value, str | dict)}  # fmt: skip
    own = {f"tk:{iri.removeprefix(TK)}" for iri in sources.own_terms()}
    for term in sorted(own - named.keys()):
        yield f"context.jsonld: {term} is missing: add it"
    for term in sorted(name for name in named.keys() - own if name.startswith("tk:")):
        yield f"context.jsonld: {term} is not declared in vocabulary.ttl: correct the name"
    for term, value in named.items():
        # A class is a plain name; each own property leads to a thing.
        if term in own and term[3].islower() and (isinstance(value, str) or value.get("@type") != "@id"):
            yield f'context.jsonld: the values of {term} are things: write "@type": "@id"'
    for path in (*sources.examples("valid"), sources.folder / "examples" / "worked-example.trig"):
        if _canonical(sources.quads(path)) != _canonical(_there_and_back(sources.quads(path), context)):
            yield f"context.jsonld: {sources.name(path)} loses or gains statements as JSON-LD: correct the context"


def _there_and_back(quads: list[Quad], context: dict[str, object]) -> list[Quad]:
    """Quads after a journey through JSON-LD with our context, graph by graph."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False  # else "2019"^^xsd:gYear and the like are written anew
    nodes: list[object] = []
    try:
        for name in {quad.graph_name for quad in quads}:
            triples = (quad.triple for quad in quads if quad.graph_name == name)
            graph = rdflib.Graph().parse(data=pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
            found = json.loads(graph.serialize(format="json-ld", context=context))
            inside = found.get("@graph", [{key: value for key, value in found.items() if key != "@context"}])
            nodes += [{"id": name.value, "@graph": inside}] if isinstance(name, NamedNode) else inside
    finally:
        rdflib.NORMALIZE_LITERALS = before
    document = json.dumps({"@context": context, "@graph": nodes})
    return list(pyoxigraph.parse(document.encode(), format=RdfFormat.JSON_LD))


def _canonical(quads: list[Quad]) -> Dataset:
    data = Dataset(quads)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return data

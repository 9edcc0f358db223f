"""The checks of the ontology, from the cheapest to the dearest; the first kind that finds a fault ends them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from talkoot.ontology.files import FOLDER, GOOD_EXAMPLES, QUESTIONS, RDF_FILES, Sources, iris, short, text
from talkoot.ontology.namespaces import PREFIXES, TK, VOC
from talkoot.ontology.ranges import contradictions
from talkoot.ontology.released import check_released, write_released
from talkoot.ontology.shacl import Result, results
from talkoot.ontology.turtle_form import FormError, canonical, literals_as_written

_EXPECTED = re.compile(r"# Invalid, made up\. Expected: tksh:(\S+) \(sh:(\w+), sh:(\w+)\): (.*)")
_MADE_UP_HOST = re.compile(r"https?://[\w.]*\bexample(?:\.org)?/")


def check_ontology(folder: Path = FOLDER, *, fix: bool = False) -> list[str]:
    """A sentence for each fault of the first kind found, naming file, term and what to do; none when all is well.

    ``fix`` first writes Turtle files in canonical form, and new terms into the table of released ones.
    """
    sources = Sources(folder)
    for check in CHECKS:
        faults = list(check(sources))
        if fix and not faults and check is check_syntax:
            for path, form, _ in _other_forms(sources):
                path.write_text(form, encoding="utf-8")
            write_released(sources)
        if faults:
            return faults
    return []


def check_syntax(sources: Sources) -> Iterator[str]:
    """Every file parses."""
    kinds: list[tuple[tuple[str, ...], Callable[[Path], object], str]] = [
        (RDF_FILES, sources.quads, "mend the syntax at this place"),
        ((QUESTIONS,), lambda path: Store().query(path.read_text(encoding="utf-8")), "mend the query"),
        (("context.jsonld",), lambda path: json.loads(path.read_text(encoding="utf-8")), "mend the JSON"),
    ]
    for patterns, read, remedy in kinds:
        for path in sources.files(*patterns):
            try:
                read(path)
            except (SyntaxError, json.JSONDecodeError) as error:
                yield f"{sources.name(path)}: {error}: {remedy}"


def check_prefixes(sources: Sources) -> Iterator[str]:
    """A prefix stands for the same namespace in every file and in the program."""
    declared = dict(_prefixes(sources.folder / "prefixes.ttl"))
    for prefix in sorted(PREFIXES.keys() | declared.keys()):
        told, ours = declared.get(prefix, ""), PREFIXES.get(prefix, "")
        if told != ours:
            yield f"prefixes.ttl: {prefix}: is <{told}>, in namespaces.py it is <{ours}>: make them agree"
    for path in sources.files(*RDF_FILES, QUESTIONS):
        for prefix, namespace in _prefixes(path):
            expected = declared.get(prefix, namespace)
            if namespace != expected:
                yield f"{sources.name(path)}: {prefix}: is <{namespace}>: write <{expected}>, as prefixes.ttl has it"


def check_form(sources: Sources) -> Iterator[str]:
    """Turtle files are in canonical form."""
    return (fault for _, _, fault in _other_forms(sources))


def check_declared(sources: Sources) -> Iterator[str]:
    """Own terms, concepts and shapes that a file uses are declared."""
    for path in sources.files(*RDF_FILES, QUESTIONS):
        for iri in sorted(filter(sources.unknown, _used(sources, path))):
            # An invalid example may name a concept that no list has: that can be what is wrong with it.
            if path.parent.name != "invalid" or not iri.startswith(VOC):
                where = "vocabulary.ttl, codelists/ or shapes/"
                yield f"{sources.name(path)}: {iri} is not declared in {where}: add it there or correct the name"


def check_examples(sources: Sources) -> Iterator[str]:
    """Valid examples pass the publish gate; invalid ones fail for the reason that they name, and for no other."""
    paths = sources.files("examples/valid/*.trig", "examples/invalid/*.trig")
    found = _all_results(sources, paths)
    for path in paths:
        name = sources.name(path)
        told = [f"tksh:{r.shape} (sh:{r.component}, sh:{r.severity}): {r.message}" for r in found[path]]
        if path.parent.name == "valid":
            yield from (f"{name}: is refused by {reason}: correct the example or the shape" for reason in told)
            continue
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        if not _EXPECTED.fullmatch(first):
            expected = "“# Invalid, made up. Expected: tksh:NAME (sh:COMPONENT, sh:SEVERITY): message”"
            yield f"{name}: its first line has to read {expected}"
        elif not told:
            yield f"{name}: passes the gate, though it names a fault: correct the example or the shape"
        elif told != [first.partition("Expected: ")[2]]:
            yield f"{name}: fails for {' and for '.join(told)}: correct the example, or its first line"


def check_ranges(sources: Sources) -> Iterator[str]:
    """Examples contradict nothing that ORG, PROV-O and SKOS state of their terms."""
    for path in sources.files(*GOOD_EXAMPLES):
        for told in contradictions(sources.quads(path)):
            yield f"{sources.name(path)}: {told}: correct the example"


def check_questions(sources: Sources) -> Iterator[str]:
    """Each competency question says what it answers, and finds its rows on the worked example."""
    store = Store()
    store.extend(sources.all_quads("examples/worked-example.trig"))
    for path in sources.files(QUESTIONS):
        name, question, expected = sources.name(path), path.read_text(encoding="utf-8"), path.with_suffix(".csv")
        if [line[:5] for line in question.splitlines()[:3]] != ["# en:", "# fi:", "# sv:"]:
            yield f"{name}: begin with what it answers and for whom: a line each with # en:, # fi: and # sv:"
        found = store.query(question)
        rows = found.serialize(format=pyoxigraph.QueryResultsFormat.CSV) if isinstance(found, QuerySolutions) else None
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
    terms = [{"@id": value} if isinstance(value, str) else value for value in context.values()]
    named = {term.get("@id", ""): term for term in terms if isinstance(term, dict)}
    own = {short(iri) for iri in sources.declared if iri.startswith(TK)}
    yield from (f"context.jsonld: {term} is missing: add it" for term in sorted(own - named.keys()))
    for term in sorted(name for name in named.keys() - own if name.startswith("tk:")):
        yield f"context.jsonld: {term} is not declared in vocabulary.ttl: correct the name"
    for term in sorted(own & named.keys()):
        if term[3].islower() and named[term].get("@type") != "@id":  # a class is a plain name
            yield f'context.jsonld: the values of {term} are things: write "@type": "@id"'
    for path in sources.files(*GOOD_EXAMPLES):
        if _canonical(sources.quads(path)) != _canonical(_there_and_back(sources.quads(path), context)):
            yield f"context.jsonld: {sources.name(path)} loses or gains statements as JSON-LD: correct the context"


def check_lint(sources: Sources) -> Iterator[str]:
    """Vocabulary, lists, frameworks and shapes keep to the style rules of shapes/lint.ttl."""
    paths = sources.files("*.ttl", "codelists/*.ttl", "frameworks/*.ttl", "shapes/*.ttl")
    files = {text(quad.subject): path for path in paths for quad in sources.quads(path)}
    triples = (quad.triple for path in paths for quad in sources.quads(path))
    for result in results(triples, sources.folder / "shapes" / "lint.ttl"):
        if result.severity == "Violation":
            where = sources.name(files[result.node]) if result.node in files else "vocabulary.ttl"
            value = f" ({result.value})" if result.value and result.value != result.node else ""
            yield f"{where}: {result.node}{value}: {result.message}"


CHECKS: tuple[Callable[[Sources], Iterator[str]], ...] = (
    check_syntax, check_prefixes, check_declared, check_form, check_released, check_questions, check_context,
    check_ranges, check_examples, check_lint,
)  # fmt: skip


def _prefixes(path: Path) -> list[tuple[str, str]]:
    found = r"^@?prefix +([\w-]*): *<([^>]*)>"
    return re.findall(found, path.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE)


def _used(sources: Sources, path: Path) -> set[str]:
    """The IRIs that a file names; of a question, those in our namespaces."""
    if path.suffix != ".rq":
        return {iri for quad in sources.quads(path) for iri in iris(quad)}
    query = re.sub(r"(?im)^prefix.*$", "", path.read_text(encoding="utf-8"))
    named = re.findall(rf"<((?:{TK}|{VOC})[^<>\s]*[^<>\s/])>", query)
    short = re.findall(r"\b(tk|tksh|voc):((?:\\/|[\w-])*[\w-])", query)
    return {*named, *(PREFIXES[prefix] + local.replace("\\", "") for prefix, local in short)}


def _other_forms(sources: Sources) -> Iterator[tuple[Path, str, str]]:
    """Each Turtle file that is not in canonical form, with its canonical form, or else as it is, and what to do."""
    for path in sources.files("**/*.ttl"):
        form = written = path.read_text(encoding="utf-8")
        try:
            form = form if path.name == "prefixes.ttl" else canonical(written, PREFIXES)
        except FormError as error:
            yield path, form, f"{sources.name(path)}: {error}"
        if form != written:
            yield path, form, f"{sources.name(path)} is not in canonical form: run talkoot check --fix"


def _all_results(sources: Sources, paths: list[Path]) -> dict[Path, list[Result]]:
    """Results by example: all are validated in one graph, each with names of its own, which costs a tenth."""
    triples: list[Triple] = []
    files: dict[str, Path] = {}
    for number, path in enumerate(paths):
        example = _MADE_UP_HOST.sub(rf"\g<0>{number}/", path.read_text(encoding="utf-8"))
        for quad in pyoxigraph.parse(example, format=RdfFormat.TRIG, rename_blank_nodes=True):
            triples.append(quad.triple)
            files |= {text(node): path for node in (quad.subject, quad.object)}
    found: dict[Path, list[Result]] = defaultdict(list)
    for result in results(triples, sources.folder / "shapes" / "publish.ttl"):
        found[files[result.node]].append(result)
    return found


def _there_and_back(quads: list[Quad], context: dict[str, object]) -> list[Quad]:
    """Quads after a journey through JSON-LD with our context, graph by graph."""
    nodes: list[object] = []
    for name in {quad.graph_name for quad in quads}:
        triples = (quad.triple for quad in quads if quad.graph_name == name)
        with literals_as_written():
            graph = rdflib.Graph().parse(data=pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
            found = json.loads(graph.serialize(format="json-ld", context=context))
        inside = found.get("@graph", [{key: value for key, value in found.items() if key != "@context"}])
        nodes += [{"id": name.value, "@graph": inside}] if isinstance(name, NamedNode) else inside
    document = json.dumps({"@context": context, "@graph": nodes})
    return list(pyoxigraph.parse(document, format=RdfFormat.JSON_LD))


def _canonical(quads: list[Quad]) -> Dataset:
    data = Dataset(quads)
    data.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return data

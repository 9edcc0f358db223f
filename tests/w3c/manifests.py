"""The W3C's SPARQL 1.1 tests as their manifests list them.

The folder is given as ``TALKOOT_W3C_TESTS`` (``make w3c FOLDER=…``).

Source: https://www.w3.org/2009/sparql/docs/tests/.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")

FOLDER = Path(os.environ["TALKOOT_W3C_TESTS"]).resolve() if os.environ.get("TALKOOT_W3C_TESTS") else None
QUERY_FOLDERS = ("aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping", "negation",
                 "project-expression", "property-path", "subquery")  # fmt: skip
RESULT_FOLDERS = ("csv-tsv-res", "json-res")
UPDATE_FOLDERS = ("add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert", "delete-where",
                  "drop", "move", "syntax-update-1", "syntax-update-2", "update-silent")  # fmt: skip
EVALUATION = frozenset({"QueryEvaluationTest", "CSVResultFormatTest"})
SYNTAX = frozenset({"PositiveSyntaxTest11", "NegativeSyntaxTest11"})
UPDATE = frozenset({"UpdateEvaluationTest", "PositiveUpdateSyntaxTest11"})
PROTOCOL = frozenset({"ProtocolTest"})


@dataclass(frozen=True)
class Entry:
    """One test: what it is called, its files, and the manifest that tells the rest."""

    folder: str
    name: str
    kind: str
    iri: str
    request: Path | None = None
    data: tuple[Path, ...] = ()
    graphs: tuple[Path, ...] = ()
    result: Path | None = None

    @property
    def id(self) -> str:
        """What the table of known failures calls it."""
        return f"{self.folder}/{self.name}"

    @property
    def text(self) -> str:
        """The query or update."""
        assert self.request is not None
        return self.request.read_text(encoding="utf-8")


def entries(folders: Iterable[str], kinds: frozenset[str]) -> list[Entry]:
    """The tests of these kinds in these folders; none where no folder is given."""
    if FOLDER is None:
        return []
    return [test for folder in folders for test in _entries_of(FOLDER / folder / "manifest.ttl") if test.kind in kinds]


@cache
def manifest(path: Path) -> Graph:
    """A manifest, whose relative addresses are those of the files."""
    return Graph().parse(path)


def _entries_of(path: Path) -> list[Entry]:
    graph = manifest(path)
    nodes = [node for one in graph.objects(None, MF.entries) for node in Collection(graph, one)]
    return [_entry(graph, path.parent.name, node) for node in nodes]


def _entry(graph: Graph, folder: str, node: Node) -> Entry:
    action = graph.value(node, MF.action)
    result = graph.value(node, MF.result)
    request = action if isinstance(action, URIRef) else _request(graph, action)
    return Entry(
        folder=folder,
        name=str(node).rpartition("#")[2],
        kind=str(graph.value(node, RDF.type)).rpartition("#")[2],
        iri=str(node),
        request=_file(request) if request is not None else None,
        data=tuple(sorted(map(_file, graph.objects(action, QT.data)))),
        graphs=tuple(sorted(map(_file, graph.objects(action, QT.graphData)))),
        result=_file(result) if isinstance(result, URIRef) else None,
    )


def _request(graph: Graph, action: Node | None) -> Node | None:
    of_update = URIRef("http://www.w3.org/2009/sparql/tests/test-update#request")
    return graph.value(action, QT.query) or graph.value(action, of_update)


def _file(iri: Node) -> Path:
    return Path(unquote(urlsplit(str(iri)).path))

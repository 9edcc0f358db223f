"""What benchmarks/entity_pages.py measures Talkoot's pages beside: a view that does nothing, Datasette, rdflib."""

from __future__ import annotations

import os
import sqlite3
from itertools import islice
from pathlib import Path

from flask import Flask
from pyoxigraph import DefaultGraph, Literal, NamedNode, Store
from rdflib import DCTERMS, PROV, RDF, SKOS, Graph, Namespace, URIRef

from talkoot.ontology import namespaces
from tests.web.conftest import ID

_FILE = "TALKOOT_BENCHMARK_FILE"
_FIRST = 12
_PAGE = """<!doctype html><title>{{ name }}</title><h1>{{ name }}</h1>
<dl>{% for predicate, value, label in about %}<dt><a href="{{ predicate }}">{{ predicate }}</a></dt>
<dd>{% if label %}<a href="{{ value }}">{{ label }}</a>{% else %}{{ value }}{% endif %}</dd>{% endfor %}</dl>
<table>{% for role, other, label, sources in parts %}<tr><td><a href="{{ other }}">{{ label }}</a></td>
<td>{{ role }}</td><td>{% for source in sources %}<a href="{{ source }}">{{ loop.index }}</a>{% endfor %}</td></tr>
{% endfor %}</table>"""


def trivial() -> Flask:
    """The least that a Flask application can do."""
    app = Flask("trivial")
    app.add_url_rule("/doc/<path:path>", "view", lambda path: f"<!doctype html><title>{len(path)}</title>")
    app.add_url_rule("/sparql", "ready", lambda: "")
    return app


def by_rdflib() -> Flask:
    """The statements of a thing and its first parts with names, roles and sources, from an rdflib graph in memory."""
    app, graph, tk = Flask("rdflib"), Graph(), Namespace(namespaces.TK)
    graph.parse(os.environ[_FILE], format="nt")
    page = app.jinja_env.from_string(_PAGE)

    def name(node: URIRef) -> str:
        return str(graph.value(node, SKOS.prefLabel) or graph.value(node, DCTERMS.title) or "")

    def show(path: str) -> str:
        thing = URIRef(f"{ID}{path}")
        ends = [(part, tk.involvedIn) for part in islice(graph.subjects(PROV.agent, thing), _FIRST)]
        ends += [(part, PROV.agent) for part in islice(graph.subjects(tk.involvedIn, thing), _FIRST)]
        parts = []
        for part, end in ends:
            other = URIRef(str(graph.value(part, end)))
            parts.append((graph.value(part, tk.hasRole), other, name(other), list(graph.objects(part, DCTERMS.source))))
        about = [
            (predicate, value, name(value) if isinstance(value, URIRef) else "")
            for predicate, value in graph.predicate_objects(thing)
        ]
        return page.render(name=name(thing), about=about, parts=parts)

    app.add_url_rule("/doc/<path:path>", "view", show)
    app.add_url_rule("/sparql", "ready", lambda: "")
    return app


def rdflib_environment(store: Store, folder: Path) -> dict[str, str]:
    """The merged view as a file, and the setting that names it to :func:`by_rdflib`."""
    file = folder / "merged.nt"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{quad.triple} .\n" for quad in store.quads_for_pattern(None, None, None, DefaultGraph()))
    return {_FILE: str(file)}


def make_tables(store: Store, file: Path) -> Path:
    """Things with kind and name, and parts that lead to two of them each, as tables for Datasette."""
    with sqlite3.connect(file) as tables:
        tables.executescript(
            "CREATE TABLE things (path TEXT PRIMARY KEY, kind TEXT, name TEXT);"
            "CREATE TABLE parts (path TEXT PRIMARY KEY, agent TEXT REFERENCES things, thing TEXT REFERENCES things,"
            " role TEXT, source TEXT);"
            "CREATE INDEX by_agent ON parts (agent); CREATE INDEX by_thing ON parts (thing);"
        )
        rows: dict[str, dict[str, str]] = {}
        for quad in store.quads_for_pattern(None, None, None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                rows.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value.removeprefix(ID)
        parts = {iri for iri, row in rows.items() if str(PROV.agent) in row}
        kind, names = str(RDF.type), (str(SKOS.prefLabel), str(DCTERMS.title))
        tables.executemany("INSERT INTO things VALUES (?, ?, ?)", (
            (iri.removeprefix(ID), row.get(kind), next(filter(None, map(row.get, names)), None))
            for iri, row in rows.items() if iri not in parts
        ))  # fmt: skip
        columns = (str(PROV.agent), f"{namespaces.TK}involvedIn", f"{namespaces.TK}hasRole", str(DCTERMS.source))
        tables.executemany("INSERT INTO parts VALUES (?, ?, ?, ?, ?)",
                           ((iri.removeprefix(ID), *map(rows[iri].get, columns)) for iri in parts))  # fmt: skip
    return file

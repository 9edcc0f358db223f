"""What a release offers to download: the open part, the merged view, tables and checksums."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from talkoot.graph.checks import run_checks
from talkoot.graph.coverage import COUNTED
from talkoot.graph.dumps import TABLES, is_open, release_files
from talkoot.harvesters.definition import load_definitions
from talkoot.ontology.namespaces import COUNTRY, PREFIXES, PROV, RDF, TALKOOT, TK, VOID

if TYPE_CHECKING:
    from tests.graph.conftest import Home

CLOSED = "innokyla"
"""The one source of the demo whose terms allow no commerce."""


@pytest.fixture(scope="module")
def whole(demo: Home) -> Store:
    return loaded(demo, "graph.nq.gz")


@pytest.fixture(scope="module")
def opened(demo: Home) -> Store:
    return loaded(demo, "graph-open.nq.gz")


def loaded(home: Home, name: str) -> Store:
    store = Store()
    store.bulk_load(gzip.decompress((home.current / name).read_bytes()), RdfFormat.N_QUADS)
    return store


def rows(home: Home, name: str) -> list[dict[str, str]]:
    text = gzip.decompress((home.current / f"{name}.csv.gz").read_bytes()).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def asked(store: Store, query: str) -> set[tuple[str, ...]]:
    found = store.query(query, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    return {tuple(str(getattr(value, "value", value)) for value in row) for row in found}


@pytest.mark.parametrize(
    ("licence", "open_"),
    [
        ("https://creativecommons.org/publicdomain/zero/1.0/", True),
        ("http://www.creativecommons.org/licenses/by/4.0/", True),
        ("https://creativecommons.org/licenses/by-sa/3.0/fi/", True),
        ("https://commission.europa.eu/legal-notice_en", True),
        ("https://creativecommons.org/licenses/by-nc/4.0/", False),
        ("https://creativecommons.org/licenses/by-nd/4.0/", False),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", False),
        ("https://innokyla.fi/fi/palvelun-kayttoehdot", False),
        ("https://example.org/?like=creativecommons.org/licenses/by/4.0/", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_a_licence_is_open_only_where_it_is_known_to_allow_everything(licence: str, open_: bool) -> None:
    assert is_open(licence) is open_


def test_the_open_dump_has_the_record_graphs_under_open_licences_and_no_others(whole: Store, opened: Store) -> None:
    records = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    beside = {(f"{TALKOOT}graph/coverage",)}
    closed = {row for row in asked(whole, records) if row[0].startswith(f"{TALKOOT}graph/{CLOSED}/")}
    assert len(closed) == 70  # five more records, of news and the like, say nothing
    assert asked(opened, records) == asked(whole, records) - closed - beside


def test_the_open_dump_says_nothing_of_the_other_records_anywhere(whole: Store, opened: Store) -> None:
    """Neither of their graphs and entities, nor of things that they alone describe, nor of judgements on them."""
    mine = f"{TALKOOT}id/src/{CLOSED}/", f"{TALKOOT}graph/{CLOSED}/", f"{TALKOOT}sources/{CLOSED}"
    for quad in opened:
        for term in (quad.subject, quad.object):
            assert not (isinstance(term, NamedNode) and term.value.startswith(mine)), quad
    viewed = "SELECT ?thing { GRAPH ?g { ?entity tk:viewOf ?thing } }"
    alone = asked(whole, viewed) - asked(opened, viewed)
    assert len(alone) > 50
    for (thing,) in alone:
        assert not any(opened.quads_for_pattern(NamedNode(thing), None, None, None)), thing
        assert not any(opened.quads_for_pattern(None, None, NamedNode(thing), None)), thing


def test_the_merged_view_of_the_open_dump_is_made_of_what_its_records_say(whole: Store, opened: Store) -> None:
    """A thing that open and other sources describe stays under its identifier, with what the open ones say."""
    sources = "SELECT DISTINCT ?thing ?g { ?thing a org:Organization ; dct:source ?g }"
    joined = {thing for thing, graph in asked(whole, sources) if f"/graph/{CLOSED}/" in graph} & {
        thing for thing, graph in asked(whole, sources) if f"/graph/{CLOSED}/" not in graph
    }
    assert joined
    assert joined <= {thing for thing, _ in asked(opened, sources)}
    node = NamedNode(sorted(joined)[0])
    before, after = (set(store.quads_for_pattern(node, None, None, DefaultGraph())) for store in (whole, opened))
    assert after
    assert len(after) < len(before)


def test_the_open_dump_passes_the_checks_of_a_release(opened: Store) -> None:
    assert run_checks(opened) == []


def test_provenance_and_identity_of_the_open_dump_are_those_of_the_whole_one(whole: Store, opened: Store) -> None:
    for name in ("prov", "identity"):
        graph = NamedNode(f"{TALKOOT}graph/{name}")
        part, all_ = (set(store.quads_for_pattern(None, None, None, graph)) for store in (opened, whole))
        assert part
        assert part < all_
    bundles = set(opened.quads_for_pattern(None, RDF["type"], PROV["Bundle"], None))
    assert len(bundles) == 1097 - 75


def test_a_release_of_open_sources_alone_says_the_same_in_both_dumps(home: Home) -> None:
    """But for what is counted, and for judgements that the product brings on things of sources that are not there."""
    whole, opened = (loaded(home, name) for name in ("graph.nq.gz", "graph-open.nq.gz"))
    missing = {quad for quad in whole if quad not in opened and not isinstance(quad.subject, BlankNode)}
    judged = {quad.subject for quad in missing if quad.predicate == TK["linksFrom"]}
    elsewhere = [quad for quad in missing if not str(quad.graph_name).endswith("/graph/coverage>")]
    assert [quad for quad in elsewhere if not isinstance(quad.object, BlankNode) and quad.subject not in judged] == []
    assert len(opened) == len(whole) - len(missing) + len(
        [quad for quad in missing if isinstance(quad.object, BlankNode)]
    )


def test_what_a_steward_hides_is_not_in_the_open_dump_and_what_a_steward_adds_is_not_open(home: Home) -> None:
    entities = """SELECT ?entity ?actor { GRAPH ?identity { ?entity tk:viewOf ?actor }
      ?actor a org:Organization ; dct:source ?record } ORDER BY ?entity"""
    (one, hidden), (other, _) = next(
        (first, second) for first, second in itertools.pairwise(home.ask(entities)) if first[1] != second[1]
    )
    paths = [entity.removeprefix(f"{TALKOOT}id/") for entity in (one, other)]
    (home.path / "curated.csv").write_text(
        "subject,field,old,new,agent,why,date\n"
        f"{paths[0]},hide,,,steward,gone,\n"
        f"{paths[1]},foaf:page,,https://added.example/,steward,found,\n",
        encoding="utf-8",
    )
    home.talkoot("publish")
    assert home.ask("SELECT ?s { ?s foaf:page <https://added.example/> }")
    opened = loaded(home, "graph-open.nq.gz")
    assert not any(opened.quads_for_pattern(NamedNode(hidden), None, None, DefaultGraph()))
    assert not any(opened.quads_for_pattern(None, None, NamedNode("https://added.example/"), None))


def test_the_turtle_dump_is_the_default_graph(demo: Home, whole: Store) -> None:
    text = gzip.decompress((demo.current / "merged.ttl.gz").read_bytes())
    assert b"@prefix tk:" in text
    told = Dataset(Quad(*quad.triple) for quad in parse(text, format=RdfFormat.TURTLE))
    merged = Dataset(Quad(*quad.triple) for quad in whole.quads_for_pattern(None, None, None, DefaultGraph()))
    for graph in (told, merged):
        graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    assert told == merged


def test_every_thing_stands_once_in_its_table(demo: Home) -> None:
    kinds = demo.manifest["kinds"]
    for name, held in TABLES.items():
        iris = [row["iri"] for row in rows(demo, name)]
        assert len(iris) == len(set(iris)) == sum(kinds.get(kind, 0) for kind in held), name


def test_a_row_says_what_the_merged_view_says_with_a_column_a_language(demo: Home, whole: Store) -> None:
    (thl,) = [row for row in rows(demo, "actors") if row["skos:prefLabel@fi"] == "Terveyden ja hyvinvoinnin laitos"]
    thing = NamedNode(thl["iri"])
    said = {(quad.predicate, quad.object) for quad in whole.quads_for_pattern(thing, None, None, DefaultGraph())}
    for column, cell in thl.items():
        prefix, _, name = column.partition("@")[0].partition(":")
        if column == "iri" or "/" in name:
            continue
        values = [value for predicate, value in said if predicate.value == PREFIXES[prefix] + name]
        spoken = [one for one in values if (getattr(one, "language", None) or "") == column.partition("@")[2]]
        told = {one.value for one in spoken if not one.value.startswith(f"{thing.value}#")}
        assert set(filter(None, cell.split(" | "))) == told, column
    assert thl["skos:prefLabel@en"]
    assert thl["dct:spatial"] == f"{COUNTRY}FIN"
    assert thl["dct:source"].count(" | ") > 3


def test_a_period_stands_in_the_row_of_its_project(demo: Home) -> None:
    (pilot,) = [row for row in rows(demo, "projects") if "valmistelu ja pilotointi" in row["dct:title@fi"]]
    assert pilot["dct:temporal/dcat:startDate"].startswith("2023")


def test_the_table_of_parts_joins_actors_and_things_in_their_roles(demo: Home, whole: Store) -> None:
    told = {(row["iri"], row["prov:agent"], row["tk:involvedIn"], row["tk:hasRole"]) for row in rows(demo, "parts")}
    query = "SELECT ?p ?a ?t ?r { ?p a tk:Involvement ; prov:agent ?a ; tk:involvedIn ?t ; tk:hasRole ?r }"
    assert told == asked(whole, query)
    known = {row["iri"] for name in TABLES for row in rows(demo, name)}
    assert {actor for _, actor, _, _ in told} <= known


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", "\t=1", " =1"])
def test_no_cell_is_taken_for_a_formula(home: Home, name: str) -> None:
    home.change("consortia.jsonl", '"name": "DIALOGPLUS"', f'"name": {json.dumps(name)}')
    home.talkoot("harvest", "consortia")
    home.talkoot("publish")
    cells = [cell for table in (*TABLES, "parts") for row in rows(home, table) for cell in row.values()]
    assert any(cell.startswith("'") for cell in cells)
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@")]


def test_the_checksums_are_what_sha256sum_checks(demo: Home) -> None:
    listed = dict(reversed(line.split("  ")) for line in (demo.current / "SHA256SUMS").read_text().splitlines())
    assert set(listed) == {path.name for path in demo.current.iterdir()} & set(release_files()) - {
        "SHA256SUMS",
        "manifest.json",
    }
    for name, digest in listed.items():
        assert hashlib.sha256((demo.current / name).read_bytes()).hexdigest() == digest
    command = ("sha256sum", "--check", "--strict", "SHA256SUMS")
    subprocess.run(command, cwd=demo.current, check=True, capture_output=True)


def test_every_file_stands_in_the_manifest_with_size_and_checksum(demo: Home) -> None:
    files = demo.manifest["files"]
    assert set(files) == {*release_files(), "search.sqlite"} - {"manifest.json"}
    for name, told in files.items():
        content = (demo.current / name).read_bytes()
        assert told == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}, name


def test_the_same_workbench_gives_the_same_files(home: Home) -> None:
    before = {path.name: path.read_bytes() for path in home.current.glob("*.gz")}
    home.talkoot("publish")
    assert len(before) == 10
    assert {path.name: path.read_bytes() for path in home.current.glob("*.gz")} == before


def test_void_names_the_dump_of_the_whole_and_of_its_parts(demo: Home) -> None:
    told = {quad.triple for quad in parse(path=demo.current / "void.ttl", format=RdfFormat.TURTLE)}
    dataset = NamedNode(f"{TALKOOT}dataset")
    dumps = {
        triple.object.value.removeprefix(f"{TALKOOT}dumps/1/"): triple.subject
        for triple in told
        if triple.predicate == VOID["dataDump"]
    }
    assert set(dumps) == {"graph.nq.gz", "graph-open.nq.gz", "merged.ttl.gz"}
    for name, node in dumps.items():
        assert node == dataset or Triple(dataset, VOID["subset"], node) in told, name


def test_the_coverage_graph_counts_what_is_here_of_each_source(demo: Home) -> None:
    query = """SELECT ?source ?metric ?value ?told { GRAPH ?g {
      ?m dqv:computedOn ?source ; dqv:isMeasurementOf ?metric ; dqv:value ?value
      OPTIONAL { ?m dct:description ?told } FILTER NOT EXISTS { ?m dct:spatial ?place } } }"""
    found = {
        (source.removeprefix(f"{TALKOOT}sources/"), metric.rpartition("#")[2]): (int(value), told)
        for source, metric, value, told in demo.ask(query)
    }
    assert found["sim", "records"][0] == 687
    number, told = found["sim", "known"]
    assert number == 702
    assert "October 2026" in told
    assert ("centres", "known") not in found
    assert {name for name, metric in found if metric == "records"} == set(demo.manifest["sources"])


def test_the_coverage_graph_counts_each_member_state_and_names_the_sources(demo: Home) -> None:
    query = """SELECT ?place ?metric ?value ?source { GRAPH ?g { ?m dct:spatial ?place ; dqv:isMeasurementOf ?metric ;
      dqv:value ?value OPTIONAL { ?m dct:source ?source } } }"""
    found: dict[tuple[str, str], tuple[int, set[str]]] = {}
    for place, metric, value, source in demo.ask(query):
        key = place.removeprefix(COUNTRY), metric.rpartition("#")[2]
        found.setdefault(key, (int(value), set()))[1].add(source.removeprefix(f"{TALKOOT}sources/"))
    members = {place.removeprefix(COUNTRY) for (place,) in demo.ask("SELECT ?c { GRAPH ?g { ?g dct:spatial ?c } }")}
    assert len(members) == 27
    assert set(found) >= {(code, metric) for code in members for metric in COUNTED}
    assert found["FIN", "centres"] == (1, {"centres", "seed-project"})
    assert CLOSED in found["FIN", "solutions"][1]
    assert found["MLT", "centres"] == (0, {""})
    ((count,),) = demo.ask("""SELECT (COUNT(DISTINCT ?a) AS ?n) { VALUES ?class { org:Organization tk:Network }
      ?a dct:spatial country:POL ; a ?class FILTER NOT EXISTS { ?a a tk:CompetenceCentre } }""")
    assert found["POL", "actors"][0] == int(count)


def test_each_measurement_of_coverage_is_of_a_metric_that_is_described_in_three_languages(demo: Home) -> None:
    measured = demo.ask(
        "SELECT DISTINCT ?metric { GRAPH ?g { ?m a dqv:QualityMeasurement ; dqv:isMeasurementOf ?metric } }"
    )
    for (metric,) in measured:
        texts = demo.ask(
            f"SELECT (LANG(?text) AS ?language) {{ GRAPH ?g {{ <{metric}> a dqv:Metric ; skos:definition ?text }} }}"
        )
        assert {language for (language,) in texts} == {"en", "fi", "sv"}, metric
    assert len(measured) == 6


def test_a_number_that_is_known_to_exist_names_who_counted_and_when() -> None:
    definitions = [one for one in load_definitions().values() if one.known_to_exist]
    assert len(definitions) >= 8
    assert [one.id for one in definitions if "2026" not in one.known_from] == []

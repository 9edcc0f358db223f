"""What every definition of a source keeps to, whoever wrote it: tests that a new definition gets for free.

Records are made up from what the definition declares; those of sources on the network are read over HTTP from a
replica that is made of the definition too.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.gate import Gate
from talkoot.graph.issues import Issue
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import Workbench
from talkoot.harvesters.check import SourceRecord, check_row
from talkoot.harvesters.definition import (
    BUNDLED,
    EVIDENCE,
    FREQUENCIES,
    MAPPING_NAMES,
    OBTAINED,
    Definition,
    Field,
    load_definitions,
    read_definition,
)
from talkoot.harvesters.fetching.archive import Fetcher, ReplayFetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.jobs import Harvest, RunReport
from talkoot.harvesters.mappings import MAPPINGS, map_record
from talkoot.harvesters.meanings import faults
from talkoot.harvesters.options import options
from talkoot.harvesters.readers import READERS, Reading, Row
from talkoot.harvesters.record_graph import RecordGraph, Tables
from talkoot.harvesters.values import fits, is_address
from talkoot.ontology import load_code_lists
from talkoot.ontology.namespaces import DCT, RDF, SKOS
from tests.replicas.data_server import DataServer, Everywhere
from tests.replicas.made_up import PERSON, UNKNOWN, records, site

DEFINITIONS = load_definitions()
REMOTE = [name for name, definition in DEFINITIONS.items() if not definition.bundled]
OWN_RECORDS = ("centres", "consortia", "seed-project", "innokyla", "innokyla-fi")
"""Sources with mappings of their own: not every made-up text is one that these know."""


@pytest.fixture(params=DEFINITIONS)
def definition(request: pytest.FixtureRequest) -> Definition:
    """Each definition in turn."""
    return DEFINITIONS[str(request.param)]


@lru_cache
def made_up(name: str) -> tuple[dict[str, Any], ...]:
    """Made-up records of a source."""
    return tuple(records(DEFINITIONS[name]))


def checked(definition: Definition, values: dict[str, Any]) -> SourceRecord:
    """A record that fits."""
    record = check_row(definition, Row(1, values))
    assert isinstance(record, SourceRecord), record
    return record


@pytest.fixture
def graphs(definition: Definition, tables: Tables) -> list[RecordGraph]:
    """The made-up records of a definition, mapped."""
    return [map_record(checked(definition, values), tables) for values in made_up(definition.id)]


def every_field(fields: dict[str, Field] | Any) -> Iterator[tuple[str, Field]]:
    for name, spec in fields.items():
        yield name, spec
        yield from every_field(spec.fields)


# The definition


def test_it_is_read_and_named_as_its_file_is(definition: Definition) -> None:
    assert read_definition(BUNDLED / f"{definition.id}.toml") == definition


def test_reading_it_asks_no_network(definition: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket is opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert read_definition(BUNDLED / f"{definition.id}.toml").id == definition.id


def test_its_entry_is_an_address_by_https_or_a_file_that_is_there(definition: Definition) -> None:
    assert definition.entry.is_file() if definition.bundled else definition.address.startswith("https://")


def test_it_says_how_its_addresses_and_labels_are_known(definition: Definition) -> None:
    assert definition.evidence in EVIDENCE
    assert definition.obtained in OBTAINED


def test_its_licence_is_an_address_or_unknown_and_its_terms_are_told(definition: Definition) -> None:
    assert definition.licence == "unknown" or is_address(definition.licence)
    assert definition.terms.strip()


def test_its_publisher_has_a_name_and_a_page(definition: Definition) -> None:
    assert definition.title.strip()
    assert definition.publisher.strip()
    assert is_address(definition.publisher_page)


def test_its_frequency_is_one_that_a_timer_knows(definition: Definition) -> None:
    assert definition.frequency in FREQUENCIES
    assert definition.bundled or FREQUENCIES[definition.frequency]


def test_it_has_bounds_within_which_a_run_is_believed(definition: Definition) -> None:
    assert definition.least > 0
    assert definition.most is not None
    assert definition.least <= (definition.known_to_exist or definition.most) <= definition.most


def test_its_day_is_a_day_and_no_other_place_than_a_country_is_its_own(definition: Definition) -> None:
    assert fits("date", definition.as_of)
    countries = load_code_lists()["country"]
    for code in (definition.country, definition.defaults.get("country"), definition.defaults.get("place")):
        assert code is None or countries.find(code), code


def test_no_other_source_has_its_precedence(definition: Definition) -> None:
    assert [one.id for one in DEFINITIONS.values() if one.precedence == definition.precedence] == [definition.id]


def test_its_keys_are_declared_and_every_record_has_them(definition: Definition) -> None:
    assert all(definition.fields[name].required for name in definition.keys if definition.id != "consortia")
    assert set(definition.keys) <= set(definition.fields)


def test_where_it_shows_persons_their_labels_are_dropped(definition: Definition) -> None:
    shown = definition.personal_data and not definition.bundled
    chosen = definition.reading.get("select", {}).get("none")
    assert not shown or definition.reading.get("drop") or chosen


def test_its_reader_knows_every_option(definition: Definition) -> None:
    assert definition.reader in READERS
    known = options()[definition.reader] | options()["every"]
    for name, value in definition.reading.items():
        assert isinstance(value, known[name][0]), name


def test_what_it_selects_by_are_patterns(definition: Definition) -> None:
    for table in definition.reading.get("select", {}).values():
        for words in table.values():
            assert all(re.compile(word.removeprefix("~")) for word in words)


def test_the_files_that_it_names_lie_beside_it(definition: Definition) -> None:
    options = ("query", "count", "ids_file") if definition.reader == "sparql" else ("ids_file",)
    named = [definition.reading[name] for name in options if name in definition.reading]
    named += [name for name in definition.reading.get("addresses", ()) if "://" not in name]
    assert all((BUNDLED / name).read_text(encoding="utf-8").strip() for name in named)


def test_its_mapping_understands_every_field(definition: Definition) -> None:
    assert definition.mapping in MAPPING_NAMES
    assert definition.mapping in MAPPINGS
    if definition.mapping == "things":
        assert not list(faults(definition.defaults, definition.fields))
    else:
        assert not [name for name, spec in every_field(definition.fields) if spec.means]


GRAPHS = {
    "cordis": """
@prefix eurio: <http://data.europa.eu/s66#> . @prefix : <http://data.europa.eu/s66/resource/> .
:p1 a eurio:Project ; eurio:identifier "101" ; eurio:title "Paths of social innovation" ; eurio:startDate "2022-01-01" ;
  eurio:hasAcronym [ eurio:shortForm "PATHS" ] ; eurio:hasInvolvedParty :r1 , :r2 .
:p2 a eurio:Project ; eurio:identifier "102" ; eurio:title "Rockets" ; eurio:abstract "Engines." .
:p3 a eurio:Project ; eurio:identifier "103" ; eurio:title "Work" ; eurio:abstract "On social enterprises." .
:r1 eurio:isRoleOf :o1 ; eurio:roleLabel "coordinator" . :r2 eurio:isRoleOf :o2 ; eurio:roleLabel "participant" .
:o1 eurio:legalName "MADE-UP UNIVERSITY" ; eurio:vatNumber "FI00000001" ;
  eurio:hasSite [ eurio:hasGeographicalLocation [ a eurio:Country ; eurio:name "Finland" ] ] .
:o2 eurio:legalName "MADE-UP CITY" .
""",
    "kohesio-sparql": """
@prefix ke: <https://linkedopendata.eu/entity/> . @prefix kp: <https://linkedopendata.eu/prop/direct/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ke:Q101 kp:P35 ke:Q9934 ; kp:P32 ke:Q10 ; rdfs:label "Made-up path"@en , "Keksitty polku"@fi ; kp:P1584 ke:Q1 ;
  kp:P888 ke:Q2 , ke:Q3 ; kp:P889 ke:Q4 , ke:Q5 ; kp:P835 1000 .
ke:Q102 kp:P35 ke:Q9934 ; kp:P32 ke:Q10 ; rdfs:label "Made-up road"@en ; kp:P1584 ke:Q1 ; kp:P888 ke:Q6 .
ke:Q103 kp:P35 ke:Q9934 ; kp:P32 ke:Q10 ; rdfs:label "Made-up turn"@en ;
  kp:P574247 [ kp:P577569 "Social innovation"@en ] .
ke:Q1 kp:P1583 "ESF" . ke:Q2 kp:P869 "113" . ke:Q3 kp:P869 "073" . ke:Q6 kp:P869 "027" .
ke:Q4 rdfs:label "Made-up foundation"@fi ; kp:P998 "999999999" . ke:Q5 rdfs:label "Made-up city"@fi .
""",
    "wikidata": """
@prefix wd: <http://www.wikidata.org/entity/> . @prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
wd:Q101 wdt:P31 wd:Q1 , wd:Q2 ; wdt:P17 wd:Q33 ; rdfs:label "Made-up mill"@en , "Keksitty mylly"@fi ;
  wdt:P12980 "0000001-1" .
wd:Q102 wdt:P31 wd:Q5 ; wdt:P101 wd:Q1 ; wdt:P17 wd:Q33 ; rdfs:label "Somebody"@en .
wd:Q103 wdt:P101 wd:Q2 ; wdt:P17 wd:Q33 ; rdfs:label "Made-up network"@en .
wd:Q104 wdt:P31 wd:Q1 ; wdt:P17 wd:Q99 ; rdfs:label "Far away"@en .
wd:Q1 rdfs:label "social enterprise"@en . wd:Q2 rdfs:label "social innovation"@en .
wd:Q33 wdt:P463 wd:Q458 ; rdfs:label "Finland"@en . wd:Q99 rdfs:label "Atlantis"@en .
""",
}  # fmt: skip
"""Made-up data in the form that each endpoint's graph is documented to have."""


@pytest.mark.parametrize("name", GRAPHS)
def test_its_query_finds_what_it_is_to_find_page_by_page_and_no_person(name: str) -> None:
    definition, store = DEFINITIONS[name], Store()
    store.load(input=GRAPHS[name], format=RdfFormat.TURTLE)
    query = (BUNDLED / definition.reading["query"]).read_text(encoding="utf-8")
    key, after, pages = definition.reading["key"], "", []
    while True:
        text = query.replace("{after}", f'"{after}"').replace("{size}", "1")
        found: Any = store.query(text)
        rows = [{name.value: row[name].value for name in found.variables if row[name]} for row in found]
        if not rows:
            break
        pages.append(rows)
        after = rows[-1][key]
    numbers = [{row[key][-3:] for row in rows} for rows in pages]
    assert numbers == [{"101"}, {"103"}]
    assert all("social" in row["evidence"].lower() or "113" in row["evidence"] or "073" in row["evidence"]
               for rows in pages for row in rows)  # fmt: skip
    assert {row.get("legalName", row.get("name")) for row in pages[0]} == {
        "cordis": {"MADE-UP UNIVERSITY", "MADE-UP CITY"},
        "kohesio-sparql": {"Made-up foundation", "Made-up city"},
        "wikidata": {"Made-up mill"},
    }[name]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Sosiaalisten innovaatioiden osaamiskeskus", True),
        ("yhteiskunnallinen yrittäjyys", True),
        ("Sociala företag i norr", True),
        ("Soziale Innovationen", True),
        ("l'économie sociale et solidaire", True),
        ("Innovación social", True),
        ("imprese sociali", True),
        ("empreendedorismo social", True),
        ("Innowacje społeczne", True),
        ("ekonomii społecznej", True),
        ("sociálních podniků", True),
        ("socialna podjetja", True),
        ("društvene inovacije", True),
        ("társadalmi vállalkozások", True),
        ("întreprinderi sociale", True),
        ("социално предприятие", True),
        ("κοινωνικής οικονομίας", True),
        ("sotsiaalse ettevõtluse", True),
        ("sociālais uzņēmums", True),
        ("socialinis verslas", True),
        ("sociale ondernemingen", True),
        ("socialøkonomiske virksomheder", True),
        ("Sosiaalityön kehittäminen", False),
        ("Innovaatiotoiminta yrityksissä", False),
        ("Asistencia social", False),
        ("Pomoc społeczna", False),
        ("Innovation et santé", False),
    ],
)
def test_operations_are_selected_by_words_of_their_own_language(words: str, wanted: bool) -> None:
    rules = DEFINITIONS["kohesio"].reading["select"]["any"]["Operation_Name_Programme_Language"]
    assert any(re.search(rule.removeprefix("~"), words, re.IGNORECASE) for rule in rules) is wanted


# Its records


def test_a_record_has_one_key_whatever_the_order_of_its_fields(definition: Definition) -> None:
    keys = [checked(definition, values).key for values in made_up(definition.id)]
    turned = [dict(reversed(values.items())) for values in made_up(definition.id)]
    assert [checked(definition, values).key for values in turned] == keys
    assert len(set(keys)) == len(keys) or definition.id in OWN_RECORDS
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", key) for key in keys)


def test_a_record_without_a_required_field_is_set_aside_with_the_fields_name(definition: Definition) -> None:
    values = made_up(definition.id)[0]
    for name in [name for name, spec in definition.fields.items() if spec.required]:
        issues = check_row(definition, Row(7, {key: value for key, value in values.items() if key != name}))
        assert isinstance(issues, list)
        assert name in {issue.field for issue in issues}
        assert all(issue.sets_aside and issue.line == 7 and issue.expected for issue in issues)


def test_a_field_that_is_not_declared_is_reported(definition: Definition) -> None:
    issues = check_row(definition, Row(1, {**made_up(definition.id)[0], UNKNOWN: "43"}))
    assert isinstance(issues, list)
    assert [(issue.code, issue.field) for issue in issues] == [("unknown-field", UNKNOWN)]


def test_a_value_of_another_type_is_reported_with_what_was_expected(definition: Definition) -> None:
    for name, spec in definition.fields.items():
        wrong: Any = "text" if spec.type in ("list", "object", "boolean") else ["a list"]
        issues = check_row(definition, Row(1, {**made_up(definition.id)[0], name: wrong}))
        assert isinstance(issues, list)
        assert {(issue.code, issue.field) for issue in issues} >= {("wrong-type", name)} or name in definition.keys


def test_the_page_of_a_record_is_an_address(graphs: list[RecordGraph]) -> None:
    for graph in graphs:
        assert graph.origin.pages
        assert all(is_address(page) for page in graph.origin.pages)


def test_a_record_says_something_that_has_a_name(graphs: list[RecordGraph]) -> None:
    for graph in graphs:
        assert {triple.predicate for triple in graph.triples} & {SKOS["prefLabel"], DCT["title"]}


def test_a_record_passes_the_publish_gate(graphs: list[RecordGraph], gate: Gate) -> None:
    assert gate.check([graph.mapped() for graph in graphs]) == {}


def test_a_mapping_says_the_same_of_the_same_record_and_opens_nothing(
    definition: Definition, graphs: list[RecordGraph], tables: Tables, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("no_files")  # from here on
    again = [map_record(checked(definition, values), tables) for values in made_up(definition.id)]
    assert [(graph.triples, graph.issues) for graph in again] == [(graph.triples, graph.issues) for graph in graphs]


def test_a_mapping_leaves_its_record_as_it_was(definition: Definition, tables: Tables) -> None:
    for values in made_up(definition.id):
        before = deepcopy(values)
        map_record(checked(definition, values), tables)
        assert values == before


def test_no_person_is_said_to_be_one(graphs: list[RecordGraph]) -> None:
    for graph in graphs:
        classes = {str(triple.object) for triple in graph.triples if triple.predicate == RDF["type"]}
        assert not [iri for iri in classes if re.search(r"[/#](Person|Individual)>$", iri)]


def test_a_mail_address_in_a_text_passes_nowhere(definition: Definition, tables: Tables) -> None:
    def spoilt(fields: Any, values: Any) -> Any:
        if isinstance(values, list):
            return [spoilt(fields, value) for value in values]
        if not isinstance(values, dict):
            return values
        return {
            name: f"{value} {PERSON}" if fields[name].type == "text" and name not in definition.keys
            else [f"{each} {PERSON}" for each in value] if fields[name].of == "text"
            else spoilt(fields[name].fields, value)
            for name, value in values.items()
        }  # fmt: skip

    graph = map_record(checked(definition, spoilt(definition.fields, made_up(definition.id)[0])), tables)
    texts = [triple.object.value for triple in graph.triples if isinstance(triple.object, Literal)]
    nodes = [triple.object.value for triple in graph.triples if isinstance(triple.object, NamedNode)]
    assert not [text for text in (*texts, *nodes) if "@example.org" in text]
    assert not [issue for issue in graph.issues if "@example.org" in issue.value + issue.message]


def test_a_concept_that_no_list_knows_is_reported_and_left_out(definition: Definition, tables: Tables) -> None:
    values = made_up(definition.id)[0]
    for name, spec in definition.fields.items():
        if spec.means.startswith(("concept:", "country", "kind")):
            unheard = ["Unheard of"] if spec.type == "list" else "Unheard of"
            graph = map_record(checked(definition, {**values, name: unheard}), tables)
            found = [issue for issue in graph.issues if issue.value == "Unheard of"]
            assert [issue.code.partition("-")[0] for issue in found] == ["unknown"]
            assert found[0].field.startswith(name)


def test_what_it_makes_up_is_understood(definition: Definition, graphs: list[RecordGraph]) -> None:
    assert definition.id in OWN_RECORDS or not [issue for graph in graphs for issue in graph.issues]


# Its replica


@dataclass
class Read:
    """What two runs and a replay of one source brought, and how many bodies the second one was sent."""

    rows: list[dict[str, Any]]
    issues: list[Issue]
    again: list[dict[str, Any]]
    replayed: list[dict[str, Any]]
    sent_again: int
    refused_again: int


@pytest.fixture(scope="module", params=REMOTE)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Definition, Read]]:
    """A source read twice over HTTP from its replica, and once from the first run's archive."""
    definition, home = DEFINITIONS[request.param], tmp_path_factory.mktemp("home")
    answers = Everywhere(site(definition, [deepcopy(values) for values in made_up(definition.id)]))
    server = DataServer(answers)
    workbench, log = Workbench(home / "workbench.sqlite", Settings().base), FetchLog(home / "workbench.sqlite")
    hosts = {urlsplit(definition.address).hostname or "", *definition.reading.get("fold_hosts", ())}
    routes = dict.fromkeys(hosts, f"http://{server.address}")
    network = Network(Settings(home=home, fetch_seconds=0.0, retry_seconds=0.0), log, routes, home)

    def rows(fetch: Any) -> tuple[list[dict[str, Any]], list[Issue]]:
        items = list(READERS[definition.reader](definition, Reading(1_048_576, fetch)))
        found = [dict(item.values) for item in items if isinstance(item, Row)]
        return found, [item for item in items if isinstance(item, Issue)]

    runs, counted = [], []
    for _ in range(2):
        run = workbench.begin_run(definition, "1")
        fetcher = Fetcher(network, definition.id, run)
        runs.append((run, *rows(fetcher.fetch)))
        fetcher.close()
        workbench.finish_run(run, definition.id, "complete")
        counted.append((server.sent, answers.refused))
    replayed, _ = rows(ReplayFetcher(definition.id, runs[0][0], log, network.root).fetch)
    sent, refused = (after - before for before, after in zip(*counted, strict=True))
    yield definition, Read(runs[0][1], runs[0][2], runs[1][1], replayed, sent, refused)
    log.close()
    workbench.connection.close()
    server.close()


@dataclass
class Harvested:
    """What two whole runs of one source came to, and what the workbench holds after them."""

    first: RunReport
    second: RunReport
    records: list[tuple[str, str]]


@pytest.fixture(scope="module", params=REMOTE)
def harvested(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, gate: Gate, tables: Tables
) -> Iterator[Harvested]:
    """A source harvested twice from its replica, as a steward does it, but for its bounds."""
    definition, home = DEFINITIONS[request.param], tmp_path_factory.mktemp("home")
    server = DataServer(Everywhere(site(definition, [deepcopy(values) for values in made_up(definition.id)])))
    workbench, log = Workbench(home / "workbench.sqlite", Settings().base), FetchLog(home / "workbench.sqlite")
    hosts = {urlsplit(definition.address).hostname or "", *definition.reading.get("fold_hosts", ())}
    settings = Settings(home=home, fetch_seconds=0.0, retry_seconds=0.0)
    reports = []
    for _ in range(2):
        network = Network(settings, log, dict.fromkeys(hosts, f"http://{server.address}"), home)
        harvest = Harvest(workbench, settings, tables.names, gate, network)
        reports += harvest.run_all([replace(definition, least=len(made_up(definition.id)))])
    rows = workbench.connection.execute("SELECT key, quads FROM records WHERE gone_run IS NULL").fetchall()
    yield Harvested(*reports, [(row[0], row[1]) for row in rows])
    log.close()
    workbench.connection.close()
    server.close()


def by_key(definition: Definition, rows: list[dict[str, Any]] | tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {checked(definition, values).key: values for values in rows}


def test_its_replica_is_read_field_by_field(read: tuple[Definition, Read]) -> None:
    definition, found = read
    expected = by_key(definition, made_up(definition.id))
    came = by_key(definition, found.rows)
    assert came.keys() == expected.keys()
    for key, values in expected.items():
        for name, value in values.items():
            assert came[key].get(name) == value, name


def test_what_it_selects_by_is_kept_as_evidence(read: tuple[Definition, Read]) -> None:
    definition, found = read
    names = [name for name, spec in definition.fields.items() if spec.means == "evidence"]
    assert all("social" in str(values.get(name)).lower() for values in found.rows for name in names)


def test_a_second_run_brings_the_same_and_is_sent_no_page_again(read: tuple[Definition, Read]) -> None:
    _, found = read
    assert found.rows
    assert found.again == found.rows
    assert found.sent_again == found.refused_again  # the rest was 304


def test_a_replay_brings_the_same_without_the_network(read: tuple[Definition, Read]) -> None:
    _, found = read
    assert found.replayed == found.rows


def test_what_is_to_be_dropped_is_in_no_record_and_no_issue(read: tuple[Definition, Read]) -> None:
    _, found = read
    assert "Made-Up," not in str(found.rows)
    assert "Made-Up," not in str(found.issues)


def test_a_label_that_nobody_knows_is_reported_by_its_name(read: tuple[Definition, Read]) -> None:
    definition, found = read
    sources = [source for spec in definition.fields.values() for source in spec.sources]
    if definition.reader == "wordpress" or all(source.startswith("@") for source in sources):
        return  # WordPress has dozens of names of its own; where no label is wanted, none is unknown
    names = {issue.field.replace("_", " ").lower() for issue in found.issues if issue.code == "unknown-label"}
    assert names == {UNKNOWN.lower()}


def test_a_harvest_keeps_every_record(harvested: Harvested) -> None:
    assert (harvested.first.status, harvested.second.status) == ("complete", "complete")
    assert (harvested.first.new, harvested.first.gone) == (len(harvested.records), 0)
    assert len(harvested.records) == len(made_up(harvested.first.source))


def test_a_second_harvest_writes_nothing(harvested: Harvested) -> None:
    second = harvested.second
    assert (second.new, second.changed, second.gone, second.unchanged) == (0, 0, 0, len(harvested.records))


def test_no_person_is_kept(harvested: Harvested) -> None:
    assert "Made-Up," not in str(harvested.records)
    assert "@example.org" not in str(harvested.records)


def test_nothing_else_is_wrong_with_its_replica(read: tuple[Definition, Read]) -> None:
    definition, found = read
    known = {"unknown-label", "byte-order-mark", "unknown-id"}
    known |= {"page-gone"} if "addresses" in definition.reading else set()
    assert {issue.code for issue in found.issues} <= known

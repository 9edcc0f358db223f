"""The demo's release: what the pilot, the centres and the provenance of every statement look like in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from talkoot.graph.workbench import now
from talkoot.ontology import FOLDER

if TYPE_CHECKING:
    from tests.graph.conftest import Home

NAMED_ROLES = " ".join(f"<https://w3id.org/talkoot/voc/role/{role}>" for role in ("main-implementer", "co-implementer"))


def test_the_pilot_has_exactly_seven_implementers_each_one_actor(demo: Home) -> None:
    rows = demo.ask(
        "SELECT DISTINCT ?actor WHERE { ?part tk:involvedIn ?project ; prov:agent ?actor ; tk:hasRole ?role . "
        '?project dct:title|dct:alternative ?title FILTER CONTAINS(STR(?title), "pilotointi -hanke") '
        f"VALUES ?role {{ {NAMED_ROLES} }} }}"
    )
    assert len(rows) == 7
    everybody = demo.ask(
        "SELECT DISTINCT ?actor WHERE { ?part tk:involvedIn ?project ; prov:agent ?actor . "
        '?project dct:title|dct:alternative ?title FILTER CONTAINS(STR(?title), "pilotointi -hanke") }'
    )
    assert sorted(everybody) == sorted(rows)  # the same seven on its Innokylä page and in the consortia


def test_thl_is_the_main_implementer(demo: Home) -> None:
    rows = demo.ask(
        "SELECT DISTINCT ?name WHERE { ?part tk:hasRole <https://w3id.org/talkoot/voc/role/main-implementer> ; "
        'prov:agent ?actor . ?actor skos:prefLabel ?name FILTER (LANG(?name) = "fi") }'
    )
    assert rows == [("Terveyden ja hyvinvoinnin laitos",)]


def test_26_centres_are_designated_for_26_places_with_one_status_each(demo: Home) -> None:
    rows = demo.ask(
        "SELECT ?centre ?place ?status WHERE { "
        "?centre a tk:CompetenceCentre ; tk:designatedFor ?place ; adms:status ?status }"
    )
    assert len(rows) == 26
    assert len({centre for centre, _, _ in rows}) == 26
    places = {place.rsplit("/", 1)[-1]: status.rsplit("/", 1)[-1] for _, place, status in rows}
    assert len(places) == 26
    assert places["GBR"] == "ended"
    assert "EUR" in places
    assert not {"LUX", "MLT", "NLD"} & set(places)


def test_thl_leads_to_partners_abroad_through_the_finnish_centre(demo: Home) -> None:
    rows = demo.ask(
        """SELECT DISTINCT ?country WHERE {
          ?thl skos:altLabel|skos:prefLabel ?thls_name FILTER (STR(?thls_name) = "THL")
          ?host prov:agent ?thl ; tk:involvedIn ?centre . ?centre a tk:CompetenceCentre .
          ?own prov:agent ?centre ; tk:involvedIn ?project . ?project a tk:Project .
          ?part tk:involvedIn ?project ; prov:agent ?partner . ?partner dct:spatial ?country
        }"""
    )
    assert len({country for (country,) in rows} - {"http://publications.europa.eu/resource/authority/country/FIN"}) >= 3


def test_every_statement_about_thl_leads_to_a_record_its_page_and_its_day(demo: Home) -> None:
    rows = demo.ask(
        """SELECT ?graph ?page ?way ?day ?licence ?hash WHERE {
          ?thl skos:altLabel|skos:prefLabel ?thls_name FILTER (STR(?thls_name) = "THL")
          GRAPH ?identity { ?local tk:viewOf ?thl }
          GRAPH ?graph { { ?local ?p ?o } UNION { ?s ?p ?local } }
          FILTER (!STRENDS(STR(?graph), "/graph/identity"))
          OPTIONAL { GRAPH ?prov { ?graph prov:wasDerivedFrom ?page ; dct:type ?way ; dct:issued ?day ;
            schema:sha256 ?hash ; dct:license ?licence } }
        }"""
    )
    assert len({graph for graph, *_ in rows}) >= 4
    for row in rows:
        assert all(row), row


def test_every_record_graph_tells_page_way_day_licence_hash_and_publisher(demo: Home) -> None:
    rows = demo.ask(
        """SELECT ?graph ?page ?way ?day ?licence ?hash ?publisher ?seen WHERE {
          { SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o }
            FILTER (!STRENDS(STR(?graph), "/graph/prov") && !STRENDS(STR(?graph), "/graph/identity")
              && !STRENDS(STR(?graph), "/graph/coverage") && !CONTAINS(STR(?graph), "/graph/framework/")) } }
          OPTIONAL { GRAPH ?prov { ?graph a prov:Bundle ; foaf:primaryTopic ?page ; dct:type ?way ; dct:issued ?day ;
            dct:license ?licence ; schema:sha256 ?hash ; prov:wasAttributedTo ?publisher ; dct:valid ?seen } }
        }"""
    )
    assert len(rows) == 1097 - 3 - 5  # LU, MT and NL, and pages that stand for nothing, say nothing
    today = now()[:10]
    for graph, page, way, day, licence, content_hash, publisher, _seen in rows:
        assert page.startswith("http"), graph
        assert way.startswith("https://w3id.org/talkoot/voc/how-obtained/")
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", day)
        assert day != today
        assert licence.startswith("https://")
        assert re.fullmatch(r"[0-9a-f]{64}", content_hash)
        assert publisher.startswith("http")


def test_every_source_entity_is_a_view_of_exactly_one_canonical(demo: Home) -> None:
    rows = demo.ask(
        "SELECT ?local WHERE { GRAPH ?g { ?local tk:viewOf ?c } } GROUP BY ?local HAVING (COUNT(DISTINCT ?c) != 1)"
    )
    assert rows == []


def test_no_name_stands_twice_in_one_language(demo: Home) -> None:
    for name in ("skos:prefLabel", "dct:title"):
        rows = demo.ask(
            f"SELECT ?thing ?language WHERE {{ ?thing {name} ?label ; dct:source ?graph "
            "BIND (LANG(?label) AS ?language) } GROUP BY ?thing ?language HAVING (COUNT(DISTINCT ?label) > 1)"
        )
        assert rows == []


def test_what_sim_calls_a_social_innovation_stands_in_its_graphs_alone(demo: Home) -> None:
    assert demo.ask("SELECT ?thing WHERE { ?thing a tk:SocialInnovation } LIMIT 1") == []
    rows = demo.ask(
        "SELECT (COUNT(DISTINCT ?thing) AS ?n) (SAMPLE(?g) AS ?one) WHERE { GRAPH ?g { ?thing a tk:SocialInnovation } }"
    )
    assert rows[0][0] == "687"
    assert "/graph/sim/" in rows[0][1]


def test_only_canonical_things_stand_in_the_merged_view(demo: Home) -> None:
    assert demo.ask('SELECT ?s WHERE { ?s ?p ?o FILTER CONTAINS(STR(?s), "/id/src/") } LIMIT 1') == []
    assert demo.ask('SELECT ?s WHERE { ?s ?p ?o FILTER (ISIRI(?o) && CONTAINS(STR(?o), "/id/src/")) } LIMIT 1') == []


def test_a_participant_yields_to_a_named_role(demo: Home) -> None:
    rows = demo.ask(
        """SELECT ?actor WHERE { ?one prov:agent ?actor ; tk:involvedIn ?thing ;
          tk:hasRole <https://w3id.org/talkoot/voc/role/participant> .
          ?other prov:agent ?actor ; tk:involvedIn ?thing ; tk:hasRole ?role
          FILTER (?role != <https://w3id.org/talkoot/voc/role/participant>) }"""
    )
    assert rows == []


def test_no_natural_person_and_no_mail_address_is_in_the_release(demo: Home) -> None:
    text = demo.quads().decode()
    assert not re.search(r"\w@[\w-]+[.]\w", text)
    assert "foaf/0.1/Person" not in text


def test_the_demo_mints_no_identifier(demo: Home) -> None:
    assert demo.manifest["canonical_ids_minted"] == 0
    assert not (demo.path / "identifiers.tsv").exists()


def test_two_demos_in_two_homes_give_the_same_identifiers(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = type(demo)(tmp_path_factory.mktemp("other") / "home")
    other.talkoot("demo", "--no-serve")
    query = "SELECT ?local ?c WHERE { GRAPH ?g { ?local tk:viewOf ?c } } ORDER BY ?local"
    assert other.ask(query) == demo.ask(query)
    assert (other.path / "decisions.tsv").read_bytes() == (demo.path / "decisions.tsv").read_bytes()
    assert other.manifest["quads"] == demo.manifest["quads"]


def test_the_manifest_counts_what_is_there(demo: Home, complete) -> None:  # noqa: ANN001
    manifest = demo.manifest
    assert complete(demo.current)
    assert manifest["quads"] == len(demo.quads().splitlines())
    assert manifest["records"] == 1097
    assert {name: told["records"] for name, told in manifest["sources"].items()} == {
        "seed-project": 2, "centres": 29, "consortia": 148, "innokyla": 75, "polish-innovations": 156, "sim": 687,
    }  # fmt: skip
    assert manifest["versions"].keys() == {"talkoot", "pyoxigraph", "ontology"}


QUESTIONS = {path: path.read_text(encoding="utf-8") for path in sorted((FOLDER / "questions").glob("*.rq"))}


@pytest.mark.parametrize(
    "path", [path for path, text in QUESTIONS.items() if "\n# demo: yes\n" in text], ids=lambda path: path.stem
)
def test_a_competency_question_that_says_so_finds_rows_in_the_demo(demo: Home, path: Path) -> None:
    assert demo.ask(QUESTIONS[path])


def test_at_least_eight_questions_find_rows_and_the_others_name_the_source_that_will_feed_them() -> None:
    waiting = [text for text in QUESTIONS.values() if "\n# demo: yes\n" not in text]
    assert len(QUESTIONS) - len(waiting) >= 8
    assert all("\n# fed by: " in text for text in waiting)

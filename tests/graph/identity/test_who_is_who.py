"""Who is who in the demo: spellings of one body are one actor, and bodies that only look alike stay apart."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.graph.conftest import Home

Actors = dict[str, set[str]]


@pytest.fixture(scope="session")
def actors(demo: Home) -> Actors:
    """Canonical actors by each name that a record gives one of their views."""
    found: Actors = defaultdict(set)
    rows = demo.ask(
        "SELECT DISTINCT ?name ?actor WHERE { GRAPH ?graph { ?local skos:prefLabel|skos:altLabel ?name } "
        "GRAPH ?identity { ?local tk:viewOf ?actor } }"
    )
    for name, actor in rows:
        found[name].add(actor)
    return found


ONE = {
    "THL": ["Terveyden ja hyvinvoinnin laitos", "THL", "Finnish Institute for Health and Welfare"],
    "LUT": ["LUT-yliopisto", "LUT", "Lappeenrannan-Lahden teknillinen yliopisto"],
    "Kuntoutussäätiö": ["Kuntoutussäätiö", "Kuntoutussäätiö sr"],
    "SOSTE": ["Suomen sosiaali ja terveys SOSTE ry", "SOSTE Suomen sosiaali ja terveys ry", "SOSTE"],
    "Diak": ["Diakonia-ammattikorkeakoulu", "Diakonia ammattikorkeakoulu", "Diak"],
    "Silta": ["Silta-Valmennusyhdistys", "Silta-valmennusyhdistys"],
    "Kuntaliitto": ["Suomen Kuntaliitto", "Kuntaliitto"],
    "Euricse": ["Euricse", "EURICSE", "EURICSE – European Research Institute on Cooperative and Social Enterprises"],
    "Kollectiva": ["Kollectiva", "Kollektiva"],
    "ANKA": [
        "ANKA",
        "Development Agency of Karditsa",
        "AN.KA SA - Development Agency of Karditsa, Development Agency of Local Authorities - "
        "Private company non-profit",
    ],
    "Avise": ["Avise"],
    "ESFA": ["ESFA", "Europos socialinio fondo agentūra"],
    "KÜSK": ["KÜSK", "Kodanikuühiskonna Sihtkapital"],
    "the city of Turin": ["Comune di Torino", "City of Torino"],
    "the ZSI": ["ZENTRUM FÜR SOZIALE INNOVATION", "Zentrum für Soziale Innovation"],
}


@pytest.mark.parametrize("body", ONE)
def test_spellings_of_one_body_are_one_actor(actors: Actors, body: str) -> None:
    missing = [name for name in ONE[body] if not actors[name]]
    assert not missing, f"no record spells it {missing}"
    together = set().union(*(actors[name] for name in ONE[body]))
    assert len(together) == 1, {name: actors[name] for name in ONE[body]}


APART = [
    ("Centre for Social Innovation", "Zentrum für Soziale Innovation"),
    ("Centre for Social Innovation", "Centrum für Soziale Investitionen und Innovationen (CSI)"),
    ("Zentrum für Soziale Innovation", "Centrum für Soziale Investitionen und Innovationen (CSI)"),
    ("Hashnet d.o.o. Slovenia", "Hashnet d.o.o. Croatia"),
    ("Reach for Change", "Reach for Change Bulgaria"),
    ("Social Impact gGmbH", "SIA Social Impact Award gemeinnützige GmbH"),
    ("Social Impact gGmbH", "Torino Social Impact"),
    ("Ministry of Labour and Social Affairs", "Ministry of Labour and Social Affairs (Czechia)"),
    (
        "Ministry of the Interior",
        "Ministry of the Interior, Deputy State Secretariat for Social Inclusion, Department of Child Chance",
    ),
    (
        "Polish Association for People with Intellectual Disability",
        "Polish Association for People with Intellectual Disabilities in Chojnice",
    ),
    ("Technische Universität Dortmund (Sozialforschungsstelle)", "The Centre for Social Research (TUDO)"),
    ("University of Eastern Finland", "The Karelian Institute"),
    ("University of Eastern Finland", "South-Eastern Finland University of Applied Sciences"),
    ("The Capital City of Warsaw", "South Praga Social Welfare Centre of the Capital City of Warsaw"),
    ("Comune di Torino", "Politecnico di Torino"),
    ("Sofia Municipality", "Sofia Development Association"),
    ("Fundacion ONCE", "Inserta Empleo - Fundación Once"),
    ("ACT Group", "ACT Konto"),
    ("ÖSB Consulting GmbH", "ÖSB Social Innovation gemeinnützige GmbH"),
    ("JES vzw", "JES ANTWERPEN"),
    ("PCG", "PCG Polska"),
    ("DGA S.A.", "DGA CORPORATE GROUP"),
    ("Impact Hub Ljubljana", "Impact Hub Slovenia"),
    ("International Rescue Committee Hellas", "International Rescue Committee Italy"),
    ("Habitat for Humanity Poland", "Habitat for Humanity Bulgaria"),
    ("Generation Italy Foundation", "Generation Spain Foundation"),
    ("DEPAUL SLOVENSKO, nezisková organizácia", "Depaul Charity"),
    ("Le Mat Sweden", "Le Mat Europe"),
    ("Lebenshilfe Kärnten", "Lebenshilfe Salzburg"),
    ("Ashoka Deutschland", "Ashoka Italia"),
    ("Ministry of Education and Science (Latvia)", "Ministry of Education and Research (Estonia)"),
    ("Ministry of Economic Affairs and Employment", "Ministry of Economic Affairs and Communications"),
    ("Social Innovation Laboratory", "National Laboratory for Social Innovation"),
    ("ELTE Eötvös Loránd University", "Eötvös Loránd University (ELTE), ELTE Innovation Centre / TINLAB"),
    ("INOVIA", "innovia gem GmbH"),
    ("TRACES", "Traces de Vies"),
    ("Énergie Partagée", "Énergie Solidaire"),
    ("Miejski Ośrodek Pomocy Społecznej w Ostrowcu Świętokrzyskim", "Miejski Ośrodek Pomocy w Tarnowskich Górach"),
    ("Kainuun sote", "KymSote"),
    ("MLL Vihti", "MLL:n Uudenmaan piiri"),
    ("Vihdin kunta", "Vihdin seurakunta"),
    ("European Social Network", "ENSIE"),
    ("Spanish Red Cross", "Hungarian Red Cross"),
    ("Terveyden ja hyvinvoinnin laitos", "Sosiaalisten innovaatioiden osaamiskeskus"),
    ("Europos socialinio fondo agentūra", "European Competence Centre for Social Innovation"),
    ("Regional development Agency Posavje", "Regional development agency Zeleni Kras"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_bodies_that_only_look_alike_stay_apart(actors: Actors, one: str, other: str) -> None:
    assert actors[one], f"no record names {one}"
    assert actors[other], f"no record names {other}"
    assert not actors[one] & actors[other]


def test_a_centre_is_one_actor_though_several_sources_name_it(demo: Home) -> None:
    rows = demo.ask(
        """SELECT ?centre (COUNT(DISTINCT ?local) AS ?n) WHERE {
          GRAPH ?graph { ?local a tk:CompetenceCentre } GRAPH ?identity { ?local tk:viewOf ?centre }
        } GROUP BY ?centre ORDER BY DESC(?n)"""
    )
    assert len(rows) == 26
    assert rows[0][1] == "2"  # Finland's: in the pilot and among the centres


def test_a_pilot_that_stands_in_three_sources_is_one_project(demo: Home) -> None:
    rows = demo.ask(
        """SELECT ?project (COUNT(DISTINCT ?graph) AS ?n) WHERE {
          GRAPH ?graph { ?local a tk:Project } GRAPH ?identity { ?local tk:viewOf ?project }
          GRAPH ?seed { ?here a tk:Project } FILTER CONTAINS(STR(?seed), "/graph/seed-project/")
          GRAPH ?identity { ?here tk:viewOf ?project }
        } GROUP BY ?project"""
    )
    assert len(rows) == 1
    assert int(rows[0][1]) >= 3


def test_every_automatic_join_names_its_rule_and_evidence(demo: Home) -> None:
    rows = demo.ask(
        """SELECT ?rule ?evidence WHERE { GRAPH ?identity { ?link a tk:IdentityLink ; dct:creator "automatic" ;
          skos:note ?rule ; dct:description ?evidence ; tk:hasJudgement ?judgement } }"""
    )
    assert len(rows) > 100
    assert {rule for rule, _ in rows} <= {"exact-name", "web-domain", "registered-id"}
    assert all("=" in evidence for _, evidence in rows)

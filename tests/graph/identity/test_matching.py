"""Matching: the automatic band, the vetoes that beat it, and what becomes of decisions when facts change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.graph.identity.clusters import Contradiction, components
from talkoot.graph.identity.comparison import Comparer, Comparison
from talkoot.graph.identity.decisions import AUTOMATIC, Decision, decide, in_force
from talkoot.graph.identity.features import Entity, site
from talkoot.graph.identity.matching import Matching, match
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.pairs import AUTOMATIC_RULES, Excess, Pairs
from talkoot.graph.identity.rules import veto
from talkoot.graph.identity.tables import LIMITS
from talkoot.ontology import load_code_lists

BASE = "https://w3id.org/talkoot/"
TODAY = "2026-06-01"


def actor(key: str, *names: str, country: str = "", kind: str = "organisation", **features: Any) -> Entity:
    entity = Entity(f"{BASE}id/src/x/actor/{key}", "x", kind, "actor", list(names))
    entity.countries = {country} if country else set()
    entity.sites = {(domain, domain) for domain in features.get("domains", ())}
    entity.identifiers = set(features.get("identifiers", ()))
    return entity


def matched(actors: Iterable[Entity], decisions: Iterable[Decision] = (), table: NameTable | None = None) -> Matching:
    return match(actors, list(decisions), table or NameTable(), load_code_lists(), BASE, TODAY)


def clusters(found: Matching, actors: Iterable[Entity]) -> set[frozenset[str]]:
    names = [entity.iri.removeprefix(f"{BASE}id/") for entity in actors]
    joined = components(in_force(found.decisions), names)
    return {frozenset(name.rsplit("/", 1)[-1] for name in joined.members(one)) for one in names}


def rule(one: Entity, other: Entity, table: NameTable | None = None) -> str:
    pairs = Pairs()
    pairs.update([compared(one, table), compared(other, table)])
    return next((pair.rule for pair in pairs if pair.rule in AUTOMATIC_RULES), "")


def compared(entity: Entity, table: NameTable | None = None) -> Comparison:
    return Comparer(table or NameTable(), load_code_lists()["country"]).compare(entity.iri, entity)


Y_TUNNUS = ("Y-tunnus", "2229500-6")

JOINED = {
    "a shared registered id": (
        "registered-id",
        actor("a", "A", identifiers=[Y_TUNNUS]),
        actor("b", "B", identifiers=[Y_TUNNUS]),
    ),
    "a shared id across countries": (
        "registered-id",
        actor("a", "A", country="FIN", identifiers=[Y_TUNNUS]),
        actor("b", "B", country="SWE", identifiers=[Y_TUNNUS]),
    ),
    "an equal name in one country": (
        "exact-name",
        actor("a", "Kuntoutussäätiö", country="FIN"),
        actor("b", "Kuntoutussäätiö sr", country="FIN"),
    ),
    "an equal name of two words with a country on one side": (
        "exact-name",
        actor("a", "Missing Children Europe", country="BEL"),
        actor("b", "Missing children Europe"),
    ),
    "the same words in another order": (
        "exact-name",
        actor("a", "Suomen sosiaali ja terveys SOSTE ry", country="FIN"),
        actor("b", "SOSTE Suomen sosiaali ja terveys ry", country="FIN"),
    ),
    "another name equal to a main name": (
        "exact-name",
        actor("a", "Laitos Pitkä", "LP", country="FIN"),
        actor("b", "LP", country="FIN"),
    ),
    "one domain in one country": (
        "web-domain",
        actor("a", "Soziales Wohlergehen", country="DEU", domains=["iss.de"]),
        actor("b", "Social Welfare Research", country="DEU", domains=["iss.de"]),
    ),
    "one domain, country known on one side": (
        "web-domain",
        actor("a", "Soziales", country="DEU", domains=["iss.de"]),
        actor("b", "Welfare", domains=["iss.de"]),
    ),
}


@pytest.mark.parametrize("case", JOINED)
def test_the_automatic_band_joins(case: str) -> None:
    expected, one, other = JOINED[case]
    assert rule(one, other) == expected
    found = matched([one, other])
    assert clusters(found, [one, other]) == {frozenset("ab")}
    assert [(d.mapping_justification, d.author_id) for d in found.decisions] == [(expected, AUTOMATIC)]


KEPT_APART = {
    "an equal name in two countries": (
        actor("a", "Red Cross Society", country="HUN"),
        actor("b", "Red Cross Society", country="LTU"),
    ),
    "a single word without country": (actor("a", "INOVIA", country="SVK"), actor("b", "Inovia")),
    "an acronym in two countries": (actor("a", "X", "CSI", country="CYP"), actor("b", "Y", "CSI", country="DEU")),
    "an acronym without country": (
        actor("a", "Long Name One", "CSI"),
        actor("b", "Other Long Name", "CSI", country="AUT"),
    ),
    "one domain in two countries": (
        actor("a", "Generation Ireland", country="IRL", domains=["generation.org"]),
        actor("b", "Generation Spain", country="ESP", domains=["generation.org"]),
    ),
    "a part under its body's domain": (
        actor("a", "Maastricht University", country="NLD", domains=["um.nl"]),
        actor("b", "Maastricht University Language Centre", country="NLD", domains=["um.nl"]),
    ),
    "a department under its body's domain": (
        actor("a", "Universität Wien", country="AUT", domains=["univie.ac.at"]),
        actor("b", "Institut für Soziologie", country="AUT", domains=["univie.ac.at"]),
    ),
    "district one and district two under one domain": (
        actor("a", "Piiri 1", country="FIN", domains=["mll.fi"]),
        actor("b", "Piiri 2", country="FIN", domains=["mll.fi"]),
    ),
    "gymnasium four and six under one domain": (
        actor("a", "Liceum IV", country="POL", domains=["lo.pl"]),
        actor("b", "Liceum VI", country="POL", domains=["lo.pl"]),
    ),
    "different numbers in one register": (
        actor("a", "Same Name", country="FIN", identifiers=[("Y-tunnus", "1")]),
        actor("b", "Same Name", country="FIN", identifiers=[("Y-tunnus", "2")]),
    ),
    "a centre and its host of the same name": (
        actor("a", "Same Name", country="FIN", kind="centre"),
        actor("b", "Same Name", country="FIN"),
    ),
    "a network and a member of the same name": (
        actor("a", "Same Name", country="FIN", kind="network"),
        actor("b", "Same Name", country="FIN"),
    ),
    "two centres of one name": (
        actor("a", "National Centre", country="FIN", kind="centre"),
        actor("b", "National Centre", country="FIN", kind="centre"),
    ),
    "nothing in common": (actor("a", "A B", country="FIN"), actor("b", "C D", country="FIN")),
}


@pytest.mark.parametrize("case", KEPT_APART)
def test_the_automatic_band_keeps_apart(case: str) -> None:
    one, other = KEPT_APART[case]
    assert rule(one, other) == ""
    assert clusters(matched([one, other]), [one, other]) == {frozenset("a"), frozenset("b")}


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (*KEPT_APART["a centre and its host of the same name"], "a centre or network is another thing"),
        (*KEPT_APART["different numbers in one register"], "different numbers in Y-tunnus"),
        (*KEPT_APART["an equal name in two countries"], "different countries"),
        (*JOINED["a shared id across countries"][1:], ""),
    ],
)
def test_a_veto_says_why(one: Entity, other: Entity, reason: str) -> None:
    left, right = compared(one), compared(other)
    assert veto(left, right).startswith(reason)
    assert bool(veto(left, right)) == bool(reason)
    assert veto(right, left) == veto(left, right)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.thl.fi/fi/web", "thl.fi"),
        ("https://sub.dept.ox.ac.uk/", "ox.ac.uk"),
        ("https://www.facebook.com/thl", ""),
        ("https://employment-social-affairs.ec.europa.eu/", ""),
        ("https://somebody.wordpress.com/", ""),
        ("https://somebody.github.io/", ""),
        ("https://sites.google.com/view/a", ""),
        ("https://www.gov.pl/web/rodzina", ""),
        ("https://www.gov.si/en/", ""),
        ("https://www.government.nl/", ""),
        ("http://127.0.0.1/", ""),
        ("https://Łódź.pl/", "łódź.pl"),
        ("https://WWW.THL.FI", "thl.fi"),
    ],
)
def test_the_domain_that_counts_is_the_registrable_one_and_no_host_of_many(address: str, domain: str) -> None:
    assert (site(address) or ("", ""))[0] == domain


TABLE = NameTable(
    [
        ("LUT-yliopisto", "Lappeenrannan-Lahden teknillinen yliopisto", "FI"),
        ("European Research Institute on Cooperatives", "Euricse", "IT"),
        ("CSI", "Centre for Social Innovation", "CY"),
        ("CSI", "Centrum für Soziale Investitionen", "DE"),
        ("KEO", "Kentro Oikonomias", "GR"),
    ]
)


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (
            actor("a", "LUT-yliopisto", country="FIN"),
            actor("b", "Lappeenrannan-Lahden teknillinen yliopisto", country="FIN"),
            True,
        ),
        (
            actor("a", "LUT-yliopisto", country="EST"),
            actor("b", "Lappeenrannan-Lahden teknillinen yliopisto", country="FIN"),
            False,
        ),
        (actor("a", "European Research Institute on Cooperatives"), actor("b", "Euricse", country="ITA"), True),
        (actor("a", "European Research Institute on Cooperatives"), actor("b", "Euricse"), False),
        (actor("a", "CSI", country="CYP"), actor("b", "Centre for Social Innovation", country="CYP"), True),
        (actor("a", "CSI", country="CYP"), actor("b", "Centrum für Soziale Investitionen", country="DEU"), False),
        (actor("a", "CSI", country="AUT"), actor("b", "Centre for Social Innovation", country="CYP"), False),
        (actor("a", "CSI"), actor("b", "Centre for Social Innovation", country="CYP"), False),
        (actor("a", "KEO", country="GRC"), actor("b", "Kentro Oikonomias", country="GRC"), True),
    ],
)
def test_a_listed_name_joins_within_its_country_and_never_where_two_bodies_share_it(
    one: Entity, other: Entity, joined: bool
) -> None:
    assert bool(rule(one, other, TABLE)) is joined


def test_an_automatic_join_is_held_where_any_two_members_stand_under_a_veto() -> None:
    actors = [
        actor("a", "Alpha House", country="FIN"),
        actor("b", "Alpha House"),
        actor("c", "Alpha House", country="SWE"),
    ]
    found = matched(actors)
    assert clusters(found, actors) == {frozenset("ab"), frozenset("c")}
    ((one, other, reason),) = found.held
    assert {one[-1], other[-1]} == {"b", "c"}
    assert reason == "src/x/actor/a and src/x/actor/c: different countries" or "different countries" in reason


def test_an_association_and_a_company_of_one_name_are_held() -> None:
    actors = [actor("a", "Alpha House ry", country="FIN"), actor("b", "Alpha House Oy", country="FIN")]
    found = matched(actors)
    assert clusters(found, actors) == {frozenset("a"), frozenset("b")}
    assert "legal forms of different kinds (association; company)" in found.held[0][2]


def test_a_persons_judgement_is_never_touched() -> None:
    one, other = JOINED["an equal name in one country"][1:]
    different = decide("src/x/actor/a", "src/x/actor/b", "different", "curated", "", "steward-1", "2026-01-01")
    found = matched([one, other], [different])
    assert found.decisions == [different]
    assert clusters(found, [one, other]) == {frozenset("a"), frozenset("b")}


def test_a_persons_negative_keeps_a_third_from_gluing_the_two() -> None:
    actors = [actor(key, "Alpha House", country="FIN") for key in "abc"]
    for one in actors:
        one.source = one.iri
    different = decide("src/x/actor/a", "src/x/actor/b", "different", "curated", "", "steward-1", "2026-01-01")
    found = matched(actors, [different])
    assert clusters(found, actors) == {frozenset("ac"), frozenset("b")}
    assert "were judged not to be the same" in found.held[0][2]


def test_a_persons_positive_joins_what_no_rule_would() -> None:
    actors = [actor("a", "Alpha", country="FIN", kind="centre"), actor("b", "Beta", country="FIN", kind="centre")]
    same = decide("src/x/actor/a", "src/x/actor/b", "same", "curated", "", "steward-1", "2026-01-01")
    assert clusters(matched(actors, [same]), actors) == {frozenset("ab")}


def test_a_negative_against_a_standing_chain_fails_with_the_chain() -> None:
    actors = [actor(key, "Alpha House", country="FIN") for key in "abc"]
    found = matched(actors)
    negative = decide("src/x/actor/b", "src/x/actor/c", "different", "curated", "", "steward-1", "2026-01-01")
    with pytest.raises(Contradiction, match=r"src/x/actor/b = src/x/actor/a = src/x/actor/c"):
        matched(actors, [*found.decisions, negative])


def test_a_join_whose_rule_fires_no_longer_is_superseded_not_deleted() -> None:
    one, other = actor("a", "Alpha House", country="FIN"), actor("b", "Alpha House", country="FIN")
    first = matched([one, other])
    renamed = actor("b", "Beta House", country="FIN")
    second = matched([one, renamed], first.decisions)
    assert second.withdrawn == 1
    assert [d.judgement for d in second.decisions] == ["same", "unsure"]
    assert second.decisions[0].superseded_by == second.decisions[1].id
    assert second.decisions[1].evidence == "exact-name"
    assert clusters(second, [one, renamed]) == {frozenset("a"), frozenset("b")}
    assert matched([one, renamed], second.decisions).decisions == second.decisions


def test_a_rule_that_fires_again_joins_again_with_an_id_of_its_own() -> None:
    one, other = actor("a", "Alpha House", country="FIN"), actor("b", "Alpha House", country="FIN")
    renamed = actor("b", "Beta House", country="FIN")
    decisions: list[Decision] = []
    for actors in ([one, other], [one, renamed]) * 3:
        found = matched(actors, decisions)
        decisions = found.decisions
        assert len({decision.id for decision in decisions}) == len(decisions)
        assert clusters(found, actors) == clusters(matched(actors), actors)
    assert sum(not decision.superseded_by for decision in decisions) == 1
    assert len(decisions) == 6


def test_decisions_on_actors_that_are_gone_stay_for_their_return() -> None:
    one, other = JOINED["an equal name in one country"][1:]
    first = matched([one, other])
    gone = matched([one], first.decisions)
    assert (gone.decisions, gone.withdrawn) == (first.decisions, 0)
    assert matched([one, other], gone.decisions).decisions == first.decisions


def test_a_key_that_too_many_share_is_left_out_and_reported() -> None:
    actors = [actor(f"{number:03}", "Alpha House", country="FIN") for number in range(LIMITS["block"] + 1)]
    for number, one in enumerate(actors):
        one.source = f"source-{number}"
    found = matched(actors)
    assert found.decisions == []
    assert Excess("name", "alpha house", "", LIMITS["block"] + 1) in found.excesses


entities = st.lists(
    st.builds(
        lambda name, country, domain, number: (name, country, domain, number),
        st.sampled_from(["Alpha House", "House Alpha ry", "Beta", "Gamma Delta"]),
        st.sampled_from(["", "FIN", "SWE"]),
        st.sampled_from(["", "one.fi", "two.se"]),
        st.sampled_from(["", "", "1", "2"]),
    ),
    max_size=8,
).map(
    lambda rows: [
        actor(
            str(n),
            name,
            country=country,
            domains=[domain] if domain else [],
            identifiers=[("R", number)] if number else [],
        )
        for n, (name, country, domain, number) in enumerate(rows)
    ]
)


@given(entities, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_actors_does_not_matter(actors: list[Entity], chance) -> None:  # noqa: ANN001
    before = matched(actors)
    shuffled = list(actors)
    chance.shuffle(shuffled)
    assert matched(shuffled).decisions == before.decisions


@given(entities)
@settings(max_examples=100, deadline=None)
def test_no_automatic_cluster_holds_two_under_a_veto(actors: list[Entity]) -> None:
    found = matched(actors)
    by_key = {entity.iri.rsplit("/", 1)[-1]: compared(entity) for entity in actors}
    for members in clusters(found, actors):
        for one in members:
            for other in members - {one}:
                assert not veto(by_key[one], by_key[other])


@given(entities)
@settings(max_examples=60, deadline=None)
def test_matching_again_adds_nothing(actors: list[Entity]) -> None:
    once = matched(actors)
    again = matched(actors, once.decisions)
    assert (again.added, again.withdrawn, again.decisions) == (0, 0, once.decisions)


@given(entities, st.integers(0, 8), st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_actors_that_came_one_after_the_other_are_matched_as_if_all_had_come_at_once(
    actors: list[Entity], early: int, gone: int
) -> None:
    first = matched(actors[:early])
    second = matched(actors[gone:], first.decisions)
    assert clusters(second, actors[gone:]) == clusters(matched(actors[gone:]), actors[gone:])
    last = matched(actors, second.decisions)
    assert clusters(last, actors) == clusters(matched(actors), actors)
    assert len({decision.id for decision in last.decisions}) == len(last.decisions)


def test_a_join_that_a_new_veto_forbids_is_withdrawn() -> None:
    house, hall = actor("a", "Alpha House", country="FIN"), actor("b", "Alpha House")
    first = matched([house, hall])
    abroad = actor("b", "Alpha House", country="SWE")
    second = matched([house, abroad], first.decisions)
    assert clusters(second, [house, abroad]) == {frozenset("a"), frozenset("b")}
    assert second.withdrawn == 1

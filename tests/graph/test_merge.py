"""The merged view: what several records say of one thing, folded into one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from talkoot.graph.merge import merge
from talkoot.graph.records import Origin
from talkoot.graph.workbench import KeptRecord
from talkoot.ontology.namespaces import DCT, ORG, PREFIXES, PROV, RDF, SCHEMA, SKOS, TK, VOC

BASE = "https://w3id.org/talkoot/"
CANONICAL = {
    f"{BASE}id/src/{source}/{kind}/{key}": f"{BASE}id/{kind}/{key}"
    for source in ("s", "t", "u")
    for kind in ("actor", "activity", "solution")
    for key in ("a", "b", "p")
}
Record = tuple[KeptRecord, list[Quad]]


def record(source: str, turtle: str, key: str = "1") -> Record:
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    text = f"{prefixes}@prefix here: <{BASE}id/src/{source}/> .\n@base <{BASE}graph/{source}/{key}> .\n{turtle}"
    graph = NamedNode(f"{BASE}graph/{source}/{key}")
    quads = [Quad(q.subject, q.predicate, q.object, graph) for q in parse(input=text, format=RdfFormat.TURTLE)]
    return KeptRecord(
        source, key, Origin(("https://example.org/",), "page", "2026", ""), "", "", "", "", "", 1, 1, None
    ), quads


def merged(*records: Record) -> set[Triple]:
    return set(merge(records, CANONICAL, BASE))


def values(triples: set[Triple], predicate: NamedNode, subject: str = "") -> list[str]:
    found = [
        str(t.object)
        for t in triples
        if t.predicate == predicate and (not subject or t.subject == NamedNode(BASE + subject))
    ]
    return sorted(found)


def parts(triples: set[Triple]) -> set[tuple[str, str, str]]:
    found = set()
    for triple in triples:
        if triple.object == TK["Involvement"]:
            said = {
                t.predicate: t.object.value
                for t in triples
                if t.subject == triple.subject and isinstance(t.object, NamedNode)
            }
            found.add(tuple(said[p].rsplit("/", 1)[-1] for p in (PROV["agent"], TK["involvedIn"], TK["hasRole"])))
    return found


def part(number: int, actor: str, thing: str, role: str, more: str = "") -> str:
    return (
        f"<#part-{number}> a tk:Involvement ; prov:agent here:actor\\/{actor} ; "
        f"tk:involvedIn here:activity\\/{thing} ; tk:hasRole <{VOC}role/{role}> {more} .\n"
    )


def test_things_stand_under_their_canonical_iri_and_name_the_graphs_they_draw_on() -> None:
    found = merged(
        record("s", 'here:actor\\/a a org:Organization ; skos:prefLabel "A" .'),
        record("t", 'here:actor\\/a a org:Organization ; skos:prefLabel "A" .'),
    )
    subject = NamedNode(f"{BASE}id/actor/a")
    assert found == {
        Triple(subject, RDF["type"], ORG["Organization"]),
        Triple(subject, SKOS["prefLabel"], Literal("A")),
        Triple(subject, DCT["source"], NamedNode(f"{BASE}graph/s/1")),
        Triple(subject, DCT["source"], NamedNode(f"{BASE}graph/t/1")),
    }


def test_the_first_source_gives_the_label_of_a_language_and_the_rest_are_others() -> None:
    found = merged(
        record("s", 'here:actor\\/a a org:Organization ; skos:prefLabel "Laitos"@fi .'),
        record(
            "t", 'here:actor\\/a a org:Organization ; skos:prefLabel "Virasto"@fi, "Agency"@en ; skos:altLabel "LA" .'
        ),
    )
    assert values(found, SKOS["prefLabel"]) == ['"Agency"@en', '"Laitos"@fi']
    assert values(found, SKOS["altLabel"]) == ['"LA"', '"Virasto"@fi']


def test_a_label_without_language_gives_way_to_one_that_has_one() -> None:
    found = merged(
        record("s", 'here:actor\\/a a org:Organization ; skos:prefLabel "Institute" .'),
        record("t", 'here:actor\\/a a org:Organization ; skos:prefLabel "Laitos"@fi .'),
    )
    assert values(found, SKOS["prefLabel"]) == ['"Laitos"@fi']
    assert values(found, SKOS["altLabel"]) == ['"Institute"']


def test_no_other_name_repeats_a_chosen_one() -> None:
    found = merged(
        record("s", 'here:actor\\/a a org:Organization ; skos:prefLabel "THL"@fi .'),
        record("t", 'here:actor\\/a a org:Organization ; skos:prefLabel "THL" ; skos:altLabel "THL" .'),
    )
    assert values(found, SKOS["prefLabel"]) == ['"THL"@fi']
    assert values(found, SKOS["altLabel"]) == []


def test_equal_parts_of_two_records_fold_into_one_that_names_both() -> None:
    found = merged(
        record("s", part(1, "a", "p", "partner", '; skos:note "partner"')),
        record("t", part(7, "a", "p", "partner", '; skos:note "associate"')),
    )
    assert parts(found) == {("a", "p", "partner")}
    assert values(found, SKOS["note"]) == ['"associate"', '"partner"']
    assert len(values(found, DCT["source"])) == 2


def test_a_participant_yields_to_a_named_role_and_its_record_stays_named() -> None:
    found = merged(
        record("s", part(1, "a", "p", "participant") + part(2, "b", "p", "participant")),
        record("t", part(1, "a", "p", "lead")),
    )
    assert parts(found) == {("a", "p", "lead"), ("b", "p", "participant")}
    lead = next(t.subject for t in found if t.object == NamedNode(f"{VOC}role/lead"))
    assert {t.object.value for t in found if t.subject == lead and t.predicate == DCT["source"]} == {  # type: ignore[union-attr]
        f"{BASE}graph/s/1",
        f"{BASE}graph/t/1",
    }


def test_two_named_roles_of_one_actor_both_stay() -> None:
    found = merged(record("s", part(1, "a", "p", "lead")), record("t", part(1, "a", "p", "funder")))
    assert parts(found) == {("a", "p", "lead"), ("a", "p", "funder")}


def test_parts_of_two_periods_stay_two() -> None:
    def period(number: int, year: int) -> str:
        return f'<#part-{number}-period> a dct:PeriodOfTime ; dcat:startDate "{year}"^^xsd:gYear .\n'

    found = merged(
        record("s", part(1, "a", "p", "host", "; dct:temporal <#part-1-period>") + period(1, 2020)),
        record("t", part(1, "a", "p", "host", "; dct:temporal <#part-1-period>") + period(1, 2024)),
    )
    assert sum(t.object == TK["Involvement"] for t in found) == 2
    assert sum(t.object == DCT["PeriodOfTime"] for t in found) == 2
    assert all("/graph/" not in str(t.subject) for t in found)


def test_what_one_record_states_is_not_marked_as_inferred_by_another() -> None:
    inferred = f"; dct:type <{VOC}basis/inferred>"
    both = merged(record("s", part(1, "a", "p", "lead", inferred)), record("t", part(1, "a", "p", "lead")))
    alone = merged(record("s", part(1, "a", "p", "lead", inferred)))
    assert values(both, DCT["type"]) == []
    assert values(alone, DCT["type"]) == [f"<{VOC}basis/inferred>"]


def test_a_social_innovation_is_a_claim_and_only_the_solution_is_repeated() -> None:
    found = merged(record("s", 'here:solution\\/a a tk:Solution, tk:SocialInnovation ; dct:title "A" .'))
    assert values(found, RDF["type"]) == [str(TK["Solution"])]


def test_remarks_on_a_record_stay_in_the_record() -> None:
    found = merged(
        record("s", 'here:actor\\/a a org:Organization ; skos:editorialNote "The country is the default."@en .')
    )
    assert values(found, SKOS["editorialNote"]) == []


def test_links_between_things_lead_from_canonical_to_canonical() -> None:
    found = merged(record("s", "here:activity\\/a a tk:Project ; dct:isPartOf here:activity\\/b ."))
    assert values(found, DCT["isPartOf"]) == [f"<{BASE}id/activity/b>"]


def test_a_membership_leads_from_canonical_to_canonical_and_keeps_its_period() -> None:
    found = merged(
        record(
            "s",
            "here:actor\\/a a org:Organization . here:actor\\/b a tk:Network .\n"
            f"<#member-1> a org:Membership ; org:member here:actor\\/a ; org:organization here:actor\\/b ; "
            f"org:role <{VOC}role/member> ; dct:temporal <#member-1-period> .\n"
            '<#member-1-period> a dct:PeriodOfTime ; dcat:startDate "2019"^^xsd:gYear .\n',
        )
    )
    member, period = f"{BASE}graph/s/1#member-1", f"{BASE}graph/s/1#member-1-period"
    assert values(found, ORG["member"]) == [f"<{BASE}id/actor/a>"]
    assert values(found, ORG["organization"]) == [f"<{BASE}id/actor/b>"]
    assert Triple(NamedNode(member), DCT["temporal"], NamedNode(period)) in found
    assert Triple(NamedNode(period), RDF["type"], DCT["PeriodOfTime"]) in found
    assert len([triple for triple in found if triple.subject == NamedNode(period)]) == 2


def test_a_grant_goes_to_the_canonical_project() -> None:
    found = merged(
        record(
            "s",
            "here:activity\\/a a tk:Project .\n"
            "<#grant> a schema:MonetaryGrant ; schema:fundedItem here:activity\\/a ; schema:amount <#amount> .\n"
            '<#amount> a schema:MonetaryAmount ; schema:value 12 ; schema:currency "EUR" .\n',
        )
    )
    assert values(found, SCHEMA["fundedItem"]) == [f"<{BASE}id/activity/a>"]
    assert values(found, SCHEMA["amount"]) == [f"<{BASE}graph/s/1#amount>"]
    assert values(found, SCHEMA["currency"]) == ['"EUR"']


sayings = st.lists(
    st.tuples(
        st.sampled_from("stu"),
        st.sampled_from("ab"),
        st.sampled_from(["lead", "participant", "partner", "host"]),
        st.sampled_from(['"A"', '"B"', '"A"@fi', '"B"@fi', '"C"@en']),
    ),
    min_size=1,
    max_size=8,
)


@given(sayings)
@settings(max_examples=80, deadline=None)
def test_whatever_records_say_a_language_has_one_label_and_an_actor_is_no_mere_participant_beside_a_role(
    rows: list[tuple[str, str, str, str]],
) -> None:
    records = [
        record(
            source,
            f"here:actor\\/{actor} a org:Organization ; skos:prefLabel {label} .\n" + part(1, actor, "p", role),
            str(n),
        )
        for n, (source, actor, role, label) in enumerate(rows)
    ]
    found = merged(*records)
    languages = [
        (t.subject, t.object.language)
        for t in found
        if t.predicate == SKOS["prefLabel"] and isinstance(t.object, Literal)
    ]
    assert len(languages) == len(set(languages))
    said = {(actor, "p", role) for _, actor, role, _ in rows}
    named = {(actor, thing) for actor, thing, role in said if role != "participant"}
    assert parts(found) == {one for one in said if one[2] != "participant" or one[:2] not in named}
    texts = {label.split("@")[0] for _, actor, _, label in rows if actor == "a"}
    kept = {
        str(t.object).split("@")[0]
        for t in found
        if t.predicate in (SKOS["prefLabel"], SKOS["altLabel"]) and "actor/a" in str(t.subject)
    }
    assert kept == texts
    assert merged(*records) == found


@pytest.mark.parametrize("turn", [1, -1])
def test_the_order_of_records_of_one_source_does_not_change_which_things_there_are(turn: int) -> None:
    records = [record("s", part(1, "a", "p", "lead"), "1"), record("s", part(1, "a", "p", "lead"), "2")]
    assert parts(merged(*records[::turn])) == {("a", "p", "lead")}

"""What a query's text gives away: its form, updates, SERVICE in every disguise that the engine would follow."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.graph.engine.errors import ServiceRefused, UpdateRefused
from talkoot.graph.engine.query_text import query_form, refuse_service, refuse_update, tokens

PROLOGUE = "PREFIX e: <http://127.0.0.1/> PREFIX : <http://127.0.0.1/> PREFIX service: <http://127.0.0.1/>\n"

SERVICE_FORMS = {
    "plain": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "silent, small letters": "SELECT * { service silent <http://127.0.0.1/> { ?s ?p ?o } }",
    "prefixed name": "SELECT * { SERVICE e:x { ?s ?p ?o } }",
    "relative to a base": "BASE <http://127.0.0.1/> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "escapes in the IRI": "SELECT * { SERVICE <\\u0068ttp://127.0.0.1/> { ?s ?p ?o } }",
    "comment in between": "SELECT * { SERVICE # to whom?\n <http://127.0.0.1/> { ?s ?p ?o } }",
    "sub-select": "SELECT * { { SELECT * { SERVICE e:x { ?s ?p ?o } } } }",
    "filter exists": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE e:x { ?s ?p ?o } } }",
    "ask": "ASK { SERVICE e:x { ?s ?p ?o } }",
    "construct": "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE e:x { ?s ?p ?o } }",
    "variable": "SELECT * { VALUES ?x { e:x } SERVICE ?x { ?s ?p ?o } }",
    "glued to an empty prefix": "SELECT * { SERVICE:x { ?s ?p ?o } }",
    "glued to a prefix": "SELECT * { SERVICEe:x { ?s ?p ?o } }",
    "glued to silent": "SELECT * { SERVICESILENT e:x { ?s ?p ?o } }",
    "glued to both": "SELECT * { SERVICESILENTe:x{ ?s ?p ?o } }",
    "looks like a declared prefix": "SELECT * { service:x { ?s ?p ?o } }",
    "glued to a number": "SELECT * { ?s ?p 1SERVICE e:x { ?s ?p ?o } }",
    "glued to a number and a prefix": "SELECT * { ?s ?p 1SERVICE:x { ?s ?p ?o } }",
    "glued to true": "SELECT * { ?s ?p trueSERVICE e:x { ?s ?p ?o } }",
    "glued to a point": "SELECT * { ?s ?p ?o.SERVICE e:x{ ?s ?p ?o } }",
    "less-than taken for an IRI": "SELECT * { ?s ?p ?a FILTER(?a<2)SERVICE#>\ne:x { ?s ?p ?o } }",
    "less-than that hides a quote": "SELECT * { ?s ?p ?a FILTER(?a<'x>' || 1 = 1 ) SERVICE e:x { ?s ?p ?o } #'\n }",
    "comment ended by a carriage return": "SELECT * { ?s ?p ?a # note\rSERVICE e:x { ?s ?p ?o } }",
    "after values": "SELECT * { ?s ?p ?a VALUES ?z { UNDEF }SERVICE e:x { ?s ?p ?o } }",
    "after a triple term": "ASK { <<( e:a e:b 1 )>> ?p ?o SERVICE e:x { } }",
    "inside lateral": "ASK { LATERAL { SERVICE e:x { } } }",
    "after a string with an escaped quote": "SELECT * { ?s ?p 'it\\'s' . SERVICE e:x { ?s ?p ?o } }",
}

HARMLESS = {
    "string": "SELECT * { ?s ?p 'SERVICE <http://127.0.0.1/> { }' }",
    "long string": 'SELECT * { ?s ?p """it\'s "SERVICE" e:x { }""" }',
    "IRI": "SELECT * { ?s <http://example.org/service> ?o }",
    "IRI of a graph": "SELECT * { GRAPH <http://example.org/service#> { ?s ?p ?o } }",
    "graph with a fragment": "SELECT * { GRAPH <http://example.org/service#a> {\n ?s ?p ?o } }",
    "comment": "SELECT * { ?s ?p ?o } # SERVICE e:x { }",
    "variable": "SELECT ?service { ?service ?p $serviceName FILTER(?service<?p) }",
    "variable with combining marks": "SELECT * { ?e\u0301service ?p ?o }",
    "local name": "SELECT * { ?s e:service ?o ; a e:Service }",
    "declared prefix": "SELECT * { service:x ?p service:y , service: }",
    "graph of a declared prefix": "SELECT * { GRAPH service:x { ?s ?p ?o } }",
    "dataset of a declared prefix": "SELECT * FROM service:x FROM NAMED service:y { ?s ?p ?o }",
    "description of a declared prefix": "DESCRIBE service:x { }",
    "language tag": "SELECT * { ?s ?p 'x'@service }",
    "blank node": "SELECT * { _:service ?p ?o }",
    "comparison": "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?s > 2 && ?service != 1) }",
}


@pytest.mark.parametrize("query", SERVICE_FORMS.values(), ids=SERVICE_FORMS)
def test_service_is_refused_in_every_form(query: str):
    with pytest.raises(ServiceRefused):
        refuse_service(PROLOGUE + query)


@pytest.mark.parametrize("query", HARMLESS.values(), ids=HARMLESS)
def test_the_word_service_elsewhere_is_no_alarm(query: str):
    refuse_service(PROLOGUE + query)


@pytest.mark.parametrize("keyword", "INSERT DELETE LOAD CLEAR CREATE DROP COPY MOVE ADD WITH".split())
def test_updates_are_refused_by_name(keyword: str):
    with pytest.raises(UpdateRefused, match=keyword):
        refuse_update(f"# an update\nPREFIX e: <http://e/> BASE <http://b/>\n{keyword.lower()} whatever")


def test_the_words_of_updates_inside_a_query_are_no_update():
    refuse_update("PREFIX insert: <http://e/> SELECT ?delete { ?delete insert:x 'DROP ALL' } # CLEAR ALL")


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("select?x{}", "SELECT"),
        ("# SELECT\nASK{}", "ASK"),
        ("BASE <http://x/#SELECT> PREFIX a: <y>PREFIX : <z> construct where {}", "CONSTRUCT"),
        ("PREFIX ä.b: <http://x/> DESCRIBE <y>", "DESCRIBE"),
        ("INSERT DATA {}", None),
        ("SELEC *", None),
        ("", None),
        ("PREFIX a: <b>", None),
    ],
)
def test_the_form_is_the_first_keyword_after_the_prologue(query: str, form: str | None):
    assert query_form(query) == form


@given(st.text(alphabet=st.sampled_from("sServicE<>'\"#\\:.?{}()1a \n\r@_-ä"), max_size=80))
def test_tokens_are_pieces_of_the_text_in_order(text: str):
    position = 0
    for token in tokens(text):
        assert token.start >= position
        assert text[token.start : token.start + len(token.text)] == token.text
        position = token.start + len(token.text)


@given(st.text(max_size=40).map(lambda text: text.replace("'", "").replace("\\", "")))
def test_nothing_inside_a_string_is_refused(text: str):
    refuse_service("SELECT * { ?s ?p '''service " + text + "''' }")


@pytest.mark.parametrize("noise", ["#", "'", '"', "<", "<a", "'''", "service ", "service:", "service #", "?a<'"])
def test_hostile_texts_are_read_in_little_time(noise: str):
    text = "SELECT * { ?service ?p ?o } " + noise * (65536 // len(noise))
    started = time.perf_counter()
    with contextlib.suppress(ServiceRefused):
        refuse_service(text)
    assert time.perf_counter() - started < 2

"""The canonical form of Turtle: the same statements, the same text however they were written, comments kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from talkoot.ontology.files import FOLDER
from talkoot.ontology.namespaces import DCT, PREFIXES, SKOS, VOC
from talkoot.ontology.turtle_form import FormError, canonical

FILES = sorted(path for path in FOLDER.rglob("*.ttl") if path.name != "prefixes.ttl")


def statements(text: str) -> Dataset:
    found = Dataset(parse(text.encode(), format=RdfFormat.TURTLE))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def test_a_file_says_the_same_in_canonical_form_and_stays_as_it_is_then() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        form = canonical(text, PREFIXES)
        assert statements(form) == statements(text), path.name
        assert canonical(form, PREFIXES) == form, path.name


def test_prefixes_predicates_languages_and_spaces_get_one_order() -> None:
    text = """# What this is.
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dct: <http://purl.org/dc/terms/> .


# About roles,
# in two lines.

# Right above.
<https://w3id.org/talkoot/voc/a>   skos:prefLabel "b"@sv,"a"@fi;
     dct:source <https://x.example/10> , <https://x.example/9> ; a skos:Concept;;
     <http://www.w3.org/2004/02/skos/core#note> 'has # and . and ; in it' .
"""
    assert (
        canonical(text, PREFIXES)
        == """# What this is.
@prefix voc: <https://w3id.org/talkoot/voc/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

# About roles,
# in two lines.

# Right above.
voc:a a skos:Concept ;
  skos:prefLabel "a"@fi,
    "b"@sv ;
  dct:source <https://x.example/9>,
    <https://x.example/10> ;
  skos:note "has # and . and ; in it" .
"""
    )


def test_blank_nodes_lists_and_names_below_the_base_are_laid_out() -> None:
    text = """@base <https://x.example/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix tk: <https://w3id.org/talkoot/ns#> .
<a/s> sh:or ( [ sh:path tk:hasRole; sh:minCount 1 ] [] "a"^^tk:x () ); a tk:Solution.
<https://x.example/t> sh:in (1 2.5 true).
"""
    assert (
        canonical(text, PREFIXES).partition("\n\n")[2]
        == """<a/s> a tk:Solution ;
  sh:or ( [ sh:path tk:hasRole ;
        sh:minCount 1 ] [ ] "a"^^tk:x () ) .

<t> sh:in ( 1 2.5 true ) .
"""
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<s> <p> 1 ;\n  <q> 2 ;\n  # why\n  <r> 3 .\n", "line 3: a comment stands inside a statement"),
        ("# no\n\n<s> <p> '#' ;\n  <q> <x#y> . # why\n", "line 4: a comment stands inside a statement"),
        ("<s> <p> '_:a' .\n\n<s> <p> _:a .\n", "line 3: a blank node has a label"),
    ],
)
def test_what_would_be_lost_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FormError, match=message):
        canonical(text, PREFIXES)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20) | st.sampled_from(
    ["", '"', "'", "\\", "a\nb", "ἀρχή", "центр", "# no comment", "<x>", "; .", "@fi", '"""']
)
OBJECTS = (
    TEXTS.map(Literal)
    | st.builds(lambda text, tag: Literal(text, language=tag), TEXTS, st.sampled_from(["fi", "sv", "en-gb"]))
    | st.integers().map(Literal)
    | st.sampled_from(["role/lead", "x", "a.b", "a-", "é", "1"]).map(lambda local: VOC[local])
)
PREDICATES = st.sampled_from([DCT["title"], SKOS["note"], VOC["p"], NamedNode("https://x.example/p")])


@given(st.lists(st.builds(lambda p, o: Triple(VOC["s"], p, o), PREDICATES, OBJECTS), min_size=1, max_size=8))
def test_any_statements_survive_and_their_order_leaves_no_trace(triples: list[Triple]) -> None:
    texts = {
        canonical(serialize(order, format=RdfFormat.TURTLE, prefixes=prefixes).decode(), PREFIXES)
        for order in (triples, triples[::-1])
        for prefixes in (PREFIXES, {})
    }
    for text in texts:
        assert statements(text) == Dataset(parse(serialize(triples, format=RdfFormat.TURTLE), format=RdfFormat.TURTLE))
    assert len(texts) == 1

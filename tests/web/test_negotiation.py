"""The format of an answer is the one that the client likes best of those that there are."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.web.negotiation import GRAPH_FORMATS, HTML, RESULT_FORMATS, Choice, Format, by_name, negotiate

PAGE_FORMATS = (HTML, *GRAPH_FORMATS)
ROWS_OR_PAGE = (*RESULT_FORMATS, HTML)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def chosen(choice: Choice | None) -> str | None:
    return choice.format.name if choice else None


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV", "csv"),
        ("text/*", "csv"),
        ("text/tab-separated-values, text/csv;q=0.9", "tsv"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.7", "xml"),
        ("application/json", "json"),
        ("*/*;q=0.1, text/csv;q=0", "json"),
        ("application/sparql-results+json;q=0, */*", "xml"),
        ("text/csv, */*", "csv"),
        ("image/png", None),
        ("text/csv;q=0", None),
        ("text/csv;q=nonsense", None),
        ("text/csv;q=1.5, application/xml;q=0.1", "xml"),
        ('text/csv;header="a,b;q=0";q=0.4', "csv"),
        ("*/csv, text/csv;q=0.1", "csv"),
        (",,text/csv,,", "csv"),
        (FIREFOX, "html"),
        ("text/html", "html"),
    ],
)
def test_rows_or_a_page(accept: str | None, name: str | None):
    assert chosen(negotiate(accept, ROWS_OR_PAGE)) == name


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("*/*", "html"),
        (FIREFOX, "html"),
        ("text/turtle", "ttl"),
        ("application/rdf+xml, text/turtle;q=0.9", "rdf"),
        ("application/ld+json;profile=compacted", "jsonld"),
        ("application/n-triples, */*;q=0.1", "nt"),
    ],
)
def test_a_page_or_a_graph(accept: str, name: str):
    assert chosen(negotiate(accept, PAGE_FORMATS)) == name


def test_the_client_gets_the_media_type_that_it_asked_for():
    choice = negotiate("application/json", RESULT_FORMATS)
    assert choice is not None
    assert choice.content_type == "application/json"


def test_text_says_its_character_set():
    assert [Choice(item, item.media).content_type for item in RESULT_FORMATS[1:3]] == [
        "application/sparql-results+xml",
        "text/csv; charset=utf-8",
    ]


@pytest.mark.parametrize(
    ("name", "formats", "media"),
    [
        ("json", RESULT_FORMATS, "application/sparql-results+json"),
        ("json", GRAPH_FORMATS, "application/ld+json"),
        ("xml", GRAPH_FORMATS, "application/rdf+xml"),
        ("turtle", GRAPH_FORMATS, "text/turtle"),
        ("TTL", GRAPH_FORMATS, "text/turtle"),
        ("application/rdf xml", GRAPH_FORMATS, "application/rdf+xml"),
        ("application/sparql-results+json", RESULT_FORMATS, "application/sparql-results+json"),
        ("ttl", RESULT_FORMATS, None),
        ("png", GRAPH_FORMATS, None),
    ],
)
def test_formats_have_short_names(name: str, formats: tuple[Format, ...], media: str | None):
    choice = by_name(name, formats)
    assert (choice.media if choice else None) == media


media_types = st.sampled_from([media for item in PAGE_FORMATS for media in item.media_types] + ["image/png"])
ranges = st.one_of(media_types, st.sampled_from(["*/*", "text/*", "application/*"]))
qualities = st.integers(0, 1000).map(lambda number: number / 1000)
preferences = st.dictionaries(ranges, qualities, max_size=6)


def header(wanted: dict[str, float]) -> str:
    return ", ".join(f"{media};q={quality:.3f}" for media, quality in wanted.items())


def quality(media: str, wanted: dict[str, float]) -> float:
    family = media.split("/")[0] + "/*"
    return next((wanted[item] for item in (media, family, "*/*") if item in wanted), 0.0)


@given(preferences.filter(bool))
def test_no_other_format_would_have_been_liked_better(wanted: dict[str, float]):
    by_registered_type = [quality(item.media, wanted) for item in PAGE_FORMATS]
    by_other_type = [wanted.get(media, 0.0) for item in PAGE_FORMATS for media in item.other_media]
    best = max(by_registered_type + by_other_type)
    choice = negotiate(header(wanted), PAGE_FORMATS)
    if best == 0:
        assert choice is None
    else:
        assert choice is not None
        assert quality(choice.media, wanted) == best
        assert choice.media in choice.format.media_types


@given(preferences.filter(bool), st.randoms(use_true_random=False))
def test_the_order_in_the_header_does_not_matter(wanted: dict[str, float], random: Random):
    items = list(wanted.items())
    random.shuffle(items)
    assert negotiate(header(dict(items)), PAGE_FORMATS) == negotiate(header(wanted), PAGE_FORMATS)


@given(st.text(max_size=200))
def test_any_header_gets_an_answer(accept: str):
    choice = negotiate(accept, PAGE_FORMATS)
    assert choice is None or choice.format in PAGE_FORMATS

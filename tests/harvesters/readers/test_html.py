"""The label reader: whatever the markup, what is read is what stands after a label, whole and nothing else."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from talkoot.harvesters.readers.html import Labels, WebPage, clean, decode, read_labels, shaped
from tests.replicas.bench import definition

FIELDS = """
keys = ["name"]
reading = { drop = ["Author", "Internet and social*"], until = ["Related pages"] }
[fields]
name = { type = "text", from = "Name of the practice" }
funder = { type = "list", of = "text", from = ["Funder", "Paid by"] }
lead = { type = "text", from = "Lead organisation*" }
site = { type = "iri", from = "Homepage" }
made = { type = "finnish-date", from = "Created" }
words = { type = "list", of = "text", from = "Keywords", split = ";" }
"""


def labels_of(folder: Path, fields: str = FIELDS) -> Any:
    return definition(folder, "pages", "https://site.example/", fields)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return labels_of(tmp_path_factory.mktemp("site"))


def values(site: Any, body: str) -> tuple[dict[str, Any], list[str]]:
    """The fields that a body brings, and the labels that nobody knows."""
    page = WebPage(f"<!-- made up --><html><body>{body}</body></html>", "https://site.example/a/b")
    found, unknown = read_labels(page.blocks, Labels(site))
    read = {
        name: value
        for name, spec in site.fields.items()
        for source in spec.sources
        if (value := shaped(spec, found.get(source.lower().rstrip("*"), []))) is not None
    }
    return read, unknown


@pytest.mark.parametrize(
    "body",
    [
        "<p>Funder</p><p>STM</p><p>Created</p><p>1.2.2020</p>",
        "<p><b>Funder:</b> STM</p><p><b>Created</b>: 1.2.2020</p>",
        "<p>FUNDER:  STM<br>Created : 1.2.2020</p>",
        "<div><span>Funder</span> <span>STM</span></div><div><span>Created</span><time>1.2.2020</time></div>",
        "<ul><li><strong>Funder</strong><br>STM</li><li><strong>Created</strong><br>1.2.2020</li></ul>",
        "<dl><div><dt>Funder</dt><dd>STM</dd></div><div><dt>Created</dt><dd>1.2.2020</dd></div></dl>",
        "<table><tr><td>Funder</td><td>STM</td></tr><tr><td>Created</td><td>1.2.2020</td></tr></table>",
        "<table><tr><td>Funder</td><td>STM</td><td>Created</td><td>1.2.2020</td></tr></table>",
        "<section><header><h3>Funder **</h3></header><div>STM</div></section><h3>Created</h3>1.2.2020<p>Read on</p>",
        "<details><summary>Funder</summary>STM</details><button>Created</button><div><div>1.2.2020</div></div>",
        "Funder&nbsp;*<div>S<i>T</i>M</div>\n<div>\n Created\n </div>\n<div> 1.2.2020\n</div>",
        "<h3><svg><title>icon</title></svg>Funder</h3><script>x = 'Created'</script><p>STM</p><h3>Created</h3>1.2.2020",
        "<nav>Created<p>3.3.2003</p></nav><p>Funder</p><p>STM</p><p>Created</p><p>1.2.2020</p><footer>x</footer>",
        "<h3>Funder</h3><h3 class='hidden'>Funder</h3><p>STM</p><p class='hidden'>STM</p><h3>Created</h3>1.2.2020",
        "<p>Author</p><p>Somebody</p><p>Funder</p><p>STM</p><p>Created</p><p>1.2.2020</p><p>Author</p><p>Else</p>",
        "<h3>Created</h3><p>1.2.2020</p><h3>Paid by</h3><p>STM</p><h3>Funder</h3><h2>Related pages</h2>X",
        "<p>Fun\u00adder</p><p>\u200bSTM</p><p>Created</p><p>1.2.2020</p><p>–</p>",
        "<h2>Contents</h2><ul><li><a href='#1'>Created</a></li><li><a href='#2'>Funder</a></li></ul><p>Prose</p>"
        "<h3>Created</h3><p>1.2.2020</p><h3>Funder</h3><p>STM</p>",
    ],
    ids=lambda body: re.sub(r"\W+", " ", body)[:40],
)
def test_labels_are_found_in_any_markup(site: Any, body: str) -> None:
    assert values(site, body)[0] == {"funder": ["STM"], "made": "1.2.2020"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>Funder</p><p>Created</p>", {}),
        ("<dl><dt>Funder</dt><dd></dd><dt>Created</dt><dd>-</dd></dl><p>Prose</p>", {}),
        ("<dl><dt>Funder</dt><dd>A, B</dd><dd>C</dd></dl><p>Prose</p>", {"funder": ["A, B", "C"]}),
        ("<p>Funder</p><ul><li>A</li><li>B</li></ul><h2>More</h2><p>Prose</p>", {"funder": ["A", "B"]}),
        ("<p>Lead organisation and partners</p><p>A</p><p>B</p>", {"lead": "A\nB"}),
        ("<p>Homepage</p><p>See <a href='../c?d=1'>our site</a></p>", {"site": "https://site.example/c?d=1"}),
        ("<p>Keywords</p><p>a; b;;c</p>", {"words": ["a", "b", "c"]}),
        ("<p>Name of the practice: In: two: parts</p>", {"name": "In: two: parts"}),
        ("<p>The funder</p><p>STM</p>", {}),
        ("<h4>Funder</h4><h4>Theme</h4><p>Youth</p>", {}),
        ("<p>Funder of it all</p><p>STM</p>", {}),
        ("<p><a href='/x'>Funder</a> of the year</p><p>STM</p>", {}),
        ("<table><tr><th>Funder</th><th>Created</th></tr><tr><td>A</td><td>B</td></tr></table>", {}),
        ("<h3>Funder</h3><p>A</p><h3>Related</h3><h3>Funder</h3><p>B</p>", {"funder": ["A"]}),
        ("<p>Author</p><p>Somebody</p><p>Else</p>", {}),
        ("<p>Funder</p><p>A</p><p>Internet and social media</p><p>Somebody</p>", {"funder": ["A"]}),
        (f"<p>Lead organisation {'of much prose ' * 9}</p><p>A</p>", {}),
        ("<p>Homepage</p><p><a href='http://[x'>Broken</a></p>", {}),
        ("<p>Funder</p><p><a href='mailto:a@b.example'>Somebody</a></p><p>x@y.example</p>", {}),
        ("<p>Funder</p><select><option>A</option></select><template><p>B</p></template><p>C</p>", {"funder": ["C"]}),
    ],
)
def test_a_field_has_what_stands_after_its_label_and_nothing_else(
    site: Any, body: str, expected: dict[str, Any]
) -> None:
    assert values(site, body)[0] == expected


@pytest.mark.parametrize(
    "body",
    [
        "<dl><dt>Funder</dt><dd>STM</dd><dt>Theme</dt><dd>Youth</dd><dt>Created</dt><dd>1.2.2020</dd></dl>",
        "<table><tr><td>Funder</td><td>STM</td></tr><tr><td>Theme</td><td>Youth</td></tr></table>",
        "<table><tr><th>Funder</th><td>STM</td></tr><tr><th>Theme</th><td>Youth</td></tr></table>",
        "<div class=f><div class=l>Funder</div><div class=v><div class=i>STM</div></div></div>"
        "<div class=f><div class=l>Theme</div><div class=v><div class=i>Youth</div></div></div>",
        "<div class=f><div>Funder</div><div>STM</div></div><div class=f><div>Theme</div><div>Youth</div></div>",
        "<h4>Created</h4><h4>Funder</h4><p>STM</p><h4>Theme</h4><p>Youth</p>",
    ],
)
def test_a_label_that_nobody_knows_ends_the_field_before_it_and_is_told(site: Any, body: str) -> None:
    read, unknown = values(site, body)
    assert read["funder"] == ["STM"]
    assert unknown == ["Theme"]


def test_what_follows_a_dropped_label_is_told_nowhere(site: Any) -> None:
    field = "<div class=f><div class=l>{}</div><div class=v><b>{}</b></div></div>"
    persons = "<div class=f><div class=l>Author</div></div><div class=f><div class=l>Somebody</div></div>" * 2
    body = field.format("Funder", "STM") + persons + field.format("Lead organisation", "A") + field.format("Theme", "B")
    assert values(site, body) == ({"funder": ["STM"], "lead": "A"}, ["Theme"])


def test_what_nests_deeply_is_read_in_good_time(site: Any) -> None:
    body = "<div>" * 20_000 + "<p>Funder</p><p>STM</p>" + "</div>" * 20_000
    assert values(site, body)[0] == {"funder": ["STM"]}


WORDS = st.text("abcäöŁ –-.,()/&<>'\"12", min_size=1, max_size=12).map(clean)
VALUE = WORDS.filter(lambda word: any(map(str.isalnum, word)))
NAMES = ("Name of the practice", "Funder", "Lead organisation", "Keywords", "Author", "Theme of the year")
FIELD = st.tuples(st.sampled_from(NAMES), st.lists(VALUE, max_size=3, unique=True))
SPACE = st.sampled_from(["", " ", "\n  ", "&nbsp;"])
DRESS = {
    "div": ("<div class='a'>{}</div>", "<div class='b'>{}</div>", "<div>{}{}</div>", "<main>{}</main>"),
    "row": ("<div>{}</div>", "<div>{}</div>", "<section>{}<div>{}</div></section>", "<div>{}</div>"),
    "flat": ("<p>{}</p>", "<p>{}</p>", "{}{}", "<div>{}</div>"),
    "dl": ("<dt>{}</dt>", "<dd>{}</dd>", "{}{}", "<dl>{}</dl>"),
    "th": ("<th>{}</th>", "<p>{}</p>", "<tr>{}<td>{}</td></tr>", "<table>{}</table>"),
    "td": ("<td>{}</td>", "<div>{}</div>", "<tr>{}<td>{}</td></tr>", "<table>{}</table>"),
    "heading": ("<h3>{}</h3>", "<p>{}</p>", "{}{}", "<article>{}</article>"),
    "inline": ("<b>{}</b>: ", "{}<br>", "<p>{}{}</p>", "<div>{}</div>"),
    "list": ("<strong>{}</strong>", "<li>{}</li>", "{}<ul>{}</ul>", "<div>{}</div>"),
}


@given(
    st.lists(FIELD, min_size=1, max_size=6, unique_by=lambda field: field[0]), st.sampled_from(sorted(DRESS)), st.data()
)
@example([("Funder", ["a", "b"]), ("Author", ["a"]), ("Keywords", [])], "flat", None)
def test_no_markup_makes_it_lose_or_invent_a_value(site: Any, fields: Any, dress: str, data: Any) -> None:
    label_tag, value_tag, field_tag, all_tag = DRESS[dress]
    # A label that nobody knows cannot be told from a value where both look alike, or from that of an empty label.
    told_apart = (
        [True, *(bool(listed) for _, listed in fields)] if dress not in ("flat", "list", "inline") else [False] * 7
    )
    fields = [field for field, apart in zip(fields, told_apart, strict=False) if field[0] != NAMES[-1] or apart]
    drawn = data.draw if data else lambda strategy: ""
    body = all_tag.format(
        "".join(
            field_tag.format(
                label_tag.format(drawn(SPACE) + name + drawn(st.sampled_from(["", " ", " **", ":"]))) + drawn(SPACE),
                "".join(value_tag.format(drawn(SPACE) + escape(value)) for value in listed),
            )
            for name, listed in fields
        )
    )
    # No value is a label, or the page would say something else.
    read, _ = values(site, f"<h1>Title</h1>{body}<h2>Prose</h2><p>Prose</p>")
    told = {name: [clean(value) for value in listed] for name, listed in fields}
    one = {"name": told.get(NAMES[0]), "lead": told.get(NAMES[2])}
    several = {"funder": told.get(NAMES[1]), "words": told.get(NAMES[3])}
    expected: dict[str, Any] = {name: "\n".join(listed) for name, listed in one.items() if listed}
    assert read == expected | {name: listed for name, listed in several.items() if listed}


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_without_a_fault(site: Any, body: bytes) -> None:
    text, _ = decode(body, "text/html; charset=x-unknown")
    values(site, text)


@pytest.mark.parametrize(
    ("body", "header", "text", "fault"),
    [
        ("ä".encode(), "text/html", "ä", ""),
        ("ä".encode(), "text/html; charset=utf-8", "ä", ""),
        ("ä".encode(), "text/html; charset=UTF8", "ä", ""),
        (b"\xef\xbb\xbf\xc3\xa4", "text/html", "ä", ""),
        (b"\xe4\x93", "text/html; charset=ISO-8859-1", "ä“", ""),
        (b"\xe4\x93", "text/html; charset=windows-1252", "ä“", ""),
        (b"\xb3", "text/html; charset=iso-8859-2", "ł", ""),
        (b"<meta charset=utf-8>\xc3\xa4", "text/html; charset=iso-8859-1", "<meta charset=utf-8>ä", "the header says"),
        (b"<meta charset=utf-8>\xe4", "text/html; charset=iso-8859-1", "<meta charset=utf-8>ä", "the header says"),
        (b"\xe4", "text/html; charset=utf-8", "\ufffd", "1 characters are damaged"),
        (b"\xe4", "text/html", "\ufffd", "1 characters are damaged"),
        (b"\xe4\xe4", "text/html; charset=x-none", "\ufffd\ufffd", "2 characters are damaged"),
        (b"ab", "text/html; charset=hex", "ab", "0 characters are damaged"),
        (b"ab\xe4", "text/html; charset=punycode", "ab\ufffd", "1 characters are damaged"),
    ],
)
def test_a_page_is_decoded_as_it_says_and_every_doubt_is_told(body: bytes, header: str, text: str, fault: str) -> None:
    found, doubt = decode(body, header)
    assert found == text
    assert doubt.startswith(fault)
    assert bool(doubt) is bool(fault)


PAGE = """<!-- made up --><html lang="fi-FI"><head><title>A &amp; B | Site</title><link rel="canonical" href="/node/7">
</head><body><header><h1>The site</h1></header><nav><a href="/part/n">N</a></nav><main><h1>A &amp; B</h1>
<p><a href="/part/1">One</a> <a href="/part/1">One</a> <a href="/other">Other</a></p></main></body></html>"""


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        ("@title", "text", "A & B | Site"),
        ("@h1", "text", "A & B"),
        ("@lang", "language", "fi"),
        ("@address", "iri", "https://site.example/fi/a"),
        ("@address:/([a-z]+)$", "text", "a"),
        ("@address:/([0-9]+)$", "text", None),
        ("@canonical", "iri", "https://site.example/node/7"),
        ("@link:/part/", "text", "One"),
        ("@link:/part/", "iri", "https://site.example/part/1"),
        ("@link:/none/", "iri", None),
    ],
)
def test_what_stands_outside_the_fields_has_names_of_its_own(
    tmp_path: Path, source: str, kind: str, expected: str | None
) -> None:
    site = labels_of(tmp_path, f"keys = ['x']\n[fields]\nx = {{ type = '{kind}', from = '{source}' }}")
    page = WebPage(PAGE, "https://site.example/fi/a")
    assert shaped(site.fields["x"], page.pseudo(source)) == expected

"""The comparison that judges the W3C's tests tells what differs from what does not."""

import pytest

from tests.w3c.comparing import Table, literal, read, same

CSV, JSON, XML = "text/csv", "application/sparql-results+json", "application/sparql-results+xml"
TSV, TURTLE = "text/tab-separated-values", "text/turtle"


def table(*rows: dict[str, str]) -> Table:
    """Rows whose cells are blank nodes where they start with _:, and texts elsewhere."""
    terms = [{name: ("blank" if cell.startswith("_:") else "iri", cell) for name, cell in row.items()} for row in rows]
    return Table(frozenset({"x", "y"}), terms)


def test_rows_are_a_bag_unless_they_are_sorted():
    one, other = {"x": "a"}, {"y": "b"}
    assert same(table(one, other), table(other, one))
    assert not same(table(one, other), table(other, one), ordered=True)
    assert same(table(one, other), table(one, other), ordered=True)
    assert not same(table(one, one), table(one))
    assert not same(table(one, one, other), table(one, other, other))
    assert not same(table(one), table({"x": "a", "y": "b"}))
    assert not same(table(one), Table(frozenset({"x"}), [{"x": ("iri", "a")}]))


def test_blank_nodes_are_the_same_up_to_their_names():
    assert same(table({"x": "_:a"}, {"x": "_:b", "y": "_:a"}), table({"x": "_:1", "y": "_:2"}, {"x": "_:2"}))
    assert not same(table({"x": "_:a", "y": "_:a"}), table({"x": "_:1", "y": "_:2"}))
    assert not same(table({"x": "_:a", "y": "_:b"}), table({"x": "_:1", "y": "_:1"}))
    assert not same(table({"x": "_:a"}, {"y": "_:a"}), table({"x": "_:1"}, {"y": "_:2"}))
    assert not same(table({"x": "_:a"}), table({"x": "a"}))
    cycle = [{"x": f"_:{left}", "y": f"_:{right}"} for left, right in ("ab", "bc", "ca")]
    assert same(table(*cycle), table(*reversed(cycle)))
    assert not same(table(*cycle), table(*cycle[:2], {"x": "_:c", "y": "_:b"}))


@pytest.mark.parametrize(
    ("left", "right", "kind", "equal"),
    [("1", "01", "integer", True), ("1.0", "1.00", "decimal", True), ("1e0", "1.0E0", "double", True),
     ("NaN", "NaN", "double", True), ("1", "true", "boolean", True), ("1", "2", "integer", False),
     ("0.1", "0.10000000000000001", "decimal", False), ("a", "b", "integer", False), ("1", "01", "string", False)],
)  # fmt: skip
def test_values_are_compared_within_their_type(left: str, right: str, kind: str, equal: bool):
    datatype = f"http://www.w3.org/2001/XMLSchema#{kind}"
    assert (literal(left, datatype, None) == literal(right, datatype, None)) is equal


def test_literals_of_different_types_or_languages_differ():
    xsd = "http://www.w3.org/2001/XMLSchema#"
    terms = [literal("1", f"{xsd}integer", None), literal("1", f"{xsd}decimal", None), literal("1", None, None),
             literal("1", None, "en"), literal("1", None, "fi")]  # fmt: skip
    assert len(set(terms)) == len(terms)
    assert literal("1", None, "EN") == literal("1", None, "en")
    assert literal("1", None, None) == literal("1", f"{xsd}string", None)


def test_the_same_rows_are_read_from_every_format():
    as_json = b"""{"head": {"vars": ["x", "y"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "http://a"},
        "y": {"type": "literal", "value": "b", "xml:lang": "en"}}]}}"""
    as_xml = b"""<sparql xmlns="http://www.w3.org/2005/sparql-results#">
        <head><variable name="x"/><variable name="y"/></head><results><result><binding name="x"><uri>http://a</uri></binding>
        <binding name="y"><literal xml:lang="en">b</literal></binding></result></results></sparql>"""
    as_tsv = b'?x\t?y\n<http://a>\t"b"@en\n'
    as_turtle = b"""PREFIX rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> [] a rs:ResultSet ;
        rs:resultVariable "x", "y" ; rs:solution [ rs:binding [ rs:variable "x" ; rs:value <http://a> ],
        [ rs:variable "y" ; rs:value "b"@en ] ] ."""
    first = read(as_json, JSON)
    assert all(same(first, read(body, media)) for body, media in [(as_xml, XML), (as_tsv, TSV), (as_turtle, TURTLE)])
    assert same(read(b"x,y\r\nhttp://a,1.0E0\r\n", CSV), read(b"y,x\r\n1,http://a\r\n", CSV))
    assert not same(first, read(b'{"boolean": true}', JSON))
    assert same(read(b'{"boolean": true}', JSON), True)
    assert not same(read(b'{"boolean": true}', JSON), False)

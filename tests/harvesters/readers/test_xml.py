"""XML documents: every element of the name is a record; XML 1.1 and control characters pass, broken XML does not."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.harvesters.readers import READERS, Reading, Row
from talkoot.harvesters.readers.documents import Clean
from tests.replicas.desk import Desk
from tests.replicas.tables import register, zipped

TEXT = """
keys = ["id"]
[reading]
record = "interestRepresentative"
drop = ["headOffice"]
[fields]
id = { type = "text", from = "identificationCode", required = true }
name = { type = "text", from = "name.originalName" }
site = { type = "iri", from = "webSiteURL" }
country = { type = "text", from = "headOffice.country" }
interests = { type = "list", of = "text", from = "interests.interest.name" }
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_the_transparency_register_is_read_as_it_is(desk: Desk) -> None:
    definition = desk.define("xml", desk.serve("/odp.xml", register(3), "text/xml"), TEXT)
    records = desk.read(definition)
    assert not desk.issues
    assert records[1] == {
        "id": "000000000001-42", "name": "Made-up Network 1 & Friends", "site": "https://www.network1.example",
        "country": "FINLAND", "interests": ["Employment and Social Affairs", "Youth"],
    }  # fmt: skip
    assert len(records) == 3
    sent = desk.server.sent
    assert desk.read(definition) == records
    assert desk.server.sent == sent


def test_a_document_may_lie_in_a_zip(desk: Desk) -> None:
    body = zipped(ODP_xml=register(2))
    assert len(desk.read(desk.define("xml", desk.serve("/odp.zip", body, "application/zip"), TEXT))) == 2


def test_attributes_and_text_beside_them_are_read(desk: Desk) -> None:
    body = '<all><r id="7"><t lang="fi">a</t><t lang="sv">b</t></r><r>words</r></all>'
    text = (
        'keys = ["id"]\n[reading]\nrecord = "r"\n[fields]\nid = { type = "text", from = ["@id", "text()"] }\n'
        'fi = { type = "text", from = "t[@lang=fi].text()" }\n'
    )
    records = desk.read(desk.define("xml", desk.serve("/a.xml", body, "text/xml"), text))
    assert records == [{"id": "7", "fi": "a"}, {"id": "words"}]


@pytest.mark.parametrize(
    ("body", "line", "count"),
    [
        (register(2)[:-40], 3, 1),
        (register(2).replace("</name>", "</nome>", 1), 3, 0),
        ("<a>\n<interestRepresentative>&nbsp;</interestRepresentative></a>", 2, 0),
        ("words", 1, 0),
        ("<a/><b/>", 1, 0),
    ],
)
def test_broken_xml_is_an_issue_with_its_line(desk: Desk, body: str, line: int, count: int) -> None:
    records = desk.read(desk.define("xml", desk.serve("/a.xml", body, "text/xml"), TEXT))
    assert len(records) == count
    assert [(issue.code, issue.line, issue.sets_aside) for issue in desk.issues] == [("not-xml", line, True)]


def grows() -> str:
    inner = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return f'<!DOCTYPE a [<!ENTITY a "{"x" * 100}">{inner}]><a><interestRepresentative>&j;</interestRepresentative></a>'


NAMES_A_FILE = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    "<a><interestRepresentative>&x;</interestRepresentative></a>"
)


@pytest.mark.parametrize("body", [grows(), NAMES_A_FILE])
def test_an_entity_that_grows_or_names_a_file_is_not_followed(desk: Desk, body: str) -> None:
    assert desk.read(desk.define("xml", desk.serve("/a.xml", body, "text/xml"), TEXT)) == []
    assert desk.codes == ["not-xml"]


class Piecemeal(io.BytesIO):
    """Gives its bytes in pieces of a size of its own."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._size)


@given(
    st.lists(st.sampled_from([b"a", b"&", b"&#x1F;", b"&#31;", b"&amp;", b"&#10;", b"\x0b", b"&#x1", b"F;"])),
    st.integers(1, 9),
)
@settings(max_examples=200, deadline=None)
def test_only_control_characters_go_however_the_bytes_come(parts: list[bytes], size: int) -> None:
    def cleaned(size: int) -> bytes:
        clean, found = Clean(Piecemeal(b"".join(parts), size)), b""
        while piece := clean.read(16):
            found += piece
        return found

    assert cleaned(size) == cleaned(10_000)
    if b"&#x1" not in parts:
        plain = b"".join(part for part in parts if part not in (b"&#x1F;", b"&#31;", b"\x0b"))
        assert cleaned(size) == plain


def test_memory_does_not_grow_with_the_document(desk: Desk) -> None:
    path = desk.home / "sources" / "big.xml"

    def peak(count: int) -> int:
        definition = desk.define("xml", "big.xml", TEXT)
        path.write_text(register(count), encoding="utf-8")
        tracemalloc.start()
        assert sum(isinstance(item, Row) for item in READERS["xml"](definition, Reading(1000))) == count
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1000)  # what is made once
    assert peak(4000) < 1.5 * peak(1000)

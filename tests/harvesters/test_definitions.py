"""Definitions: a short TOML file, read strictly, that lies over the bundled one of the same id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from talkoot.harvesters.definition import DefinitionError, load_definitions, read_definition

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home


FAULTS = {
    "not TOML": ("title = ", "title =\n#", "not TOML"),
    "a key is missing": ("licence = ", "# licence = ", "licence is missing"),
    "a key too many": ("title = ", 'colour = "red"\ntitle = ', "colour is not a key of a definition"),
    "a reserved id": ("title = ", 'id = "prov"\ntitle = ', "id is 'prov', which is not free"),
    "an id with capitals": ("title = ", 'id = "Sim"\ntitle = ', "expected small letters, digits and hyphens"),
    "a key field that is none": ('keys = ["url"]', 'keys = ["uri"]', "keys names uri, which is not among the fields"),
    "a page field that is none": ('pages = ["url"]', 'pages = ["uri"]', "pages names uri, which is not among"),
    "an unknown type": ('type = "boolean"', 'type = "truth"', "fields.open: type 'truth'"),
    "a list of nothing": ('type = "list", of = "text"', 'type = "list"', "fields.countries: type 'list' of ''"),
    "an unknown reader": ('reader = "json-lines"', 'reader = "xls"', "reader is 'xls'"),
    "an unknown mapping": ('mapping = "things"', 'mapping = "magic"', "mapping is 'magic'"),
    "a day that is none": ('as_of = "2026-01"', 'as_of = "spring"', "as_of is 'spring': expected a year"),
    "a licence in words": (
        'licence = "https',
        'licence = "CC BY 4.0 https',
        "expected the licence's address, or unknown",
    ),
    "a page field that is text": (
        'pages = ["url"]',
        'pages = ["note"]',
        "pages names note: expected a field of type iri",
    ),
    "no page at all": ('pages = ["url"]', "pages = []", "publisher_page is needed where a record has no page"),
    "a page of the publisher that is no address": (
        '"https://example.org/"\ncountry',
        '"example.org"\ncountry',
        "publisher_page",
    ),
    "bounds in words": ("[fields]", '[bounds]\nrecords = "many"\n\n[fields]', "bounds.records is 'many'"),
    "a number known to exist in words": (
        "[fields]",
        '[bounds]\nknown_to_exist = "many"\n\n[fields]',
        "bounds.known_to_exist is 'many': expected a whole number above 0",
    ),
    "no key field": ('keys = ["url"]', "keys = []", "keys is empty"),
    "an unknown frequency": (
        'frequency = "once"',
        'frequency = "often"',
        "frequency is 'often': expected one of daily",
    ),
    "an address without evidence": (
        'entry = "../facts/small.json-lines"',
        'entry = "https://example.org/"',
        "evidence is missing: expected one of seen",
    ),
    "an unknown evidence": (
        "[fields]",
        'evidence = "hearsay"\n\n[fields]',
        "evidence is 'hearsay': expected one of seen",
    ),
    "a truth in words": (
        "personal_data = false",
        'personal_data = "no"',
        "personal_data is 'no': expected true or false",
    ),
    "a share of a field that is none": (
        "[fields]",
        "[bounds]\nfill = { colour = 0.5 }\n\n[fields]",
        "bounds.fill.colour is 0.5: expected a field and its least share",
    ),
    "a share above one": ("[fields]", "[bounds]\nfill = { url = 95 }\n\n[fields]", "bounds.fill.url is 95: expected"),
    "a field that is no table": (
        'note = { type = "text" }',
        'note = "text"',
        "fields.note is 'text': expected a table of",
    ),
    "an option that no reader has": (
        "[fields]",
        "[reading]\ncolour = 1\n\n[fields]",
        "reading.colour is not known: expected one of",
    ),
    "an option of another reader": (
        "[fields]",
        '[reading]\nsheet = "A"\n\n[fields]',
        "reading.sheet is not known: expected one of",
    ),
    "an option of another type": (
        "[fields]",
        '[reading]\ndrop = "Contact"\n\n[fields]',
        "reading.drop is 'Contact': expected a list of texts",
    ),
    "a thing of no kind": (
        "[fields]",
        '[defaults]\nthing = "person"\n\n[fields]',
        "defaults.thing is 'person': expected",
    ),
    "no name": ('means = "name"', 'means = "note"', 'fields: expected a required field with means = "name"'),
    "an unknown meaning": (
        'means = "country"',
        'means = "planet"',
        "fields.countries.means is 'planet': expected one of",
    ),
    "an unknown role": ('means = "role:lead"', 'means = "role:jester"', "fields.organisation.means is 'role:jester'"),
}
_NO_LINE = ("not TOML", "a key is missing", "no page at all", "an address without evidence")


@pytest.mark.parametrize("case", FAULTS)
def test_a_definition_that_cannot_be_used_is_refused_with_file_line_key_and_expectation(home: Home, case: str) -> None:
    old, new, sentence = FAULTS[case]
    home.small_source("json-lines", b"")
    path = home.path / "sources" / "small.toml"
    text = path.read_text(encoding="utf-8")
    if case == "no page at all":
        text = text.replace("publisher_page", "# publisher_page")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"small\.toml:(\d+:)? ") as caught:
        load_definitions(home.path)
    place, _, message = str(caught.value).partition(": ")
    assert sentence in message
    if case in _NO_LINE:
        assert place == "small.toml"
    else:
        line = path.read_text(encoding="utf-8").splitlines()[int(place.partition(":")[2]) - 1]
        assert re.split(r"[ :]", message)[0].removesuffix(".means").rsplit(".", 1)[-1] in line


def test_a_command_that_meets_a_definition_that_cannot_be_used_says_so_in_one_line(home: Home) -> None:
    home.small_source("json-lines", b"")
    path = home.path / "sources" / "small.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"once"', '"often"'), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_definitions(home.path)
    for words in (("harvest", "--bundled"), ("sources",)):
        assert home.talkoot(*words, exit_code=1).stderr == f"{caught.value}\n"
    assert str(caught.value) in home.talkoot("check", exit_code=1).stdout


def test_a_definition_in_the_home_folder_lies_over_the_bundled_one(copied: Home) -> None:
    definition = load_definitions(copied.path)["sim"]
    assert definition.entry == copied.facts("sim_entries.jsonl")
    assert load_definitions()["sim"].entry != definition.entry


def test_a_new_source_needs_no_change_to_any_other_file(home: Home) -> None:
    home.small_source("json-lines", b'{"url": "https://example.org/a", "title": "A"}')
    assert {*load_definitions(home.path)} == {*load_definitions(), "small"}
    home.talkoot("harvest", "small")
    assert home.keys("small") == {"a"}


def test_bundled_definitions_name_what_the_design_asks_for() -> None:
    for definition in load_definitions().values():
        assert definition.publisher_page.startswith("https://")
        assert definition.terms
        assert definition.least > 0


def test_the_id_is_the_name_of_the_file_unless_it_says_otherwise(home: Home) -> None:
    home.small_source("json-lines", b"")
    assert read_definition(home.path / "sources" / "small.toml").id == "small"


def test_two_definitions_of_one_id_in_one_folder_are_refused(home: Home) -> None:
    home.small_source("json-lines", b"")
    text = (home.path / "sources" / "small.toml").read_text(encoding="utf-8")
    (home.path / "sources" / "tiny.toml").write_text('id = "small"\n' + text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"tiny\.toml: the id 'small' is that of small\.toml too"):
        load_definitions(home.path)

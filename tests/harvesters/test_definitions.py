"""Definitions: a short TOML file, read strictly, that lies over the bundled one of the same id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from talkoot.harvesters.definition import DefinitionError, load_definitions, read_definition

if TYPE_CHECKING:
    from tests.harvesters.conftest import Home


FAULTS = {
    "not TOML": ("title = ", "title =\n#", "not TOML"),
    "a key is missing": ("licence = ", "# licence = ", "licence is missing"),
    "a key too many": ("title = ", 'colour = "red"\ntitle = ', "colour is not a key of a definition"),
    "a reserved id": ("title = ", 'id = "prov"\ntitle = ', "the id 'prov' is not free"),
    "an id with capitals": ("title = ", 'id = "Sim"\ntitle = ', "expected small letters, digits and hyphens"),
    "a key field that is none": ('keys = ["url"]', 'keys = ["uri"]', "keys names uri, which is not among the fields"),
    "a page field that is none": ('pages = ["url"]', 'pages = ["uri"]', "pages names uri, which is not among"),
    "an unknown type": ('type = "boolean"', 'type = "truth"', "fields.open: type 'truth'"),
    "a list of nothing": ('type = "list", of = "text"', 'type = "list"', "fields.countries: type 'list' of ''"),
    "an unknown reader": ('reader = "json-lines"', 'reader = "xls"', "reader is 'xls'"),
    "an unknown mapping": ('mapping = "solutions"', 'mapping = "magic"', "mapping is 'magic'"),
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
    "no key field": ('keys = ["url"]', "keys = []", "keys is empty"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_definition_that_cannot_be_used_is_refused_with_file_and_key(home: Home, case: str) -> None:
    old, new, sentence = FAULTS[case]
    home.small_source("json-lines", b"")
    path = home.path / "sources" / "small.toml"
    text = path.read_text(encoding="utf-8")
    if case == "no page at all":
        text = text.replace("publisher_page", "# publisher_page")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"small\.toml: ") as caught:
        load_definitions(home.path)
    assert sentence in str(caught.value)
    for words in (("harvest", "--all"), ("sources",)):
        assert home.talkoot(*words, exit_code=1).stderr == f"{caught.value}\n"
    assert str(caught.value) in home.talkoot("check", exit_code=1).stdout


def test_a_definition_in_the_home_folder_lies_over_the_bundled_one(copied: Home) -> None:
    definition = load_definitions(copied.path)["sim"]
    assert definition.entry == copied.facts("sim_entries.jsonl")
    assert load_definitions()["sim"].entry != definition.entry


def test_a_new_source_needs_no_change_to_any_other_file(home: Home) -> None:
    home.small_source("json-lines", b'{"url": "https://example.org/a", "title": "A"}')
    assert list(load_definitions(home.path)) == [*load_definitions(), "small"]
    home.talkoot("harvest", "small")
    assert home.keys("small") == {"a"}


def test_bundled_definitions_name_what_the_design_asks_for() -> None:
    for definition in load_definitions().values():
        assert definition.publisher_page.startswith("https://")
        assert definition.terms
        assert definition.least > 0
        assert definition.entry.is_file()


def test_the_id_is_the_name_of_the_file_unless_it_says_otherwise(home: Home) -> None:
    home.small_source("json-lines", b"")
    assert read_definition(home.path / "sources" / "small.toml").id == "small"


def test_two_definitions_of_one_id_in_one_folder_are_refused(home: Home) -> None:
    home.small_source("json-lines", b"")
    text = (home.path / "sources" / "small.toml").read_text(encoding="utf-8")
    (home.path / "sources" / "tiny.toml").write_text('id = "small"\n' + text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"tiny\.toml: the id 'small' is that of small\.toml too"):
        load_definitions(home.path)

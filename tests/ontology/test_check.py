"""The check of the vocabulary: clean as it stands, and it finds what is missing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from talkoot.ontology import FOLDER, check, files
from talkoot.ontology.check import check_ontology


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the ontology folder that the check reads in place of the real one."""
    folder = tmp_path / "ontology"
    shutil.copytree(FOLDER, folder)
    monkeypatch.setattr(files, "FOLDER", folder)
    monkeypatch.setattr(check, "FOLDER", folder)
    return folder


def change(path: Path, pattern: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, new, text, count=1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def test_the_vocabulary_and_its_lists_are_in_order() -> None:
    assert list(check_ontology()) == []


def test_a_copy_of_it_is_in_order_too(copied: Path) -> None:
    assert list(check_ontology()) == []


@pytest.mark.parametrize("text", ["prefLabel", "definition"])
def test_a_term_without_a_text_in_one_language_is_found(copied: Path, text: str) -> None:
    path = copied / "vocabulary.ttl"
    change(path, rf"(\ntk:Solution a owl:Class(?:.|\n)*?skos:{text} [^;]*?)@sv", r"\1@da")
    assert list(check_ontology()) == [
        f"vocabulary.ttl: https://w3id.org/talkoot/ns#Solution has no skos:{text} in sv: add one"
    ]


def test_a_concept_without_a_label_in_one_language_is_found(copied: Path) -> None:
    path = copied / "codelists" / "role.ttl"
    head, _, rest = path.read_text(encoding="utf-8").partition("skos:prefLabel")
    path.write_text(head + "skos:prefLabel" + rest.replace("@fi", "@et", 1), encoding="utf-8")
    (fault,) = check_ontology()
    assert re.match(r"role\.ttl: https://w3id\.org/talkoot/voc/role/\S+ has no skos:prefLabel in fi: add one", fault)


def test_a_place_of_finland_needs_no_english_name_but_a_swedish_one(copied: Path) -> None:
    path = copied / "codelists" / "municipality-fi.ttl"
    change(path, '"Alavus"@en , ', "")
    assert list(check_ontology()) == []
    change(path, ' , "Alavo"@sv', "")
    assert list(check_ontology()) == [
        "municipality-fi.ttl: https://w3id.org/talkoot/voc/municipality-fi/010 has no skos:prefLabel in sv: add one"
    ]


@pytest.mark.parametrize("name", ["vocabulary.ttl", "codelists/role.ttl", "shapes/publish.ttl"])
def test_a_file_that_is_not_turtle_is_found_by_name_and_line(copied: Path, name: str) -> None:
    path = copied / name
    path.write_text(path.read_text(encoding="utf-8") + "\n<a> <b> .\n", encoding="utf-8")
    faults = list(check_ontology())
    assert len(faults) == 1
    assert path.name in faults[0]
    assert re.search(r"line \d+", faults[0])


def test_a_prefix_that_the_program_has_otherwise_is_found(copied: Path) -> None:
    change(copied / "prefixes.ttl", r"<http://www\.w3\.org/ns/org#>", "<http://www.w3.org/ns/organisation#>")
    (fault,) = check_ontology()
    assert fault.startswith("prefixes.ttl: org: is not <http://www.w3.org/ns/org#>")

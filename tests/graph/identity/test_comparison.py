"""Comparison: what is looked at of one actor, whatever the language and the spelling."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.graph.identity.comparison import Comparer, Comparison, name_keys, numbers
from talkoot.graph.identity.features import Entity
from talkoot.graph.identity.lexicon import key_word
from talkoot.graph.identity.names import NameTable
from talkoot.graph.identity.registers import equal_numbers, normal_number
from talkoot.ontology import load_code_lists
from talkoot.ontology.folding import fold


def compared(*names: str, country: str = "") -> Comparison:
    entity = Entity("https://example.org/id/src/x/actor/a", "x", "organisation", "actor", list(names))
    entity.countries = {country} if country else set()
    return Comparer(NameTable(), load_code_lists()["country"]).compare("a", entity)


def names_of(actor: Comparison) -> set[tuple[str, str]]:
    return {(rule, key) for rule, key, _ in actor.keys if rule in ("name", "words")}


@given(st.lists(st.sampled_from("suomen sosiaali terveys soste laitos".split()), min_size=1, max_size=5), st.randoms())
def test_the_order_of_words_does_not_matter_to_the_keys_of_a_name(words: list[str], chance: random.Random) -> None:
    other = list(words)
    chance.shuffle(other)
    assert set(name_keys(" ".join(words))) & set(name_keys(" ".join(other)))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("The Red Cross Society", "Red Cross Society", True),
        ("Institute for Social Economy", "Institute of Social Economy", True),
        ("University of Washington", "Washington University", False),
        ("Κέντρο Κοινωνικής Καινοτομίας", "Kentro Koinonikis Kainotomias", True),
        ("Фондация Работилница", "Fondatsiya Rabotilnitsa", True),
        ("Fundacja „Ognisko”", "FUNDACJA OGNISKO", True),
    ],
)
def test_names_are_equal_but_for_small_words_alphabet_and_signs(one: str, other: str, equal: bool) -> None:
    assert bool(names_of(compared(one)) & names_of(compared(other))) is equal


def test_a_country_in_brackets_is_the_country_and_no_part_of_the_name() -> None:
    actor = compared("Hashnet Group (Slovenia)")
    assert actor.record[3] == "SVN"
    assert ("name", "hashnet group") in names_of(actor)
    assert ("name", "hashnet group slovenia") in names_of(compared("Hashnet Group (Slovenia)", country="HRV"))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("District 1", {"1"}),
        ("Liceum IV", {"4"}),
        ("Gymnasium VI und 12", {"6", "12"}),
        ("Université Paris I (Panthéon)", set()),
        ("Kohti työtä I", {"1"}),
        ("Ministarstvo rada i socijalne politike", set()),
        ("Civic Institute", set()),
        ("EU-28", {"28"}),
        ("Talo 007", {"7"}),
    ],
)
def test_numbers_and_roman_numerals_are_seen(name: str, found: set[str]) -> None:
    assert numbers(name) == found


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("yliopiston University Université Uniwersytetu Πανεπιστήμιο университет ülikooli egyetem", "university"),
        ("säätiön Fondazione fundacji Stiftung nadácia", "foundation"),
        ("osasto tiedekunta", None),
    ],
)
def test_key_words_are_known_in_their_forms(words: str, code: str | None) -> None:
    codes = {known.code if (known := key_word(fold(word))) else None for word in words.split()}
    assert codes == {code} if code else len(codes) == 2


@pytest.mark.parametrize(
    ("register", "number", "normal"),
    [
        ("YTJ", "2229500-6", "22295006"),
        ("YTJ", "2229500-7", None),
        ("VIES", "FI 22295006", "FI22295006"),
        ("VIES", "DE136695976", "DE136695976"),
        ("VIES", "DE136695977", None),
        ("LEI", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
        ("LEI", "213800KUD8LAJWSQ9D16", None),
        ("ROR", "03tf0c761", "03tf0c761"),
        ("ROR", "03tf0c762", None),
        ("ROR", "03tf0u761", None),
        ("PIC", "999990655", "999990655"),
        ("PIC", "99999065", None),
        ("Wikidata", "Q42", "Q42"),
        ("a register of another kind", "A 1", "A 1"),
    ],
)
def test_a_number_counts_only_with_its_check_digits(register: str, number: str, normal: str | None) -> None:
    assert normal_number(register, number) == normal


def test_a_finnish_business_id_and_its_vat_number_are_one() -> None:
    assert equal_numbers("YTJ", "22295006") == equal_numbers("VIES", "FI22295006")
    assert equal_numbers("VIES", "DE136695976") == {"VIES": "DE136695976"}

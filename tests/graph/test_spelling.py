"""Stems of Finnish words, and words that lie a slip apart."""

from __future__ import annotations

import pytest

from talkoot.graph.spelling import distance, slips, stem


@pytest.mark.parametrize(
    "forms",
    [
        "hyvinvointialue hyvinvointialueen hyvinvointialueella hyvinvointialueiden hyvinvointialueita",
        "kunta kunnan kuntien kunnassa",
        "kaupunki kaupungin kaupungissa kaupunkien",
        "sosiaalinen sosiaalisen sosiaalisten sosiaalisia",
        "innovaatio innovaation innovaatioiden innovaatioita",
        "osaamiskeskus osaamiskeskuksen osaamiskeskukset osaamiskeskuksessa",
        "nuori nuoren nuoret nuorten nuoria",
        "lapsi lapsen lapset lasten lapsia",
        "osallisuus osallisuuden osallisuutta",
        "terveys terveyden terveytta",
        "hoitopolku hoitopolun hoitopolulla",
        "liitto liiton liitolle liitot",
        "hanke hankkeen hankkeessa hankkeiden",
        "pitkaaikaistyoton pitkaaikaistyottomat pitkaaikaistyottomien",
    ],
)
def test_the_cases_of_a_word_have_one_stem(forms: str):
    assert len({stem(word) for word in forms.split()}) == 1


def test_a_short_word_is_its_own_stem():
    assert [stem(word) for word in ("thl", "ry", "esr", "lut")] == ["thl", "ry", "esr", "lut"]


@pytest.mark.parametrize(
    "slip", ["kuntalitto", "kuntaliitoo", "kuntaliitot", "kutnaliitto", "kubtaliitto", "untaliitto"]
)
def test_a_word_with_a_slip_shares_a_key_with_what_was_meant_and_lies_near(slip: str):
    assert slips(slip) & slips("kuntaliitto")
    assert distance(slip, "kuntaliitto") in (1, 2)


def test_words_that_differ_by_more_are_not_near():
    assert distance("seed", "seen") == 1
    assert distance("seed", "send") is not None
    assert distance("seed", "soil") is None
    assert distance("esf", "esr") is None  # an acronym is not a slip of another
    assert distance("kuntaliitto", "kuntoutussaatio") is None

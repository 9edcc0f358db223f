"""Names: folding, legal forms, brackets, acronyms, and cutting a text into the bodies that it lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.graph.identity.names import NameTable, fold_name, is_acronym, legal_forms, read_name_rows, seems_several
from talkoot.ontology.folding import fold, slug

SAME = [
    ("Kuntoutussäätiö", "Kuntoutussäätiö sr"),
    ("SOSTE Suomen sosiaali ja terveys ry", "SOSTE Suomen sosiaali ja terveys r.y."),
    ("Hub Zagreb d.o.o.", "HUB ZAGREB"),
    ("Lebenshilfe e.V.", "Lebenshilfe"),
    ("Fundacja „Ognisko”", 'Fundacja "Ognisko"'),
    ("Αθήνα", "Athina"),
    ("Łódź", "Lodz"),
    ("Oy Yritys Ab", "Yritys"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_differ_in_signs_or_legal_form_fold_alike(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize("form", ["ry", "GmbH", "SA", "s.r.o."])
def test_a_name_that_is_nothing_but_a_legal_form_keeps_it(form: str) -> None:
    assert fold_name(form)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_name(fold_name(text)) == fold_name(text)
    assert slug(slug(text)) == slug(text)


@given(st.text(), st.sampled_from([form for form, known in legal_forms().items() if not known.front]))
def test_a_legal_form_at_the_end_never_matters(text: str, form: tuple[str, ...]) -> None:
    if fold_name(text) and tuple(fold(text).split()) not in legal_forms():
        longer = f"{fold(text)} {' '.join(form)}"
        assert fold_name(longer) in (fold_name(text), fold_name(fold_name(longer)))


@pytest.mark.parametrize(
    ("short", "long", "is_one"),
    [
        ("THL", "Terveyden ja hyvinvoinnin laitos", True),
        ("EMPIS", "Estrutura de Missão Portugal Inovação Social", True),
        ("ZSI", "Zentrum für Soziale Innovation", True),
        ("Sozialforschungsstelle", "Technische Universität Dortmund", False),
        ("Czechia", "Ministry of Labour and Social Affairs", False),
        ("MISA", "Ministry of Labour and Social Affairs", False),
        ("S", "Sozialamt", False),
        ("SA", "Sozialamt", False),
        ("inferred", "Fonduri Structurale", False),
    ],
)
def test_an_acronym_is_made_of_the_initials_of_the_name(short: str, long: str, is_one: bool) -> None:
    assert is_acronym(short, long) is is_one


TABLE = NameTable(
    [
        ("THL", "Terveyden ja hyvinvoinnin laitos", "FI"),
        ("Centre for Social Innovation", "Centre for Social Innovation", "CY"),
        ("CSI", "Centre for Social Innovation", "CY"),
        ("CSI", "Centrum für Soziale Investitionen", "DE"),
        ("Druživa, o. z.", "Druživa, o. z.", "SK"),
        ("ERNACT", "European Regions Network", ""),
        ("ERNACT, European Regions Network", "European Regions Network", ""),
        ("A", "A", ""),
        ("B, C", "B, C", ""),
    ]
)


def test_a_bracket_that_is_an_acronym_becomes_another_name() -> None:
    split = TABLE.split("Zentrum für Soziale Innovation (ZSI)")
    assert (split.main, split.others, split.remark) == ("Zentrum für Soziale Innovation", ("ZSI",), "")


def test_a_bracket_that_the_table_lists_becomes_another_name() -> None:
    split = TABLE.split("European Regions Network (ERNACT)")
    assert (split.main, split.others) == ("European Regions Network", ("ERNACT",))


def test_any_other_bracket_stays_a_remark_of_the_whole_name() -> None:
    split = TABLE.split("Technische Universität Dortmund (Sozialforschungsstelle)")
    assert split.main == "Technische Universität Dortmund (Sozialforschungsstelle)"
    assert split.others == ()
    assert split.remark == "Sozialforschungsstelle"


@pytest.mark.parametrize("name", ["(THL)", "THL", "A (b) c", "((x))", "A (", "A ()"])
def test_odd_brackets_leave_a_name(name: str) -> None:
    assert TABLE.split(name).main


@given(st.text(min_size=1))
def test_splitting_never_loses_the_name(name: str) -> None:
    split = TABLE.split(name)
    if name.strip():
        assert split.main
        assert " ".join(name.split()).startswith(split.main)


def test_an_acronym_of_two_bodies_is_known_by_country_only() -> None:
    assert TABLE.main_names("CSI", "CY") == {fold_name("Centre for Social Innovation")}
    assert TABLE.main_names("CSI", "DE") == {fold_name("Centrum für Soziale Investitionen")}
    assert TABLE.main_names("CSI", "AT") == set()
    assert len(TABLE.main_names("CSI", None)) == 2


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("THL, A", ["THL", "A"]),
        ("THL; A / B, C", ["THL", "A", "B, C"]),
        ("Druživa, o. z., THL", ["Druživa, o. z.", "THL"]),
        ("ERNACT, European Regions Network, A", ["ERNACT, European Regions Network", "A"]),
        ("Terveyden ja hyvinvoinnin laitos (THL)\nA", ["Terveyden ja hyvinvoinnin laitos (THL)", "A"]),
        ("THL", None),
        ("B, C", None),
        ("THL, unheard of", None),
        ("THL,, A", None),
        ("THL and A", None),
        ("", None),
    ],
)
def test_a_text_is_cut_only_into_names_that_are_listed(text: str, pieces: list[str] | None) -> None:
    assert TABLE.cut(text) == pieces


@given(st.lists(st.sampled_from(["THL", "A", "B, C", "Druživa, o. z.", "x", "ERNACT", ""]), max_size=5),
       st.sampled_from([", ", "; ", " / ", "\n", ","]))  # fmt: skip
def test_the_pieces_of_a_cut_join_back_to_the_text(parts: list[str], separator: str) -> None:
    text = separator.join(parts)
    pieces = TABLE.cut(text)
    if pieces is not None:
        assert len(pieces) > 1
        assert fold(" ".join(pieces)) == fold(text)
        assert all(TABLE.knows_with_bracket(piece) for piece in pieces)


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("A, B", True),
        ("A / B", True),
        ("A\nB", True),
        ("A; B", True),
        ("A/B", False),
        ("A (b, c)", False),
        ("A and B", False),
    ],
)
def test_a_text_that_seems_to_hold_several_bodies_is_noticed(text: str, several: bool) -> None:
    assert seems_several(text) is several


def test_a_table_row_without_alias_or_name_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("alias,name,country,source\nTHL,Terveyden ja hyvinvoinnin laitos,FI,x\n,B,,x\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"names\.csv:3: expected alias, name"):
        read_name_rows([path])


def test_a_home_folder_without_a_table_of_its_own_is_fine(tmp_path: Path) -> None:
    assert read_name_rows([tmp_path / "names.csv"]) == []

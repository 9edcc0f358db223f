"""Publishing: the same bytes for the same workbench, guards that hold back, checks that fail, the way back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.graph.conftest import Home


def test_two_publishes_of_one_workbench_give_the_same_bytes(home: Home, complete: Any) -> None:
    first = (home.current / "graph.nq.gz").read_bytes()
    home.talkoot("publish")
    assert home.manifest["number"] == 2
    assert (home.current / "graph.nq.gz").read_bytes() == first
    assert complete(home.current)
    assert home.manifest["changes"] == {}


def test_a_harvest_without_change_changes_only_when_records_were_last_seen(home: Home) -> None:
    home.talkoot("harvest", "centres")
    home.talkoot("publish")
    before, after = (set(home.quads(number).splitlines()) for number in (1, 2))
    assert all(b"<http://purl.org/dc/terms/valid>" in line for line in before ^ after)
    assert home.manifest["changes"] == {}


def test_the_order_of_sources_and_runs_does_not_change_the_graph(home: Home, tmp_path: Any) -> None:
    other = type(home)(tmp_path / "other")
    for source in ("consortia", "seed-project", "centres"):
        other.talkoot("harvest", source)
        other.talkoot("match")
    other.talkoot("publish")
    assert said(other) == said(home)


def said(home: Home) -> set[bytes]:
    """What a release says, save when it was read and the decisions' own ids."""
    lines = home.quads().splitlines()
    return {line for line in lines if b"/graph/prov> ." not in line and b"/graph/identity#" not in line}


def test_the_manifest_says_which_record_a_changed_fact_changed(home: Home) -> None:
    home.change("seed_project.json", '"name": "Kuntoutussäätiö",', '"name": "Kuntoutussäätiö rs",')
    home.talkoot("harvest", "seed-project")
    result = home.talkoot("publish")
    assert "0 new, 1 changed, 0 gone since the last one." in result.stdout
    assert home.manifest["changes"] == {"seed-project": {"new": [], "changed": ["pilot"], "gone": []}}


def test_a_fifth_of_a_source_gone_holds_the_release_back_and_says_why(home: Home) -> None:
    home.keep_lines("consortia.jsonl", 118)
    home.talkoot("harvest", "consortia")
    result = home.talkoot("publish", exit_code=3)
    assert "30 of the 148 records of consortia are gone since the last release" in result.stderr
    assert '--accept-loss consortia --why "' in result.stderr
    assert home.manifest["number"] == 1


def test_a_loss_passes_with_a_reason_that_stands_in_the_manifest(home: Home) -> None:
    home.keep_lines("consortia.jsonl", 118)
    home.talkoot("harvest", "consortia")
    home.talkoot("publish", "--accept-loss", "centres", "--why", "another one", exit_code=3)
    home.talkoot("publish", "--accept-loss", "consortia", "--why", "the page was cut")
    assert home.manifest["accepted_losses"] == [
        {"source": "consortia", "before": 148, "gone": 30, "why": "the page was cut"}
    ]
    assert len(home.manifest["changes"]["consortia"]["gone"]) == 30
    home.talkoot("publish")  # the loss is counted from the release that took it
    assert home.manifest["accepted_losses"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("--accept-loss", "consortia"),
        ("--accept-loss", "consortia", "--why", " "),
        ("--why", "no source"),
        ("--accept-loss", "nowhere", "--why", "a typo"),
    ],
)
def test_a_loss_is_accepted_only_for_a_source_with_a_reason(home: Home, words: tuple[str, ...]) -> None:
    home.talkoot("publish", *words, exit_code=2)
    assert home.manifest["number"] == 1


def test_ten_percent_gone_are_few_enough(home: Home) -> None:
    home.keep_lines("consortia.jsonl", 134)  # 14 of 148
    home.talkoot("harvest", "consortia")
    home.talkoot("publish")
    assert len(home.manifest["changes"]["consortia"]["gone"]) == 14


@pytest.mark.parametrize(("left", "exit_code"), [(3, 0), (2, 3)])
def test_fewer_than_three_records_gone_never_hold_a_release_back(home: Home, left: int, exit_code: int) -> None:
    source = (home.path / "sources" / "seed-project.toml").read_text(encoding="utf-8")
    (home.path / "sources" / "five.toml").write_text(
        source.replace("seed_project.json", "five.json").replace("precedence = 10", "precedence = 11"), encoding="utf-8"
    )
    record = {"page": "https://example.org/", "as_of": "2024", "title": "T", "language": "fi", "country": "FI"}
    records = [record | {"key": f"five-{number}"} for number in range(5)]
    for count in (5, left):
        home.facts("five.json").write_text(json.dumps(records[:count]), encoding="utf-8")
        home.talkoot("harvest", "five")
        result = home.talkoot("publish", exit_code=0 if count == 5 else exit_code)
    assert ("3 of the 5 records of five are gone" in result.stderr) == bool(exit_code)


def test_the_bars_of_the_guard_are_settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.keep_lines("consortia.jsonl", 118)
    home.talkoot("harvest", "consortia")
    monkeypatch.setenv("TALKOOT_LOSS_SHARE", "0.25")
    home.talkoot("publish")
    assert home.manifest["number"] == 2


def test_a_source_that_failed_keeps_its_records_in_the_next_release(home: Home) -> None:
    home.facts("consortia.jsonl").unlink()
    home.talkoot("harvest", "consortia", exit_code=1)
    home.talkoot("publish")
    assert home.manifest["changes"] == {}
    assert home.manifest["sources"]["consortia"]["records"] == 148


def test_a_release_that_breaks_a_check_leaves_the_current_one(home: Home) -> None:
    spoil(home, "http://purl.org/dc/terms/title", "http://purl.org/dc/terms/subject")
    before = (home.path / "current").readlink()
    result = home.talkoot("publish", exit_code=1)
    assert "label-present: Everything canonical has a name or a title" in result.stderr
    assert (home.path / "current").readlink() == before
    assert [release["number"] for release in home.json("releases")] == [1]


def test_what_a_failed_publish_left_behind_is_cleared_by_the_next(home: Home) -> None:
    quads = spoil(home, "http://purl.org/dc/terms/title", "http://purl.org/dc/terms/subject")
    home.talkoot("publish", exit_code=1)
    home.execute("UPDATE records SET quads = ? WHERE source = 'seed-project' AND key = 'pilot'", quads)
    home.talkoot("publish")
    assert sorted(path.name for path in (home.path / "releases").iterdir()) == ["1", "2"]


def test_records_kept_under_other_shapes_are_checked_again(home: Home) -> None:
    spoil(home, "Involvement>", "Involvement> ")
    quads = spoil(home, "ns#hasRole", "ns#hasRoll")
    home.execute("UPDATE records SET shapes_hash = 'older'")
    result = home.talkoot("publish", exit_code=1)
    assert "The record pilot breaks a shape of the publish gate" in result.stderr
    home.execute("UPDATE records SET quads = ? WHERE source = 'seed-project' AND key = 'pilot'", quads)
    home.talkoot("publish")


def spoil(home: Home, old: str, new: str) -> str:
    """Change the record of the pilot where the gate does not see it; gives the quads as they were."""
    ((quads,),) = [home.rows("SELECT quads FROM records WHERE source = 'seed-project' AND key = 'pilot'")]
    assert old in quads[0]
    home.execute(
        "UPDATE records SET quads = ? WHERE source = 'seed-project' AND key = 'pilot'", quads[0].replace(old, new)
    )
    return str(quads[0])


def test_rollback_serves_an_earlier_release_and_the_next_gets_a_new_number(home: Home) -> None:
    home.talkoot("publish")
    assert home.talkoot("rollback", "1").stdout == "Release 1 is current.\n"
    assert home.manifest["number"] == 1
    assert [(row["number"], row["current"]) for row in home.json("releases")] == [(2, ""), (1, "*")]
    home.talkoot("publish")
    assert home.manifest["number"] == 3


def test_rollback_to_a_release_that_is_not_there_changes_nothing(home: Home) -> None:
    assert "7 is not a release" in home.talkoot("rollback", "7", exit_code=1).stderr
    assert home.manifest["number"] == 1


def test_the_link_to_the_current_release_survives_a_move_of_the_home_folder(home: Home) -> None:
    moved = home.path.rename(home.path.with_name("moved"))
    assert type(home)(moved).manifest["number"] == 1


def test_nothing_to_publish_is_said(home: Home, tmp_path: Any) -> None:
    result = type(home)(tmp_path / "new").talkoot("publish", exit_code=1)
    assert "There is nothing to publish: no source was harvested yet" in result.stderr


def test_a_release_folder_holds_what_the_design_lists(home: Home) -> None:
    names = {path.name for path in home.current.iterdir()}
    assert names - {path.name for path in home.current.glob("*.csv.gz")} == {
        "SHA256SUMS",
        "manifest.json",
        "dcat.ttl",
        "graph-open.nq.gz",
        "graph.nq.gz",
        "merged.ttl.gz",
        "records.tsv",
        "search.sqlite",
        "sources.json",
        "store",
        "void.ttl",
    }


def test_sources_of_a_release_carry_their_last_run_and_its_issues(home: Home) -> None:
    told = json.loads((home.current / "sources.json").read_text(encoding="utf-8"))
    assert [source["id"] for source in told] == ["seed-project", "centres", "consortia"]
    centres = told[1]
    assert centres["last_run"]["status"] == "complete"
    assert {issue["code"] for issue in centres["issues"]} == {"no-actor-known", "unnamed-centre"}
    assert centres["records"] == 29


def test_lines_of_the_quads_are_sorted_and_none_stands_twice(home: Home) -> None:
    lines = home.quads().decode().splitlines()
    assert lines == sorted(set(lines))


def test_void_counts_agree_with_the_store(home: Home) -> None:
    text = (home.current / "void.ttl").read_text(encoding="utf-8")
    assert re.search(rf'void:triples "?{home.manifest["quads"]}\b', text)
    assert (
        f"void:entities {sum(home.manifest['kinds'].values())}" in text
        or f'void:entities "{sum(home.manifest["kinds"].values())}"' in text
    )


def test_void_leads_to_dump_publisher_rights_and_examples(home: Home) -> None:
    text = (home.current / "void.ttl").read_text(encoding="utf-8")
    assert "void:dataDump <https://w3id.org/talkoot/dumps/1/graph.nq.gz>" in text
    assert 'foaf:name "Talkoot"' in text
    assert "dct:rights <https://w3id.org/talkoot/dataset#rights>" in text
    (listed,) = re.findall(r"void:exampleResource ([^;]+);", text)
    examples = re.findall(r"<(\S+)>", listed)
    assert len(examples) > 4
    assert all(home.ask(f"SELECT ?class WHERE {{ <{example}> a ?class }}") for example in examples)


def test_a_home_without_record_changes_is_published_under_its_own_base(
    tmp_path: Any, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKOOT_BASE", "https://data.example.org/")
    other = type(home)(tmp_path / "based")
    other.talkoot("harvest", "seed-project")
    other.talkoot("publish")
    subjects = {line.split(b" ", 1)[0] for line in other.quads().splitlines()}
    elsewhere = [
        s for s in subjects if s.startswith((b"<https://w3id.org/talkoot/id/", b"<https://w3id.org/talkoot/graph/"))
    ]
    assert [s for s in elsewhere if not s.startswith(b"<https://w3id.org/talkoot/id/framework/")] == []
    assert (other.path / "decisions.tsv").exists()

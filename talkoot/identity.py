"""Commands on who is who: match, review, why, evaluate, rekey."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click

from talkoot import steps
from talkoot.graph.identity import evaluation, explain
from talkoot.graph.identity.clusters import Contradiction
from talkoot.graph.identity.engines import open_tables
from talkoot.graph.identity.explain import view
from talkoot.graph.identity.rekey import Rekeyed
from talkoot.graph.identity.resolve import Curated, resolve
from talkoot.graph.identity.review import Desk, ReviewError
from talkoot.graph.locks import HomeInUse
from talkoot.graph.settings import Settings
from talkoot.harvesters import FACTS
from talkoot.ontology import load_code_lists

_KEYS = {"s": "same", "d": "different", "p": "part of", "P": "part of", "u": "unsure"}


@click.command()
@click.argument("source")
@click.argument("old")
@click.argument("new")
@steps.home_option
def rekey(source: str, old: str, new: str, settings: Settings) -> None:
    """Note that SOURCE calls its record OLD by another key, NEW: its canonical ids and the judgements on it stay."""
    with steps.writer(settings) as workbench:
        if source not in {known.id for known in workbench.sources()}:
            raise click.UsageError(f"There is no source {source} in the workbench.")
        Rekeyed(settings.home).add(source, old, new, f"{datetime.now(UTC):%Y-%m-%d}")
    click.echo(f"{old} of {source} is {new} from now on. Harvest the source, then publish.")


@click.command()
@click.option("--engine", help="Compare all anew by sqlite, duckdb or a Spark master's address, not what changed only.")
@steps.home_option
def match(engine: str | None, settings: Settings) -> None:
    """Work out which records speak of the same actor, and keep the decisions."""
    with steps.writer(settings) as workbench, open_tables(engine) if engine else nullcontext() as tables:
        identity = resolve(workbench, settings, Curated(FACTS), steps.names_of(settings), tables)
    found = identity.matching
    click.echo(
        f"{len(identity.entities)} entities of the sources are {len(set(identity.canonical.values()))} things: "
        f"{found.added} decisions added, {found.withdrawn} withdrawn, {identity.minted} identifiers minted. "
        f"{len(found.near)} pairs are near, {len(found.held)} held by a veto, {len(found.excesses)} keys left out."
    )
    for one, other, reason in found.held:
        click.echo(f"not joined: {one} and {other}, since {reason}")
    for _, key, source, count in found.excesses:
        click.echo(f"left out: {count} entities {f'of {source} ' if source else ''}share the key {key}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cross-source", is_flag=True, help="Count only pairs of records of different sources.")
@steps.home_option
@steps.json_option
def evaluate(file: Path, cross_source: bool, settings: Settings, as_json: bool) -> None:
    """Measure matching on records with known clusters: JSON Lines with id, source, names, website, country, cluster."""
    found = evaluation.evaluate(
        evaluation.read_labelled(file), load_code_lists(), steps.names_of(settings), cross_source=cross_source
    )
    if as_json:
        steps.print_json(found.as_json())
        return
    for name, share in (
        ("precision, automatic", found.precision), ("recall, automatic", found.recall),
        ("recall, automatic and queue", found.queue_recall),
    ):  # fmt: skip
        ends = f"{share.value:.3f} ({share.interval[0]:.3f} to {share.interval[1]:.3f})" if share.interval else "none"
        click.echo(f"{name}: {ends}, {share.hits} of {share.total} pairs")
    click.echo(f"candidates in the queue for one record: {found.per_record:.2f}")
    for what, pairs in (("wrong", found.wrong), ("missed", found.missed)):
        for one, other in pairs:
            click.echo(f"{what}: {one} and {other}")


@click.command()
@click.option("--serve", "served", is_flag=True, help="In a browser on this machine instead.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --serve: another address lets others in.")
@click.option("--port", type=int, default=8001, show_default=True, help="With --serve.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="N pairs at most.")
@steps.home_option
@steps.json_option
def review(served: bool, host: str, port: int, limit: int | None, settings: Settings, as_json: bool) -> None:
    """Judge the pairs that no rule decides, the greatest doubt first; one key for each judgement."""
    desk = _desk_of(settings)
    if as_json:
        steps.print_json([ask._asdict() | {"doubt": ask.doubt} for ask in desk.queue[:limit]])
    elif served:
        from talkoot.web.review.app import serve_desk  # Flask: only where it is needed

        if host not in ("127.0.0.1", "::1"):
            click.echo(f"Other machines may reach {host} and read along: the desk speaks plain HTTP.", err=True)
        told = "The desk is at {} (Ctrl-C ends it). Session token: {}"
        serve_desk(desk, host, port, lambda *ends: click.echo(told.format(*ends)))
    else:
        _ask_pairs(desk, limit)


@click.command()
@click.argument("one")
@click.argument("other")
@steps.home_option
@steps.json_option
def why(one: str, other: str, settings: Settings, as_json: bool) -> None:
    """Tell by which decisions ONE and OTHER (IRIs or ids) are one, or why they are not."""
    try:
        rows, reasons = explain.why(_desk_of(settings), one, other)
    except ReviewError as error:
        raise click.UsageError(str(error)) from error
    chain, columns = [asdict(row) for row in rows], "subject_id object_id mapping_justification mapping_date author_id"
    if as_json:
        steps.print_json({"same": not reasons, "chain": chain, "reasons": reasons})
    else:
        told = "\n".join(reasons) or "They are one entity of one source."
        steps.print_rows(chain, f"{columns} evidence", empty=told)


def _desk_of(settings: Settings) -> Desk:
    """The review of a home folder that has a workbench."""
    with steps.reader(settings):
        return Desk(settings, Curated(FACTS), steps.names_of(settings))


def _ask_pairs(desk: Desk, limit: int | None) -> None:
    """Ask about pairs, the greatest doubt first: a key for each judgement, or a line where there is no terminal."""
    author, made, reason, key = desk.settings.steward, [], "", ""
    asked, left = next(iter(desk.queue), None), limit or len(desk.queue)
    while asked and left and key != "q":
        told = view(desk, asked.one, asked.other)
        if key != "r":
            _print_pair(told)
        key = click.getchar() if sys.stdin.isatty() else (sys.stdin.readline() or "q").strip()[:1]
        try:
            if judgement := _KEYS.get(key):
                part, whole = reversed(asked[:2]) if key == "P" else asked[:2]
                seen = told["decision"].id if told["decision"] else ""
                made.append(desk.judge(part, whole, judgement, author, reason, seen).id)
            elif key == "z" and made:
                pair = desk.undo(made.pop(), author).pair
                asked, left = next((one for one in desk.queue if one[:2] == pair), asked), left + 1
        except (Contradiction, HomeInUse, ReviewError) as error:
            click.echo(str(error), err=True)
            continue
        if key == "r":
            reason = click.prompt("Reason", default="", show_default=False)
        elif key in (*_KEYS, "k"):
            asked, left, reason = desk.next_after(asked), left - 1, ""
    click.echo(f"{len(made)} judged, {len(desk.queue)} waiting.")


def _print_pair(told: Mapping[str, Any]) -> None:
    signs, rows, asked, row = {"agrees": "=", "differs": "≠", "": "·"}, [], told["asked"], told["decision"]
    lines: dict[str, list[list[str]]] = {}
    for field, sides in told["facts"].items():
        lines[field] = [[f"{signs[verdict]} {text} {numbers}" for text, numbers, verdict in values] for values in sides]
    lines["record"] = [[f"{n} {' '.join(r.values())}" for n, r in enumerate(s["records"], 1)] for s in told["sides"]]
    for field, both in lines.items():
        rows += [{"field": field, "no": n, "first": a, "second": b} for n, (a, b) in enumerate(zip_longest(*both), 1)]
    steps.print_rows(rows, "field no first second", empty="")
    if asked:
        click.echo(asked.question)
    if row:
        click.echo(f"In force: {row.judgement}, {row.author_id}, {row.mapping_date}; {row.evidence}")
    click.echo("s same  d different  p first is part of second  P reverse  u unsure  k skip  z undo  r reason  q quit")


COMMANDS = (match, review, why, evaluate, rekey)

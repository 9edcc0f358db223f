"""The commands of harvesting: sources, harvest, runs, issues."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pyoxigraph import RdfFormat, parse

from talkoot.console import home_option, json_option, print_json, print_rows
from talkoot.graph.rdf_text import turtle
from talkoot.graph.settings import Settings, read_settings
from talkoot.graph.workbench import Workbench
from talkoot.harvesters.definition import FREQUENCIES, READER_NAMES, Definition, load_definitions
from talkoot.harvesters.draft import draft
from talkoot.harvesters.fetching.archive import counts
from talkoot.steps import FAILED, call_hook, harvest_sources, network_of, reader, rehearsal, writer

route_option = click.option(
    "--route", "routes", multiple=True, metavar="HOST=ADDRESS", help="Send a host's requests elsewhere."
)


def read_routes(routes: tuple[str, ...]) -> dict[str, str]:
    """Routes by host. Raises :class:`click.UsageError`."""
    if wrong := [route for route in routes if "=" not in route]:
        raise click.UsageError(f"--route {wrong[0]}: expected HOST=ADDRESS.")
    return dict(route.split("=", 1) for route in routes)


def _last_runs(settings: Settings) -> dict[str, dict[str, Any]]:
    """By source, its newest run; none where nothing was harvested yet."""
    last: dict[str, dict[str, Any]] = {}
    if settings.workbench.exists():
        with Workbench(settings.workbench, settings.base) as workbench:
            for row in workbench.runs():
                last.setdefault(row["source"], row)
    return last


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def sources(context: click.Context, home: Path | None, as_json: bool) -> None:
    """List the sources and what their last run came to."""
    if context.invoked_subcommand:
        return
    settings = read_settings(home=home)
    last = _last_runs(settings)
    told = ("id", "title", "publisher", "licence", "frequency", "reader", "evidence", "bundled", "as_of")
    rows = [
        {name: getattr(definition, name) for name in told}
        | {"status": "never run" if definition.evidence != "guessed" else "not yet confirmed"}
        | {name: last[key][column] for name, column in _OF_RUN if (key := definition.id) in last}
        for definition in load_definitions(settings.home).values()
    ]
    columns = ("id", "status", "read", "evidence", "as_of", "title", "publisher", "last_run")
    print_rows(rows, columns, as_json=as_json, empty="There is no source.")


@sources.command("try")
@click.argument("name")
@route_option
@click.option("--limit", type=click.IntRange(1), default=3, show_default=True, metavar="N", help="So many records.")
@home_option
def try_source(name: str, routes: tuple[str, ...], limit: int, home: Path | None) -> None:
    """Show the first records of the source NAME as Talkoot would keep them, and what it could not use; keep nothing."""
    settings = read_settings(home=home)
    definition = load_definitions(settings.home).get(name)
    if definition is None:
        raise click.UsageError(f"There is no source {name}: see talkoot sources.")
    with rehearsal(settings) as stage, writer(stage) as workbench:
        (report,) = harvest_sources(workbench, stage, [definition], routes=read_routes(routes), limit=limit)
        keys = {key for keys in workbench.difference(report.run).values() for key in keys}
        for record in workbench.records():
            if record.source == name and record.key in keys:
                quads = parse(record.quads, format=RdfFormat.N_QUADS)
                click.echo(f"\n# {record.key}, {record.origin.pages[0]}\n{turtle(quad.triple for quad in quads)}")
        columns = "severity code key file line field value message expected".split()
        print_rows(workbench.issues(name), columns, as_json=False, empty="Nothing was left out.")
    if report.failed:
        sys.exit(FAILED)


@sources.command("new")
@click.argument("name")
@click.argument("address")
@click.option("--reader", "kind", type=click.Choice(READER_NAMES), required=True, help="How the address is read.")
@route_option
@home_option
def new_source(name: str, address: str, kind: str, routes: tuple[str, ...], home: Path | None) -> None:
    """Write a definition of a source NAME by looking at its ADDRESS; what it cannot know is marked TO DO."""
    settings = read_settings(home=home)
    path = settings.home / "sources" / f"{name}.toml"
    if path.exists():
        raise click.UsageError(f"{path} exists already.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with writer(settings), network_of(settings, read_routes(routes)) as network:
        path.write_text(draft(address, kind, network), encoding="utf-8")
    click.echo(f"{path} is a draft: fill in what says TO DO, then talkoot sources try {name}.")


_OF_RUN = (("last_run", "started"), ("status", "status"), ("read", "read"))


def _is_due(definition: Definition, last: dict[str, dict[str, Any]]) -> bool:
    """Whether the source's last good run is longer ago than its frequency says."""
    run = last.get(definition.id)
    if run is None or run["status"] in ("failed", "interrupted"):
        return True
    days = FREQUENCIES[definition.frequency]
    return days is not None and datetime.fromisoformat(run["started"]) < datetime.now(UTC) - timedelta(days=days)


@click.command()
@click.argument("source", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every source whose addresses and labels were confirmed.")
@click.option("--bundled", is_flag=True, help="The sources whose facts travel with Talkoot; asks no network.")
@click.option("--due", is_flag=True, help="Of these, the ones whose last good run is older than their frequency.")
@click.option("--dry-run", is_flag=True, help="Keep nothing; show which records would be new, changed or gone.")
@route_option
@click.option("--replay", type=int, metavar="RUN", help="Read the archive of a run again; asks no network.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Stop after N records of each source.")
@home_option
@json_option
def harvest(
    source: tuple[str, ...], everything: bool, bundled: bool, due: bool, dry_run: bool, routes: tuple[str, ...],
    replay: int | None, limit: int | None, home: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Read sources, check and map their records, and keep what is new or changed."""
    settings = read_settings(home=home)
    definitions = load_definitions(settings.home)
    unknown = [name for name in source if name not in definitions]
    if unknown or not (source or everything or bundled):
        raise click.UsageError(
            (f"There is no source {', '.join(unknown)}. " if unknown else "Name a source, or use --all or --bundled. ")
            + f"Sources: {', '.join(definitions)}."
        )
    if replay is not None and len(source) != 1:
        raise click.UsageError("--replay reads one source again: name it.")
    last = _last_runs(settings) if due else {}
    chosen = [
        definition
        for name, definition in definitions.items()
        if (name in source or (everything and definition.evidence != "guessed") or (bundled and definition.bundled))
        and (not due or _is_due(definition, last))
    ]
    options: dict[str, Any] = {
        "quiet": as_json, "replay": replay, "limit": limit, "routes": read_routes(routes),
    }  # fmt: skip
    if dry_run:
        with rehearsal(settings) as stage, writer(stage) as workbench:
            reports = harvest_sources(workbench, stage, chosen, **options)
            for report in reports:
                for word, keys in workbench.difference(report.run).items():
                    for key in keys if not as_json else ():
                        click.echo(f"{report.source}\t{word}\t{key}")
    else:
        with writer(settings) as workbench:
            reports = harvest_sources(workbench, settings, chosen, **options)
    if as_json:
        print_json([asdict(report) for report in reports])
    if failed := [f"{report.source}: {report.note}" for report in reports if report.failed]:
        call_hook(settings, f"talkoot harvest: {'; '.join(failed)}")
        sys.exit(FAILED)


@click.command()
@click.argument("run", type=int, required=False)
@home_option
@json_option
def runs(run: int | None, home: Path | None, as_json: bool) -> None:
    """List the runs, the newest first; or tell all of one RUN: records, requests, bytes, issues by code."""
    settings = read_settings(home=home)
    with reader(settings) as workbench:
        rows = workbench.runs()
        if run is None:
            columns = (
                "id",
                "source",
                "started",
                "status",
                "read",
                "new",
                "changed",
                "unchanged",
                "gone",
                "set_aside",
                "note",
            )
            print_rows(rows, columns, as_json=as_json, empty="Nothing was harvested yet.")
            return
        found = next((row for row in rows if row["id"] == run), None)
        if found is None:
            raise click.UsageError(f"There is no run {run}.")
        codes = Counter(issue["code"] for issue in workbench.issues_of(run))
        report = found | counts(settings.home / "archive", found["source"], run) | {"issues": dict(codes)}
    if as_json:
        print_json(report)
        return
    for name, value in report.items():
        click.echo(f"{name}\t{'; '.join(f'{k} {v}' for k, v in value.items()) if name == 'issues' else value}")


@click.command()
@click.argument("source", required=False)
@home_option
@json_option
def issues(source: str | None, home: Path | None, as_json: bool) -> None:
    """List what the last run of each source found wrong, by code, with place, field, and since when."""
    settings = read_settings(home=home)
    with reader(settings) as workbench:
        columns = (
            "severity",
            "code",
            "source",
            "key",
            "file",
            "line",
            "field",
            "value",
            "message",
            "expected",
            "first_seen",
        )
        print_rows(workbench.issues(source), columns, as_json=as_json, empty="There is no issue.")


COMMANDS = (sources, harvest, runs, issues)

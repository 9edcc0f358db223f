"""The command line: parse, call, print. Exit codes: 0 done, 1 failed, 2 wrong use, 3 held back by a guard."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from talkoot import __version__
from talkoot.console import print_json, print_rows
from talkoot.graph.identity.clusters import Contradiction
from talkoot.graph.identity.resolve import Curated, resolve
from talkoot.graph.identity.table_text import TableError
from talkoot.graph.locks import HomeInUse, writing
from talkoot.graph.publish import PublishFailed, PublishHeld
from talkoot.graph.release import ReleaseError, current_release, releases, switch
from talkoot.graph.settings import SettingError, read_settings
from talkoot.graph.workbench import Workbench, WorkbenchError
from talkoot.harvesters import FACTS
from talkoot.harvesters.definition import DefinitionError, load_definitions
from talkoot.steps import (
    FAILED,
    HELD,
    check_files,
    check_own,
    harvest_sources,
    names_of,
    publish_release,
    published,
    reader,
    serve_release,
    writer,
)

_FAILURES = (
    Contradiction, DefinitionError, HomeInUse, PermissionError, PublishFailed, ReleaseError, TableError, WorkbenchError,
)  # fmt: skip

home_option = click.option("--home", type=click.Path(path_type=Path), help="Home folder (TALKOOT_HOME, ./var).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


class Sentences(click.Group):
    """Turns the errors that a user can mend into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except PublishHeld as error:
            click.echo(str(error), err=True)
            ctx.exit(HELD)
        except SettingError as error:
            raise click.UsageError(str(error)) from error
        except _FAILURES as error:
            click.echo(str(error), err=True)
            ctx.exit(FAILED)
        except KeyboardInterrupt:
            click.echo("Stopped. What was kept so far stays; the next run goes on from there.", err=True)
            ctx.exit(130)


@click.group(cls=Sentences)
@click.version_option(__version__)
def main() -> None:
    """Talkoot: a linked-data knowledge graph of Europe's social-innovation actors."""


@main.command()
@home_option
@click.option("--no-serve", is_flag=True, help="End after publishing.")
@click.option("--host")
@click.option("--port", type=int)
def demo(home: Path | None, no_serve: bool, host: str | None, port: int | None) -> None:
    """Harvest the bundled facts, match, publish and serve: the whole path, no network needed."""
    settings = read_settings(home=home, host=host, port=port)
    with writer(settings) as workbench:
        reports = harvest_sources(
            workbench, settings, [one for one in load_definitions(settings.home).values() if one.bundled]
        )
        publication = publish_release(workbench, settings, {})
    click.echo(published(publication))
    if any(report.failed for report in reports):
        sys.exit(FAILED)
    if not no_serve:
        serve_release(settings)


@main.command()
@home_option
@json_option
def sources(home: Path | None, as_json: bool) -> None:
    """List the sources and what their last run came to."""
    settings = read_settings(home=home)
    last: dict[str, dict[str, Any]] = {}
    if settings.workbench.exists():
        with Workbench(settings.workbench, settings.base) as workbench:
            for row in workbench.runs():
                last.setdefault(row["source"], row)
    rows = []
    for definition in load_definitions(settings.home).values():
        run = last.get(definition.id, {})
        rows.append(
            {
                "id": definition.id,
                "title": definition.title,
                "publisher": definition.publisher,
                "licence": definition.licence,
                "frequency": definition.frequency,
                "reader": definition.reader,
                "evidence": definition.evidence,
                "bundled": definition.bundled,
                "as_of": definition.as_of,
                "last_run": run.get("started"),
                "status": run.get("status", "never run"),
                "read": run.get("read"),
            }
        )
    columns = ("id", "status", "read", "as_of", "title", "publisher", "last_run")
    print_rows(rows, columns, as_json=as_json, empty="There is no source.")


@main.command()
@click.argument("source", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every source whose addresses and labels were confirmed.")
@click.option("--bundled", is_flag=True, help="The sources whose facts travel with Talkoot; asks no network.")
@click.option("--route", "routes", multiple=True, metavar="HOST=ADDRESS", help="Send a host's requests elsewhere.")
@click.option("--replay", type=int, metavar="RUN", help="Read the archive of a run again; asks no network.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Stop after N records of each source.")
@home_option
@json_option
def harvest(
    source: tuple[str, ...], everything: bool, bundled: bool, routes: tuple[str, ...], replay: int | None,
    limit: int | None, home: Path | None, as_json: bool,
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
    if wrong := [route for route in routes if "=" not in route]:
        raise click.UsageError(f"--route {wrong[0]}: expected HOST=ADDRESS.")
    chosen = [
        definition
        for name, definition in definitions.items()
        if name in source or (everything and definition.evidence != "guessed") or (bundled and definition.bundled)
    ]
    with writer(settings) as workbench:
        reports = harvest_sources(
            workbench, settings, chosen, quiet=as_json, replay=replay, limit=limit,
            routes=dict(route.split("=", 1) for route in routes),
        )  # fmt: skip
    if as_json:
        print_json([asdict(report) for report in reports])
    if any(report.failed for report in reports):
        sys.exit(FAILED)


@main.command()
@home_option
@json_option
def runs(home: Path | None, as_json: bool) -> None:
    """List the runs, the newest first."""
    settings = read_settings(home=home)
    with reader(settings) as workbench:
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
        print_rows(workbench.runs(), columns, as_json=as_json, empty="Nothing was harvested yet.")


@main.command()
@click.argument("source", required=False)
@home_option
@json_option
def issues(source: str | None, home: Path | None, as_json: bool) -> None:
    """List what the last run of each source found wrong, with file, line and field."""
    settings = read_settings(home=home)
    with reader(settings) as workbench:
        columns = ("severity", "code", "source", "key", "file", "line", "field", "value", "message", "expected")
        print_rows(workbench.issues(source), columns, as_json=as_json, empty="There is no issue.")


@main.command()
@home_option
def match(home: Path | None) -> None:
    """Work out which records speak of the same actor, and keep the decisions."""
    settings = read_settings(home=home)
    with writer(settings) as workbench:
        identity = resolve(workbench, settings, Curated(FACTS), names_of(settings))
    found = identity.matching
    click.echo(
        f"{len(identity.entities)} entities of the sources are {len(set(identity.canonical.values()))} things: "
        f"{found.added} decisions added, {found.withdrawn} withdrawn, {identity.minted} identifiers minted."
    )
    for one, other, reason in found.held:
        click.echo(f"not joined: {one} and {other}, since {reason}")
    for key, size in found.capped:
        click.echo(f"left out: {size} entities share the key {key}")


@main.command("publish")
@home_option
@click.option(
    "--accept-loss", "accept", metavar="SOURCE", multiple=True, help="Let this source's loss of records pass."
)
@click.option("--why", multiple=True, help="The reason, one for each --accept-loss; it goes into the manifest.")
def publish_command(home: Path | None, accept: tuple[str, ...], why: tuple[str, ...]) -> None:
    """Build, check and switch in the next release."""
    if len(accept) != len(why) or not all(text.strip() for text in why):
        raise click.UsageError("Each --accept-loss SOURCE needs a --why TEXT.")
    settings = read_settings(home=home)
    with writer(settings) as workbench:
        if unknown := sorted(set(accept) - {source.id for source in workbench.sources()}):
            raise click.UsageError(f"There is no source {', '.join(unknown)} in the workbench.")
        publication = publish_release(workbench, settings, dict(zip(accept, why, strict=True)))
    click.echo(published(publication))


@main.command("releases")
@home_option
@json_option
def list_releases(home: Path | None, as_json: bool) -> None:
    """List the releases; the served one is marked."""
    settings = read_settings(home=home)
    current = current_release(settings)
    rows = [
        {"number": release.number, "current": "*" if current and current.number == release.number else ""}
        | {name: release.manifest.get(name) for name in ("published", "quads", "records")}
        for release in releases(settings)
    ]
    print_rows(
        rows, ("number", "current", "published", "quads", "records"), as_json=as_json, empty="There is no release."
    )


@main.command()
@click.argument("number", type=int)
@home_option
def rollback(number: int, home: Path | None) -> None:
    """Serve an earlier release again."""
    settings = read_settings(home=home)
    with writing(settings.home):
        switch(settings, number)
    click.echo(f"Release {number} is current.")


@main.command()
@home_option
@click.option("--host")
@click.option("--port", type=int)
@click.option("--workers", type=click.IntRange(1, 64))
def serve(home: Path | None, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the current release: pages, linked data and SPARQL."""
    serve_release(read_settings(home=home, host=host, port=port, workers=workers))


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--format", "format_name", help="json, xml, csv, tsv, ttl, nt, rdf, jsonld, trig, nq; else a table.")
@home_option
def query(file: Any, format_name: str | None, home: Path | None) -> None:
    """Ask the current release a SPARQL query, from a file or the standard input."""
    from talkoot.graph.answer import QueryRefused, answer  # pyoxigraph's store: only when asked

    settings = read_settings(home=home)
    release = current_release(settings)
    if release is None:
        raise ReleaseError(f"There is no release in {settings.home}: run talkoot demo, or harvest and publish.")
    try:
        answer(release, _text_of(file), format_name, sys.stdout.buffer)
    except QueryRefused as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)


def _text_of(file: Any) -> str:
    try:
        return str(file.read())
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name} is not UTF-8: {error}") from error


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fix", is_flag=True, help="Write the ontology's files in canonical form, and new terms into its table.")
@home_option
@json_option
def check(files: tuple[Path, ...], fix: bool, home: Path | None, as_json: bool) -> None:
    """Check RDF FILES of your own against the publish gate; without any, Talkoot's ontology, definitions and tables."""
    faults = check_files(files, quiet=as_json) if files else check_own(read_settings(home=home), fix=fix)
    if as_json:
        print_json(faults)
    elif faults:
        click.echo("\n".join(faults))
    elif not files:
        click.echo("Vocabulary, code lists, shapes, examples, questions, definitions and tables are in order.")
    if faults:
        sys.exit(FAILED)

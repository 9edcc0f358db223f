"""The command line: parse, call, print. Exit codes: 0 done, 1 failed, 2 wrong use, 3 held back by a guard."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from talkoot import __version__
from talkoot.console import home_option, json_option, print_json, print_rows
from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.identity.clusters import Contradiction
from talkoot.graph.identity.resolve import Curated, resolve
from talkoot.graph.identity.table_text import TableError
from talkoot.graph.locks import HomeInUse, writing
from talkoot.graph.publish import PublishFailed, PublishHeld
from talkoot.graph.release import ReleaseError, current_release, releases, switch
from talkoot.graph.settings import SettingError, read_settings
from talkoot.graph.suppression import Suppression
from talkoot.graph.workbench import WorkbenchError
from talkoot.harvesters import FACTS
from talkoot.harvesters.definition import DefinitionError, load_definitions
from talkoot.harvesters.fetching.archive import forget_words
from talkoot.harvesters.fetching.request import FetchError
from talkoot.harvesting import COMMANDS
from talkoot.steps import (
    FAILED,
    HELD,
    call_hook,
    check_files,
    check_own,
    harvest_sources,
    names_of,
    publish_release,
    published,
    replica_routes,
    serve_release,
    writer,
)

_FAILURES = (
    Contradiction, DefinitionError, FetchError, HomeInUse, PermissionError, PublishFailed, ReleaseError, TableError,
    WorkbenchError,
)  # fmt: skip


class Sentences(click.Group):
    """Turns the errors that a user can mend into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except PublishHeld as error:
            click.echo(str(error), err=True)
            call_hook(read_settings(), str(error))
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


for each in COMMANDS:
    main.add_command(each)


@main.command()
@home_option
@click.option("--no-serve", is_flag=True, help="End after publishing.")
@click.option("--replicas", is_flag=True, help="Harvest made-up replicas of the sites too, over HTTP (in a checkout).")
@click.option("--host")
@click.option("--port", type=int)
def demo(home: Path | None, no_serve: bool, replicas: bool, host: str | None, port: int | None) -> None:
    """Harvest the bundled facts, match, publish and serve: the whole path, no network needed."""
    settings = read_settings(home=home, host=host, port=port)
    with ExitStack() as opened:
        routes = opened.enter_context(replica_routes()) if replicas else {}
        if replicas:  # these are no sites that a pace would spare
            settings = replace(settings, fetch_seconds=0.0)
        workbench = opened.enter_context(writer(settings))
        chosen = [
            one for one in load_definitions(settings.home).values()
            if one.bundled or (replicas and one.evidence != "guessed")
        ]  # fmt: skip
        reports = harvest_sources(workbench, settings, chosen, routes=routes)
        publication = publish_release(workbench, settings, {})
    click.echo(published(publication))
    if any(report.failed for report in reports):
        sys.exit(FAILED)
    if not no_serve:
        serve_release(settings)


@main.command()
@click.argument("words")
@home_option
def forget(words: str, home: Path | None) -> None:
    """Take a name or an address out of everything, for good: records, issues, archive and releases.

    Only a hash of the WORDS is kept, so that no later harvest brings them back.
    """
    settings = read_settings(home=home)
    with writer(settings) as workbench:
        suppression = Suppression(settings.home)
        suppression.add(words)
        records = workbench.forget(suppression.hides, suppression.kept_quads)
        log = FetchLog(settings.workbench)
        archives = forget_words(settings.home / "archive", suppression.hides, log)
        log.close()
        old = [release for release in releases(settings) if suppression.hides(release.text())]
        if old:
            sources = {source.id: "somebody asked to be forgotten" for source in workbench.sources()}
            click.echo(published(publish_release(workbench, settings, sources)))
        for release in old:
            shutil.rmtree(release.folder)
    click.echo(f"Forgotten in {records} records, {archives} archives and {len(old)} releases.")


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

"""The command line: parse, call, print. Exit codes: 0 done, 1 failed, 2 wrong use, 3 held back by a guard."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pyoxigraph import RdfFormat, parse

from talkoot import __version__, identity, steps
from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.identity.clusters import Contradiction
from talkoot.graph.locks import HomeInUse, writing
from talkoot.graph.publish import PublishFailed, PublishHeld
from talkoot.graph.rdf_text import turtle
from talkoot.graph.release import ReleaseError, current_release, releases, switch
from talkoot.graph.settings import SettingError, Settings, read_settings
from talkoot.graph.suppression import Suppression
from talkoot.graph.table_files import TableError
from talkoot.graph.workbench import WorkbenchError
from talkoot.harvesters.definition import FREQUENCIES, Definition, DefinitionError, load_definitions
from talkoot.harvesters.draft import draft
from talkoot.harvesters.fetching.archive import counts, forget_words
from talkoot.harvesters.fetching.request import FetchError
from talkoot.harvesters.options import READER_NAMES


class Sentences(click.Group):
    """Turns the errors that a user can mend into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except PublishHeld as error:
            click.echo(str(error), err=True)
            steps.call_hook(read_settings(), str(error))
            ctx.exit(steps.HELD)
        except SettingError as error:
            raise click.UsageError(str(error)) from error
        except (
            Contradiction, DefinitionError, FetchError, HomeInUse, PermissionError, PublishFailed, ReleaseError,
            TableError, WorkbenchError,
        ) as error:  # fmt: skip
            click.echo(str(error), err=True)
            ctx.exit(steps.FAILED)
        except KeyboardInterrupt:
            click.echo("Stopped. What was kept so far stays; the next run goes on from there.", err=True)
            ctx.exit(130)


@click.group(cls=Sentences)
@click.version_option(__version__)
def main() -> None:
    """Talkoot: a linked-data knowledge graph of Europe's social-innovation actors."""


def _read_routes(_context: click.Context, _option: click.Parameter, routes: tuple[str, ...]) -> dict[str, str]:
    if wrong := [route for route in routes if "=" not in route]:
        raise click.UsageError(f"--route {wrong[0]}: expected HOST=ADDRESS.")
    return dict(route.split("=", 1) for route in routes)


def _day(_context: click.Context, _option: click.Parameter, moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


route_option = click.option(
    "--route", "routes", multiple=True, metavar="HOST=ADDRESS", help="Send a host's requests elsewhere.",
    callback=_read_routes,
)  # fmt: skip


def _last_runs(settings: Settings) -> dict[str, dict[str, Any]]:
    """By source, its newest run; none where nothing was harvested yet."""
    if not settings.workbench.exists():
        return {}
    with steps.reader(settings) as workbench:
        return {row["source"]: row for row in reversed(workbench.runs())}


@main.group(invoke_without_command=True)
@steps.home_option
@steps.json_option
@click.pass_context
def sources(context: click.Context, settings: Settings, as_json: bool) -> None:
    """List the sources and what their last run came to."""
    if context.invoked_subcommand:
        return
    last = _last_runs(settings)
    told = "id title publisher licence frequency reader evidence bundled as_of".split()
    of_run = {"last_run": "started", "status": "status", "read": "read"}
    rows = []
    for definition in load_definitions(settings.home).values():
        status = "never run" if definition.evidence != "guessed" else "not yet confirmed"
        run = last.get(definition.id, {"status": status})
        rows.append({name: getattr(definition, name) for name in told})
        rows[-1] |= {name: run[column] for name, column in of_run.items() if column in run}
    columns = "id status read evidence as_of title publisher last_run"
    steps.print_rows(rows, columns, as_json=as_json, empty="There is no source.")


@sources.command("try")
@click.argument("name")
@route_option
@click.option("--limit", type=click.IntRange(1), default=3, show_default=True, metavar="N", help="So many records.")
@steps.home_option
def try_source(name: str, routes: dict[str, str], limit: int, settings: Settings) -> None:
    """Show the first records of the source NAME as Talkoot would keep them, and what it could not use; keep nothing."""
    definition = load_definitions(settings.home).get(name)
    if definition is None:
        raise click.UsageError(f"There is no source {name}: see talkoot sources.")
    with steps.rehearsal(settings) as stage, steps.writer(stage) as workbench:
        (report,) = steps.harvest_sources(workbench, stage, [definition], routes=routes, limit=limit)
        keys = {key for keys in workbench.difference(report.run).values() for key in keys}
        for record in workbench.records():
            if record.source == name and record.key in keys:
                quads = parse(record.quads, format=RdfFormat.N_QUADS)
                click.echo(f"\n# {record.key}, {record.origin.pages[0]}\n{turtle(quad.triple for quad in quads)}")
        columns = "severity code key file line field value message expected"
        steps.print_rows(workbench.issues(name), columns, empty="Nothing was left out.")
    if report.failed:
        sys.exit(steps.FAILED)


@sources.command("new")
@click.argument("name")
@click.argument("address")
@click.option("--reader", "kind", type=click.Choice(READER_NAMES), required=True, help="How the address is read.")
@route_option
@steps.home_option
def new_source(name: str, address: str, kind: str, routes: dict[str, str], settings: Settings) -> None:
    """Write a definition of a source NAME by looking at its ADDRESS; what it cannot know is marked TO DO."""
    path = settings.home / "sources" / f"{name}.toml"
    if path.exists():
        raise click.UsageError(f"{path} exists already.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with steps.writer(settings), steps.network_of(settings, routes) as network:
        path.write_text(draft(address, kind, network), encoding="utf-8")
    click.echo(f"{path} is a draft: fill in what says TO DO, then talkoot sources try {name}.")


def _is_due(definition: Definition, run: dict[str, Any] | None) -> bool:
    """Whether the source's last good run is longer ago than its frequency says."""
    if run is None or run["status"] in ("failed", "interrupted"):
        return True
    days = FREQUENCIES[definition.frequency]
    return days is not None and datetime.fromisoformat(run["started"]) < datetime.now(UTC) - timedelta(days=days)


@main.command()
@click.argument("source", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every source whose addresses and labels were confirmed.")
@click.option("--bundled", is_flag=True, help="The sources whose facts travel with Talkoot; asks no network.")
@click.option("--due", is_flag=True, help="Of these, the ones whose last good run is older than their frequency.")
@click.option("--dry-run", is_flag=True, help="Keep nothing; show which records would be new, changed or gone.")
@route_option
@click.option("--replay", type=int, metavar="RUN", help="Read the archive of a run again; asks no network.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Stop after N records of each source.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", callback=_day,
    help="Ask sitemaps and WordPress for what changed on DAY or later only; other sources are read whole.",
)  # fmt: skip
@steps.home_option
@steps.json_option
def harvest(
    source: tuple[str, ...], everything: bool, bundled: bool, due: bool, dry_run: bool, settings: Settings,
    as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Read sources, check and map their records, and keep what is new or changed."""
    definitions = load_definitions(settings.home)
    unknown = [name for name in source if name not in definitions]
    if unknown or not (source or everything or bundled):
        told = f"There is no source {', '.join(unknown)}." if unknown else "Name a source, or use --all or --bundled."
        raise click.UsageError(f"{told} Sources: {', '.join(definitions)}.")
    if options["replay"] is not None and len(source) != 1:
        raise click.UsageError("--replay reads one source again: name it.")
    last = _last_runs(settings) if due else {}
    chosen = [
        one for name, one in definitions.items()
        if (name in source or (everything and one.evidence != "guessed") or (bundled and one.bundled))
        and (not due or _is_due(one, last.get(name)))
    ]  # fmt: skip
    with ExitStack() as opened:
        stage = opened.enter_context(steps.rehearsal(settings)) if dry_run else settings
        workbench = opened.enter_context(steps.writer(stage))
        reports = steps.harvest_sources(workbench, stage, chosen, quiet=as_json, **options)
        for report in reports if dry_run and not as_json else ():
            for word, keys in workbench.difference(report.run).items():
                for key in keys:
                    click.echo(f"{report.source}\t{word}\t{key}")
    if as_json:
        steps.print_json([asdict(report) for report in reports])
    if failed := [f"{report.source}: {report.note}" for report in reports if report.failed]:
        steps.call_hook(settings, f"talkoot harvest: {'; '.join(failed)}")
        sys.exit(steps.FAILED)


@main.command()
@click.argument("run", type=int, required=False)
@steps.home_option
@steps.json_option
def runs(run: int | None, settings: Settings, as_json: bool) -> None:
    """List the runs, the newest first; or tell all of one RUN: records, requests, bytes, issues by code."""
    with steps.reader(settings) as workbench:
        rows = workbench.runs()
        if run is None:
            columns = "id source started status read new changed unchanged gone set_aside note"
            steps.print_rows(rows, columns, as_json=as_json, empty="Nothing was harvested yet.")
            return
        found = next((row for row in rows if row["id"] == run), None)
        if found is None:
            raise click.UsageError(f"There is no run {run}.")
        codes = dict(Counter(issue["code"] for issue in workbench.issues_of(run)))
        report = {**found, **counts(settings.home / "archive", found["source"], run), "issues": codes}
    if as_json:
        steps.print_json(report)
    else:
        report["issues"] = "; ".join(f"{code} {count}" for code, count in codes.items())
        click.echo("\n".join(f"{name}\t{value}" for name, value in report.items()))


@main.command()
@click.argument("source", required=False)
@steps.home_option
@steps.json_option
def issues(source: str | None, settings: Settings, as_json: bool) -> None:
    """List what the last run of each source found wrong, by code, with place, field, and since when."""
    with steps.reader(settings) as workbench:
        columns = "severity code source key file line field value message expected first_seen"
        steps.print_rows(workbench.issues(source), columns, as_json=as_json, empty="There is no issue.")


@main.command()
@steps.home_option
@click.option("--no-serve", is_flag=True, help="End after publishing.")
@click.option("--replicas", is_flag=True, help="Harvest made-up replicas of the sites too, over HTTP (in a checkout).")
@click.option("--host")
@click.option("--port", type=int)
def demo(settings: Settings, no_serve: bool, replicas: bool, **server: Any) -> None:
    """Harvest the bundled facts, match, publish and serve: the whole path, no network needed."""
    with ExitStack() as opened:
        routes = opened.enter_context(steps.replica_routes()) if replicas else {}
        if replicas:  # these are no sites that a pace would spare
            settings = replace(settings, fetch_seconds=0.0)
        workbench = opened.enter_context(steps.writer(settings))
        known = load_definitions(settings.home).values()
        chosen = [one for one in known if one.bundled or (replicas and one.evidence != "guessed")]
        reports = steps.harvest_sources(workbench, settings, chosen, routes=routes)
        steps.publish_release(workbench, settings, {})
    if any(report.failed for report in reports):
        sys.exit(steps.FAILED)
    if not no_serve:
        steps.serve_release(settings, server)


@main.command()
@click.argument("words")
@steps.home_option
def forget(words: str, settings: Settings) -> None:
    """Take a name or an address out of everything, for good: records, issues, archive and releases.

    Only a hash of the WORDS is kept, so that no later harvest brings them back.
    """
    with steps.writer(settings) as workbench:
        suppression = Suppression(settings.home)
        suppression.add(words)
        records = workbench.forget(suppression.hides, suppression.kept_quads)
        with closing(FetchLog(settings.workbench)) as log:
            archives = forget_words(settings.home / "archive", suppression.hides, log)
        old = [release for release in releases(settings) if suppression.hides(release.text())]
        if old:
            sources = {source.id: "somebody asked to be forgotten" for source in workbench.sources()}
            steps.publish_release(workbench, settings, sources)
        for release in old:
            shutil.rmtree(release.folder)
    click.echo(f"Forgotten in {records} records, {archives} archives and {len(old)} releases.")


@main.command("publish")
@steps.home_option
@click.option("--accept-loss", "accept", metavar="SOURCE", multiple=True, help="Let its loss of records pass.")
@click.option("--why", multiple=True, help="The reason, one for each --accept-loss; it goes into the manifest.")
@click.option("--engine", default="", metavar="URL", help="Load it into the empty database of this SPARQL server.")
def publish_command(settings: Settings, accept: tuple[str, ...], why: tuple[str, ...], engine: str) -> None:
    """Build, check and switch in the next release."""
    if len(accept) != len(why) or not all(text.strip() for text in why):
        raise click.UsageError("Each --accept-loss SOURCE needs a --why TEXT.")
    with steps.writer(settings) as workbench:
        if unknown := sorted(set(accept) - {source.id for source in workbench.sources()}):
            raise click.UsageError(f"There is no source {', '.join(unknown)} in the workbench.")
        steps.publish_release(workbench, settings, dict(zip(accept, why, strict=True)), engine)


@main.command("releases")
@steps.home_option
@steps.json_option
def list_releases(settings: Settings, as_json: bool) -> None:
    """List the releases; the served one is marked."""
    current = current_release(settings)
    rows = [
        {"number": release.number, "current": "*" if current and current.number == release.number else ""}
        | {name: release.manifest.get(name) for name in ("published", "quads", "records")}
        for release in releases(settings)
    ]
    steps.print_rows(rows, "number current published quads records", as_json=as_json, empty="There is no release.")


@main.command()
@click.argument("number", type=int)
@steps.home_option
def rollback(number: int, settings: Settings) -> None:
    """Serve an earlier release again."""
    with writing(settings.home):
        switch(settings, number)
    click.echo(f"Release {number} is current.")


@main.command()
@click.argument("what", nargs=-1, metavar="[RELEASE | FILE…]")
@steps.home_option
@click.option("--host")
@click.option("--port", type=int)
@click.option("--workers", type=click.IntRange(1, 64))
def serve(what: tuple[str, ...], settings: Settings, **server: Any) -> None:
    """Serve a release (the current one where none is named): pages, linked data and SPARQL; or RDF FILES, as they are.

    Files are Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD by their suffix, with .gz where they are packed.
    """
    if len(what) == 1 and what[0].isdecimal():
        steps.serve_release(settings, server, number=int(what[0]))
        return
    if missing := [name for name in what if not Path(name).is_file()]:
        raise click.UsageError(f"There is no file {missing[0]}. Name RDF files, or the number of a release.")
    steps.serve_release(settings, server, files=[Path(name) for name in what])


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option(
    "--format", "format_name", help="json, xml, csv, tsv, xlsx, ttl, nt, rdf, jsonld, trig, nq; else a table."
)
@steps.home_option
def query(file: Any, format_name: str | None, settings: Settings) -> None:
    """Ask the current release a SPARQL query, from a file or the standard input."""
    from talkoot.graph.answer import QueryRefused, answer  # pyoxigraph's store: only when asked

    try:
        rows = answer(steps.served(settings), file.read(), format_name, sys.stdout.buffer)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name} is not UTF-8: {error}") from error
    except QueryRefused as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    sys.stdout.flush()
    if rows is not None:
        steps.print_rows(rows, list(rows[0]) if rows else [], empty="No row.")


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fix", is_flag=True, help="Write the ontology's files in canonical form, and new terms into its table.")
@steps.home_option
@steps.json_option
def check(files: tuple[Path, ...], fix: bool, settings: Settings, as_json: bool) -> None:
    """Check RDF FILES of your own against the publish gate; without any, Talkoot's ontology, definitions and tables."""
    faults = steps.check_files(files, quiet=as_json) if files else steps.check_own(settings, fix=fix)
    if as_json:
        steps.print_json(faults)
    elif faults:
        click.echo("\n".join(faults))
    elif not files:
        click.echo("Vocabulary, code lists, shapes, examples, questions, definitions and tables are in order.")
    if faults:
        sys.exit(steps.FAILED)


for command in identity.COMMANDS:
    main.add_command(command)

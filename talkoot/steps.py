"""What the commands of the command line share: the locked workbench, and the steps with what they print."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from talkoot.graph.corrections import FILE, read_corrections
from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.gate import Gate
from talkoot.graph.identity.names import NameTable, read_name_rows
from talkoot.graph.identity.resolve import Curated
from talkoot.graph.locks import writing
from talkoot.graph.publish import publish
from talkoot.graph.release import Release, ReleaseError, current_release, switch
from talkoot.graph.settings import Settings, read_settings
from talkoot.graph.table_files import TableError
from talkoot.graph.workbench import Workbench, WorkbenchError
from talkoot.harvesters import FACTS
from talkoot.harvesters.definition import Definition, DefinitionError, load_definitions
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.jobs import Harvest, RunReport
from talkoot.harvesters.mappings import MAPPING_VERSION
from talkoot.harvesters.readers.curated import curated_source
from talkoot.ontology.check import check_ontology
from talkoot.ontology.check_data import DataError, check_data

FAILED, HELD = 1, 3
home_option = click.option(
    "--home", "settings", type=click.Path(path_type=Path), help="Home folder (TALKOOT_HOME, ./var).",
    callback=lambda _context, _option, home: read_settings(home=home),
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


@contextmanager
def progress() -> Iterator[Callable[..., None]]:
    """Progress bars on a terminal, and nothing elsewhere; takes what is done, how much of it, and of how much."""
    text, hidden = TextColumn("{task.description}"), not sys.stderr.isatty()
    columns = (SpinnerColumn(), text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden) as bars:
        task = cache(lambda what, total: bars.add_task(what, total=total))
        yield lambda what, done=0, total=None: bars.update(task(what, total), advance=done)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: str | Sequence[str], *, as_json: bool = False, empty: str
) -> None:
    """Print rows as a table on a terminal, tab-separated lines elsewhere, or JSON; ``empty`` where there are none."""
    names = columns.split() if isinstance(columns, str) else columns
    cells = [["" if row.get(name) is None else " ".join(str(row[name]).split()) for name in names] for row in rows]
    if as_json:
        print_json([dict(row) for row in rows])
    elif not rows:
        click.echo(empty)
    elif sys.stdout.isatty():
        headers = [Column(name, no_wrap=number < 2, overflow="fold") for number, name in enumerate(names)]
        table = Table(*headers, box=None, header_style="bold", pad_edge=False)
        for row in cells:
            table.add_row(*row)
        Console(markup=False).print(table)
    else:
        click.echo("\n".join("\t".join(row) for row in (names, *cells)))


@contextmanager
def writer(settings: Settings) -> Iterator[Workbench]:
    """The workbench for writing: locked, with runs of a killed process marked as interrupted."""
    with writing(settings.home), Workbench(settings.workbench, settings.base) as workbench:
        for number in workbench.mark_interrupted():
            click.echo(f"run {number} was interrupted; what it had kept stays", err=True)
        yield workbench


@contextmanager
def reader(settings: Settings) -> Iterator[Workbench]:
    """The workbench for reading; a home folder without one is an error with a hint."""
    if not settings.workbench.exists():
        raise WorkbenchError(f"There is no workbench in {settings.home}: run talkoot harvest --bundled first.")
    with Workbench(settings.workbench, settings.base) as workbench:
        yield workbench


def names_of(settings: Settings) -> NameTable:
    """The table of names: the product's, and the home folder's over it."""
    return NameTable(read_name_rows(Curated(FACTS).tables(settings.home, "names.csv")))


@contextmanager
def network_of(settings: Settings, routes: Mapping[str, str] | None = None) -> Iterator[Network]:
    """The way to the network for a home whose workbench is open; a route that cannot be used is wrong use."""
    with closing(FetchLog(settings.workbench)) as log:
        try:
            network = Network(settings, log, routes)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--route") from error
        yield network


def harvest_sources(
    workbench: Workbench, settings: Settings, definitions: list[Definition], *, quiet: bool = False,
    routes: Mapping[str, str] | None = None, replay: int | None = None, limit: int | None = None, since: str = "",
) -> list[RunReport]:  # fmt: skip
    """Harvest sources, sites side by side, and print a line for each."""
    reports = []
    with ExitStack() as opened, progress() as report:
        bundled = all(definition.bundled for definition in definitions)
        network = None if bundled else opened.enter_context(network_of(settings, routes))
        job = Harvest(workbench, settings, names_of(settings), Gate(), network)
        hosts = {one.id: f"{urlsplit(one.address).hostname} ({one.id})" for one in definitions if not one.bundled}
        for result in job.run_all(definitions, lambda name, n: report(hosts.get(name, name), n), replay, limit, since):
            reports.append(result)
            words = [f"{result.new} new", f"{result.changed} changed", f"{result.unchanged} unchanged"]
            words += [f"{result.gone} gone"] if result.gone else []
            words += [f"{result.set_aside} set aside (talkoot issues {result.source})"] if result.set_aside else []
            told = f"{result.source}: {result.status}, {result.read} records: {', '.join(words)}"
            if not quiet:
                click.echo(f"{told}; {result.note}" if result.note else told, err=result.failed)
    return reports


@contextmanager
def rehearsal(settings: Settings) -> Iterator[Settings]:
    """Settings of a copy of the home, without its archive, that is gone when the rehearsal ends."""
    with TemporaryDirectory() as folder:
        for name in (settings.workbench.name, "names.csv"):
            if (settings.home / name).exists():
                shutil.copy(settings.home / name, folder)
        yield replace(settings, home=Path(folder))


@contextmanager
def replica_routes() -> Iterator[dict[str, str]]:
    """Routes to made-up replicas of the sites, which a process of the tests serves meanwhile."""
    checkout = Path(__file__).resolve().parent.parent
    if not (checkout / "tests" / "replicas").is_dir():
        raise click.UsageError("The replicas are in the checkout's tests: run it there.")
    command, pipe = [sys.executable, "-m", "tests.replicas"], subprocess.PIPE
    with subprocess.Popen(command, cwd=checkout, stdin=pipe, stdout=pipe, text=True) as serve:
        line = serve.stdout.readline() if serve.stdout else ""
        try:
            yield dict(route.split("=", 1) for route in line.split())
        finally:
            serve.terminate()


def call_hook(settings: Settings, sentence: str) -> None:
    """Run the steward's command with a sentence, so that the failure of a timer's job is noticed."""
    if settings.hook:
        subprocess.run([*shlex.split(settings.hook), sentence], check=False, timeout=60)


def publish_release(workbench: Workbench, settings: Settings, accepted: dict[str, str], engine: str = "") -> None:
    """Publish the next release with the steward's corrections, with progress on a terminal, and tell what changed."""
    from talkoot.graph.engine.loading import engine_loader

    corrections, source = read_corrections(settings.home), curated_source(settings.home)
    if any(one.new for one in corrections):
        harvest_sources(workbench, settings, [source], quiet=True)
    elif any(known.id == source.id for known in workbench.sources()):
        workbench.finish_run(workbench.begin_run(source, MAPPING_VERSION), source.id, "complete")
    with progress() as report:
        release, idle = publish(
            workbench, settings, Curated(FACTS), names_of(settings), accepted, lambda step: report(step, 1, 1),
            corrections, **({"load": engine_loader(engine, settings)} if engine else {}),
        )  # fmt: skip
    for one in idle:
        told = f"{FILE}: {one.subject} no longer has {one.field} {one.old!r}: take the row out, or mend it"
        click.echo(told, err=True)
    manifest = release.manifest
    changes = [f"{sum(len(keys[w]) for keys in manifest['changes'].values())} {w}" for w in ("new", "changed", "gone")]
    click.echo(
        f"Release {manifest['number']} is current: {manifest['quads']:,} quads from {manifest['records']:,} records; "
        f"{', '.join(changes)} since the last one."
    )


def served(settings: Settings) -> Release:
    """The current release. Raises :class:`ReleaseError` with a hint where there is none."""
    release = current_release(settings)
    if release is None:
        raise ReleaseError(f"There is no release in {settings.home}: run talkoot demo, or harvest and publish.")
    return release


def serve_release(
    settings: Settings, server: Mapping[str, Any], *, number: int | None = None, files: Sequence[Path] = ()
) -> None:
    """Serve the current release, one by its number, or RDF files as they are, until the process is told to end.

    ``server`` lies over the settings.
    """
    from talkoot.graph.engine.loading import check_engine
    from talkoot.graph.rdf_files import release_of_files
    from talkoot.web.server import ServerError, run_server  # Flask and granian: only where they are needed

    settings = replace(settings, **{name: value for name, value in server.items() if value is not None})
    address = f"http://{settings.host}:{settings.port}/"
    with TemporaryDirectory(prefix="talkoot-") as folder:
        stage = replace(settings, home=Path(folder))
        if number is not None:
            stage.releases.symlink_to(settings.releases.resolve())
            switch(stage, number)
        settings = stage if files or number is not None else settings
        if files:
            quads = release_of_files(files, settings).manifest["quads"]
            click.echo(f"{quads:,} quads of {len(files)} files are served at {address}sparql (Ctrl-C ends it).")
        else:
            check_engine(settings.current, settings)
            click.echo(f"Release {served(settings).number} is served at {address} (Ctrl-C ends it).")
        try:
            run_server(settings)
        except ServerError as error:
            click.echo(str(error), err=True)
            sys.exit(FAILED)


def check_own(settings: Settings, *, fix: bool) -> list[str]:
    """Faults of the ontology, the definitions of sources, and the curated tables."""
    faults = check_ontology(fix=fix)
    try:
        load_definitions(settings.home)
        names_of(settings)
        Curated(FACTS).check(settings.home)
        read_corrections(settings.home)
    except (DefinitionError, TableError) as error:
        faults.append(str(error))
    return faults


def check_files(files: Iterable[Path], *, quiet: bool) -> list[str]:
    """Faults of RDF files of somebody's own; prints warnings, and what a file without faults holds."""
    faults = []
    for file in files:
        try:
            report = check_data(file)
        except DataError as error:
            faults.append(str(error))
            continue
        faults += report.faults
        for warning in report.warnings:
            click.echo(f"warning: {warning}", err=True)
        if not report.faults and not quiet:
            things = ", ".join(f"{count} {name}" for name, count in sorted(report.things.items()))
            click.echo(f"{file.name} is in order: {things}.")
    return faults

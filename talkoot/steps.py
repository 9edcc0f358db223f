"""What the commands of the command line share: the locked workbench, and the steps with what they print."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from talkoot.console import progress
from talkoot.graph.corrections import FILE, read_corrections
from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.gate import Gate
from talkoot.graph.identity.names import NameTable, read_name_rows
from talkoot.graph.identity.resolve import Curated
from talkoot.graph.identity.table_text import TableError
from talkoot.graph.locks import writing
from talkoot.graph.publish import Publication, publish
from talkoot.graph.release import ReleaseError, current_release
from talkoot.graph.settings import Settings
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
    log = FetchLog(settings.workbench)
    try:
        yield Network(settings, log, routes)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--route") from error
    finally:
        log.close()


def harvest_sources(
    workbench: Workbench, settings: Settings, definitions: list[Definition], *, quiet: bool = False,
    routes: Mapping[str, str] | None = None, replay: int | None = None, limit: int | None = None,
) -> list[RunReport]:  # fmt: skip
    """Harvest sources, sites side by side, and print a line for each."""
    reports = []
    with ExitStack() as opened, progress() as report:
        bundled = all(definition.bundled for definition in definitions)
        network = None if bundled else opened.enter_context(network_of(settings, routes))
        job = Harvest(workbench, settings, names_of(settings), Gate(), network)
        for result in job.run_all(definitions, report, replay, limit):
            reports.append(result)
            if not quiet:
                click.echo(_harvested(result), err=result.failed)
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
    serve = subprocess.Popen(
        [sys.executable, "-m", "tests.replicas"], cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with serve:
        line = serve.stdout.readline() if serve.stdout else ""
        try:
            yield dict(route.split("=", 1) for route in line.split())
        finally:
            serve.terminate()


def call_hook(settings: Settings, sentence: str) -> None:
    """Run the steward's command with a sentence, so that the failure of a timer's job is noticed."""
    if settings.hook:
        subprocess.run([*shlex.split(settings.hook), sentence], check=False, timeout=60)


def _harvested(report: RunReport) -> str:
    words = [f"{report.new} new", f"{report.changed} changed", f"{report.unchanged} unchanged"]
    words += [f"{report.gone} gone"] if report.gone else []
    words += [f"{report.set_aside} set aside (talkoot issues {report.source})"] if report.set_aside else []
    return f"{report.source}: {report.status}, {report.read} records: {', '.join(words)}" + (
        f"; {report.note}" if report.note else ""
    )


def publish_release(workbench: Workbench, settings: Settings, accepted: dict[str, str]) -> Publication:
    """Publish the next release with the steward's corrections, with progress on a terminal."""
    corrections = read_corrections(settings.home)
    source = curated_source(settings.home)
    if any(one.new for one in corrections):
        harvest_sources(workbench, settings, [source], quiet=True)
    elif any(known.id == source.id for known in workbench.sources()):
        workbench.finish_run(workbench.begin_run(source, MAPPING_VERSION), source.id, "complete")
    with progress() as report:
        publication = publish(
            workbench,
            settings,
            Curated(FACTS),
            names_of(settings),
            accepted,
            lambda step: report(step, 1, 1),
            corrections,
        )
    for one in publication.idle:
        click.echo(
            f"{FILE}: {one.subject} no longer has {one.field} {one.old!r}: take the row out, or mend it", err=True
        )
    return publication


def published(publication: Publication) -> str:
    """The sentence about a release that was published."""
    manifest = publication.release.manifest
    changes = {
        word: sum(len(keys[word]) for keys in publication.changes.values()) for word in ("new", "changed", "gone")
    }
    return (
        f"Release {manifest['number']} is current: {manifest['quads']:,} quads from {manifest['records']:,} records; "
        f"{changes['new']} new, {changes['changed']} changed, {changes['gone']} gone since the last one."
    )


def serve_release(settings: Settings) -> None:
    """Serve the current release until the process is told to end."""
    from talkoot.web.server import ServerError, run_server  # Flask and granian: only where they are needed

    release = current_release(settings)
    if release is None:
        raise ReleaseError(f"There is no release in {settings.home}: run talkoot demo, or harvest and publish.")
    click.echo(f"Release {release.number} is served at http://{settings.host}:{settings.port}/ (Ctrl-C ends it).")
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

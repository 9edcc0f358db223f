"""Printing for people and for scripts: tables, JSON, and progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

home_option = click.option("--home", type=click.Path(path_type=Path), help="Home folder (TALKOOT_HOME, ./var).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


class Report(Protocol):
    """Takes what is being done and how much of it is done."""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None:
        """Report a step."""


@contextmanager
def progress() -> Iterator[Report]:
    """Progress bars on a terminal, and nothing elsewhere: there each result is a line of its own."""
    if not sys.stderr.isatty():
        yield lambda what, done=0, total=None: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int = 0, total: int | None = None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], advance=done)

        yield report


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print rows as a table on a terminal, tab-separated lines elsewhere, or JSON; ``empty`` where there are none."""
    if as_json:
        print_json([dict(row) for row in rows])
    elif not rows:
        click.echo(empty)
    elif sys.stdout.isatty():
        table = Table(box=None, header_style="bold", pad_edge=False)
        for number, column in enumerate(columns):
            table.add_column(column, no_wrap=number < 2)
        for row in rows:
            table.add_row(*(_cell(row.get(column)) for column in columns))
        Console().print(table)
    else:
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(_cell(row.get(column)) for column in columns))


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())

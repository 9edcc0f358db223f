"""The workbench: one SQLite file of sources, runs, records and issues (WAL mode)."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from talkoot.graph.issues import Issue
from talkoot.graph.records import MappedRecord, Origin
from talkoot.graph.sql import statements

SCHEMA_VERSION = "1"
_SCHEMA = Path(__file__).resolve().parent / "schema.sql"
_SQL = statements("workbench.sql")


class WorkbenchError(RuntimeError):
    """The workbench cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """What a release and its pages tell of a source: the part of its definition that travels."""

    id: str
    title: str
    publisher: str
    publisher_page: str
    country: str
    licence: str
    terms: str
    frequency: str
    obtained: str
    as_of: str
    precedence: int
    personal_data: bool
    known_to_exist: int | None
    known_from: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record as it is kept, with the runs that first saw, last changed and no longer saw it."""

    source: str
    key: str
    origin: Origin
    read_at: str
    content_hash: str
    mapping_version: str
    shapes_hash: str
    quads: str
    first_run: int
    changed_run: int
    gone_run: int | None


@dataclass(frozen=True, slots=True)
class ValidatedRecord:
    """A mapped record that has passed the gate, with its N-Quads, hash and the hash of the gate's shapes."""

    record: MappedRecord
    quads: str
    content_hash: str
    shapes_hash: str


def now() -> str:
    """The present time in UTC, to the second, as an xsd:dateTime."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Workbench:
    """The workbench of a home folder. One process writes (see :mod:`talkoot.graph.locks`), any number read."""

    def __init__(self, path: Path, base: str) -> None:
        """Open the file, or make it. Raises :class:`WorkbenchError` if it is not ours or has another base."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        try:
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=5)
        except sqlite3.OperationalError as error:
            raise WorkbenchError(f"{path} cannot be opened: {error}") from error
        try:
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self._prepare(base)
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise WorkbenchError(f"{path} is not a workbench that this version reads: {error}") from error
        except WorkbenchError:
            self.connection.close()
            raise

    def _prepare(self, base: str) -> None:
        if "missing" not in self._tables():  # the newest table: the file is new, or was made before it
            with self._transaction():
                if (tables := self._tables()) and "meta" not in tables:
                    raise WorkbenchError(f"{self.path} is an SQLite file of another program.")
                for statement in _SCHEMA.read_text(encoding="utf-8").split(";\n"):
                    self.connection.execute(statement)
                self.connection.execute(
                    "INSERT OR IGNORE INTO meta VALUES ('schema', ?), ('base', ?)", (SCHEMA_VERSION, base)
                )
                self._check(base)
        self._check(base)

    def _check(self, base: str) -> None:
        meta = dict(self.connection.execute("SELECT name, value FROM meta"))
        if meta.get("schema") != SCHEMA_VERSION:
            raise WorkbenchError(f"{self.path} has schema {meta.get('schema')}, this version reads {SCHEMA_VERSION}.")
        if meta["base"] != base:
            raise WorkbenchError(
                f"{self.path} was made with the base {meta['base']}, but TALKOOT_BASE is {base}. "
                "Set it back, or choose another home folder."
            )

    def _tables(self) -> set[str]:
        return {name for (name,) in self.connection.execute("SELECT name FROM sqlite_master")}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _run(self, name: str, *values: object) -> sqlite3.Cursor:
        return self.connection.execute(_SQL[name], values)

    def _rows(self, name: str, *values: object) -> list[dict[str, Any]]:
        cursor = self._run(name, *values)
        cursor.row_factory = sqlite3.Row
        return [dict(row) for row in cursor]

    # Runs

    def mark_interrupted(self) -> list[int]:
        """Mark runs that never ended as interrupted; call it only while holding the writer lock."""
        return [number for (number,) in self._run("interrupt", now()).fetchall()]

    def begin_run(self, source: SourceDescription, mapping_version: str) -> int:
        """Begin a run of a source, keep the source's description, and give the run's number."""
        described = {item.name: getattr(source, item.name) for item in fields(SourceDescription)}
        self._run("listing")
        with self._transaction():
            self._run("describe", source.id, source.precedence, json.dumps(described, ensure_ascii=False))
            ((number,),) = self._run("begin", source.id, now(), mapping_version).fetchall()
        return int(number)

    def list_key(self, run: int, key: str, *, sound: bool = True) -> tuple[bool, bool]:
        """List a key that a run met; whether no record had it before, and whether this is the first sound one."""
        new = self._run("list", run, key, sound).rowcount == 1
        return new, sound and (new or self._run("take", run, key).rowcount == 1)

    def changed(self, source: str, hashes: dict[str, str], shapes_hash: str) -> set[str]:
        """Of records by key and content hash, the keys of those that are new, changed, back, or not yet checked."""
        rows = self._run("unchanged", source, shapes_hash, json.dumps(list(hashes)))
        return set(hashes) - {key for key, content_hash in rows if hashes[key] == content_hash}

    def keep(
        self, run: int, records: Iterable[ValidatedRecord], unchanged: int, issues: Collection[Issue],
        mapping_version: str,
    ) -> None:  # fmt: skip
        """Keep a batch in one transaction: records that are new or changed, and the issues."""
        with self._transaction():
            kept = [self._keep_record(run, item, mapping_version) for item in records]
            self.connection.executemany(
                _SQL["note"], (asdict(issue) | {"severity": issue.severity, "run": run} for issue in issues)
            )
            set_aside = len({(issue.key, issue.line) for issue in issues if issue.sets_aside})
            self._run("count", sum(kept), len(kept) - sum(kept), unchanged, set_aside, run)

    def _keep_record(self, run: int, item: ValidatedRecord, mapping_version: str) -> bool:
        """Keep a record; whether it is new."""
        record, origin = item.record, item.record.origin
        ((new,),) = self._run(
            "keep", record.source, record.key, json.dumps(origin.pages), origin.obtained, origin.as_of, origin.licence,
            now(), item.content_hash, mapping_version, item.shapes_hash, item.quads, run,
        ).fetchall()  # fmt: skip
        return bool(new)

    def finish_run(self, run: int, source: str, status: str, note: str = "", grace: int = 1) -> dict[str, Any]:
        """End a run and give its row; a record that ``grace`` complete runs in a row did not list is gone."""
        with self._transaction():
            gone = 0
            if status == "complete":
                self._run("found", source, run)
                self._run("missed", source, run)
                gone = self._run("gone", source, run, grace).rowcount
            self._run("listed", run)
            (row,) = self._rows("end", status, now(), gone, note, run)
        return row

    def forget(self, hides: Callable[[str], bool], kept: Callable[[str], str]) -> int:
        """Take forgotten words out of records, gone ones too, and out of issues; says in how many records they stood.

        ``kept`` gives a record's quads without them. The next harvest looks at such a record as at a changed one.
        """
        self.connection.create_function("kept", 1, kept)
        self.connection.create_function("hides", 1, hides)
        with self._transaction():
            changed = self._run("rewrite").rowcount
            self._run("unsay")
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):  # else SQLite keeps deleted text in the file
            self.connection.execute(statement)
        return changed

    # Reading

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        return self._rows("runs")

    def last_complete_runs(self) -> dict[str, dict[str, Any]]:
        """By source, its last complete run: the day on which all its records that are not gone were last seen."""
        return {row["source"]: row for row in self._rows("complete")}

    def issues(self, source: str | None = None) -> list[dict[str, Any]]:
        """Issues that the last finished run of their source still had, worst first, with when each was first seen."""
        return self._rows("issues", source)

    def issues_of(self, run: int) -> list[dict[str, Any]]:
        """Issues that a run met, as far as no later run of the source met them again."""
        return self._rows("issues_of", run)

    def difference(self, run: int) -> dict[str, list[str]]:
        """The keys of the records that a run brought, changed, or no longer listed."""
        found: dict[str, list[str]] = {"new": [], "changed": [], "gone": []}
        for key, word in self._run("difference", run):
            found[word].append(key)
        return found

    def sources(self) -> list[SourceDescription]:
        """The sources that were harvested, by precedence."""
        rows = self.connection.execute("SELECT description FROM sources ORDER BY precedence, id")
        return [SourceDescription(**json.loads(description)) for (description,) in rows]

    def records(self) -> Iterator[KeptRecord]:
        """All records that are not gone, by precedence of source, then key."""
        for source, key, pages, obtained, as_of, licence, *rest in self._run("records"):
            yield KeptRecord(source, key, Origin(tuple(json.loads(pages)), obtained, as_of, licence), *rest)

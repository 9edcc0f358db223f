"""The workbench: one SQLite file of runs, records, issues and decisions (WAL mode)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from talkoot.graph.issues import Issue
from talkoot.graph.records import MappedRecord, Origin

SCHEMA_VERSION = "1"
_SCHEMA = Path(__file__).resolve().parent / "schema.sql"


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
        if not self._has_tables("name = 'missing'"):  # the newest table: the file is new, or was made before it
            with self._transaction():
                if self._has_tables("TRUE") and not self._has_tables("name = 'meta'"):
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

    def _has_tables(self, which: str) -> bool:
        query = f"SELECT 1 FROM sqlite_master WHERE {which}"  # noqa: S608  # joins constants
        return self.connection.execute(query).fetchone() is not None

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

    # Runs

    def mark_interrupted(self) -> list[int]:
        """Mark runs that never ended as interrupted; call it only while holding the writer lock."""
        with self._transaction():
            rows = self.connection.execute(
                "UPDATE runs SET status = 'interrupted', ended = ? WHERE status = 'running' RETURNING id", (now(),)
            ).fetchall()
        return [row[0] for row in rows]

    def begin_run(self, source: SourceDescription, mapping_version: str) -> int:
        """Begin a run of a source, keep the source's description, and give the run's number."""
        self.connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS seen (run INTEGER, key TEXT, PRIMARY KEY (run, key)) WITHOUT ROWID"
        )
        with self._transaction():
            self.connection.execute(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?)",
                (
                    source.id,
                    source.precedence,
                    json.dumps(
                        {item.name: getattr(source, item.name) for item in fields(SourceDescription)},
                        ensure_ascii=False,
                    ),
                ),
            )
            cursor = self.connection.execute(
                "INSERT INTO runs (source, started, status, mapping_version) VALUES (?, ?, 'running', ?)",
                (source.id, now(), mapping_version),
            )
        if cursor.lastrowid is None:
            raise WorkbenchError("SQLite gave the new run no number")
        return cursor.lastrowid

    def changed(self, source: str, hashes: dict[str, str], shapes_hash: str) -> set[str]:
        """Of records by key and content hash, the keys of those that are new, changed, back, or not yet checked."""
        rows = self.connection.execute(
            "SELECT key, content_hash FROM records WHERE source = ? AND shapes_hash = ? AND gone_run IS NULL "
            "AND key IN (SELECT value FROM json_each(?))",
            (source, shapes_hash, json.dumps(list(hashes))),
        )
        return set(hashes) - {key for key, content_hash in rows if hashes[key] == content_hash}

    def keep(
        self, run: int, records: Iterable[ValidatedRecord], unchanged: int, listed: Iterable[str],
        issues: Iterable[Issue], mapping_version: str,
    ) -> None:  # fmt: skip
        """Keep a batch in one transaction: records that are new or changed, every key listed, and the issues."""
        with self._transaction():
            self.connection.executemany("INSERT OR IGNORE INTO temp.seen VALUES (?, ?)", ((run, key) for key in listed))
            new = changed = 0
            for item in records:
                if self._keep_record(run, item, mapping_version):
                    new += 1
                else:
                    changed += 1
            set_aside = self._keep_issues(run, issues)
            self.connection.execute(
                "UPDATE runs SET read = read + ?, new = new + ?, changed = changed + ?, unchanged = unchanged + ?, "
                "set_aside = set_aside + ? WHERE id = ?",
                (new + changed + unchanged, new, changed, unchanged, set_aside, run),
            )

    def _keep_record(self, run: int, item: ValidatedRecord, mapping_version: str) -> bool:
        record, origin = item.record, item.record.origin
        known = self.connection.execute(
            "SELECT 1 FROM records WHERE source = ? AND key = ?", (record.source, record.key)
        ).fetchone()
        self.connection.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) "
            "ON CONFLICT DO UPDATE SET pages = excluded.pages, obtained = excluded.obtained, as_of = excluded.as_of, "
            "licence = excluded.licence, read_at = excluded.read_at, content_hash = excluded.content_hash, "
            "mapping_version = excluded.mapping_version, shapes_hash = excluded.shapes_hash, quads = excluded.quads, "
            "changed_run = excluded.changed_run, gone_run = NULL",
            (record.source, record.key, json.dumps(origin.pages), origin.obtained, origin.as_of, origin.licence, now(),
             item.content_hash, mapping_version, item.shapes_hash, item.quads, run, run),
        )  # fmt: skip
        return known is None

    def _keep_issues(self, run: int, issues: Iterable[Issue]) -> int:
        set_aside: set[tuple[str, int]] = set()
        for issue in issues:
            if issue.sets_aside:
                set_aside.add((issue.key, issue.line))
            self.connection.execute(
                "INSERT INTO issues VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "last_run = excluded.last_run, message = excluded.message, file = excluded.file",
                (issue.source, issue.key, issue.code, issue.field, issue.value, str(issue.severity), issue.file,
                 issue.line, issue.expected, issue.message, run, run),
            )  # fmt: skip
        return len(set_aside)

    def finish_run(self, run: int, source: str, status: str, note: str = "", grace: int = 1) -> dict[str, Any]:
        """End a run and give its row; a record that ``grace`` complete runs in a row did not list is gone."""
        with self._transaction():
            gone = 0
            if status == "complete":
                listed = "(SELECT key FROM temp.seen WHERE run = ?2)"
                for statement in (
                    f"DELETE FROM missing WHERE source = ?1 AND key IN {listed}",  # noqa: S608  # joins constants
                    "INSERT INTO missing SELECT source, key, ?2 FROM records WHERE source = ?1 AND gone_run IS NULL "  # noqa: S608
                    f"AND key NOT IN {listed}",
                ):
                    self.connection.execute(statement, (source, run))
                gone = self.connection.execute(
                    "UPDATE records SET gone_run = ?2 WHERE source = ?1 AND gone_run IS NULL AND key IN "
                    "(SELECT key FROM missing WHERE source = ?1 GROUP BY key HAVING count(*) >= ?3)",
                    (source, run, grace),
                ).rowcount
            self.connection.execute("DELETE FROM temp.seen WHERE run = ?", (run,))
            (row,) = self._rows(
                "UPDATE runs SET status = ?, ended = ?, gone = ?, note = ? WHERE id = ? RETURNING *",
                (status, now(), gone, note, run),
            )
        return row

    def forget(self, hides: Callable[[str], bool], kept: Callable[[str], str]) -> int:
        """Take forgotten words out of records, gone ones too, and out of issues; says in how many records they stood.

        ``kept`` gives a record's quads without them. The next harvest looks at such a record as at a changed one.
        """
        with self._transaction():
            rows = self.connection.execute("SELECT source, key, quads FROM records").fetchall()
            found = [(quads, source, key) for source, key, text in rows if (quads := kept(text)) != text]
            self.connection.executemany(
                "UPDATE records SET quads = ?, content_hash = '' WHERE source = ? AND key = ?", found
            )
            issues = self.connection.execute("SELECT source, key, code, field, value, line, message FROM issues")
            self.connection.executemany(
                "DELETE FROM issues WHERE (source, key, code, field, value, line) = (?, ?, ?, ?, ?, ?)",
                [row[:6] for row in issues.fetchall() if any(hides(row[place]) for place in (1, 4, 6))],
            )
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):  # else SQLite keeps deleted text in the file
            self.connection.execute(statement)
        return len(found)

    # Reading

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        return self._rows("SELECT * FROM runs ORDER BY id DESC")

    def issues(self, source: str | None = None) -> list[dict[str, Any]]:
        """Issues that the last finished run of their source still had, worst first, with when each was first seen."""
        return self._rows(
            "SELECT issues.*, runs.started AS first_seen FROM issues JOIN runs ON runs.id = first_run "
            "JOIN (SELECT source AS of, max(id) AS latest FROM runs "
            "WHERE status <> 'interrupted' GROUP BY source) ON of = issues.source AND last_run = latest "
            "WHERE ? IS NULL OR issues.source = ? "
            "ORDER BY severity = 'info', severity = 'warning', code, issues.source, key, line, field",
            (source, source),
        )

    def issues_of(self, run: int) -> list[dict[str, Any]]:
        """Issues that a run met, as far as no later run of the source met them again."""
        return self._rows("SELECT * FROM issues WHERE last_run = ? OR first_run = ?", (run, run))

    def difference(self, run: int) -> dict[str, list[str]]:
        """The keys of the records that a run brought, changed, or no longer listed."""
        found: dict[str, list[str]] = {"new": [], "changed": [], "gone": []}
        for key, first, gone in self.connection.execute(
            "SELECT key, first_run, gone_run FROM records WHERE changed_run = ?1 OR gone_run = ?1 ORDER BY key", (run,)
        ):
            found["gone" if gone == run else "new" if first == run else "changed"].append(key)
        return found

    def sources(self) -> list[SourceDescription]:
        """The sources that were harvested, by precedence."""
        rows = self.connection.execute("SELECT description FROM sources ORDER BY precedence, id")
        return [SourceDescription(**json.loads(row[0])) for row in rows]

    def records(self) -> Iterator[KeptRecord]:
        """All records that are not gone, by precedence of source, then key."""
        rows = self.connection.execute(
            "SELECT r.source, r.key, r.pages, r.obtained, r.as_of, r.licence, r.read_at, r.content_hash, "
            "r.mapping_version, r.shapes_hash, r.quads, r.first_run, r.changed_run, r.gone_run "
            "FROM records r JOIN sources s ON s.id = r.source WHERE r.gone_run IS NULL "
            "ORDER BY s.precedence, r.source, r.key"
        )
        for row in rows:
            origin = Origin(tuple(json.loads(row[2])), row[3], row[4], row[5])
            yield KeptRecord(row[0], row[1], origin, *row[6:])

    def last_complete_runs(self) -> dict[str, dict[str, Any]]:
        """By source, its last complete run: the day on which all its records that are not gone were last seen."""
        rows = self._rows(
            "SELECT * FROM runs WHERE id IN (SELECT max(id) FROM runs WHERE status = 'complete' GROUP BY source)"
        )
        return {row["source"]: row for row in rows}

    def keep_decisions(self, rows: Iterable[tuple[str, ...]]) -> None:
        """Replace the index of decisions by the rows of the table, in its column order."""
        with self._transaction():
            self.connection.execute("DELETE FROM decisions")
            self.connection.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

"""Every setting of Talkoot: its name, what it means and its default, read from the environment."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from talkoot.ontology.namespaces import TALKOOT

AGENT = re.compile(r"[a-z0-9-]+")
_REPORT_TO = re.compile(r"https?://[^\s\"<>]+|[^\s@\"<>?&]+@[^\s@\"<>?&]+")
_WEB = ("http://", "https://")


class SettingError(ValueError):
    """A setting's value cannot be used; the message names the variable and what was expected."""


def setting(default: Any, meaning: str) -> Any:
    """Declare a field of :class:`Settings` with its default and one sentence of documentation."""
    return field(default=default, metadata={"meaning": meaning})


# ruff: noqa: RUF009  # setting() only declares a field
@dataclass(frozen=True)
class Settings:
    """All settings, each also an environment variable ``TALKOOT_`` + its name in capitals."""

    home: Path = setting(Path("var"), "Folder of the workbench, the releases and the steward's own tables.")
    base: str = setting(TALKOOT, "Base of the data's IRIs; ends in a slash. A home keeps the base it was made with.")
    publisher: str = setting("Talkoot", "Organisation that publishes the releases, as their descriptions name it.")
    publisher_page: str = setting(TALKOOT, "Web page of that organisation, where it can be reached.")
    report_to: str = setting(
        "", "Mail address or issue form that readers report errors to; {title} and {body} in it are filled in."
    )
    host: str = setting("127.0.0.1", "Address that the server listens on.")
    port: int = setting(8000, "Port that the server listens on.")
    workers: int = setting(2, "Web server processes.")
    threads: int = setting(6, "Threads of each web server process, each with a query reader of its own.")
    query_seconds: float = setting(10.0, "Time limit of one query, in seconds; its reader is killed after it.")
    query_rows: int = setting(100_000, "Most rows or triples of one answer of /sparql; an answer that is cut says so.")
    answer_bytes: int = setting(268_435_456, "Most bytes of one answer of /sparql; it is broken off there.")
    slow_queries: int = setting(2, "Queries over a tenth of a second that run at once, in all processes together.")
    waiting_queries: int = setting(2, "Slow queries that wait for those to end; one more is answered 503.")
    minute_queries: int = setting(600, "Requests of /sparql that one client address has a minute; 0 for no limit.")
    minute_query_seconds: float = setting(60.0, "Seconds of query time that it has a minute; 0 for no limit.")
    minute_pages: int = setting(600, "Other requests that it has a minute; 0 for no limit.")
    trusted_proxies: str = setting("", "Addresses or networks of proxies whose X-Forwarded-For is believed, by spaces.")
    style_page: int = setting(0, "1 shows /style, every part of the pages in every state, to those who work on them.")
    query_bytes: int = setting(65536, "Longest query text accepted, in bytes.")
    query_memory: int = setting(1024, "Memory that one query may take beyond the release itself, in MiB.")
    memory_triples: int = setting(500_000, "Releases up to this many triples are held in memory, larger ones on disk.")
    max_line_bytes: int = setting(1_048_576, "Longest line of a fact file that is read, in bytes.")
    fetch_seconds: float = setting(1.2, "Least time between two requests to a host, in seconds.")
    retry_seconds: float = setting(120.0, "Longest Retry-After that is waited for; a longer one puts the host off.")
    fetch_deadline: float = setting(120.0, "Time limit of one answer, in seconds; a definition may allow more.")
    fetch_wire_bytes: int = setting(
        67_108_864, "Longest answer, in bytes as they are sent; a definition may allow more."
    )
    fetch_bytes: int = setting(268_435_456, "Longest answer, in bytes once unzipped; a definition may allow more.")
    archive_days: int = setting(
        90, "Days that pages of sources with personal data stay in the archive; 0: not beyond the run."
    )
    grace_runs: int = setting(2, "Complete runs in a row that must miss a record of a site before it is gone.")
    hook: str = setting("", "Command that is run with one sentence when a harvest fails or a release is held back.")
    loss_share: float = setting(0.1, "Share of a source's records that may be gone before a release is held back.")
    loss_records: int = setting(3, "Records of a source that must be gone before a release is held back.")
    steward: str = setting("steward", "Agent id that judgements are written under (steward-1), no person's name.")
    engine_password: str = setting("", "Password for the SPARQL server that a release is loaded into; in no file.")

    @property
    def workbench(self) -> Path:
        """The workbench's one SQLite file."""
        return self.home / "workbench.sqlite"

    @property
    def releases(self) -> Path:
        """The folder of numbered releases."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """The link that names the release being served."""
        return self.home / "current"

    def proxies(self) -> list[IPv4Network | IPv6Network]:
        """The networks of trusted proxies. Raises ValueError for one that is none."""
        return [ip_network(word) for word in self.trusted_proxies.split()]


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"TALKOOT_{name.upper()}"


def read_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment (or the mapping given), with overrides that are not None on top.

    Raises :class:`SettingError` naming the variable, its value and what was expected.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for item in fields(Settings):
        text = environ.get(variable(item.name))
        if text is not None:
            values[item.name] = _parse(variable(item.name), text, type(item.default))
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = Settings(**values)
    if not settings.base.startswith(_WEB) or not settings.base.endswith("/"):
        raise SettingError(f"TALKOOT_BASE is {settings.base!r}: expected an http address that ends in a slash")
    if not settings.publisher_page.startswith(_WEB) or " " in settings.publisher_page:
        raise SettingError(f"TALKOOT_PUBLISHER_PAGE is {settings.publisher_page!r}: expected an http address")
    if settings.report_to and not _REPORT_TO.fullmatch(settings.report_to):
        raise SettingError(f"TALKOOT_REPORT_TO is {settings.report_to!r}: expected a mail or an http address")
    try:
        settings.proxies()
    except ValueError as error:
        raise SettingError(f"TALKOOT_TRUSTED_PROXIES: {error}") from error
    if not AGENT.fullmatch(settings.steward):
        raise SettingError(f"TALKOOT_STEWARD is {settings.steward!r}: expected an agent's id of a-z, 0-9 and -")
    return settings


def _parse(name: str, text: str, kind: Any) -> Any:
    if issubclass(kind, Path | str):
        return kind(text)
    try:
        value: float = kind(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        expected = "a whole number" if kind is int else "a number"
        raise SettingError(f"{name} is {text!r}: expected {expected} that is not negative")
    return value

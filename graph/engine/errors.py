"""What can go wrong with a query, each with the data that an answer to the asker needs."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from talkoot.graph.table_files import table_rows


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    """What each error says to the asker."""
    return {row["error"]: row["sentence"] for _, row in table_rows(Path(__file__).with_suffix(".csv"))}


class EngineError(Exception):
    """The base of every way in which a query can fail; its sentence is filled in from its data."""

    def __str__(self) -> str:
        return _sentences().get(type(self).__name__, "").format_map(vars(self)) or super().__str__()


@dataclass
class QuerySyntaxError(EngineError):
    """The query text is not SPARQL; line and column count from 1, details are the engine's own words."""

    line: int
    column: int
    hint: str
    excerpt: str
    details: str


class ServiceRefused(EngineError):
    """The query contains SERVICE, which would let a stranger send requests from inside this network."""


@dataclass
class UpdateRefused(EngineError):
    """The text is an update; the keyword is the one that says so."""

    keyword: str = "an update"


@dataclass
class QueryTimeLimit(EngineError):
    """The query was stopped at its time limit."""

    seconds: float


@dataclass
class QueryMemoryLimit(EngineError):
    """The query needed more memory than one query may take."""

    mebibytes: int


@dataclass
class AnswerTooLong(EngineError):
    """The answer has more bytes than one answer may have."""

    bytes: int


@dataclass
class QueryFailed(EngineError):
    """The query could not be answered; `by_engine` says that the query is not to blame."""

    details: str
    by_engine: bool = False


class ClientGone(EngineError):
    """Nobody waits for the answer any more."""


@dataclass
class EngineUnavailable(EngineError):
    """No release is being served at this moment."""

    details: str = ""


@dataclass
class EngineBusy(EngineError):
    """As many long queries run and wait as may."""

    seconds: int = 5

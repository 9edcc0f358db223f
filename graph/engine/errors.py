"""What can go wrong with a query, each with the data that an answer to the asker needs."""

from __future__ import annotations

from dataclasses import dataclass


class EngineError(Exception):
    """The base of every way in which a query can fail; its sentence is filled in from its data."""

    sentence = ""

    def __str__(self) -> str:
        return self.sentence.format_map(vars(self)) or super().__str__()


@dataclass
class QuerySyntaxError(EngineError):
    """The query text is not SPARQL; line and column count from 1, details are the engine's own words."""

    sentence = "Line {line}, column {column}: {hint}"
    line: int
    column: int
    hint: str
    excerpt: str
    details: str


class ServiceRefused(EngineError):
    """The query contains SERVICE, which would let a stranger send requests from inside this network."""

    sentence = (
        "SERVICE is not allowed here: this endpoint answers from its own data only. "
        "Send the rest of your query here and join the answers on your side."
    )


@dataclass
class UpdateRefused(EngineError):
    """The text is an update; the keyword is the one that says so."""

    sentence = "This endpoint only reads: {keyword} is refused. A query starts with SELECT, ASK, CONSTRUCT or DESCRIBE."
    keyword: str = "an update"


@dataclass
class QueryTimeLimit(EngineError):
    """The query was stopped at its time limit."""

    sentence = (
        "The query was stopped after {seconds:g} seconds. Ask for less: add a LIMIT, name a class "
        "or a property, or join fewer patterns that share no variable."
    )
    seconds: float


@dataclass
class QueryMemoryLimit(EngineError):
    """The query needed more memory than one query may take."""

    sentence = (
        "The query was stopped because it needed more than {mebibytes} MiB. Patterns that share no "
        "variable, and sorting or grouping a great many rows, are the usual cause."
    )
    mebibytes: int


@dataclass
class AnswerTooLong(EngineError):
    """The answer has more bytes than one answer may have."""

    sentence = "The answer was stopped at {bytes} bytes. Ask for fewer columns or rows, or take the dumps."
    bytes: int


@dataclass
class QueryFailed(EngineError):
    """The query could not be answered; `by_engine` says that the query is not to blame."""

    sentence = "The query could not be answered: {details}"
    details: str
    by_engine: bool = False


class ClientGone(EngineError):
    """Nobody waits for the answer any more."""

    sentence = "The query was stopped because its client has hung up."


@dataclass
class EngineUnavailable(EngineError):
    """No release is being served at this moment."""

    sentence = "No release is being served at the moment; try again in a few seconds."
    details: str = ""


@dataclass
class EngineBusy(EngineError):
    """As many long queries run and wait as may."""

    sentence = "Too many long queries are running here. Try again in {seconds} seconds, or ask for less."
    seconds: int = 5

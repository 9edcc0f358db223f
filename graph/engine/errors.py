"""What can go wrong with a query, each with the data that an answer to the asker needs."""

from __future__ import annotations

from dataclasses import dataclass


class EngineError(Exception):
    """The base of every way in which a query can fail."""


@dataclass
class QuerySyntaxError(EngineError):
    """The query text is not SPARQL; line and column count from 1."""

    line: int
    column: int
    hint: str
    details: str
    excerpt: str = ""

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.hint}"


class ServiceRefused(EngineError):
    """The query contains SERVICE, which would let a stranger send requests from inside this network."""

    def __str__(self) -> str:
        return (
            "SERVICE is not allowed here: this endpoint answers from its own data only. "
            "Send the rest of your query here and join the answers on your side."
        )


@dataclass
class UpdateRefused(EngineError):
    """The text is an update; the keyword is the one that says so."""

    keyword: str = "an update"

    def __str__(self) -> str:
        return (
            f"This endpoint only reads: {self.keyword} is refused. "
            "A query starts with SELECT, ASK, CONSTRUCT or DESCRIBE."
        )


@dataclass
class QueryTimeLimit(EngineError):
    """The query was stopped at its time limit."""

    seconds: float

    def __str__(self) -> str:
        return (
            f"The query was stopped after {self.seconds:g} seconds. Ask for less: add a LIMIT, name a class "
            "or a property, or join fewer patterns that share no variable."
        )


@dataclass
class QueryMemoryLimit(EngineError):
    """The query needed more memory than one query may take."""

    mebibytes: int

    def __str__(self) -> str:
        return (
            f"The query was stopped because it needed more than {self.mebibytes} MiB. Patterns that share no "
            "variable, and sorting or grouping a great many rows, are the usual cause."
        )


@dataclass
class QueryFailed(EngineError):
    """The query could not be answered; `by_engine` says that the query is not to blame."""

    details: str
    by_engine: bool = False

    def __str__(self) -> str:
        return f"The query could not be answered: {self.details}"


@dataclass
class EngineUnavailable(EngineError):
    """No release is being served at this moment."""

    details: str = ""

    def __str__(self) -> str:
        return "No release is being served at the moment; try again in a few seconds."

"""The engine that answers SPARQL over one release, in processes that can be killed."""

from talkoot.graph.engine.client import Answer, ReaderConnection
from talkoot.graph.engine.errors import (
    EngineError,
    EngineUnavailable,
    QueryFailed,
    QueryMemoryLimit,
    QuerySyntaxError,
    QueryTimeLimit,
    ServiceRefused,
    UpdateRefused,
)
from talkoot.graph.engine.keeper import ReleaseKeeper
from talkoot.graph.engine.query_text import query_form, refuse_service, refuse_update

__all__ = [
    "Answer",
    "EngineError",
    "EngineUnavailable",
    "QueryFailed",
    "QueryMemoryLimit",
    "QuerySyntaxError",
    "QueryTimeLimit",
    "ReaderConnection",
    "ReleaseKeeper",
    "ServiceRefused",
    "UpdateRefused",
    "query_form",
    "refuse_service",
    "refuse_update",
]

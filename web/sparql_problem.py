"""What a query that is not answered becomes for its asker: one type of problem for programs and for the page."""

from __future__ import annotations

import logging

from talkoot.graph import engine

_log = logging.getLogger(__name__)

# the type of problem that an engine's error becomes, and which of its data go along
_PROBLEMS: dict[type[engine.EngineError], tuple[str, tuple[str, ...]]] = {
    engine.QuerySyntaxError: ("syntax", ("line", "column", "hint", "excerpt", "details")),
    engine.ServiceRefused: ("service-refused", ()),
    engine.UpdateRefused: ("update-refused", ()),
    engine.QueryTimeLimit: ("time-limit", ("seconds",)),
    engine.QueryMemoryLimit: ("memory-limit", ("mebibytes",)),
    engine.AnswerTooLong: ("answer-too-long", ("bytes",)),
    engine.QueryFailed: ("query-failed", ()),
    engine.EngineUnavailable: ("engine-unavailable", ()),
    engine.EngineBusy: ("engine-busy", ()),
    engine.ClientGone: ("query-failed", ()),
}
_RETRY: dict[type[engine.EngineError], int] = {engine.EngineUnavailable: 2, engine.EngineBusy: 5}


class Refused(Exception):
    """The request is answered with this problem."""

    def __init__(self, slug: str, detail: str, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.slug, self.headers, self.members = slug, headers or {}, members


def problem_of(error: engine.EngineError) -> Refused:
    """The problem that an engine's error becomes."""
    slug, members = _PROBLEMS[type(error)]
    if isinstance(error, engine.EngineUnavailable):
        _log.warning("no engine: %s", error.details)
    if isinstance(error, engine.QueryFailed) and error.by_engine:
        slug = "engine-failed"
    retry = _RETRY.get(type(error))
    headers = {"Retry-After": str(retry)} if retry else None
    return Refused(slug, str(error), headers, **{name: getattr(error, name) for name in members})

"""What a query that is not answered becomes for its asker: one type of problem for programs and for the page."""

from __future__ import annotations

import logging

from talkoot.graph.engine import errors

_log = logging.getLogger(__name__)

# the type of problem that an engine's error becomes, and which of its data go along
_PROBLEMS: dict[type[errors.EngineError], tuple[str, tuple[str, ...]]] = {
    errors.QuerySyntaxError: ("syntax", ("line", "column", "hint", "excerpt", "details")),
    errors.ServiceRefused: ("service-refused", ()),
    errors.UpdateRefused: ("update-refused", ()),
    errors.QueryTimeLimit: ("time-limit", ("seconds",)),
    errors.QueryMemoryLimit: ("memory-limit", ("mebibytes",)),
    errors.AnswerTooLong: ("answer-too-long", ("bytes",)),
    errors.QueryFailed: ("query-failed", ()),
    errors.EngineUnavailable: ("engine-unavailable", ()),
    errors.EngineBusy: ("engine-busy", ()),
    errors.ClientGone: ("query-failed", ()),
}
_RETRY: dict[type[errors.EngineError], int] = {errors.EngineUnavailable: 2, errors.EngineBusy: 5}


class Refused(Exception):
    """The request is answered with this problem."""

    def __init__(self, slug: str, detail: str, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.slug, self.headers, self.members = slug, headers or {}, members


def problem_of(error: errors.EngineError) -> Refused:
    """The problem that an engine's error becomes."""
    slug, members = _PROBLEMS[type(error)]
    if isinstance(error, errors.EngineUnavailable):
        _log.warning("no engine: %s", error.details)
    if isinstance(error, errors.QueryFailed) and error.by_engine:
        slug = "engine-failed"
    retry = _RETRY.get(type(error))
    headers = {"Retry-After": str(retry)} if retry else None
    return Refused(slug, str(error), headers, **{name: getattr(error, name) for name in members})

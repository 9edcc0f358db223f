"""Whatever is sent to /sparql, only documented answers come back, and nothing stays broken for longer than a second.

Every request is made from a seed and its number, so a failure names what makes it again. ``TALKOOT_FUZZ`` says how many
requests are sent (100000 for the full run).
"""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, serialize

from talkoot.web.problem import problem_types
from tests.graph.engine.releases import eventually, some_quads
from tests.w3c.serving import FileServer, file_server
from tests.web.hostile_requests import DIRECT, Case, case

COUNT = int(os.environ.get("TALKOOT_FUZZ", "2000"))
PATIENCE = 15.0
GOOD = {200, 204, 304}
OF_HTTP = {400, 414, 431}
"""What the web server itself says, without a body, of what is not HTTP."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    file = tmp_path_factory.mktemp("fuzz") / "data.nq"
    serialize(some_quads(count=30), file, RdfFormat.N_QUADS)
    with file_server((file,), workers=2, query_seconds=0.5, query_memory=256) as server:
        yield server


class Answer(NamedTuple):
    """What came back: the status, the body, its type; a body that broke off is None."""

    status: int
    kind: str
    body: bytes | None


class _Stream(io.BufferedReader):
    def close(self) -> None:
        """Stay open for the next answer on the connection."""

    def makefile(self, *_: object) -> _Stream:
        """Be what http.client takes for a socket."""
        return self


def exchange(port: int, one: Case) -> list[Answer]:
    """The answers to a case; fewer than asked for where the server closed the connection."""
    answers: list[Answer] = []
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection, suppress(ConnectionError):
        with suppress(OSError):  # a server that has heard enough answers before all is sent
            connection.sendall(one.sent)
            if not one.whole:
                connection.shutdown(socket.SHUT_WR)
        stream = _Stream(connection.makefile("rb", buffering=0))  # type: ignore[arg-type]
        for method in one.methods:
            response = http.client.HTTPResponse(stream, method=method.decode())  # type: ignore[arg-type]
            try:
                response.begin()
            except (http.client.BadStatusLine, http.client.RemoteDisconnected):
                break
            try:
                body: bytes | None = response.read()
            except http.client.IncompleteRead:
                body = None
            answers.append(Answer(response.status, response.headers.get_content_type(), body))
            if body is None or response.will_close:
                break
    return answers


def fault(answer: Answer, method: bytes, whole: bool) -> str | None:
    """What is wrong with an answer; None if it is one of those that are documented."""
    if answer.body is None:
        return None if answer.status == 200 or not whole else f"{answer.status} that broke off"
    if b"Traceback" in answer.body:
        return "a traceback"
    if answer.status in GOOD:
        return None
    if method == b"HEAD":
        known = any(answer.status == problem.status for problem in problem_types().values())
        return None if known or not whole else f"{answer.status} to HEAD"
    if not answer.body:
        return None if answer.status in OF_HTTP and not whole else f"{answer.status} without a word"
    if answer.kind == "application/problem+json":
        problem = json.loads(answer.body)
        slug = problem["type"].removeprefix("/problems/")
        if (
            slug == "engine-failed"
            or problem_types()[slug].status != answer.status
            or problem["status"] != answer.status
        ):
            return f"{answer.status} {problem}"
        return None
    documented = answer.status != 500 and any(answer.status == problem.status for problem in problem_types().values())
    return None if documented and answer.kind in {"text/plain", "text/html"} else f"{answer.status} as {answer.kind}"


def works(address: str) -> bool:
    """Whether a good query is answered."""
    try:
        return requests.get(address, {"query": "ASK {}"}, timeout=1).json() == {"head": {}, "boolean": True}
    except (requests.RequestException, ValueError):
        return False


def faults(one: Case, server: FileServer, seen: Counter[str]) -> list[str]:
    """What a case brings to light."""
    try:
        answers = exchange(server.port, one)
    except TimeoutError:
        return [f"no answer in {PATIENCE:g} s"]
    found = [fault(answer, method, one.whole) for answer, method in zip(answers, one.methods, strict=False)]
    seen.update(str(answer.status) for answer in answers)
    if not answers:
        seen["closed"] += 1
        found.append("no answer" if one.whole else None)
    troubled = not answers or any(answer.status >= 500 or answer.body is None for answer in answers)
    if troubled and not eventually(lambda: works(server.address), 1):
        found.append("a good query is not answered a second later")
    return [text for text in found if text]


def test_random_requests_get_documented_answers_and_leave_a_server_that_works(server: FileServer):
    seen: Counter[str] = Counter()
    before = processes(server.pid)

    def run(number: int) -> str | None:
        one = case(number)
        found = faults(one, server, seen)
        return f"{number}: {found}\n{one.sent[:2000]!r}" if found else None

    with ThreadPoolExecutor(4) as pool:
        failures = [failure for failure in pool.map(run, range(COUNT)) if failure]
    assert failures == [], f"{len(failures)} of {COUNT}, {seen}\n" + "\n".join(failures[:20])
    assert min(seen["200"], seen["400"], seen["403"], seen["405"], seen["406"], seen["415"]) > COUNT / 1000, seen
    assert works(server.address)
    assert before <= processes(server.pid), "a process of the server itself was replaced"
    for word in ("Traceback", "panicked", "Unexpected exit", "Error"):
        assert word not in server.words()


def processes(pid: int) -> set[int]:
    """The web server's own processes: its first one and the workers."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in lines.splitlines()]
    return {pid} | {int(row[0]) for row in rows if row[1] == str(pid) and "zygote" not in row[2]}


@given(text=st.text(max_size=60), way=st.sampled_from(["get", "form", "direct"]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_as_a_query_gets_a_documented_answer(server: FileServer, text: str, way: str):
    sent = text.encode("utf-8", "surrogatepass")
    if way == "get":
        response = requests.get(f"{server.address}?query={quote(sent)}", timeout=PATIENCE)
    elif way == "form":
        response = requests.post(server.address, {"query": sent}, timeout=PATIENCE)
    else:
        response = requests.post(server.address, sent, headers={"Content-Type": DIRECT}, timeout=PATIENCE)
    kind = response.headers["Content-Type"].split(";")[0]
    assert fault(Answer(response.status_code, kind, response.content), b"GET", True) is None

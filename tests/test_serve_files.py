"""``talkoot serve FILE…`` answers SPARQL over any RDF files as they are, and serves a release by its number."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from talkoot.cli import main
from tests.graph.engine.releases import eventually, make_release
from tests.graph.engine.servers import free_port

EX = "http://example.org/"
EVERYTHING = "SELECT ?s ?o ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY STR(?o)"


@contextmanager
def served(*words: str, **environment: str) -> Iterator[str]:
    """The address of a server started by the command line."""
    port = free_port()
    command = [sys.executable, "-m", "talkoot", "serve", *words, "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.PIPE, text=True) as process:
        address = f"http://127.0.0.1:{port}/sparql"
        try:
            assert eventually(lambda: _answers(address), 20)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, params={"query": "ASK {}"}, timeout=1).status_code == 200
    except requests.ConnectionError:
        time.sleep(0.05)
        return False


def rows(address: str, query: str) -> list[list[str]]:
    text = requests.get(address, params={"query": query}, headers={"Accept": "text/csv"}, timeout=10).text
    return [line.split(",") for line in text.splitlines()[1:]]


def test_files_of_every_format_are_served_as_they_are(tmp_path: Path) -> None:
    said = {
        "a.ttl": f'<{EX}a> <{EX}p> "Łódź" .',
        "b.nt": f'<{EX}b> <{EX}p> "Ελλάδα" .',
        "c.nq": f'<{EX}c> <{EX}p> "c" <{EX}g> .',
        "d.trig": f'<{EX}h> {{ <{EX}d> <{EX}p> "d" }}',
        "e.jsonld": f'{{"@id": "{EX}e", "{EX}p": "e"}}',
        "f.rdf": f"""<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="{EX}">
            <r:Description r:about="{EX}f"><x:p>f</x:p></r:Description></r:RDF>""",
    }
    for name, text in said.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with gzip.open(tmp_path / "g.ttl.gz", "wt", encoding="utf-8") as packed:
        packed.write(f'<{EX}i> <{EX}p> "g" .')
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    with served(*files) as address:
        found = rows(address, EVERYTHING)
        assert [(one.removeprefix(EX), value) for one, value, _ in found] == [
            ("c", "c"), ("d", "d"), ("e", "e"), ("f", "f"), ("i", "g"), ("a", "Łódź"), ("b", "Ελλάδα"),
        ]  # fmt: skip
        assert [graph.removeprefix(EX) for *_, graph in found] == ["g", "h", "", "", "", "", ""]
        page = requests.get(address.removesuffix("sparql"), headers={"Accept": "text/html"}, timeout=10)
        assert page.url == address
        assert page.status_code == 200


def test_a_release_is_served_by_its_number_whichever_is_current(tmp_path: Path) -> None:
    make_release(tmp_path, 1)
    make_release(tmp_path, 2)
    query = f"SELECT ?n {{ <{EX}release> <{EX}number> ?n }}"
    with served("1", "--home", str(tmp_path)) as address:
        assert rows(address, query) == [["1"]]
    with served("--home", str(tmp_path)) as address:
        assert rows(address, query) == [["2"]]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.ttl", "<a> <b> .\n", "a.ttl: Parser error at line 1"),
        ("a.ttl.gz", "plain", "a.ttl.gz: Not a gzipped file"),
        ("a.docx", "", "a.docx: expected RDF by its suffix, one of .ttl"),
        ("a", "", "a: expected RDF by its suffix"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["serve", str(tmp_path / name)])
    assert result.exit_code == 1
    assert sentence in result.output


def test_a_release_and_a_file_that_are_not_there_are_named(tmp_path: Path) -> None:
    missing = CliRunner().invoke(main, ["serve", "no.ttl", "--home", str(tmp_path)])
    assert (missing.exit_code, "There is no file no.ttl" in missing.output) == (2, True)
    make_release(tmp_path, 1)
    unknown = CliRunner().invoke(main, ["serve", "7", "--home", str(tmp_path)])
    assert (unknown.exit_code, "is not a release" in unknown.output) == (1, True)


@pytest.mark.parametrize("seconds", [0.4, 0.7, 0.85, 1.0, 1.3])
def test_a_server_that_is_told_to_end_while_it_starts_ends(tmp_path: Path, seconds: float) -> None:
    """Also where SIGINT is ignored, as in what a shell starts in the background."""
    (tmp_path / "a.ttl").write_text(f"<{EX}a> <{EX}p> 1 .", encoding="utf-8")
    told = f"trap '' INT; exec {sys.executable} -m talkoot serve {tmp_path}/a.ttl --port {free_port()} --workers 1"
    with subprocess.Popen(["sh", "-c", told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.terminate()
        process.wait(15)

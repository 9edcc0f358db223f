"""Apache Spark, a master with two workers on this machine, decides what the ordinary run does, byte for byte."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from talkoot.graph.identity.engines import SparkTables, open_tables
from tests.graph.identity.test_engines import HARD, decided

pytestmark = pytest.mark.filterwarnings("default")  # Spark's own
pyspark = pytest.importorskip("pyspark", reason="needs Apache Spark (make test-extras)")


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a master with two workers, one core each."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    start = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    here = ["--host", "127.0.0.1", "--webui-port", "0"]
    folder, address = tmp_path_factory.mktemp("workers"), f"spark://127.0.0.1:{port}"
    settings = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    commands = [["Master", *here, "--port", str(port)]]
    for number in "12":
        commands.append(
            ["Worker", *here, "--cores", "1", "--memory", "1g", "--work-dir", str(folder / number), address]
        )
    with ExitStack() as running:
        for kind, *arguments in commands:
            process = Popen(
                [start, f"org.apache.spark.deploy.{kind.lower()}.{kind}", *arguments],
                env=settings, stdout=DEVNULL, stderr=DEVNULL,
            )  # fmt: skip
            running.callback(process.wait)
            running.callback(process.terminate)
        yield address


def test_two_workers_decide_as_the_ordinary_run_does(master: str, tmp_path: Path) -> None:
    with open_tables("sqlite") as tables:
        expected = decided(tables, tmp_path)
    with open_tables(master) as tables:
        assert isinstance(tables, SparkTables)
        assert decided(tables, tmp_path) == expected


def test_texts_and_nothing_arrive_as_they_are(master: str) -> None:
    with open_tables(master) as tables:
        tables.load("records", HARD)
        tables.load("records", [])
        assert sorted(map(tuple, tables.rows("SELECT * FROM records"))) == HARD

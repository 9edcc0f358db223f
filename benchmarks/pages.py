"""HTML pages read by label from the archive of a run, beside plain selectolax that takes the text of every element.

The pages are made up: those of a made-up source, each within a frame of menus and scripts as sites have them.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from selectolax.lexbor import LexborHTMLParser

from talkoot.graph.fetch_log import FetchLog
from talkoot.graph.settings import Settings
from talkoot.graph.workbench import Workbench
from talkoot.harvesters.definition import load_definitions
from talkoot.harvesters.fetching.archive import Fetcher, ReplayFetcher
from talkoot.harvesters.fetching.network import Network
from talkoot.harvesters.fetching.request import Answer, Request
from talkoot.harvesters.readers import READERS, Reading, Row
from tests.replicas.data_server import Answering, Asked, DataServer, Everywhere, Given
from tests.replicas.made_up import records, site

PAGES = 400
MENU = "<li class='menu-item'><a href='/menu/{0}'><span>Menu item {0}</span></a></li>"
FRAME = (
    f"<nav><ul>{''.join(MENU.format(number) for number in range(300))}</ul></nav><script>{'var a=1;' * 2000}</script>"
)


def framed(answer: Answering) -> Answering:
    """A site's answers, its pages in the frame."""

    def told(asked: Asked) -> Given:
        given = answer(asked)
        return replace(given, body=given.body.replace(b"</body>", f"{FRAME}</body>".encode()))

    return told


def measure_pages() -> None:
    """Print pages a second, replayed from the archive and read by label, and of the plain way."""
    definition = next(one for one in load_definitions().values() if one.reader == "pages" and not one.bundled)
    server = DataServer(Everywhere(framed(site(definition, records(definition, PAGES)))))
    with TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, fetch_seconds=0.0)
        Workbench(settings.workbench, settings.base).connection.close()
        log = FetchLog(settings.workbench)
        host = definition.address.split("/")[2]
        fetcher = Fetcher(Network(settings, log, {host: f"http://{server.address}"}, home), definition.id, 1)
        asked: list[Request] = []

        def fetch(request: Request) -> Answer:
            answer = fetcher.fetch(request)
            asked.append(request)
            return answer

        read = READERS[definition.reader]
        rows = [row for row in read(definition, Reading(10**6, fetch)) if isinstance(row, Row)]
        fetcher.close()
        replay = ReplayFetcher(definition.id, 1, log, home / "archive")
        start = time.process_time()
        again = [row for row in read(definition, Reading(10**6, replay.fetch)) if isinstance(row, Row)]
        ours = time.process_time() - start
        assert len(again) == len(rows) > 0
        start = time.process_time()
        for request in asked:
            tree = LexborHTMLParser(replay.fetch(request).body)
            assert [node.text(deep=False) for node in tree.css("*")]
        plain = time.process_time() - start
        log.close()
    server.close()
    print(f"pages, read by label from the archive: {len(asked) / ours:,.0f} pages/s of {definition.id}")
    print(f"pages, plain selectolax: {len(asked) / plain:,.0f} pages/s")

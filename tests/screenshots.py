"""Pictures of the main pages over the demo: ``python -m tests.screenshots`` writes those that the documentation shows.

With a folder, it writes every page there as a phone, a desk, the night and a sheet of paper show it, to be looked at.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Page, sync_playwright

from talkoot.cli import main
from talkoot.graph.settings import Settings
from talkoot.web.app import create_app
from tests.web.browsing import ARGUMENTS, served

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "pages"
MAIN_PAGES = {
    "home": "/", "actors": "/actors", "search": "/search?q=sosiaali", "actor": "Terveyden ja hyvinvoinnin laitos",
    "centre": "Kompetenzzentrum",
    "project": "osaamiskeskuksen valmistelu", "solution": "Tus Nua", "centres": "/centres", "places": "/countries",
    "country": "/countries/FIN", "map": "/map", "network": "/network?of=FIN", "sources": "/sources",
    "coverage": "/coverage", "release": "/releases", "query": "/sparql", "vocabulary": "/ns", "style": "/style",
}  # fmt: skip
"""The main pages, by the name of their picture; what is no address is searched for, and the first result is taken."""
LANGUAGE = {"home": "en", "actor": "fi", "search": "fi", "project": "fi", "centres": "sv", "country": "sv", "map": "fi",
            "network": "fi", "release": "sv"}  # fmt: skip
LOOKS = {
    "desk": (1440, "light", "screen"), "night": (1440, "dark", "screen"), "tablet": (768, "light", "screen"),
    "phone": (320, "dark", "screen"), "paper": (794, "light", "print"),
}  # fmt: skip
_HEIGHT = 900


def address_of(app: Flask, page: str) -> str:
    """The address of a main page."""
    if page.startswith("/"):
        return page
    html = app.test_client().get("/search", query_string={"q": page}, headers={"Accept": "text/html"}).text
    return "/doc/" + html.partition('href="/doc/')[2].partition('"')[0]


def take(page: Page, address: str, file: Path, look: str, whole: bool = False) -> Path:
    """Write one picture, as WebP; of paper as PNG, since WebP is only had of the screen. Its path."""
    width, scheme, media = LOOKS[look]
    page.set_viewport_size({"width": width, "height": _HEIGHT})
    page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]
    page.goto(address, wait_until="networkidle")
    file.parent.mkdir(parents=True, exist_ok=True)
    if media == "print":
        page.screenshot(path=file.with_suffix(".png"), full_page=True)
        return file.with_suffix(".png")
    asked = {"format": "webp", "quality": 60, "captureBeyondViewport": whole}
    if whole:
        height = min(page.evaluate("document.documentElement.scrollHeight"), 4000)
        asked["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 0.6}
    session = page.context.new_cdp_session(page)
    file.write_bytes(base64.b64decode(session.send("Page.captureScreenshot", asked)["data"]))
    session.detach()  # it would hold on to the media of now
    return file


def run(chromium: str, folder: Path | None = None) -> list[Path]:
    """Make the demo, serve it, and take the pictures. The paths of those written."""
    written = []
    with tempfile.TemporaryDirectory() as home:
        result = CliRunner().invoke(main, ["demo", "--no-serve", "--home", f"{home}/var"])
        if result.exit_code:
            raise SystemExit(result.output)
        app = create_app(replace(Settings(home=Path(home) / "var"), style_page=1))
        with served(lambda host: app) as root, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for name, wanted in MAIN_PAGES.items():
                context = browser.new_context(base_url=root, locale=LANGUAGE.get(name, "en"))
                page, address = context.new_page(), address_of(app, wanted)
                for look in LOOKS if folder else ["desk", "night"] if name == "style" else ["desk"]:
                    end = "" if look == "desk" and not folder else f"-{look}"
                    file = (folder or PICTURES) / f"{name}{end}.webp"
                    written.append(take(page, address, file, look, whole=folder is not None or name == "style"))
                context.close()
            browser.close()
    return written


if __name__ == "__main__":
    for path in run(
        shutil.which("chromium") or "chromium-browser" if len(sys.argv) < 3 else sys.argv[2],
        Path(sys.argv[1]) if sys.argv[1:] else None,
    ):
        sys.stdout.write(f"{path} {path.stat().st_size}\n")

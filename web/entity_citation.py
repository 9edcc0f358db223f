"""How a page is cited, and how an error on it is reported: plain text, BibTeX, a mail or an issue filled in."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

from talkoot.web.site import release, site

_MOST_LETTERS = 300
_TEX = {sign: f"\\{sign}" for sign in "%&#$_"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}", "}": r"\textbraceright{}",  # BibTeX counts a brace behind a backslash too
}  # fmt: skip


class Citation(NamedTuple):
    """What is cited: the page's title and address, its release and day, who publishes."""

    title: str
    address: str
    publisher: str
    number: int
    day: str

    def bibtex(self, key: str) -> str:
        """The entry for a bibliography; nothing in a name can end its field or begin another."""
        note = f"Talkoot, release {self.number}"
        values = {"title": self.title, "author": self.publisher, "year": self.day[:4], "note": note}
        fields = [f"  {name} = {{{{{_tex(value)}}}}},\n" for name, value in values.items()]
        url = re.sub(r"[{}\\%\s]", lambda sign: quote(sign.group()).replace("%", r"\%"), self.address)
        return f"@misc{{talkoot-{re.sub('[^A-Za-z0-9]+', '-', key)},\n{''.join(fields)}  url = {{{url}}},\n}}\n"


def plain(text: str, most: int = _MOST_LETTERS) -> str:
    """A text in one line without marks that cannot be seen or that turn the writing around; a very long one is cut."""
    signs = (" " if sign.isspace() else sign for sign in text if sign.isspace() or unicodedata.category(sign)[0] != "C")
    line = " ".join("".join(signs).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in text)


def citation(name: str, address: str) -> Citation:
    """How the page of a thing is cited as it is now."""
    view = release()
    publisher, day = site().settings.publisher, str(view.manifest["published"])[:10]
    return Citation(plain(name), address, plain(publisher), view.number, day)


def report_link(title: str, body: str) -> str:
    """Where an error is reported, with the statement filled in; empty where the operator set no address."""
    to = site().settings.report_to
    title, body = plain(title, 120), "\n".join(plain(line) for line in body.splitlines())
    if not to or to.startswith(("http://", "https://")):
        return to.replace("{title}", quote(title, safe="")).replace("{body}", quote(body, safe=""))
    crlf = body.replace("\n", "\r\n")
    return f"mailto:{quote(to, safe='@+')}?subject={quote(title, safe='')}&body={quote(crlf, safe='')}"

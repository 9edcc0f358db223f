"""SQL that stands in files of its own."""

import re
from pathlib import Path


def statements(name: str) -> dict[str, str]:
    """The statements of a file of this folder by name."""
    return named((Path(__file__).resolve().parent / name).read_text(encoding="utf-8"))


def named(text: str) -> dict[str, str]:
    """The statements of a text by name; each follows a line ``-- : name``."""
    _, *parts = re.split(r"^-- : (\w+).*\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))

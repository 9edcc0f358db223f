"""The style sheet, the scripts and the pictures, each at an address that changes when any of them does."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
FOREVER = "public, max-age=31536000, immutable"
"""How long a browser may keep what has its version in its address."""


@lru_cache(maxsize=1)
def assets_version() -> str:
    """A hash over the style sheet, the scripts and the pictures, which is part of their addresses."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a style sheet, script or picture as it is now."""
    return f"/static/{assets_version()}/{name}"

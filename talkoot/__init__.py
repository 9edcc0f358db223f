"""Talkoot: a linked-data knowledge graph of Europe's social-innovation actors."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("talkoot")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

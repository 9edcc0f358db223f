"""Fair shares: how many requests, and how much time of queries, one client address may have in a minute.

Every class of request is a leaky bucket that holds a minute's worth (GCRA): its one number is the moment at which it
will be empty. The numbers of all addresses lie in one small file that the server's processes share.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import time
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from pathlib import Path
from typing import NamedTuple

_MINUTE = 60.0
_SLOTS = 8192
_NEIGHBOURS = 8
_SLOT = struct.Struct("=Q3d")
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")


class Bucket(IntEnum):
    """What is counted of an address."""

    QUERIES = 0
    QUERY_SECONDS = 1
    PAGES = 2


class Share(NamedTuple):
    """What is left of an address's share: of how much, how much, and in how many seconds all of it is there again."""

    limit: float
    left: float
    reset: float

    @property
    def retry_after(self) -> str:
        """In how many seconds there is something again."""
        return str(max(1, ceil(self.reset - _MINUTE)))

    @property
    def headers(self) -> dict[str, str]:
        """The share as a client is told it."""
        return {
            "RateLimit-Limit": f"{self.limit:g}",
            "RateLimit-Remaining": f"{max(int(self.left), 0)}",
            "RateLimit-Reset": f"{ceil(self.reset)}",
        }


class RateLimits:
    """Counts by client address; `limits` gives what a minute holds by bucket, 0 for no limit."""

    def __init__(
        self, path: Path | None, limits: Mapping[Bucket, float], trusted: Sequence[IPv4Network | IPv6Network]
    ) -> None:
        self._limits, self._trusted = limits, trusted
        size = _SLOTS * _SLOT.size
        if path is None:  # a process that shares with no other
            self._table = mmap.mmap(-1, size)
            return
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        os.ftruncate(handle, size)
        self._table = mmap.mmap(handle, size)
        os.close(handle)

    def client(self, environ: Mapping[str, object]) -> str:
        """The address that a request counts for; empty for this machine's own, unless it forwards for others.

        A forwarding header is believed only of a trusted proxy. The addresses of one IPv6 network of 64 bits count
        together: a client has them all.
        """
        address = str(environ.get("REMOTE_ADDR") or "")
        chain = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR") or "").split(",") if part.strip()]
        while chain and self._is_trusted(address):
            address = chain.pop()
        client, own = _client_of(address)
        return "" if own and not any(environ.get(name) for name in _FORWARDED) else client

    def spend(self, client: str, bucket: Bucket, amount: float, *, used: bool = False) -> Share | None:
        """Take from a bucket and tell what is left: below 0 where it held less, and then nothing is taken.

        An amount that was ``used`` already is taken all the same. None where the client has no limit. Two processes
        that write at once may lose one of two amounts: a share is fair, not exact.
        """
        limit = self._limits[bucket]
        if not client or not limit:
            return None
        now = time.monotonic()
        tag = _tag(client)
        place, moments = self._find(tag, now)
        empty = max(moments[bucket], now) + amount * _MINUTE / limit
        if used or empty - now <= _MINUTE:
            moments[bucket] = empty
            _SLOT.pack_into(self._table, place, tag, *moments)
        return Share(limit, (now + _MINUTE - empty) * limit / _MINUTE, empty - now)

    def _find(self, tag: int, now: float) -> tuple[int, list[float]]:
        """Where the table has an address, or where it may: beside its place, what would be forgotten first goes."""
        best, oldest = 0, float("inf")
        for step in range(_NEIGHBOURS):
            place = (tag + step) % _SLOTS * _SLOT.size
            known, *moments = _SLOT.unpack_from(self._table, place)
            if known == tag:
                return place, moments
            if max(moments) < oldest:
                best, oldest = place, max(moments)
        return best, [now] * len(Bucket)

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


@lru_cache(maxsize=4096)
def _client_of(address: str) -> tuple[str, bool]:
    """What an address counts as, and whether it is this machine's own."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address or "unknown", False
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network(f"{parsed}/64", strict=False)), parsed.is_loopback
    return str(parsed), parsed.is_loopback


@lru_cache(maxsize=4096)
def _tag(client: str) -> int:
    """The number under which the table has a client; never 0."""
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=8).digest(), "big") | 1

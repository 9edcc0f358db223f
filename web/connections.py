"""Whether a client is still there: WSGI does not tell, and a query whose asker has gone should not run on."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

_TABLES = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
_ESTABLISHED, _LISTENING = "01", "0A"


def client_has_gone(address: str, port: str) -> bool:
    """Whether no connection from an address to this server's port is left, by the system's table of connections.

    False where that cannot be told: elsewhere than on Linux, where no socket listens at that port, and while the
    address has another connection.
    Source: proc_net_tcp.txt of the Linux kernel's documentation.
    """
    try:
        remotes = _as_written(address)
        local = f"{int(port):04X}"
    except ValueError:
        return False
    listening = False
    for table in _TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, ours, theirs, state, *_ = line.split()
            if ours.endswith(f":{local}"):
                listening |= state == _LISTENING
                if state == _ESTABLISHED and theirs.partition(":")[0] in remotes:
                    return False
    return listening


def _as_written(address: str) -> set[str]:
    """An address as the table writes it: 32-bit words in the machine's order, IPv4 also as mapped into IPv6."""
    parsed: IPv4Address | IPv6Address = ip_address(address)
    packed = {parsed.packed}
    if isinstance(parsed, IPv4Address):
        packed.add(b"\0" * 10 + b"\xff\xff" + parsed.packed)
    return {"".join(f"{word:08X}" for word in struct.unpack(f"={len(one) // 4}I", one)) for one in packed}

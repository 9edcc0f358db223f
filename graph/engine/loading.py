"""Loading a release into the empty database of a SPARQL server: counted, checked, and noted in the release's folder."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from talkoot.graph.engine.errors import EngineError
from talkoot.graph.engine.profiles import PROFILES, Native, Virtuoso
from talkoot.graph.engine.remote import ENGINE_FILE, Channel, read_engine
from talkoot.graph.release import ReleaseError
from talkoot.graph.settings import Settings

_DUMP = "graph.nq.gz"
_OWN_GRAPHS = (
    "http://www.openlinksw.com/schemas/virtrdf#", "http://www.w3.org/ns/ldp#", "http://localuriqaserver/sparql",
    "http://www.w3.org/2002/07/owl#", "urn:activitystreams-owl:map", "urn:core:services:sparql",
)  # fmt: skip
_COUNT = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
_PROGRAMS = ("isql-vt", "isql-v", "isql")
"""Names of Virtuoso's own client in its packages."""


def engine_loader(address: str, settings: Settings) -> Callable[[Path], None]:
    """What loads the folder of a release into the server at the address and writes ``engine.json`` into the folder.

    The address is ``http://host:7878`` or ``virtuoso+http://host:8890``, with fields of the profile, ``isql`` (port of
    Virtuoso's client) and ``folder`` (of the releases, as the server sees it) as a query string. Raises
    :class:`ReleaseError` at once where the server cannot be used or its database is not empty; what it gives does too.
    """
    url = urlsplit(address)
    name, _, scheme = url.scheme.rpartition("+")
    told: dict[str, Any] = {"user": "dba"} if name == "virtuoso" else {}
    if name == "virtuoso":
        told |= {"merged_graph": f"{settings.base}graph/merged", "own_graphs": _OWN_GRAPHS}
    told |= dict(parse_qsl(url.query)) | ({"user": url.username} if url.username else {})
    isql, mounted = told.pop("isql", "1111"), told.pop("folder", "")
    told["url"] = f"{scheme}://{url.netloc.rpartition('@')[2]}{url.path.rstrip('/')}"
    try:
        profile = PROFILES[name or "native"](**told)
    except (KeyError, TypeError) as error:
        raise ReleaseError(f"--engine {address}: {error} is not known; see docs/engines.md.") from error
    with _talking(profile, settings) as channel:
        held = channel.numbers(_COUNT)[0]
    if held:
        raise ReleaseError(
            f"The database at {profile.url} holds {held:,} quads. A release needs an empty one of its own, so that the "
            "served one stays whole and a rollback needs no loading."
        )

    def load(folder: Path) -> None:
        store = Store.read_only(str(folder / "store"))
        told["markers"] = [_marker(store, in_default=True), _marker(store, in_default=False)]
        if isinstance(profile, Virtuoso):
            seen = Path(mounted) / folder.name if mounted else folder.resolve()
            _load_virtuoso(profile, isql, settings.engine_password or "dba", str(seen).replace("'", "''"))
        else:
            _load_native(profile, settings.engine_password, folder / _DUMP)
        with _talking(type(profile)(**told), settings) as channel:
            channel.check()
            held = channel.numbers(_COUNT)[0]
        if held != len(store):
            raise ReleaseError(
                f"{profile.url} holds {held:,} quads of {len(store):,} after loading. Empty the database, see the "
                "server's log, and publish again; the current release stays."
            )
        text = json.dumps({"profile": name or "native", **told}, ensure_ascii=False, indent=1)
        (folder / ENGINE_FILE).write_text(f"{text}\n", encoding="utf-8")

    return load


def check_engine(folder: Path, settings: Settings) -> None:
    """Raise :class:`ReleaseError` where a release is said to lie in a server that cannot be served."""
    if (folder / ENGINE_FILE).exists():
        with _talking(read_engine(folder), settings) as channel:
            channel.check()


@contextmanager
def _talking(profile: Native, settings: Settings) -> Iterator[Channel]:
    try:
        with closing(Channel(profile, settings.engine_password)) as channel:
            yield channel
    except EngineError as error:
        raise ReleaseError(f"{profile.url} cannot be used: {getattr(error, 'details', '') or error}") from error


def _marker(store: Store, *, in_default: bool) -> list[str]:
    """A triple of IRIs that only the default graph has, or only one named graph."""
    for quad in store.quads_for_pattern(None, None, None, DefaultGraph() if in_default else None):
        triple = (quad.subject, quad.predicate, quad.object)
        if (
            all(isinstance(term, NamedNode) for term in triple)
            and isinstance(quad.graph_name, DefaultGraph) == in_default
            and list(store.quads_for_pattern(*triple, None)) == [Quad(*triple, quad.graph_name)]
        ):
            return [str(term).strip("<>") for term in triple]
    raise ReleaseError("The release has no triple by which a server's default graph could be told from its named ones.")


def _load_native(profile: Native, password: str, dump: Path) -> None:
    headers = {"Content-Type": "application/n-quads", "Content-Encoding": "gzip"}
    headers["Content-Length"] = str(dump.stat().st_size)
    try:
        with dump.open("rb") as body, closing(Channel(profile, password)) as channel:
            response = channel.send(profile.store, body, headers)
            if not 200 <= response.status < 300:
                raise HTTPException(f"{response.status} {response.read(500).decode(errors='replace')}")
    except (OSError, HTTPException) as error:
        raise ReleaseError(f"{profile.url} did not take the release: {error}") from error


def _load_virtuoso(profile: Virtuoso, port: str, password: str, folder: str) -> None:
    """Load by the server's own bulk loader: by its graph store, N-Quads lose lines (measured with 7.2.5.1)."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise ReleaseError("Loading into Virtuoso needs its client isql (Debian: virtuoso-opensource-7-bin).")
    options = ["ERRORS=STDOUT", "BANNER=OFF", "VERBOSE=OFF", "PROMPT=OFF"]
    client = [program, f"{urlsplit(profile.url).hostname}:{port}", profile.user, password, *options]

    def say(*statements: str) -> str:
        told = subprocess.run(client, input=";\n".join([*statements, ""]), capture_output=True, text=True, check=False)
        return told.stdout + told.stderr

    limit = say("SELECT cfg_item_value(virtuoso_ini_path(), 'SPARQL', 'ResultSetMaxRows')")
    if "NULL" not in limit:
        raise ReleaseError(
            f"Virtuoso's client says {limit.strip()!r}. A number is the ResultSetMaxRows of virtuoso.ini, which would "
            "cut the answers of CONSTRUCT without a word: take the line out and start the server again."
        )
    done = say(
        "DELETE FROM DB.DBA.LOAD_LIST", f"ld_dir('{folder}', '{_DUMP}', '{profile.merged_graph}')", "rdf_loader_run()",
        "SELECT concat('state ', ll_state, ' ', coalesce(ll_error, 'well')) FROM DB.DBA.LOAD_LIST", "checkpoint",
    )  # fmt: skip
    if "state 2 well" not in done:
        raise ReleaseError(
            f"Virtuoso did not load {folder}/{_DUMP}: {done.strip() or 'it found no file'}. The server itself reads "
            "the folder: it must lie on its own disk (&folder=… in the address tells where the releases lie there), "
            "below DirsAllowed of its virtuoso.ini."
        )

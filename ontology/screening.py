"""A first look at triples by SHACL, in Rust: which nodes fail. It imports little, for processes that do only this."""

from __future__ import annotations

from pathlib import Path

import pyrudof

_CONFIGURATION = str(Path(__file__).resolve().parent / "pyrudof.toml")


def suspects(n_triples: str, shapes: Path) -> set[str] | None:
    """The focus nodes that break a constraint (warnings left out), some ten times faster than :func:`.shacl.results`.

    Where it finds nothing, only :func:`.shacl.ill_typed` may (the tests compare both on every example); of the rest,
    :func:`.shacl.results` says what is wrong. None: it could not read the triples. Labels of blank nodes are its own.
    """
    # It keeps what it reads, so each call has its own.
    validator = pyrudof.Rudof(pyrudof.RudofConfig.from_path(_CONFIGURATION))
    try:
        validator.read_shacl(shapes.read_text(encoding="utf-8"), format=pyrudof.ShaclFormat.Turtle)
        validator.read_data(n_triples, format=pyrudof.RDFFormat.NTriples, reader_mode=pyrudof.ReaderMode.Strict)
        return {entry.focus_node for entry in validator.validate_shacl() if entry.severity == "Violation"}
    except pyrudof.RudofError:
        return None

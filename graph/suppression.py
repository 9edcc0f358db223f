"""What people asked to be forgotten: a list of hashes, applied to every record before it is kept and published."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from talkoot.graph.rdf_text import n_quads
from talkoot.graph.workbench import now
from talkoot.ontology.folding import fold
from talkoot.ontology.namespaces import PROV

FILE = "forgotten.tsv"


class Suppression:
    """The list of a home folder; it holds hashes with their numbers of words and days, never words."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        self._hashes = {(int(count), digest) for count, digest, _ in (line.split("\t") for line in lines)}

    def add(self, words: str) -> None:
        """Forget a name, a mail address or a web address from now on."""
        folded = fold(words).split()
        entry = len(folded), _hash(folded)
        if folded and entry not in self._hashes:
            self._hashes.add(entry)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{entry[0]}\t{entry[1]}\t{now()}\n")

    def hides(self, text: str) -> bool:
        """Whether words of the list stand in a text, in any case, spelling or alphabet."""
        if not self._hashes:
            return False
        words = fold(text).split()
        return any(
            (count, _hash(words[start : start + count])) in self._hashes
            for count in {count for count, _ in self._hashes}
            for start in range(len(words) - count + 1)
        )

    def kept(self, triples: Iterable[Triple]) -> tuple[Triple, ...]:
        """Triples without the things that are called so, the parts that these play, and texts that say so."""
        found = tuple(triples)
        if not self._hashes:
            return found
        said = [triple for triple in found if self.hides(str(getattr(triple.object, "value", "")))]
        hidden = {triple.subject for triple in said if triple.predicate.value.endswith(("Label", "homepage", "mbox"))}
        hidden |= {triple.subject for triple in found if self.hides(getattr(triple.subject, "value", ""))}
        hidden |= {triple.subject for triple in found if triple.predicate == PROV["agent"] and triple.object in hidden}
        of_hidden = {f"{node.value}#" for node in hidden if isinstance(node, NamedNode)}
        return tuple(
            triple
            for triple in found
            if triple not in said and triple.subject not in hidden and triple.object not in hidden
            and not str(getattr(triple.subject, "value", "")).startswith(tuple(of_hidden) or ("\0",))
        )  # fmt: skip

    def kept_quads(self, text: str) -> str:
        """The same over the N-Quads of one record graph."""
        quads = list(pyoxigraph.parse(text, format=RdfFormat.N_QUADS)) if self.hides(text) else []
        kept = set(self.kept(quad.triple for quad in quads))
        return n_quads(sorted((quad for quad in quads if quad.triple in kept), key=str)) if quads else text


def _hash(words: Iterable[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()

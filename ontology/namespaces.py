"""The vocabularies that Talkoot speaks, each as a namespace that makes terms."""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import NamedNode


class Namespace(str):
    """A namespace IRI; indexing it with a local name gives the term as a node."""

    @lru_cache(maxsize=4096)  # noqa: B019  # namespaces live as long as the process
    def __getitem__(self, local: str) -> NamedNode:  # type: ignore[override]  # a term, not a character
        return NamedNode(self + local)


TALKOOT = "https://w3id.org/talkoot/"
"""Base of vocabulary, shapes and code lists: fixed, wherever the data is published."""

TK = Namespace(TALKOOT + "ns#")
TKSH = Namespace(TALKOOT + "shapes#")
VOC = Namespace(TALKOOT + "voc/")

ADMS = Namespace("http://www.w3.org/ns/adms#")
COUNTRY = Namespace("http://publications.europa.eu/resource/authority/country/")
CV = Namespace("http://data.europa.eu/m8g/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
LANGUAGE = Namespace("http://publications.europa.eu/resource/authority/language/")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

PREFIXES: dict[str, str] = {
    name.lower(): value for name, value in list(globals().items()) if isinstance(value, Namespace)
}
"""The namespaces above by the prefixes of ontology/prefixes.ttl, which pages, dumps and error messages use."""


def term_of(short: str) -> NamedNode:
    """The term that a name with one of these prefixes stands for, such as ``dct:title``."""
    prefix, _, local = short.partition(":")
    return NamedNode(PREFIXES[prefix] + local)

"""The formats of answers: the names and media types that mean them, for the endpoint and the command line."""

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)  # compared by identity, which makes the memory of `negotiate` quick
class Format:
    """A format's short name, its media type, others that mean it, and its local name at the W3C.

    The engine knows its formats by the same media types: ``RdfFormat.from_media_type(item.media)``.
    """

    name: str
    media: str
    other_media: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    w3c_name: str = ""

    @property
    def media_types(self) -> tuple[str, ...]:
        """Every media type that asks for this format, the registered one first."""
        return (self.media, *self.other_media)


_JSON, _XML = ("application/json",), ("application/xml",)

RESULT_FORMATS = (
    Format("json", "application/sparql-results+json", _JSON, (), "SPARQL_Results_JSON"),
    Format("xml", "application/sparql-results+xml", _XML, (), "SPARQL_Results_XML"),
    Format("csv", "text/csv", (), (), "SPARQL_Results_CSV"),
    Format("tsv", "text/tab-separated-values", (), (), "SPARQL_Results_TSV"),
)
"""What rows and yes-or-no answers come in, the preferred one first."""

GRAPH_FORMATS = (
    Format("ttl", "text/turtle", (), ("turtle", "n3"), "Turtle"),  # every Turtle document is one of N3
    Format("nt", "application/n-triples", (), ("ntriples", "n-triples"), "N-Triples"),
    Format("rdf", "application/rdf+xml", _XML, ("xml", "rdf+xml"), "RDF_XML"),
    Format("jsonld", "application/ld+json", _JSON, ("json", "json-ld"), "JSON-LD"),
    Format("trig", "application/trig", (), (), "TriG"),
    Format("nq", "application/n-quads", (), ("nquads", "n-quads"), "N-Quads"),
)
"""What graphs come in, the preferred one first."""

XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
"""What rows come in for people who open them in a spreadsheet; no engine writes it."""

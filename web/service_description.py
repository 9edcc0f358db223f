"""What the SPARQL endpoint says of itself to a machine that asks it nothing.

Source: https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, serialize

from talkoot.graph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from talkoot.ontology.namespaces import RDF, Namespace

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")


def service_description(endpoint: str, output: Format) -> bytes:
    """The description of the service at the address given, in a graph format."""
    service, dataset, graph = BlankNode("service"), BlankNode("dataset"), BlankNode("merged")
    quads = [
        Quad(service, RDF["type"], SD["Service"]),
        Quad(service, SD["endpoint"], NamedNode(endpoint)),
        Quad(service, SD["supportedLanguage"], SD["SPARQL11Query"]),
        *(Quad(service, SD["resultFormat"], FORMATS[item.w3c_name]) for item in (*RESULT_FORMATS, *GRAPH_FORMATS)),
        Quad(service, SD["defaultDataset"], dataset),
        Quad(dataset, RDF["type"], SD["Dataset"]),
        Quad(dataset, SD["defaultGraph"], graph),
        Quad(graph, RDF["type"], SD["Graph"]),
    ]
    prefixes = {"sd": str(SD), "format": str(FORMATS)}
    return serialize(quads, format=RdfFormat.from_media_type(output.media), prefixes=prefixes) or b""

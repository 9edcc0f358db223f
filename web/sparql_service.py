"""What the endpoint says of itself to a machine that asks it nothing.

Source: https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from talkoot.ontology.namespaces import PREFIXES, VOID
from talkoot.web.negotiation import GRAPH_FORMATS, RESULT_FORMATS, Format
from talkoot.web.sparql_help import example_quads

_PREFIXES = {"sd": "http://www.w3.org/ns/sparql-service-description#", "format": "http://www.w3.org/ns/formats/"}


@lru_cache(maxsize=16)
def service_description(endpoint: str, release: Path, output: Format) -> bytes:
    """The description of the service at an address, with the VoID of its release and examples by SHACL's terms."""
    formats = ", ".join(f"format:{item.w3c_name}" for item in (*RESULT_FORMATS, *GRAPH_FORMATS))
    void = release / "void.ttl"
    held = list(parse(path=void, format=RdfFormat.TURTLE)) if void.exists() else []
    datasets = (
        quad.subject.value for quad in held if quad.object == VOID["Dataset"] and isinstance(quad.subject, NamedNode)
    )
    merged = next((f"<{dataset}>" for dataset in datasets), "_:merged")
    turtle = f"""
        PREFIX sd: <{_PREFIXES["sd"]}> PREFIX format: <{_PREFIXES["format"]}>
        _:service a sd:Service ; sd:endpoint <{NamedNode(endpoint).value}> ;
            sd:supportedLanguage sd:SPARQL11Query ; sd:resultFormat {formats} ; sd:defaultDataset _:dataset .
        _:dataset a sd:Dataset ; sd:defaultGraph {merged} .
        {merged} a sd:Graph ."""
    said = [*parse(turtle, RdfFormat.TURTLE), *held, *example_quads(endpoint)]
    triples, kind = (quad.triple for quad in said), RdfFormat.from_media_type(output.media)
    return serialize(triples, format=kind, prefixes=_PREFIXES | PREFIXES) or b""

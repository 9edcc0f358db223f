"""Example queries of the SPARQL page: about this data, and each gives rows."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from talkoot.ontology.namespaces import PREFIXES


@dataclass(frozen=True, slots=True)
class Example:
    """A query with the question that it answers."""

    question: str
    query: str


def _with_prefixes(text: str) -> str:
    used = [name for name in PREFIXES if f"{name}:" in text]
    return "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in used) + "\n\n" + text.strip() + "\n"


_CENTRES = """
SELECT ?place ?centre (SAMPLE(?name) AS ?called) ?status
WHERE {
  ?centre a tk:CompetenceCentre ;
          tk:designatedFor ?country ;
          adms:status/skos:prefLabel ?status ;
          skos:prefLabel ?name .
  ?country skos:prefLabel ?place .
  FILTER (LANG(?place) = "en" && LANG(?status) = "en")
}
GROUP BY ?place ?centre ?status
ORDER BY ?place
"""

_PILOT = """
SELECT DISTINCT ?actor ?name ?as
WHERE {
  ?project a tk:Project ;
           dct:title|dct:alternative "Sosiaalisten innovaatioiden osaamiskeskuksen valmistelu ja pilotointi -hanke"@fi .
  ?part tk:involvedIn ?project ; prov:agent ?actor ; tk:hasRole ?role .
  ?actor skos:prefLabel ?name . FILTER (LANG(?name) = "fi")
  ?role skos:prefLabel ?as . FILTER (LANG(?as) = "en")
}
ORDER BY DESC(?as) ?name
"""

_ABROAD = """
SELECT DISTINCT ?partner ?name ?country ?project
WHERE {
  ?thl skos:prefLabel "Terveyden ja hyvinvoinnin laitos"@fi .
  ?hosting prov:agent ?thl ; tk:hasRole <https://w3id.org/talkoot/voc/role/host> ; tk:involvedIn ?centre .
  ?part prov:agent ?centre ; tk:involvedIn/dct:title ?project ; tk:involvedIn ?consortium .
  ?other tk:involvedIn ?consortium ; prov:agent ?partner .
  ?partner skos:prefLabel ?name ; dct:spatial/skos:prefLabel ?country .
  FILTER (LANG(?country) = "en" && STR(?country) != "Finland")
}
ORDER BY ?country ?name
"""

_GROUPS = """
SELECT ?group (COUNT(DISTINCT ?solution) AS ?solutions)
WHERE {
  ?solution a tk:Solution ; tk:hasTargetGroup/skos:prefLabel ?group .
  FILTER (LANG(?group) = "en")
}
GROUP BY ?group
ORDER BY DESC(?solutions)
"""

_BUSIEST = """
SELECT ?actor (SAMPLE(?label) AS ?name) (COUNT(DISTINCT ?thing) AS ?things)
WHERE {
  ?part prov:agent ?actor ; tk:involvedIn ?thing .
  ?actor a org:Organization ; skos:prefLabel ?label .
}
GROUP BY ?actor
ORDER BY DESC(?things)
LIMIT 25
"""

_WHO_SAYS = """
SELECT ?property ?value ?page ?how ?asOf
WHERE {
  ?thl skos:prefLabel "Terveyden ja hyvinvoinnin laitos"@fi .
  GRAPH ?identity { ?entity tk:viewOf ?thl }
  GRAPH ?record { ?entity ?property ?value }
  GRAPH ?provenance {
    ?record foaf:primaryTopic ?page ; dct:type ?how ; dct:issued ?asOf
  }
}
ORDER BY ?page ?property
"""


def examples() -> list[Example]:
    """The example queries, with their questions in the reader's language."""
    return [
        Example(gettext("Which competence centres are there, and where do they stand?"), _with_prefixes(_CENTRES)),
        Example(gettext("Who carried out the Finnish pilot project?"), _with_prefixes(_PILOT)),
        Example(gettext("With whom abroad does THL work through the Finnish centre?"), _with_prefixes(_ABROAD)),
        Example(gettext("How many solutions are there for each target group?"), _with_prefixes(_GROUPS)),
        Example(gettext("Which actors take part in most?"), _with_prefixes(_BUSIEST)),
        Example(gettext("Who says what about THL, where, and as of when?"), _with_prefixes(_WHO_SAYS)),
    ]

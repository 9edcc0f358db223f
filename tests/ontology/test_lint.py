"""The lint: how vocabulary, lists, frameworks and shapes are written. A sound file, broken in one place at a time."""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from talkoot.ontology import FOLDER
from talkoot.ontology.namespaces import PREFIXES
from talkoot.ontology.shacl import Result, results

HEAD = "@base <https://w3id.org/talkoot/> .\n" + "".join(
    f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()
)
SOUND = """
<ns> a owl:Ontology ; owl:versionInfo "1.0.0" ; dct:license <https://licence.example/> ;
  dct:title "Words"@en , "Sanat"@fi , "Ord"@sv .

org:Organization a owl:Class .

tk:Guild a owl:Class ; rdfs:subClassOf org:Organization ; rdfs:isDefinedBy <ns> ; owl:versionInfo "1.0.0" ;
  skos:prefLabel "guild"@en , "kilta"@fi , "gille"@sv ; skos:altLabel "craft guild"@en ;
  skos:definition "Union of people in one craft."@en , "Saman alan väen liitto."@fi , "Förbund av hantverkare."@sv ;
  skos:scopeNote "Old."@en , "Vanha."@fi , "Gammalt."@sv .

tk:hasCraft a owl:ObjectProperty ; rdfs:isDefinedBy <ns> ; owl:versionInfo "1.0.0" ; skos:closeMatch schema:about ;
  skos:prefLabel "has craft"@en , "on alalla"@fi , "har hantverket"@sv ;
  skos:definition "Tells what is made."@en , "Kertoo, mitä tehdään."@fi , "Anger vad som görs."@sv .

<voc/craft> a skos:ConceptScheme ; owl:versionInfo "1.0.0" ; dct:source "Made up."@en ;
  dct:license <https://licence.example/> ; dct:title "Craft"@en , "Ala"@fi , "Hantverk"@sv ;
  skos:editorialNote "Complete."@en , "Täydellinen."@fi , "Fullständig."@sv .

<voc/craft/smith> a skos:Concept ; skos:inScheme <voc/craft> ; skos:notation "1" ;
  skos:prefLabel "smith"@en , "seppä"@fi , "smed"@sv ; skos:altLabel "blacksmith"@en ;
  skos:definition "Works iron."@en , "Takoo rautaa."@fi , "Smider järn."@sv .

<voc/craft/baker> a skos:Concept ; skos:inScheme <voc/craft> ; skos:notation "2" ; skos:broader <voc/craft/smith> ;
  skos:prefLabel "baker"@en , "leipuri"@fi , "bagare"@sv .

<voc/town> a skos:ConceptScheme ; owl:versionInfo "1.0.0" ; dct:source "Made up."@en ; dct:language language:FIN ;
  dct:license <https://licence.example/> ; dct:title "Town"@en , "Kaupunki"@fi , "Stad"@sv ;
  skos:editorialNote "One of many."@en , "Yksi monista."@fi , "En av många."@sv .

<voc/town/1> a skos:Concept ; skos:inScheme <voc/town> ; skos:prefLabel "Kylä"@fi .

<voc/datatype/number> a rdfs:Datatype ; skos:prefLabel "number"@en , "numero"@fi , "nummer"@sv .

<id/framework/f> a tk:AssessmentFramework ; owl:versionInfo "1" ; dct:source "Made up."@en ;
  dct:title "Frame"@en , "Kehikko"@fi , "Ram"@sv .

<id/framework/f#1> a cv:Criterion ; cv:isDerivedFrom <id/framework/f> ; schema:numberOfItems 8 ;
  skos:prefLabel "part"@en , "osa"@fi , "del"@sv ;
  skos:editorialNote "Not transcribed."@en , "Ei kirjattu."@fi , "Inte transkriberat."@sv .

tksh:GuildShape a sh:NodeShape ; sh:targetClass tk:Guild .

tksh:Guild-hasCraft a sh:PropertyShape ; dct:isPartOf tksh:GuildShape ; sh:targetClass tk:Guild ; sh:path tk:hasCraft ;
  sh:minCount 1 ; sh:severity sh:Violation ; sh:message "Say what the guild makes."@en .

tksh:PlainText a sh:NodeShape ; sh:datatype xsd:string ; sh:message "Write a string."@en .
"""

PROPERTY = "tk:hasCraft a owl:ObjectProperty ;"
BROKEN = [
    ("LintOntology-title-fi", ' , "Sanat"@fi', ""),
    ("LintOntology-license", 'owl:versionInfo "1.0.0" ; dct:license <https://licence.example/> ;\n  dct:title "Words"',
     'owl:versionInfo "1.0.0" ; dct:title "Words"'),
    ("LintOntology-versionInfo", '<ns> a owl:Ontology ; owl:versionInfo "1.0.0"',
     '<ns> a owl:Ontology ; owl:versionInfo "1"'),
    ("LintDeclarationShape", "tk:Guild a owl:Class ; rdfs:subClassOf org:Organization ; rdfs:isDefinedBy <ns> ;",
     "tk:Guild a owl:Class ; rdfs:subClassOf org:Organization ;"),
    ("LintTermShape", PROPERTY, "tk:hasCraft a owl:ObjectProperty , owl:DatatypeProperty ;"),
    ("LintTermShape", PROPERTY, "tk:hasCraft a rdf:Property ;"),
    ("LintTerm-name", "tk:Guild a owl:Class", "tk:guild a owl:Class"),
    ("LintTerm-name", "tk:hasCraft a", "tk:has_craft a"),
    ("LintTerm-name", "tk:hasCraft a", "tk:HasCraft a"),
    ("LintTerm-name", "tk:hasCraft a", "tk:hasKäsityö a"),
    ("LintTerm-parent", "rdfs:subClassOf org:Organization ;", ""),
    ("LintTerm-versionInfo", '<ns> ; owl:versionInfo "1.0.0" ; skos:close',
     '<ns> ; owl:versionInfo "first" ; skos:close'),
    ("LintTerm-prefLabel-sv", ' , "gille"@sv', ""),
    ("LintTerm-prefLabel", '"guild"@en ,', '"guild"@en , "fellowship"@en ,'),
    ("LintTerm-prefLabel", '"guild"@en ,', '"Guild"@en ,'),
    ("LintTerm-prefLabel", '"craft guild"@en', '"guild"@en'),
    ("LintTerm-definition-en", '"Tells what is made."@en , ', ""),
    ("LintTerm-definition", "one craft.", "one craft"),
    ("LintTerm-definition", "Union of people", "Union of people" + " and people" * 20),
    ("LintTerm-circular", "Union of people", "Any guild of people"),
    ("LintTerm-label", PROPERTY, f'{PROPERTY} rdfs:label "has craft" ;'),
    ("LintTerm-domain", PROPERTY, f"{PROPERTY} rdfs:domain tk:Guild ;"),
    ("LintTerm-range", PROPERTY, f"{PROPERTY} rdfs:range rdfs:Literal ;"),
    ("LintTerm-same", "skos:closeMatch schema:about", "owl:equivalentProperty schema:about"),
    ("LintTerm-closeMatch", "skos:closeMatch schema:about", "skos:closeMatch tk:Guild"),
    ("LintMatchShape", "org:Organization a owl:Class .", "org:Organization a owl:Class ; skos:closeMatch tk:Guild ."),
    ("LintNote-scopeNote-fi", ' , "Vanha."@fi', ""),
    ("LintNote-editorialNote-sv", ' , "Fullständig."@sv', ""),
    ("LintSchemeShape", "<voc/craft> a skos:ConceptScheme", "<lists/craft> a skos:ConceptScheme"),
    ("LintScheme-title-sv", ' , "Hantverk"@sv', ""),
    ("LintScheme-title", '"Craft"@en', '"Craft"@en , "Trade"@en'),
    ("LintScheme-source", 'dct:source "Made up."@en ; dct:language', "dct:language"),
    ("LintScheme-license", 'dct:license <https://licence.example/> ; dct:title "Town"', 'dct:title "Town"'),
    ("LintScheme-versionInfo", '<voc/town> a skos:ConceptScheme ; owl:versionInfo "1.0.0" ;',
     "<voc/town> a skos:ConceptScheme ;"),
    ("LintScheme-completeness", ';\n  skos:editorialNote "One of many."@en , "Yksi monista."@fi , "En av många."@sv .',
     "."),
    ("LintScheme-concept", "skos:inScheme <voc/town> ;", "skos:inScheme <voc/craft> ;"),
    ("LintScheme-notation", 'skos:notation "2"', 'skos:notation "1"'),
    ("LintConceptShape", "<voc/craft/baker> a", "<voc/craft/säde> a"),
    ("LintConcept-inScheme", "skos:inScheme <voc/craft> ; skos:notation \"2\" ;", "skos:notation \"2\" ;"),
    ("LintConcept-prefLabel", '"blacksmith"@en', '"smith"@en'),
    ("LintConcept-prefLabel", '"smith"@en', '"smith"@en , "forger"@en'),
    ("LintConcept-prefLabel-fi", ' , "leipuri"@fi', ""),
    ("LintConcept-prefLabel-fi", '"Kylä"@fi', '"By"@sv'),
    ("LintConcept-broader", "skos:broader <voc/craft/smith>", "skos:broader <voc/craft/tanner>"),
    ("LintConcept-definition-fi", ' , "Takoo rautaa."@fi', ""),
    ("LintConcept-definition", '"Works iron."@en', '"Works iron."@en , "Works steel."@en'),
    ("LintDatatype-prefLabel-en", '"number"@en , ', ""),
    ("LintFramework-title-fi", ' , "Kehikko"@fi', ""),
    ("LintFramework-versionInfo", 'owl:versionInfo "1" ; dct:source', "dct:source"),
    ("LintFramework-source", 'dct:source "Made up."@en ;\n  dct:title "Frame"', 'dct:title "Frame"'),
    ("LintFramework-criterion", "cv:isDerivedFrom <id/framework/f> ;", "cv:isDerivedFrom <id/framework/g> ;"),
    ("LintCriterion-isDerivedFrom", "cv:isDerivedFrom <id/framework/f> ;", "cv:isRequirementOf <id/framework/f> ;"),
    ("LintCriterion-prefLabel-sv", ' , "del"@sv', ""),
    ("LintCriterion-count",
     ' ;\n  skos:editorialNote "Not transcribed."@en , "Ei kirjattu."@fi , "Inte transkriberat."@sv .', " ."),
    ("LintShapeShape", "tksh:PlainText a", "<shapes/1.0.0/PlainText> a"),
    ("LintShape-message", '"Write a string."@en', '"String"@en'),
    ("LintShape-message", '"Write a string."@en', '"Kirjoita merkkijono."@fi'),
    ("LintShape-wordless", ' ; sh:message "Write a string."@en', ""),
    ("LintShape-wordless", ' ; sh:message "Say what the guild makes."@en', ""),
    ("LintShape-severity", "sh:severity sh:Violation", "sh:severity sh:Grave"),
    ("LintShape-unweighed", "sh:severity sh:Violation ;", ""),
]  # fmt: skip


def lint(turtle: str) -> list[Result]:
    quads = pyoxigraph.parse((HEAD + turtle).encode(), format=RdfFormat.TURTLE)
    return results([quad.triple for quad in quads], FOLDER / "shapes" / "lint.ttl")


def test_a_sound_file_has_no_faults() -> None:
    assert lint(SOUND) == []


@pytest.mark.parametrize(("shape", "old", "new"), BROKEN, ids=[f"{n}-{s}" for n, (s, _, _) in enumerate(BROKEN)])
def test_a_fault_is_found_by_its_shape(shape: str, old: str, new: str) -> None:
    assert SOUND.count(old) >= 1
    found = lint(SOUND.replace(old, new, 1))
    assert shape in {result.shape for result in found}, found
    for result in found:
        assert result.severity == "Violation"
        assert result.message.endswith(".")


def test_a_fault_of_a_definition_names_the_term_as_its_value() -> None:
    (found,) = lint(SOUND.replace("Union of people", "Any guild of people"))
    assert found.value == "https://w3id.org/talkoot/ns#Guild"


def test_every_rule_of_the_lint_is_tried() -> None:
    turtle = (FOLDER / "shapes" / "lint.ttl").read_text(encoding="utf-8")
    shapes = {line.split()[0].removeprefix("tksh:") for line in turtle.splitlines() if line.startswith("tksh:")}
    with_words = {name for name in shapes if "sh:message" in turtle.split(f"\ntksh:{name} a ")[1].split("\n\n")[0]}
    stems = {name.removesuffix("-en").removesuffix("-fi").removesuffix("-sv") for name in with_words}
    tried = {shape.removesuffix("-en").removesuffix("-fi").removesuffix("-sv") for shape, *_ in BROKEN}
    assert tried == stems

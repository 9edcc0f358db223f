"""Facts gathered for Talkoot: competence centres, the partners of their projects, and a preparation project."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from talkoot.harvesters.record_graph import RecordGraph
from talkoot.ontology.folding import slug
from talkoot.ontology.namespaces import ADMS, DCT, FOAF, SKOS, TK, VOC

_UNNAMED = "Competence centre for social innovation"
_CONSORTIA = {"founding_consortium": "in the founding consortium", "successor": "in the successor project"}
_HOST_NOTES = {"part": "", "under": "under", "at": "at"}
"""What a host's remark is told with."""
_YEARS, _YEAR = re.compile(r"(\d{4})-(\d{4})"), re.compile(r"\b(20\d{2})\b")


def map_centre(graph: RecordGraph) -> None:
    """A competence centre with its hosts and consortia; nothing where neither name nor host is known."""
    values = graph.record.values
    if not ({"name_native", "name_en", "hosts"} & set(values)):
        graph.report("no-actor-known", f"{values['country']}: neither name nor host is known", name="country",
                     value=values["country"], expected="name_native, name_en or hosts")  # fmt: skip
        return
    country = graph.country(values["country"], "country")
    if country is None:
        return
    language = values.get("name_native_language", "")
    centre = graph.thing("centre", graph.record.key, values.get("name_native", ""), language)
    graph.say(centre, TK["designatedFor"], country)
    graph.say(centre, DCT["spatial"], country)
    if "name_en" in values:
        graph.text(centre, SKOS["prefLabel" if language != "en" else "altLabel"], values["name_en"], "en")
    elif "name_native" not in values:
        shown = f"{_UNNAMED}, {country.labels.get('en', '')}"
        graph.text(centre, SKOS["prefLabel"], shown, "en")
        graph.text(centre, SKOS["editorialNote"], "The centre's own name is not known.", "en")
        graph.report("unnamed-centre", f"shown as “{shown}”", name="name_native", value=values["country"],
                     expected="name_native or name_en")  # fmt: skip
    told = ("unknown-status", "taken as unknown", "a code of centre-status")
    status = graph.concept(values["status"], "status", "centre-status", told=told)
    graph.say(centre, ADMS["status"], status or VOC["centre-status/unknown"])
    graph.period(centre, values.get("from", ""), values.get("to", ""))
    if "website" in values:
        graph.website(centre, values["website"])
    for address in (*values.get("other_urls", ()), *([values["contact_page"]] if "contact_page" in values else ())):
        graph.say(centre, FOAF["page"], NamedNode(address))
    told = ("unknown-language", "no code list knows it", "ISO 639-1")
    for code in values.get("languages", ()):
        graph.say(centre, DCT["language"], graph.concept(code, "languages", "language", told=told))
    for number, host in enumerate(values.get("hosts", ())):
        seat, inferred = ("" if values["country"] == "EU" else values["country"]), "country" not in host
        others = _others(host.get("acronym"), *host.get("alias", ()), english=host.get("name_en"))
        node = graph.actor(host["name"], "", others, country=host.get("country", seat), inferred=inferred,
                           where=f"hosts[{number}]")  # fmt: skip
        notes = tuple(f"{word} {host[name]}".strip() for name, word in _HOST_NOTES.items() if name in host)
        graph.involve(node, centre, "host", notes=notes, period=(host.get("since", ""), host.get("until", "")))
    for name, words in _CONSORTIA.items():
        for consortium in values.get(name, ()):
            graph.involve(centre, graph.thing("project", slug(consortium), consortium), "partner", words=words)


def _others(*names: str | None, english: str | None) -> tuple[tuple[str, str], ...]:
    return (*((name, "") for name in names if name), *([(english, "en")] if english else ()))


def map_partner(graph: RecordGraph) -> None:
    """An organisation's part in a consortium's project."""
    values = graph.record.values
    consortium, phase = values["consortium"], values["phase"]
    project = graph.thing("project", slug(consortium), consortium)
    if years := _YEARS.search(phase):
        graph.period(project, years[1], years[2])
    elif phase == "national structure" and (year := _YEAR.search(consortium)) and "to " not in consortium:
        graph.period(project, year[1], year[1])
    actor = graph.actor(values["name"], country=values.get("country", ""), where="country")
    if "url" in values:
        graph.website(actor, values["url"])
    graph.involve(actor, project, words=values["role"], where="role")


def map_seed_record(graph: RecordGraph) -> None:
    """A project with its implementers, the programme that funds it and the centre that it prepares."""
    values, language, seat = graph.record.values, graph.record.values["language"], graph.record.values["country"]
    project = graph.thing("project", values["key"], values["title"], language)
    for page in dict.fromkeys((values["page"], *values.get("pages", ()))):
        graph.say(project, FOAF["page"], NamedNode(page))
    graph.say(project, DCT["spatial"], graph.country(seat, "country"))
    period = values.get("period", {})
    graph.period(project, period.get("from", ""), period.get("to", ""))
    if programme := values.get("programme"):
        fund = graph.thing("programme", slug(programme["name"]), programme["name"], language)
        graph.text(fund, DCT["title"], programme.get("name_en", ""), "en")
        if "part" in programme:
            key = f"{slug(programme['name'])}.{slug(programme.get('part_code', programme['part']))}"
            whole, fund = fund, graph.thing("programme", key, programme["part"], language)
            graph.text(fund, DCT["title"], programme.get("part_en", ""), "en")
            graph.say(fund, DCT["isPartOf"], whole)
        graph.say(project, TK["fundedUnder"], fund)
    for number, actor in enumerate(values.get("actors", ())):
        where, role = f"actors[{number}]", actor.get("role", "")
        others = _others(actor.get("short"), english=actor.get("name_en"))
        node = graph.actor(actor["name"], language, others, country=seat, inferred=True, where=where)
        graph.involve(node, project, "" if role else "participant", words=role, notes=(actor.get("task", ""),),
                      where=f"{where}.role")  # fmt: skip
    if name := values.get("contact_organisation"):
        node = graph.actor(name, language, country=seat, inferred=True, where="contact_organisation")
        graph.involve(node, project, "participant", words="contact person's organisation")
    if centre := values.get("centre"):
        node = graph.thing("centre", "centre", centre["name"], language)
        graph.say(node, ADMS["status"], VOC["centre-status/piloted"])
        country = graph.country(centre["country"], "centre.country")
        graph.say(node, TK["designatedFor"], country)
        graph.say(node, DCT["spatial"], country)

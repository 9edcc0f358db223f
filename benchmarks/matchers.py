"""Talkoot's matching beside nomenklatura's LogicV2 and splink on the same labelled pairs, in one run.

``python -m benchmarks.matchers --labelled pairs.csv --names name_pairs.csv``, with requirements-matchers.txt installed.
Thresholds are chosen on the tuning half (best F1); figures and times (first row: 1) are those of the test half.
"""

from __future__ import annotations

import argparse
import csv
import gc
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from talkoot.graph.identity.evaluation import Labelled, Share, entity
from talkoot.graph.identity.features import site
from talkoot.graph.identity.matching import match
from talkoot.graph.identity.names import NameTable, fold_name, read_name_rows
from talkoot.graph.identity.similarity import likeness
from talkoot.harvesters import FACTS
from talkoot.ontology import load_code_lists

OVERLAP = "len(list_intersect(tokens_l, tokens_r)) * 1.0 / least(len(tokens_l), len(tokens_r)) >= {}"


class Case(NamedTuple):
    tuning: bool
    same: bool
    sets: list[str]
    sides: list[Labelled]


Cases = Sequence[Case]
Scorer = Callable[[Cases], list[float]]


def cases_of(path: Path) -> Iterator[Case]:
    for row in csv.DictReader(path.read_text(encoding="utf-8").split("\n")):
        if "name1" in row:
            odd = hashlib.sha256((row["name1"] + row["name2"]).encode()).digest()[-1] & 1
            sides = [Labelled("", "", [row[name]]) for name in ("name1", "name2")]
            yield Case(not odd, row["is_match"] == "true", ["name bench"], sides)
            continue
        sides, sets = [], [row["origin"]]
        for s, place in zip(("left", "right"), row["read_at"].split(" | ") * 2, strict=False):
            names, website, country, told = (row[f"{s}_{column}"] for column in ("names", "website", "country", "ids"))
            ids = dict(number.split("=", 1) for number in told.split("; ") if number)
            kind = "centre" if "&at=centre" in place else "organisation"
            sides.append(Labelled(f"{row['pair']}{s}", s, names.split(" | "), website, country, "", ids, kind))
        sets += ["across sources"] * (row["origin"] == "bundled" and row["left_source"] != row["right_source"])
        yield Case(row["half"] == "tuning", row["judgement"] == "same", sets, sides)


def altered(cases: Cases, change: Callable[[Labelled], Labelled]) -> list[Case]:
    return [case._replace(sides=[change(side) for side in case.sides]) for case in cases]


def talkoot(table: NameTable) -> Scorer:
    """1 for a pair of the automatic band, 0.5 for one of the queue; each pair judged by itself."""
    codes = load_code_lists()

    def score(case: Case) -> float:
        found = match([entity(side, codes) for side in case.sides], [], table, codes, "", "")
        return 1.0 if found.decisions else 0.5 if found.near or found.held else 0.0

    return lambda cases: [score(case) for case in cases]


def most_alike_names(cases: Cases) -> list[float]:
    return [likeness(*([fold_name(name) for name in side.names] for side in case.sides)) for case in cases]


def logic_v2(ways: int) -> Scorer:
    """LogicV2 as it comes, one way or the better of both; names are remembered by id, so each side has its own."""
    algorithm = import_module("nomenklatura.matching").get_algorithm("logic-v2")
    config, model = algorithm.default_config(), import_module("followthemoney").model

    def made(side: Labelled) -> Any:
        told = {"name": side.names, "country": side.country or None, "website": side.website or None}
        told |= {"registrationNumber": list(side.identifiers.values()), "leiCode": side.identifiers.get("LEI")}
        return model.get_proxy({"id": f"e{id(side)}", "schema": "LegalEntity", "properties": told}, cleaned=False)

    return lambda cases: [max(algorithm.compare(*map(made, sides), config).score
                              for sides in (case.sides, case.sides[::-1])[:ways]) for case in cases]  # fmt: skip


def splink(cases: Cases, trained: bool) -> Scorer:
    """Fellegi-Sunter over folded names, their words, domain, country, ids; u from all sides, m by EM or as it comes."""
    logging.disable()  # splink talks about every step
    api, cl, cll = (import_module(f"splink{name}") for name in ("", ".comparison_library", ".comparison_level_library"))
    levels = [cll.CustomLevel(OVERLAP.format(share), str(share)) for share in (0.99, 0.75, 0.5, 0.3)]
    words = cl.CustomComparison([cll.NullLevel("tokens"), *levels, cll.ElseLevel()], output_column_name="tokens")
    compared = [cl.PairwiseStringDistanceFunctionAtThresholds("names", "jaro_winkler", [0.9]), words]

    def linker(some: Cases, model: Any, once: bool = False) -> Any:
        found: dict[object, dict[str, object]] = {}
        for place, side in enumerate(side for case in some for side in case.sides):
            folded, domain = sorted(map(fold_name, side.names)), site(side.website)
            row = {"names": folded, "tokens": sorted(set(" ".join(folded).split())), "country": side.country or None,
                   "first": folded[0].split(" ")[0], "domain": domain[0] if domain else None,
                   "ids": ["=".join(told) for told in side.identifiers.items()] or None}  # fmt: skip
            found.setdefault(repr(row) if once else place, row | {"unique_id": f"{place:06}", "pair": place // 2})
        return api.Linker(api.DuckDBAPI().register(list(found.values())), model)

    if full := any(side.website for case in cases for side in case.sides):
        compared += [cl.ExactMatch("domain"), cl.ExactMatch("country"), cl.ArrayIntersectAtSizes("ids", [1])]
    model = linker(cases, api.SettingsCreator("dedupe_only", compared, [api.block_on("pair")], 0.5 / len(cases)), True)
    model.training.estimate_u_using_random_sampling(1e7, seed=1, num_chunks=1, min_count_per_level=None)
    for column in ("first", "domain")[: 1 + full] if trained else ():
        model.training.estimate_parameters_using_expectation_maximisation(api.block_on(column))
    learnt = model.misc.save_model_to_json()
    return lambda some: [weight for _, weight in sorted(
        (row["unique_id_l"], row["match_weight"]) for row in linker(some, learnt).inference.predict().as_record_list()
    )]  # fmt: skip


def figures(scored: Sequence[tuple[float, Case]], least: float) -> tuple[float, str]:
    """F1 of what scores at least so much; precision, recall and F1 as told (F1's interval: that of hits / all)."""
    said, true = [case for score, case in scored if score >= least], sum(case.same for _, case in scored)
    hits, texts = sum(case.same for case in said), []
    for share, k in ((Share(hits, len(said)), 1), (Share(hits, true), 1), (Share(hits, len(said) + true - hits), 2)):
        ends = [k * x / (1 + (k - 1) * x) for x in (share.value or 0.0, *(share.interval or (0.0, 1.0)))]
        texts.append("{:.3f} ({:.2f}–{:.2f})".format(*ends))
    return 2 * hits / (len(said) + true), " | ".join(texts)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matchers")
    for option in ("--labelled", "--names"):
        parser.add_argument(option, type=Path, required=True)
    cases, bench = (list(cases_of(path)) for path in vars(parser.parse_args()).values())
    table = NameTable(read_name_rows([FACTS / "names.csv"]))
    known = altered(cases, lambda s: replace(
        s, names=s.names + [main for name in s.names for main in table.main_names(name, s.country)]))  # fmt: skip
    bare = altered(cases, lambda s: Labelled("", "", s.names))
    runs: list[tuple[str, Scorer, Cases]] = [("Talkoot, names", most_alike_names, some) for some in (bare, bench)]
    runs += [("Talkoot", talkoot(NameTable()), cases), ("Talkoot with names.csv", talkoot(table), cases)]
    runs += [("LogicV2, name + country", logic_v2(2), altered(cases, lambda s: replace(s, website="", identifiers={})))]
    for more, some in ((", all fields", cases), (" with names.csv", known), (", names", bare), (", names", bench)):
        runs += [(f"LogicV2{more}", logic_v2(1 if some is bench else 2), some)]
        runs += [(f"splink{more}, {m}", splink(some, m == "EM"), some) for m in ("EM", "default m")]
    times: list[float] = []
    print("| matcher | pairs | threshold | P | R | F1 | best F1 on all | time of a pair |", "|---" * 8 + "|", sep="\n")
    for name, scorer, pairs in runs:
        for cached in filter(lambda kept: isinstance(kept, type(site)), gc.get_objects()):
            cached.cache_clear()
        tuning, test = ([case for case in pairs if case.tuning is half] for half in (True, False))
        learnt, start = list(zip(scorer(tuning), tuning, strict=True)), time.process_time()  # fills caches
        told = list(zip(scorer(test), test, strict=True))
        times.append((time.process_time() - start) / len(test))
        chosen = max((figures(learnt, score)[0], score) for score, _ in learnt)[1:]
        for least in (1.0, 0.5) if {score for score, _ in learnt} <= {0, 0.5, 1} else chosen:
            for part in dict.fromkeys(part for case in pairs for part in case.sets):
                here, ever = ([(s, c) for s, c in x if part in c.sets] for x in (told, learnt + told))
                best = f"{max(figures(ever, score)[0] for score, _ in ever):.3f} | {times[-1] / times[0]:.1f}"
                print(f"| {name} | {part} | {least:.3f} | {figures(here, least)[1]} | {best} |")


if __name__ == "__main__":
    main()

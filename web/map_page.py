"""The map: how many things there are where, joined into clusters as near as the box that is seen asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, render_template, request

from talkoot.graph.search_facts import NOWHERE
from talkoot.web.browse import EVERY_KIND, LISTS, PAGE_LENGTH, classes_of, list_rows, pager, sort_key
from talkoot.web.language import address
from talkoot.web.outlines import EUROPE, Box, Drawing, is_in, outlines
from talkoot.web.responses import page, page_at
from talkoot.web.site import namer, release

blueprint = Blueprint("map", __name__)

KINDS_ON_MAP = {**{name: LISTS[name] for name in ("actors", "solutions", "projects")}, "centres": ("centre",)}
"""What the map can show, each with the kinds of the index that it holds."""
VIEWS: Mapping[str, Box] = {
    "europe": EUROPE,
    "north": (4.0, 53.5, 32.0, 70.5),
    "west": (-11.0, 42.0, 9.0, 59.0),
    "south": (-10.0, 34.5, 30.0, 46.5),
    "east": (11.0, 42.0, 30.0, 60.0),
}
"""The parts of Europe that the page offers by name."""
_AROUND = (9.0, 5.5)
_NEAR = 58.0
"""Circles whose middles are nearer than this on a drawing 1,000 wide become one."""


class Spot(NamedTuple):
    """A place with the number of things there; without a position where it cannot be drawn."""

    code: str
    name: str
    number: int
    position: tuple[float, float] | None


@dataclass
class Cluster:
    """Spots that lie too near to one another to be drawn apart, the largest first."""

    x: float
    y: float
    spots: list[Spot]
    href: str = ""

    @property
    def count(self) -> int:
        """How many things the spots have together."""
        return sum(spot.number for spot in self.spots)

    @property
    def radius(self) -> float:
        """As large as the number asks, and large enough to be met by a finger."""
        return round(15 + 1.6 * sqrt(min(self.count, 600)), 1)

    def touches(self, other: Cluster, crowding: float) -> bool:
        """Whether the circles lie on one another, or so near that a finger cannot choose."""
        return hypot(self.x - other.x, self.y - other.y) < crowding * max(_NEAR, self.radius + other.radius)

    @property
    def for_script(self) -> dict[str, Any]:
        """The circle as the map that can be moved draws it."""
        label = ", ".join(spot.name for spot in self.spots)
        return {"at": self.spots[0].position, "label": label, "count": self.count, "href": self.href}

    @property
    def box(self) -> Box:
        """What has to be seen for the spots to be told apart."""
        longitudes, latitudes = zip(*(spot.position for spot in self.spots if spot.position), strict=True)
        wide, high = ((max(ends) - min(ends)) / 2 + 1.5 for ends in (longitudes, latitudes))
        middle = [(max(ends) + min(ends)) / 2 for ends in (longitudes, latitudes)]
        return (middle[0] - wide, middle[1] - high, middle[0] + wide, middle[1] + high)


def spots(kind: str) -> list[Spot]:
    """The places where there are things of a kind, in the alphabet of their names."""
    names, middles = namer(), outlines()["middles"]
    counts = release().index.countries(KINDS_ON_MAP[kind])
    found = [Spot(code, names.country(code), count, middles.get(code)) for code, count in counts.items()]
    return sorted(found, key=lambda spot: sort_key(spot.name))


def clusters(drawing: Drawing, found: Sequence[Spot], kind: str, crowding: float = 1.0) -> list[Cluster]:
    """The spots as they are drawn: one joins the first larger one that is too near, by how crowded the map is."""
    made: list[Cluster] = []
    for spot in sorted(found, key=lambda spot: (-spot.number, spot.code)):
        if spot.position is None or not is_in(drawing.box, *spot.position):
            continue
        new = Cluster(*drawing.point(*spot.position), [spot])
        near = next((one for one in made if one.touches(new, crowding)), None)
        if near:
            near.spots.append(spot)
        else:
            made.append(new)
    for one in made:
        only = one.spots[0].code if len(one.spots) == 1 else ""
        one.href = map_address(kind, only, "" if only else written(one.box))
    return made


def map_address(kind: str = "actors", country: str = "", box: str = "") -> str:
    """The address of the map of a kind, of one country or of a box."""
    return address("/map", [("kind", "" if kind == "actors" else kind), ("country", country), ("box", box)])


def written(box: Box) -> str:
    """A box as addresses have it: west, south, east, north."""
    return ",".join(f"{degrees:.1f}".removesuffix(".0") for degrees in box)


def _asked_box() -> Box | None:
    """The box that this request asks for."""
    text = request.args.get("box", "")
    try:
        west, south, east, north = (float(degrees) for degrees in text.split(","))
    except ValueError:
        return abort(400, "A box is west, south, east and north in degrees: box=4,53,32,70.") if text else None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        abort(400, "A box goes from west to east and from south to north, within 180 and 90 degrees.")
    return west, south, east, north


def _crowding(usual: float = 750.0) -> float:
    """How much less room circles have than usual, by the width in pixels at which a script shows the map."""
    wide = request.args.get("wide", "")
    return usual / max(int(wide), 240) if wide.isascii() and wide.isdigit() and len(wide) < 5 else 1.0


@page_at(blueprint, "/map")
def shown_map() -> Response:
    """The map of a kind, of all of Europe, of a box or of one country, with its table."""
    kind, country = request.args.get("kind", "actors"), request.args.get("country", "")
    index, box = release().index, _asked_box()
    everywhere = spots(kind) if kind in KINDS_ON_MAP else abort(404)
    here = next((spot for spot in everywhere if spot.code == country), None)
    if country and here is None:
        if country not in index.countries(EVERY_KIND):
            abort(404)
        here = Spot(country, namer().country(country), 0, outlines()["middles"].get(country))
    seen = box or (around(here.position) if here and here.position else EUROPE)
    drawing = Drawing(seen)
    found = [spot for spot in everywhere if not country or spot.code == country]
    if box:
        found = [spot for spot in found if spot.position and is_in(box, *spot.position)]
    kinds, circles = KINDS_ON_MAP[kind], clusters(drawing, found, kind, _crowding())
    current = pager("/map", here.number if here else 0, ("kind", kind), ("country", country))
    rows = list_rows(index.things(kinds, country, current.first_row - 1, PAGE_LENGTH), country) if here else []
    return page(
        "map.html",
        kind=kind,
        country=here,
        box=box,
        drawing=drawing,
        clusters=circles,
        spots=found,
        total=index.count(kinds),
        nowhere=index.count(kinds, NOWHERE),
        marks=[one.for_script for one in circles],
        views=[
            (name, map_address(kind, "", "" if one is EUROPE else written(one)), not country and seen == one)
            for name, one in VIEWS.items()
        ],
        kinds=[(name, map_address(name, country, written(box) if box else "")) for name in KINDS_ON_MAP],
        rows=rows,
        pager=current,
        seen=written(seen),
        query=render_template("queries/where.rq", classes=classes_of(kinds)),
    )


def around(position: tuple[float, float]) -> Box:
    """The box around the middle of a country."""
    return (
        max(position[0] - _AROUND[0], -180), max(position[1] - _AROUND[1], -90),
        min(position[0] + _AROUND[0], 180), min(position[1] + _AROUND[1], 90),
    )  # fmt: skip


def drawn(kind: str) -> dict[str, Any]:
    """What the small map of another page shows: all of Europe."""
    drawing = Drawing(EUROPE)
    return {"drawing": drawing, "clusters": clusters(drawing, spots(kind), kind)}

"""The outlines of countries as paths of a drawing: an equal-area projection around the middle of Europe."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import cos, radians, sin, sqrt
from typing import Any

from talkoot.web.assets import STATIC

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""
EUROPE: Box = (-11.0, 34.0, 36.0, 70.5)
_MIDDLE = (radians(10.0), radians(52.0))
"""Longitude and latitude around which the EU's own equal-area maps are drawn (EPSG:3035)."""
_SIZE, _WIDTH = 1000.0, 1000.0
_DRAWN: Box = (-32.0, 24.0, 62.0, 82.0)
_STEPS = 8


class Drawing:
    """A part of the earth on a sheet 1,000 wide."""

    def __init__(self, box: Box) -> None:
        self.box = box
        west, south, east, north = box
        steps = [step / _STEPS for step in range(_STEPS + 1)]
        # The edges of a box are bent in the projection, so that its corners alone do not tell how far it reaches.
        edge = [project(west + (east - west) * step, latitude) for step in steps for latitude in (south, north)]
        edge += [project(longitude, south + (north - south) * step) for step in steps for longitude in (west, east)]
        self._left, self._top = (min(point[axis] for point in edge) for axis in (0, 1))
        right, bottom = (max(point[axis] for point in edge) for axis in (0, 1))
        self._scale = _WIDTH / (right - self._left)
        self.height = round((bottom - self._top) * self._scale)

    def point(self, longitude: float, latitude: float) -> Point:
        """Where a place lies on the sheet."""
        x, y = project(longitude, latitude)
        return round((x - self._left) * self._scale, 1), round((y - self._top) * self._scale, 1)

    @property
    def land(self) -> str:
        """The outlines of the land, as a path for :attr:`transform`."""
        return _land()

    @property
    def transform(self) -> str:
        """What brings the land to its place on the sheet."""
        return f"scale({self._scale:.4f}) translate({-self._left:.1f} {-self._top:.1f})"


@lru_cache(maxsize=1)
def outlines() -> Mapping[str, Any]:
    """Land by polygon, and the middle of each country by its code of three letters."""
    read: dict[str, Any] = json.loads((STATIC / "vendor" / "countries.json").read_bytes())
    return read


def project(longitude: float, latitude: float) -> Point:
    """Where a place lies in the drawing; y grows to the south.

    Source: Snyder, Map Projections: A Working Manual (1987), page 185.
    """
    east, north = radians(longitude) - _MIDDLE[0], radians(latitude)
    away = 1 + sin(_MIDDLE[1]) * sin(north) + cos(_MIDDLE[1]) * cos(north) * cos(east)
    scale = _SIZE * sqrt(2 / max(away, 0.01))
    up = cos(_MIDDLE[1]) * sin(north) - sin(_MIDDLE[1]) * cos(north) * cos(east)
    return scale * cos(north) * sin(east), -scale * up


@lru_cache(maxsize=1)
def _land() -> str:
    """The land of Europe and around as one path."""
    polygons: Iterable[Sequence[Sequence[Point]]] = outlines()["land"]["coordinates"]
    rings = (ring for polygon in polygons for ring in polygon if any(is_in(_DRAWN, *point) for point in ring))
    return "".join(f"M{'L'.join(_written(point) for point in ring)}z" for ring in rings)


def is_in(box: Box, longitude: float, latitude: float) -> bool:
    """Whether a place lies in a box."""
    return box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3]


def _written(point: Point) -> str:
    """A point, drawn back to where the drawing ends: Asia goes on for long."""
    x, y = project(min(point[0], _DRAWN[2] + 8), point[1])
    return f"{x:.0f} {y:.0f}"

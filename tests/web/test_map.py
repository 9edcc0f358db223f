"""The map: where circles stand, which become one, what a box holds, and that all of it is said in words too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import combinations
from math import asin, cos, degrees, hypot, radians, sin, sqrt

import pytest
from flask.testing import FlaskClient

from talkoot.web.map_page import VIEWS, Cluster, Spot, clusters, written
from talkoot.web.outlines import EUROPE, Drawing, is_in, outlines, project
from tests.web.conftest import PAGE, Page

Read = Callable[..., Page]


def found(client: FlaskClient, path: str) -> list[dict[str, object]]:
    """The circles of a page, as its script is told them."""
    html = client.get(path, headers=PAGE).get_data(as_text=True)
    told = re.search(r"data-clusters='([^']*)'", html)
    assert told is not None
    read: list[dict[str, object]] = json.loads(told.group(1))
    return read


def rows(client: FlaskClient, path: str) -> dict[str, int]:
    """The table of the map: things by country."""
    html = client.get(path, headers=PAGE).get_data(as_text=True)
    cells = re.findall(r'scope="row"><a [^>]*>([^<]+)</a>.*?<td[^>]*>([\d,]+)</td>', html, re.DOTALL)
    return {name: int(number.replace(",", "")) for name, number in cells}


def test_the_projection_keeps_areas_and_puts_its_middle_in_the_middle():
    assert project(10.0, 52.0) == pytest.approx((0.0, 0.0))
    areas = []
    for longitude, latitude in ((10.0, 52.0), (25.0, 38.0), (26.0, 66.0), (-8.0, 40.0)):
        corners = [project(longitude + x, latitude + y) for x, y in ((0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1))]
        area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True))) / 2
        areas.append(area / cos(radians(latitude + 0.05)))
    assert max(areas) / min(areas) == pytest.approx(1, abs=0.001)


def test_a_box_fits_its_drawing_and_its_corners_lie_within():
    for box in VIEWS.values():
        drawing = Drawing(box)
        for longitude in (box[0], box[2]):
            for latitude in (box[1], box[3]):
                x, y = drawing.point(longitude, latitude)
                assert -0.1 <= x <= 1000.1
                assert -1 <= y <= drawing.height + 1


def test_circles_too_near_to_one_another_become_one_and_lose_nothing():
    middles = outlines()["middles"]
    codes = ("ESP", "FIN", "LUX", "NLD", "BEL")
    spots = [Spot(code, code, number, middles[code]) for number, code in enumerate(codes, 1)]
    drawing = Drawing(EUROPE)
    made = clusters(drawing, spots, "actors")

    assert sum(one.count for one in made) == 15
    assert {frozenset(spot.code for spot in one.spots) for one in made} == {
        frozenset({"BEL", "NLD", "LUX"}), frozenset({"FIN"}), frozenset({"ESP"}),
    }  # fmt: skip
    assert all(hypot(a.x - b.x, a.y - b.y) > 50 for a, b in combinations(made, 2))


def test_a_narrow_map_has_fewer_circles_that_count_the_same(client: FlaskClient):
    usual, narrow = found(client, "/map"), found(client, "/map?wide=290")

    assert len(narrow) < len(usual)
    assert sum(int(str(one["count"])) for one in narrow) == sum(int(str(one["count"])) for one in usual)
    assert found(client, "/map?wide=-1") == found(client, "/map?wide=²") == usual


def test_a_circle_of_several_leads_to_a_box_in_which_they_are_apart():
    middles = outlines()["middles"]
    spots = [Spot(code, code, 1, middles[code]) for code in ("BEL", "NLD", "LUX")]
    (one,) = clusters(Drawing(EUROPE), spots, "actors")
    assert one.href.startswith("/map?box=")

    assert all(is_in(one.box, *spot.position) for spot in spots if spot.position)
    assert len(clusters(Drawing(one.box), spots, "actors")) == 3


def test_what_has_no_position_is_counted_in_words_and_not_drawn(client: FlaskClient, read: Read):
    drawn = [str(one["label"]) for one in found(client, "/map")]

    assert clusters(Drawing(EUROPE), [Spot("EUR", "European Union", 3, None)], "actors") == []
    assert not any("European Union" in label for label in drawn)
    assert re.search(r"European Union not drawn\s+\d", read("/map").text)


def test_circles_and_table_count_the_same(client: FlaskClient):
    for kind in ("actors", "solutions", "projects", "centres"):
        table = rows(client, f"/map?kind={kind}")
        drawn = sum(int(str(one["count"])) for one in found(client, f"/map?kind={kind}"))
        assert table
        assert drawn == sum(table.values()) - table.get("European Union", 0), kind


def test_a_box_holds_what_lies_in_it_and_no_more(client: FlaskClient, read: Read):
    names = rows(client, "/map?box=4,53.5,32,70.5")

    assert {"Finland", "Sweden", "Estonia"} <= names.keys()
    assert not {"Portugal", "Greece", "Italy", "European Union"} & names.keys()
    assert "Nothing is known here." in read("/map?box=-60,0,-50,10").text


def test_a_country_s_map_lists_what_is_there(client: FlaskClient, read: Read):
    page = read("/map?country=FIN")

    assert "Terveyden ja hyvinvoinnin laitos" in page.text
    assert rows(client, "/map?country=FIN").keys() == {"Finland"}
    assert "Poland: 0." in read("/map?kind=projects&country=POL").text


def test_a_map_of_nothing_that_exists_is_refused(client: FlaskClient):
    boxes = ("1,2,3", "9,1,3,70", "nan,1,3,70", "0,0,999,70")
    asked = {"/map?kind=persons": 404, "/map?country=XXX": 404, **{f"/map?box={box}": 400 for box in boxes}}
    for path, status in asked.items():
        assert client.get(path, headers=PAGE).status_code == status, path


def test_every_part_of_europe_is_offered_and_the_chosen_one_is_marked(client: FlaskClient):
    for box in VIEWS.values():
        html = client.get("/map" if box is EUROPE else f"/map?box={written(box)}", headers=PAGE).get_data(as_text=True)
        assert html.count('aria-current="true"') == 3  # the kind, the part, the language


def test_a_circle_grows_with_its_number_and_stays_within_bounds():
    radii = [Cluster(0, 0, [Spot("X", "X", number, (0, 0))]).radius for number in (1, 10, 100, 1_000, 1_000_000)]

    assert radii == sorted(radii)
    assert radii[0] >= 15
    assert radii[-1] < 60


def test_a_country_s_middle_lies_on_its_land_as_far_as_known():
    """The distance along the earth from Helsinki to the middle of Finland, by the haversine."""
    longitude, latitude = outlines()["middles"]["FIN"]
    half = sqrt(
        sin(radians(latitude - 60.17) / 2) ** 2
        + cos(radians(latitude)) * cos(radians(60.17)) * sin(radians(longitude - 24.94) / 2) ** 2
    )
    assert degrees(2 * asin(half)) < 6

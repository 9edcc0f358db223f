"""What comes from others and is served from here: as it was built, from versions that are pinned, with its licences."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from talkoot.web.assets import STATIC

VENDOR = STATIC / "vendor"
ASSETS = STATIC.parent / "assets"
OPEN_LICENCES = {"MIT": "Permission is hereby granted", "BSD-2-Clause": "Redistribution and use", "ISC": "to use, copy"}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VENDOR / "vendor.json").read_bytes())
    return found


def test_every_file_has_the_hash_that_its_building_gave(told: dict[str, Any]):
    there = {path.name for path in VENDOR.iterdir() if path.is_file()} - {"vendor.json"}

    assert there == told["files"].keys()
    for name, file in told["files"].items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == file["sha256"], f"{name}: run make assets"


def test_every_package_in_a_file_is_named_with_the_version_of_the_lock(told: dict[str, Any]):
    locked = json.loads((ASSETS / "package-lock.json").read_bytes())["packages"]

    assert {name for file in told["files"].values() for name in file["made_of"]} == told["packages"].keys()
    for name, package in told["packages"].items():
        assert package["version"] == locked[f"node_modules/{name}"]["version"], f"{name}: run make assets"


def test_every_package_brings_the_text_of_its_licence(told: dict[str, Any]):
    for name, package in told["packages"].items():
        text = " ".join((VENDOR / package["licence_text"]).read_text(encoding="utf-8").split())
        assert OPEN_LICENCES[package["licence"]] in text, name


def test_the_lock_pins_every_package_by_hash_and_names_no_host():
    text = (ASSETS / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    declared = json.loads((ASSETS / "package.json").read_bytes())

    assert "http" not in text
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    for name, version in {**declared["dependencies"], **declared["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_nothing_that_comes_from_others_names_an_address_that_a_browser_would_open():
    for path in VENDOR.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        assert "eval(" not in text.replace(".eval(", "")
        assert "new Function(" not in text
    assert "@import" not in (VENDOR / "leaflet.css").read_text(encoding="utf-8")

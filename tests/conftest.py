"""What all tests share: where the checkout is, and skips that count as failures where everything is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine do not reach the tests."""
    for name in list(os.environ):
        if name.startswith("TALKOOT_") and name not in ("TALKOOT_NO_SKIPS", "TALKOOT_KILLS"):
            monkeypatch.delenv(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Where TALKOOT_NO_SKIPS is set, a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("TALKOOT_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report

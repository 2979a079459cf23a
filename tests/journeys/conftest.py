"""Fixtures of the journeys: one Chromium a module, the application on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from emulation.config import Settings
from tests.journeys.browsers import Visitors, serving
from tools.system import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(make_app: Callable[[Settings], Flask], settings: Settings) -> Iterator[Flask]:
    """The application as it is served, on this worker's database."""
    site = make_app(settings)
    yield site
    site.extensions["engine"].dispose()


@pytest.fixture(scope="module")
def address(site: Flask) -> Iterator[str]:
    with serving(site) as address:
        yield address


@pytest.fixture
def visitors(browser: Browser, address: str) -> Iterator[Visitors]:
    """Nobody yet; at the end no console may have complained."""
    visitors = Visitors(browser, address)
    yield visitors
    visitors.leave()
    assert visitors.complaints == []

"""Fixtures of the journeys: the application on a real server, and who visits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from emulation.config import Settings
from tests.journeys.browsers import Visitors, cookie_of, serving
from tests.journeys.drafting import begin
from tests.world import World


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


@pytest.fixture
def draft(db: Session, world: World) -> int:
    """The key of a draft of the small world's set."""
    return begin(db, world).id


@pytest.fixture(scope="module")
def office(browser: Browser, address: str) -> Iterator[Visitors]:
    """One browser profile of the department for all tests, so that styles and fonts are fetched once."""
    office = Visitors(browser, address)
    yield office
    office.leave()


@pytest.fixture
def department(world: World, site: Flask, office: Visitors) -> Iterator[Page]:
    """An officer of the department who has signed in; no console may have complained."""
    page = office.contexts[0].new_page() if office.contexts else office.come()
    page.context.add_cookies([cookie_of(site, office.address, world.people["department"])])
    yield page
    page.context.set_offline(False)
    page.evaluate("localStorage.clear()")
    for tab in page.context.pages:
        tab.close()
    assert office.complaints == []

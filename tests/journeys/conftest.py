"""Fixtures of the journeys: the application on a real server, and who visits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from emulation.config import Settings
from tests.journeys.browsers import Profiles, Visitors, arrive, serving
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


@pytest.fixture(scope="session")
def profiles(browser: Browser) -> Profiles:
    """The browser profiles of this worker."""
    return Profiles(browser)


@pytest.fixture
def visitors(profiles: Profiles, address: str) -> Iterator[Visitors]:
    """Nobody yet; at the end no console may have complained."""
    visitors = Visitors(profiles, address)
    yield visitors
    visitors.leave()
    assert visitors.complaints == []


@pytest.fixture
def draft(db: Session, world: World) -> int:
    """The key of a draft of the small world's set."""
    return begin(db, world).id


@pytest.fixture
def department(world: World, site: Flask, visitors: Visitors) -> Page:
    """An officer of the department who has signed in."""
    return arrive(visitors, site, world.people["department"])

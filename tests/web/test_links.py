"""Nobody is led to a closed door: every link on every page that a person can reach opens for them."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from emulation.config import Settings
from tests.client import Client, read
from tests.web.test_access import CASES, HEAVY, prepare
from tests.world import World

PER_ENDPOINT = 2  # of pages that differ only by the thing they show


@pytest.mark.parametrize(("moment", "name"), CASES)
def test_every_link_opens(
    app: Flask, client: Client, db: Session, world: World, settings: Settings, moment: str, name: str
) -> None:
    prepare(db, world, settings, moment)
    if name != "stranger":
        client.sign_in(name)
    addresses = app.url_map.bind("localhost")
    seen: Counter[str] = Counter()
    waiting, found = [("/", "the address bar")], {"/"}
    while waiting:
        href, source = waiting.pop()
        endpoint, _ = addresses.match(urlsplit(href).path)
        if endpoint == "static" or endpoint in HEAVY or seen[endpoint] == PER_ENDPOINT:
            continue
        seen[endpoint] += 1
        response = client.get(href)
        if response.status_code in (302, 303):
            target = response.headers["Location"]
            signs_in = urlsplit(target).path == "/sign-in"
            assert name == "stranger" or not signs_in, f"{href} on {source}: asks to sign in"
            links = [target]
        else:
            assert response.status_code == 200, f"{href} on {source}: {response.status_code}"
            links = read(response.text).links if response.mimetype == "text/html" else []
        for link in links:
            parts = urlsplit(link)
            if link not in found and not parts.netloc and parts.path.startswith("/"):
                found.add(link)
                waiting.append((link, href))
    assert seen["home.home"] or name == "stranger"

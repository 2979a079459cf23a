"""Vietnamese first, English by a switch: the switch itself, figures and refusals in the language of the reader.

That pages in English hold nothing Vietnamese of ours is seen where every page is opened, in test_access.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import wtforms
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy.orm import Session
from wtforms import Form

from emulation.config import Settings
from emulation.web.display import show_points
from tests.client import Client
from tests.web.test_access import HEAVY, Route, open_routes, person_of, prepare, routes_of
from tests.world import PASSWORD, World

FILLING = {"self_scoring": ("stranger", "admin", "department", "unit_officer"), "review": ("chair", "member")}


def choose(client: Client, language: str, *, at: str = "/sign-in") -> None:
    """Press the switch in the head of a page."""
    page = client.page(at)
    form = next(form for form in page.forms if form.action == "/language")
    assert form.values["language"] == language
    response = client.post("/language", data=form.values, csrf=False)
    assert response.status_code == 303
    assert response.headers["Location"].partition("?")[0] == at


def language_of(client: Client, path: str) -> str:
    """The lang of the page."""
    found = re.search(r'<html lang="(\w+)"', client.get(path).text)
    assert found
    return found.group(1)


# ---- the switch ----


def test_pages_are_vietnamese_until_english_is_chosen(client: Client, world: World) -> None:
    assert language_of(client, "/sign-in") == "vi"
    assert client.get("/sign-in", headers={"Accept-Language": "en"}).text.count('lang="vi"') >= 1
    assert client.page("/sign-in").h1 == "Đánh giá thi đua các Sở Giáo dục và Đào tạo"


def test_switch_works_for_a_stranger_and_stays_over_signing_in(client: Client, world: World) -> None:
    choose(client, "en")
    assert language_of(client, "/sign-in") == "en"
    assert client.page("/sign-in").h1.startswith("Emulation assessment of the provincial Departments")
    response = client.submit("/sign-in", {"email": "admin@thu.example", "password": PASSWORD}, to="/sign-in")
    assert response.status_code == 303
    assert language_of(client, "/accounts") == "en"
    assert client.page("/accounts").h1 == "Accounts"


def test_switch_works_for_a_signed_in_person_and_back(client: Client, world: World) -> None:
    client.sign_in("admin")
    assert client.page("/accounts").h1 == "Tài khoản"
    choose(client, "en", at="/accounts")
    assert client.page("/accounts").h1 == "Accounts"
    choose(client, "vi", at="/accounts")
    assert (client.page("/accounts").h1, language_of(client, "/accounts")) == ("Tài khoản", "vi")


def test_language_of_one_person_is_not_that_of_another(client: Client, world: World) -> None:
    choose(client, "en")
    assert language_of(client.another(), "/sign-in") == "vi"


def test_switch_refuses_a_language_that_does_not_exist(client: Client, world: World) -> None:
    client.get("/sign-in")
    assert client.post("/language", data={"language": "fr"}).status_code == 422
    assert language_of(client, "/sign-in") == "vi"


def test_refusals_are_in_the_chosen_language(client: Client, world: World) -> None:
    choose(client, "en")
    response = client.submit("/sign-in", {"email": "leader@thu.example", "password": "sai"}, to="/sign-in")
    assert "Failures left before the account is locked for 15 minutes: 4." in response.text
    assert "There is no such page, or it has moved." in client.get("/no-such-page").text


@pytest.mark.parametrize(("language", "shown"), [("vi", "8,50"), ("en", "8.50")])
def test_decimal_mark_follows_the_language(app: Flask, language: str, shown: str) -> None:
    with app.test_request_context():
        from flask import session

        session["language"] = language
        assert show_points("8.5") == shown


# ---- pages ----


@pytest.mark.parametrize(("language", "right", "wrong"), [("vi", ",", "."), ("en", ".", ",")])
def test_figures_on_pages_have_the_decimal_mark_of_the_language(
    app: Flask, client: Client, db: Session, world: World, settings: Settings, language: str, right: str, wrong: str
) -> None:
    ids = prepare(db, world, settings, "published")
    client.sign_in("department")
    with client.session_transaction() as session:
        session["language"] = language
    with_figures = {"criteria.criteria_set", "results.ranking", "results.unit_result", "sheets.sheet"}
    for route in pages(app, world, ids):
        if route.endpoint in with_figures:
            figures = re.findall(r">\s*[−+]?\d+([.,])\d+\s*<", client.get(route.path).text)
            assert (right in figures, wrong in figures) == (True, False), route


def pages(app: Flask, world: World, ids: dict[str, Any]) -> list[Route]:
    """Every address that answers a page."""
    return [route for route in routes_of(app, world, ids) if route.method == "GET" and route.endpoint not in HEAVY]


@pytest.mark.parametrize("moment", FILLING)
def test_forms_refuse_in_vietnamese(
    app: Flask, client: Client, db: Session, world: World, settings: Settings, moment: str
) -> None:
    """No sentence of WTForms itself reaches a Vietnamese page, whether a form comes empty or full of nonsense."""
    with (Path(wtforms.__file__).parent / "locale" / "wtforms.pot").open("rb") as file:
        theirs = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file)} - {""}
    beginnings = {text.partition("%")[0].strip() for text in theirs} | {"Invalid Choice"}
    assert "This field is required." in beginnings
    ids = prepare(db, world, settings, moment)
    fields = {field for form in forms() for field in vars(form) if hasattr(getattr(form, field), "field_class")}
    assert {"email", "quota", "minimum_grade", "first"} <= fields
    found, refused = set(), 0
    for name in FILLING[moment]:
        person = person_of(client, world, name)
        for route in open_routes(app, person, [one for one in routes_of(app, world, ids) if one.method == "POST"]):
            for data in ({}, dict.fromkeys(fields, "???")):
                if person is not None:
                    client.sign_in(name)  # some acts end sessions
                response = client.post(route.path, data=data)
                refused += response.status_code == 422
                found |= {f"{route.endpoint}: {text}" for text in beginnings if text in response.text}
    assert refused > len(FILLING[moment])
    assert sorted(found) == []


def forms(kind: type[Form] = Form) -> Iterator[type[Form]]:
    """Every form of the pages."""
    for form in kind.__subclasses__():
        yield form
        yield from forms(form)

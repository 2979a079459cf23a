"""Remarks as a browser meets them, and that nobody outside the unit ever reads one."""

from __future__ import annotations

import pytest
from flask import Flask

from emulation.config import Settings
from emulation.models import Remark
from emulation.services.remarks import remark
from tests.client import Client
from tests.filling import fill, loaded, now, to_received, to_signing
from tests.web.test_access import HEAVY, open_routes, prepare, routes_of
from tests.world import World

SECRET = "Bí mật của đơn vị"


def url(world: World, page: str = "") -> str:
    return f"/sheets/{world.sheets['34'].id}{page}"


def said(client: Client, world: World, code: str = "I.3") -> Remark:
    made = remark(client.db, world.actor("unit_officer"), loaded(client.db, world), code=code, text=SECRET, now=now())
    client.db.commit()
    return made


def test_talk_on_a_row_from_question_to_done(client: Client, world: World) -> None:
    officer, director = client.sign_in("unit_officer"), client.another().sign_in("unit_director")
    row = url(world, "?open=I.3")
    sent = officer.submit(row, {"text": SECRET}, to=url(world, "/remarks/I.3"))
    assert (sent.status_code, sent.location) == (303, url(world, "?open=I.3#I.3"))

    page = director.page(row)
    assert SECRET in page.text
    assert "1 trao đổi chưa xong" in director.page(url(world, "?section=I")).text
    answer = next(form for form in page.forms if form.action.endswith("/answer"))
    director.submit(row, {next(iter(answer.names - {"csrf_token", "back"})): "Trang 6"}, to=answer.action)
    assert "Trang 6" in officer.page(url(world, "/remarks")).text

    done = answer.action.replace("answer", "resolve")
    assert officer.submit(url(world, "/remarks"), {}, to=done).status_code == 303
    assert "Không có trao đổi nào chưa xong." in officer.page(url(world, "/remarks")).text
    assert officer.post(done).status_code == 303  # the second click of two
    officer.submit(url(world, "/remarks?view=all"), {}, to=answer.action.replace("answer", "reopen"))
    assert SECRET in officer.page(url(world, "/remarks")).text


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001])
def test_refused_text_comes_back_beside_its_field(client: Client, world: World, text: str) -> None:
    client.sign_in("unit_officer")
    first = said(client, world)
    for path, name in ((url(world, "/remarks/I.3"), "text"), (f"/remarks/{first.id}/answer", f"answer{first.id}-text")):
        response = client.post(path, data={name: text})
        assert response.status_code == 422
        assert text.strip() in response.text


def test_open_remarks_are_named_before_sending_and_stop_nothing(
    client: Client, world: World, settings: Settings
) -> None:
    fill(client.db, world, settings)
    said(client, world)
    page = client.sign_in("unit_officer").page(url(world, "/send"))
    assert "Trao đổi nội bộ chưa xong" in page.text
    assert SECRET in page.text
    assert client.submit(url(world, "/send"), {}, to=url(world, "/send")).status_code == 303
    assert SECRET in client.another().sign_in("unit_director").page(url(world, "/sign")).text


@pytest.mark.parametrize("name", ["department", "chair", "auditor", "other_officer", "cluster_leader"])
def test_nobody_else_reads_a_remark_anywhere(
    app: Flask, client: Client, world: World, settings: Settings, name: str
) -> None:
    ids = prepare(client.db, world, settings, "review")
    said(client, world, code="I.1")
    client.sign_in(name)
    routes = open_routes(app, world.people[name].id, list(routes_of(app, world, ids)))
    for route in routes:
        if route.method == "GET" and route.endpoint not in HEAVY and "pdf" not in route.path:
            assert SECRET.encode() not in client.get(route.path).data, route.path
    for path in (url(world, "/remarks"), url(world, "/sign")):
        assert client.get(path).status_code == 403
    assert client.post(url(world, "/remarks/I.1"), data={"text": "x"}).status_code == 403
    assert client.post("/remarks/1/resolve").status_code == 403


def test_what_the_director_told_the_officer_is_not_shown_to_the_ministry(
    client: Client, world: World, settings: Settings
) -> None:
    to_signing(client.db, world, settings)
    director, officer = client.sign_in("unit_director"), client.another().sign_in("unit_officer")
    told = {"note": SECRET, "remark-I.2": SECRET}
    assert director.submit(url(world, "/sign"), {"note": SECRET}, to=url(world, "/send-back")).status_code == 303
    officer.submit(url(world, "/send"), {}, to=url(world, "/send"))
    assert director.post(url(world, "/send-back"), data=told).status_code == 303
    assert "1 trao đổi chưa xong" in officer.page(url(world, "?section=I")).text
    for page in (officer.page(url(world)), officer.page("/")):
        assert "Lãnh đạo ghi ý kiến ở: I.2." in " ".join(page.text.split())
        assert url(world, "?open=I.2#I.2") in page.links
    assert "Đồng nghiệp" not in officer.page("/").text
    officer.submit(url(world, "/send"), {}, to=url(world, "/send"))
    from emulation.services.submissions import submit

    submit(client.db, world.actor("unit_director"), loaded(client.db, world), now=now())
    client.db.commit()

    for page in ("/reception", "", "/receipt"):
        assert SECRET not in client.another().sign_in("department").page(url(world, page)).text


def test_remark_on_a_code_that_does_not_exist_is_refused(client: Client, world: World, settings: Settings) -> None:
    to_received(client.db, world, settings)
    assert client.sign_in("unit_officer").post(url(world, "/remarks/IX.9"), data={"text": "x"}).status_code == 422
    assert client.post("/remarks/999/answer", data={"text": "x"}).status_code == 404

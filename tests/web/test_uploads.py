"""Uploads in pieces, the scanner, links, newer files, the exports, as a browser and its scripts meet them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from emulation.config import Settings
from emulation.models import Citation, Evidence, EvidenceRevision, History, Upload
from emulation.services.uploads import PARTS
from tests import clamd, files
from tests.client import Client
from tests.filling import fill, to_received
from tests.world import World

JSON = {"Accept": "application/json"}
FILE = files.PDF + bytes(5000)


def sheet_url(world: World) -> str:
    return f"/sheets/{world.sheets['34'].id}"


def begin(client: Client, world: World, name: str = "Bao cao.pdf", size: int = len(FILE), **more: Any) -> TestResponse:
    data = {"name": name, "size": str(size), **more}
    return client.post(f"{sheet_url(world)}/uploads", data=data, headers=JSON)


def piece(client: Client, url: str, offset: int | str, data: bytes) -> TestResponse:
    return client.post(
        f"{url}?offset={offset}", data=data, content_type="application/octet-stream", headers=JSON | token(client)
    )


def token(client: Client) -> dict[str, str]:
    page = client.page("/account")
    return {"X-CSRFToken": next(form.values["csrf_token"] for form in page.forms if "csrf_token" in form.values)}


def whole(client: Client, world: World, content: bytes = FILE, **values: Any) -> TestResponse:
    url = begin(client, world, size=len(content), **values).json["url"]
    assert piece(client, url, 0, content).status_code == 200
    return client.post(f"{url}/finish", data={"place": "tr. 6"} if "code" in values else {}, headers=JSON)


def count(client: Client, table: type) -> int:
    return client.db.scalar(select(func.count()).select_from(table)) or 0


def parts(settings: Settings) -> list[Path]:
    return list((Path(settings.evidence_dir) / PARTS).glob("*"))


# ---- in pieces ----


def test_pieces_are_put_together_and_cited(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    begun = begin(client, world, code="I.1")
    assert (begun.status_code, begun.json["offset"], begun.json["piece"]) == (201, 0, 2 * 1024 * 1024)
    url = begun.json["url"]
    assert piece(client, url, 0, FILE[:3000]).json == {"offset": 3000}
    assert client.get(url, headers=JSON).json["offset"] == 3000  # after a reload or a restart
    wrong = piece(client, url, 0, FILE[:3000])
    assert (wrong.status_code, wrong.json["offset"]) == (409, 3000)
    early = client.post(f"{url}/finish", headers=JSON)
    assert (early.status_code, early.json["offset"]) == (409, 3000)
    assert piece(client, url, 3000, FILE[3000:]).json == {"offset": len(FILE)}
    done = client.post(f"{url}/finish", data={"place": "tr. 6"}, headers=JSON)
    assert done.json == {"said": "Đã tải lên “Bao cao”.", "location": f"{sheet_url(world)}?open=I.1#I.1"}
    again = client.post(f"{url}/finish", data={"place": "tr. 6"}, headers=JSON)

    assert (again.status_code, again.json) == (200, done.json)
    assert (count(client, Evidence), count(client, Citation), parts(settings)) == (1, 1, [])
    assert client.get(f"/evidence/{client.db.scalars(select(Evidence.id)).one()}").data == FILE


def test_upload_sent_by_several_tabs_at_once_is_one_evidence(client: Client, world: World) -> None:
    url = begin(client.sign_in("unit_officer"), world, code="I.1").json["url"]
    headers, statuses = JSON | token(client), []
    tabs = [FlaskClient(client.application, TestResponse) for _ in range(3)]  # without the session of the test
    with client.session_transaction() as session:
        signed_in = dict(session)

    def act(tab: FlaskClient) -> None:
        tab.post(f"{url}?offset=0", data=FILE, headers=headers)
        statuses.extend(tab.post(f"{url}/finish", headers=headers).status_code for _ in range(2))

    for tab in tabs:
        with tab.session_transaction() as session:
            session.update(signed_in)
    client.db.commit()
    threads = [Thread(target=act, args=[tab]) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (statuses, count(client, Evidence), count(client, Citation)) == ([200] * 6, 1, 1)


@pytest.mark.parametrize("offset", ["", "-1", "x", "9" * 30, "1"])
def test_piece_without_a_place_is_told_the_right_one(client: Client, world: World, offset: str) -> None:
    url = begin(client.sign_in("unit_officer"), world).json["url"]

    answer = piece(client, url, offset, b"x")
    assert (answer.status_code, answer.json["offset"]) == (409, 0)


def test_start_of_a_file_of_five_gigabytes_is_refused_before_a_byte(client: Client, world: World) -> None:
    answer = begin(client.sign_in("unit_officer"), world, size=5 * 1024**3)

    sentence = "Tệp “Bao cao.pdf” lớn 5120 MB, vượt mức 50 MB cho một tệp. Hãy ghi đường dẫn thay cho tệp."
    assert (answer.status_code, answer.json) == (413, {"error": sentence, "errors": {"files": sentence}})
    assert count(client, Upload) == 0


@pytest.mark.parametrize(("size", "status"), [("abc", 422), ("-1", 422), ("", 422), ("1" + "0" * 30, 413)])
def test_start_with_a_size_that_is_none_says_so(client: Client, world: World, size: str, status: int) -> None:
    answer = begin(client.sign_in("unit_officer"), world, size=size)
    assert (answer.status_code, "0 byte" in answer.json["error"]) == (status, False)


def test_plain_form_of_five_gigabytes_is_refused_by_its_length(client: Client, world: World) -> None:
    answer = client.sign_in("unit_officer").post(
        f"{sheet_url(world)}/evidence",
        input_stream=BytesIO(b"--x\r\n"),
        content_type="multipart/form-data; boundary=x",
        headers=JSON | token(client),
        environ_overrides={"CONTENT_LENGTH": str(5 * 1024**3)},
        csrf=False,
    )

    assert (answer.status_code, answer.json["error"]) == (413, "Tệp gửi lên lớn hơn mức cho phép (500 MB).")


def test_piece_larger_than_a_piece_is_refused_by_its_length(client: Client, world: World, settings: Settings) -> None:
    url = begin(client.sign_in("unit_officer"), world, size=10 * 1024**2).json["url"]

    assert piece(client, url, 0, bytes(2 * 1024**2 + 1)).status_code == 413
    assert parts(settings) == []


@pytest.mark.parametrize("content", [files.SVG, files.HTML, files.bomb(), files.GIF_AND_SCRIPT])
def test_file_that_is_not_what_it_says_is_thrown_away(
    client: Client, world: World, settings: Settings, content: bytes
) -> None:
    answer = whole(client.sign_in("unit_officer"), world, content, name="a.png")

    assert answer.status_code == 422
    assert "“a.png”" in answer.json["errors"]["files"]
    assert (count(client, Evidence), count(client, Upload), parts(settings)) == (0, 0, [])


def test_wrong_date_at_the_end_keeps_the_pieces(client: Client, world: World) -> None:
    url = begin(client.sign_in("unit_officer"), world).json["url"]
    piece(client, url, 0, FILE)
    wrong = client.post(f"{url}/finish", data={"issued_on": "2022"}, headers=JSON)

    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["issued_on"])
    assert client.post(f"{url}/finish", data={"issued_on": "02/06/2022"}, headers=JSON).status_code == 200


def test_upload_given_up_leaves_nothing(client: Client, world: World, settings: Settings) -> None:
    url = begin(client.sign_in("unit_officer"), world).json["url"]
    piece(client, url, 0, FILE[:10])

    assert client.post(f"{url}/drop", headers=JSON).json == {"dropped": True}
    assert (count(client, Upload), parts(settings), client.get(url, headers=JSON).status_code) == (0, [], 404)


def test_upload_is_closed_to_everybody_else(client: Client, world: World) -> None:
    url = begin(client.sign_in("unit_officer"), world).json["url"]
    for name, status in {"unit_director": 403, "other_officer": 404, "department": 403, "admin": 403}.items():
        other = client.another().sign_in(name)
        assert other.get(url, headers=JSON).status_code == status, name
        assert piece(other, url, 0, b"x").status_code == status, name
        assert other.post(f"{url}/finish", headers=JSON).status_code == status, name
    assert begin(client.another().sign_in("other_officer"), world).status_code == 403
    assert client.another().get(url, headers=JSON).status_code == 401


def test_upload_after_the_sheet_was_sent_is_refused(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    url = begin(client, world).json["url"]
    piece(client, url, 0, FILE)
    to_received(client.db, world, settings)
    before = count(client, Evidence)

    assert begin(client, world).status_code == 409
    assert client.post(f"{url}/finish", headers=JSON).status_code == 409
    assert count(client, Evidence) == before


def test_names_in_two_spellings_are_one_word(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    whole(client, world, FILE, name="Ba\u0301o ca\u0301o.pdf")
    whole(client, world, FILE + b"2", name="../../C:\\x\\" + "Báo cáo " * 40 + ".pdf")

    names = client.db.scalars(select(Evidence.file_name).order_by(Evidence.id)).all()
    assert names == ["Báo cáo.pdf", ("Báo cáo " * 40)[:146].strip() + ".pdf"]


def test_polyglot_picture_is_served_as_a_picture_that_runs_nothing(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    assert whole(client, world, files.JPEG_THEN_PHP, name="a.jpg").status_code == 200
    response = client.get(f"/evidence/{client.db.scalars(select(Evidence.id)).one()}/preview")

    assert (response.content_type, response.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"


# ---- the scanner ----


@pytest.fixture(scope="module")
def scanner() -> Iterator[str]:
    if clamd.program() is None:
        pytest.skip("no clamd on this system: tools/install.py test installs it")
    with clamd.scanning() as address:
        yield address


@pytest.fixture
def careful(
    make_app: Callable[[Settings], Flask], settings: Settings, db: Session
) -> Iterator[Callable[[str], Client]]:
    made: list[Flask] = []

    def client_of(address: str) -> Client:
        app = make_app(replace(settings, clamd=address))
        app.testing = True
        made.append(app)
        return Client.of(app, db)

    yield client_of
    for app in made:
        app.extensions["engine"].dispose()


def virus() -> bytes:
    """A document that would be taken in, but for what is in it."""
    with zipfile.ZipFile(out := BytesIO(files.DOCX), "a") as packed:
        packed.writestr("word/media/a.png", clamd.EICAR)
    return out.getvalue()


def test_infected_file_is_refused_and_leaves_a_line(
    careful: Callable[[str], Client], scanner: str, world: World, settings: Settings
) -> None:
    client = careful(scanner).sign_in("unit_officer")
    in_pieces = whole(client, world, virus(), name="a.docx", code="I.1")
    plain = client.post(
        f"{sheet_url(world)}/evidence",
        data={"files": [(BytesIO(virus()), "b.docx")]},
        content_type="multipart/form-data",
    )

    assert (in_pieces.status_code, plain.status_code) == (422, 422)
    assert "Tệp “a.docx” có mã độc (Eicar-Test" in in_pieces.json["error"]
    assert "Tệp “b.docx” có mã độc (Eicar-Test" in plain.text
    lines = client.db.scalars(select(History.new).where(History.act == "refuse_infected")).all()
    assert [line["file_name"] for line in lines] == ["a.docx", "b.docx"]
    assert (count(client, Evidence), count(client, Upload), parts(settings)) == (0, 0, [])
    assert whole(client, world, FILE).status_code == 200  # a clean one
    _, infected = newer(client, virus(), name="c.docx")
    assert (infected.status_code, "Tệp “c.docx” có mã độc" in infected.json["error"]) == (422, True)
    assert (count(client, EvidenceRevision), count(client, Upload), parts(settings)) == (0, 1, [])


def test_scanner_that_is_away_keeps_the_pieces_and_stores_nothing(
    careful: Callable[[str], Client], client: Client, world: World, settings: Settings
) -> None:
    blind = careful("unix:/nowhere/clamd.socket").sign_in("unit_officer")
    answer = whole(blind, world)
    plain = blind.post(
        f"{sheet_url(world)}/evidence",
        data={"files": [(BytesIO(FILE), "b.pdf")]},
        content_type="multipart/form-data",
        headers=JSON,
    )

    assert (answer.status_code, plain.status_code, count(client, Evidence)) == (503, 503, 0)
    assert "Chưa kiểm tra được vi-rút" in answer.json["error"]
    (upload,) = client.db.scalars(select(Upload))
    client.db.rollback()
    # the scanner is back
    assert client.sign_in("unit_officer").post(f"/uploads/{upload.token}/finish", headers=JSON).status_code == 200


def test_room_that_is_used_up_refuses_with_a_sentence(
    make_app: Callable[[Settings], Flask], settings: Settings, db: Session, world: World
) -> None:
    app = make_app(replace(settings, unit_quota_mib=0))
    app.testing = True
    client = Client.of(app, db).sign_in("unit_officer")
    answers = [
        begin(
            client,
            world,
        ),
        client.post(
            f"{sheet_url(world)}/evidence",
            data={"files": [(BytesIO(FILE), "b.pdf")]},
            content_type="multipart/form-data",
            headers=JSON,
        ),
    ]
    app.extensions["engine"].dispose()

    for answer in answers:
        assert answer.status_code == 413
        assert answer.json["error"].startswith("Kho minh chứng của đơn vị còn 0 MB trên 0 MB, không đủ cho tệp")
    assert db.scalars(select(Evidence)).all() == []


# ---- links, newer files, citations ----


def test_link_is_noted_shown_with_its_host_and_leads_away_safely(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    path = f"{sheet_url(world)}/links"
    wrong = client.submit(f"{path}?cite=I.1", {"url": "javascript:alert(1)", "title": "Phim"})
    assert (wrong.status_code, "Nhập đường dẫn đầy đủ" in wrong.text) == (422, True)
    done = client.submit(f"{path}?cite=I.1", {"url": "https://phim.example/1", "title": "Phim", "place": "phút 3"})
    assert (done.status_code, done.location) == (303, f"{sheet_url(world)}?open=I.1#I.1")

    sheet, library = client.page(f"{sheet_url(world)}?open=I.1"), client.get(f"{sheet_url(world)}/evidence?show=1")
    assert "Phim (phim.example)" in sheet.text
    assert 'href="https://phim.example/1" target="_blank" rel="noopener noreferrer"' in library.text
    assert client.get("/evidence/1").status_code == 404
    assert client.get("/evidence/1/replace").status_code == 409
    mended = client.submit("/evidence/1/describe", {"url": "https://phim.example/2"})
    assert (mended.status_code, client.db.scalars(select(Evidence.url)).all()) == (303, ["https://phim.example/2"])
    assert "là một đường dẫn" in client.get("/evidence/1/preview").text


def test_newer_file_is_shown_with_the_older_beside(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    whole(client, world, code="I.1")
    evidence = client.db.scalars(select(Evidence.id)).one()
    client.db.rollback()
    response = client.post(
        f"/evidence/{evidence}/replace",
        data={"files": (BytesIO(FILE + b"2"), "moi.pdf"), "version": "1"},
        content_type="multipart/form-data",
    )
    assert response.status_code == 303

    page = client.page(response.location)
    assert "Bản 1: Bao cao.pdf" in page.text
    assert client.get(f"/evidence/{evidence}").data == FILE + b"2"
    assert client.get(f"/evidence/{evidence}/revisions/1").data == FILE
    assert client.get(f"/evidence/{evidence}/revisions/2").status_code == 404
    other = client.another().sign_in("other_officer")
    assert other.get(f"/evidence/{evidence}/revisions/1").status_code == 403
    again = client.post(f"/evidence/{evidence}/replace", data={"version": "2"}, content_type="multipart/form-data")
    assert (again.status_code, "Chọn ít nhất một tệp." in again.text) == (422, True)
    assert count(client, EvidenceRevision) == 1


NEWER = FILE + b"2"


def begin_newer(client: Client, version: int | str = 1, name: str = "moi.pdf", size: int = len(NEWER)) -> TestResponse:
    data = {"name": name, "size": str(size), "version": str(version)}
    return client.post("/evidence/1/uploads", data=data, headers=JSON)


def newer(client: Client, content: bytes = NEWER, **options: Any) -> tuple[str, TestResponse]:
    """A newer file of the first document in pieces: its address, and the answer at the end."""
    url = begin_newer(client, size=len(content), **options).json["url"]
    assert piece(client, url, 0, content).status_code == 200
    return url, client.post(f"{url}/finish", data={"version": "1"}, headers=JSON)


def test_newer_file_in_pieces_replaces_once(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    whole(client, world, code="I.1")
    page = client.get("/evidence/1/replace").text
    assert 'data-pieces="/evidence/1/uploads"' in page
    url = begin_newer(client).json["url"]
    assert piece(client, url, 0, NEWER[:3000]).json == {"offset": 3000}
    assert client.post(f"{url}/finish", data={"version": "1"}, headers=JSON).json["offset"] == 3000
    assert piece(client, url, 3000, NEWER[3000:]).json == {"offset": len(NEWER)}
    done = client.post(f"{url}/finish", data={"version": "1"}, headers=JSON)
    again = client.post(f"{url}/finish", data={"version": "1"}, headers=JSON)  # the answer was lost

    said = {
        "said": "Đã thay tệp của “Bao cao”; bản cũ vẫn được giữ.",
        "location": f"{sheet_url(world)}/evidence?show=1",
    }
    assert (done.json, again.json, again.status_code) == (said, said, 200)
    assert client.get(url, headers=JSON).json["offset"] == len(NEWER)
    assert "Bản 1: Bao cao.pdf" in client.page(done.json["location"]).text
    assert (client.get("/evidence/1").data, client.get("/evidence/1/revisions/1").data) == (NEWER, FILE)
    assert (count(client, EvidenceRevision), count(client, Evidence), parts(settings)) == (1, 1, [])


def test_newer_file_after_a_colleague_is_told_who_and_loses_nothing(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    url = begin_newer(client).json["url"]
    piece(client, url, 0, NEWER)
    client.submit("/evidence/1/describe", {"title": "Tên khác"})
    late, early = client.post(f"{url}/finish", data={"version": "1"}, headers=JSON), begin_newer(client)
    plain = client.post(
        "/evidence/1/replace",
        data={"files": (BytesIO(NEWER), "moi.pdf"), "version": "1"},
        content_type="multipart/form-data",
    )

    sentence = "Unit officer đã sửa thông tin của “Tên khác” lúc "
    for answer in (late, early):
        assert (answer.status_code, answer.json["version"], answer.json["errors"]) == (409, 2, {})
        assert answer.json["error"].startswith(sentence)
    assert (plain.status_code, sentence in plain.text, 'name="version" value="2"' in plain.text) == (409, True, True)
    assert client.get(url, headers=JSON).json["offset"] == len(NEWER)
    assert client.post(f"{url}/finish", data={"version": "2"}, headers=JSON).status_code == 200
    assert client.get("/evidence/1").data == NEWER


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(FILE, "giống hệt tệp đang dùng"), (FILE + b"3", "đã có trong kho với tên “khac”"), (files.SVG, "“moi.pdf”")],
)
def test_newer_file_that_is_none_is_thrown_away(
    client: Client, world: World, settings: Settings, content: bytes, sentence: str
) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    whole(client, world, FILE + b"3", name="khac.pdf")
    url, answer = newer(client, content)

    assert (answer.status_code, sentence in answer.json["errors"]["files"]) == (422, True)
    assert (client.get(url, headers=JSON).status_code, parts(settings)) == (404, [])
    assert (client.get("/evidence/1").data, count(client, EvidenceRevision)) == (FILE, 0)


def test_newer_file_of_a_document_that_was_removed_is_gone(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    url = begin_newer(client).json["url"]
    piece(client, url, 0, NEWER[:10])
    client.post("/evidence/1/remove")

    assert piece(client, url, 10, NEWER[10:]).status_code == 404
    assert (client.get(url, headers=JSON).status_code, begin_newer(client).status_code) == (404, 404)


def test_newer_file_given_up_leaves_the_document(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    url = begin_newer(client).json["url"]
    piece(client, url, 0, NEWER[:10])

    assert client.post(f"{url}/drop", headers=JSON).json == {"dropped": True}
    assert (client.get(url, headers=JSON).status_code, parts(settings)) == (404, [])
    assert client.get("/evidence/1").data == FILE


def test_newer_file_is_closed_to_everybody_else_and_after_sending(
    client: Client, world: World, settings: Settings
) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    url = begin_newer(client).json["url"]
    piece(client, url, 0, NEWER)
    for name, status in {"unit_director": 403, "other_officer": 404, "department": 403}.items():
        other = client.another().sign_in(name)
        assert begin_newer(other).status_code == 403, name
        assert other.post(f"{url}/finish", headers=JSON).status_code == status, name
    assert begin_newer(client.another()).status_code == 401
    to_received(client.db, world, settings)

    assert begin_newer(client).status_code == 409
    assert client.post(f"{url}/finish", data={"version": "1"}, headers=JSON).status_code == 409
    assert client.get("/evidence/1").data == FILE


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_start_of_a_newer_file_without_a_version_is_told_the_present_one(
    client: Client, world: World, version: str
) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    answer = begin_newer(client, version)

    assert (answer.status_code, answer.json["version"]) == (409, 1)
    assert answer.json["error"] == "Minh chứng này đã thay đổi. Nếu vẫn muốn thay tệp, hãy gửi lại."


def test_library_cites_for_several_criteria_at_once(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    whole(client, world, code="I.1")
    path = f"/evidence/{client.db.scalars(select(Evidence.id)).one()}/citations"
    client.db.rollback()
    values = {"codes": ["I.2", "I.3"], "place-I.1": "tr. 6", "place-I.2": "tr. 1", "place-II.1": "tr. 9"}
    long = client.post(path, data=values | {"place-I.3": "x" * 81})
    assert (long.status_code, "Dài 81 ký tự, nhiều nhất 80." in long.text) == (422, True)
    assert client.post(path, data=values).status_code == 303

    rows = client.db.scalars(select(Citation)).all()  # a page that was typed cites, a tick that was taken away does not
    assert sorted((row.entry.code, row.place) for row in rows) == [("I.2", "tr. 1"), ("I.3", ""), ("II.1", "tr. 9")]
    client.db.rollback()
    assert client.post(path, data={"codes": ["II.5"]}).status_code == 422  # the ministry's


# ---- the whole library ----


def test_health_page_leads_to_what_is_wrong(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    page = client.page(f"{sheet_url(world)}/evidence/health")

    assert "Chưa trích dẫn ở tiêu chí nào 1" in page.text
    assert f"{sheet_url(world)}/evidence?show=1#document" in page.links
    assert client.another().sign_in("other_officer").get(f"{sheet_url(world)}/evidence/health").status_code == 403


def test_library_with_a_document_beside_may_frame_its_own_pages_only(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    whole(client, world)
    response = client.get(f"{sheet_url(world)}/evidence?show=1")

    assert response.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    assert '<iframe class="preview" src="/evidence/1/preview"' in response.text


def test_exports_hold_all_evidence(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    client.sign_in("auditor")
    packed = client.get(f"{sheet_url(world)}/evidence.zip")
    bound = client.get(f"{sheet_url(world)}/evidence.pdf")

    with zipfile.ZipFile(io.BytesIO(packed.data)) as found:
        assert [name.partition("/")[2] for name in found.namelist()][:2] == [
            "H1.I.1.01 Bao cao I.1.pdf",
            "H1.I.3.01 Bao cao I.3.pdf",
        ]
    with pikepdf.Pdf.open(io.BytesIO(bound.data)) as found_pdf:
        assert len(found_pdf.pages) == 3
    assert packed.headers["Content-Disposition"] == "attachment; filename=minh-chung-2021-2022-34.zip"
    bound.close()
    assert client.another().sign_in("other_officer").get(f"{sheet_url(world)}/evidence.zip").status_code == 403

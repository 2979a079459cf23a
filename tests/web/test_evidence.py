"""Upload, library, citations and download, as a browser meets them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request, session
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from emulation.config import Settings
from emulation.models import Citation, Evidence
from emulation.web.evidence import READ_ONLY
from emulation.web.uploads import allow_several_files
from tests import files
from tests.client import Client
from tests.filling import fill, to_received
from tests.world import World

JSON = {"Accept": "application/json"}
Named = tuple[bytes, str]


def sheet_url(world: World) -> str:
    return f"/sheets/{world.sheets['34'].id}"


def upload(client: Client, world: World, *given: Named, script: bool = False, **values: Any) -> TestResponse:
    data = {"files": [(BytesIO(content), name) for content, name in given], **values}
    return client.post(
        f"{sheet_url(world)}/evidence",
        data=data,
        content_type="multipart/form-data",
        headers=JSON if script else {},
    )


def count(client: Client, table: type) -> int:
    return client.db.scalar(select(func.count()).select_from(table)) or 0


def stored(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.evidence_dir).rglob("*") if path.is_file()]


# ---- upload ----


def test_upload_from_a_row_cites_and_leads_back(client: Client, world: World) -> None:
    response = upload(client.sign_in("unit_officer"), world, (files.PDF, "Bao_cao_412.pdf"), code="I.1")

    assert (response.status_code, response.location) == (303, f"{sheet_url(world)}?open=I.1#I.1")
    page = client.page(f"{sheet_url(world)}?open=I.1")
    assert "Đã tải lên “Bao cao 412”." in page.text
    assert "H1.I.1.01" in page.text


def test_upload_of_several_files_takes_all(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    given = [(files.PDF, "a.pdf"), (files.png(), "b.png"), (files.XLSX, "c.xlsx")]
    response = upload(client, world, *given, code="I.3", script=True)

    assert (response.status_code, response.json) == (200, {"location": f"{sheet_url(world)}?open=I.3#I.3"})
    assert (count(client, Evidence), count(client, Citation), len(stored(settings))) == (3, 3, 3)


def test_upload_from_the_library_says_what_the_document_is(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    values = {
        "title": "Báo cáo cải cách",
        "document_number": "412/BC-SGDĐT",
        "issued_on": "02/06/2022",
        "issuer": "Sở GDĐT",
    }
    assert upload(client, world, (files.PDF, "a.pdf"), **values).location == f"{sheet_url(world)}/evidence"

    page = client.page(f"{sheet_url(world)}/evidence")
    row = next(row for row in page.rows if "Báo cáo cải cách" in row[1])
    assert row[0] == "–"
    assert "412/BC-SGDĐT ngày 02/06/2022 · Sở GDĐT" in row[1]
    assert row[2] == "Chưa trích dẫn"


def test_upload_of_the_same_content_says_so_and_keeps_one(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    upload(client, world, (files.PDF, "a.pdf"), code="I.1")
    upload(client, world, (files.PDF, "b.pdf"), code="I.3")

    page = client.page(f"{sheet_url(world)}?open=I.3")
    assert "Tệp này đã có trong kho với tên “a”; đã trích dẫn tệp có sẵn." in page.text
    assert (count(client, Evidence), count(client, Citation), len(stored(settings))) == (1, 2, 1)


REFUSED = [
    ([], 422, "Chọn ít nhất một tệp."),
    ([(b"", "a.pdf")], 422, "Tệp “a.pdf” trống (0 byte)."),
    (
        [(files.HTML, "a.pdf")],
        422,
        "Tệp “a.pdf” không thuộc loại được nhận: PDF, PNG, JPEG, DOCX, XLSX, PPTX, ODT, ODS, ODP.",
    ),
    (
        [(files.png(), "a.pdf")],
        422,
        "Tệp “a.pdf” có nội dung là PNG, không khớp với tên tệp. Kiểm tra lại tệp hoặc đặt lại tên.",
    ),
    (
        [(files.DOCM, "a.docm")],
        422,
        "Tệp “a.docm” có chứa macro, không nhận. Hãy lưu lại thành tệp không có macro hoặc PDF.",
    ),
    (
        [(files.PDF, "tot.pdf"), (b"", "trong.pdf")],
        422,
        "Tệp “trong.pdf” trống (0 byte).",
    ),
]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("given", "status", "sentence"), REFUSED)
def test_upload_refuses_at_the_file_field_and_stores_nothing(
    client: Client, world: World, settings: Settings, given: list[Named], status: int, sentence: str, *, script: bool
) -> None:
    response = upload(client.sign_in("unit_officer"), world, *given, code="I.1", script=script)

    assert response.status_code == status
    assert (response.json["errors"] == {"files": sentence}) if script else (sentence in response.text)
    assert (count(client, Evidence), stored(settings)) == (0, [])


def test_upload_of_a_file_that_is_too_large_is_413(client: Client, world: World, settings: Settings) -> None:
    large = files.PDF + bytes(settings.largest_file_mib * 1024 * 1024)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    response = client.sign_in("unit_officer").post(  # as bytes: the test client would leave a temporary file open
        f"{sheet_url(world)}/evidence",
        data=head + large + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=JSON,
    )

    assert (response.status_code, response.json["errors"]) == (
        413,
        {"files": "Tệp “a.pdf” lớn 51 MB, vượt mức 50 MB cho một tệp."},
    )
    assert stored(settings) == []


@pytest.mark.parametrize(("signed_in", "most"), [(True, 501), (False, 51)])
def test_upload_of_several_large_files_is_for_people_who_are_signed_in(
    app: Flask, *, signed_in: bool, most: int
) -> None:
    with app.test_request_context("/sheets/1/evidence", method="POST"):
        if signed_in:
            session["user"] = 1
        allow_several_files("uploads.upload", {"sheet_id": 1})

        assert request.max_content_length == most * 1024 * 1024


def test_upload_of_too_many_files_is_refused(client: Client, world: World) -> None:
    given = [(files.PDF + bytes([number]), f"{number}.pdf") for number in range(11)]
    response = upload(client.sign_in("unit_officer"), world, *given, script=True)

    assert (response.status_code, response.json["error"]) == (422, "Mỗi lần tải lên nhiều nhất 10 tệp.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2022-06-02", "“2022-06-02” không phải ngày dạng dd/mm/yyyy."),
        ("31/02/2022", "“31/02/2022” không phải ngày dạng dd/mm/yyyy."),
        ("01/01/2999", "Ngày ban hành không thể ở tương lai."),
    ],
)
def test_upload_with_a_wrong_date_is_refused_at_the_date(
    client: Client, world: World, text: str, sentence: str
) -> None:
    client.sign_in("unit_officer")
    response = upload(client, world, (files.PDF, "a.pdf"), issued_on=text, script=True)

    assert (response.status_code, response.json["errors"]) == (422, {"issued_on": sentence})
    assert count(client, Evidence) == 0


def test_upload_into_another_units_sheet_is_refused(client: Client, world: World) -> None:
    assert upload(client.sign_in("other_officer"), world, (files.PDF, "a.pdf")).status_code == 403
    assert upload(client.sign_in("unit_director"), world, (files.PDF, "a.pdf")).status_code == 403
    assert count(client, Evidence) == 0


def test_upload_for_a_line_that_the_unit_does_not_declare_is_refused(client: Client, world: World) -> None:
    response = upload(client.sign_in("unit_officer"), world, (files.PDF, "a.pdf"), code="II.5", script=True)

    assert (response.status_code, response.json["error"]) == (422, "Tiêu chí II.5 do Bộ chấm, đơn vị không tự chấm.")


# ---- citations ----


def test_library_offers_a_document_for_another_criterion(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    upload(client, world, (files.PDF, "a.pdf"), code="I.1")
    evidence = client.db.scalars(select(Evidence)).one()
    path, to = f"{sheet_url(world)}/evidence?cite=I.3", f"/evidence/{evidence.id}/cite/I.3"
    response = client.submit(path, {"place": "phụ lục II"}, to=to)

    assert (response.status_code, response.location) == (303, f"{sheet_url(world)}?open=I.3#I.3")
    assert "phụ lục II" in client.page(f"{sheet_url(world)}?open=I.3").text
    assert "Đã trích dẫn" in client.page(path).text


def test_cite_saves_the_page_for_a_script(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    upload(client, world, (files.PDF, "a.pdf"), code="I.1")
    evidence = client.db.scalars(select(Evidence)).one()
    response = client.post(f"/evidence/{evidence.id}/cite/I.1", data={"place": "tr. 7"}, headers=JSON)

    assert (response.status_code, list(response.json)) == (200, ["saved_at"])
    assert client.db.scalars(select(Citation.place)).all() == ["tr. 7"]
    long = client.post(f"/evidence/{evidence.id}/cite/I.1", data={"place": "x" * 81}, headers=JSON)
    assert (long.status_code, long.json) == (422, {"errors": {"place": "Dài 81 ký tự, nhiều nhất 80."}})


def test_uncite_leaves_the_file_in_the_library(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    upload(client, world, (files.PDF, "a.pdf"), code="I.1")
    evidence = client.db.scalars(select(Evidence)).one()
    response = client.submit(f"{sheet_url(world)}?open=I.1", {}, to=f"/evidence/{evidence.id}/uncite/I.1")

    assert response.status_code == 303
    assert (count(client, Evidence), count(client, Citation)) == (1, 0)


def test_describe_changes_what_is_said(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    upload(client, world, (files.PDF, "a.pdf"))
    evidence = client.db.scalars(select(Evidence)).one()
    path = f"/evidence/{evidence.id}/describe"
    wrong = client.submit(path, {"title": "", "issued_on": "x"})
    assert (wrong.status_code, "“x” không phải ngày dạng dd/mm/yyyy." in wrong.text) == (422, True)

    response = client.submit(path, {"title": "Báo cáo 412", "issued_on": "02/06/2022"})
    assert response.status_code == 303
    evidence = client.db.scalars(select(Evidence)).one()
    assert (evidence.title, str(evidence.issued_on)) == ("Báo cáo 412", "2022-06-02")


def test_describe_with_an_old_version_keeps_what_was_typed(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    upload(client, world, (files.PDF, "a.pdf"))
    path = f"/evidence/{client.db.scalars(select(Evidence.id)).one()}/describe"
    client.submit(path, {"title": "Của người khác"})
    response = client.post(path, data={"title": "Của tôi", "version": "1"})

    assert response.status_code == 409
    for words in ("Bản đang lưu: Của người khác", 'value="Của tôi"', 'name="version" value="2"'):
        assert words in response.text


# ---- download ----


def the_file(client: Client, world: World, content: bytes = files.PDF, name: str = "Báo cáo “412”.pdf") -> str:
    upload(client.sign_in("unit_officer"), world, (content, name), code="I.1")
    return f"/evidence/{client.db.scalars(select(Evidence.id)).one()}"


def test_file_is_served_as_an_attachment_that_runs_nothing(client: Client, world: World) -> None:
    response = client.get(the_file(client, world))

    assert (response.status_code, response.data) == (200, files.PDF)
    headers = {name: response.headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")}
    assert headers == {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'self'; sandbox"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=\"Bao cao 412.pdf\"; filename*=UTF-8''B%C3%A1o%20c%C3%A1o%20%E2%80%9C412%E2%80%9D.pdf"
    )


@pytest.mark.parametrize(
    ("content", "name", "disposition"),
    [(files.png(), "a.png", "inline"), (files.PDF, "a.pdf", "inline"), (files.DOCX, "a.docx", "attachment")],
)
def test_preview_shows_pictures_and_pdf_only(
    client: Client, world: World, content: bytes, name: str, disposition: str
) -> None:
    response = client.get(the_file(client, world, content, name) + "/preview")

    assert response.headers["Content-Disposition"].split(";")[0] == disposition
    assert (response.headers["X-Content-Type-Options"], response.headers["Content-Security-Policy"]) == (
        "nosniff",
        READ_ONLY if name == "a.pdf" else "default-src 'none'; frame-ancestors 'self'; sandbox",
    )
    assert "script-src" not in READ_ONLY


def test_file_of_another_unit_is_refused(client: Client, world: World) -> None:
    path = the_file(client, world)

    assert client.another().get(path).status_code == 302
    for name in ("other_officer", "other_director", "member", "outsider", "cluster_leader", "admin"):
        assert client.another().sign_in(name).get(path).status_code == 403, name
    for name in ("unit_director", "department", "leader", "auditor"):
        assert client.another().sign_in(name).get(path).status_code == 200, name


def test_file_is_open_to_reviewers_in_scope_once_submitted(client: Client, world: World, settings: Settings) -> None:
    to_received(client.db, world, settings)
    evidence = client.db.scalars(select(Evidence.id)).first()

    assert client.sign_in("member").get(f"/evidence/{evidence}").status_code == 200
    assert client.sign_in("outsider").get(f"/evidence/{evidence}").status_code == 403


def test_file_that_was_replaced_on_disk_is_not_served(client: Client, world: World, settings: Settings) -> None:
    path = the_file(client, world)
    (on_disk,) = stored(settings)
    on_disk.chmod(0o600)
    on_disk.write_bytes(files.PDF + b" ")

    response = client.get(path)
    assert response.status_code == 409
    assert "không còn đúng bản đã tải lên" in response.text


# ---- library ----


def test_library_leads_to_the_own_sheet(client: Client, world: World) -> None:
    response = client.sign_in("unit_director").get("/evidence")

    assert (response.status_code, response.location) == (302, f"{sheet_url(world)}/evidence")


def test_library_of_an_empty_sheet_says_what_to_do(client: Client, world: World) -> None:
    page = client.sign_in("unit_officer").page(f"{sheet_url(world)}/evidence")

    assert "Chưa có minh chứng nào." in page.text
    assert f"{sheet_url(world)}/evidence" in [form.action for form in page.forms]


def test_library_names_where_each_document_is_cited(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    page = client.sign_in("department").page(f"{sheet_url(world)}/evidence")

    assert [row[0] for row in page.rows if row and row[0].startswith("H1")] == ["H1.I.1.01", "H1.I.3.01"]
    assert [form.action for form in page.forms if not form.in_frame] == []

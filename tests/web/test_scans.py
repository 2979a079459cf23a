"""Scans of the signed print as a browser meets them: attached by the unit, served safely, seen at reception."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from emulation.config import Settings
from emulation.models import SignedScan
from tests import files
from tests.client import Client
from tests.filling import fill, to_received, to_signing, to_submitted
from tests.world import World


def url(world: World, page: str = "") -> str:
    return f"/sheets/{world.sheets['34'].id}{page}"


def attach(client: Client, world: World, content: bytes = files.PDF, name: str = "../Phiếu ký.pdf") -> TestResponse:
    return client.post(
        url(world, "/scans"), data={"file": (BytesIO(content), name)}, content_type="multipart/form-data"
    )


def test_scan_is_attached_and_seen_on_the_way(client: Client, world: World, settings: Settings) -> None:
    to_submitted(client.db, world, settings)
    assert attach(client.sign_in("unit_officer"), world).status_code == 303
    scan = client.db.scalars(select(SignedScan)).one()
    department = client.another().sign_in("department")
    for page in ("/scans", "/receipt", "/reception"):
        found = department.page(url(world, page))
        assert "Phiếu ký.pdf" in found.text
        assert f"/scans/{scan.id}/preview" in found.links
        assert "Phiếu chưa thay đổi từ khi gắn" in found.text


def test_scan_is_served_sealed_off_as_a_file_or_a_preview(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    attach(client.sign_in("unit_director"), world)
    key = client.db.scalars(select(SignedScan.id)).one()
    file, preview = client.get(f"/scans/{key}"), client.get(f"/scans/{key}/preview")

    assert (file.data, file.mimetype) == (files.PDF, "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert preview.headers["Content-Disposition"].startswith("inline")
    for response in (file, preview):
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "status"),
    [("department", 200), ("auditor", 200), ("member", 403), ("other_officer", 403), ("other_director", 403)],
)
def test_scan_is_read_by_those_who_may_read_the_sheet(
    client: Client, world: World, settings: Settings, name: str, status: int
) -> None:
    to_signing(client.db, world, settings)
    attach(client.sign_in("unit_officer"), world)
    key = client.db.scalars(select(SignedScan.id)).one()
    other = client.another().sign_in(name)

    assert {other.get(path).status_code for path in (f"/scans/{key}", f"/scans/{key}/preview")} == {status}
    assert attach(other, world).status_code == 403


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "a.pdf"), (files.HTML, "a.pdf"), (files.SVG, "a.png"), (files.DOCX, "a.docx")]
)
def test_refused_file_is_said_beside_its_field(
    client: Client, world: World, settings: Settings, content: bytes, name: str
) -> None:
    to_signing(client.db, world, settings)
    response = attach(client.sign_in("unit_officer"), world, content, name)
    assert (response.status_code, "form-text text-bad" in response.text) == (422, True)


def test_no_file_at_all_is_said(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    assert client.sign_in("unit_officer").post(url(world, "/scans")).status_code == 422


@pytest.mark.parametrize("state", [fill, to_received])
def test_page_has_no_form_when_the_sheet_does_not_wait(
    client: Client, world: World, settings: Settings, state: object
) -> None:
    state(client.db, world, settings)  # type: ignore[operator]  # a function of tests/filling.py
    client.sign_in("unit_officer")
    assert [form.action for form in client.page(url(world, "/scans")).forms if not form.in_frame] == []
    assert attach(client, world).status_code == 409

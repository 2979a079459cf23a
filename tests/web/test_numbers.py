"""Numbers that a form or an address gives: keys, versions, counts, and what only looks like one."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from emulation.web.numbers import whole_number
from tests import reviewing
from tests.client import Client
from tests.world import World

ODD = ("²", "٣", "9" * 30, "9" * 5000, "-1", "1.0", "")


@pytest.mark.parametrize(("text", "found"), [("0", 0), ("7", 7), ("007", 7), ("9" * 9, 999_999_999), (12, 12)])
def test_whole_number_is_read(text: object, found: int) -> None:
    assert whole_number(text, None) == found


@pytest.mark.parametrize("text", [*ODD, "1" * 10, " 1", "+1", "1_0", None])
def test_anything_else_is_none_of_ours(text: object) -> None:
    assert whole_number(text, -1) == -1


def test_number_may_be_as_long_as_the_place_says() -> None:
    assert whole_number("9" * 15, None, digits=15) == 999_999_999_999_999


@pytest.mark.parametrize("odd", ODD)
def test_odd_number_is_refused_or_passed_over_wherever_one_is_sent(
    client: Client, db: Session, world: World, odd: str
) -> None:
    sheet, period = reviewing.under_review(db, world, "34").id, world.period.code
    assert world.council is not None
    council = {"name": "Hội đồng", "method": "single", "codes": ["I.1"], "clusters": odd, "members": odd, "chair": odd}
    sent = {
        "chair": {
            f"/sheets/{sheet}/verdicts": {"version-1": odd, f"version-{odd}": "1"},
        },
        "department": {
            f"/periods/{period}/exclusions": {"unit": odd},
            f"/periods/{period}/times": {"version": odd},
            f"/periods/{period}/finalising": {"expected": odd},
            f"/periods/{period}/councils/new": council,
            f"/councils/{world.council.id}": council | {"version": odd},
            "/periods/new": {"code": "2031-2032", "title": "Năm học 2031-2032", "criteria_set": odd},
        },
    }
    for name, forms in sent.items():
        client.sign_in(name)
        for path, data in forms.items():
            assert client.post(path, data=data).status_code in (303, 409, 422), path


@pytest.mark.parametrize("odd", ODD)
def test_odd_version_of_an_explanation_is_refused(client: Client, db: Session, world: World, odd: str) -> None:
    sheet = reviewing.declare(db, world, "34")
    reviewing.settle(db, world, sheet, I_3=("6", "Thiếu văn bản tham mưu."))
    db.commit()
    client.sign_in("unit_officer")
    answer = client.post(
        f"/sheets/{sheet.id}/explanations", data={"version-I.3": odd, "text-I.3": "Đã gửi ngày 02/06."}
    )
    assert answer.status_code in (303, 409, 422)

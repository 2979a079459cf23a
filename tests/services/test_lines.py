"""What stands on each line of a sheet, and what is left before it can be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.domain.criteria import load
from emulation.models import ReturnedLine
from emulation.services.lines import Line, LineStatus, in_words, lines_of, outlined_lines, warning, what_is_left
from emulation.services.scores import score_of_stored
from emulation.services.sheets import outline_of, save_entry
from tests.filling import fill, loaded, now
from tests.world import NINE_KINDS, World

CRITERIA = load(NINE_KINDS.read_bytes())


def seen(lines: dict[str, Line]) -> dict[str, tuple[object, ...]]:
    return {code: (line.data, line.points, line.status, line.version, line.returned) for code, line in lines.items()}


def statuses(db: Session, world: World, unit: str = "34") -> dict[str, str]:
    sheet = loaded(db, world, unit)
    lines = lines_of(sheet)
    outline = outline_of(db, sheet)  # the quick way of a save must find the same
    assert seen(outlined_lines(sheet, outline, score_of_stored(sheet, outline.texts))) == seen(lines)
    return {code: line.status.value for code, line in lines.items()}


def left(db: Session, world: World) -> list[tuple[str, str, str]]:
    return [(one.code, one.kind, str(one.phrase)) for one in what_is_left(loaded(db, world))]


def test_lines_of_an_empty_sheet_say_what_each_waits_for(db: Session, world: World) -> None:
    assert statuses(db, world) == {
        **dict.fromkeys(("I.1", "I.2", "I.3", "II.1", "II.2", "II.3", "II.4", "III.1"), "no_entry"),
        "II.5": "external",
        "III.2": "not_applicable",
        "B.1": "none",
        "D.1": "none",
    }
    assert statuses(db, world, "96")["III.2"] == "no_entry"


def test_lines_of_a_full_sheet_are_done(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)

    found = statuses(db, world)
    assert {code for code, status in found.items() if status != "done"} == {"II.5", "III.2", "D.1"}
    assert left(db, world) == []


def test_lines_show_how_the_points_follow(db: Session, world: World, settings: Settings) -> None:
    lines = lines_of(fill(db, world, settings))

    assert {code: (str(line.working), str(line.points)) for code, line in lines.items() if line.working} == {
        "I.1": ("95/98 ≈ 96,94 %", "9.69"),
        "I.2": ("91,5 % ≥ 90 %", "3.00"),
        "I.3": ("Mức 8,5 trên 10", "8.50"),
        "II.1": ("Bậc “Tốt”", "5.00"),
        "II.2": ("Đạt", "4.00"),
        "II.3": ("2 trên 3 mục đạt", "4.00"),
        "II.4": ("3 × 1", "3.00"),
        "III.1": ("94,2 → 97,6 %, tiến bộ 3,4; 3,4 : 5 × 5", "3.40"),
        "B.1": ("2 × 0,5", "1.00"),
    }


def test_what_is_left_names_missing_entries_and_evidence_in_order(db: Session, world: World) -> None:
    officer, sheet = world.actor("unit_officer"), loaded(db, world)
    for code in ("I.2", "II.1", "II.2", "II.3", "III.1"):
        data: dict[str, Any] = {
            "I.2": {"value": "91"},
            "II.1": {"level": "Khá"},
            "II.2": {"met": False},
            "II.3": {"met": []},
            "III.1": {"not_applicable": True, "reason": "Không có hồ sơ"},
        }[code]
        save_entry(db, officer, sheet, code=code, data=data, now=now())
    save_entry(db, officer, sheet, code="I.1", data={"part": "95", "whole": "98"}, now=now())
    save_entry(db, officer, sheet, code="I.3", data={"points": "8"}, explanation="Văn bản đang trình ký", now=now())
    db.commit()

    assert left(db, world) == [
        ("I.1", "evidence", "Thiếu minh chứng bắt buộc; nếu chưa có thì phải ghi diễn giải"),
        ("II.4", "entry", "Chưa kê khai"),
    ]
    found = statuses(db, world)
    assert (found["I.3"], found["III.1"]) == ("explained", "skipped")


def test_an_explanation_without_figures_is_no_entry(db: Session, world: World) -> None:
    sheet = loaded(db, world)
    save_entry(db, world.actor("unit_officer"), sheet, code="I.2", data=None, explanation="Đang đợi số liệu", now=now())
    db.commit()

    assert statuses(db, world)["I.2"] == "no_entry"


def test_a_returned_line_is_left_until_it_is_changed(db: Session, world: World, settings: Settings) -> None:
    sheet = fill(db, world, settings)
    sheet.signed_by_id, sheet.submitted_at = world.people["unit_director"].id, now()
    sheet.submission_sha256, sheet.state = "0" * 64, "returned"
    returned = ReturnedLine(
        code="I.2", reason="Số khác báo cáo", returned_by_id=world.people["department"].id, returned_at=now(1)
    )
    sheet.returned_lines.append(returned)
    db.commit()

    assert left(db, world) == [("I.2", "returned", "Bị trả lại, chưa sửa: Số khác báo cáo")]

    save_entry(
        db, world.actor("unit_officer"), loaded(db, world), code="I.2", data={"value": "90"}, version=1, now=now(2)
    )
    db.commit()
    line = lines_of(loaded(db, world))["I.2"]
    assert (left(db, world), line.status) == ([], LineStatus.DONE)
    assert line.returned is not None
    assert line.returned.returned_at < now(2) + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("code", "data", "words"),
    [
        ("I.2", {"value": "100"}, None),
        ("I.2", {"value": "100.5"}, "Tỷ lệ lớn hơn 100 %. Hãy kiểm tra lại số liệu."),
        ("III.1", {"before": "94", "now": "104"}, "Tỷ lệ lớn hơn 100 %. Hãy kiểm tra lại số liệu."),
        ("II.4", {"count": "104"}, None),
    ],
)
def test_warning_for_a_percentage_above_100(code: str, data: dict[str, str], words: str | None) -> None:
    found = warning(CRITERIA.by_code[code], data)

    assert (str(found) if found else None) == words


@pytest.mark.parametrize(
    ("code", "data", "words"),
    [
        ("I.1", {"part": "95", "whole": "98"}, [("Số thủ tục mức độ 4", "95"), ("Tổng số thủ tục", "98")]),
        ("I.2", {"value": "91.5"}, [("Tỷ lệ đúng hạn", "91,5 %")]),
        ("I.3", {"points": "8.5"}, [("Điểm tự chấm", "8,5")]),
        ("II.1", {"level": "Khá"}, [("Mức đạt được", "Khá")]),
        ("II.2", {"met": False}, [("Kết quả", "Không đạt")]),
        ("II.3", {"met": ["a", "c"]}, [("Kết quả", "Quy chế; Cán bộ phụ trách")]),
        ("II.3", {"met": []}, [("Kết quả", "Không mục nào đạt")]),
        ("III.1", {"before": "94.2", "now": "97.6"}, [("Năm trước", "94,2 %"), ("Năm nay", "97,6 %")]),
        ("III.1", {"not_applicable": True, "reason": "100 % trực tuyến"}, [("Không áp dụng", "100 % trực tuyến")]),
        ("I.1", None, []),
    ],
)
def test_in_words_reads_an_entry_as_the_set_names_it(
    code: str, data: dict[str, Any] | None, words: list[tuple[str, str]]
) -> None:
    found = in_words(CRITERIA.by_code[code], data)

    assert [(str(label), str(value)) for label, value in found] == words

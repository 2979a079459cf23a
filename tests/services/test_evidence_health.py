"""The health of a library: each kind of trouble once, none where all is well."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.models import Evidence
from emulation.services.evidence import attach, evidence_of
from emulation.services.evidence_health import Trouble, health_of, school_year_began
from emulation.services.lines import lines_of
from emulation.services.sheets import save_entry
from emulation.services.stored_files import path_of
from tests import files
from tests.filling import fill, loaded, now
from tests.world import FULL_ENTRIES, World

TODAY = date(2022, 6, 9)


def found(db: Session, world: World, settings: Settings) -> list[tuple[str, str | None, str]]:
    sheet = loaded(db, world)
    rows = health_of(
        sheet,
        evidence_of(db, sheet),
        lines_of(sheet).values(),
        folder=Path(settings.evidence_dir),
        today=TODAY,
    )
    return [(row.trouble, row.evidence.title if row.evidence else row.code, str(row.phrase)) for row in rows]


def put(
    db: Session,
    world: World,
    settings: Settings,
    text: str,
    code: str | None = None,
    *,
    content: bytes = files.PDF,
    ending: str = "pdf",
    **said: object,
) -> Evidence:
    return attach(
        db,
        world.actor("unit_officer"),
        loaded(db, world),
        folder=Path(settings.evidence_dir),
        file=BytesIO(content + text.encode()),
        file_name=f"{text}.{ending}",
        largest_mib=1,
        code=code,
        now=now(),
        **said,
    ).evidence


def test_health_of_a_complete_sheet_finds_nothing(db: Session, world: World, settings: Settings) -> None:
    fill(db, world, settings)

    assert found(db, world, settings) == []


def test_health_names_each_trouble(db: Session, world: World, settings: Settings) -> None:
    folder = Path(settings.evidence_dir)
    save_entry(db, world.actor("unit_officer"), loaded(db, world), code="I.1", data=FULL_ENTRIES["I.1"], now=now())
    lost = put(db, world, settings, "mất", "I.3", place="tr. 1")
    path_of(folder, lost.sha256 or "").unlink()
    changed = path_of(folder, put(db, world, settings, "bị thay", "I.3", place="tr. 1").sha256 or "")
    changed.chmod(0o600)
    changed.write_bytes(b"x")
    put(db, world, settings, "cũ", "I.3", place="tr. 1", issued_on=date(2021, 7, 31))
    put(db, world, settings, "vừa", "I.3", place="tr. 1", issued_on=date(2021, 8, 1))
    put(db, world, settings, "mai sau", "I.3", place="tr. 1", issued_on=date(2022, 6, 10))
    put(db, world, settings, "không trang", "I.3")
    put(db, world, settings, "ảnh", "I.3", content=files.JPEG, ending="jpg")  # a photograph has no pages
    put(db, world, settings, "1", title="Ba\u0301o  cáo", code="I.2")  # the same word in two spellings
    put(db, world, settings, "2", title="báo cáo", code="I.2")
    put(db, world, settings, "thừa")

    assert found(db, world, settings) == [
        (Trouble.FILE_MISSING, "mất", "Không tìm thấy tệp trên máy chủ; báo bộ phận kỹ thuật."),
        (Trouble.FILE_MISSING, "bị thay", "Tệp trên máy chủ khác bản đã tải lên; báo bộ phận kỹ thuật."),
        (Trouble.REQUIRED_MISSING, "I.1", "Chưa có minh chứng"),
        (Trouble.FUTURE, "mai sau", "Ban hành ngày 10/06/2022"),
        (Trouble.TOO_OLD, "cũ", "Ban hành ngày 31/07/2021, trước ngày 01/08/2021"),
        (Trouble.NO_PLACE, "không trang", "Ghi trang hoặc mục có số liệu"),
        (Trouble.SAME_TITLE, "Báo cáo", "2 văn bản cùng tên này"),
        (Trouble.SAME_TITLE, "báo cáo", "2 văn bản cùng tên này"),
        (Trouble.UNCITED, "thừa", "Trích dẫn ở tiêu chí cần đến, hoặc để yên nếu không dùng."),
    ]


def test_school_year_begins_in_the_first_year_of_the_code(world: World) -> None:
    assert school_year_began(world.period) == date(2021, 8, 1)
    world.period.code = "thu-nghiem"
    assert school_year_began(world.period) is None

"""`emulation sheet ...` on a database: a workbook out, filled, looked at and written."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.documents.sheet_layout import Column
from emulation.models import Role
from tests.documents.test_sheet_workbook import changed
from tests.filling import loaded
from tests.services.test_sheet_imports import declared, save
from tests.test_cli_database import pages, run
from tests.world import World, person

HERE = ("--period", "2021-2022", "--unit", "34")


def test_sheet_goes_out_and_comes_back(db: Session, world: World, settings: Settings, tmp_path: Path) -> None:
    url, file = settings.database_url, tmp_path / "phieu.xlsx"
    out = run(url, "sheet", "export", *HERE, "--out", file)
    assert (out.exit_code, out.stdout.startswith(f"{file}: ")) == (0, True), out.output
    file.write_bytes(changed(file.read_bytes(), {("II.4", Column.FIRST): 3, ("I.2", Column.FIRST): "91,5"}))

    looked = run(url, "sheet", "import", *HERE, file)
    assert looked.exit_code == 0, looked.output
    lines = looked.stdout.splitlines()
    assert lines[0].endswith(": sẽ ghi 2, hai bên cùng sửa 0, giữ bản trên hệ thống 0, không đổi 8, lỗi 0.")
    assert lines[1:] == [
        "ghi        I.2      chưa kê khai -> Tỷ lệ đúng hạn: 91,5 %",
        "ghi        II.4     chưa kê khai -> Số sáng kiến: 3",
        "Tổng điểm: 0 -> 11,25",
        "Chạy thử, chưa ghi gì; thêm --apply để ghi.",
    ]
    db.rollback()
    assert declared(loaded(db, world)) == {}

    db.rollback()
    written = run(url, "sheet", "import", *HERE, file, "--apply")
    assert (written.exit_code, written.stdout.splitlines()[-1]) == (0, "Đã ghi 2 tiêu chí."), written.output
    assert declared(loaded(db, world)) == {"I.2": {"value": "91.5"}, "II.4": {"count": "3"}}
    assert {entry.updated_by_id for entry in loaded(db, world).entries} == {world.people["unit_officer"].id}
    db.rollback()
    assert run(url, "sheet", "import", *HERE, file, "--apply").stdout.splitlines()[-1] == "Không có gì để ghi."
    db.rollback()
    assert run(url, "sheet", "import", *HERE, file).stdout.splitlines()[-1] == "Chạy thử: không có gì để ghi."


def test_explanations_cannot_command_the_terminal(
    db: Session, world: World, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "phieu.xlsx"
    run(settings.database_url, "sheet", "export", *HERE, "--out", file)
    typed = "a_x001B_[2J_x009B_b\u202ec\u2066d\ne"
    file.write_bytes(changed(file.read_bytes(), {("II.4", Column.FIRST): 3, ("II.4", Column.EXPLANATION): typed}))
    save(db, world, "I.1", None, "\x1b]0;x\x07")
    looked = run(settings.database_url, "sheet", "import", *HERE, file)
    assert not set("\x1b\x07\x9b\u202e\u2066") & set(looked.output), ascii(looked.output)
    assert "[2Jbcd e" in looked.output, ascii(looked.output)


def test_conflicts_need_a_word_on_the_command_line(
    db: Session, world: World, settings: Settings, tmp_path: Path
) -> None:
    url, file = settings.database_url, tmp_path / "phieu.xlsx"
    run(url, "sheet", "export", *HERE, "--out", file)
    file.write_bytes(changed(file.read_bytes(), {("II.4", Column.FIRST): 3}))
    save(db, world, "II.4", {"count": 4})
    refused = run(url, "sheet", "import", *HERE, file, "--apply")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "Chưa ghi gì: hai bên cùng sửa II.4; thêm --conflicts online hoặc --conflicts workbook.\n",
    )
    assert run(url, "sheet", "import", *HERE, file, "--apply", "--conflicts", "workbook").exit_code == 0
    assert declared(loaded(db, world)) == {"II.4": {"count": "3"}}


def test_sheet_commands_refuse_in_one_sentence(db: Session, world: World, settings: Settings, tmp_path: Path) -> None:
    url, file = settings.database_url, tmp_path / "phieu.xlsx"
    run(url, "sheet", "export", *HERE, "--out", file)
    officer = world.people["unit_officer"]
    told = {
        ("sheet", "import", "--period", "2021-2022", "--unit", "96", file): "Phiếu Excel này của đơn vị mã 34",
        ("sheet", "import", "--period", "2021-2022", "--unit", "1", file): "Không có đơn vị mã 1.",
        ("sheet", "import", "--period", "2030", "--unit", "34", file): "Không có kỳ đánh giá “2030”.",
        ("sheet", "import", *HERE, tmp_path / "khong-co.xlsx"): "không đọc được tệp",
        ("sheet", "import", *HERE, file, "--by", "ai@thu.example"): (
            "“ai@thu.example” không phải chuyên viên của đơn vị. Chuyên viên của đơn vị: "
            f"{officer.email} ({officer.name}).\n"
        ),
    }
    for command, sentence in told.items():
        result = run(url, *command)
        assert (result.exit_code, sentence in result.stderr, result.stdout) == (1, True, ""), result.output
    db.add(person("second_officer", Role.UNIT_OFFICER, world.units["34"]))
    db.commit()
    assert "chỉ rõ bằng --by" in run(url, "sheet", "import", *HERE, file, "--apply").stderr
    wrong = changed(file.read_bytes(), {("I.2", Column.FIRST): "8,5,1"})
    file.write_bytes(wrong)
    assert f"{file}: F8: “8,5,1” không phải là một số" in run(url, "sheet", "import", *HERE, file).stderr
    assert run(url, "sheet", "export", *HERE, "--out", tmp_path / "phieu.doc").exit_code == 2


def test_sheet_is_printed_from_the_command_line(world: World, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "phieu.pdf"
    assert run(settings.database_url, "sheet", "export", *HERE, "--out", file).exit_code == 0
    assert pages(file) >= 1

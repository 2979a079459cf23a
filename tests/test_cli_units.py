"""`emulation units import`: a dry run, then all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from emulation.cli import main
from emulation.config import Settings
from emulation.services.units import all_units

Run = Callable[..., Result]
GOOD = "Mã đơn vị;Tên đơn vị;Tên ngắn;Cụm thi đua\n1;Sở A;A;1\n15;Sở B;B;Cụm Bắc\n"


@pytest.fixture
def run(db: Session, settings: Settings) -> Run:
    """The command on an empty database."""
    runner = CliRunner(env={"EMULATION_DATABASE_URL": settings.database_url})

    def command(*arguments: str | Path) -> Result:
        db.commit()
        result = runner.invoke(main, ["units", "import", *map(str, arguments)])
        db.expire_all()
        return result

    return command


def test_import_tries_first_and_loads_with_apply(run: Run, db: Session, tmp_path: Path) -> None:
    file = tmp_path / "don-vi.csv"
    file.write_text(GOOD, encoding="utf-8")
    tried = run(file)
    assert (tried.exit_code, tried.stderr) == (0, "")
    assert tried.stdout.splitlines() == [
        "Chạy thử, chưa nạp: 2 đơn vị mới, 0 sửa, 0 như cũ, 0 không có trong tệp.",
        "  1 Sở A: Cụm thi đua số 1",
        "  15 Sở B: Cụm Bắc",
        "Mã ngắn hơn các mã khác, có thể đã mất số 0 ở đầu: 1",
    ]
    assert all_units(db) == []

    assert run("--apply", file).stdout.startswith("Đã nạp: 2 đơn vị mới")
    assert [unit.name for unit in all_units(db)] == ["Sở A", "Sở B"]
    file.write_text(GOOD.replace("Sở B;B;Cụm Bắc", "Sở B;B;1"), encoding="utf-8")
    assert "  15 B: sửa 1 mục" in run(file).stdout.splitlines()


def test_import_names_every_cell_and_loads_nothing(run: Run, db: Session, tmp_path: Path) -> None:
    file = tmp_path / "don-vi.csv"
    file.write_text(GOOD + "15;;C;1\n16;Sở A;D;2\n", encoding="utf-8")
    result = run("--apply", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"{file}: dòng 4, cột B: Thiếu tên đơn vị.",
        f"{file}: dòng 4, cột A: Mã “15” đã có ở dòng 3, cột A.",
        f"{file}: dòng 5, cột B: Tên đơn vị “Sở A” đã có ở đơn vị mã 1.",
    ]
    assert all_units(db) == []


def test_import_refuses_another_kind_of_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "don-vi.pdf"
    file.write_bytes(b"%PDF-1.4")
    result = run(file)
    assert (result.exit_code, result.stderr) == (
        1,
        f"{file}: “don-vi.pdf” là tệp PDF; cần tệp XLSX hoặc CSV (UTF-8).\n",
    )

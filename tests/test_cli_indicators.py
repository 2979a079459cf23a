"""`emulation indicators import`: a dry run, then all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.cli import main
from emulation.config import Settings
from emulation.models import IndicatorValue
from tests.bound import bind, data_of
from tests.world import World

Run = Callable[..., Result]
GOOD = (
    "Mã đơn vị,Mã chỉ tiêu,Giá trị,Nguồn,Ngày số liệu\n"
    '34,ty-le,"96,5",CSDL ngành,31/05/2022\n34,la,1,CSDL ngành,31/05/2022\n'
)


@pytest.fixture
def run(db: Session, world: World, settings: Settings) -> Run:
    """The command on the world's database."""
    bind(db, world)
    runner = CliRunner(env={"EMULATION_DATABASE_URL": settings.database_url})

    def command(*arguments: str | Path) -> Result:
        db.commit()
        result = runner.invoke(main, ["indicators", "import", "--period", "2021-2022", *map(str, arguments)])
        db.expire_all()
        return result

    return command


def test_import_tries_first_and_loads_with_apply(run: Run, db: Session, world: World, tmp_path: Path) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text(GOOD, encoding="utf-8")
    tried = run(file)
    assert (tried.exit_code, tried.stderr) == (0, "")
    assert tried.stdout.splitlines() == [
        "Chạy thử, chưa nạp: 1 mới, 0 đổi, 0 như cũ.",
        "Dòng trống được điền: 1; dòng đổi theo, chờ xác nhận lại: 0.",
        "Không tiêu chí nào dùng, bỏ qua: la (1)",
    ]
    assert db.scalars(select(IndicatorValue)).all() == []

    assert run("--apply", file).stdout.startswith("Đã nạp: 1 mới")
    assert data_of(db, world) == {"I.2": {"value": "96.5"}}
    file.write_text(GOOD.replace("96,5", "97,5"), encoding="utf-8")
    assert "  Thái Bình, ty-le: 96.5 -> 97.5. Thay số chưa xác nhận." in run(file).stdout.splitlines()


def test_import_names_every_cell_and_loads_nothing(run: Run, db: Session, tmp_path: Path) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text(GOOD + "99,ty-le,5,CSDL ngành,31/05/2022\n34,dat,x,CSDL ngành,31/05/2022\n", encoding="utf-8")
    result = run("--apply", file)
    assert result.exit_code == 1
    assert sorted(line.removeprefix(f"{file}: ") for line in result.stderr.splitlines()) == [
        "Không tiêu chí nào dùng, bỏ qua: la (1)",
        "dòng 4, cột C: Kỳ này không có đơn vị mã “99”.",
        "dòng 5, cột C: “x” không phải là một số.",
    ]
    assert db.scalars(select(IndicatorValue)).all() == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as-of", "hôm qua"], "--as-of phải là một ngày: viết ngày/tháng/năm."),
        (["--as-of", "31/05/2099", "--source", "x"], "Ngày số liệu 31/05/2099 chưa tới."),
        ([], "Ghi nguồn số liệu, trong tệp hoặc ở ô “Nguồn”."),
    ],
)
def test_import_says_what_is_missing(run: Run, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text("Mã đơn vị;ty-le\n34;96,5\n", encoding="utf-8")
    result = run(*arguments, file)
    assert result.exit_code != 0
    assert sentence in result.stderr

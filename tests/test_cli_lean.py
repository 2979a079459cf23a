"""`emulation criteria lean`: table, JSON, documents, broken files."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from bench.rounds import criteria_yaml, write_sheets
from emulation.cli import main
from tests.documents import pdfs

ROOT = Path(__file__).parents[1]
NINE = str(ROOT / "tests/data/nine-kinds.yaml")


def run(*arguments: str | Path) -> Result:
    """The command with these arguments."""
    return CliRunner().invoke(main, ["criteria", "lean", *map(str, arguments)])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A set of 20 core criteria and a round of 24 units."""
    folder = tmp_path_factory.mktemp("lean")
    criteria, sheets = folder / "bo.yaml", folder / "phieu.json"
    criteria.write_text(criteria_yaml(core=20), encoding="utf-8")
    write_sheets(sheets, 24, core=20)
    return criteria, sheets


def test_json_has_a_row_for_each_criterion_and_each_k(files: tuple[Path, Path]) -> None:
    criteria, sheets = files
    result = run(criteria, "--sheets", sheets, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    found: Any = json.loads(result.stdout)

    assert [row["code"] for row in found["criteria"]] == [f"C{i}" for i in range(20)]
    assert set(found["criteria"][0]) >= {
        "code",
        "mean_share",
        "sd_share",
        "at_max",
        "at_zero",
        "item_rest_correlation",
        "rank_shift_if_dropped",
        "awards_changed_if_dropped",
        "evidence_required",
        "from_existing_data",
    }
    assert [(row["code"], row["part"]) for row in found["outside_base"]] == [
        *((f"B{i}", "bonus") for i in range(4)),
        *((f"D{i}", "deduction") for i in range(4)),
    ]
    assert [row["k"] for row in found["keep"]] == list(range(1, 21))
    assert (found["keep"][-1]["kendall_tau_b"], found["keep"][-1]["winners_kept"]) == (1.0, 8)
    assert (found["units"], found["ranked"], found["clusters"]) == (24, 24, 8)


def test_table_shows_the_same_for_people(files: tuple[Path, Path]) -> None:
    criteria, sheets = files
    result = run(criteria, "--sheets", sheets)
    lines = result.stdout.splitlines()

    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0].startswith("Theo kết quả của 24 đơn vị, ")
    assert sum(line.startswith("C") and "Tiêu chí " in line for line in lines) == 20
    assert [line.split()[0] for line in lines[-20:]] == [str(k) for k in range(1, 21)]
    assert lines[-1].split() == ["20", "1,00", "8/8", "0,00", "–"]


def test_pdf_and_workbook_are_written_by_the_ending_of_the_name(files: tuple[Path, Path], tmp_path: Path) -> None:
    criteria, sheets = files
    pdf, workbook = tmp_path / "a.PDF", tmp_path / "b.xlsx"
    for out in (pdf, workbook):
        result = run(criteria, "--sheets", sheets, "--out", out)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith(f"{out}: ")
    shown = pdfs.text(pdf.read_bytes())
    assert "Tính từ tệp phiếu chấm điểm, không phải kết quả đã niêm phong" in shown
    assert "Số liệu minh họa" in shown
    book = load_workbook(io.BytesIO(workbook.read_bytes()))
    assert [row[1] for row in book["Tiêu chí"].iter_rows(min_row=2, max_row=21, values_only=True)] == [
        f"C{i}" for i in range(20)
    ]


def test_an_ending_alone_names_the_file(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*files[:1], "--sheets", files[1], "--out", "xlsx")
    assert result.exit_code == 0
    assert (tmp_path / "lean.xlsx").exists()


def test_json_and_a_document_can_be_had_at_once(files: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(files[0], "--sheets", files[1], "--json", "--out", tmp_path / "a.xlsx")
    assert json.loads(result.stdout)["units"] == 24
    assert result.stderr.startswith(str(tmp_path / "a.xlsx"))


def test_another_ending_is_wrong_usage(files: tuple[Path, Path], tmp_path: Path) -> None:
    result = run(files[0], "--sheets", files[1], "--out", tmp_path / "a.docx")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--out: tên tệp phải kết thúc bằng .pdf hoặc .xlsx." in result.stderr
    assert not (tmp_path / "a.docx").exists()


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ('[{"unit": "01", "entries": {"I.1": {"part": 99, "whole": 98}}}]', "01: I.1: "),
        ('[{"unit": "01", "entries": {"X.9": {"met": true}}}]', "01: X.9: Bộ tiêu chí không có mã “X.9”."),
        ('[{"unit": "01", "entries": {}}, {"unit": "01", "entries": {}}]', "01: Đơn vị có hai phiếu trong tệp."),
        ("[", "Tệp bị cắt cụt: thiếu phần cuối."),
        ("{}", "Tệp phải là một danh sách JSON [ ... ] các đơn vị."),
    ],
    ids=["entry", "code", "twice", "cut", "no list"],
)
def test_a_broken_file_names_unit_and_code_and_writes_nothing(tmp_path: Path, sheets: str, said: str) -> None:
    path, out = tmp_path / "phieu.json", tmp_path / "a.pdf"
    path.write_text(sheets, encoding="utf-8")
    result = run(NINE, "--sheets", path, "--json", "--out", out)

    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert not out.exists()


def test_a_round_without_units_is_a_report_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "phieu.json"
    path.write_text("[]", encoding="utf-8")
    result = run(NINE, "--sheets", path, "--json")
    found = json.loads(result.stdout)

    assert result.exit_code == 0
    assert found["units"] == 0
    assert {row["mean_share"] for row in found["criteria"]} == {None}
    assert {row["kendall_tau_b"] for row in found["keep"]} == {None}
    assert run(NINE, "--sheets", path, "--out", tmp_path / "a.pdf").exit_code == 0


def test_process_loads_neither_flask_nor_sqlalchemy_nor_weasyprint(files: tuple[Path, Path]) -> None:
    code = (
        "import sys\n"
        "from emulation.cli import main\n"
        "heavy = ('flask', 'sqlalchemy', 'weasyprint', 'openpyxl', 'plotly')\n"
        "assert 'numpy' not in sys.modules\n"
        "main(['criteria', 'lean', sys.argv[1], '--sheets', sys.argv[2], '--json'], standalone_mode=False)\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("units", [24, 500])
def test_many_units_show_how_far_it_is_at_a_terminal(tmp_path: Path, units: int) -> None:
    criteria, sheets = tmp_path / "bo.yaml", tmp_path / "phieu.json"
    criteria.write_text(criteria_yaml(core=6), encoding="utf-8")
    write_sheets(sheets, units, core=6)
    ours, terminal = os.openpty()
    command = [sys.executable, "-m", "emulation.cli", "criteria", "lean", str(criteria), "--sheets", str(sheets)]
    done = subprocess.run(
        [*command, "--json"], stdout=subprocess.PIPE, stderr=terminal, check=True, cwd=ROOT, timeout=60
    )
    os.close(terminal)
    try:
        said = os.read(ours, 1 << 16).decode()
    except OSError:  # nobody wrote to the terminal
        said = ""
    os.close(ours)

    assert json.loads(done.stdout)["units"] == units
    assert ("Đang tính" in said, "100%" in said) == ((True, True) if units == 500 else (False, False))

"""`emulation criteria convert`: every pair of formats, and what it says when it cannot."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from emulation.documents.criteria_files import read_criteria_file
from emulation.domain.criteria import load
from emulation.domain.normal_form import to_yaml
from tests.documents import pdfs
from tests.test_cli import LEAN, NINE, process, refusal, run

NINE_SET = load(Path(NINE).read_bytes())
DATA = ("yaml", "yml", "json", "xlsx")


@pytest.mark.parametrize("second", DATA)
@pytest.mark.parametrize("first", DATA)
def test_set_comes_through_any_two_formats(tmp_path: Path, first: str, second: str) -> None:
    there, back = tmp_path / f"a.{first}", tmp_path / f"b.{second.upper()}"
    for source, target in ((NINE, there), (there, back)):
        result = run("criteria", "convert", source, target)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith(f"{target}: thu 2021-2022, ")
        assert result.stdout.endswith(f"sha256 {NINE_SET.sha256}\n")
    assert read_criteria_file(back.name, back.read_bytes()) == NINE_SET


def test_normal_file_is_converted_to_the_same_bytes(tmp_path: Path) -> None:
    normal, again = tmp_path / "a.yaml", tmp_path / "b.yaml"
    normal.write_text(to_yaml(load(Path(LEAN).read_bytes())), encoding="utf-8")
    run("criteria", "convert", normal, tmp_path / "c.xlsx")
    run("criteria", "convert", tmp_path / "c.xlsx", again)
    assert again.read_bytes() == normal.read_bytes()


@pytest.mark.parametrize("booklet", [[], ["--booklet"]], ids=["annex", "booklet"])
def test_annex_and_booklet_come_out_as_pdf_and_docx(tmp_path: Path, booklet: list[str]) -> None:
    for name in ("a.pdf", "a.docx"):
        assert run("criteria", "convert", NINE, tmp_path / name, *booklet).exit_code == 0
    word = "HƯỚNG DẪN CHẤM ĐIỂM" if booklet else "Phụ lục"
    assert word in pdfs.text((tmp_path / "a.pdf").read_bytes())
    assert word in [one.text for one in docx.Document(str(tmp_path / "a.docx")).paragraphs]


@pytest.mark.parametrize("name", ["a", "a.txt", "a.xls", "a.xlsm", "a.doc", "a.yaml.bak"])
def test_other_endings_are_wrong_usage(tmp_path: Path, name: str) -> None:
    result = run("criteria", "convert", NINE, tmp_path / name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Tệp ra phải có đuôi .yaml, .yml, .json, .xlsx, .docx, .pdf" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_booklet_of_a_data_file_is_wrong_usage(tmp_path: Path) -> None:
    result = run("criteria", "convert", NINE, tmp_path / "a.xlsx", "--booklet")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--booklet chỉ dùng với tệp ra .docx hoặc .pdf." in result.stderr


def test_problems_are_told_by_line_or_cell_and_the_old_file_stays(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(_converted(tmp_path, "xlsx")))
    book["Bộ tiêu chí"]["E3"] = "=5+5"
    book["Bộ tiêu chí"]["B4"] = "I.1"
    broken = tmp_path / "hỏng.xlsx"
    book.save(broken)
    target = tmp_path / "ra.json"
    target.write_text("cũ", encoding="utf-8")
    assert refusal(run("criteria", "convert", broken, target)).splitlines() == [
        f"{broken}: Bộ tiêu chí!E3: Ô có công thức: chép ô rồi dán lại dạng giá trị.",
        f"{broken}: Bộ tiêu chí!B4: Mã “I.1” dùng hai lần.",
    ]
    text = Path(NINE).read_text("utf-8").replace("scale: 100", "scale: 0")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    assert refusal(run("criteria", "convert", tmp_path / "b.yaml", target)) == (
        f"{tmp_path / 'b.yaml'}:7: scale: Thang điểm phải lớn hơn 0.\n"
    )
    assert target.read_text("utf-8") == "cũ"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.yaml", "hỏng.xlsx", "ra.json"]


def _converted(folder: Path, ending: str) -> bytes:
    run("criteria", "convert", NINE, folder / f"a.{ending}")
    return (folder / f"a.{ending}").read_bytes()


def test_target_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    said = refusal(run("criteria", "convert", NINE, tmp_path / "không có" / "a.json"))
    assert said.startswith(f"{tmp_path / 'không có' / 'a.json'}: không ghi được (")


def test_file_may_be_converted_onto_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(Path(NINE).read_bytes())
    assert run("criteria", "convert", path, path).exit_code == 0
    assert path.read_text("utf-8") == to_yaml(NINE_SET)


def test_other_commands_read_workbooks_and_json_too(tmp_path: Path) -> None:
    for ending in ("xlsx", "json"):
        _converted(tmp_path, ending)
        result = run("criteria", "check", tmp_path / f"a.{ending}")
        assert result.exit_code == 0
        assert NINE_SET.sha256 in result.stdout


def test_workbook_packs_no_formula_and_no_path_of_this_machine(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(_converted(tmp_path, "xlsx"))) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    assert b"<f>" not in content
    assert str(Path.cwd()).encode() not in content


def test_conversion_of_text_files_loads_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys; from emulation.cli import main\n"
        f"try: main(['criteria', 'convert', {NINE!r}, {str(tmp_path / 'a.json')!r}])\n"
        "except SystemExit: pass\n"
        "heavy = ('flask', 'sqlalchemy', 'weasyprint', 'openpyxl', 'docx', 'numpy', 'plotly')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_process_ends_with_its_exit_code(tmp_path: Path) -> None:
    assert process("criteria", "convert", NINE, tmp_path / "a.yaml").returncode == 0
    assert process("criteria", "convert", os.devnull, tmp_path / "b.yaml").returncode == 1
    assert process("criteria", "convert", NINE, tmp_path / "b.txt").returncode == 2

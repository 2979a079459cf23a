import re
from pathlib import Path

import pytest

from emulation.documents.certificate_template import TEMPLATES, load_template, parse_template
from emulation.errors import Invalid

SIZE = "title: Thử\nsize: {width: 297, height: 210}\n"
NAME = "  - {text: '{name}', left: 20, top: 80, width: 200, size: 20}\n"
MARK = "  - {text: '{mark}', left: 20, top: 190, width: 200, size: 8}\n"


def refused(text: str) -> str:
    with pytest.raises(Invalid) as error:
        parse_template(text.encode(), name="m.yaml")
    assert error.value.field == "template"
    return str(error.value)


@pytest.mark.parametrize("name", sorted(path.stem for path in TEMPLATES.glob("*.yaml")))
def test_shipped_template_loads(name: str) -> None:
    template = load_template(name)
    assert template.illustrative is False
    assert template.frame is not None


def test_template_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rieng.yaml"
    path.write_text(f"{SIZE}lines:\n{NAME}{MARK}", encoding="utf-8")
    template = load_template(path)
    assert template.lines[0].steps == ((1, 20.0),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Tệp trống"),
        ("- 1", "tệp không có nội dung của một mẫu in"),
        ("a: 1\na: 2", "dòng 2: Khóa “a” viết hai lần"),
        ("a: &x 1\nb: *x", "dòng 1: Không dùng neo và tham chiếu (&, *)"),
        (f"{SIZE}lines: []", "dòng 3: lines: để trống"),
        (f"{SIZE}lines:\n{NAME}", "không dòng chữ nào in {mark} (bản điện tử, minh họa)"),
        (f"{SIZE}lines:\n{MARK}", "không dòng chữ nào in {name}"),
        (f"{SIZE}colour: red\nlines:\n{NAME}{MARK}", "dòng 3: colour: không có mục này"),
        (
            f"{SIZE}lines:\n{NAME}{MARK}".replace("{name}", "{name} {nam}"),
            "dòng chữ 1: không có giá trị nào tên là “nam”",
        ),
        (f"{SIZE}lines:\n{NAME}{MARK}".replace("{name}", "{name} }"), "dòng chữ 1: dấu ngoặc nhọn không thành cặp"),
        (f"{SIZE}lines:\n{NAME}{MARK}".replace("{name}", "{name} ☃"), "dòng chữ 1: phông chữ không có ký tự “☃”"),
        (f"{SIZE}lines:\n{NAME}{MARK}".replace("top: 80", "top: 205"), "dòng chữ 1: nằm ngoài khổ giấy"),
        (
            f"{SIZE}lines:\n{NAME}{MARK}".replace("left: 20, top: 80", "left: 120, top: 80"),
            "dòng chữ 1: nằm ngoài khổ giấy",
        ),
        (f"{SIZE}qr: {{left: 280, top: 100, size: 22}}\nlines:\n{NAME}{MARK}", "mã QR nằm ngoài khổ giấy"),
        (f"{SIZE}check_url: https://a.example/\nlines:\n{NAME}{MARK}", "check_url không có {code}"),
        (f"{SIZE}defaults: {{ten: x}}\nlines:\n{NAME}{MARK}", "không có giá trị nào tên là “ten”"),
        (
            f"{SIZE}lines:\n{NAME}{MARK}".replace("size: 20", "height: 9, steps: [[1, 20], [2, 18]]"),
            "dòng chữ 1: 2 dòng cỡ 18 cao hơn khung 9 mm",
        ),
    ],
)
def test_wrong_template_is_refused_with_its_place(text: str, message: str) -> None:
    assert refused(text) == f"Mẫu in “m.yaml” chưa đúng: {message}."


def test_example_in_the_documentation_is_a_template() -> None:
    page = (Path(__file__).parents[2] / "docs" / "documents.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert parse_template(example[1].encode(), name="documents.md").title == "Bằng khen"


def test_template_that_is_no_file_is_refused() -> None:
    with pytest.raises(Invalid, match="Không đọc được tệp mẫu in “khong-co”"):
        load_template("khong-co")


def test_line_shows_blanks_and_is_left_out_without_its_values() -> None:
    template = load_template("bang-khen")
    decision = next(line for line in template.lines if "decision_number" in line.values)
    label = next(line for line in template.lines if line.needs)
    assert decision.filled({"decision_number": "7/QĐ"}, template.blanks) == "Quyết định số: 7/QĐ"
    assert decision.filled({}, template.blanks) == f"Quyết định số: {template.blanks['decision_number']}"
    assert decision.filled({}, {}) == ""
    assert label.filled({}, template.blanks) == ""
    assert label.filled({"code": "7K4M-92QD"}, template.blanks) == "Mã tra cứu"

"""The workbook of a criteria set: nothing lost on the way out and back, and every mistake told by its cell."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook

from emulation.documents import criteria_layout as layout
from emulation.documents.criteria_xlsx import workbook
from emulation.documents.criteria_xlsx_read import REWORDED, read_workbook
from emulation.domain.criteria import CriteriaSet, Criterion, EvidenceRule, Ground, Section, load
from emulation.domain.rules import KINDS
from emulation.domain.source import Problems
from tests.domain.sets import ODD, criteria_sets
from tests.domain.test_criteria import FILES, NINE
from tests.domain.test_normal_form import with_words
from tools import translations

NINE_SET = load(NINE)
HEADS = [layout.KIND_HEAD, *(column.head for column in layout.COLUMNS)]
LETTERS = {head: chr(ord("A") + number) for number, head in enumerate(HEADS)}
I1, I2, I3, II1, II3, II4 = 3, 4, 5, 7, 9, 10  # rows of criteria


def opened(raw: bytes) -> Any:
    return load_workbook(io.BytesIO(raw))


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@lru_cache(maxsize=1)
def workbook_of_nine() -> bytes:
    return workbook(NINE_SET)


def changed(*changes: Callable[[Any], object]) -> bytes:
    """The workbook of the nine kinds after somebody has worked on it."""
    book = opened(workbook_of_nine())
    for change in changes:
        change(book)
    return saved(book)


def put(cell: str, value: object, sheet: str = layout.CRITERIA) -> Callable[[Any], object]:
    """Type into a cell, which is named by the heading of its column and its row: "Điểm tối đa 3"."""

    def change(book: Any) -> None:
        head, _, row = cell.rpartition(" ")
        target = book[sheet][f"{LETTERS.get(head, head)}{row}"]
        target.value = value
        if isinstance(value, date):
            target.number_format = "dd/mm/yyyy"

    return change


def problems(raw: bytes) -> list[tuple[str, str]]:
    """Cell and sentence of everything found wrong."""
    try:
        read_workbook(raw)
    except Problems as error:
        return [(problem.place, str(problem.phrase)) for problem in error.problems]
    return []


# ---- nothing is lost ----


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_set_of_a_file_comes_back_the_same(path: Path) -> None:
    criteria = load(path.read_bytes())
    again = read_workbook(workbook(criteria))
    assert (again, again.sha256) == (criteria, criteria.sha256)


@pytest.mark.parametrize("text", ODD, ids=[repr(one[:20]) for one in ODD])
def test_odd_text_comes_back_from_every_cell(text: str) -> None:
    rules: list[dict[str, Any]] = [
        {"kind": "levels", "levels": [{"label": text, "points": "1"}]},
        {"kind": "checklist", "items": [{"code": text, "label": text, "points": "1"}]},
        {"kind": "judged", "descriptors": [{"points": "1", "text": text}]},
        {"kind": "ratio", "target": "5", "unit": f" {text}"},
    ]
    criteria = with_words(
        text,
        rules=rules,
        owner=text,
        source=text,
        guidance=f" {text} ",
        applies_to=[text, "dan-toc"],
        legal_basis=[text, "x"],
        evidence={"hint": text},
        labels={"part": text},
    )
    assert read_workbook(workbook(criteria)) == criteria


@settings(max_examples=30)
@given(criteria_sets())
def test_any_set_comes_back_the_same(criteria: CriteriaSet) -> None:
    again = read_workbook(workbook(criteria))
    assert (again, again.sha256) == (criteria, criteria.sha256)


def test_texts_longer_than_a_cell_go_on_in_rows_below() -> None:
    text = "Tính cả ẩ 😀. " * 6000
    lines = [f"Văn bản số {number}" for number in range(900)]
    criteria = with_words("x", guidance=text, legal_basis=lines)
    raw = workbook(criteria)
    sheet = opened(raw)[layout.CRITERIA]
    assert [cell.value for cell in sheet["A"][:7]] == [layout.KIND_HEAD, "Lĩnh vực", "Tiêu chí", *["(tiếp)"] * 4]
    assert max(len(str(cell.value)) for row in sheet.rows for cell in row) <= 32_767
    assert read_workbook(raw) == criteria


def test_every_key_of_the_format_has_a_place_in_the_workbook() -> None:
    """A key that is new in the models fails here until somebody gives it a column."""
    columns = {".".join(column.path) for column in layout.COLUMNS}
    for kind, model in ((layout.SECTION, Section), (layout.CRITERION, Criterion), (layout.GROUND, Ground)):
        keys = set(model.model_fields) - {"sections", "criteria", "rule", "evidence"}
        if model is Criterion:
            keys |= {"rule", "rule.kind"} | {f"evidence.{key}" for key in EvidenceRule.model_fields}
        assert keys <= columns
        assert {".".join(column.path) for column in layout.COLUMNS if column.may_fill(kind)} == keys
    assert {setting.key for setting in layout.SETTINGS} | set(layout.IN_ROWS) == set(CriteriaSet.model_fields)
    names = {name for rule in KINDS.values() for name in rule.model_fields} - {"kind"}
    assert names == set(layout.PARAMETERS) | set(layout.TABLES)
    labels = Criterion.model_fields["labels"].annotation
    assert set(layout.LABELS) == set(labels.__args__[0].__args__)  # type: ignore[union-attr]  # dict[Literal[...], ...]


# ---- what it looks like ----


def test_rows_are_those_an_officer_would_write() -> None:
    sheet = opened(workbook(NINE_SET))[layout.CRITERIA]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=8)]
    assert rows[0] == HEADS[:8]
    assert rows[1] == ["Lĩnh vực", "I", "Cải cách hành chính", 2, None, None, None, None]
    assert rows[3] == [
        *("Tiêu chí", "I.2", "Tỷ lệ báo cáo thống kê nộp đúng hạn", None, 5, "Tỷ lệ theo bậc"),
        "Đơn vị tính: %\ntừ 98 = 5\ntừ 95 = 4\ntừ 90 = 3",
        "Văn phòng Bộ (van-phong)",
    ]
    assert rows[8][6] == "a) Quy chế = 2\nb) Diễn tập = 2\nc) Cán bộ phụ trách = 2"
    assert rows[-1][:3] == [
        *("Điều kiện loại trừ", "X.1"),
        "Có vi phạm nghiêm trọng bị xử lý kỷ luật từ cảnh cáo trở lên",
    ]
    assert sheet.freeze_panes == "D2"
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")


def test_text_is_never_a_formula() -> None:
    for text in ("=1+1", "+84", "-5", "@x", '=HYPERLINK("http://x.example")'):
        raw = workbook(with_words(text))
        cell = opened(raw)[layout.CRITERIA]["C2"]
        general = opened(raw)[layout.GENERAL]["B4"]
        assert (general.value, general.data_type, general.quotePrefix) == (text, "s", True)
        assert cell.data_type == "s"
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            assert not any(b"<f>" in packed.read(name) for name in packed.namelist() if "sheet" in name)


def test_guide_explains_every_column_kind_and_parameter() -> None:
    sheet = opened(workbook(NINE_SET))[layout.GUIDE]
    text = "\n".join(str(cell.value) for row in sheet.rows for cell in row if cell.value)
    for word in [*HEADS, *layout.RULE_NAMES.values(), *layout.PARAMETERS.values(), *layout.LABELS.values()]:
        assert word in text, word
    assert all(column.help in text for column in layout.COLUMNS)


def test_lists_to_choose_from_name_ranges_that_hold_them() -> None:
    book = opened(workbook(NINE_SET))
    found = {}
    for validation in book[layout.CRITERIA].data_validations.dataValidation:
        name, _, area = validation.formula1.partition("!")
        values = [row[0].value for row in book[name.strip("'")][area.replace("$", "")]]
        found[str(validation.sqref)[0]] = values
    assert found["A"] == list(layout.ROW_KINDS)
    assert found[LETTERS["Cách chấm"]] == list(layout.RULE_NAMES.values())
    assert "Văn phòng Bộ (van-phong)" in found[LETTERS["Đơn vị chủ trì"]]
    assert found[LETTERS["Bắt buộc minh chứng"]] == found[LETTERS["Được khai không áp dụng"]] == ["Có", "Không"]


# ---- what officers do ----


def same_as_before(raw: bytes) -> None:
    assert (problems(raw), read_workbook(raw)) == ([], NINE_SET)


def test_numbers_may_be_text_with_a_comma() -> None:
    criteria = read_workbook(changed(put(f"Điểm tối đa {II3}", "6,5"), put("B 8", " 100,0 ", layout.GENERAL)))
    assert str(criteria.by_code["II.3"].max) == "6.5"
    assert criteria.scale == 100


def test_binary_fractions_are_the_numbers_people_typed() -> None:
    raw = changed(put(f"Điểm tối đa {II3}", 6.1))
    assert str(read_workbook(raw).by_code["II.3"].max) == "6.1"


def test_blank_rows_and_reordered_columns_and_titles_above_do_not_matter() -> None:
    def reorder(book: Any) -> None:
        old = book[layout.CRITERIA]
        rows = [[cell.value for cell in row] for row in old.rows]
        del book[layout.CRITERIA]
        new = book.create_sheet(layout.CRITERIA)
        new.append(["BỘ TIÊU CHÍ NĂM HỌC"])
        for number, row in enumerate(rows):
            new.append([])
            new.append([*row[::-1]] if number % 2 else [*row[::-1], " "])

    same_as_before(changed(reorder))


def test_words_may_be_written_in_other_cases_and_without_accents() -> None:
    same_as_before(
        changed(
            put("A 2", "linh vuc"),
            put("A 1", "LOẠI DÒNG"),
            put(f"Cách chấm {I2}", "tỷ lệ theo bậc"),
            put(f"Bắt buộc minh chứng {I1}", True),
            put(f"Bắt buộc minh chứng {I2}", "không"),
            put(f"Đơn vị chủ trì {I1}", "văn phòng bộ"),
            put(f"Đơn vị chủ trì {I2}", "van-phong"),
            put(f"Thông số và các mức điểm {I2}", "đơn vị tính : %\n98 = 5 điểm\n\n từ 95=4\n≥ 90 = 3,0"),
            put("B 5", "minh hoạ", layout.GENERAL),
        )
    )


def test_row_may_be_added_by_hand() -> None:
    def add(book: Any) -> None:
        sheet = book[layout.CRITERIA]
        sheet.insert_rows(4)
        for cell, value in {"A4": "Tiêu chí", "B4": 1.5, "C4": "Mới", "E4": "2,5", "F4": "Đạt hoặc không"}.items():
            sheet[cell] = value

    leaf = read_workbook(changed(add)).leaves[1]
    assert (leaf.code, leaf.title, str(leaf.max), leaf.rule.kind) == ("1.5", "Mới", "2.5", "check")


# ---- what is wrong, by cell ----

C, G = layout.CRITERIA, layout.GENERAL
E = LETTERS["Điểm tối đa"]
RULE = LETTERS["Thông số và các mức điểm"]
KIND = LETTERS["Cách chấm"]
KIND_NAMES = ", ".join(layout.RULE_NAMES.values())
WRONG = [  # change, cell, sentence
    # cells that hold something else than they seem to
    (put(f"Điểm tối đa {I1}", "=5+5"), f"{C}!{E}3", "Ô có công thức: chép ô rồi dán lại dạng giá trị."),
    (put("Mã 3", "=A1"), f"{C}!B3", "Ô có công thức: chép ô rồi dán lại dạng giá trị."),
    (put("A 3", "=A1"), f"{C}!A3", "Ô có công thức: chép ô rồi dán lại dạng giá trị."),
    (put("B 8", "=50*2", G), f"{G}!B8", "Ô có công thức: chép ô rồi dán lại dạng giá trị."),
    (put(f"Điểm tối đa {I1}", "#REF!"), f"{C}!{E}3", "Ô báo lỗi #REF!: gõ lại giá trị."),
    (put(f"Điểm tối đa {I1}", date(2026, 10, 5)), f"{C}!{E}3",
     "Ô ở dạng ngày tháng (05/10/2026): định dạng ô là văn bản rồi gõ lại."),
    (put("Mã 3", date(2026, 10, 5)), f"{C}!B3", "Ô ở dạng ngày tháng (05/10/2026): định dạng ô là văn bản rồi gõ lại."),
    (put(f"Điểm tối đa {I1}", True), f"{C}!{E}3", "Ô chứa TRUE hoặc FALSE: gõ lại giá trị."),
    (put(f"Điểm tối đa {I1}", "mười"), f"{C}!{E}3", "“mười” không phải là một số."),
    (put(f"Điểm tối đa {I1}", "1,5,0"), f"{C}!{E}3",
     "“1,5,0” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
    (put(f"Bắt buộc minh chứng {I1}", "có lẽ"), f"{C}!{LETTERS['Bắt buộc minh chứng']}3",
     "“có lẽ” phải là Có hoặc Không."),
    # missing
    (put(f"Điểm tối đa {I1}", None), f"{C}!{E}3", "Chưa điền “Điểm tối đa”."),
    (put("Mã 3", " "), f"{C}!B3", "Chưa điền “Mã”."),
    (put("Nội dung 2", None), f"{C}!C2", "Chưa điền “Nội dung”."),
    (put(f"Cách chấm {I1}", None), f"{C}!{KIND}3", "Chưa điền “Cách chấm”."),
    (put("A 3", None), f"{C}!A3", "Chưa chọn loại dòng."),
    (put("B 2", None, G), f"{G}!B2", "Chưa điền “Mã bộ tiêu chí”."),
    (put(f"Thông số và các mức điểm {I1}", None), f"{C}!{RULE}3", "Thiếu “Mức đạt tối đa”."),
    (put(f"Thông số và các mức điểm {II1}", None), f"{C}!{RULE}7", "Thiếu “MỨC = ĐIỂM”."),
    # unknown words
    (put("A 3", "Tiêu đề"), f"{C}!A3",
     ("Không có loại dòng “Tiêu đề”: dùng Lĩnh vực, Nhóm cấp 2, Nhóm cấp 3, Tiêu chí, Điểm thưởng, Điểm trừ, "
     "Điều kiện loại trừ.")),
    (put(f"Cách chấm {I1}", "Tỉ số"), f"{C}!{KIND}3", f"Không có “Tỉ số”: dùng {KIND_NAMES}."),
    (put("B 5", "Nháp", G), f"{G}!B5", "Không có “Nháp”: dùng Chính thức, Minh họa."),
    (put("A 8", "Thang", G), f"{G}!A8",
     f"Không có mục “Thang”: dùng {', '.join(setting.head for setting in layout.SETTINGS)}."),
    (put("A 8", "Thang", G), f"{G}!A1", "Thiếu mục “Thang điểm”."),
    (put("A 8", "Ghi chú", G), f"{G}!B8", "“Ghi chú” viết hai lần."),
    (put("B 14", "Ai già hơn", G), f"{G}!B14",
     ("Không có tiêu chí phụ “Ai già hơn”: dùng Ít điểm trừ hơn, Nhiều điểm thưởng hơn, Nhiều điểm tiến bộ hơn "
     "hoặc Điểm lĩnh vực và mã của lĩnh vực.")),
    (put("B 14", "Điểm lĩnh vực IX", G), f"{G}!B14", "Tiêu chí phụ “section:IX” nói đến một lĩnh vực không có."),
    (put("B 13", "Tốt: 90", G), f"{G}!B13", "Dòng “Tốt: 90” phải viết dạng MỨC = ĐIỂM."),
    (put("B 13", "Tốt = 90\nKhá = 95", G), f"{G}!B13", "Xếp loại không theo thứ tự từ cao xuống thấp: Khá từ 95."),
    (put(f"Tên số liệu kê khai {I1}", "Số: x"), f"{C}!{LETTERS['Tên số liệu kê khai']}3",
     f"Dòng “Số: x” phải bắt đầu bằng một trong: {', '.join(layout.LABELS.values())}, rồi dấu hai chấm."),
    # rules
    (put(f"Thông số và các mức điểm {I1}", "Mức đạt tối đa: trăm"), f"{C}!{RULE}3",
     "Mức đạt tối đa: “trăm” không phải là một số."),
    (put(f"Thông số và các mức điểm {I1}", "Mức đạt tối đa: 5\nMức 0 điểm: 5"), f"{C}!{RULE}3",
     "Mức tối đa và mức 0 điểm bằng nhau (5)."),
    (put(f"Thông số và các mức điểm {I1}", "Mức đạt tối đa: 5\nMức 0 điểm: 9"), f"{C}!{RULE}3",
     "Càng cao càng tốt thì mức đạt tối đa phải lớn hơn mức 0 điểm."),
    (put(f"Thông số và các mức điểm {I1}", "Mức đạt tối đa: 5\nBước điểm: 1"), f"{C}!{RULE}3",
     "Cách chấm “Tỷ lệ” không có thông số “Bước điểm”: dùng Mức đạt tối đa, Mức 0 điểm, Chiều, Đơn vị tính."),
    (put(f"Thông số và các mức điểm {I1}", "từ 95 = 2"), f"{C}!{RULE}3",
     "Cách chấm “Tỷ lệ” không có thông số “từ 95 = 2”: dùng Mức đạt tối đa, Mức 0 điểm, Chiều, Đơn vị tính."),
    (put(f"Thông số và các mức điểm {I1}", "Mức đạt tối đa: 5\nMức đạt tối đa: 6"), f"{C}!{RULE}3",
     "“Mức đạt tối đa” viết hai lần."),
    (put(f"Thông số và các mức điểm {I1}", "Mức đạt tối đa: 5\nChiều: lên"), f"{C}!{RULE}3",
     "Chiều “lên” phải là càng cao càng tốt / càng thấp càng tốt."),
    (put(f"Thông số và các mức điểm {I2}", "từ 98 = 5\nnăm = hai"), f"{C}!{RULE}4",
     "Dòng “năm = hai”: sau dấu = phải là một số."),
    (put(f"Thông số và các mức điểm {I2}", "từ 90 = 5\ntừ 95 = 4"), f"{C}!{RULE}4",
     "Các bậc không theo thứ tự tốt nhất trước: 95 đứng sau 90."),
    (put(f"Thông số và các mức điểm {II1}", "Tốt: 5"), f"{C}!{RULE}7", "Dòng “Tốt: 5” phải viết dạng MỨC = ĐIỂM."),
    (put(f"Thông số và các mức điểm {II1}", "Tốt = 6"), f"{C}!{RULE}7",
     "Bậc “Tốt” có 6 điểm, ngoài khoảng từ 0 đến 5."),
    (put(f"Thông số và các mức điểm {II3}", "Quy chế = 2"), f"{C}!{RULE}9",
     "Dòng “Quy chế = 2” phải viết dạng MÃ) NỘI DUNG = ĐIỂM."),
    (put("Thông số và các mức điểm 8", "x"), f"{C}!{RULE}8",
     "Cách chấm “Đạt hoặc không” không có thông số: xóa “x”."),
    # the set as a whole
    (put("Mã 4", "I.1"), f"{C}!B4", "Mã “I.1” dùng hai lần."),
    (put("Mã 4", "I 2"), f"{C}!B4", "Mã “I 2” không được có dấu cách."),
    (put("Hệ số 2", 0), f"{C}!{LETTERS['Hệ số']}2", "Hệ số phải lớn hơn 0."),
    (put("Hệ số 3", 2), f"{C}!{LETTERS['Hệ số']}3", "Dòng “Tiêu chí” không dùng cột “Hệ số”: xóa ô."),
    (put("Điểm tối đa 2", 2), f"{C}!{E}2", "Dòng “Lĩnh vực” không dùng cột “Điểm tối đa”: xóa ô."),
    (put(f"Điểm tối đa {I1}", "6,005"), f"{C}!{E}3",
     "6,005 điểm có nhiều chữ số thập phân hơn quy định chung cho phép (2)."),
    (put("A 2", "Tiêu chí"), f"{C}!A2", "Tiêu chí này chưa nằm trong lĩnh vực nào: thêm dòng lĩnh vực ở trên."),
    (put("A 6", "Nhóm cấp 3"), f"{C}!A6", "Nhóm cấp 3 phải nằm trong nhóm hoặc lĩnh vực cấp trên."),
    (put("A 6", "Nhóm cấp 2"), f"{C}!B2", "Một lĩnh vực có hoặc nhóm con, hoặc tiêu chí, không có cả hai."),
    (put("A 2", "(tiếp)"), f"{C}!B2", "Ô này không nối tiếp ô nào ở dòng trên."),
    (put("B 9", 7, G), f"{G}!B9", "Khóa “Số chữ số thập phân” nằm ngoài khoảng cho phép."),
    # columns
    (put("C 1", "Noi dung tieu chi"), f"{C}!A1", "Thiếu cột “Nội dung”."),
    (put("E 1", "Điểm tối da"), f"{C}!E1", None),
    (put("E 1", "Điểm tối đaa"), f"{C}!E1", "Không có cột “Điểm tối đaa”: có phải “Điểm tối đa”?"),
    (put("R 1", "Cột lạ"), f"{C}!R1", "Không có cột “Cột lạ”: xóa cột này."),
    (put("R 1", "Mã"), f"{C}!R1", "Cột “Mã” có hai lần."),
    (put("S 4", "ghi chú"), f"{C}!S4", "Ô này không thuộc cột nào: xóa ô."),
    (put("D 4", "ghi chú", G), f"{G}!D4", "Ô này không thuộc cột nào: xóa ô."),
    (put("A 1", "x"), f"{C}!A1", "Không thấy dòng tiêu đề có các cột Loại dòng, Mã."),
    (put("A 1", "x", G), f"{G}!A1", "Không thấy dòng tiêu đề có các cột Mục, Giá trị."),
    # shape
    (lambda book: book[C].merge_cells("C3:C5"), f"{C}!C3", "Các ô đến C5 đang gộp: bỏ gộp và điền từng ô."),
    (lambda book: setattr(book[C].row_dimensions[4], "hidden", True), f"{C}!A4",
     "Dòng 4 đang ẩn: cho hiện lại, hoặc xóa dòng."),
    (lambda book: setattr(book[C].column_dimensions["E"], "hidden", True), f"{C}!E1", "Cột này đang ẩn: cho hiện lại."),
    (lambda book: book.create_sheet("Nháp").append(["x"]), "Nháp!A1",
     "Trang “Nháp” không thuộc bộ tiêu chí: chuyển nội dung sang trang khác hoặc xóa trang."),
    (lambda book: book.copy_worksheet(book[C]).__setattr__("title", "bo tieu chi"), f"{C}!A1",
     "Trang “Bộ tiêu chí” không thuộc bộ tiêu chí: chuyển nội dung sang trang khác hoặc xóa trang."),
    (lambda book: book.remove(book[G]), "", "Thiếu trang “Quy định chung”."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "cell", "sentence"), WRONG, ids=[f"{row[1]} {row[2]}" for row in WRONG])
def test_mistake_is_told_by_its_cell_and_only_once(change: Any, cell: str, sentence: str | None) -> None:
    raw = changed(change)
    if sentence is None:
        same_as_before(raw)
        return
    told = problems(raw)
    assert (cell, sentence) in told
    assert len([one for one in told if one[0] == cell]) == 1


def test_sentences_that_are_reworded_are_those_of_the_checks() -> None:
    said = {message.id for message in translations.stored()}  # which is current: tests/test_translations.py
    assert {*REWORDED, *REWORDED.values()} <= said


def test_empty_sheet_and_hidden_empty_row_and_title_merged_above_do_no_harm() -> None:
    def untidy(book: Any) -> None:
        book.create_sheet("Sheet1")
        sheet = book[C]
        sheet.row_dimensions[200].hidden = True
        sheet.column_dimensions["Z"].hidden = True
        sheet.insert_rows(1)
        sheet["A1"] = "BỘ TIÊU CHÍ"
        sheet.merge_cells("A1:E1")

    same_as_before(changed(untidy))


def test_everything_wrong_is_told_in_one_pass_in_order_of_the_cells() -> None:
    raw = changed(
        put(f"Điểm tối đa {II4}", "năm"),
        put("Mã 4", "I.1"),
        put(f"Điểm tối đa {I1}", "=2"),
        put(f"Cách chấm {I3}", "x"),
        put("B 8", -1, G),
        lambda book: setattr(book[C].row_dimensions[12], "hidden", True),
    )
    assert [cell for cell, _ in problems(raw)] == [
        *(f"{C}!{E}3", f"{C}!B4", f"{C}!{KIND}5", f"{C}!{E}10", f"{C}!A12", f"{G}!B8"),
    ]


def test_at_most_two_hundred_problems_are_listed_and_the_rest_counted() -> None:
    def flood(book: Any) -> None:
        for _ in range(500):
            book[C].append(["Tiêu chí"])

    told = problems(changed(flood))
    assert len(told) == 201
    assert told[-1] == ("", "Còn 1800 lỗi nữa.")

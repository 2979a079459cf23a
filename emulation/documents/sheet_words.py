"""The words of a unit's workbook: what helps to fill a row, what its cells want, how the file is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulation.documents import sheet_layout as layout
from emulation.documents.sheet_layout import SheetBook
from emulation.documents.short_names import owner_name
from emulation.domain.criteria import Criterion
from emulation.domain.rules import Checklist, External, Judged, Levels, Steps
from emulation.words import N_, Phrase
from emulation.words import figure as shown


def note_of(book: SheetBook) -> Phrase:
    """What to do with the file, or why nothing can be filled in."""
    return book.closed or Phrase(
        N_(
            "Chỉ điền các ô nền vàng, lưu tệp rồi nộp lại trên hệ thống. "
            "Điểm để tham khảo; điểm chính thức do hệ thống tính."
        )
    )


def asked_words(criterion: Criterion, asked: Sequence[str], returned: Mapping[str, str]) -> str:
    """What the input cells of a row want; `returned` are the reasons of the department, by code."""
    unit = str(getattr(criterion.rule, "unit", ""))
    labels = [
        layout.label_of(criterion, key) + (f" ({unit})" if unit and key in ("value", "before", "now") else "")
        for key in asked
    ]
    if isinstance(criterion.rule, External):
        return "Bộ chấm, đơn vị không điền"
    if isinstance(criterion.rule, Checklist):
        words = f"Chọn {layout.YES} hoặc {layout.NO} ở từng mục bên dưới"
    elif len(labels) > 1:
        words = "\n".join(f"Ô {place}: {label}" for place, label in enumerate(labels, 1))
    else:
        words = labels[0]
    if criterion.code in returned:
        return f"{words}\nBộ trả lại: {returned[criterion.code]}"
    return f"{words}\n(không bị trả lại, không sửa)" if returned else words


def guidance_of(criterion: Criterion) -> str:
    """What helps to fill a row: guidance, how points follow, what proves it, who reviews it."""
    rule = criterion.rule
    lines = [criterion.guidance, str(rule.summary(criterion.max))]
    if isinstance(rule, Steps):
        side = "trở lên" if rule.better == "higher" else "trở xuống"
        unit = f" {rule.unit}" if rule.unit else ""
        lines += [f"  từ {shown(step.start)}{unit} {side}: {shown(step.points)} điểm" for step in rule.steps]
    elif isinstance(rule, Levels):
        lines += [f"  {level.label}: {shown(level.points)} điểm" for level in rule.levels]
    elif isinstance(rule, Judged):
        lines += [f"  {shown(one.points)} điểm: {one.text}" for one in rule.descriptors]
    if criterion.evidence.hint or criterion.evidence.required:
        kind = "Minh chứng bắt buộc" if criterion.evidence.required else "Minh chứng"
        lines.append(f"{kind}: {criterion.evidence.hint or 'tải lên trên hệ thống'}")
    if criterion.owner:
        lines.append(f"Thẩm định: {owner_name(criterion.owner)}")
    return "\n".join(line for line in lines if line)


GUIDE = (
    (
        "Cách dùng phiếu Excel",
        "",
    ),
    (
        "1. Điền",
        (
            "Điền trên trang “Phiếu tự chấm”, chỉ các ô nền vàng. Cột “Cần điền” cho biết mỗi ô cần gì. Các ô "
            "khác đã khóa (không có mật khẩu). Hướng dẫn dài: bấm vào ô hoặc kéo cao dòng để đọc hết."
        ),
    ),
    (
        "2. Số",
        (
            "Gõ số, không ghi đơn vị. “8,5” và “8.5” đều là 8,5. Tỷ lệ gõ 96,9, không gõ 0,969 và không cần dấu "
            "%. Không gõ công thức: nếu tính ở nơi khác thì dán dạng giá trị (Paste Values)."
        ),
    ),
    (
        "3. Chọn",
        (
            "Ô có danh sách: bấm mũi tên rồi chọn. Danh mục có nhiều mục thì chọn Có hoặc Không ở từng mục; mục "
            "để trống được hiểu là Không khi đã chọn ít nhất một mục. Để trống tất cả là chưa kê khai."
        ),
    ),
    (
        "4. Không áp dụng",
        "Chỉ ở tiêu chí cho phép: chọn “Không áp dụng”, ghi lý do ở ô bên cạnh và để trống các ô số liệu.",
    ),
    (
        "5. Điểm",
        (
            "Cột “Điểm (tham khảo)” tính ngay khi điền, để tham khảo; điểm chính thức do hệ thống tính khi nộp. "
            "“kiểm tra” nghĩa là số vừa gõ chưa chấm được; “KAD” là không áp dụng."
        ),
    ),
    (
        "6. Minh chứng",
        "Minh chứng tải lên trên hệ thống, không dán vào tệp này.",
    ),
    (
        "7. Nộp lại",
        (
            "Lưu dạng .xlsx. Trên hệ thống mở phiếu, bấm “Nộp Excel đã điền” và chọn tệp. Phần mềm đọc thử trước, "
            "nêu từng thay đổi và mọi lỗi kèm tên ô; chỉ ghi khi anh chị đồng ý, ghi tất cả hoặc không ghi gì."
        ),
    ),
    (
        "8. Cùng làm",
        (
            "Trong lúc điền, đồng nghiệp vẫn sửa được trên hệ thống. Khi nộp lại, tiêu chí chỉ một bên sửa thì "
            "lấy bản đã sửa; hai bên cùng sửa khác nhau thì anh chị chọn."
        ),
    ),
    (
        "Không làm",
        (
            "Không xóa dòng, cột; không gộp ô; không đổi tên trang; không chép phiếu của đơn vị khác hoặc kỳ "
            "khác. Sắp xếp lại các dòng thì được."
        ),
    ),
)

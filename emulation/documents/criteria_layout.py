"""How a criteria set stands in a workbook: sheets, columns, and the words that mean something. Shared by both ways.

One row per criterion, one column per key. What is a list or a table has one line for each member inside its cell:
"Tốt = 5", "từ 95 = 2", "a) Có kế hoạch = 1". Inside such a cell a backslash hides what would end a line ("\\n") or a
part of it ("\\)", "\\:", "\\s" for a blank at an end); nobody has to type one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from emulation.domain.rules import KINDS

Path = tuple[str, ...]

CRITERIA, GENERAL, GUIDE = "Bộ tiêu chí", "Quy định chung", "Hướng dẫn"
KIND_HEAD = "Loại dòng"
SECTION, CRITERION, GROUND = "Lĩnh vực", "Tiêu chí", "Điều kiện loại trừ"
BONUS, DEDUCTION = "Điểm thưởng", "Điểm trừ"
LEAVES = (CRITERION, BONUS, DEDUCTION)
CONTINUED = "(tiếp)"  # the texts of the row above go on: a cell holds no more than 32,767 letters
LONGEST_CELL = 30_000
MOST_LINES = 240  # in one cell
YES, NO = "Có", "Không"


class Form(StrEnum):
    """How the value of a cell is written."""

    TEXT = "text"  # kept to the letter
    NUMBER = "number"
    YES_NO = "yes_no"
    RULE_KIND = "rule_kind"
    RULE = "rule"  # parameters and tables of a rule, one per line
    OWNER = "owner"
    TAGS = "tags"  # one per line
    LIST = "list"  # one text per line
    LABELS = "labels"  # one "name: text" per line
    GRADES = "grades"  # one "name = from" per line
    CHOICE = "choice"  # one of CHOICES[key]
    TIES = "ties"  # one tie-breaker per line


@dataclass(frozen=True)
class Column:
    """A column of the sheet of criteria: which key it holds, in which rows it may be filled, what the guide says."""

    path: Path
    head: str
    form: Form
    width: int
    help: str
    rows: tuple[str, ...] = LEAVES
    required: bool = False

    def may_fill(self, kind: str) -> bool:
        """Whether a row of this kind has a value here."""
        return (SECTION if level_of(kind) else kind) in self.rows


COLUMNS = (
    Column(("code",), "Mã", Form.TEXT, 9, "Không trùng nhau, không dấu cách; giữ nguyên qua các năm để so sánh được.",
           (SECTION, *LEAVES, GROUND), required=True),
    Column(("title",), "Nội dung", Form.TEXT, 44, "Tên lĩnh vực, tiêu chí hoặc điều kiện.", (SECTION, *LEAVES, GROUND),
           required=True),
    Column(("coefficient",), "Hệ số", Form.NUMBER, 7, "Chỉ ở dòng lĩnh vực: nhân với tổng điểm bên trong. Trống: 1.",
           (SECTION,)),
    Column(("max",), "Điểm tối đa", Form.NUMBER, 9, "Điểm tối đa của tiêu chí, lớn hơn 0. Viết 2,5 hay 2.5 đều được.",
           required=True),
    Column(("rule", "kind"), "Cách chấm", Form.RULE_KIND, 15, "Chọn một trong chín cách chấm ở bảng bên dưới.",
           required=True),
    Column(("rule",), "Thông số và các mức điểm", Form.RULE, 40,
           "Mỗi dòng một thông số (TÊN: GIÁ TRỊ) hoặc một mức (MỨC = ĐIỂM), theo cách chấm ở bảng bên dưới."),
    Column(("owner",), "Đơn vị chủ trì", Form.OWNER, 24, "Đơn vị của Bộ thẩm định tiêu chí: chọn trong danh sách."),
    Column(("evidence", "required"), "Bắt buộc minh chứng", Form.YES_NO, 10, "Có hoặc Không. Trống: Không."),
    Column(("evidence", "hint"), "Minh chứng cần nộp", Form.TEXT, 32, "Văn bản nào, trang nào."),
    Column(("guidance",), "Hướng dẫn", Form.TEXT, 52, "Tính gì, từ ngày nào đến ngày nào, ví dụ."),
    Column(("source",), "Nguồn số liệu", Form.TEXT, 30, "Nơi đã có sẵn số liệu, để không phải báo cáo lại."),
    Column(("labels",), "Tên số liệu kê khai", Form.LABELS, 32,
           "Mỗi dòng một tên hiện trên màn hình, ví dụ “Số đạt: Số trường đạt chuẩn”. Trống: tên chung."),
    Column(("figures",), "Chỉ tiêu số liệu dùng chung", Form.LABELS, 26,
           "Mỗi dòng một mã chỉ tiêu, ví dụ “Tổng số: tong-so-truong”. Cùng mã là cùng một số liệu, khai một lần."),
    Column(("applies_to",), "Chỉ áp dụng cho", Form.TAGS, 24,
           "Mỗi dòng một đặc điểm của đơn vị. Trống: mọi đơn vị."),
    Column(("may_skip",), "Được khai không áp dụng", Form.YES_NO, 11,
           "Có: đơn vị được khai không áp dụng, kèm lý do. Trống: Không."),
    Column(("legal_basis",), "Căn cứ riêng", Form.LIST, 32, "Mỗi dòng một văn bản của riêng tiêu chí này."),
    Column(("replaces",), "Thay cho mã cũ", Form.LIST, 12,
           "Mỗi dòng một mã của bộ năm trước mà tiêu chí này thay thế hoặc gộp lại."),
)  # fmt: skip
ROW_KINDS = (SECTION, "Nhóm cấp 2", "Nhóm cấp 3", *LEAVES, GROUND, CONTINUED)
ROWS_HELP = {
    SECTION: "lĩnh vực ở cấp cao nhất; các dòng bên dưới thuộc lĩnh vực này",
    "Nhóm cấp 2": "nhóm tiêu chí trong lĩnh vực; nhóm cấp 3 nằm trong nhóm cấp 2",
    CRITERION: "một tiêu chí của lĩnh vực hoặc nhóm ngay phía trên",
    BONUS: "tiêu chí cộng điểm, ngoài điểm nền",
    DEDUCTION: "tiêu chí trừ điểm; điểm ghi số dương",
    GROUND: "chỉ có mã và nội dung",
    CONTINUED: "phần tiếp theo của ô quá dài ở dòng trên",
}


@dataclass(frozen=True)
class Setting:
    """A row of the sheet of general rules."""

    key: str
    head: str
    form: Form
    help: str
    required: bool = False


SETTINGS = (
    Setting("set", "Mã bộ tiêu chí", Form.TEXT, "Giữ nguyên qua các năm, ví dụ so-gddt.", required=True),
    Setting("version", "Phiên bản", Form.TEXT, "Khác nhau giữa các năm, ví dụ 2021-2022.", required=True),
    Setting("title", "Tên bộ tiêu chí", Form.TEXT, "Tên hiện trên màn hình và bản in.", required=True),
    Setting("status", "Tình trạng", Form.CHOICE, "Chính thức, hoặc Minh họa: ghi rõ ở mọi nơi hiện bộ tiêu chí.",
            required=True),
    Setting("legal_basis", "Căn cứ", Form.LIST, "Mỗi dòng một văn bản: số, ngày, cơ quan, tên."),
    Setting("note", "Ghi chú", Form.TEXT, "Điều người đọc cần biết về bộ tiêu chí."),
    Setting("scale", "Thang điểm", Form.NUMBER, "Điểm các lĩnh vực quy về thang này. Trống: cộng thẳng."),
    Setting("precision", "Số chữ số thập phân", Form.NUMBER, "Từ 0 đến 4. Trống: 2."),
    Setting("not_applicable", "Khi không áp dụng", Form.CHOICE, "Tiêu chí không áp dụng với đơn vị thì tính thế nào."),
    Setting("bonus_cap", "Trần điểm thưởng", Form.NUMBER, "Tổng điểm thưởng tối đa. Trống: không giới hạn."),
    Setting("deduction_cap", "Trần điểm trừ", Form.NUMBER, "Tổng điểm trừ tối đa. Trống: không giới hạn."),
    Setting("grades", "Xếp loại", Form.GRADES, "Mỗi dòng “TÊN = TỪ ĐIỂM”, từ cao xuống thấp."),
    Setting("tie_breakers", "Khi bằng điểm", Form.TIES, "Mỗi dòng một tiêu chí phụ, xét lần lượt."),
)  # fmt: skip
IN_ROWS = ("sections", "bonus", "deductions", "exclusions")  # keys of the set that are rows of the other sheet
CHOICES = {
    "status": {"official": "Chính thức", "illustrative": "Minh họa"},
    "not_applicable": {
        "rebase": "Loại khỏi điểm nền",
        "full": "Tính điểm tối đa",
        "zero": "Tính 0 điểm",
    },
    "better": {"higher": "càng cao càng tốt", "lower": "càng thấp càng tốt"},
}
TIES = {"deductions": "Ít điểm trừ hơn", "bonus": "Nhiều điểm thưởng hơn", "progress": "Nhiều điểm tiến bộ hơn"}
TIE_SECTION = "Điểm lĩnh vực "
RULE_NAMES = {kind: rule.name[:1].upper() + rule.name[1:] for kind, rule in KINDS.items()}
PARAMETERS = {
    "step": "Bước điểm",
    "target": "Mức đạt tối đa",
    "floor": "Mức 0 điểm",
    "full_gain": "Mức tăng đạt tối đa",
    "ceiling": "Ngưỡng đạt tối đa",
    "each": "Điểm mỗi lần",
    "better": "Chiều",
    "unit": "Đơn vị tính",
}
TABLES = ("descriptors", "levels", "items", "steps")  # parameters that are tables: a rule has at most one
RULE_HELP = {
    "judged": "Bước điểm: 0,25; có thể thêm các dòng mô tả: Kết quả đã nhân rộng = 4",
    "levels": "mỗi bậc một dòng: Tốt = 5",
    "check": "không có thông số: đạt được điểm tối đa, không đạt được 0",
    "checklist": "mỗi mục một dòng: a) Có kế hoạch = 1",
    "ratio": "Mức đạt tối đa: 98; Mức 0 điểm: 70; Đơn vị tính: %; khi cần, Chiều: càng thấp càng tốt",
    "steps": "Đơn vị tính: %; rồi mỗi bậc một dòng, tốt nhất trước: từ 95 = 2 (càng thấp càng tốt thì viết: đến 3 = 1)",
    "count": "Điểm mỗi lần: 0,5",
    "progress": "Mức tăng đạt tối đa: 20; Ngưỡng đạt tối đa: 95 (nếu có); Đơn vị tính: %",
    "external": "không có thông số: đơn vị không kê khai, Bộ cho điểm",
}
LABELS = {
    "points": "Điểm",
    "level": "Bậc",
    "met": "Mục đạt",
    "part": "Số đạt",
    "whole": "Tổng số",
    "value": "Giá trị",
    "count": "Số lượng",
    "before": "Năm trước",
    "now": "Năm nay",
}


def parameters_of(kind: str) -> tuple[str, ...]:
    """The scalar parameters of a kind, in the order of its model."""
    return tuple(_key(kind, name) for name in KINDS[kind].model_fields if name != "kind" and name not in TABLES)


def table_of(kind: str) -> str | None:
    """The parameter of a kind that is a table."""
    return next((name for name in KINDS[kind].model_fields if name in TABLES), None)


def _key(kind: str, name: str) -> str:
    return KINDS[kind].model_fields[name].alias or name


@lru_cache(maxsize=512)  # the headings and words that every row is compared with
def folded(text: str) -> str:
    """A heading or a word of choice without what people write differently: accents, case, blanks, stops."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(one if one.isalnum() or one in "()" else " " for one in plain if not unicodedata.combining(one))
    return " ".join(letters.split())


def level_of(kind: str) -> int | None:
    """1 for "Lĩnh vực", 2 for "Nhóm cấp 2" and so on; None for a row of another kind."""
    if folded(kind) == folded(SECTION):
        return 1
    found = re.fullmatch(r"nhom cap ([2-9]|1[0-9])", folded(kind))
    return int(found[1]) if found else None


# ---- words inside a cell ----

_HIDDEN = {"\\": "\\\\", "\n": "\\n"}
_SHOWN = {"\\\\": "\\", "\\n": "\n", "\\)": ")", "\\:": ":", "\\s": " ", "\\t": "\t"}
_ESCAPE = re.compile(r"\\[\\n):st]")


def hidden(text: str, signs: str = "") -> str:
    """`text` for one line of a cell; `signs` are those that would be taken for something else."""
    return "".join(_HIDDEN.get(one) or (f"\\{one}" if one in signs else one) for one in text)


def shown(text: str) -> str:
    """What `hidden` was given; a backslash before any other letter is that backslash."""
    return _ESCAPE.sub(lambda found: _SHOWN[found[0]], text)


def padded(text: str) -> str:
    """`hidden`, where blanks at both ends count too."""
    blanks = {" ": "\\s", "\t": "\\t"}
    inner = text.strip(" \t")
    if not inner:
        return "".join(blanks[one] for one in text)
    start, end = text.index(inner), text.index(inner) + len(inner)
    return "".join(blanks[one] for one in text[:start]) + hidden(inner) + "".join(blanks[one] for one in text[end:])


def named(word: str, names: Mapping[str, str]) -> str:
    """A short word with its name, as a list to choose from shows it: "Vụ Pháp chế (vu-pc)".

    A word that could be taken for such a name is put in quotation marks, so that reading gives it back.
    """
    if word in names:
        return f"{names[word]} ({word})"
    is_quoted = len(word) > 1 and word[0] == word[-1] == '"'
    return f'"{word}"' if is_quoted or unnamed(word, names) != word else word


def unnamed(text: str, names: Mapping[str, str]) -> str:
    """The short word that `named` gave; the name alone, or the short word alone, will do as well."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    wanted = folded(text)
    for word, name in names.items():
        if wanted and wanted in (folded(f"{name} ({word})"), folded(name)):
            return word
    return text

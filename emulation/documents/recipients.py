"""Who receives a certificate, and how a list of them is read from a CSV file."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from emulation.errors import Invalid
from emulation.words import N_

MOST_RECIPIENTS = 20_000
LONGEST_CELL = 600  # characters
SHOWN_PROBLEMS = 30


@dataclass(frozen=True)
class Recipient:
    """One certificate's words. What is empty stays blank on paper for the clerk; nothing is invented."""

    name: str
    merit: str = ""
    code: str = ""  # the check code, "7K4M-92QD"
    check_url: str = ""  # what the QR code opens
    decision_number: str = ""
    decision_date: date | None = None
    register_number: str = ""
    place: str = ""
    signed_on: date | None = None
    signer_title: str = ""  # a line end breaks it: "KT. BỘ TRƯỞNG\\nTHỨ TRƯỞNG"
    signer_name: str = ""
    line: int | None = None  # of the file it was read from, for messages


# The names a column may have; case, accents, and blanks or underscores make no difference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name",
        "tên",
        "tên tập thể",
        "tên đơn vị",
        "tên tập thể, cá nhân",
        "họ tên",
        "họ và tên",
        "người nhận",
    ),
    "merit": ("merit", "thành tích", "nội dung", "nội dung khen thưởng"),
    "code": ("code", "mã tra cứu", "mã"),
    "check_url": ("check url", "địa chỉ tra cứu", "url", "liên kết tra cứu"),
    "decision_number": ("number", "số quyết định", "decision number", "quyết định số"),
    "decision_date": ("date", "ngày quyết định", "decision date"),
    "register_number": ("register", "số sổ vàng", "register number", "số vào sổ"),
    "place": ("place", "nơi ký", "địa danh"),
    "signed_on": ("signed", "ngày ký", "signed on"),
    "signer_title": ("signer title", "chức vụ người ký", "chức vụ"),
    "signer_name": ("signer", "người ký", "signer name", "họ tên người ký"),
}
IGNORED = frozenset({"stt", "tt", "so thu tu", "no", ""})
_CODE = re.compile(r"[0-9A-Z]{2,8}(-[0-9A-Z]{2,8}){0,3}")
_URL = re.compile(r"https?://[!-~]{3,190}")


def read_recipients(csv_text: str, *, defaults: Mapping[str, str] | None = None) -> list[Recipient]:
    """The recipients of a CSV text in its order. Its header names the columns (see COLUMNS); `;` `,` or a
    tab parts them.

    `name` is required; `merit` too unless `defaults` (of the template) has one.

    Raises:
        Invalid: empty, columns missing or unknown, cells wrong; the message names every line and column in
        one pass.
    """
    text = unicodedata.normalize("NFC", csv_text.removeprefix("\ufeff"))
    if not text.strip():
        raise _refused(["tệp không có nội dung"])
    rows, problems = _rows(text)
    header = [_plain(cell) for cell in rows[0][1]] if rows else []
    fields = [_FIELD_OF.get(_key(column)) for column in header]
    problems += _header_problems(header, fields, defaults or {})
    if problems:
        raise _refused(problems)
    if len(rows) - 1 > MOST_RECIPIENTS:
        raise _refused([f"có {len(rows) - 1} dòng, nhiều nhất là {MOST_RECIPIENTS}"])

    recipients: list[Recipient] = []
    codes: dict[str, int] = {}
    for line, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            problems.append(f"dòng {line}: có {len(cells)} ô, tiêu đề chỉ có {len(header)} cột")
            continue
        values = {field: _plain(cell) for field, cell in zip(fields, cells, strict=False) if field}
        if "signer_title" in values:
            title = cells[fields.index("signer_title")].splitlines()
            values["signer_title"] = "\n".join(_plain(part) for part in title if part.strip())
        recipient, wrong = _recipient(values, line, defaults or {})
        problems += [f"dòng {line}, cột {header[fields.index(field)]}: {what}" for field, what in wrong]
        if recipient.code in codes:
            problems.append(f"dòng {line}: mã {recipient.code} đã có ở dòng {codes[recipient.code]}")
        if recipient.code:
            codes.setdefault(recipient.code, line)
        recipients.append(recipient)
    if not recipients and not problems:
        problems = ["chỉ có dòng tiêu đề, chưa có người nhận nào"]
    if problems:
        raise _refused(problems)
    return recipients


def _refused(problems: list[str]) -> Invalid:
    shown = "; ".join(problems[:SHOWN_PROBLEMS])
    if len(problems) > SHOWN_PROBLEMS:
        shown += f"; và {len(problems) - SHOWN_PROBLEMS} lỗi khác"
    return Invalid(N_("Danh sách người nhận chưa đúng: %(problems)s."), "recipients", problems=shown)


def _plain(cell: str) -> str:
    """The cell without line ends and doubled blanks."""
    return " ".join(cell.split())


def _key(column: str) -> str:
    """A column's name without case, accents and underscores: "Ngày_quyết định" -> "ngay quyet dinh"."""
    letters = unicodedata.normalize("NFD", column.casefold().replace("đ", "d").replace("_", " "))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


_FIELD_OF = {_key(alias): field for field, aliases in COLUMNS.items() for alias in aliases}


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The rows with the number of the line each starts on, parted as the header's own separator says."""
    first = text.lstrip().splitlines()[0]
    separator = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            if rows or any(cell.strip() for cell in cells):
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error:
        return rows, [f"dòng {before + 1}: dấu ngoặc kép mở mà không đóng, hoặc ô quá dài"]
    return rows, []


def _header_problems(header: list[str], fields: list[str | None], defaults: Mapping[str, str]) -> list[str]:
    problems = [
        f"không rõ cột “{column}”"
        for column, field in zip(header, fields, strict=True)
        if field is None and _key(column) not in IGNORED
    ]
    if problems:
        problems.append(f"các cột dùng được là: {', '.join(aliases[1] for aliases in COLUMNS.values())}")
    named = [field for field in fields if field]
    problems += [
        f"cột “{COLUMNS[field][1]}” có {named.count(field)} lần"
        for field in dict.fromkeys(named)
        if named.count(field) > 1
    ]
    if "name" not in named:
        problems.append("thiếu cột “tên” (name)")
    if "merit" not in named and not defaults.get("merit"):
        problems.append("thiếu cột “thành tích” (merit)")
    return problems


def _recipient(
    values: dict[str, str], line: int, defaults: Mapping[str, str]
) -> tuple[Recipient, list[tuple[str, str]]]:
    """The recipient of one row, and what is wrong with it as (field, clause)."""
    wrong: list[tuple[str, str]] = []
    for field, value in values.items():
        if len(value) > LONGEST_CELL:
            wrong.append((field, f"dài {len(value)} ký tự, nhiều nhất là {LONGEST_CELL}"))
            values[field] = ""
    if not values.get("name") and not wrong:
        wrong.append(("name", "chưa có tên"))
    if "merit" in values and not values["merit"] and not defaults.get("merit"):
        wrong.append(("merit", "chưa ghi thành tích"))
    code = values.get("code", "").upper()
    if code and not _CODE.fullmatch(code):
        wrong.append(("code", f"“{code[:40]}” không phải là mã tra cứu"))
    url = values.get("check_url", "")
    if url and not _URL.fullmatch(url):
        wrong.append(("check_url", "không phải là địa chỉ http:// hoặc https://"))
    days: dict[str, date | None] = {}
    for field in ("decision_date", "signed_on"):
        try:
            days[field] = _day(values.get(field, ""))
        except ValueError:
            wrong.append((field, f"“{values[field][:40]}” không phải là ngày, cần viết như 05/03/2022"))
            days[field] = None
    texts = {field: value for field, value in values.items() if field not in ("code", *days)}
    recipient = Recipient(
        **{"name": "", **texts},
        code=code,
        decision_date=days["decision_date"],
        signed_on=days["signed_on"],
        line=line,
    )
    return recipient, wrong


def _day(text: str) -> date | None:
    """A date written dd/mm/yyyy or yyyy-mm-dd; "" is none.

    Raises:
        ValueError: anything else.
    """
    if not text:
        return None
    form = "%Y-%m-%d" if re.match(r"\d{4}-", text) else "%d/%m/%Y"
    return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)

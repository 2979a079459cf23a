"""Plain values of any origin (a form, a workbook, JSON) made fit for the checks of a criteria set.

Afterwards there are only dictionaries with text as keys, lists, text in NFC with plain line ends, exact numbers,
booleans and None, nested no deeper than a file may be; what was something else is told with its path.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from emulation.domain.source import CONTROL, DEEPEST, UNREADABLE, Path
from emulation.words import N_, Phrase

FARTHEST = 400  # decimal exponent: beyond it a number could not even be spelt out
NOT_PLAIN = N_("Giá trị này không phải văn bản, số, có/không hay danh sách.")
Found = list[tuple[Path, Phrase]]


def tidied(data: Any) -> tuple[Any, Found]:
    """A copy of `data` in plain values, and what could not be kept, as (path, sentence).

    The value that takes the place of a refused one is None. Never raises, whatever `data` is.
    """
    found: Found = []

    def refused(path: Path, text: str) -> None:
        found.append((path, Phrase(text)))

    def text_of(value: str, path: Path) -> str:
        text = unicodedata.normalize("NFC", value)
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if CONTROL.search(text):
            refused(path, UNREADABLE)
            text = CONTROL.sub("\ufffd", text)
        return text

    def copy(value: Any, path: Path) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return text_of(value, path)
        if isinstance(value, int):
            value = Decimal(value)
        if isinstance(value, Decimal):
            if value.is_finite() and abs(value.adjusted()) <= FARTHEST:
                return value
            refused(path, N_("Số này quá lớn, quá nhỏ hoặc không đọc được."))
        elif isinstance(value, Mapping | list | tuple) and len(path) >= DEEPEST:
            refused(path, N_("Cấu trúc lồng nhau quá sâu."))
        elif isinstance(value, Mapping):
            return members(value, path)
        elif isinstance(value, list | tuple):
            return [copy(item, (*path, i)) for i, item in enumerate(value)]
        elif isinstance(value, float):
            refused(path, N_("Số phải được ghi chính xác, không phải số dấu phẩy động."))
        else:
            refused(path, NOT_PLAIN)
        return None

    def members(value: Mapping[Any, Any], path: Path) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                refused(path, N_("Tên khóa phải là văn bản."))
                continue
            name = text_of(key, path)
            if name in kept:
                found.append(((*path, name), Phrase(N_("Khóa “%(key)s” viết hai lần."), {"key": name})))
            kept[name] = copy(item, (*path, name))
        return kept

    return copy(data, ()), found

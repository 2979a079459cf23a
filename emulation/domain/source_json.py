"""Reading a JSON text into plain values, remembering the line of each; the twin of `source.read_tree`.

JSON is not quite a subset of YAML (tabs, escaped letters beyond the first plane), and Python's own reader knows no
lines and keeps the last of two equal keys. Numbers become exact `Decimal`, text NFC.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # the standard library's own, not in its stubs
from typing import Any

from emulation.domain.source import CONTROL, DEEPEST, UNREADABLE, Path, Problem, Problems, Tree
from emulation.words import N_, Phrase

CUT_OFF = N_("Tệp bị cắt cụt: thiếu phần cuối.")
_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?(?![0-9A-Za-z_.+-])")
_WORDS = {"true": True, "false": False, "null": None}
_WORD = re.compile(r"[A-Za-z]+")


class _Stopped(Exception):
    """A mistake of spelling at a place of the text, after which nothing can be read."""

    def __init__(self, at: int, phrase: Phrase) -> None:
        self.at = at
        self.phrase = phrase
        super().__init__(at)


class _Reader:
    """One pass over the text; `tree` and `problems` fill on the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = Tree(None)
        self.problems: list[Problem] = []
        self._counted = 0  # up to where lines were counted
        self._line = 1

    def line(self, at: int) -> int:
        """The line of a place; places come in order, so each stretch is counted once."""
        self._line += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def skip(self, at: int) -> int:
        """The first place from `at` on that is no blank."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def sign(self, at: int) -> str:
        """The character there, "" at the end."""
        return self.text[at : at + 1]

    def stop(self, at: int) -> _Stopped:
        """What to say of a text that goes on differently than JSON does."""
        if not self.text[at:].strip():
            return _Stopped(at, Phrase(CUT_OFF))
        near = " ".join(self.text[max(0, at - 20) : at + 10].split())
        return _Stopped(
            at,
            Phrase(
                N_("Sai cú pháp JSON gần “%(near)s”: kiểm tra dấu phẩy, dấu ngoặc, dấu nháy."),
                {"near": CONTROL.sub("\ufffd", near)},
            ),
        )

    def string(self, at: int) -> tuple[str, int]:
        """The text that begins at a quotation mark, and the place after it."""
        try:
            text, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            if error.msg.startswith("Unterminated"):
                raise _Stopped(at, Phrase(CUT_OFF)) from error
            raise self.stop(min(error.pos, len(self.text))) from error
        if CONTROL.search(text):
            self.problems.append(Problem(Phrase(UNREADABLE), self.line(at)))
        return unicodedata.normalize("NFC", text), end

    def value(self, at: int, path: Path) -> tuple[Any, int]:
        """The value at `at` (no blank), and the place after it."""
        self.tree.lines.setdefault(path, self.line(at))
        sign = self.sign(at)
        if sign == '"':
            return self.string(at)
        if sign in ("{", "["):
            if len(path) >= DEEPEST:
                raise _Stopped(at, Phrase(N_("Cấu trúc lồng nhau không hợp lệ hoặc quá sâu.")))
            return self.mapping(at, path) if sign == "{" else self.sequence(at, path)
        number = _NUMBER.match(self.text, at)
        if number:
            return Decimal(number[0]), number.end()
        word = _WORD.match(self.text, at)
        if word and word[0] in _WORDS:
            return _WORDS[word[0]], word.end()
        raise self.stop(at)

    def mapping(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        """The object that begins at `{`."""
        found: dict[str, Any] = {}
        at = self.skip(at + 1)
        if self.sign(at) == "}":
            return found, at + 1
        while True:
            if self.sign(at) != '"':
                raise self.stop(at)
            line = self.line(at)
            key, at = self.string(at)
            if key in found:
                self.problems.append(Problem(Phrase(N_("Khóa “%(key)s” viết hai lần."), {"key": key}), line))
            self.tree.lines.setdefault((*path, key), line)
            at = self.skip(at)
            if self.sign(at) != ":":
                raise self.stop(at)
            found[key], at = self.value(self.skip(at + 1), (*path, key))
            at = self.skip(at)
            if self.sign(at) == "}":
                return found, at + 1
            if self.sign(at) != ",":
                raise self.stop(at)
            at = self.skip(at + 1)

    def sequence(self, at: int, path: Path) -> tuple[list[Any], int]:
        """The list that begins at `[`."""
        found: list[Any] = []
        at = self.skip(at + 1)
        if self.sign(at) == "]":
            return found, at + 1
        while True:
            value, at = self.value(at, (*path, len(found)))
            found.append(value)
            at = self.skip(at)
            if self.sign(at) == "]":
                return found, at + 1
            if self.sign(at) != ",":
                raise self.stop(at)
            at = self.skip(at + 1)


def read_json(text: str) -> Tree:
    """The values of a JSON text with their lines.

    Raises:
        Problems: duplicate keys, control characters and endless nesting, each with its line; a mistake of spelling
            stops at the first.
    """
    reader = _Reader(text)
    try:
        reader.tree.data, at = reader.value(reader.skip(0), ())
        at = reader.skip(at)
        if at < len(text):
            raise _Stopped(at, Phrase(N_("Còn dữ liệu sau dấu } cuối tệp.")))
    except _Stopped as stopped:
        last = max(1, len(text.rstrip().splitlines()))
        reader.problems.append(Problem(stopped.phrase, min(reader.line(stopped.at), last)))
    if reader.problems:
        raise Problems(reader.problems)
    return reader.tree

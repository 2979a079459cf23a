"""Reading a YAML text into plain values, remembering the line of each.

A careful subset of YAML 1.2: only true/false are booleans, numbers become exact `Decimal`, everything else is
text in NFC. Anchors, aliases, tags, several documents, duplicate keys and deep nesting are refused with their line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from emulation.words import N_, Phrase

LARGEST_BYTES = 2 * 1024 * 1024
DEEPEST = 24
Path = tuple[str | int, ...]
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
UNREADABLE = N_("Có ký tự điều khiển không đọc được.")
TOO_DEEP = N_("Cấu trúc lồng nhau không hợp lệ hoặc quá sâu.")
# what the YAML reader says, for somebody who is no programmer
_DETAILS = {
    "mapping values are not allowed in this context": N_(
        "dấu hai chấm đứng sai chỗ; câu có dấu hai chấm phải đặt trong dấu ngoặc kép"
    ),
    "could not find expected ':'": N_("thiếu dấu hai chấm sau tên khóa"),
    "did not find expected ',' or '}'": N_("thiếu dấu phẩy hoặc dấu }"),
    "did not find expected ',' or ']'": N_("thiếu dấu phẩy hoặc dấu ]"),
    "did not find expected key": N_("thụt dòng không khớp với các dòng trên"),
    "did not find expected '-' indicator": N_("thụt dòng không khớp với các dòng trên"),
    "found unexpected end of stream": N_("thiếu dấu ngoặc kép hoặc dấu nháy đóng"),
    "found character that cannot start any token": N_("giá trị bắt đầu bằng ký tự này phải đặt trong dấu ngoặc kép"),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: `line` counts from 1 (None: the file as a whole), `place` names the thing."""

    phrase: Phrase
    line: int | None = None
    place: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.phrase}" if self.place else str(self.phrase)


class Problems(Exception):
    """A file that cannot be used, with everything found wrong in one pass, in order of line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("; ".join(str(problem) for problem in self.problems))


@dataclass
class Tree:
    """Plain values and where they stand: `lines[path]` is the line of the value (of its key in a mapping)."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """The line of `path` or of the nearest thing around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path)


def scalar(text: str, *, plain: bool) -> Any:
    """The value of a YAML scalar; `plain` is False for quoted text, which always stays text."""
    if plain:
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "~", "null"):
            return None
        if _NUMBER.fullmatch(text):
            return Decimal(text)
    return unicodedata.normalize("NFC", text)


def decode(raw: bytes) -> str:
    """UTF-8 text of a file, with or without a byte order mark.

    Raises:
        Problems: too large, empty, or not UTF-8 text.
    """
    if len(raw) > LARGEST_BYTES:
        raise Problems([Problem(Phrase(N_("Tệp lớn hơn 2 MB.")))])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problems([Problem(Phrase(N_("Tệp không phải văn bản UTF-8.")), line)]) from error
    if not text.strip():
        raise Problems([Problem(Phrase(N_("Tệp trống.")))])
    return text


class _Open:
    """A mapping or list that is being read."""

    __slots__ = ("is_mapping", "key", "path", "value", "waiting")

    def __init__(self, value: Any, path: Path) -> None:
        self.value = value
        self.path = path
        self.is_mapping = isinstance(value, dict)
        self.waiting = False  # a key has been read, its value has not
        self.key: str | int = ""


def read_tree(text: str) -> Tree:
    """The values of a YAML document with their lines.

    Raises:
        Problems: anything outside the subset, each with its line; a syntax error stops at the first.
    """
    tree = Tree(None)
    problems: list[Problem] = []
    stack: list[_Open] = []
    documents = 0

    def place(value: Any, line: int) -> Path:
        if not stack:
            tree.data = value
            tree.lines[()] = line
            return ()
        top = stack[-1]
        if top.is_mapping:
            path = (*top.path, top.key)
            top.value[top.key] = value
            top.waiting = False
        else:
            path = (*top.path, len(top.value))
            top.value.append(value)
        tree.lines.setdefault(path, line)
        return path

    def expects_key() -> bool:
        return bool(stack) and stack[-1].is_mapping and not stack[-1].waiting

    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    problems.append(Problem(Phrase(N_("Tệp có nhiều tài liệu (---); chỉ dùng một.")), line))
                    break
            elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                problems.append(Problem(Phrase(N_("Không dùng neo và tham chiếu (&, *).")), line))
                break
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                if getattr(event, "tag", None):
                    problems.append(Problem(Phrase(N_("Không dùng nhãn kiểu (!).")), line))
                    break
                if expects_key() or len(stack) >= DEEPEST:
                    problems.append(Problem(Phrase(TOO_DEEP), line))
                    break
                value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                stack.append(_Open(value, place(value, line)))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
            elif isinstance(event, yaml.ScalarEvent):
                if event.tag:
                    problems.append(Problem(Phrase(N_("Không dùng nhãn kiểu (!).")), line))
                    break
                if expects_key():
                    top = stack[-1]
                    problems += _unreadable(event.value, line)
                    top.key = unicodedata.normalize("NFC", event.value)
                    top.waiting = True
                    if top.key in top.value:
                        problems.append(Problem(Phrase(N_("Khóa “%(key)s” viết hai lần."), {"key": top.key}), line))
                    tree.lines.setdefault((*top.path, top.key), line)
                else:
                    problems += _unreadable(event.value, line)
                    place(scalar(event.value, plain=not event.style), line)
    except yaml.YAMLError as error:
        problems.append(_syntax(text, error))
    if problems:
        raise Problems(problems)
    return tree


def _unreadable(text: str, line: int) -> list[Problem]:
    """Signs that no keyboard types: a database refuses some, a terminal obeys others."""
    return [Problem(Phrase(UNREADABLE), line)] if CONTROL.search(text) else []


def _syntax(text: str, error: yaml.YAMLError) -> Problem:
    """What stopped the YAML reader, in the reader's line."""
    if isinstance(error, yaml.reader.ReaderError):
        found = CONTROL.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        return Problem(Phrase(UNREADABLE), line)
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or ""
    if "\t" in text and ("cannot start any token" in detail or "tab character" in detail):
        phrase = Phrase(N_("Dùng dấu cách thay cho phím Tab để thụt dòng."))
    elif "nesting depth" in detail:  # libyaml counts itself since 0.2.6, before the first bracket becomes an event
        phrase = Phrase(TOO_DEEP)
    else:
        known = _DETAILS.get(detail, N_("kiểm tra thụt dòng, dấu ngoặc, dấu nháy, dấu hai chấm"))
        phrase = Phrase(N_("Sai cú pháp YAML: %(detail)s."), {"detail": Phrase(known)})
    last = max(1, len(text.rstrip().splitlines()))  # what is missing at the end is told in the last line
    return Problem(phrase, min(mark.line + 1, last) if mark else None)

"""The sheets of a whole round as a JSON file, read unit by unit, and the ranking as JSON: `emulation rank`.

40,000 units x 60 criteria pass through here, so the file is never held in memory as a whole.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TextIO

from emulation.domain.criteria import CriteriaSet
from emulation.domain.numbers import units_to_points
from emulation.domain.ranking import Standing, rank
from emulation.domain.rules import spelling
from emulation.domain.scoring import EntryRefused, Score, Scorer
from emulation.domain.source import CONTROL
from emulation.errors import Invalid
from emulation.words import N_, Phrase

CHUNK = 1 << 20
LARGEST_UNIT = 8 << 20  # characters of one unit's object
MOST_PROBLEMS = 50
TOO_DEEP = N_("Cấu trúc lồng nhau quá sâu.")
CUT_OFF = N_("Tệp bị cắt cụt: thiếu phần cuối.")
NO_SPACE = re.compile(r"[^ \t\r\n\ufeff]")
UNIT_KEYS = frozenset({"unit", "name", "cluster", "tags", "entries", "excluded"})


@dataclass(frozen=True)
class SheetProblem:
    """One thing wrong in a sheets file: which unit, which criterion, and a sentence."""

    unit: str
    code: str
    phrase: Phrase

    def __str__(self) -> str:
        return ": ".join(part for part in (self.unit, self.code, str(self.phrase)) if part)


class SheetProblems(Exception):
    """A sheets file that cannot be ranked; nothing was written."""

    def __init__(self, problems: list[SheetProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


class Repeated(dict[str, Any]):
    """A JSON object in which one key stands twice."""

    key = ""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        repeated = Repeated(values)
        for key, _ in pairs:
            if key in seen:
                repeated.key = key
            seen.add(key)
        return repeated
    return values


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=_unique)


def _odd_number(text: str) -> Any:
    """A number that Python's own types refuse to read: its rule will refuse it with the code of its criterion."""
    try:
        return int(text) if len(text) < 20 and text.lstrip("-").isdigit() else Decimal(text)
    except ArithmeticError:
        return text[:60]


PATIENT_DECODER = json.JSONDecoder(
    parse_float=_odd_number, parse_int=_odd_number, parse_constant=Decimal, object_pairs_hook=_unique
)


def decode_json(text: str, at: int = 0) -> tuple[Any, int]:
    """The JSON value that begins at `at`, numbers exact, and where it ends.

    Raises:
        JSONDecodeError: a mistake of spelling, or the text is not complete.
        RecursionError: nested too deeply.
    """
    try:
        return DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        raise
    except (ValueError, ArithmeticError):
        return PATIENT_DECODER.raw_decode(text, at)


def entries_text(text: str) -> Any:
    """The value of a whole JSON text.

    Raises:
        SheetProblems: a mistake of spelling, with its line.
    """
    start = len(text) - len(text.lstrip())
    try:
        value, end = decode_json(text, start)
    except RecursionError as error:
        raise SheetProblems([SheetProblem("", "", Phrase(TOO_DEEP))]) from error
    except json.JSONDecodeError as error:
        line = 1 + text.count("\n", 0, start)
        raise SheetProblems([SheetProblem("", "", syntax_problem(text, start, error, line))]) from error
    if text[end:].strip():
        raise SheetProblems([SheetProblem("", "", Phrase(N_("Còn dữ liệu sau dấu } cuối tệp.")))])
    return value


def syntax_problem(text: str, at: int, error: json.JSONDecodeError, line: int) -> Phrase:
    """What is wrong with the JSON value that begins at `at`, in the given line."""
    if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
        return Phrase(CUT_OFF)
    near = " ".join(text[max(at, error.pos - 20) : error.pos + 10].split())
    return Phrase(
        N_("Sai cú pháp JSON ở dòng %(line)s, gần “%(near)s”: kiểm tra dấu phẩy, dấu ngoặc, dấu nháy."),
        {"line": line + text.count("\n", at, error.pos), "near": near},
    )


def _whereabouts(text: str, place: int) -> tuple[str, str]:
    """Unit and code around a mistake of spelling, as far as they can be read."""
    unit = re.search(r'"unit"\s*:\s*"([^"\\]{1,40})"', text)
    code = re.findall(r'"([^"\\]{1,40})"\s*:\s*\{', text)
    return unit[1] if unit else f"#{place}", code[-1] if code and code[-1] != "entries" else ""


def read_units(file: TextIO) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, one after another, with bounded memory.

    Raises:
        SheetProblems: not a JSON list of objects.
    """
    buffer, at, ended = "", 0, False
    started, wants_comma = False, False
    line, place = 1, 0  # where `buffer` begins; how many units have begun

    def more() -> None:
        nonlocal buffer, at, ended, line
        chunk = file.read(CHUNK)
        ended = not chunk
        line += buffer.count("\n", 0, at)
        buffer, at = buffer[at:] + chunk, 0

    def skip_space() -> str:
        nonlocal at
        while True:
            found = NO_SPACE.search(buffer, at)
            at = found.start() if found else len(buffer)
            if found:
                return buffer[at]
            if ended:
                return ""
            more()

    def broken(phrase: Phrase | str, unit: str = "", code: str = "") -> SheetProblems:
        return SheetProblems([SheetProblem(unit, code, phrase if isinstance(phrase, Phrase) else Phrase(phrase))])

    while True:
        mark = skip_space()
        if not started:
            if mark != "[":
                raise broken(N_("Tệp phải là một danh sách JSON [ ... ] các đơn vị.") if mark else N_("Tệp trống."))
            started, at = True, at + 1
        elif not mark:
            raise broken(CUT_OFF, f"#{place}" if place else "")
        elif mark == "]" and (wants_comma or not place):
            at += 1
            if skip_space():
                raise broken(N_("Còn dữ liệu sau dấu ] cuối danh sách."))
            return
        elif wants_comma:
            if mark != ",":
                raise broken(N_("Thiếu dấu phẩy hoặc dấu ] sau đơn vị này."), f"#{place}")
            wants_comma, at = False, at + 1
        elif mark != "{":
            raise broken(N_("Mỗi phần tử của danh sách phải là một đơn vị { ... }."), f"#{place + 1}")
        else:
            place += 1
            while True:
                try:
                    value, at = decode_json(buffer, at)
                    break
                except RecursionError as error:
                    raise broken(TOO_DEEP, *_whereabouts(buffer[at : at + LARGEST_UNIT], place)) from error
                except json.JSONDecodeError as error:
                    if ended or len(buffer) - at > LARGEST_UNIT:
                        phrase = syntax_problem(buffer, at, error, line + buffer.count("\n", 0, at))
                        if phrase.text == CUT_OFF and not ended:
                            phrase = Phrase(N_("Số liệu của một đơn vị lớn hơn 8 MB."))
                        raise broken(phrase, *_whereabouts(buffer[at : error.pos], place)) from error
                    more()
            wants_comma = True
            yield value


def _text(value: Any) -> str | None:
    """Text as it will be shown: NFC, no space around; None for anything else."""
    if isinstance(value, str) and value.strip() and not CONTROL.search(value):
        return unicodedata.normalize("NFC", value.strip())
    return None


def entries_of(data: Any) -> tuple[dict[str, Any], list[tuple[str, Phrase]]]:
    """The entries `{code: entry}` that have the right shape, and what is wrong with the others, by code."""
    if not isinstance(data, dict):
        return {}, [("", Phrase(N_("Thiếu số liệu kê khai (entries): cần một nhóm {mã tiêu chí: số liệu}.")))]
    found: list[tuple[str, Phrase]] = []
    if isinstance(data, Repeated):
        found.append((data.key, Phrase(N_("Mã “%(code)s” có hai số liệu."), {"code": data.key})))
    good = data
    for code, entry in data.items():
        if type(entry) is dict:
            continue
        if good is data:
            good = dict(data)
        del good[code]
        if isinstance(entry, Repeated):
            found.append((code, Phrase(N_("Khóa “%(key)s” viết hai lần."), {"key": entry.key})))
        else:
            found.append((code, Phrase(N_("Số liệu kê khai phải là một nhóm khóa và giá trị."))))
    return good, found


class _Row:
    """One unit's object in its right types; `problems` are (code, sentence)."""

    __slots__ = ("cluster", "entries", "excluded", "name", "problems", "tags", "unit")

    def __init__(self, row: dict[str, Any], seen: set[str]) -> None:
        say = self._say
        self.entries, self.problems = entries_of(row.get("entries"))
        if isinstance(row, Repeated):
            say(N_("Khóa “%(key)s” viết hai lần."), key=row.key)
        if not row.keys() <= UNIT_KEYS:
            for key in row:
                if key not in UNIT_KEYS:
                    say(N_("Không có khóa “%(key)s”."), key=key[:40])
        self.unit = _text(row.get("unit")) or ""
        if not self.unit:
            say(N_("Thiếu mã đơn vị (unit), viết trong dấu nháy kép."))
        elif self.unit in seen:
            say(N_("Đơn vị có hai phiếu trong tệp."))
        seen.add(self.unit)
        name = row.get("name")
        self.name = _text(name) or self.unit
        if name not in (None, "") and _text(name) is None:
            say(N_("Tên đơn vị (name) phải là văn bản."))
        cluster = row.get("cluster")
        self.cluster = str(cluster) if type(cluster) is int else _text(cluster)
        if cluster is not None and self.cluster is None:
            say(N_("Cụm thi đua (cluster) phải là văn bản hoặc null."))
        self.tags: list[str] = [] if row.get("tags") is None else row["tags"]
        if not isinstance(self.tags, list) or not all(_text(tag) for tag in self.tags):
            self.tags = []
            say(N_("Đặc điểm đơn vị (tags) phải là một danh sách văn bản."))
        excluded = row.get("excluded")
        self.excluded = _text(excluded)
        if excluded is not None and self.excluded is None:
            say(N_("Căn cứ loại trừ (excluded) phải là văn bản hoặc null."))

    def _say(self, text: str, **values: Any) -> None:
        self.problems.append(("", Phrase(text, values)))


@dataclass(frozen=True, slots=True)
class ScoredSheet:
    """One unit of a sheets file with the score of its entries, whose codes are spelt as the set spells them."""

    unit: str
    name: str
    cluster: str | None
    tags: frozenset[str]
    entries: dict[str, Any]
    excluded: str | None
    score: Score


def sheets_from(criteria: CriteriaSet, file: TextIO) -> Iterator[ScoredSheet]:
    """Every unit of the file that can be scored, as it is read. Use nothing of them before the last has come.

    Raises:
        SheetProblems: at the end, everything wrong with each unit, up to about 50 problems, with unit and code.
    """
    scorer = Scorer(criteria)
    problems: list[SheetProblem] = []
    seen: set[str] = set()
    tag_sets: dict[tuple[str, ...], frozenset[str]] = {}
    try:
        for place, data in enumerate(read_units(file), 1):
            row = _Row(data, seen)
            spelled = tuple(row.tags)
            tags = tag_sets.get(spelled)
            if tags is None:
                tags = tag_sets[spelled] = frozenset(_text(tag) or "" for tag in spelled)
            score = None
            try:
                score = scorer.score(row.entries, tags)
            except EntryRefused as error:
                row.problems += [(one.code, one.phrase) for one in error.together]
            except Invalid as error:
                row.problems.append(("", error.phrase))
            if score is None or row.problems:
                problems += [SheetProblem(row.unit or f"#{place}", code, phrase) for code, phrase in row.problems]
                if len(problems) >= MOST_PROBLEMS:
                    break
            else:
                entries = row.entries
                if not entries.keys() <= scorer.place.keys():
                    entries = {spelling(code) or code: entry for code, entry in entries.items()}
                yield ScoredSheet(row.unit, row.name, row.cluster, tags, entries, row.excluded, score)
    except SheetProblems as error:
        problems += error.problems
    if problems:
        raise SheetProblems(problems)


def standings_from(criteria: CriteriaSet, file: TextIO) -> list[Standing]:
    """Every unit of the file scored and ranked, in order of the ranking.

    Raises:
        SheetProblems: everything wrong with each unit, up to about 50 problems, each with its unit and code.
    """
    return rank(
        criteria,
        [
            Standing(sheet.unit, sheet.name, sheet.cluster, sheet.score, sheet.excluded)
            for sheet in sheets_from(criteria, file)
        ],
    )


def ranking_json(criteria: CriteriaSet, standings: list[Standing]) -> Iterator[str]:
    """The ranking as pieces of one JSON document, one line per unit."""
    shown: dict[int | None, str | None] = {None: None}
    precision = criteria.precision

    def points(units: int | None) -> str | None:
        text = shown.get(units)
        if text is None and units is not None:
            text = shown[units] = str(units_to_points(units, precision))
        return text

    codes = [criterion.code for criterion in criteria.all_criteria]
    encode = json.JSONEncoder(ensure_ascii=False).encode
    head = {"set": criteria.set, "version": criteria.version, "sha256": criteria.sha256}
    yield '{"criteria": ' + encode(head) + ', "results": ['
    for i, standing in enumerate(standings):
        score = standing.score
        result = {
            "unit": standing.unit,
            "name": standing.name,
            "cluster": standing.cluster,
            "base": str(score.base),
            "earned": str(score.earned),
            "core": str(score.core),
            "bonus": str(score.bonus),
            "deductions": str(score.deductions),
            "total": points(score.total_units),
            "grade": score.grade,
            "rank_in_cluster": standing.rank_in_cluster,
            "rank_overall": standing.rank_overall,
            "excluded": standing.excluded,
            "unscored": score.unscored,
            "lines": {code: points(units) for code, units in zip(codes, score.line_units, strict=True)},
        }
        yield (",\n" if i else "\n") + encode(result)
    yield "\n]}\n"

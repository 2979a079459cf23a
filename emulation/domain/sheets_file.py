"""The sheets of a whole round as a JSON file, read unit by unit, and the ranking as JSON: `emulation rank`.

40,000 units x 60 criteria pass through here, so the file is never held in memory as a whole.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TextIO

from emulation.domain.criteria import CriteriaSet
from emulation.domain.ranking import Standing, rank
from emulation.domain.scoring import EntryRefused, Scorer
from emulation.errors import Invalid
from emulation.words import N_, Phrase

CHUNK = 1 << 20
LARGEST_UNIT = 8 << 20  # characters of one unit's object
MOST_PROBLEMS = 50
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
        keys = [key for key, _ in pairs]
        repeated = Repeated(values)
        repeated.key = next(key for key in keys if keys.count(key) > 1)
        return repeated
    return values


def _no_constant(text: str) -> Any:
    raise ValueError(text)


DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique)


def _broken(detail: str) -> SheetProblems:
    return SheetProblems([SheetProblem("", "", Phrase(N_("Không đọc được tệp JSON: %(detail)s."), {"detail": detail}))])


def read_units(file: TextIO) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, one after another, with bounded memory.

    Raises:
        SheetProblems: not a JSON list of objects.
    """
    buffer, at, ended = "", 0, False
    started, wants_comma = False, False

    def more() -> None:
        nonlocal buffer, at, ended
        chunk = file.read(CHUNK)
        ended = not chunk
        buffer, at = buffer[at:] + chunk, 0

    def skip_space() -> str:
        nonlocal at
        while True:
            while at < len(buffer) and buffer[at] in " \t\r\n\ufeff":
                at += 1
            if at < len(buffer):
                return buffer[at]
            if ended:
                return ""
            more()

    while True:
        mark = skip_space()
        if not started:
            if mark != "[":
                raise _broken("cần một danh sách [ ... ] các đơn vị")
            started, at = True, at + 1
        elif mark == "]":
            at += 1
            if skip_space():
                raise _broken("còn dữ liệu sau dấu ]")
            return
        elif wants_comma:
            if mark != ",":
                raise _broken("thiếu dấu phẩy hoặc dấu ] sau một đơn vị")
            wants_comma, at = False, at + 1
        elif mark != "{":
            raise _broken("mỗi phần tử của danh sách phải là một đơn vị { ... }")
        else:
            while True:
                try:
                    value, at = DECODER.raw_decode(buffer, at)
                    break
                except RecursionError as error:
                    raise _broken("cấu trúc lồng nhau quá sâu") from error
                except ValueError as error:
                    if ended or len(buffer) - at > LARGEST_UNIT:
                        raise _broken(str(error)) from error
                    more()
            wants_comma = True
            yield value


def _text(value: Any) -> str | None:
    if isinstance(value, str) and value.strip():
        return unicodedata.normalize("NFC", value.strip())
    return None


def _checked(row: dict[str, Any], seen: set[str]) -> tuple[str, str, str | None, list[str], dict[str, Any], str | None]:
    """The parts of one unit's object in their right types; raises `Invalid` (or `EntryRefused` with the code)."""
    if isinstance(row, Repeated):
        raise Invalid(N_("Khóa “%(key)s” viết hai lần."), key=row.key)
    for key in row:
        if key not in UNIT_KEYS:
            raise Invalid(N_("Không có khóa “%(key)s”."), key=key)
    unit = _text(row.get("unit"))
    if unit is None:
        raise Invalid(N_("Thiếu mã đơn vị (unit)."))
    if unit in seen:
        raise Invalid(N_("Đơn vị có hai phiếu trong tệp."))
    seen.add(unit)
    cluster = row.get("cluster")
    if isinstance(cluster, int) and not isinstance(cluster, bool):
        cluster = str(cluster)
    if cluster is not None and (cluster := _text(cluster)) is None:
        raise Invalid(N_("Cụm thi đua (cluster) phải là văn bản hoặc null."))
    tags = row.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Invalid(N_("Đặc điểm đơn vị (tags) phải là một danh sách văn bản."))
    entries = row.get("entries")
    if isinstance(entries, Repeated):
        raise EntryRefused(entries.key, Phrase(N_("Mã “%(code)s” có hai số liệu."), {"code": entries.key}))
    if not isinstance(entries, dict):
        raise Invalid(N_("Thiếu số liệu kê khai (entries)."))
    for code, entry in entries.items():
        if type(entry) is not dict:
            if isinstance(entry, Repeated):
                raise EntryRefused(code, Phrase(N_("Khóa “%(key)s” viết hai lần."), {"key": entry.key}))
            raise EntryRefused(code, Phrase(N_("Số liệu kê khai phải là một nhóm khóa và giá trị.")))
    excluded = row.get("excluded")
    if excluded is not None and (excluded := _text(excluded)) is None:
        raise Invalid(N_("Căn cứ loại trừ (excluded) phải là văn bản hoặc null."))
    return unit, _text(row.get("name")) or unit, cluster, tags, entries, excluded


def standings_from(criteria: CriteriaSet, file: TextIO) -> list[Standing]:
    """Every unit of the file scored and ranked, in order of the ranking.

    Raises:
        SheetProblems: everything wrong (the first 50), each with its unit and code.
    """
    scorer = Scorer(criteria)
    standings: list[Standing] = []
    problems: list[SheetProblem] = []
    seen: set[str] = set()
    tag_sets: dict[tuple[str, ...], frozenset[str]] = {}
    for row in read_units(file):
        try:
            unit, name, cluster, tags, entries, excluded = _checked(row, seen)
            spelled = tuple(tags)
            known_tags = tag_sets.get(spelled)
            if known_tags is None:
                known_tags = tag_sets[spelled] = frozenset(unicodedata.normalize("NFC", tag) for tag in tags)
            score = scorer.score(entries, known_tags)
        except Invalid as error:
            name_of_unit = str(row.get("unit", ""))[:40] or f"#{len(seen) + 1}"
            problems.append(SheetProblem(name_of_unit, getattr(error, "code", ""), error.phrase))
            if len(problems) >= MOST_PROBLEMS:
                break
        else:
            standings.append(Standing(unit, name, cluster, score, excluded))
    if problems:
        raise SheetProblems(problems)
    return rank(criteria, standings)


def ranking_json(criteria: CriteriaSet, standings: list[Standing]) -> Iterator[str]:
    """The ranking as pieces of one JSON document, one line per unit."""
    shown: dict[int | None, str | None] = {None: None}
    precision = criteria.precision

    def points(units: int | None) -> str | None:
        text = shown.get(units)
        if text is None and units is not None:
            text = shown[units] = f"{Decimal(units).scaleb(-precision):f}"
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

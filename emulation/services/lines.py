"""The lines of a sheet as people read them: what is declared, what follows from it, what is left. DESIGN 3, 4, 9."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from emulation.domain.criteria import Criterion
from emulation.domain.declared import Part, parts_of
from emulation.domain.numbers import number
from emulation.domain.rules import Checklist, External, Progress, Ratio, Steps
from emulation.domain.scoring import LineState, Score
from emulation.domain.workflow import SheetState
from emulation.models import Citation, Entry, ReturnedLine, Sheet, TakenFrom
from emulation.services.scores import criteria_of, points_of_stored, self_score
from emulation.words import N_, Phrase

FIGURES = frozenset({"points", "part", "whole", "value", "count", "before", "now"})


class LineStatus(StrEnum):
    """What a line still needs, in one word; the first that fits, from the top."""

    NOT_APPLICABLE = "not_applicable"  # by the unit's tags
    EXTERNAL = "external"  # the ministry scores
    RETURNED = "returned"  # by the department, not corrected yet
    UNCONFIRMED = "unconfirmed"  # filled in from last year or by the ministry, and nobody of the unit has said yes
    NO_ENTRY = "no_entry"  # nothing declared, and something must be
    NONE = "none"  # nothing declared, which for bonus and deductions means none
    SKIPPED = "skipped"  # the unit declared "not applicable"
    NO_EVIDENCE = "no_evidence"  # required evidence missing, not explained
    EXPLAINED = "explained"  # required evidence missing, explained
    DONE = "done"


class Brief(NamedTuple):
    """What the state of a line needs of its entry."""

    data: Mapping[str, Any] | None
    is_explained: bool
    is_cited: bool
    taken_from: str | None
    has_unconfirmed_evidence: bool
    updated_at: datetime
    version: int

    @property
    def is_unconfirmed(self) -> bool:
        """Whether figures or an evidence were filled in, and nobody of the unit has confirmed or changed them."""
        return self.taken_from is not None or self.has_unconfirmed_evidence


@dataclass(frozen=True)
class Stored:
    """One line as it lies in the database, where no object is made of it."""

    __tablename__: ClassVar[str] = Entry.__tablename__
    id: int
    data: Mapping[str, Any] | None
    explanation: str
    updated_by_id: int | None
    updated_at: datetime
    version: int


class Outline(NamedTuple):
    """What the states of all lines need, by code; `texts` are the figures as they are stored, where there are some.

    `line` is the one that was asked for by its code, with all of it. `alone` is the code of the only one of which
    anything is known; "" where all are.
    """

    briefs: dict[str, Brief]
    texts: dict[str, str]
    line: Stored | None = None
    alone: str = ""

    def changed(self, code: str, data: Mapping[str, Any] | None, *, is_explained: bool, at: datetime) -> Outline:
        """The same after this line, which is there, was changed by its unit."""
        brief, texts = self.briefs[code], {one: text for one, text in self.texts.items() if one != code}
        if data is not None:
            texts[code] = json.dumps(data)
        new = brief._replace(
            data=data, is_explained=is_explained, taken_from=None, updated_at=at, version=brief.version + 1
        )
        return Outline({**self.briefs, code: new}, texts, alone=self.alone)


@dataclass(eq=False)  # not frozen: a sheet makes a hundred at every save, and frozen ones take three times as long
class Line:
    """One criterion of a sheet with what the unit declared and what follows from it.

    `entry` is None where nothing was declared, and where the lines were made from briefs.
    """

    criterion: Criterion
    part: Part
    entry: Entry | None
    data: Mapping[str, Any] | None  # what was declared
    taken_from: str | None  # of figures that nobody has confirmed yet
    version: int  # of the entry; 0 without one
    points: Decimal | None  # None: no score
    status: LineStatus
    returned: ReturnedLine | None

    @property
    def code(self) -> str:
        """Code of the criterion."""
        return self.criterion.code

    @property
    def citations(self) -> list[Citation]:
        """Evidence cited here."""
        return self.entry.citations if self.entry else []

    @property
    def explanation(self) -> str:
        """The unit's words beside the figures."""
        return self.entry.explanation if self.entry else ""

    @cached_property
    def working(self) -> Phrase | None:
        """How the points follow from the figures; None where there are none."""
        if self.data is None or self.points is None or self.data.get("not_applicable"):
            return None
        if self.status is LineStatus.NOT_APPLICABLE:  # full points or none by the set, whatever was declared
            return None
        return self.criterion.rule.working(self.data, self.criterion.max)

    @cached_property
    def warning(self) -> Phrase | None:
        """What is possible but unlikely in the figures."""
        return warning(self.criterion, self.data) if self.data is not None else None

    @property
    def counts(self) -> bool:
        """Whether the unit has to declare it: counted in the progress."""
        return self.part is Part.CORE and self.status not in (LineStatus.NOT_APPLICABLE, LineStatus.EXTERNAL)


@dataclass(frozen=True)
class Left:
    """Something required that is missing. kind: "entry", "evidence", "returned" or "unconfirmed"."""

    code: str
    kind: str
    phrase: Phrase


def open_returns(sheet: Sheet) -> dict[str, ReturnedLine]:
    """Lines that the department returned and the unit has not submitted again, by code; a draft has none."""
    if sheet.state == SheetState.DRAFT:
        return {}
    return {line.code: line for line in sheet.returned_lines if line.resolved_at is None}


def lines_of(sheet: Sheet, score: Score | None = None) -> dict[str, Line]:
    """Every criterion of the set with the state of its line, in the order of the set."""
    entries = {entry.code: entry for entry in sheet.entries}
    return _lines(sheet, score or self_score(sheet), {code: brief(entry) for code, entry in entries.items()}, entries)


def outlined_lines(sheet: Sheet, outline: Outline, score: Score) -> dict[str, Line]:
    """The same without entries: quick, for the answer to a save."""
    return _lines(sheet, score, outline.briefs, {})


def outlined_line(sheet: Sheet, outline: Outline) -> Line:
    """The line of an outline that is of it alone."""
    criteria, code = criteria_of(sheet), outline.alone
    points, state = points_of_stored(sheet, code, outline.texts.get(code))
    brief, back = outline.briefs.get(code), open_returns(sheet).get(code)
    return _line(criteria.by_code[code], parts_of(criteria)[code], brief, None, points, state, back)


def brief(entry: Entry) -> Brief:
    """The brief of a loaded entry."""
    return Brief(
        data=entry.data,
        is_explained=bool(entry.explanation),
        is_cited=bool(entry.citations),
        taken_from=entry.taken_from,
        has_unconfirmed_evidence=any(one.is_unconfirmed for one in entry.citations),
        updated_at=entry.updated_at,
        version=entry.version,
    )


def is_unconfirmed(entry: Entry) -> bool:
    """Whether figures or evidence of a loaded entry were filled in and nobody of the unit has said yes."""
    return brief(entry).is_unconfirmed


def _lines(
    sheet: Sheet,
    score: Score,
    briefs: Mapping[str, Brief],
    entries: Mapping[str, Entry],
) -> dict[str, Line]:
    criteria, returned = criteria_of(sheet), open_returns(sheet)
    scored = zip(parts_of(criteria).items(), score.lines.values(), score.states, strict=True)
    return {
        code: _line(
            criteria.by_code[code], part, briefs.get(code), entries.get(code), points, state, returned.get(code)
        )
        for (code, part), points, state in scored
    }


def _line(
    criterion: Criterion,
    part: Part,
    brief: Brief | None,
    entry: Entry | None,
    points: Decimal | None,
    state: LineState,
    returned: ReturnedLine | None,
) -> Line:
    data, taken_from, version = (brief.data, brief.taken_from, brief.version) if brief else (None, None, 0)
    status = _status(criterion, part, brief, returned, state)
    return Line(criterion, part, entry, data, taken_from, version, points, status, returned)


def _status(
    criterion: Criterion, part: Part, entry: Brief | None, returned: ReturnedLine | None, state: LineState
) -> LineStatus:
    data = entry.data if entry else None
    if state is LineState.NOT_APPLICABLE and not (data and data.get("not_applicable")):
        return LineStatus.NOT_APPLICABLE
    if isinstance(criterion.rule, External):
        return LineStatus.EXTERNAL
    if returned is not None and not _corrected(entry, returned):
        return LineStatus.RETURNED
    if entry is not None and (data is not None or part is not Part.CORE) and entry.is_unconfirmed:
        return LineStatus.UNCONFIRMED
    if entry is None or data is None:
        return LineStatus.NO_ENTRY if part is Part.CORE else LineStatus.NONE
    if data.get("not_applicable"):
        return LineStatus.SKIPPED
    if criterion.evidence.required and not entry.is_cited:
        return LineStatus.EXPLAINED if entry.is_explained else LineStatus.NO_EVIDENCE
    return LineStatus.DONE


UNCONFIRMED_WORDS = {
    TakenFrom.LAST_YEAR: N_("Số liệu lấy từ năm trước, chưa xác nhận"),
    TakenFrom.MINISTRY: N_("Số liệu Bộ đã có, chưa xác nhận"),
    None: N_("Minh chứng lấy từ năm trước, chưa xác nhận còn hiệu lực"),
}


def _corrected(entry: Brief | None, returned: ReturnedLine) -> bool:
    """Whether anything on the line was changed since it was returned."""
    return entry is not None and entry.updated_at > returned.returned_at


def warning(criterion: Criterion, data: Mapping[str, Any]) -> Phrase | None:
    """What is possible but unlikely: a percentage above 100."""
    rule = criterion.rule
    if not isinstance(rule, Ratio | Steps | Progress) or rule.unit.strip() != "%":
        return None
    if any(number(data[key]) > 100 for key in ("value", "before", "now") if key in data):
        return Phrase(N_("Tỷ lệ lớn hơn 100 %. Hãy kiểm tra lại số liệu."))
    return None


def what_is_left(sheet: Sheet, lines: Mapping[str, Line] | None = None) -> list[Left]:
    """What must be done before the sheet can be sent for signature, in the order of the set. DESIGN 4, 9."""
    left: list[Left] = []
    for line in (lines if lines is not None else lines_of(sheet)).values():
        if line.status is LineStatus.NO_ENTRY:
            left.append(Left(line.code, "entry", Phrase(N_("Chưa kê khai"))))
        elif line.status is LineStatus.RETURNED and line.returned is not None:
            left.append(
                Left(
                    line.code,
                    "returned",
                    Phrase(N_("Bị trả lại, chưa sửa: %(reason)s"), {"reason": line.returned.reason}),
                )
            )
        elif line.status is LineStatus.UNCONFIRMED:
            words = UNCONFIRMED_WORDS[TakenFrom(line.taken_from) if line.taken_from else None]
            left.append(Left(line.code, "unconfirmed", Phrase(words)))
        elif line.status is LineStatus.NO_EVIDENCE:
            left.append(
                Left(line.code, "evidence", Phrase(N_("Thiếu minh chứng bắt buộc; nếu chưa có thì phải ghi diễn giải")))
            )
    return left


def in_words(criterion: Criterion, data: Mapping[str, Any] | None) -> list[tuple[Phrase, Phrase]]:
    """The declared figures in words, as (label, value): for a reader, a comparison, a printed sheet."""
    if data is None:
        return []
    if data.get("not_applicable"):
        reason = str(data.get("reason", ""))
        return [(Phrase(N_("Không áp dụng")), verbatim(reason))]
    return [(label_of(criterion, key), _shown(criterion, key, value)) for key, value in data.items()]


def verbatim(text: str) -> Phrase:
    """Words of the set or of a person, which are never translated."""
    return Phrase("%(text)s", {"text": text})


LABELS = {
    "points": N_("Điểm tự chấm"),
    "level": N_("Mức đạt được"),
    "met": N_("Kết quả"),
    "part": N_("Số đạt"),
    "whole": N_("Tổng số"),
    "value": N_("Giá trị"),
    "count": N_("Số lượng"),
    "before": N_("Năm trước"),
    "now": N_("Năm nay"),
}


def label_of(criterion: Criterion, key: str) -> Phrase:
    """The set's own label of a figure, or the general one."""
    own = {str(name): text for name, text in criterion.labels.items()}.get(key)
    return verbatim(own) if own else Phrase(LABELS[key])


def _shown(criterion: Criterion, key: str, value: Any) -> Phrase:
    if key in FIGURES:
        unit = str(getattr(criterion.rule, "unit", "")) if key in ("value", "before", "now") else ""
        return Phrase(N_("%(n)s %(unit)s") if unit else N_("%(n)s"), {"n": number(value), "unit": unit})
    if isinstance(criterion.rule, Checklist):
        labels = [item.label for item in criterion.rule.items if item.code in value]
        if not labels:
            return Phrase(N_("Không mục nào đạt"))
        return verbatim("; ".join(labels))
    if value is True:
        return Phrase(N_("Đạt"))
    if value is False:
        return Phrase(N_("Không đạt"))
    return verbatim(str(value))

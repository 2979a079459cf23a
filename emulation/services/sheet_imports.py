"""A workbook that comes back: what it would change, merged with what was changed online, then all or nothing.

The file that was looked at is kept for a day under its hash, in a place that only the same person and the same sheet
lead to, so that what is applied is what was shown and no content travels through a form.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.sheet_layout import Stamp
from emulation.documents.sheet_workbook_read import Filled, Opened, open_workbook, read_rows
from emulation.domain.criteria import Criterion
from emulation.domain.merging import EMPTY, NEVER, Content, Earlier, Merged, Outcome, Side, merge
from emulation.domain.numbers import number
from emulation.domain.shared_figures import spread
from emulation.domain.source import Problem, Problems
from emulation.errors import Invalid, Missing, Refusal, Stale, WrongState
from emulation.models import Entry, History, Sheet, User
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.lines import FIGURES
from emulation.services.scores import criteria_of, entries_of, score_with, self_score
from emulation.services.sheets import (
    LONGEST_EXPLANATION,
    canonical,
    may_share,
    plain,
    require_fillable,
    save_entry,
)
from emulation.words import N_, Phrase, tidy

KEPT_FOR = timedelta(days=1)
KEPT_AT_ONCE = 5  # files of one person for one sheet
_HASH = re.compile(r"[0-9a-f]{64}")


class PlanStale(Stale):
    """Somebody changed the sheet between looking and applying; `plan` is what the workbook comes to now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            N_("Phiếu trên hệ thống vừa thay đổi. Chưa ghi gì: xem lại bản dưới đây rồi ghi."),
        )
        self.plan = plan


class Undecided(Invalid):
    """The plan cannot be applied: cells are wrong, or nobody has chosen between two versions."""

    def __init__(self, plan: Plan, open_codes: list[str]) -> None:
        super().__init__(
            N_("Chưa ghi gì: chọn một bản cho %(codes)s.")
            if open_codes
            else N_("Chưa ghi gì: sửa các ô có lỗi trước."),
            codes=", ".join(open_codes),
        )
        self.plan = plan
        self.open_codes = open_codes


@dataclass(frozen=True)
class Planned:
    """One line that the workbook or somebody online changed, and its points before and after."""

    criterion: Criterion
    merged: Merged
    cell: str  # of its code
    points: Decimal | None  # online now
    points_taken: Decimal | None  # if the workbook's version counts
    who: str  # changed it online last; empty: nobody
    when: datetime | None

    @property
    def code(self) -> str:
        """Code of the criterion."""
        return self.merged.code


@dataclass(frozen=True)
class Plan:
    """What a workbook comes to. `same` counts the lines that it holds as they are online."""

    stamp: Stamp
    identity: str  # of the download that the workbook goes back to
    lines: tuple[Planned, ...]
    same: int
    shared: tuple[str, ...]  # codes of lines that are not in the workbook's changes and take figures from them
    problems: tuple[Problem, ...]
    total: Decimal
    total_taken: Decimal  # with everything that only the workbook changed
    digest: str  # of all versions of every line and what they come to: changes when anything does

    def _of(self, wanted: Outcome) -> list[Planned]:
        return [line for line in self.lines if line.merged.outcome is wanted]

    @property
    def taken(self) -> list[Planned]:
        """Lines that only the workbook changed."""
        return self._of(Outcome.TAKE)

    @property
    def kept(self) -> list[Planned]:
        """Lines that were only changed online: they stay."""
        return self._of(Outcome.KEEP)

    @property
    def conflicts(self) -> list[Planned]:
        """Lines that both changed, to different things."""
        return self._of(Outcome.CONFLICT)

    @property
    def changes_nothing(self) -> bool:
        """Whether there is nothing to write and nothing to decide; lines that stay as they are online may differ."""
        return not self.problems and not self.taken and not self.conflicts


# ---- what a workbook comes to ----


def plan_of(db: Session, sheet: Sheet, raw: bytes, *, by: int | None = None, now: datetime) -> Plan:
    """What the workbook would change on a loaded sheet; `by` is the key of who hands it in, where that is known.

    Raises:
        WrongState: the unit cannot fill its sheet now.
        Problems: no workbook, not one of ours, of another unit, period or set, or without its rows and columns.
    """
    require_fillable(db, sheet, None, now=now)
    opened = open_workbook(raw)
    check_stamp(opened.stamp, sheet)
    criteria, tags = criteria_of(sheet), frozenset(sheet.tags)
    found = read_rows(opened, criteria, tags)
    entries = {entry.code: entry for entry in sheet.entries}
    by_code = criteria.by_code

    def spelled(code: str, data: Mapping[str, Any] | None, explanation: str) -> Content:
        return Content(_spelled(by_code[code], data), tidy(explanation))

    base = {
        code: spelled(code, one.data, one.explanation) for code, one in opened.stamp.lines.items() if code in by_code
    }
    theirs = {code: spelled(code, one.data, one.explanation) for code, one in entries.items() if code in by_code}
    mine = {code: spelled(code, filled.data, filled.explanation) for code, filled in found.lines.items()}
    merged = merge(base, theirs, mine, _handed_in(db, sheet, opened.identity, by))
    problems, sound = list(found.problems), {}
    for code, one in merged.items():
        if one.outcome in (Outcome.TAKE, Outcome.CONFLICT):
            wrong = list(_problems(db, sheet, code, one.mine, found.lines[code], now=now))
            problems += wrong
            if wrong:
                continue
        sound[code] = one
    return _plan(db, sheet, opened, merged, sound, found.lines, tuple(problems), entries)


def check_stamp(stamp: Stamp, sheet: Sheet) -> None:
    """Refuse a workbook that was made for something else.

    Raises:
        Problems: another unit, another period, another version of the criteria set; one sentence each.
    """
    criteria = criteria_of(sheet)
    refused: Phrase | None = None
    if stamp.unit != sheet.unit.code:
        refused = Phrase(
            N_("Phiếu Excel này của đơn vị mã %(theirs)s, không phải %(ours)s: tải phiếu của đơn vị mình rồi điền."),
            {"theirs": stamp.unit[:40], "ours": sheet.unit_name},
        )
    elif stamp.period != sheet.period.code:
        refused = Phrase(
            N_("Phiếu Excel này của kỳ %(theirs)s, không phải kỳ %(ours)s: tải phiếu của kỳ này rồi điền."),
            {"theirs": stamp.period[:40], "ours": sheet.period.code},
        )
    elif stamp.sha256 != criteria.sha256:
        refused = Phrase(
            N_(
                "Phiếu Excel làm theo bộ tiêu chí %(theirs)s (%(hash)s), kỳ này dùng bộ khác: "
                "tải phiếu mới rồi chép số liệu sang."
            ),
            {"theirs": stamp.edition[:40], "hash": stamp.sha256[:12]},
        )
    if refused is not None:
        raise Problems([Problem(refused)])


def _handed_in(db: Session, sheet: Sheet, identity: str, by: int | None) -> dict[str, Earlier]:
    """What earlier hand-ins of the same download wrote, by line."""
    lines = db.execute(
        select(History.actor_id, History.new)
        .where(History.thing == Sheet.__tablename__, History.thing_id == sheet.id, History.act == "import_workbook")
        .order_by(History.id)
    )
    found: dict[str, Earlier] = {}
    for who, new in lines:
        if new is None or new.get("workbook") != identity:
            continue
        for code, _, fingerprint in (str(one).rpartition(" ") for one in new["lines"]):
            known = found.get(code, NEVER)
            own = fingerprint if by is not None and who == by else known.own
            found[code] = Earlier(known.written | {fingerprint}, own)
    return found


def _spelled(criterion: Criterion, data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The one spelling of an entry, to compare versions; of one that the rule refuses as near as can be."""
    if data is None:
        return None
    try:
        return canonical(criterion, data)
    except Invalid:
        return {key: _figure(value) if key in FIGURES else value for key, value in data.items()}


def _figure(value: Any) -> str:
    try:
        return plain(number(value))
    except Invalid:
        return str(value)


def _problems(
    db: Session, sheet: Sheet, code: str, mine: Content, filled: Filled, *, now: datetime
) -> Iterable[Problem]:
    """Why a line of the workbook cannot be stored, by its cell."""
    try:
        criterion = require_fillable(db, sheet, code, now=now)
        assert criterion is not None
        canonical(criterion, mine.data)
    except Refusal as error:
        yield Problem(error.phrase, None, filled.spots.get(error.field or "", filled.spots[""]))
    if len(mine.explanation) > LONGEST_EXPLANATION:
        words = Phrase(
            N_("Diễn giải dài %(n)s ký tự, nhiều nhất %(most)s."),
            {"n": len(mine.explanation), "most": LONGEST_EXPLANATION},
        )
        yield Problem(words, None, filled.spots["explanation"])


def _plan(
    db: Session,
    sheet: Sheet,
    opened: Opened,
    merged: Mapping[str, Merged],
    sound: Mapping[str, Merged],
    lines: Mapping[str, Filled],
    problems: tuple[Problem, ...],
    entries: Mapping[str, Entry],
) -> Plan:
    criteria = criteria_of(sheet)
    changed = {code: one.mine.data for code, one in sound.items() if one.outcome is Outcome.TAKE}
    decided = {code: one.mine.data for code, one in sound.items() if one.outcome is Outcome.CONFLICT}
    shared = _shared(sheet, changed)
    before, taken = self_score(sheet), score_with(sheet, changed | shared)
    either = score_with(sheet, changed | decided)
    names = _names(db, {entry.updated_by_id for entry in entries.values() if entry.updated_by_id is not None})
    shown = []
    for code, one in sound.items():
        if one.outcome is Outcome.SAME:
            continue
        entry = entries.get(code)
        shown.append(
            Planned(
                criterion=criteria.by_code[code],
                merged=one,
                cell=lines[code].spots[""],
                points=before.lines[code],
                points_taken=either.lines[code],
                who=names.get(entry.updated_by_id, "") if entry and entry.updated_by_id else "",
                when=entry.updated_at if entry else None,
            )
        )
    versions = [
        [code, one.outcome, *((part.data, part.explanation) for part in (one.base, one.theirs, one.mine))]
        for code, one in merged.items()
    ]
    body = json.dumps([versions, [str(one) for one in problems]], ensure_ascii=False, sort_keys=True)
    return Plan(
        stamp=opened.stamp,
        identity=opened.identity,
        lines=tuple(shown),
        same=sum(one.outcome is Outcome.SAME for one in sound.values()),
        shared=tuple(shared),
        problems=problems,
        total=before.total,
        total_taken=taken.total,
        digest=hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _shared(sheet: Sheet, changed: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Mapping[str, Any] | None]:
    """The new entries of other lines that ask for the same figures, as saving one line after the other gives them."""
    criteria, entries = criteria_of(sheet), dict(entries_of(sheet))
    found: dict[str, Mapping[str, Any] | None] = {}
    for code, data in changed.items():
        before = entries.get(code)
        if data is None:
            entries.pop(code, None)
            continue
        made: dict[str, dict[str, Any]] = {}
        if criteria.by_code[code].figures:
            made = spread(criteria, code, before, data, entries, may_change=lambda other: may_share(sheet, other))
        entries |= {code: dict(data), **made}
        found |= made
    return {code: data for code, data in found.items() if code not in changed}


def _names(db: Session, keys: set[int]) -> dict[int, str]:
    return dict(db.execute(select(User.id, User.name).where(User.id.in_(keys))).all()) if keys else {}


# ---- writing it ----


def apply_workbook(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    raw: bytes,
    *,
    choices: Mapping[str, Side],
    seen: str | None,
    now: datetime,
) -> int:
    """Write what the workbook changed, every line or none; how many lines were written.

    `choices` decides the lines that both sides changed, `seen` is the digest of the plan that the person saw. The
    sheet is locked. The same workbook again changes nothing.

    Raises:
        WrongState, Problems: see `plan_of`; lines that share a figure hold different ones.
        PlanStale: the plan is another one now.
        Undecided: a cell is wrong, or a line that both changed is not decided.
    """
    plan = plan_of(db, sheet, raw, by=actor.user_id, now=now)
    if plan.changes_nothing:
        return 0
    if seen is not None and plan.digest != seen:
        raise PlanStale(plan)
    still_open = [line.code for line in plan.conflicts if line.code not in choices]
    if plan.problems or still_open:
        raise Undecided(plan, still_open)
    chosen = [line for line in plan.conflicts if choices[line.code] is Side.WORKBOOK]
    wanted = {line.code: line.merged.mine for line in (*plan.taken, *chosen)}
    for code, content in wanted.items():
        entry = _entry(sheet, code)
        save_entry(
            db,
            actor,
            sheet,
            code=code,
            data=content.data,
            explanation=content.explanation,
            version=entry.version if entry is not None else 0,
            now=now,
        )
    stored = {code: _entry(sheet, code) for code in wanted}
    lost = [code for code, entry in stored.items() if _content(entry) != wanted[code]]
    if lost:  # saving one line may give its figures to others that ask for the same
        raise WrongState(
            N_("Chưa ghi gì: %(codes)s dùng chung số liệu với tiêu chí khác nhưng trong Excel ghi khác nhau."),
            codes=", ".join(lost),
        )
    if wanted:
        record(
            db,
            actor,
            "import_workbook",
            sheet,
            now=now,
            period_id=sheet.period_id,
            unit_id=sheet.unit_id,
            new={
                "count": len(wanted),
                "lines": [f"{code} {content.fingerprint}" for code, content in wanted.items()],
                "sha256": hashlib.sha256(raw).hexdigest(),
                "workbook": plan.identity,
            },
        )
    return len(wanted)


def _entry(sheet: Sheet, code: str) -> Entry | None:
    return next((entry for entry in sheet.entries if entry.code == code), None)


def _content(entry: Entry | None) -> Content:
    return Content(entry.data, entry.explanation) if entry is not None else EMPTY


# ---- the file between looking and applying ----


def _folder(folder: Path, sheet: Sheet, actor: Actor) -> Path:
    return folder / f"{sheet.id}-{actor.user_id}"


def keep_upload(folder: Path, actor: Actor, sheet: Sheet, raw: bytes, *, now: datetime) -> str:
    """Keep a file for a day; its SHA-256 is the name under which the same person asks for it again."""
    sha256 = hashlib.sha256(raw).hexdigest()
    own = _folder(folder, sheet, actor)
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    drop_old_uploads(folder, now=now)
    handle, name = tempfile.mkstemp(dir=own, prefix="incoming-")  # readable by this user only
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
    os.utime(name, (now.timestamp(), now.timestamp()))
    Path(name).replace(own / sha256)
    ages = sorted(((_kept_at(path), path) for path in own.iterdir()), reverse=True)
    for _, path in ages[KEPT_AT_ONCE:]:
        path.unlink(missing_ok=True)
    return sha256


def kept_upload(folder: Path, actor: Actor, sheet: Sheet, sha256: str, *, now: datetime) -> bytes:
    """The file that this person looked at for this sheet.

    Raises:
        Missing: none under this name, or a day has passed.
    """
    gone = Missing(N_("Tệp đã tải lên không còn (giữ một ngày): chọn lại tệp."))
    if not _HASH.fullmatch(sha256):
        raise gone
    path = _folder(folder, sheet, actor) / sha256
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise gone from error
    if _kept_at(path) < (now - KEPT_FOR).timestamp() or hashlib.sha256(raw).hexdigest() != sha256:
        raise gone
    return raw


def drop_old_uploads(folder: Path, *, now: datetime) -> None:
    """Delete what is older than a day."""
    oldest = (now - KEPT_FOR).timestamp()
    for path in folder.glob("*/*"):
        if _kept_at(path) < oldest:
            path.unlink(missing_ok=True)


def _kept_at(path: Path) -> float:
    """When a file was kept; of one that somebody else has just deleted, never."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0

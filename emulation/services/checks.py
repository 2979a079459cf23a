"""What blocks the next phase of a round, what should be known before, what is in order. DESIGN 4, UI "first screen"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.domain.criteria import CriteriaSet
from emulation.domain.workflow import STATE_NAMES, Clock, Phase, SheetState, next_phase
from emulation.models import Explanation, Period, Sheet
from emulation.services.councils import clusters_of, councils_of, gaps_of, shorten, weakness_of
from emulation.services.criteria import value_of
from emulation.services.explanations import disputes_in
from emulation.services.periods import clocks_of, sheets_of
from emulation.words import N_, Phrase

UNSENT = (SheetState.DRAFT, SheetState.SIGNING, SheetState.RETURNED)  # with the unit


class Place(StrEnum):
    """Where the department goes to settle a check."""

    LATE = "late"
    INBOX = "inbox"
    COUNCILS = "councils"
    BOARD = "board"
    WINDOWS = "windows"
    FINALISE = "finalise"
    NONE = ""


@dataclass(frozen=True)
class Check:
    """One thing that blocks the next phase ("bad"), should be known before ("wait"), or is in order ("ok")."""

    kind: str
    phrase: Phrase
    place: Place = Place.NONE


def checks_for_next(db: Session, period: Period, *, now: datetime) -> list[Check]:
    """What blocks the next phase, then what to know, then what is in order; [] after the last phase."""
    to = next_phase(Phase(period.phase))
    if to is None:
        return []
    sheets = sheets_of(db, period)
    clocks = clocks_of(db, period, sheets, now=now)
    if to is Phase.SELF_SCORING:
        found = _before_self_scoring(period, sheets)
    elif to is Phase.REVIEW:
        found = [*_before_review(sheets, clocks), *_councils(db, period, kind="wait")]
    elif to is Phase.EXPLANATION:
        found = [*_before_explanation(sheets, clocks), *_councils(db, period, kind="bad")]
    elif to is Phase.COUNCIL:
        found = _before_council(db, sheets, clocks)
    elif to is Phase.PUBLISHED:
        found = _before_publishing(sheets)
    else:
        found = [Check("ok", Phrase(N_("Kết quả đã công bố và niêm phong.")))]
    order = {"bad": 0, "wait": 1, "ok": 2}
    return sorted(found, key=lambda check: order[check.kind])


def _names(sheets: Sequence[Sheet]) -> str:
    return shorten([sheet.short_name for sheet in sheets])


def _before_self_scoring(period: Period, sheets: Sequence[Sheet]) -> list[Check]:
    if not sheets:
        return [Check("bad", Phrase(N_("kỳ này chưa có đơn vị nào")))]
    found = [Check("ok", Phrase(N_("%(n)s phiếu sẵn sàng để kê khai"), {"n": len(sheets)}))]
    if period.window(Phase.SELF_SCORING) is None:
        found.append(Check("wait", Phrase(N_("chưa đặt hạn tự chấm điểm")), Place.WINDOWS))
    return found


def _before_review(sheets: Sequence[Sheet], clocks: Mapping[int, Clock]) -> list[Check]:
    found = []
    for state in UNSENT:
        rows = [sheet for sheet in sheets if sheet.state == state]
        late = [sheet for sheet in rows if clocks[sheet.id].is_over]
        if rows:
            found.append(
                Check(
                    "wait",
                    Phrase(
                        N_("%(n)s phiếu “%(state)s”, trong đó %(late)s quá hạn: %(names)s"),
                        {
                            "n": len(rows),
                            "state": Phrase(STATE_NAMES[state]),
                            "late": len(late),
                            "names": _names(late or rows),
                        },
                    ),
                    Place.LATE,
                )
            )
    found += _submitted(sheets, kind="wait")
    received = sum(1 for sheet in sheets if sheet.state == SheetState.RECEIVED)
    found.append(Check("ok" if received else "wait", Phrase(N_("%(n)s phiếu đã tiếp nhận"), {"n": received})))
    return found


def _submitted(sheets: Sequence[Sheet], *, kind: str) -> list[Check]:
    rows = [sheet for sheet in sheets if sheet.state == SheetState.SUBMITTED]
    if not rows:
        return []
    phrase = Phrase(N_("%(n)s phiếu chờ tiếp nhận: %(names)s"), {"n": len(rows), "names": _names(rows)})
    return [Check(kind, phrase, Place.INBOX)]


def _before_explanation(sheets: Sequence[Sheet], clocks: Mapping[int, Clock]) -> list[Check]:
    found = []
    unsent = [sheet for sheet in sheets if sheet.state in UNSENT]
    if unsent:
        late = sum(1 for sheet in unsent if clocks[sheet.id].is_over)
        found.append(
            Check(
                "bad",
                Phrase(
                    N_("%(n)s phiếu chưa nộp, trong đó %(late)s quá hạn: %(names)s"),
                    {"n": len(unsent), "late": late, "names": _names(unsent)},
                ),
                Place.LATE,
            )
        )
    found += _submitted(sheets, kind="bad")
    received = [sheet for sheet in sheets if sheet.state == SheetState.RECEIVED]
    if received:
        phrase = Phrase(
            N_("%(n)s phiếu chưa được hội đồng kết luận: %(names)s"), {"n": len(received), "names": _names(received)}
        )
        found.append(Check("bad", phrase, Place.BOARD))
    done = len(sheets) - len(unsent) - len(received) - sum(1 for one in sheets if one.state == SheetState.SUBMITTED)
    if done:
        found.append(Check("ok", Phrase(N_("%(n)s phiếu đã thẩm định"), {"n": done})))
    return found


def _councils(db: Session, period: Period, *, kind: str) -> list[Check]:
    """Lines that nobody scores and councils that cannot settle; of no weight once every sheet is reviewed."""
    open_sheets = db.scalar(
        select(func.count())
        .select_from(Sheet)
        .where(
            Sheet.period_id == period.id,
            Sheet.state.not_in((SheetState.REVIEWED, SheetState.EXPLAINING, SheetState.FINAL)),
        )
    )
    if not open_sheets:
        return []
    councils = councils_of(db, period)
    criteria: CriteriaSet = value_of(period.criteria_set)
    codes = [criterion.code for criterion in criteria.all_criteria]
    found = [
        Check(
            kind,
            Phrase(
                N_("chưa có hội đồng chấm %(codes)s ở %(clusters)s"),
                {"codes": shorten(gap.codes), "clusters": shorten([cluster.name for cluster in gap.clusters])},
            ),
            Place.COUNCILS,
        )
        for gap in gaps_of(clusters_of(db, period), councils, codes)
    ]
    for council in councils:
        weakness = weakness_of(council)
        if weakness is not None:
            found.append(
                Check(kind, Phrase(N_("%(name)s %(what)s"), {"name": council.name, "what": weakness}), Place.COUNCILS)
            )
    return found


def _before_council(db: Session, sheets: Sequence[Sheet], clocks: Mapping[int, Clock]) -> list[Check]:
    found = []
    unanswered = db.scalar(
        select(func.count())
        .select_from(Explanation)
        .where(Explanation.sheet_id.in_([sheet.id for sheet in sheets]), Explanation.outcome.is_(None))
    )
    if unanswered:
        found.append(Check("wait", Phrase(N_("%(n)s giải trình chưa được trả lời"), {"n": unanswered}), Place.FINALISE))
    disputes = disputes_in(
        db, [sheet for sheet in sheets if sheet.state in (SheetState.REVIEWED, SheetState.EXPLAINING)]
    )
    entitled = [
        sheet
        for sheet in sheets
        if not clocks[sheet.id].is_over and any(one.explanation is None for one in disputes.get(sheet.id, []))
    ]
    if entitled:
        phrase = Phrase(
            N_("%(n)s đơn vị còn trong hạn giải trình và sẽ không giải trình thêm được: %(names)s"),
            {"n": len(entitled), "names": _names(entitled)},
        )
        found.append(Check("wait", phrase, Place.WINDOWS))
    final = sum(1 for sheet in sheets if sheet.state == SheetState.FINAL)
    found.append(Check("ok", Phrase(N_("%(n)s trên %(total)s phiếu đã chốt"), {"n": final, "total": len(sheets)})))
    return found


def _before_publishing(sheets: Sequence[Sheet]) -> list[Check]:
    waiting = [sheet for sheet in sheets if sheet.state != SheetState.FINAL]
    if not waiting:
        return [Check("ok", Phrase(N_("Cả %(n)s phiếu đã chốt"), {"n": len(sheets)}))]
    phrase = Phrase(N_("%(n)s phiếu chưa chốt: %(names)s"), {"n": len(waiting), "names": _names(waiting)})
    return [Check("bad", phrase, Place.FINALISE)]

"""The round as a board: units x stages, overdue in front. UI "first screen" of the department, DESIGN 10."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.rules import External
from emulation.domain.workflow import STATE_NAMES, Clock, Phase, SheetState
from emulation.models import Cluster, Entry, Period, Sheet
from emulation.services.checks import UNSENT
from emulation.services.criteria import value_of
from emulation.services.periods import clocks_of, sheets_of
from emulation.words import N_

S = SheetState
EARLY = ((S.DRAFT,), (S.SIGNING,), (S.RETURNED,), (S.SUBMITTED,), (S.RECEIVED, S.REVIEWED, S.EXPLAINING, S.FINAL))
IN_REVIEW = ((S.DRAFT, S.SIGNING), (S.RETURNED,), (S.SUBMITTED,), (S.RECEIVED,), (S.REVIEWED, S.EXPLAINING, S.FINAL))
LATER = ((S.DRAFT, S.SIGNING, S.RETURNED, S.SUBMITTED), (S.RECEIVED,), (S.REVIEWED,), (S.EXPLAINING,), (S.FINAL,))
STAGE_NAMES = {
    EARLY[-1]: N_("Đã tiếp nhận"),
    IN_REVIEW[0]: N_("Đang soạn, chờ ký"),
    IN_REVIEW[-1]: N_("Đã thẩm định"),
    LATER[0]: N_("Chưa tiếp nhận"),
}


@dataclass(frozen=True)
class Card:
    """One sheet on the board. `declared` of `total` criteria, counted only while the sheet is with the unit."""

    sheet: Sheet
    clock: Clock
    declared: int
    total: int

    @property
    def is_unsent(self) -> bool:
        """Still with the unit."""
        return self.sheet.state in UNSENT

    @property
    def is_late(self) -> bool:
        """Still with the unit, and its time is over."""
        return self.is_unsent and self.clock.is_over

    @property
    def is_extended(self) -> bool:
        """Still with the unit, which has more time than the others."""
        clock = self.clock
        return self.is_unsent and not clock.is_over and clock.last_moment not in (None, clock.closes_at)


@dataclass(frozen=True)
class Board:
    """Clusters x stages; `rows` holds per cluster one list of cards for each stage."""

    stages: list[tuple[str, int]]  # name of the stage to be translated, number of sheets
    rows: list[tuple[Cluster, list[list[Card]]]]
    cards: list[Card]

    @property
    def sizes(self) -> dict[int, int]:
        """Number of units by cluster id."""
        found: dict[int, int] = {}
        for card in self.cards:
            found[card.sheet.cluster_id] = found.get(card.sheet.cluster_id, 0) + 1
        return found

    @property
    def late(self) -> list[Card]:
        """Overdue sheets, the one that is longest overdue first."""
        return sorted(
            (card for card in self.cards if card.is_late), key=lambda card: card.clock.last_moment or card.clock.now
        )

    @property
    def extended(self) -> list[Card]:
        """Sheets with more time."""
        return [card for card in self.cards if card.is_extended]

    @property
    def returned(self) -> list[Card]:
        """Sheets that the department returned."""
        return [card for card in self.cards if card.sheet.state == SheetState.RETURNED]


def stages_of(phase: Phase) -> tuple[tuple[SheetState, ...], ...]:
    """The columns of the board in a phase: five groups of states that hold every state once."""
    if phase in (Phase.PREPARING, Phase.SELF_SCORING):
        return EARLY
    return IN_REVIEW if phase is Phase.REVIEW else LATER


def board_of(
    db: Session,
    period: Period,
    *,
    now: datetime,
    cluster_ids: Collection[int] | None = None,
    show: str = "",
    count_all: bool = False,
) -> Board:
    """The board of a period, or of some of its clusters. `show`: "late", "extended" or "returned" cards only.

    `count_all` counts what is declared on every sheet, not only on those still with the unit.
    """
    sheets = sheets_of(db, period, cluster_ids=cluster_ids)
    clocks = clocks_of(db, period, sheets, now=now)
    declared = _declared_counts(db, period, [one for one in sheets if count_all or one.state in UNSENT])
    cards = [Card(sheet, clocks[sheet.id], *declared.get(sheet.id, (0, 0))) for sheet in sheets]
    chosen = {"late": lambda card: card.is_late, "extended": lambda card: card.is_extended,
              "returned": lambda card: card.sheet.state == SheetState.RETURNED}.get(show)  # fmt: skip
    shown = [card for card in cards if chosen is None or chosen(card)]
    stages = stages_of(Phase(period.phase))
    clusters = {sheet.cluster_id: sheet.cluster for sheet in sheets}
    rows = []
    for cluster_id, cluster in clusters.items():
        mine = [card for card in shown if card.sheet.cluster_id == cluster_id]
        if mine or chosen is None:
            rows.append((cluster, [[card for card in mine if card.sheet.state in states] for states in stages]))
    return Board(
        stages=[
            (
                STAGE_NAMES.get(states, STATE_NAMES[states[0]]),
                sum(1 for card in cards if card.sheet.state in states),
            )
            for states in stages
        ],
        rows=rows,
        cards=cards,
    )


def _declared_counts(db: Session, period: Period, sheets: Sequence[Sheet]) -> dict[int, tuple[int, int]]:
    """Per sheet how many core criteria are declared, and how many the unit has to declare."""
    criteria = value_of(period.criteria_set)
    asked = [leaf for leaf in criteria.leaves if not isinstance(leaf.rule, External)]
    rows = db.execute(
        select(Entry.sheet_id, Entry.code).where(
            Entry.sheet_id.in_([sheet.id for sheet in sheets]),
            Entry.data.is_not(None),
            Entry.taken_from.is_(None),  # figures that were filled in count once the unit has confirmed them
        )
    )
    given: dict[int, set[str]] = {}
    for sheet_id, code in rows:
        given.setdefault(sheet_id, set()).add(code)
    found = {}
    for sheet in sheets:
        tags = frozenset(sheet.tags)
        codes = [leaf.code for leaf in asked if leaf.applies(tags)]
        found[sheet.id] = (sum(1 for code in codes if code in given.get(sheet.id, ())), len(codes))
    return found

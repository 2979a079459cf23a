"""The figures of the lean report as they are printed: rows of text for the PDF, the same for every table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from emulation.documents.typesetting import NONE
from emulation.domain.lean import LeanReport
from emulation.domain.lean_candidates import ACTION_NAMES, as_figure, as_percent
from emulation.domain.lean_items import Item, Part
from emulation.domain.lean_keep import Kept
from emulation.words import figure

PART_NAMES = {Part.CORE: "Tiêu chí cơ bản", Part.BONUS: "Điểm thưởng", Part.DEDUCTION: "Điểm trừ"}


@dataclass(frozen=True)
class ItemRow:
    """One criterion in words; `spent` are the five figures that only a finished period has."""

    code: str
    title: str
    cells: tuple[str, ...]
    spent: tuple[str, ...]
    action: str


def item_row(report: LeanReport, item: Item) -> ItemRow:
    """The row of one criterion."""
    changed = item.awards_changed_if_dropped
    action = report.action.get(item.code)
    cost = item.cost
    return ItemRow(
        code=item.code,
        title=item.criterion.title,
        cells=(
            str(item.scored),
            percent(item.mean_share),
            percent(item.sd_share),
            percent(item.at_max),
            percent(item.at_zero),
            shown(item.item_rest_correlation),
            shown(item.rank_shift_if_dropped),
            NONE if changed is None else str(changed),
            yes(item.evidence_required),
            yes(item.from_existing_data),
        ),
        spent=()
        if cost is None
        else (
            str(cost.files) if cost.files else NONE,
            megabytes(cost.bytes),
            percent(cost.existing_share),
            percent(cost.gap),
            percent(cost.explained_share),
        ),
        action=ACTION_NAMES[action] if action else "",
    )


def item_groups(report: LeanReport) -> list[tuple[str, list[ItemRow]]]:
    """The rows of all criteria by part of the set; parts without criteria are left out."""
    found = []
    for part, name in PART_NAMES.items():
        rows = [item_row(report, item) for item in report.items if item.part is part]
        if rows:
            found.append((name, rows))
    return found


def keep_row(report: LeanReport, row: Kept) -> tuple[str, ...]:
    """k, tau-b, clusters that keep their winners, mean change of rank, the criterion that left last."""
    winners = NONE if row.winners_kept is None else f"{row.winners_kept}/{report.clusters}"
    left = NONE if row.dropped is None else f"{row.dropped}. {report.by_code[row.dropped].criterion.title}"
    return str(row.k), shown(row.kendall_tau_b), winners, shown(row.mean_rank_shift), left


def shown(value: float | None, places: int = 2) -> str:
    """A statistic with a decimal comma; a dash where it is not defined."""
    return NONE if value is None else figure(as_figure(value, places), places=places)


def percent(value: float | None) -> str:
    """A share as per cent with one decimal, without the sign."""
    return NONE if value is None else figure(as_percent(value, 1), places=1)


def megabytes(size: int) -> str:
    """Bytes as MB with one decimal, 0,1 at least."""
    return figure(max(Decimal(size) / 1024**2, Decimal("0.1")), places=1) if size else NONE


def yes(value: bool) -> str:
    """A word for yes, a dash for no."""
    return "có" if value else NONE

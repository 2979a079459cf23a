"""The lean report as plain values: what `emulation criteria lean --json` prints."""

from __future__ import annotations

from typing import Any

from emulation.domain.lean import LeanReport
from emulation.domain.lean_items import Item
from emulation.domain.lean_keep import Kept


def lean_json(report: LeanReport) -> dict[str, Any]:
    """The report as plain values: shares and correlations as numbers with six decimals, None where not defined."""
    criteria = report.criteria
    return {
        "set": {"set": criteria.set, "version": criteria.version, "sha256": criteria.sha256, "status": criteria.status},
        "units": report.units,
        "ranked": report.ranked,
        "clusters": report.clusters,
        "criteria": [_item_json(item) for item in report.core],
        "outside_base": [{"part": item.part.value, **_item_json(item)} for item in report.outside],
        "keep": [_kept_json(row) | {"dropped": row.dropped} for row in report.keep],
        "groups": [{"codes": list(group.codes), "lowest_correlation": _six(group.lowest)} for group in report.groups],
        "candidates": [
            {"code": one.code, "action": one.action.value, "reasons": [str(reason) for reason in one.reasons]}
            for one in report.candidates
        ],
        "all_dropped": None if report.together is None else _kept_json(report.together),
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "scored": item.scored,
        "mean_share": _six(item.mean_share),
        "sd_share": _six(item.sd_share),
        "at_max": _six(item.at_max),
        "at_zero": _six(item.at_zero),
        "item_rest_correlation": _six(item.item_rest_correlation),
        "rank_shift_if_dropped": _six(item.rank_shift_if_dropped),
        "awards_changed_if_dropped": item.awards_changed_if_dropped,
        "evidence_required": item.evidence_required,
        "from_existing_data": item.from_existing_data,
    }


def _kept_json(row: Kept) -> dict[str, Any]:
    return {
        "k": row.k,
        "kendall_tau_b": _six(row.kendall_tau_b),
        "winners_kept": row.winners_kept,
        "mean_rank_shift": _six(row.mean_rank_shift),
        "kept": list(row.kept),
    }


def _six(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0  # there is no -0.0

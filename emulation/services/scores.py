"""Scores of stored sheets: declared, and official. Every page, export and report takes them from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from emulation.domain.criteria import CriteriaSet
from emulation.domain.rules import External
from emulation.domain.scoring import LineState, Score
from emulation.models import Sheet, Verdict, VerdictRound
from emulation.services.criteria import scorer_of, value_of


def criteria_of(sheet: Sheet) -> CriteriaSet:
    """The set that the sheet is filled under."""
    return value_of(sheet.period.criteria_set)


def entries_of(sheet: Sheet) -> dict[str, dict[str, Any]]:
    """Declared entries by code; a row without data (only an explanation yet) is no entry."""
    return {entry.code: entry.data for entry in sheet.entries if entry.data is not None}


def self_score(sheet: Sheet, external: Mapping[str, Decimal | None] | None = None) -> Score:
    """The score that follows from the declared entries.

    `external` gives points of criteria that only the ministry scores, where a comparison with the official score
    is wanted; without it they are unscored.
    """
    entries: dict[str, Any] = dict(entries_of(sheet))
    criteria = criteria_of(sheet)
    for code, points in (external or {}).items():
        if points is not None and isinstance(criteria.by_code[code].rule, External):
            entries[code] = {"points": points}
    return scorer_of(sheet.period.criteria_set).score(entries, sheet.tags)


def score_of_stored(sheet: Sheet, texts: Mapping[str, str]) -> Score:
    """The score of a sheet whose declared entries, in JSON by code, were read without loading it whole."""
    return scorer_of(sheet.period.criteria_set).score_stored(texts, sheet.tags)


def points_of_stored(sheet: Sheet, code: str, text: str | None) -> tuple[Decimal | None, LineState]:
    """What one declared entry, in JSON, comes to by itself."""
    return scorer_of(sheet.period.criteria_set).line_stored(code, text, sheet.tags)


def final_verdicts(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """The verdict that counts for each criterion: the one after the explanation where there is one."""
    found: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.code not in found or verdict.round == VerdictRound.EXPLANATION:
            found[verdict.code] = verdict
    return found


def official_score(sheet: Sheet, verdicts: Mapping[str, Verdict]) -> Score:
    """The score that follows from the council's verdicts; a criterion without one is unscored."""
    points = {code: verdict.points for code, verdict in verdicts.items()}
    skipped = [code for code, verdict in verdicts.items() if verdict.not_applicable]
    return scorer_of(sheet.period.criteria_set).score_points(points, sheet.tags, skipped)


def score_with(sheet: Sheet, changed: Mapping[str, Mapping[str, Any] | None]) -> Score:
    """The score that would follow if these lines were declared so; None takes the figures of a line back."""
    entries: dict[str, Any] = dict(entries_of(sheet))
    for code, data in changed.items():
        entries.pop(code, None)
        if data is not None:
            entries[code] = data
    return scorer_of(sheet.period.criteria_set).score(entries, sheet.tags)

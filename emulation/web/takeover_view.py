"""What a row says about figures that came from elsewhere: the ministry, last year, another line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulation.domain.criteria import Criterion
from emulation.domain.numbers import number
from emulation.domain.shared_figures import agreed, beside
from emulation.models import IndicatorValue, Stance, TakenFrom
from emulation.services.last_year import LastYear
from emulation.services.lines import UNCONFIRMED_WORDS, Line, LineStatus, label_of
from emulation.services.take_over import known_before
from emulation.web.display import show_date, show_figure, show_phrase
from emulation.web.sheet_view import LinesView, SheetView, href

Offers = Mapping[str, IndicatorValue]


def takeover_of(view: LinesView, line: Line, offers: Offers, *, fillable: bool) -> dict[str, Any] | None:
    """What the row shows; None where every figure is the unit's own and nothing else asks for it."""
    criterion = line.criterion
    is_open = line.status is LineStatus.UNCONFIRMED
    if not criterion.figures and not is_open:
        return None
    data = line.data or {}
    held = [_held(criterion, str(key), offers[code], data) for key, code in criterion.figures.items() if code in offers]
    shared = beside(view.criteria, line.code, view.declared) if criterion.figures else []
    same = list(dict.fromkeys(code for one in shared for code in one.same))
    others = [
        {
            "code": code,
            "label": show_phrase(label_of(criterion, one.key)),
            "value": show_figure(number(value)),
        }
        for one in shared
        for code, value in one.others
    ]
    if not held and not same and not others and not is_open:
        return None
    taken = TakenFrom(line.taken_from) if line.taken_from else None
    return {
        "is_open": is_open,
        "mark": show_phrase(UNCONFIRMED_WORDS[taken]) if is_open else "",
        "from_ministry": taken is TakenFrom.MINISTRY,
        "version": line.version,
        "held": held,
        "differs": any(one["differs"] for one in held),
        "unexplained": any(one["differs"] and not one["reason"] for one in held),
        "same": same,
        "others": others,
        "fillable": fillable,
    }


def _held(criterion: Criterion, key: str, row: IndicatorValue, data: Mapping[str, Any]) -> dict[str, Any]:
    """One figure that the ministry holds, beside what stands on the line."""
    differs = key in data and str(data[key]) != row.value  # a count may be stored as a number
    return {
        "label": show_phrase(label_of(criterion, key)),
        "value": show_figure(number(row.value)),
        "source": row.source,
        "as_of": show_date(row.as_of),
        "own": show_figure(number(data[key])) if differs else "",
        "differs": differs,
        "reason": row.reason if row.stance == Stance.DISPUTED else "",
        "is_confirmed": row.stance == Stance.CONFIRMED and not differs,
    }


def disputes_in(criterion: Criterion, data: Mapping[str, Any] | None, offers: Offers) -> list[dict[str, Any]]:
    """Figures of a line that the unit holds otherwise than the ministry, for those who review it."""
    held = [
        _held(criterion, str(key), offers[code], data or {})
        for key, code in criterion.figures.items()
        if code in offers
    ]
    return [one for one in held if one["differs"]]


def differences_of(view: SheetView, offers: Offers) -> list[dict[str, Any]]:
    """The lines whose figures the unit holds otherwise than the ministry, each with its differing figures."""
    found = []
    for line in view.lines.values():
        rows = disputes_in(line.criterion, line.data, offers) if line.criterion.figures else []
        if rows:
            found.append(
                {
                    "code": line.code,
                    "title": line.criterion.title,
                    "href": href(view.sheet, line.code),
                    "rows": rows,
                    "is_explained": all(one["reason"] for one in rows),
                }
            )
    return found


def prefilled(
    view: SheetView, line: Line, offers: Offers, last: LastYear | None
) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Figures that are known for a line without an entry, and (label, figure, whose) of each: put into its form."""
    criterion = line.criterion
    if line.data is not None:
        return {}, []
    found: dict[str, tuple[str, str]] = {}
    if last is not None:
        found |= {key: (value, "last_year") for key, value in known_before(criterion, last.data).items()}
    if criterion.figures:
        here = agreed(view.criteria, view.declared)
        for key, code in criterion.figures.items():
            if code in here:
                found[str(key)] = (here[code], "sheet")
            elif code in offers:
                row = offers[code]
                found[str(key)] = (row.own_value or row.value, "ministry")
    data = {key: value for key, (value, _whose) in found.items()}
    if "value" in data and len(data) > 1:
        data.pop("value")
    shown = [
        (show_phrase(label_of(criterion, key)), show_figure(number(value)), whose)
        for key, (value, whose) in found.items()
        if key in data
    ]
    return data, shown

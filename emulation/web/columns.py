"""The column view: one criterion, every unit of a reviewer's scope, own distribution beside it. Routes: `reviews`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import current_app, render_template, request, url_for

from emulation.domain.declared import Remark
from emulation.domain.reviewing import proposal
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Missing
from emulation.models import Cluster, Period, Sheet, User
from emulation.services.criteria import value_of
from emulation.services.offers import offers_by_unit
from emulation.services.periods import sheets_of
from emulation.services.reviews import Line, council_for, has_conflict, is_submitted, lines_of_criterion, seats_in
from emulation.web import session as current
from emulation.web.display import say as _
from emulation.web.review_view import Distribution, Typed, distribution_of, guidance_of, row_of
from emulation.words import N_

EVERYWHERE = "all"
SHOWS: dict[str, Callable[[Line], bool]] = {
    "": lambda line: True,
    "open": lambda line: line.is_open_task,
    "remarkable": lambda line: bool(line.declared.remarks),
    "differs": lambda line: line.mine is not None and line.declared.differs(line.mine.points),
    "unproved": lambda line: Remark.NO_EVIDENCE in line.declared.remarks,
}


def _person() -> User:
    found = current.user()
    assert found is not None
    return found


def _in_scope(period: Period, code: str) -> list[Sheet]:
    return [sheet for sheet in sheets_of(current.db(), period) if council_for(_person(), sheet, code) is not None]


def _clusters(sheets: list[Sheet]) -> list[Cluster]:
    return sorted({sheet.cluster for sheet in sheets}, key=lambda cluster: cluster.number)


def column_sheets(period: Period, code: str, cluster: str | None) -> list[Sheet]:
    """The sheets of the scope in this cluster (its number, or "all").

    Raises:
        Missing: no such cluster in the scope.
    """
    return _of_cluster(_in_scope(period, code), cluster)


def _of_cluster(sheets: list[Sheet], cluster: str | None) -> list[Sheet]:
    if cluster == EVERYWHERE:
        return sheets
    found = [sheet for sheet in sheets if str(sheet.cluster.number) == cluster]
    if not found:
        raise Missing(N_("Cụm này không thuộc phạm vi thẩm định của anh chị."))
    return found


def can_score(line: Line) -> bool:
    """Whether the line's sheet is under review and this person has not finished it."""
    sheet = line.sheet
    return sheet.state == SheetState.RECEIVED and sheet.period.phase == Phase.REVIEW and line.others is None


def criterion_page(period: Period, code: str, *, typed: dict[int, Typed] | None = None) -> str:
    """The page; `typed` holds refused marks by sheet id.

    Raises:
        Missing: the set has no such criterion, or there is no such cluster in the scope.
    """
    criteria = value_of(period.criteria_set)
    if code not in criteria.by_code:
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    criterion, places = criteria.by_code[code], criteria.precision
    sheets = _in_scope(period, code)
    lines = lines_of_criterion(current.db(), _person(), sheets, code)
    clusters = _clusters(sheets)
    values = request.form if request.method == "POST" else request.args
    cluster = values.get("cluster") or _first_open(clusters, lines)
    here = _of_cluster(sheets, cluster) if sheets else []
    show = values.get("show", "")
    chosen = SHOWS.get(show, SHOWS[""])
    offers = offers_by_unit(current.db(), period, criterion)
    rows: list[dict[str, Any]] = []
    for sheet in here:
        line = lines.get(sheet.id)
        if line is not None and chosen(line):
            row = row_of(
                line,
                places,
                scorable=can_score(line),
                typed=(typed or {}).get(sheet.id),
                offers=offers.get(sheet.unit_id),
            )
            rows.append({"sheet": sheet, "line": row})
        elif line is None and not show:
            rows.append({"sheet": sheet, "line": None, "hidden": _hidden(sheet)})
    present = [lines[sheet.id] for sheet in here if sheet.id in lines]
    codes = [one for seat in seats_in(_person(), period) for one in seat.council.codes]
    order = [one.code for one in criteria.all_criteria if one.code in codes]
    place = order.index(code)
    selected = next((row for row in rows if str(row["sheet"].unit.code) == values.get("unit")), None) or next(
        (row for row in rows if row["line"] and row["line"]["scorable"] and row["line"]["mine"] is None),
        next((row for row in rows if row["line"]), None),
    )
    return render_template(
        "reviews/criterion.html",
        period=period,
        criteria=criteria,
        criterion=criterion,
        guidance=guidance_of(criterion),
        section=next((one for one in criteria.sections if criterion in one.leaves), None),
        rows=rows,
        selected=selected,
        figures=any(row["line"] and row["line"]["declared"]["figures"] for row in rows),
        cluster=cluster,
        clusters=clusters,
        cluster_name=next((one.name for one in clusters if str(one.number) == cluster), _("Toàn quốc")),
        show=show,
        filters=_filters(period, code, cluster, show, present, len(here)),
        counts=_counts(present),
        everywhere=_counts(list(lines.values())),
        acceptable=_acceptable(present),
        distribution=_distribution(lines, {sheet.id for sheet in here}, criterion.max, places),
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        places=places,
    )


def column_fragments(sheet: Sheet, code: str, typed: Typed | None) -> dict[str, str]:
    """What a save changes on the page, by element id."""
    criteria = value_of(sheet.period.criteria_set)
    sheets = _in_scope(sheet.period, code)
    lines = lines_of_criterion(current.db(), _person(), sheets, code)
    row = row_of(lines[sheet.id], criteria.precision, scorable=True, typed=typed)
    cluster = request.form.get("cluster") or str(sheet.cluster.number)
    show = request.form.get("show", "")
    here = [line for line in lines.values() if cluster in (EVERYWHERE, str(line.sheet.cluster.number))]
    everything = sum(cluster in (EVERYWHERE, str(one.cluster.number)) for one in sheets)
    parts: Any = current_app.jinja_env.get_template("reviews/parts.html").module
    distribution = _distribution(
        lines, {line.sheet.id for line in here}, criteria.by_code[code].max, criteria.precision
    )
    return {
        f"state-{sheet.id}": str(parts.state(row, f"state-{sheet.id}")),
        "column-count": str(parts.column_count(_counts(here), _counts(list(lines.values())))),
        "distribution": str(parts.distribution(distribution)),
        "accept-all": str(
            parts.accept_all(
                _acceptable(here),
                url_for("reviews.accept_column", code=sheet.period.code, criterion=code),
                {"cluster": cluster, "show": show},
                True,
            )
        ),
        "filters": str(parts.filters(_filters(sheet.period, code, cluster, show, here, everything))),
    }


def _acceptable(lines: list[Line]) -> int:
    return sum(line.is_unremarkable and can_score(line) for line in lines)


def _first_open(clusters: list[Cluster], lines: dict[int, Line]) -> str:
    waiting = {line.sheet.cluster_id for line in lines.values() if line.is_open_task and can_score(line)}
    return str(next((one.number for one in clusters if one.id in waiting), clusters[0].number if clusters else ""))


def _hidden(sheet: Sheet) -> str:
    if has_conflict(_person(), sheet.unit_id):
        return _("Không được chấm: xung đột lợi ích. Số liệu và điểm được ẩn.")
    return _("Chưa nộp phiếu.") if not is_submitted(sheet) else _("Không thuộc phạm vi của anh chị.")


def _counts(lines: list[Line]) -> dict[str, int]:
    wanted = [line for line in lines if line.declared.needs_points]
    return {"total": len(wanted), "done": sum(line.mine is not None for line in wanted)}


def _filters(
    period: Period, code: str, cluster: str, show: str, lines: list[Line], everything: int
) -> list[dict[str, Any]]:
    labels = {
        "": _("Tất cả"),
        "open": _("Chưa chấm"),
        "remarkable": _("Có lưu ý"),
        "differs": _("Khác tự chấm"),
        "unproved": _("Thiếu minh chứng"),
    }
    return [
        {
            "label": label,
            "href": url_for(
                "reviews.criterion_review", code=period.code, criterion=code, cluster=cluster, show=key or None
            ),
            "count": sum(SHOWS[key](line) for line in lines) if key else everything,
            "current": key == show,
        }
        for key, label in labels.items()
    ]


def _distribution(lines: dict[int, Line], near: set[int], maximum: Decimal, places: int) -> Distribution | None:
    given = {
        sheet_id: line.mine.points
        for sheet_id, line in lines.items()
        if line.mine is not None and line.mine.points is not None
    }
    return distribution_of(
        [points for sheet_id, points in given.items() if sheet_id in near],
        [points for sheet_id, points in given.items() if sheet_id not in near],
        maximum=maximum,
        median=proposal("median", list(given.values()), places),
        places=places,
    )

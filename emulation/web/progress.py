"""How far the units are: the table for the department and its readers, and for a cluster's leader the own cluster."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for

from emulation.access import Permission
from emulation.domain.workflow import STATE_NAMES, SheetState
from emulation.models import Cluster, Period
from emulation.services.periods import load_period
from emulation.services.progress import SORTS, Progress, progress_of
from emulation.services.progress_files import progress_list, progress_workbook
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import translate
from emulation.web.numbers import whole_number

area = Area("progress", __name__)
READ = Permission.READ_BOARD
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@area.get("/periods/<code>/progress", allow=READ, load=load_period)
def progress(period: Period) -> Any:
    """Units x progress, sorted and narrowed as asked for, with the sums of the clusters."""
    wanted = _wanted()
    found = _found(period, wanted)
    return render_template(
        "progress/progress.html",
        period=period,
        progress=found,
        wanted=wanted,
        filters=_filters(period, found, wanted),
        heads=_heads(period, wanted),
        states=STATE_NAMES,
        is_whole=not _is_cluster_leader(),
        asked=_arguments(wanted),
        now=current.now(),
    )


@area.get("/periods/<code>/progress.xlsx", allow=READ, load=load_period)
def progress_xlsx(period: Period) -> Response:
    """The same rows as a workbook."""
    found = _found(period, _wanted())
    content = progress_workbook(period, found, with_evidence=not _is_cluster_leader(), now=current.now())
    return _download(content, f"tien-do-{period.code}.xlsx", SPREADSHEET)


@area.get("/periods/<code>/progress.csv", allow=READ, load=load_period)
def progress_csv(period: Period) -> Response:
    """The same rows as CSV."""
    found = _found(period, _wanted())
    content = progress_list(found, with_evidence=not _is_cluster_leader())
    return _download(content, f"tien-do-{period.code}.csv", "text/csv; charset=utf-8")


def _download(content: bytes, name: str, media_type: str) -> Response:
    return Response(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# ---- what is asked for ----


def _is_cluster_leader() -> bool:
    person = current.user()
    return person is not None and person.unit_id is not None


def _wanted() -> dict[str, Any]:
    """Cluster, filter and order of the address; what is none of them counts as not asked for."""
    cluster, show = request.args.get("cluster", ""), request.args.get("show", "")
    sort, order = request.args.get("sort", ""), request.args.get("order", "")
    known = ("idle", "overdue", "late", "extended", *SheetState)
    return {
        "cluster": whole_number(cluster, None),
        "show": show if show in known else "",
        "sort": sort if sort in SORTS else "cluster",
        "descending": order == "down",
    }


def _found(period: Period, wanted: dict[str, Any]) -> Progress:
    db, person = current.db(), current.user()
    led: list[int] | None = None
    if person is not None and person.unit_id is not None:
        led = [
            key
            for (key,) in db.query(Cluster.id).filter(
                Cluster.period_id == period.id, Cluster.leader_id == person.unit_id
            )
        ]
    return progress_of(
        db,
        period,
        now=current.now(),
        cluster_ids=led,
        cluster=wanted["cluster"],
        shown=wanted["show"],
        sort=wanted["sort"],
        descending=wanted["descending"],
    )


def _arguments(wanted: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The arguments of an address that asks for this, with some of it changed; defaults are left out."""
    asked = wanted | changed
    order = "down" if asked["descending"] else None
    found = {"cluster": asked["cluster"], "show": asked["show"] or None, "order": order}
    found["sort"] = asked["sort"] if asked["sort"] != "cluster" else None
    return {name: value for name, value in found.items() if value is not None}


def _filters(period: Period, found: Progress, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """The filters that would leave something, each with its number."""
    names = [
        ("", _("Tất cả")),
        ("idle", _("Chưa bắt đầu")),
        *((state.value, translate(STATE_NAMES[state])) for state in SheetState),
        ("overdue", _("Quá hạn")),
        ("extended", _("Đang gia hạn")),
        ("late", _("Nộp trễ")),
    ]
    return [
        {
            "label": label,
            "href": url_for("progress.progress", code=period.code, **_arguments(wanted, show=show)),
            "count": count,
            "current": wanted["show"] == show,
        }
        for show, label in names
        if (count := found.count(show)) or show in ("", wanted["show"])
    ]


def _heads(period: Period, wanted: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where each column's head leads: the same rows in its order, then turned round."""
    heads = {}
    for sort in SORTS:
        is_current = wanted["sort"] == sort
        turned = is_current and not wanted["descending"]
        heads[sort] = {
            "href": url_for("progress.progress", code=period.code, **_arguments(wanted, sort=sort, descending=turned)),
            "order": ("descending" if wanted["descending"] else "ascending") if is_current else None,
        }
    return heads

"""Pages of results: the ranking, its check, publishing, a unit's own result, the leader's first page."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from emulation.access import Permission, may
from emulation.domain.workflow import PHASE_NAMES, STATE_NAMES, Phase
from emulation.errors import Missing, WrongState
from emulation.models import Period, Sheet, User
from emulation.services import reports, results, seals
from emulation.services.awards import holdings
from emulation.services.periods import all_periods, load_period
from emulation.services.sheets import load_sheet
from emulation.web import rankings as views
from emulation.web import session as current
from emulation.web import unit_results
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.words import N_

area = Area("results", __name__)
WITH_RANKING = (Phase.REVIEW, Phase.EXPLANATION, Phase.COUNCIL, Phase.PUBLISHED, Phase.ARCHIVED)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@area.get("/rankings", allow=Permission.PUBLIC)
def rankings() -> Any:
    """The rounds whose ranking this person may open; the ranking itself where there is only one."""
    db = current.db()
    periods = [
        period
        for period in all_periods(db)
        if period.phase in WITH_RANKING and may(current.user(), Permission.READ_RANKING, period)
    ]
    if len(periods) == 1:
        return redirect(url_for("results.ranking", code=periods[0].code))
    rows = []
    for period in periods:
        seal = results.result_row(db, period)
        rows.append(
            {
                "period": period,
                "phase": PHASE_NAMES[Phase(period.phase)],
                "seal": seal,
                "leaders": views.leader_names(results.opened(seal).ranking) if seal else [],
                "is_example": period.is_illustrative or period.criteria_set.status == "illustrative",
            }
        )
    return render_template("results/rankings.html", rows=rows)


@area.get("/periods/<code>/ranking", allow=Permission.READ_RANKING, load=load_period)
def ranking(period: Period) -> Any:
    """The ranking by cluster or nationwide: sealed, or provisional."""
    db, person = current.db(), current.user()
    seal = results.result_row(db, period)
    found = results.opened(seal).ranking if seal else results.provisional(db, period)
    numbers = [cluster.number for cluster in found.clusters]
    chosen = request.args.get("cluster", type=int)
    if chosen is not None and chosen not in numbers:
        raise Missing(N_("Kỳ đánh giá này không có cụm số %(number)s."), number=chosen)
    nationwide = chosen is None and request.args.get("scope") == "nationwide"
    page = views.RankingPage(
        period=period,
        ranking=found,
        seal=seal,
        previous=results.previous(db, period),
        awards=holdings(db, period) if seal else {},
        hrefs=_result_links(db, period, person),
        chosen=chosen,
        nationwide=nationwide,
        may_see_notes=may(person, Permission.READ_AWARDS, period),
    )
    return render_template(
        "results/ranking.html",
        page=page,
        period=period,
        publish_permission=Permission.RUN_PERIOD,
        lean_permission=Permission.READ_LEAN,
    )


def _result_links(db: Session, period: Period, person: User | None) -> dict[str, str]:
    """Where each unit's result page is, for the units this person may read it of."""
    if person is None:
        return {}
    return {
        sheet.unit.code: url_for("results.unit_result", sheet_id=sheet.id)
        for sheet in results.sheets_with_units(db, period)
        if may(person, Permission.READ_SHEET_RESULT, sheet)
    }


@area.get("/periods/<code>/ranking.xlsx", allow=Permission.READ_RANKING, load=load_period)
def ranking_workbook(period: Period) -> Any:
    """The ranking as an Excel file."""
    name = f"xep-hang-{period.code}.xlsx"
    return _download(reports.ranking_workbook(current.db(), period), XLSX, name)


@area.get("/periods/<code>/ranking.pdf", allow=Permission.READ_RANKING, load=load_period)
def ranking_report(period: Period) -> Any:
    """The ranking report, laid out for print."""
    department = current.settings().department
    pdf = reports.ranking_report_pdf(current.db(), period, department=department)
    return _download(pdf, "application/pdf", f"bao-cao-xep-hang-{period.code}.pdf", inline=True)


def _download(body: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    kind = "inline" if inline else "attachment"
    return Response(body, mimetype=media_type, headers={"Content-Disposition": f'{kind}; filename="{name}"'})


@area.get("/periods/<code>/ranking/check", allow=Permission.READ_RANKING, load=load_period)
def recheck(period: Period) -> Any:
    """Recompute the published result and say whether it is the same."""
    db = current.db()
    check = seals.recheck(db, period)
    if check is None:
        return render_template(
            "results/nothing.html",
            period=period,
            heading=_("Kiểm tra lại kết quả"),
            sentence=_("Kết quả chưa công bố nên chưa có gì để kiểm tra lại."),
            advice=_("Khi công bố, kết quả được khóa bằng một mã SHA-256; từ đó ai cũng kiểm tra lại được."),
            label=_("Xem bảng xếp hạng tạm tính"),
            href=url_for("results.ranking", code=period.code),
        )
    return render_template(
        "results/recheck.html",
        period=period,
        check=check,
        row=results.result_row(db, period),
        may_see_changes=may(current.user(), Permission.READ_AWARDS, period),
    )


# publishing


@area.get("/periods/<code>/publish", allow=Permission.RUN_PERIOD, load=load_period)
def publishing(period: Period) -> Any:
    """What publishing would do: a dry run."""
    preview = results.publish_preview(current.db(), period)
    return render_template(
        "results/publishing.html",
        period=period,
        preview=preview,
        states=STATE_NAMES,
        leads=views.leads_of(preview.ranking),
    )


def _publishing_page(period: Period, preview: results.PublishPreview) -> str:
    return render_template(
        "results/publishing.html",
        period=period,
        preview=preview,
        states=STATE_NAMES,
        leads=views.leads_of(preview.ranking),
    )


@area.post("/periods/<code>/publish", allow=Permission.RUN_PERIOD, load=load_period)
def publish(period: Period) -> Any:
    """Seal and publish."""
    try:
        row = results.publish(current.db(), current.actor(), period, now=current.now())
    except WrongState as refusal:
        preview = results.publish_preview(current.db(), period)
        if preview.refusal is None:
            raise
        flash(show_phrase(refusal.phrase), "bad")
        return _publishing_page(period, preview), refusal.status
    flash(_("Đã công bố và khóa kết quả. Mã SHA-256: %(hash)s", hash=row.sha256), "ok")
    return redirect(url_for("results.ranking", code=period.code), 303)


@area.post("/periods/<code>/ranking/openness", allow=Permission.RUN_PERIOD, load=load_period)
def open_ranking(period: Period) -> Any:
    """Open the published ranking to everybody, or close it."""
    is_public = request.form.get("is_public") == "yes"
    results.open_ranking(current.db(), current.actor(), period, is_public=is_public, now=current.now())
    if is_public:
        flash(_("Bảng xếp hạng đã mở cho mọi người xem, không cần đăng nhập."), "ok")
    else:
        flash(_("Bảng xếp hạng chỉ còn mở cho người có tài khoản."), "ok")
    return redirect(url_for("results.ranking", code=period.code), 303)


# one unit


@area.get("/sheets/<int:sheet_id>/result", allow=Permission.READ_SHEET_RESULT, load=load_sheet)
def unit_result(sheet: Sheet) -> Any:
    """The result of one unit: its figures, where they come from, how it compares."""
    db = current.db()
    page = unit_results.build(db, sheet)
    if page is None:
        return render_template(
            "results/nothing.html",
            period=sheet.period,
            heading=_("Kết quả của %(unit)s", unit=sheet.unit_name),
            sentence=_("Hội đồng chưa kết luận điểm thẩm định của phiếu này."),
            advice=_("Điểm và lý do hiện ở đây khi hội đồng kết luận; thứ hạng hiện sau khi công bố."),
            label=_("Xem phiếu chấm điểm"),
            href=url_for("sheets.sheet", sheet_id=sheet.id),
        )
    return render_template(
        "results/unit_result.html",
        page=page,
        sheet=sheet,
        period=sheet.period,
        accepted=unit_results.ACCEPTED,
        read_ranking=Permission.READ_RANKING,
    )


# the leader's first page


def leader_home(person: User, period: Period) -> str:
    """One page for the leader of the ministry: the newest published result, and how far the running round is."""
    db = current.db()
    newest = results.newest_published(db)
    seal = results.result_row(db, newest) if newest else None
    summary = None
    if newest is not None and seal is not None:
        page = views.RankingPage(
            period=newest,
            ranking=results.opened(seal).ranking,
            seal=seal,
            previous=results.previous(db, newest),
            awards=holdings(db, newest),
            hrefs=_result_links(db, newest, person),
            chosen=None,
            nationwide=False,
            may_see_notes=True,
        )
        summary = {"period": newest, "page": page}
    running = None
    if newest is None or period.id != newest.id:
        running = views.progress(period, results.sheet_counts(db, period), now=current.now())
    return render_template("home/leader.html", period=period, summary=summary, running=running)

"""The department runs the round: the board, the phases and their times, extensions, finalising."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import Form, HiddenField, StringField, TextAreaField

from emulation.access import Permission, may
from emulation.config import VIETNAM
from emulation.domain.workflow import PHASE_NAMES, STATE_NAMES, Phase, next_phase
from emulation.errors import Invalid, Refusal, Stale
from emulation.models import Cluster, Period, Sheet, User
from emulation.services import finalising, phases
from emulation.services.boards import Board, board_of
from emulation.services.checks import Place, checks_for_next
from emulation.services.criteria import value_of
from emulation.services.periods import clock_of, clock_phase, extensions_of, load_period
from emulation.services.reminders import has_reader, tells_extension
from emulation.services.sheets import load_sheet
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_datetime, show_phrase, translate
from emulation.web.failures import show_beside
from emulation.web.numbers import whole_number
from emulation.words import N_

area = Area("periods", __name__)
MANAGE = Permission.RUN_PERIOD
WRITTEN = "%H:%M %d/%m/%Y"
SHOWN = ("", "late", "extended", "returned")


# ---- the board ----


@area.get("/periods/<code>/board", allow=Permission.READ_BOARD, load=load_period)
def board(period: Period) -> Any:
    """Units x stages, what is overdue, and what blocks the next phase; a cluster leader sees the own cluster."""
    person = current.user()
    assert person is not None
    return cluster_home(person, period) if person.unit_id is not None else department_home(person, period)


def department_home(person: User, period: Period) -> str:
    """The round as a board."""
    show = request.args.get("show", "")
    found = board_of(current.db(), period, now=current.now(), show=show if show in SHOWN else "")
    checks = checks_for_next(current.db(), period, now=current.now())
    return render_template(
        "periods/board.html",
        period=period,
        board=found,
        show=show,
        steps=phase_steps(period),
        criteria=value_of(period.criteria_set),
        next_name=next_name(period),
        checks=shown_checks(period, checks),
        is_blocked=any(check.kind == "bad" for check in checks),
        states=STATE_NAMES,
        now=current.now(),
    )


def cluster_home(person: User, period: Period) -> str:
    """The progress of the cluster that the person's unit leads; nothing of what the units declared."""
    led = (
        current.db()
        .query(Cluster)
        .filter(Cluster.period_id == period.id, Cluster.leader_id == person.unit_id)
        .order_by(Cluster.number)
        .all()
    )
    found: Board | None = None
    if led:
        found = board_of(
            current.db(), period, now=current.now(), cluster_ids=[cluster.id for cluster in led], count_all=True
        )
    return render_template(
        "periods/cluster.html",
        period=period,
        clusters=led,
        board=found,
        steps=phase_steps(period),
        states=STATE_NAMES,
        now=current.now(),
    )


def next_name(period: Period) -> str | None:
    """The next phase in words."""
    after = next_phase(Phase(period.phase))
    return translate(PHASE_NAMES[after]) if after else None


def phase_steps(period: Period) -> list[dict[str, Any]]:
    """The phases on one line with their dates."""
    order = list(Phase)
    at = order.index(Phase(period.phase))
    steps = []
    for i, phase in enumerate(order):
        window = period.window(phase)
        hint = ""
        if window is not None:
            opens, closes = (one.astimezone(VIETNAM).strftime("%d/%m") for one in (window.opens_at, window.closes_at))
            hint = f"{opens} - {closes}"
        steps.append(
            {
                "label": translate(PHASE_NAMES[phase]),
                "hint": hint,
                "state": "done" if i < at else "now" if i == at else "next",
            }
        )
    return steps


def shown_checks(period: Period, checks: list[Any]) -> list[dict[str, Any]]:
    """Checks as the component shows them, each with the link to where it is settled, if the reader may go there."""
    places = {
        Place.LATE: url_for("periods.board", code=period.code, show="late") + "#late",
        Place.COUNCILS: url_for("councils.councils", code=period.code),
        Place.BOARD: url_for("periods.board", code=period.code) + "#board",
    }
    if may(current.user(), MANAGE, period):
        places |= {
            Place.INBOX: url_for("submissions.inbox", code=period.code),
            Place.WINDOWS: url_for("periods.times", code=period.code),
            Place.FINALISE: url_for("periods.finalising_page", code=period.code),
        }
    rows = []
    for check in checks:
        text = show_phrase(check.phrase)
        rows.append({"kind": check.kind, "text": text[:1].upper() + text[1:], "href": places.get(check.place)})
    return rows


# ---- phases ----


@area.get("/periods/<code>/next-phase", allow=MANAGE, load=load_period)
def moving(period: Period) -> Any:
    """What moving to the next phase means and what stands against it: a dry run."""
    after = next_phase(Phase(period.phase))
    if after is Phase.PUBLISHED:
        return redirect(url_for("results.publishing", code=period.code))
    checks = checks_for_next(current.db(), period, now=current.now())
    return render_template(
        "periods/moving.html",
        period=period,
        after=after,
        from_name=translate(PHASE_NAMES[Phase(period.phase)]),
        next_name=next_name(period),
        checks=shown_checks(period, checks),
        is_blocked=any(check.kind == "bad" for check in checks),
    )


@area.post("/periods/<code>/next-phase", allow=MANAGE, load=load_period)
def move(period: Period) -> Any:
    """Move the round to the phase that was shown."""
    wanted = request.form.get("to", "")
    if wanted not in list(Phase):
        raise Invalid(N_("Không có giai đoạn này."), "to")
    phases.move_phase(current.db(), current.actor(), period, to=Phase(wanted), now=current.now())
    flash(_("Kỳ đánh giá đã sang giai đoạn “%(phase)s”.", phase=translate(PHASE_NAMES[Phase(wanted)])), "ok")
    return redirect(url_for("periods.board", code=period.code), 303)


class TimesForm(Form):
    """Open and close time of every timed phase, as text "08:00 20/06/2022" in Vietnam time."""

    version = HiddenField()


for _phase in phases.TIMED:
    setattr(TimesForm, f"{_phase.value}-opens_at", StringField(lazy("Mở")))
    setattr(TimesForm, f"{_phase.value}-closes_at", StringField(lazy("Đóng")))


def read_moment(text: str | None, field: str) -> datetime | None:
    """A time typed as "17:00 20/06/2022" or "20/06/2022" (then 17:00), in Vietnam; None for nothing.

    Raises:
        Invalid: it is neither.
    """
    typed = (text or "").strip()
    if not typed:
        return None
    if " " not in typed:
        typed = f"17:00 {typed}"
    try:
        return datetime.strptime(typed, WRITTEN).replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise Invalid(N_("Viết giờ và ngày như 17:00 20/06/2022."), field) from error


def times_page(period: Period, form: TimesForm, status: int = 200, conflict: list[dict[str, str]] | None = None) -> Any:
    """The form of the times; `conflict` shows a colleague's times beside what was typed."""
    rows = [(phase, translate(PHASE_NAMES[phase])) for phase in phases.TIMED]
    return render_template("periods/times.html", period=period, form=form, rows=rows, conflict=conflict), status


def stored_times(period: Period) -> dict[str, str]:
    """The times as the form shows them."""
    stored = {"version": str(period.version)}
    for phase in phases.TIMED:
        window = period.window(phase)
        if window is not None:
            stored[f"{phase.value}-opens_at"] = show_datetime(window.opens_at)
            stored[f"{phase.value}-closes_at"] = show_datetime(window.closes_at)
    return stored


@area.get("/periods/<code>/times", allow=MANAGE, load=load_period)
def times(period: Period) -> Any:
    """Open and close time of the phases."""
    return times_page(period, TimesForm(data=stored_times(period)))


@area.post("/periods/<code>/times", allow=MANAGE, load=load_period)
def set_times(period: Period) -> Any:
    """Save the times."""
    form = TimesForm(request.form)
    try:
        windows: dict[Phase, tuple[datetime, datetime] | None] = {}
        for phase in phases.TIMED:
            opens = read_moment(form[f"{phase.value}-opens_at"].data, f"{phase.value}-opens_at")
            closes = read_moment(form[f"{phase.value}-closes_at"].data, f"{phase.value}-closes_at")
            if (opens is None) != (closes is None):
                missing = "opens_at" if opens is None else "closes_at"
                raise Invalid(N_("Nhập cả giờ mở và giờ đóng, hoặc để trống cả hai."), f"{phase.value}-{missing}")
            windows[phase] = (opens, closes) if opens is not None and closes is not None else None
        phases.set_windows(
            current.db(),
            current.actor(),
            period,
            windows=windows,
            version=whole_number(form.version.data, 0),
            now=current.now(),
        )
    except Stale as refusal:
        shown = {name: text for name, text in stored_times(period).items() if name != "version"}
        conflict = [
            {"label": f"{translate(PHASE_NAMES[phase])}: {form[name].label.text}", "mine": mine, "theirs": theirs}
            for phase in phases.TIMED
            for name in (f"{phase.value}-opens_at", f"{phase.value}-closes_at")
            if (mine := form[name].data or "") != (theirs := shown.get(name, ""))
        ]
        form.version.raw_data, form.version.data = None, str(period.version)
        return times_page(period, form, refusal.status, conflict)
    except Refusal as refusal:
        current.db().rollback()
        return times_page(period, form, show_beside(form, refusal))
    flash(_("Đã lưu thời gian các giai đoạn."), "ok")
    return redirect(url_for("periods.board", code=period.code), 303)


# ---- extensions ----


class ExtensionForm(Form):
    """More time for one unit."""

    closes_at = StringField(lazy("Hạn mới"))
    reason = TextAreaField(lazy("Lý do"))


def extension_page(sheet: Sheet, form: ExtensionForm, status: int = 200) -> Any:
    """The form of an extension, or why there is none to give."""
    db, now = current.db(), current.now()
    refused = phases.why_not_extended(sheet)
    page = render_template(
        "periods/extension.html",
        sheet=sheet,
        period=sheet.period,
        form=form,
        refused=show_phrase(refused.phrase) if refused else None,
        phase=clock_phase(sheet, sheet.period),
        clock=clock_of(db, sheet, now=now),
        latest=phases.latest_extension(sheet, now=now) if refused is None else None,
        has_reader=(is_read := has_reader(db, sheet)),
        is_told=is_read and tells_extension(sheet) and bool(current.settings().smtp_url),
        granted=extensions_of(db, sheet),
        phases=PHASE_NAMES,
    )
    return page, status


@area.get("/sheets/<int:sheet_id>/extension", allow=MANAGE, load=load_sheet)
def extending(sheet: Sheet) -> Any:
    """Give one unit more time."""
    return extension_page(sheet, ExtensionForm())


@area.post("/sheets/<int:sheet_id>/extension", allow=MANAGE, load=load_sheet)
def extend(sheet: Sheet) -> Any:
    """Save the extension, or take the unit's own time back."""
    form = ExtensionForm(request.form)
    db, actor, now, reason = current.db(), current.actor(), current.now(), form.reason.data or ""
    is_taken_back = "take_back" in request.form
    try:
        if is_taken_back:
            granted = phases.take_back(db, actor, sheet, reason=reason, now=now)
        else:
            closes_at = read_moment(form.closes_at.data, "closes_at")
            if closes_at is None:
                raise Invalid(N_("Nhập hạn mới."), "closes_at")
            granted = phases.extend(db, actor, sheet, closes_at=closes_at, reason=reason, now=now)
    except Refusal as refusal:
        return extension_page(sheet, form, show_beside(form, refusal))
    name, when = sheet.short_name, show_datetime(granted.closes_at)
    if is_taken_back:
        flash(_("Đã rút lại gia hạn của %(name)s; hạn chung là %(when)s.", name=name, when=when), "ok")
    else:
        flash(_("Đã gia hạn cho %(name)s đến %(when)s.", name=name, when=when), "ok")
    return redirect(url_for("periods.board", code=sheet.period.code), 303)


# ---- finalising ----


@area.get("/periods/<code>/finalising", allow=MANAGE, load=load_period)
def finalising_page(period: Period) -> Any:
    """Which sheets can be finalised now, and why the others cannot."""
    found = finalising.readiness_of(current.db(), period, now=current.now())
    return render_template("periods/finalising.html", period=period, found=found, states=STATE_NAMES)


@area.post("/periods/<code>/finalising", allow=MANAGE, load=load_period)
def finalise_ready(period: Period) -> Any:
    """Finalise every sheet that was shown as ready."""
    done = finalising.finalise_ready(
        current.db(),
        current.actor(),
        period,
        expected=whole_number(request.form.get("expected"), None),
        now=current.now(),
    )
    flash(_("Đã chốt %(n)s phiếu.", n=len(done)), "ok")
    return redirect(url_for("periods.finalising_page", code=period.code), 303)


@area.post("/sheets/<int:sheet_id>/finalise", allow=Permission.FINALISE_SHEET, load=load_sheet)
def finalise(sheet: Sheet) -> Any:
    """Finalise one sheet."""
    finalising.finalise(current.db(), current.actor(), sheet, now=current.now())
    flash(_("Đã chốt phiếu của %(name)s.", name=sheet.short_name), "ok")
    return redirect(url_for("periods.finalising_page", code=sheet.period.code), 303)

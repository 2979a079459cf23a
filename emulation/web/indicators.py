"""Figures that the ministry already holds: the department loads them and reads what units say to them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import Form, StringField

from emulation.access import Permission
from emulation.documents.indicator_books import answers_workbook, template
from emulation.documents.indicator_files import Reading, as_csv, read_indicators
from emulation.documents.table_files import day_of
from emulation.domain.numbers import number
from emulation.domain.source import Problems
from emulation.errors import Invalid, WrongState
from emulation.models import Period
from emulation.services import indicators as service
from emulation.services.criteria import value_of
from emulation.services.indicator_answers import STANDING_WORDS, Answer, Standing, answers_of
from emulation.services.periods import load_period, sheets_of
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.criteria_files import file_posted, problems_shown, xlsx_file
from emulation.web.display import say as _
from emulation.web.display import show_date, show_datetime, show_figure, show_phrase
from emulation.words import N_, Phrase

area = Area("indicators", __name__)
READ, LOAD = Permission.READ_INDICATORS, Permission.RUN_PERIOD


class LoadForm(Form):
    """What the file itself does not say."""

    source = StringField(lazy("Nguồn"))
    as_of = StringField(lazy("Ngày số liệu"))


@area.get("/periods/<code>/indicators", allow=READ, load=load_period)
def indicators(period: Period) -> Any:
    """What is loaded, what units say to it, and the form for a file."""
    return _page(period, LoadForm())


def _page(
    period: Period,
    form: LoadForm,
    *,
    problems: list[dict[str, str]] | None = None,
    plan: service.Loading | None = None,
    text: str = "",
    unused: dict[str, int] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    db = current.db()
    titles = service.titles_of(value_of(period.criteria_set))
    loaded = service.indicators_of(db, period)
    answers = answers_of(db, period)
    standings = Counter((one.value.indicator_id, one.standing) for one in answers)
    rows = [
        {
            "row": one,
            "codes": titles.get(one.code, ("", []))[1],
            "count": len(one.values),
            "sources": sorted({(value.source, value.as_of) for value in one.values}),
            "standings": [standings[one.id, standing] for standing in Standing],
        }
        for one in loaded
    ]
    closed = service.why_not_loaded(period)
    page = render_template(
        "periods/indicators.html",
        period=period,
        form=form,
        rows=rows,
        titles=titles,
        missing=[(code, *titles[code]) for code in titles if code not in {one.code for one in loaded}],
        standings=[show_phrase(Phrase(STANDING_WORDS[one])) for one in Standing],
        differing=[_shown(one) for one in answers if one.differs],
        example=_example_day(period),
        effects={effect: show_phrase(Phrase(words)) for effect, words in service.EFFECT_WORDS.items()},
        problems=problems,
        closed=show_phrase(closed.phrase) if closed is not None else "",
        plan=plan,
        text=text,
        unused=unused or {},
    )
    return page, status


def _shown(one: Answer) -> dict[str, Any]:
    """What a unit says to a figure, for the tables."""
    return {
        "answer": one,
        "standing": show_phrase(Phrase(STANDING_WORDS[one.standing])),
        "since": show_phrase(Phrase(one.since)) if one.since else "",
        "earlier": _earlier(one) if one.since else "",
    }


def _earlier(one: Answer) -> str:
    assert one.earlier is not None
    return _(
        "Bộ %(value)s, đơn vị %(own)s: %(reason)s",
        value=show_figure(number(one.earlier.value)),
        own=show_figure(number(one.earlier.own)),
        reason=one.earlier.reason,
    )


def _example_day(period: Period) -> str:
    """A day at the end of the school year, as people write it."""
    year = period.code[-4:]
    return f"31/05/{year}" if year.isascii() and year.isdigit() else ""


def _day(form: LoadForm) -> date | None:
    text = str(form.as_of.data or "").strip()
    day = day_of(text) if text else None
    if text and day is None:
        raise Invalid(N_("“%(text)s” không phải là một ngày: viết ngày/tháng/năm."), "as_of", text=text[:60])
    return day


def _posted() -> Reading:
    """The figures in the posted form: in the file, or in the text that a dry run has sent back."""
    text = request.form.get("text")
    if text is not None:
        return read_indicators("so-lieu.csv", text.encode())
    return read_indicators(*file_posted())


@area.post("/periods/<code>/indicators/plan", allow=LOAD, load=load_period)
def plan(period: Period) -> Any:
    """The dry run: what loading the file would come to, or everything that is wrong with it. Nothing changes."""
    form, now = LoadForm(request.form), current.now()
    source, refused = str(form.source.data or ""), False
    try:
        as_of = _day(form)
    except Invalid as refusal:
        form.as_of.errors = [show_phrase(refusal.phrase)]
        as_of, refused = now.date(), True  # what is wrong with the file is told all the same
    try:
        reading = _posted()
        found = service.plan_loading(current.db(), period, reading, source=source, as_of=as_of, now=now)
    except Problems as error:
        return _page(period, form, problems=problems_shown(error), status=422)
    if found.problems or refused:
        problems = problems_shown(Problems(found.problems)) if found.problems else None
        return _page(period, form, problems=problems, unused=found.unused, status=422)
    return _page(period, form, plan=found, text=as_csv(reading.given), unused=found.unused)


@area.post("/periods/<code>/indicators", allow=LOAD, load=load_period)
def load(period: Period) -> Any:
    """Load what the dry run showed, all or nothing."""
    form = LoadForm(request.form)
    try:
        reading = _posted()
        source, as_of = str(form.source.data or ""), _day(form)
        found = service.load_indicators(
            current.db(),
            current.actor(),
            period,
            reading,
            source=source,
            as_of=as_of,
            seen=request.form.get("seen"),
            now=current.now(),
        )
    except Problems as error:
        return _page(period, form, problems=problems_shown(error), status=422)
    except (Invalid, WrongState) as refusal:
        current.db().rollback()
        return _page(period, form, problems=[{"where": "", "what": show_phrase(refusal.phrase)}], status=refusal.status)
    flash(
        _(
            "Đã nạp %(new)s số liệu mới, %(changed)s số liệu đổi; điền vào %(lines)s dòng chưa có số liệu.",
            new=found.new,
            changed=found.changed,
            lines=found.filled,
        ),
        "ok",
    )
    return redirect(url_for("indicators.indicators", code=period.code), 303)


@area.get("/periods/<code>/indicators/template.xlsx", allow=LOAD, load=load_period)
def blank(period: Period) -> Response:
    """The workbook to fill in: units x indicators."""
    titles = service.titles_of(value_of(period.criteria_set))
    units = [(sheet.unit.code, sheet.short_name) for sheet in sheets_of(current.db(), period)]
    content = template(units, [(code, title, ", ".join(codes)) for code, (title, codes) in titles.items()])
    return xlsx_file(content, f"mau-so-lieu-{period.code}.xlsx")


@area.get("/periods/<code>/indicators/values", allow=READ, load=load_period)
def values(period: Period) -> Any:
    """Every figure of every unit with what the unit says to it; `indicator` picks one."""
    chosen = request.args.get("indicator", "")
    answers = answers_of(current.db(), period)
    titles = {one.value.indicator.code: one.value.indicator.title for one in answers}
    shown = [_shown(one) for one in answers if chosen not in titles or one.value.indicator.code == chosen]
    return render_template("periods/indicator_values.html", period=period, rows=shown, title=titles.get(chosen))


@area.get("/periods/<code>/indicators/values.xlsx", allow=READ, load=load_period)
def values_file(period: Period) -> Response:
    """Every figure of every unit with what the unit says to it, and why."""
    rows = []
    for one in answers_of(current.db(), period):
        shown, row = _shown(one), one.value
        state = "; ".join(text for text in (shown["standing"], shown["since"]) if text)
        who = f"{one.who}, {show_datetime(row.said_at)}" if row.said_at else ""
        rows.append(
            (
                one.sheet.unit.code,
                one.sheet.short_name,
                row.indicator.code,
                row.indicator.title,
                number(row.value),
                state,
                number(one.own) if one.own else "",
                ", ".join(one.codes),
                row.reason if one.differs else "",
                who,
                shown["earlier"],
                row.source,
                show_date(row.as_of),
            )
        )
    return xlsx_file(answers_workbook(rows), f"so-lieu-bo-{period.code}.xlsx")

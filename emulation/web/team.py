"""Work as a team: the page that says who fills what, and what the pages of a sheet show of it and of the remarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of an older WTForms

from emulation.access import Permission, may
from emulation.domain.workflow import Act, Phase, SheetState, refusal
from emulation.errors import Invalid, Stale
from emulation.models import Role, Sheet, User
from emulation.services import team as service
from emulation.services.colleagues import Marks
from emulation.services.lines import Line
from emulation.services.periods import clock_of
from emulation.services.remarks import Count, Thread, counts_of, threads_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet, load_sheet_to_change
from emulation.services.team import Colleague
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase, translate
from emulation.web.numbers import whole_number
from emulation.web.remarks import RemarkForm, thread_rows
from emulation.web.sheet_view import SheetView, href, is_declared, section_of, todo_items, view_of

area = Area("team", __name__)


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _sheet_to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


# ---- who fills what ----


class AssignmentForm(Form):
    """One select for each part; the names of the fields are places, since codes may hold any sign."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for one in self:
            one.errors = []


def _form(sheet: Sheet, people: list[Colleague], given: dict[str, Colleague]) -> tuple[AssignmentForm, dict[str, str]]:
    """The form, and the key of the part that each of its fields is for."""
    titles = service.shares_of(criteria_of(sheet))
    keys = {f"part{place}": key for place, key in enumerate(titles)}
    fields = {}
    for name, key in keys.items():
        choices = [SelectChoice("", _("Chưa phân công"))]
        choices += [SelectChoice(str(one.id), f"{one.name}, {one.title}" if one.title else one.name) for one in people]
        has = given.get(key)
        if has is not None and not has.is_open:
            choices.append(SelectChoice(str(has.id), _("%(name)s (tài khoản đã đóng)", name=has.name)))
        label = translate(titles[key]) if key in (service.BONUS, service.DEDUCTIONS) else f"{key}. {titles[key]}"
        fields[name] = SelectField(label, choices=choices, validate_choice=False)
    made = type("Assignments", (AssignmentForm,), fields)
    if request.method == "POST":
        return made(request.form), keys
    return made(data={name: str(given[key].id) if key in given else "" for name, key in keys.items()}), keys


@area.get("/sheets/<int:sheet_id>/team", allow=Permission.FILL_SHEET, load=_sheet)
def team(sheet: Sheet) -> Any:
    """Who fills which part of the sheet."""
    return _team_page(sheet)


def _team_page(sheet: Sheet, form: AssignmentForm | None = None) -> str:
    db = current.db()
    people, given = service.colleagues_of(db, sheet), service.assignments_of(db, sheet)
    made, keys = _form(sheet, people, given)
    form = form or made
    view = view_of(sheet)
    refused = refusal(
        Act.ASSIGN, SheetState(sheet.state), Phase(sheet.period.phase), clock_of(db, sheet, now=current.now())
    )
    rows = [
        {
            "field": form[name],
            "seen": given[key].id if key in given else "",
            "seen_name": f"seen-{name}",
            "progress": progress_of_part(view, key),
            "closed": given[key].name if key in given and not given[key].is_open else None,
        }
        for name, key in keys.items()
    ]
    return render_template(
        "team/team.html",
        sheet=sheet,
        rows=rows,
        people=people,
        loads=[(one, [key for key in keys.values() if key in given and given[key].id == one.id]) for one in people],
        refused=show_phrase(refused.phrase) if refused else None,
    )


@area.post("/sheets/<int:sheet_id>/team", allow=Permission.FILL_SHEET, load=_sheet_to_change)
def save(sheet: Sheet) -> Any:
    """Give all parts at once."""
    db = current.db()
    form, keys = _form(sheet, service.colleagues_of(db, sheet), service.assignments_of(db, sheet))
    names = {key: name for name, key in keys.items()}
    to = {key: _key(form[name].data) for key, name in names.items()}
    seen = {key: _key(request.form.get(f"seen-{name}", "")) for key, name in names.items()}
    try:
        changed = service.assign(db, current.actor(), sheet, to=to, seen=seen, now=current.now())
    except (Invalid, Stale) as error:
        if error.field not in names:
            raise
        db.rollback()
        form[names[error.field]].errors = [show_phrase(error.phrase)]
        return _team_page(load_sheet(db, sheet.id) or sheet, form), error.status
    if changed:
        flash(ngettext("Đã phân công lại %(num)s phần.", "Đã phân công lại %(num)s phần.", len(changed)), "ok")
    else:
        flash(_("Phân công không có gì thay đổi."), "ok")
    return redirect(url_for("team.team", sheet_id=sheet.id), 303)


def _key(text: Any) -> int | None:
    """The key of an account, None for nobody; what is no number is an account that nobody has."""
    return whole_number(text, 0) if text else None


# ---- what the pages of a sheet show ----


@dataclass
class Team:
    """Who has what on a sheet, and the remarks on its rows, for one reader. Everything is empty for other units."""

    sheet: Sheet
    person_id: int | None
    people: dict[str, Colleague] = field(default_factory=dict)
    counts: dict[str, Count] = field(default_factory=dict)
    threads: list[dict[str, Any]] = field(default_factory=list)  # of the open row
    form: RemarkForm = field(default_factory=RemarkForm)
    talks: bool = False

    @property
    def mine(self) -> list[str]:
        """Keys of the parts that this reader has."""
        return [key for key, one in self.people.items() if one.id == self.person_id]

    @property
    def marks(self) -> Marks:
        """What the filters of the sheet look at."""
        return Marks(frozenset(self.mine), frozenset(code for code, one in self.counts.items() if one.open))

    @property
    def open_remarks(self) -> int:
        """How many threads wait on the whole sheet."""
        return sum(one.open for one in self.counts.values())


def team_of(sheet: Sheet, person: User | None, *, open_code: str | None = None) -> Team:
    """What a page of the sheet shows of team work: two queries, and one more for the open row."""
    found = Team(sheet, person.id if person else None)
    if not may(person, Permission.TALK_ON_SHEET, sheet):
        return found
    db = current.db()
    found.talks = True
    found.people, found.counts = service.assignments_of(db, sheet), counts_of(db, sheet)
    if open_code is not None and open_code in found.counts:
        found.threads = thread_rows(threads_of(db, sheet, code=open_code))
    return found


def heard_on(view: SheetView, person: User | None, team: Team) -> dict[str, list[dict[str, str]]]:
    """Rows with remarks that wait for an officer: of the director, and of colleagues on the reader's own part."""
    found: dict[str, list[dict[str, str]]] = {"director": [], "colleagues": []}
    if not may(person, Permission.FILL_SHEET, view.sheet) or not team.open_remarks:
        return found
    for thread in open_threads(view.sheet, person):
        last = (thread.first, *thread.answers)[-1]
        if thread.first.role == Role.UNIT_DIRECTOR:
            who = "director"
        elif last.user_id != team.person_id and (not team.mine or section_of(view.criteria, thread.code) in team.mine):
            who = "colleagues"
        else:
            continue
        row = {"code": thread.code, "href": href(view.sheet, thread.code)}
        if row not in found[who]:
            found[who].append(row)
    return found


def with_people(tree: list[dict[str, Any]], team: Team) -> list[dict[str, Any]]:
    """The items of the section tree, each with who has it."""
    for item in tree:
        key = str(item["id"]).removeprefix("count-")
        one = team.people.get(key)
        if one is not None:
            closed = "" if one.is_open else " " + _("(tài khoản đã đóng)")
            item["who"] = {"initials": one.initials, "name": one.name + closed, "is_me": one.id == team.person_id}
    return tree


def lines_of_part(view: SheetView, key: str) -> list[Line]:
    """The lines of a part that the unit fills."""
    return [
        line
        for code, line in view.lines.items()
        if section_of(view.criteria, code) == key and (line.counts or key in (service.BONUS, service.DEDUCTIONS))
    ]


def progress_of_part(view: SheetView, key: str) -> tuple[int, int] | None:
    """Declared, and to declare; None where nothing has to be."""
    counted = [line for line in lines_of_part(view, key) if line.counts]
    return (sum(is_declared(line) for line in counted), len(counted)) if counted else None


def first_section(view: SheetView, team: Team) -> str | None:
    """The first of the reader's own parts where something is left, else the first of them; None without any."""
    left = {section_of(view.criteria, one.code) for one in view.left}
    mine = [key for key in service.shares_of(view.criteria) if key in team.mine]
    return next((key for key in mine if key in left), mine[0] if mine and not view.left else None)


def own_part(view: SheetView, team: Team) -> dict[str, Any] | None:
    """What the first screen says of the reader's part: progress, what is left in it; None where nothing was given."""
    shares = service.shares_of(view.criteria)
    keys = [key for key in shares if key in team.mine]
    if not keys:
        return None
    counted = [line for key in keys for line in lines_of_part(view, key) if line.counts]
    items = todo_items(view)
    own = [item for item in items if section_of(view.criteria, str(item["code"])) in keys]
    return {
        "parts": [
            {
                "code": "" if key in (service.BONUS, service.DEDUCTIONS) else key,
                "title": translate(shares[key]) if key in (service.BONUS, service.DEDUCTIONS) else shares[key],
                "href": url_for("sheets.sheet", sheet_id=view.sheet.id, section=key),
                "progress": progress_of_part(view, key),
            }
            for key in keys
        ],
        "done": sum(is_declared(line) for line in counted),
        "total": len(counted),
        "items": own,
        "others": [item for item in items if item not in own],
    }


def open_threads(sheet: Sheet, person: User | None) -> list[Thread]:
    """Threads that wait, for the pages before sending and signing; none for people of no unit."""
    if not may(person, Permission.TALK_ON_SHEET, sheet):
        return []
    return threads_of(current.db(), sheet, only_open=True)

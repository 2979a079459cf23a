"""Two versions of a criteria set side by side, and what the newer one would have done to a published ranking.

The pages are drawn from values (`differences_page`, `impact_page`), so that a draft can stand in for a published
version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from emulation.access import Permission, may
from emulation.domain.burden import burden, grown, measures
from emulation.domain.changes import Change, Names
from emulation.domain.criteria import CriteriaSet
from emulation.domain.differences import STATUS_NAMES, Line, Status, compare
from emulation.domain.impact import Impact, Placing
from emulation.domain.outline import read
from emulation.errors import WrongState
from emulation.models import CriteriaSet as Row
from emulation.models import Draft, Period
from emulation.services.criteria import load_set, value_of, versions
from emulation.services.drafts import load_draft, nodes_of
from emulation.services.impacts import impact_of
from emulation.services.names import owner_name, tag_name
from emulation.services.periods import load_period
from emulation.services.results import newest_published
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_figure, show_phrase, show_points, translate
from emulation.words import N_

area = Area("comparisons", __name__)
NAMES = Names(owner=owner_name, tag=tag_name)


@dataclass(frozen=True)
class Pair:
    """Two published versions: the one that is read, and the one it is compared with."""

    new: Row
    old: Row


def load_pair(db: Session, *, set_id: int, other_id: int) -> Pair | None:
    """Both versions, or None where one is missing."""
    new, old = load_set(db, set_id=set_id), load_set(db, set_id=other_id)
    return Pair(new, old) if new is not None and old is not None else None


@area.get("/criteria/<int:set_id>/compare/<int:other_id>", allow=Permission.READ_CRITERIA, load=load_pair)
def versions_compared(pair: Pair) -> str:
    """What changed from one published version to another."""
    db = current.db()
    used = newest_published(db)
    shows_impact = used is not None and may(current.user(), Permission.READ_IMPACT, used)
    return differences_page(
        value_of(pair.old),
        value_of(pair.new),
        here=url_for("comparisons.versions_compared", set_id=pair.new.id, other_id=pair.old.id),
        turned=url_for("comparisons.versions_compared", set_id=pair.old.id, other_id=pair.new.id),
        impact=url_for("comparisons.impact", code=used.code, set_id=pair.new.id) if used and shows_impact else None,
        others=[
            {
                "label": one.row.edition,
                "href": url_for("comparisons.versions_compared", set_id=pair.new.id, other_id=one.row.id),
                "current": one.row.id == pair.old.id,
            }
            for one in versions(db)
            if one.row.id != pair.new.id
        ],
    )


@area.get("/drafts/<int:draft_id>/compare", allow=Permission.READ_DRAFT, load=load_draft)
def draft_compared(row: Draft) -> str:
    """What a draft changes in the version that it is based on."""
    criteria = readable(row)
    used = newest_published(current.db())
    shows_impact = used is not None and may(current.user(), Permission.READ_IMPACT, used)
    return differences_page(
        value_of(based_on(row)),
        criteria,
        here=url_for("comparisons.draft_compared", draft_id=row.id),
        impact=url_for("comparisons.draft_impact", draft_id=row.id) if shows_impact else None,
        crumb=(criteria.title, url_for("drafts.editor", draft_id=row.id)),
    )


@area.get("/drafts/<int:draft_id>/impact", allow=Permission.READ_IMPACT, load=load_draft)
def draft_impact(row: Draft) -> str:
    """The newest published round ranked under a draft."""
    criteria = readable(row)
    period = newest_published(current.db())
    if period is None:
        raise WrongState(N_("Chưa có kỳ đánh giá nào công bố kết quả, nên chưa có gì để so sánh."))
    return impact_page(period, criteria, compared=url_for("comparisons.draft_compared", draft_id=row.id))


def readable(row: Draft) -> CriteriaSet:
    """The draft as a set.

    Raises:
        WrongState: it does not add up yet.
    """
    criteria = read(nodes_of(current.db(), row)).criteria
    if criteria is None:
        raise WrongState(N_("Bản dự thảo còn lỗi nên chưa so sánh được. Sửa các lỗi ở mục Kiểm tra trước."))
    return criteria


def based_on(row: Draft) -> Row:
    """The version that a draft is based on.

    Raises:
        WrongState: it was begun from nothing.
    """
    if row.based_on is None:
        raise WrongState(N_("Bản dự thảo này soạn từ đầu, không có bản trước để so sánh."))
    return row.based_on


def differences_page(
    old: CriteriaSet,
    new: CriteriaSet,
    *,
    here: str,
    turned: str | None = None,
    impact: str | None = None,
    others: list[dict[str, Any]] | None = None,
    crumb: tuple[str, str] | None = None,
) -> str:
    """The comparison of two sets. `here` is the page itself, `turned` the same the other way round, `impact` the page
    of the impact on a published round, `others` what else `new` can be compared with, `crumb` the page above it."""
    found = compare(old, new, NAMES)
    everything = request.args.get("show") == "all"
    was, now = burden(old), burden(new)
    return render_template(
        "comparisons/differences.html",
        found=found,
        old=old,
        new=new,
        facts=[(translate(STATUS_NAMES[status]), str(n)) for status, n in found.counts.items() if n],
        head=change_rows(found.head),
        rows=[line_row(line) for line in (found.lines if everything else found.changed)],
        ways=[
            {"label": _("Chỉ phần thay đổi"), "href": here, "current": not everything},
            {"label": _("Toàn bộ"), "href": f"{here}?show=all", "current": everything},
        ],
        measures=measures(now, was),
        grown=grown(now, was),
        turned=turned,
        crumb=crumb,
        impact=impact,
        others=others or [],
    )


def change_rows(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """Changes as rows of ui.diff."""
    return [
        {
            "label": show_phrase(change.label),
            "before": None if change.before is None else show_phrase(change.before),
            "after": None if change.after is None else show_phrase(change.after),
        }
        for change in changes
    ]


def line_row(line: Line) -> dict[str, Any]:
    """A line of the comparison as ui.differences shows it."""
    return {
        "line": line,
        "status": translate(STATUS_NAMES[line.status]),
        "points": _points(line),
        "notes": list(_notes(line)),
        "changes": change_rows(line.changes),
    }


def _points(line: Line) -> str:
    """ "10 → 8", or the one figure there is."""
    shown = [show_figure(value) for value in (line.maximum_before, line.maximum) if value is not None]
    return " → ".join(dict.fromkeys(shown)) or "–"


def _notes(line: Line) -> list[str]:
    """What is to be said of a line beside its changes."""
    found = []
    codes = ", ".join(line.origins)
    if line.status is Status.RENUMBERED:
        found.append(_("Mã cũ: %(code)s.", code=codes))
    elif line.status is Status.MERGED:
        found.append(_("Gộp từ %(codes)s.", codes=codes))
    elif line.status is Status.SPLIT:
        found.append(_("Tách từ %(code)s.", code=codes))
    if line.move is not None:
        found.append(_("Chuyển chỗ: %(move)s.", move=show_phrase(line.move)))
    if line.twin is not None and line.status is Status.NEW:
        found.append(_("Có lẽ là mã mới của %(code)s: tên, cách chấm và điểm tối đa như nhau.", code=line.twin))
    elif line.twin is not None:
        found.append(_("Có lẽ đã thành %(code)s: tên, cách chấm và điểm tối đa như nhau.", code=line.twin))
    if line.is_doubtful:
        found.append(_("Tên và cách chấm đều khác: có lẽ là tiêu chí khác dùng lại mã này."))
    return found


# ---- impact ----


@dataclass(frozen=True)
class Trial:
    """A round, and the published version that it is ranked under for a trial."""

    period: Period
    row: Row


def load_trial(db: Session, *, code: str, set_id: int) -> Trial | None:
    """The round and the version, or None where one is missing."""
    period, row = load_period(db, code), load_set(db, set_id=set_id)
    return Trial(period, row) if period is not None and row is not None else None


@area.get("/periods/<code>/impact/<int:set_id>", allow=Permission.READ_IMPACT, load=load_trial)
def impact(trial: Trial) -> str:
    """A published round ranked under another version."""
    old_id = trial.period.criteria_set_id
    return impact_page(
        trial.period,
        value_of(trial.row),
        compared=url_for("comparisons.versions_compared", set_id=trial.row.id, other_id=old_id),
        others=[
            {
                "label": one.row.edition,
                "href": url_for("comparisons.impact", code=trial.period.code, set_id=one.row.id),
                "current": one.row.id == trial.row.id,
            }
            for one in versions(current.db())
        ],
    )


def impact_page(
    period: Period, criteria: CriteriaSet, *, compared: str, others: list[dict[str, Any]] | None = None
) -> str:
    """What `criteria` would have done to the published result of a round. `compared` is the page of the differences."""
    found = impact_of(current.db(), period, criteria)
    if found is None:
        return render_template(
            "results/nothing.html",
            period=period,
            heading=_("Tác động của bộ tiêu chí %(version)s", version=criteria.version),
            sentence=_("Kỳ đánh giá này chưa công bố kết quả, nên chưa có gì để so sánh."),
            advice=_("Sau khi công bố, trang này xếp hạng lại kỳ theo bộ tiêu chí khác."),
            label=_("So sánh hai bộ tiêu chí"),
            href=compared,
        )
    names = {one.unit: one.name for one in found.units}
    return render_template(
        "comparisons/impact.html",
        found=found,
        period=period,
        facts=impact_facts(found),
        units=[unit_row(found, one) for one in found.units],
        movers=[unit_row(found, one) for one in found.movers()],
        clusters=[
            {
                "cluster": cluster,
                "names": [
                    ", ".join(names[unit] for unit in units) or "–"
                    for units in (cluster.whole, cluster.before, cluster.after)
                ],
            }
            for cluster in found.clusters
        ],
        compared=compared,
        others=others or [],
    )


def impact_facts(found: Impact) -> list[tuple[str, str]]:
    """The impact in five figures."""
    kept = sum(1 for cluster in found.clusters if cluster.is_kept)
    share = [show_points(value * 100, 1) + " %" for value in (found.covered_before, found.covered_after)]
    return [
        (_("So sánh được, điểm nền cũ"), share[0]),
        (_("So sánh được, điểm nền mới"), share[1]),
        (_("Đứng đầu cụm không đổi"), _("%(n)s trên %(all)s cụm", n=kept, all=len(found.clusters))),
        (_("Đổi hạng trung bình"), _("%(n)s bậc", n=show_points(found.mean_shift, 2))),
        (_("Kendall tau-b"), show_points(found.kendall_tau_b, 3)),
    ]


def unit_row(found: Impact, one: Any) -> dict[str, Any]:
    """A unit with its figures in words."""

    def total(placing: Placing | None, criteria: CriteriaSet) -> str:
        return "–" if placing is None else show_points(placing.total, criteria.precision)

    return {
        "one": one,
        "whole": total(one.whole, found.old),
        "before": total(one.before, found.old),
        "after": total(one.after, found.new),
        "refused": [f"{code}: {show_phrase(reason)}" for code, reason in one.refused],
    }

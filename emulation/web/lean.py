"""The lean report of a published round: which criteria could go, be merged or be automated?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Response, render_template, request, url_for

from emulation.access import Permission
from emulation.domain.lean import LeanReport
from emulation.domain.lean_candidates import ACTION_NAMES, Action, as_figure, as_percent
from emulation.domain.lean_items import Item, Part
from emulation.domain.lean_keep import Kept
from emulation.domain.lean_words import summary
from emulation.models import Period, Result
from emulation.services import lean as service
from emulation.services import results
from emulation.services.periods import load_period
from emulation.web import charts
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import DASH, show_phrase, show_points, translate
from emulation.web.display import say as _
from emulation.words import N_

area = Area("lean", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST = float("inf")  # where a figure that is not defined stands in an order
TAG_KINDS = {Action.DROP: "wait", Action.MERGE: "off", Action.AUTOMATE: "now"}


def _figure_or_last(name: str, sign: int) -> Callable[[Item], float]:
    def key(item: Item) -> float:
        value = getattr(item, name)
        return LAST if value is None else sign * value

    return key


# value of ?sort=, its words, the key; every order is stable on the order of the set
ORDERS: dict[str, tuple[str, Callable[[Item], float]]] = {
    "set": (N_("Thứ tự bộ tiêu chí"), lambda item: 0),
    "shift": (N_("Ít đổi hạng nhất"), _figure_or_last("rank_shift_if_dropped", 1)),
    "at_max": (N_("Nhiều đơn vị đạt tối đa nhất"), _figure_or_last("at_max", -1)),
    "spread": (N_("Ít phân tán nhất"), _figure_or_last("sd_share", 1)),
    "correlation": (N_("Tương quan thấp nhất"), _figure_or_last("item_rest_correlation", 1)),
    "files": (N_("Nhiều tệp minh chứng nhất"), lambda item: -item.cost.files if item.cost else LAST),
}


@dataclass(frozen=True)
class LeanPage:
    """Everything on the page."""

    period: Period
    report: LeanReport
    seal: Result
    is_example: bool
    order: str
    asked: int | None  # ?keep=

    @property
    def summary(self) -> list[str]:
        """The three sentences, in the reader's language."""
        return [show_phrase(sentence) for sentence in summary(self.report)]

    @cached_property
    def items(self) -> list[Item]:
        """All criteria in the chosen order."""
        return sorted(self.report.items, key=ORDERS[self.order][1])

    @property
    def orders(self) -> list[dict[str, Any]]:
        """Links to the other orders."""
        return [
            {
                "label": translate(label),
                "href": url_for("lean.lean", code=self.period.code, sort=name, keep=self.asked) + "#all",
                "current": name == self.order,
            }
            for name, (label, _key) in ORDERS.items()
        ]

    @cached_property
    def chosen(self) -> Kept:
        """The row of the k asked for; without a wish the one that the proposals to drop lead to."""
        most = len(self.report.keep)
        together = self.report.together
        k = self.asked if self.asked is not None else together.k if together else most
        return self.report.keep[min(max(k, 1), most) - 1]

    @cached_property
    def kept(self) -> Sequence[Item]:
        """The criteria kept."""
        return [self.report.by_code[code] for code in self.chosen.kept]

    @cached_property
    def left_out(self) -> Sequence[Item]:
        """The core criteria that are not kept, in order of the set."""
        kept = set(self.chosen.kept)
        return [item for item in self.report.core if item.code not in kept] if kept else []

    @property
    def answer(self) -> str:
        """What keeping so many means, in words."""
        row = self.chosen
        if not self.report.ranked:
            return str(_("Không đơn vị nào được xếp hạng nên không so được thứ hạng."))
        if row.winners_kept is None:
            return str(
                _("Giữ %(k)s tiêu chí thì có đơn vị không còn tiêu chí nào áp dụng nên không xếp hạng được.", k=row.k)
            )
        return str(
            _(
                "Giữ %(k)s trên %(n)s tiêu chí: thứ hạng đổi bình quân %(shift)s bậc, %(kept)s trên %(clusters)s cụm "
                "giữ nguyên đơn vị dẫn đầu.",
                k=row.k,
                n=len(self.report.core),
                shift=self.number(row.mean_rank_shift),
                kept=row.winners_kept,
                clusters=self.report.clusters,
            )
        )

    @cached_property
    def figure(self) -> charts.Figure | None:
        """tau-b and the share of clusters that keep their winners, by k; None with too little to draw."""
        rows = [row for row in self.report.keep if row.kendall_tau_b is not None]
        if len(rows) < 2:
            return None
        clusters = self.report.clusters
        agreement = [(row.k, as_figure(row.kendall_tau_b or 0.0, 4)) for row in rows]
        winners = [(row.k, as_figure((row.winners_kept or 0) / clusters, 4)) for row in rows] if clusters else []
        return charts.curves(
            [
                charts.Curve(_("Thứ hạng giống nhau (tau-b)"), agreement, is_main=True),
                charts.Curve(_("Tỷ lệ cụm giữ nguyên đơn vị dẫn đầu"), winners),
            ],
            across=_("Số tiêu chí cơ bản được giữ"),
            marked=self.chosen.k,
        )

    # figures and words of the templates

    @staticmethod
    def number(value: float | None, places: int = 2) -> str:
        """A statistic in the reader's language; a dash where it is not defined."""
        return DASH if value is None else show_points(as_figure(value, places), places)

    def percent(self, value: float | None) -> str:
        """A share as per cent, one decimal."""
        return DASH if value is None else f"{show_points(as_percent(value, 1), 1)} %"

    def action(self, item: Item) -> tuple[str, str] | None:
        """What could be done with a criterion and the kind of its tag."""
        action = self.report.action.get(item.code)
        return None if action is None else (translate(ACTION_NAMES[action]), TAG_KINDS[action])

    def words(self, candidate: Any) -> list[str]:
        """The reasons of a candidate."""
        return [show_phrase(reason) for reason in candidate.reasons]

    def part(self, item: Item) -> str:
        """Where a criterion stands, if not in the core."""
        names = {Part.BONUS: _("điểm thưởng"), Part.DEDUCTION: _("điểm trừ")}
        return names.get(item.part, "")

    @property
    def has_costs(self) -> bool:
        """Whether files, gaps and explanations are known."""
        return any(item.cost is not None for item in self.report.items)


@area.get("/periods/<code>/lean", allow=Permission.READ_LEAN, load=load_period)
def lean(period: Period) -> Any:
    """Candidates first, then how many to keep, then every criterion."""
    db = current.db()
    report, seal = service.lean_of(db, period), results.result_row(db, period)
    if report is None or seal is None:
        return render_template(
            "results/nothing.html",
            period=period,
            heading=_("Rà soát bộ tiêu chí"),
            sentence=_("Kết quả chưa công bố nên chưa rà soát được bộ tiêu chí."),
            advice=_("Từ khi công bố, trang này cho thấy tiêu chí nào có thể bỏ, gộp hoặc lấy tự động."),
            label=_("Xem bảng xếp hạng tạm tính"),
            href=url_for("results.ranking", code=period.code),
        )
    order = request.args.get("sort", "set")
    page = LeanPage(
        period=period,
        report=report,
        seal=seal,
        is_example=period.is_illustrative or report.criteria.status == "illustrative",
        order=order if order in ORDERS else "set",
        asked=request.args.get("keep", type=int),
    )
    return render_template("lean/lean.html", page=page, period=period)


@area.get("/periods/<code>/lean.pdf", allow=Permission.READ_LEAN, load=load_period)
def lean_pdf(period: Period) -> Any:
    """The lean report, laid out for print."""
    body = service.lean_report_pdf(current.db(), period, department=current.settings().department)
    return _download(body, "application/pdf", "inline", f"ra-soat-bo-tieu-chi-{period.code}.pdf")


@area.get("/periods/<code>/lean.xlsx", allow=Permission.READ_LEAN, load=load_period)
def lean_workbook(period: Period) -> Any:
    """The lean report as an Excel file."""
    body = service.lean_workbook(current.db(), period)
    return _download(body, XLSX, "attachment", f"ra-soat-bo-tieu-chi-{period.code}.xlsx")


def _download(body: bytes, media_type: str, kind: str, name: str) -> Response:
    return Response(body, mimetype=media_type, headers={"Content-Disposition": f'{kind}; filename="{name}"'})

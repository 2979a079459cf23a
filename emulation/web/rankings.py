"""What the ranking page shows, worked out from a ranking: rows, sentences and charts. No request, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from emulation.domain import comparison
from emulation.domain import results as domain
from emulation.domain.workflow import PHASE_NAMES, STATE_NAMES, Phase, SheetState
from emulation.models import Period, Result
from emulation.services.awards import Holding
from emulation.web import charts
from emulation.web.display import say as _
from emulation.web.display import show_date, show_figure, show_points, translate
from emulation.words import N_

FEWEST_FOR_A_CHART = 2
TIE_BREAKER_NAMES = {
    "deductions": N_("ít điểm trừ hơn"),
    "bonus": N_("nhiều điểm thưởng hơn"),
    "progress": N_("nhiều điểm tiến bộ hơn"),
}


@dataclass(frozen=True)
class Row:
    """One unit of a table."""

    outcome: domain.Outcome
    rank: int | None
    other_rank: int | None  # overall in a table of a cluster, in the cluster in the nationwide table
    is_tied: bool
    shares: Sequence[tuple[str, Decimal | None]]  # section, percent of its maximum
    change: Decimal | None  # against the year before
    awards: Sequence[Holding]
    href: str | None


@dataclass(frozen=True)
class Table:
    """A cluster, or the whole country."""

    id: str
    title: str
    hint: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class RankingPage:
    """Everything on the page. `chosen` is the number of one cluster, None for all."""

    period: Period
    ranking: domain.Ranking
    seal: Result | None
    previous: domain.Ranking | None
    awards: Mapping[str, Sequence[Holding]]
    hrefs: Mapping[str, str]
    chosen: int | None
    nationwide: bool
    may_see_notes: bool  # what was found about an excluded unit, beyond the title of the ground

    @property
    def is_provisional(self) -> bool:
        return self.ranking.sha256 is None

    @property
    def places(self) -> int:
        """Decimals of the points."""
        return self.ranking.criteria.precision

    @property
    def scored(self) -> int:
        """Units with official points."""
        return sum(one.official is not None for one in self.ranking.units)

    @cached_property
    def shown(self) -> list[domain.Outcome]:
        """The units on this page."""
        if self.chosen is None:
            return list(self.ranking.units)
        return self.ranking.by_cluster[self.chosen]

    @cached_property
    def top(self) -> Decimal:
        """The total at the end of the bars."""
        scale = self.ranking.criteria.scale
        if scale is not None:
            return scale
        return max((one.official.base for one in self.ranking.units if one.official), default=Decimal(1))

    @cached_property
    def tables(self) -> list[Table]:
        """One table per cluster shown, or one of all units."""
        if self.nationwide:
            rows = [self._row(outcome, overall=True) for outcome in self.ranking.units]
            return [Table("nationwide", _("Toàn quốc"), self._hint(len(rows)), rows)]
        return [
            Table(
                f"cluster-{cluster.number}",
                cluster.name,
                self._hint(len(self.ranking.by_cluster[cluster.number]))
                + (" " + _("Thành phần cụm là cách chia minh họa.") if cluster.is_inferred else ""),
                [self._row(outcome) for outcome in self.ranking.by_cluster[cluster.number]],
            )
            for cluster in self.ranking.clusters
            if self.chosen in (None, cluster.number)
        ]

    def _hint(self, units: int) -> str:
        sections = self.ranking.criteria.sections
        return str(
            _(
                "%(n)s đơn vị. Cột nhỏ: lĩnh vực %(first)s đến %(last)s, phần trăm điểm tối đa; nâu sẫm là dưới 80 %%.",
                n=units,
                first=sections[0].code,
                last=sections[-1].code,
            )
        )

    def _row(self, outcome: domain.Outcome, *, overall: bool = False) -> Row:
        figures = outcome.official
        shares: list[tuple[str, Decimal | None]] = []
        if figures:
            for section in self.ranking.criteria.sections:
                share = figures.sections[section.code].share
                shares.append((section.code, None if share is None else share * 100))
        before = self.previous.by_unit.get(outcome.unit) if self.previous else None
        tied = self.ranking.tied_overall if overall else self.ranking.tied
        ranks = (outcome.rank_overall, outcome.rank_in_cluster)
        return Row(
            outcome=outcome,
            rank=ranks[0] if overall else ranks[1],
            other_rank=ranks[1] if overall else ranks[0],
            is_tied=outcome.unit in tied,
            shares=shares,
            change=comparison.change(before.total if before else None, outcome.total),
            awards=self.awards.get(outcome.unit, ()),
            href=self.hrefs.get(outcome.unit) if figures else None,
        )

    @cached_property
    def tie_sentence(self) -> str:
        """How equal totals are parted."""
        names = [
            _("nhiều điểm lĩnh vực %(code)s hơn", code=name.removeprefix("section:"))
            if name.startswith("section:")
            else translate(TIE_BREAKER_NAMES[name])
            for name in self.ranking.criteria.tie_breakers
        ]
        if not names:
            return str(_("Đơn vị bằng điểm được xếp cùng hạng."))
        return str(_("Bằng điểm thì xét lần lượt: %(names)s; vẫn bằng thì cùng hạng.", names=", ".join(names)))

    # who leads

    @cached_property
    def leads(self) -> list[comparison.Lead]:
        """Who leads each cluster shown."""
        return [lead for lead in leads_of(self.ranking) if self.chosen is None or lead.cluster.number == self.chosen]

    @cached_property
    def ranked(self) -> list[domain.Outcome]:
        """The ranked units shown."""
        return [outcome for outcome in self.shown if outcome.is_ranked]

    @property
    def has_chart(self) -> bool:
        return len(self.ranked) >= FEWEST_FOR_A_CHART

    @cached_property
    def lead_figure(self) -> charts.Figure:
        """Dots: a row per cluster, or per unit of the one cluster shown; the leader is filled and named."""
        dots = []
        by_rank = sorted(self.ranked, key=lambda one: (one.cluster, one.rank_in_cluster or 0))
        for outcome in by_rank:
            total = show_points(outcome.total, self.places)
            leads = outcome.rank_in_cluster == 1
            if self.chosen is None:
                row, label = _("Cụm %(n)s", n=outcome.cluster), f"{outcome.short_name} {total}"
            else:
                row, label = f"{outcome.rank_in_cluster}. {outcome.short_name}", total
            assert outcome.total is not None
            dots.append(charts.Dot(row, outcome.total, outcome.short_name, label if leads else ""))
        return charts.dots(dots, leaders=_("Đơn vị dẫn đầu cụm"), others=_("Đơn vị khác"), threshold=self._best_grade())

    def _best_grade(self) -> charts.Threshold | None:
        grades = self.ranking.criteria.grades
        totals = [one.total for one in self.ranked if one.total is not None]
        if not grades or not min(totals) <= grades[0].start <= max(totals):
            return None
        return charts.Threshold(
            grades[0].start, _("%(grade)s từ %(start)s", grade=grades[0].name, start=show_figure(grades[0].start))
        )

    @cached_property
    def lead_answer(self) -> str:
        """Who leads and by how much, in words."""
        shared = [lead for lead in self.leads if len(lead.leaders) > 1]
        parts = [
            _("%(names)s cùng dẫn đầu %(cluster)s.", names=_names(lead.leaders), cluster=_cluster(lead))
            for lead in shared
        ]
        alone = [lead for lead in self.leads if len(lead.leaders) == 1 and lead.gap is not None]
        if self.chosen is not None:
            parts += [self._lead_words(lead) for lead in alone]
        elif alone:
            closest = min(alone, key=lambda lead: lead.gap or 0)
            widest = max(alone, key=lambda lead: lead.gap or 0)
            parts.append(
                _(
                    "Sít sao nhất là %(cluster)s: %(words)s",
                    cluster=_cluster(closest),
                    words=self._lead_words(closest),
                )
            )
            if widest is not closest:
                parts.append(
                    _(
                        "Cách biệt lớn nhất ở %(cluster)s: %(words)s",
                        cluster=_cluster(widest),
                        words=self._lead_words(widest),
                    )
                )
        return " ".join(parts) or _("Mới có quá ít đơn vị có điểm để so sánh.")

    def _lead_words(self, lead: comparison.Lead) -> str:
        return str(
            _(
                "%(leader)s (%(total)s điểm) hơn %(second)s %(gap)s điểm.",
                leader=lead.leaders[0].short_name,
                total=show_points(lead.leaders[0].total, self.places),
                second=_names(lead.runners_up),
                gap=show_points(lead.gap, self.places),
            )
        )

    # where self-scores and official points differ

    @cached_property
    def gaps(self) -> list[comparison.SectionGap]:
        """Mean shares by section, declared and official, of the units shown."""
        return comparison.section_gaps(self.ranking, self.ranked)

    @cached_property
    def gap_figure(self) -> charts.Figure:
        """A dumbbell per section."""
        rows = [
            charts.Pair(f"{gap.section.code}. {gap.section.title}", gap.declared * 100, gap.official * 100)
            for gap in self.gaps
        ]
        return charts.dumbbells(rows, before=_("Tự chấm"), after=_("Chính thức"), unit=" %")

    @cached_property
    def gap_answer(self) -> str:
        """Where they differ most, in words."""
        lowered = sorted((gap for gap in self.gaps if gap.change), key=lambda gap: -abs(gap.change))[:2]
        if not lowered:
            return str(_("Điểm chính thức trùng với điểm tự chấm ở mọi lĩnh vực."))
        words = [
            _(
                "%(code)s %(title)s (%(change)s điểm phần trăm)",
                code=gap.section.code,
                title=gap.section.title,
                change=signed(gap.change * 100, 1),
            )
            for gap in lowered
        ]
        return str(
            _(
                "Lệch nhiều nhất ở %(sections)s, tính bình quân %(n)s đơn vị.",
                sections=_(" và ").join(words),
                n=len(self.ranked),
            )
        )

    @cached_property
    def mean(self) -> Decimal | None:
        """The mean total of the ranked units."""
        return comparison.mean_total(self.ranking)

    @cached_property
    def grade_counts(self) -> dict[str, int]:
        """Ranked units by grade."""
        return comparison.grade_counts(self.ranking)


def leads_of(ranking: domain.Ranking) -> list[comparison.Lead]:
    """Who leads each cluster."""
    return comparison.leads(ranking)


def leader_names(ranking: domain.Ranking) -> list[str]:
    """The leaders of all clusters, in order of the clusters."""
    return [outcome.short_name for lead in leads_of(ranking) for outcome in lead.leaders]


def _names(outcomes: Sequence[domain.Outcome]) -> str:
    names = [outcome.short_name for outcome in outcomes]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + _(" và ") + names[-1]


def _cluster(lead: comparison.Lead) -> str:
    return str(_("cụm số %(n)s", n=lead.cluster.number))


def signed(value: Decimal, places: int) -> str:
    """A change with its sign: "+1,10", "−0,82"."""
    text = show_points(value, places)
    return f"+{text}" if value > 0 else text


# how far a running round is


@dataclass(frozen=True)
class Progress:
    """A running round for somebody who only reads: phases, states of the sheets, days left."""

    steps: Sequence[dict[str, Any]]
    states: Sequence[tuple[str, int]]
    total: int
    settled: int
    days_left: int | None
    closes_at: datetime | None
    phase: str


def progress(period: Period, counts: Mapping[SheetState, int], *, now: datetime) -> Progress:
    """The progress of a round at `now`."""
    order = list(Phase)
    here = order.index(Phase(period.phase))
    steps = []
    for place, phase in enumerate(order):
        window = period.window(phase)
        dates = f"{show_date(window.opens_at)} - {show_date(window.closes_at)}" if window else ""
        state = "done" if place < here else "now" if place == here else "next"
        steps.append({"label": translate(PHASE_NAMES[phase]), "hint": dates, "state": state})
    window = period.window(period.phase)
    closes_at = window.closes_at if window else None
    settled = (SheetState.REVIEWED, SheetState.EXPLAINING, SheetState.FINAL)
    return Progress(
        steps=steps,
        states=[(translate(STATE_NAMES[state]), count) for state, count in counts.items()],
        total=sum(counts.values()),
        settled=sum(count for state, count in counts.items() if state in settled),
        days_left=max((closes_at - now).days, 0) if closes_at else None,
        closes_at=closes_at,
        phase=translate(PHASE_NAMES[Phase(period.phase)]),
    )

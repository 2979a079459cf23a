"""The burden meter: what a criteria set asks of a unit. DESIGN 1 ("gọn nhẹ, thiết thực"), issue 3 point 6.

Counts follow from the set alone; hours are counts times the minutes of `data/burden.yaml`, which are estimates. Counted
is a unit to which everything applies and that declares every criterion, bonus and deductions included: the most the
form can ask.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.numbers import rounded
from emulation.domain.rules import Checklist, External, Judged, Progress, Ratio, Steps
from emulation.domain.source import decode, read_tree
from emulation.words import N_, Phrase

DATA = Path(__file__).parent / "data" / "burden.yaml"


@dataclass(frozen=True)
class Estimates:
    """The lists of `data/burden.yaml`: minutes by kind of work, words of systems, words that join a second source."""

    minutes: dict[str, Decimal]
    existing_data: tuple[str, ...]
    besides: tuple[str, ...]


@lru_cache(maxsize=1)
def estimates() -> Estimates:
    """The estimates as shipped."""
    data = read_tree(decode(DATA.read_bytes())).data
    return Estimates(
        dict(data["minutes"]),
        tuple(words.casefold() for words in data["existing_data"]),
        tuple(words.casefold() for words in data["besides"]),
    )


def from_existing_data(criterion: Criterion) -> bool:
    """Whether the figures of a criterion stand ready in a system or at the ministry, so that no unit counts them.

    Decided from `source` alone, by the words of `data/burden.yaml`, and rather no than yes: it must name such a system
    and nothing besides.
    """
    known = estimates()
    rest = criterion.source.casefold()
    for words in known.existing_data:
        rest = rest.replace(words, "")
    return rest != criterion.source.casefold() and not any(words in f"{rest} " for words in known.besides)


@dataclass(frozen=True, slots=True)
class Burden:
    """What is asked of one unit: counts, and minutes of work estimated from them.

    `figures` are all numbers to type, points that the unit judges itself included; `existing` are those among them
    that only need to be read off (`from_existing_data`); `choices` are levels, "met or not" and items of checklists.
    """

    criteria: int = 0
    evidence: int = 0  # criteria with a required evidence
    figures: int = 0
    existing: int = 0
    choices: int = 0
    judgements: int = 0  # figures that are points the unit judges itself

    def __add__(self, other: Burden) -> Burden:
        return Burden(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def collected(self) -> int:
        """Figures that a unit must find out itself."""
        return self.figures - self.existing

    @property
    def minutes(self) -> Decimal:
        """Minutes of work, estimated."""
        each = estimates().minutes
        return (
            each["figure"] * (self.collected - self.judgements)
            + each["existing"] * self.existing
            + each["choice"] * self.choices
            + each["judgement"] * self.judgements
            + each["evidence"] * self.evidence
        )

    @property
    def hours(self) -> Decimal:
        """Hours of work, estimated, to one decimal."""
        return rounded(self.minutes / 60, 1)


def burden_of(criterion: Criterion) -> Burden:
    """What one criterion asks of a unit. The table of docs/comparing-versions.md:

    | rule | figures | choices |
    |---|---|---|
    | `ratio`, `steps` | 2 (part, whole); 1 where the form asks for the value itself | |
    | `count` | 1 | |
    | `progress` | 2 (before, now) | |
    | `judged` | 1, a judgement | |
    | `levels`, `check` | | 1 |
    | `checklist` | | 1 for each item |
    | `external` | nothing, evidence neither | |
    """
    rule = criterion.rule
    if isinstance(rule, External):
        return Burden(criteria=1)
    evidence = int(criterion.evidence.required)
    if isinstance(rule, Judged):
        return Burden(1, evidence, figures=1, judgements=1)
    if isinstance(rule, Checklist):
        return Burden(1, evidence, choices=len(rule.items))
    if rule.kind in ("levels", "check"):
        return Burden(1, evidence, choices=1)
    if isinstance(rule, Ratio | Steps):
        figures = 1 if asks_for_value(criterion) else 2
    else:
        figures = 2 if isinstance(rule, Progress) else 1
    return Burden(1, evidence, figures=figures, existing=figures if from_existing_data(criterion) else 0)


def asks_for_value(criterion: Criterion) -> bool:
    """Whether the form of a `ratio` or `steps` criterion asks for the value itself rather than for part and whole."""
    assert isinstance(criterion.rule, Ratio | Steps)
    return criterion.rule.unit.strip() != "%" or ("value" in criterion.labels and "part" not in criterion.labels)


def burden(criteria: CriteriaSet) -> Burden:
    """What the whole set asks of a unit to which everything applies."""
    return sum((burden_of(criterion) for criterion in criteria.all_criteria), Burden())


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the burden meter: its name, the figure, and the one of the other version (None: no other)."""

    key: str
    label: Phrase
    value: Decimal
    before: Decimal | None = None

    @property
    def growth(self) -> Decimal | None:
        """How much more than before; negative where there is less."""
        return None if self.before is None else self.value - self.before

    @property
    def is_worse(self) -> bool:
        """Whether it asks more than before. More figures that are ready elsewhere are not worse by themselves."""
        return self.growth is not None and self.growth > 0 and self.key != "existing"


MEASURES = {
    "criteria": N_("Số tiêu chí"),
    "evidence": N_("Minh chứng bắt buộc"),
    "figures": N_("Số liệu phải nhập"),
    "existing": N_("Số liệu có sẵn ở hệ thống khác"),
    "choices": N_("Lựa chọn phải đánh dấu"),
    "hours": N_("Giờ làm mỗi đơn vị, ước tính"),
}
_GROWN = {
    "criteria": N_("Thêm %(more)s tiêu chí: %(before)s thành %(value)s."),
    "evidence": N_("Đòi thêm %(more)s minh chứng bắt buộc: %(before)s thành %(value)s."),
    "figures": N_("Đơn vị phải nhập thêm %(more)s số liệu: %(before)s thành %(value)s."),
    "collected": N_("Đơn vị phải tự tìm thêm %(more)s số liệu: %(before)s thành %(value)s."),
    "choices": N_("Đơn vị phải đánh dấu thêm %(more)s lựa chọn: %(before)s thành %(value)s."),
    "hours": N_("Mỗi đơn vị mất thêm khoảng %(more)s giờ: %(before)s thành %(value)s."),
}


def measures(now: Burden, before: Burden | None = None) -> list[Measure]:
    """The lines of the burden meter, beside those of another version."""
    return [
        Measure(key, Phrase(label), _figure(now, key), None if before is None else _figure(before, key))
        for key, label in MEASURES.items()
    ]


def grown(now: Burden, before: Burden) -> list[Phrase]:
    """A warning for everything in which `now` asks more than `before`; none: it is at least as lean."""
    found = []
    for key, sentence in _GROWN.items():
        value, was = _figure(now, key), _figure(before, key)
        if value > was:
            found.append(Phrase(sentence, {"more": value - was, "before": was, "value": value}))
    return found


def _figure(one: Burden, key: str) -> Decimal:
    return Decimal(getattr(one, key))

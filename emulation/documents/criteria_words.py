"""The rule of a criterion in full words for people, with a worked example that the real scoring function computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from emulation.documents.typesetting import listed
from emulation.domain.criteria import Criterion
from emulation.domain.numbers import EXACT
from emulation.domain.rules import (
    Check,
    Checklist,
    Count,
    External,
    Judged,
    Levels,
    Progress,
    Ratio,
    Rule,
    Step,
    Steps,
)
from emulation.errors import Invalid
from emulation.words import figure

WHO = "Sở A"  # the unit of every example: nobody real
WHOLES = (98, 120, 40, 600, 10_000, 1_000_000)  # totals of which examples declare a part
NAMES = {  # of the figures of an entry, where the criterion gives none of its own
    "points": "điểm đề xuất",
    "part": "số đạt",
    "whole": "tổng số",
    "value": "giá trị",
    "count": "số lượng",
    "before": "năm trước",
    "now": "năm nay",
}


class Level(NamedTuple):
    """A line of a rule's table: what has to be reached, and the points."""

    words: str
    points: Decimal


@dataclass(frozen=True)
class Example:
    """An entry that a unit could declare, how its points follow, and the points with the places of the set."""

    declared: str  # "số trường đạt 95, tổng số trường 98"
    working: str  # "95/98 ≈ 96,94 %; (96,94 − 70) : (98 − 70) × 4"
    points: str  # "3,85"
    gets: str  # "được", of a deduction "bị trừ"
    entry: dict[str, Any]

    @property
    def sentence(self) -> str:
        """The example as one sentence."""
        steps = f": {self.working}" if self.working else ""
        return f"Ví dụ: {WHO} {self.declared}{steps}; {self.gets} {self.points} điểm."


@dataclass(frozen=True)
class RuleWords:
    """A rule for people: sentences, a table where levels decide, and an example."""

    sentences: tuple[str, ...]
    example: Example
    levels: tuple[Level, ...] = ()
    levels_head: str = ""  # what the first column of the table says


def rule_words(criterion: Criterion, precision: int, *, deducted: bool = False) -> RuleWords:
    """The rule of `criterion` in words; the example's points are rounded to `precision` decimals as on every sheet.

    `deducted`: the criterion is a deduction (điểm trừ), its points are taken off.
    """
    rule, most = criterion.rule, criterion.max
    gets = "bị trừ" if deducted else "được"
    sentences, levels, head = _rule(criterion, gets)
    for entry in _entries(criterion):
        try:
            points = rule.points(entry, most, precision)
            working = _sum(rule, entry, most) if isinstance(rule, Checklist) else str(rule.working(entry, most))
        except (Invalid, ArithmeticError):  # a threshold beyond any figure that could be declared: try a plainer entry
            continue
        shown = "" if isinstance(rule, Levels | Check | External | Judged) else working
        example = Example(_declared(criterion, entry), shown, figure(points, places=precision), gets, entry)
        return RuleWords(tuple(sentences), example, tuple(levels), head)
    raise AssertionError(f"no example for {criterion.code}: the last entry of every kind scores")


def name_of(criterion: Criterion, key: str) -> str:
    """What a figure of the entry is called in a sentence: the criterion's own label, its first letter small."""
    own = criterion.labels.get(key) if key in NAMES else None  # type: ignore[call-overload]  # a literal or none
    return _lower(own) if own else NAMES[key]


def in_unit(value: Decimal, unit: str) -> str:
    """ "96,5 %", "3 lần", "3"."""
    return f"{figure(value)} {unit}".strip()


def _lower(text: str) -> str:
    """The first letter small, unless the first word is an abbreviation."""
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


# ---- the rule ----


def _rule(criterion: Criterion, gets: str) -> tuple[list[str], list[Level], str]:
    """Sentences, table, head of the table."""
    rule, most = criterion.rule, figure(criterion.max)
    match rule:
        case Judged():
            step = figure(rule.step)
            sentences = [f"Đề xuất từ 0 đến {most} điểm, là bội số của {step} điểm."]
            if rule.descriptors:
                sentences.append("Đối chiếu với mô tả dưới đây; giữa hai mô tả thì chọn điểm ở giữa.")
            return sentences, [Level(one.text, one.points) for one in rule.descriptors], "Mô tả"
        case Levels():
            return (
                [f"Chọn đúng một bậc và {gets} số điểm của bậc đó."],
                [Level(one.label, one.points) for one in rule.levels],
                "Bậc",
            )
        case Check():
            return [f"Đạt: {most} điểm; không đạt: 0 điểm."], [], ""
        case Checklist():
            total = sum((item.points for item in rule.items), Decimal(0))
            sentence = "Cộng điểm của các mục đạt"
            sentence += f", nhiều nhất {most} điểm." if total > criterion.max else "."
            return [sentence], [Level(f"{item.code}) {item.label}", item.points) for item in rule.items], "Mục"
        case Ratio():
            return _ratio(criterion, rule, gets), [], ""
        case Steps():
            return _share(criterion, rule), list(_steps(criterion, rule)), "Kết quả"
        case Count():
            reached = (criterion.max / rule.each).to_integral_value(ROUND_CEILING)
            what = name_of(criterion, "count")
            return (
                [
                    (
                        f"Điểm bằng {what} nhân với {figure(rule.each)}, nhiều nhất {most} điểm "
                        f"(từ {figure(reached)} trở lên {gets} điểm tối đa)."
                    )
                ],
                [],
                "",
            )
        case Progress():
            return _progress(criterion, rule, gets), [], ""
        case External():
            return [f"Bộ chấm từ 0 đến {most} điểm; đơn vị không kê khai và không tự chấm."], [], ""
    raise AssertionError(f"no words for {rule.kind}")


def _by_parts(criterion: Criterion, rule: Ratio | Steps) -> bool:
    """Whether the share is declared as part and whole rather than as a value."""
    if criterion.labels.get("value") and not criterion.labels.get("part"):
        return False
    return rule.unit == "%" or bool(criterion.labels.get("part"))


def _share(criterion: Criterion, rule: Ratio | Steps) -> list[str]:
    """How the declared figures become the value that is compared."""
    if not _by_parts(criterion, rule):
        return []
    part, whole = name_of(criterion, "part"), name_of(criterion, "whole")
    return [f"Tỷ lệ bằng 100 × {part} : {whole}, không làm tròn trước khi tính điểm."]


def _from(value: Decimal, side: str, criterion: Criterion, rule: Ratio | Steps) -> str:
    """ "từ 98 % trở lên"; what cannot be passed stands alone: "100 %" of a share, "0 lần" of what is never negative."""
    shown = in_unit(value, rule.unit)
    end = Decimal(0) if side == "trở xuống" else Decimal(100) if _by_parts(criterion, rule) else None
    return shown if value == end else f"từ {shown} {side}"


def _ratio(criterion: Criterion, rule: Ratio, gets: str) -> list[str]:
    better, worse = ("trở lên", "trở xuống") if rule.better == "higher" else ("trở xuống", "trở lên")
    value = "tỷ lệ" if _by_parts(criterion, rule) else name_of(criterion, "value")
    floor, target, most = figure(rule.floor), figure(rule.target), figure(criterion.max)
    formula = f"({value} − {floor}) : ({target} − {floor})" if rule.floor else f"{value} : {target}"
    reached = _from(rule.target, better, criterion, rule)
    return [
        *_share(criterion, rule),
        (
            f"{reached[:1].upper()}{reached[1:]} {gets} {most} điểm; "
            f"{_from(rule.floor, worse, criterion, rule)} {gets} 0 điểm; ở giữa, điểm bằng {formula} × {most}."
        ),
    ]


def _steps(criterion: Criterion, rule: Steps) -> Iterator[Level]:
    """Each step as a range that meets its neighbours, and what is left with 0 points."""
    better, worse = ("trở lên", "dưới") if rule.better == "higher" else ("trở xuống", "trên")
    before: Step | None = None
    for step in rule.steps:
        if before is None:
            words = _from(step.start, better, criterion, rule)
        elif rule.better == "higher":
            words = f"từ {in_unit(step.start, rule.unit)} đến dưới {in_unit(before.start, rule.unit)}"
        else:
            words = f"trên {in_unit(before.start, rule.unit)} đến {in_unit(step.start, rule.unit)}"
        yield Level(words, step.points)
        before = step
    if before is not None and before.points and (before.start > 0 or rule.better == "lower"):
        yield Level(f"{worse} {in_unit(before.start, rule.unit)}", Decimal(0))


def _progress(criterion: Criterion, rule: Progress, gets: str) -> list[str]:
    before, now = name_of(criterion, "before"), name_of(criterion, "now")
    most, full = figure(criterion.max), in_unit(rule.full_gain, "điểm phần trăm" if rule.unit == "%" else rule.unit)
    gain = f"{now} trừ {before}" if rule.better == "higher" else f"{before} trừ {now}"
    sentences = [
        f"Mức tiến bộ bằng {gain}.",
        (
            f"Tiến bộ từ {full} trở lên {gets} {most} điểm; không tiến bộ {gets} 0 điểm; "
            f"ở giữa, điểm bằng mức tiến bộ : {figure(rule.full_gain)} × {most}."
        ),
    ]
    if rule.ceiling is not None:
        side = "trở lên" if rule.better == "higher" else "trở xuống"
        sentences.append(f"{now[:1].upper()}{now[1:]} từ {in_unit(rule.ceiling, rule.unit)} {side} {gets} {most} điểm.")
    return sentences


# ---- the example ----


def _entries(criterion: Criterion) -> Iterator[dict[str, Any]]:
    """Entries to try, the most telling first; the last one always scores."""
    rule, most = criterion.rule, criterion.max
    match rule:
        case Judged():
            yield {"points": (most * 3 / (rule.step * 4)).to_integral_value(ROUND_HALF_UP) * rule.step}
            yield {"points": Decimal(0)}
        case Levels():
            yield {"level": rule.levels[min(1, len(rule.levels) - 1)].label}
        case Check():
            yield {"met": True}
        case Checklist():
            yield {"met": [item.code for item in rule.items[: max(1, len(rule.items) - 1)]]}
        case Ratio():
            yield from _shares(criterion, rule, *sorted((rule.floor, rule.target)), closer_to=rule.target)
        case Steps():
            second = rule.steps[min(1, len(rule.steps) - 1)].start
            first = rule.steps[0].start
            beyond = second + 1 if rule.better == "higher" else second - 1
            ends = sorted((second, first if first != second else beyond))
            yield from _shares(criterion, rule, *ends, closer_to=second, included=True)
        case Count():
            enough = int((most / rule.each).to_integral_value(ROUND_CEILING))
            yield {"count": Decimal(min(3, max(1, enough - 1)))}
        case Progress():
            yield from _gains(rule)
        case External():
            yield {"points": (most * 3 / 4).quantize(Decimal("0.1"), ROUND_HALF_UP)}
            yield {"points": Decimal(0)}


def _shares(
    criterion: Criterion,
    rule: Ratio | Steps,
    low: Decimal,
    high: Decimal,
    *,
    closer_to: Decimal,
    included: bool = False,
) -> Iterator[dict[str, Any]]:
    """Values inside (low, high), about three quarters of the way to one end: as part and whole if that is declared.

    `included`: that end itself will do where no whole number lies between.
    """
    span = EXACT.subtract(high, low)
    wanted = high - span / 4 if closer_to == high else low + span / 4
    if _by_parts(criterion, rule):
        for whole in WHOLES:
            part = (wanted * whole / 100).to_integral_value(ROUND_HALF_UP)
            if 0 <= part <= whole and low * whole < 100 * part < high * whole:
                yield {"part": part, "whole": Decimal(whole)}
    for places in range(4):
        value = wanted.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if low < value < high and value >= 0:
            yield {"value": value}
        if included and closer_to >= 0:
            yield {"value": closer_to}
    yield {"value": max(Decimal(0), high)}
    yield {"value": Decimal(0)}


def _gains(rule: Progress) -> Iterator[dict[str, Any]]:
    """Two years with about 60 % of the full gain, short of the ceiling."""
    sign = 1 if rule.better == "higher" else -1
    gain = rule.full_gain * 3 / 5
    starts = [Decimal(70), Decimal(20), Decimal(0)] if sign > 0 else [Decimal(20), Decimal(70), rule.full_gain * 2]
    if rule.ceiling is not None:
        starts.insert(0, rule.ceiling - sign * (gain + rule.full_gain))
    for before in starts:
        now = before + sign * gain
        reached = rule.ceiling is not None and (now >= rule.ceiling if sign > 0 else now <= rule.ceiling)
        if before >= 0 and now >= 0 and not reached and not (rule.unit == "%" and max(before, now) > 100):
            yield {"before": before, "now": now}
    yield {"before": Decimal(0), "now": Decimal(0)}


def _declared(criterion: Criterion, entry: dict[str, Any]) -> str:
    """What the unit says, as the middle of a sentence."""
    rule: Rule = criterion.rule
    match rule:
        case Levels():
            return f"chọn bậc “{entry['level']}”"
        case Check():
            return "đạt" if entry["met"] else "không đạt"
        case Checklist():
            return f"đạt {'mục' if len(entry['met']) == 1 else 'các mục'} {listed(entry['met'])}"
        case External():
            return f"được Bộ chấm {figure(entry['points'])} trên {figure(criterion.max)} điểm"
        case Judged():
            return f"đề xuất {figure(entry['points'])} điểm, hội đồng đồng ý"
        case _:
            given = ", ".join(f"{name_of(criterion, key)} là {figure(value)}" for key, value in entry.items())
            return f"kê khai {given}"


def _sum(rule: Checklist, entry: dict[str, Any], most: Decimal) -> str:
    """ "1 + 0,5 = 1,5", and what is left of it where it passes the maximum."""
    points = [item.points for item in rule.items if item.code in entry["met"]]
    total = sum(points, Decimal(0))
    shown = f"{' + '.join(map(figure, points))} = {figure(total)}" if len(points) > 1 else figure(total)
    return f"{shown}, nhiều nhất {figure(most)}" if total > most else shown

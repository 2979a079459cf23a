"""The nine ways of scoring (cách chấm): how an entry turns into points. DESIGN 3, table "Rules".

Each kind is one class with its parameters. All arithmetic is on integers and exact fractions; a leaf is rounded
once, half up, to the precision of the set. `scorer(...)` gives points as an integer count of the smallest unit
(10 ** -precision); `points(...)` gives the same as a `Decimal`.
"""

from __future__ import annotations

import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from emulation.domain.numbers import EXACT, half_up, number, rounded, units_to_points, whole_number
from emulation.errors import Invalid
from emulation.words import N_, Phrase

Entry = Mapping[str, Any]
Scorer = Callable[[Entry], int]
Fraction = tuple[int, int]  # numerator, denominator > 0

ALWAYS_ALLOWED = frozenset({"not_applicable", "reason", "explanation"})


def _text(value: Any) -> Any:
    """Text as written: a plain number in the file (a code 1.10) is its own spelling."""
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value.strip() if isinstance(value, str) else value


def spelling(value: Any) -> str | None:
    """A label or code as the set spells it: NFC, no space around; None for what is no text and no number."""
    text = _text(value)
    return unicodedata.normalize("NFC", text) if isinstance(text, str) else None


def _exact(value: Any) -> Decimal:
    """Numbers of a file: Decimal or int, or text that holds one, in the range of all figures; floats never."""
    try:
        return number(value)
    except Invalid as error:
        raise ValueError(str(error)) from error


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=4000)]
Number = Annotated[Decimal, BeforeValidator(_exact)]
Better = Literal["higher", "lower"]
RulePath = tuple[str | int, ...]


class Value(BaseModel):
    """A frozen value read from a criteria file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Value):
    """A way of scoring. Subclasses add parameters."""

    name: ClassVar[str]  # Vietnamese name of the kind
    fields: ClassVar[tuple[frozenset[str], ...]]  # each a complete set of keys of the entry
    kind: str

    @abstractmethod
    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        """A function entry -> points as an integer count of 10 ** -precision; it raises `Invalid`."""

    @abstractmethod
    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        """How the points follow from the entry, in words; the entry must be one that scores."""

    @abstractmethod
    def summary(self, maximum: Decimal) -> Phrase:
        """The rule in one line for the person who fills the sheet."""

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        """Parameters that make no sense, as (path inside the rule, sentence)."""
        yield from ()

    def points(self, entry: Entry, maximum: Decimal, precision: int) -> Decimal:
        """Points of one entry, exact to `precision` decimals.

        Raises:
            Invalid: the entry does not fit the rule; `field` names its key.
        """
        return units_to_points(self.scorer(maximum, precision)(entry), precision)

    def check_keys(self, entry: Entry) -> None:
        """Refuse an entry whose keys are not those of this rule."""
        check_words(entry)
        given = frozenset(entry) - ALWAYS_ALLOWED
        if given in self.fields:
            return
        known = frozenset().union(*self.fields)
        for key in sorted(given - known):
            raise Invalid(N_("Số liệu “%(key)s” không thuộc cách chấm “%(rule)s”."), key, key=key, rule=self.name)
        wanted = " / ".join(" + ".join(sorted(names)) for names in self.fields)
        missing = min([sorted(names - given) for names in self.fields], key=len)
        extra = sorted(given - self.fields[-1])
        field = next(iter(missing or extra), None)
        raise Invalid(N_("Thiếu hoặc thừa số liệu: cần %(wanted)s."), field, wanted=wanted)


def check_words(entry: Entry) -> None:
    """Refuse a reason or an explanation that is no text."""
    for key in ("reason", "explanation"):
        if not isinstance(entry.get(key), str | None):
            raise Invalid(N_("“%(key)s” phải là văn bản."), key, key=key)


def _points_given(entry: Entry, maximum: Decimal) -> Decimal:
    given = number(entry["points"], "points")
    if given < 0 or given > maximum:
        raise Invalid(N_("%(points)s điểm nằm ngoài khoảng từ 0 đến %(max)s."), "points", points=given, max=maximum)
    return given


def _scaled(value: Decimal, precision: int) -> int:
    top, bottom = value.as_integer_ratio()
    return half_up(top * 10**precision, bottom)


class Descriptor(Value):
    """What a level of a judged criterion looks like."""

    points: Number
    text: Text


class Judged(Rule):
    """Mức độ: points as given, 0..max, a multiple of `step`."""

    name = N_("mức độ")
    fields = (frozenset({"points"}),)
    kind: Literal["judged"]
    step: Number = Decimal("0.25")
    descriptors: tuple[Descriptor, ...] = ()

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        if self.step <= 0:
            yield ("step",), Phrase(N_("Bước điểm phải lớn hơn 0."))
        elif EXACT.remainder(maximum, self.step):
            yield (
                ("step",),
                Phrase(
                    N_("Điểm tối đa %(max)s không phải bội số của bước %(step)s, không thể đạt tối đa."),
                    {"max": maximum, "step": self.step},
                ),
            )
        for i, descriptor in enumerate(self.descriptors):
            if not 0 <= descriptor.points <= maximum:
                yield (
                    ("descriptors", i, "points"),
                    Phrase(
                        N_("%(points)s điểm nằm ngoài khoảng từ 0 đến %(max)s."),
                        {"points": descriptor.points, "max": maximum},
                    ),
                )

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        step_top, step_bottom = self.step.as_integer_ratio()

        def score(entry: Entry) -> int:
            if len(entry) != 1 or "points" not in entry:
                self.check_keys(entry)
            given = _points_given(entry, maximum)
            top, bottom = given.as_integer_ratio()
            if top * step_bottom % (bottom * step_top):
                raise Invalid(
                    N_("%(points)s không phải bội số của bước %(step)s."),
                    "points",
                    points=given,
                    step=self.step,
                )
            return half_up(top * 10**precision, bottom)

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        return Phrase(N_("Mức %(points)s trên %(max)s"), {"points": number(entry["points"]), "max": maximum})

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(N_("Mức độ: từ 0 đến %(max)s điểm, bước %(step)s"), {"max": maximum, "step": self.step})


class Level(Value):
    """One level (bậc) and its points."""

    label: Text
    points: Number


class Levels(Rule):
    """Bậc: the points of the chosen level."""

    name = N_("bậc")
    fields = (frozenset({"level"}),)
    kind: Literal["levels"]
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        seen: set[str] = set()
        for i, level in enumerate(self.levels):
            if level.label in seen:
                yield (
                    ("levels", i, "label"),
                    Phrase(N_("Bậc “%(label)s” có hai lần."), {"label": level.label}),
                )
            seen.add(level.label)
            if not 0 <= level.points <= maximum:
                yield (
                    ("levels", i, "points"),
                    Phrase(
                        N_("Bậc “%(label)s” có %(points)s điểm, ngoài khoảng từ 0 đến %(max)s."),
                        {"label": level.label, "points": level.points, "max": maximum},
                    ),
                )

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        by_label = {level.label: _scaled(level.points, precision) for level in self.levels}

        def score(entry: Entry) -> int:
            if len(entry) != 1 or "level" not in entry:
                self.check_keys(entry)
            label = entry["level"]
            points = by_label.get(label) if isinstance(label, str) else None
            if points is None:
                points = by_label.get(spelling(label) or "")
            if points is None:
                raise Invalid(N_("Không có bậc “%(label)s”."), "level", label=(spelling(label) or "")[:80])
            return points

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        return Phrase(N_("Bậc “%(label)s”"), {"label": spelling(entry["level"]) or ""})

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(
            N_("Bậc: %(n)s mức, cao nhất %(top)s điểm"),
            {"n": len(self.levels), "top": max(level.points for level in self.levels)},
        )


class Check(Rule):
    """Đạt/không: max or 0."""

    name = N_("đạt hoặc không")
    fields = (frozenset({"met"}),)
    kind: Literal["check"]

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        full = _scaled(maximum, precision)

        def score(entry: Entry) -> int:
            if len(entry) != 1 or "met" not in entry:
                self.check_keys(entry)
            met = entry["met"]
            if met is True:
                return full
            if met is False:
                return 0
            raise Invalid(N_("Chọn đạt hoặc không đạt."), "met")

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        return Phrase(N_("Đạt") if entry["met"] else N_("Không đạt"))

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(N_("Đạt hoặc không: %(max)s điểm hoặc 0"), {"max": maximum})


class Item(Value):
    """One item of a checklist (danh mục)."""

    code: Text
    label: Text
    points: Number


class Checklist(Rule):
    """Danh mục: the sum of the items that are met, at most max."""

    name = N_("danh mục")
    fields = (frozenset({"met"}),)
    kind: Literal["checklist"]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        seen: set[str] = set()
        for i, item in enumerate(self.items):
            if item.code in seen:
                yield ("items", i, "code"), Phrase(N_("Mã “%(code)s” dùng hai lần."), {"code": item.code})
            seen.add(item.code)
            if not 0 <= item.points <= maximum:
                yield (
                    ("items", i, "points"),
                    Phrase(
                        N_("Mục “%(code)s” có %(points)s điểm, ngoài khoảng từ 0 đến %(max)s."),
                        {"code": item.code, "points": item.points, "max": maximum},
                    ),
                )

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        exact = {item.code: item.points for item in self.items}

        def score(entry: Entry) -> int:
            if len(entry) != 1 or "met" not in entry:
                self.check_keys(entry)
            met = entry["met"]
            if not isinstance(met, list | tuple):
                raise Invalid(N_("Danh mục phải là danh sách mã."), "met")
            total = Decimal(0)
            chosen: set[str] = set()
            for given in met:
                code = given if isinstance(given, str) and given in exact else spelling(given)
                if code is None or code not in exact:
                    raise Invalid(N_("Danh mục không có mục “%(code)s”."), "met", code=(code or "")[:80])
                if code in chosen:
                    raise Invalid(N_("Mục “%(code)s” được chọn hai lần."), "met", code=code)
                chosen.add(code)
                total = EXACT.add(total, exact[code])
            return _scaled(min(total, maximum), precision)

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        return Phrase(N_("%(met)s trên %(all)s mục đạt"), {"met": len(entry["met"]), "all": len(self.items)})

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(N_("Danh mục: %(n)s mục, nhiều nhất %(max)s điểm"), {"n": len(self.items), "max": maximum})


def _share(rule: Rule, entry: Entry) -> Fraction:
    """The declared value as an exact fraction: 100 x part / whole, or the value itself."""
    if len(entry) == 2 and "part" in entry and "whole" in entry:
        pass
    elif len(entry) != 1 or "value" not in entry:
        rule.check_keys(entry)
    if "value" in entry:
        value = number(entry["value"], "value")
        if value < 0:
            raise Invalid(N_("%(n)s nhỏ hơn 0."), "value", n=value)
        return value.as_integer_ratio()
    part, whole = number(entry["part"], "part"), number(entry["whole"], "whole")
    if part < 0:
        raise Invalid(N_("%(n)s nhỏ hơn 0."), "part", n=part)
    if whole <= 0:
        raise Invalid(N_("Tổng số phải lớn hơn 0."), "whole")
    if part > whole:
        raise Invalid(N_("Số đạt %(part)s lớn hơn tổng số %(whole)s."), "part", part=part, whole=whole)
    (a, b), (c, d) = part.as_integer_ratio(), whole.as_integer_ratio()
    return 100 * a * d, b * c


def _in_unit(value: Decimal, unit: str) -> Phrase:
    return Phrase(N_("%(n)s %(unit)s") if unit else N_("%(n)s"), {"n": value, "unit": unit})


def _declared(entry: Entry, unit: str) -> Phrase:
    """ "95/98 = 96,94 %" or "96,9 %"."""
    if "value" in entry:
        return _in_unit(number(entry["value"]), unit)
    part, whole = number(entry["part"]), number(entry["whole"])
    share = rounded(100 * part / whole, 2)
    sign = "=" if share * whole == 100 * part else "≈"
    return Phrase(
        N_("%(part)s/%(whole)s %(sign)s %(share)s"),
        {"part": part, "whole": whole, "sign": sign, "share": _in_unit(share, unit)},
    )


def _fractions(*values: Decimal) -> list[Fraction]:
    return [value.as_integer_ratio() for value in values]


class Ratio(Rule):
    """Tỷ lệ tuyến tính: 0 at `floor` and beyond, max at `target` and beyond, linear between."""

    name = N_("tỷ lệ")
    fields = (frozenset({"part", "whole"}), frozenset({"value"}))
    kind: Literal["ratio"]
    target: Number
    floor: Number = Decimal(0)
    better: Better = "higher"
    unit: str = ""

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        if self.target == self.floor:
            yield ("target",), Phrase(N_("Mức tối đa và mức 0 điểm bằng nhau (%(n)s)."), {"n": self.target})
        elif self.better == "higher" and self.target < self.floor:
            yield ("target",), Phrase(N_("Càng cao càng tốt thì target phải lớn hơn floor."))
        elif self.better == "lower" and self.target > self.floor:
            yield ("target",), Phrase(N_("Càng thấp càng tốt thì target phải nhỏ hơn floor."))

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        (floor_top, floor_bottom), (span_top, span_bottom), (max_top, max_bottom) = _fractions(
            self.floor, EXACT.subtract(self.target, self.floor), maximum
        )
        full = _scaled(maximum, precision)
        # points = max * (x - floor) / (target - floor); multiply and divide by integers only
        up = max_top * 10**precision * span_bottom
        down = max_bottom * floor_bottom * span_top

        def score(entry: Entry) -> int:
            top, bottom = _share(self, entry)
            numerator = (top * floor_bottom - floor_top * bottom) * up
            denominator = down * bottom
            if denominator < 0:
                numerator, denominator = -numerator, -denominator
            if numerator <= 0:
                return 0
            return min(half_up(numerator, denominator), full)

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        top, bottom = _share(self, entry)
        declared = _declared(entry, self.unit)
        exact = Decimal(top) / Decimal(bottom)
        span = self.target - self.floor
        reached = (exact - self.floor) / span
        sign = "≥" if self.better == "higher" else "≤"
        if reached >= 1:
            return Phrase(
                N_("%(declared)s %(sign)s %(target)s, đạt mức tối đa"),
                {"declared": declared, "sign": sign, "target": _in_unit(self.target, self.unit)},
            )
        if reached <= 0:
            return Phrase(
                N_("%(declared)s, chưa vượt mức 0 điểm là %(floor)s"),
                {"declared": declared, "floor": _in_unit(self.floor, self.unit)},
            )
        if self.floor == 0 and self.target == 100:
            return declared
        return Phrase(
            N_("%(declared)s; (%(value)s − %(floor)s) : (%(target)s − %(floor)s) × %(max)s"),
            {
                "declared": declared,
                "value": rounded(exact, 2),
                "floor": self.floor,
                "target": self.target,
                "max": maximum,
            },
        )

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(
            N_("Tỷ lệ: %(floor)s được 0 điểm, %(target)s được %(max)s điểm"),
            {
                "floor": _in_unit(self.floor, self.unit),
                "target": _in_unit(self.target, self.unit),
                "max": maximum,
            },
        )


class Step(Value):
    """One step: `points` from the value `from` on."""

    start: Number = Field(alias="from")
    points: Number


class Steps(Rule):
    """Tỷ lệ theo bậc: the first step reached, best first; none reached: 0."""

    name = N_("tỷ lệ theo bậc")
    fields = (frozenset({"part", "whole"}), frozenset({"value"}))
    kind: Literal["steps"]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    better: Better = "higher"
    unit: str = ""

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        for i, step in enumerate(self.steps):
            if not 0 <= step.points <= maximum:
                yield (
                    ("steps", i, "points"),
                    Phrase(
                        N_("Bậc từ %(start)s có %(points)s điểm, ngoài khoảng từ 0 đến %(max)s."),
                        {"start": step.start, "points": step.points, "max": maximum},
                    ),
                )
            if i == 0:
                continue
            before = self.steps[i - 1]
            in_order = step.start < before.start if self.better == "higher" else step.start > before.start
            if not in_order or step.points > before.points:
                yield (
                    ("steps", i),
                    Phrase(
                        N_("Các bậc không theo thứ tự tốt nhất trước: %(start)s đứng sau %(before)s."),
                        {"start": step.start, "before": before.start},
                    ),
                )

    def _first_reached(self, value: Fraction) -> Step | None:
        top, bottom = value
        for step in self.steps:
            start_top, start_bottom = step.start.as_integer_ratio()
            difference = top * start_bottom - start_top * bottom
            if difference >= 0 if self.better == "higher" else difference <= 0:
                return step
        return None

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        sign = 1 if self.better == "higher" else -1
        table = [(*step.start.as_integer_ratio(), _scaled(step.points, precision)) for step in self.steps]

        def score(entry: Entry) -> int:
            top, bottom = _share(self, entry)
            for start_top, start_bottom, points in table:
                if sign * (top * start_bottom - start_top * bottom) >= 0:
                    return points
            return 0

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        declared = _declared(entry, self.unit)
        step = self._first_reached(_share(self, entry))
        if step is None:
            return Phrase(N_("%(declared)s, chưa đạt bậc nào"), {"declared": declared})
        return Phrase(
            N_("%(declared)s %(sign)s %(start)s"),
            {
                "declared": declared,
                "sign": "≥" if self.better == "higher" else "≤",
                "start": _in_unit(step.start, self.unit),
            },
        )

    def summary(self, maximum: Decimal) -> Phrase:
        best = self.steps[0]
        return Phrase(
            N_("Tỷ lệ theo bậc: %(n)s bậc, %(start)s được %(points)s điểm"),
            {"n": len(self.steps), "start": _in_unit(best.start, self.unit), "points": best.points},
        )


class Count(Rule):
    """Đếm: count x each, at most max."""

    name = N_("đếm")
    fields = (frozenset({"count"}),)
    kind: Literal["count"]
    each: Number

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        if self.each <= 0:
            yield ("each",), Phrase(N_("Điểm cho mỗi lần phải lớn hơn 0."))
        elif self.each > maximum:
            yield (
                ("each",),
                Phrase(
                    N_("Điểm cho mỗi lần (%(each)s) lớn hơn điểm tối đa (%(max)s)."),
                    {"each": self.each, "max": maximum},
                ),
            )

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        each_top, each_bottom = self.each.as_integer_ratio()
        each_top *= 10**precision
        full = _scaled(maximum, precision)

        def score(entry: Entry) -> int:
            if len(entry) != 1 or "count" not in entry:
                self.check_keys(entry)
            count = whole_number(entry["count"], "count")
            return min(half_up(count * each_top, each_bottom), full)

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        count = whole_number(entry["count"])
        text = N_("%(count)s × %(each)s")
        if count * self.each > maximum:
            text = N_("%(count)s × %(each)s, nhiều nhất %(max)s")
        return Phrase(text, {"count": count, "each": self.each, "max": maximum})

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(N_("Đếm: mỗi lần %(each)s điểm, nhiều nhất %(max)s điểm"), {"each": self.each, "max": maximum})


class Progress(Rule):
    """Mức tiến bộ: linear in the gain over last year, max at `full_gain` or when `now` has reached `ceiling`."""

    name = N_("mức tiến bộ")
    fields = (frozenset({"before", "now"}),)
    kind: Literal["progress"]
    full_gain: Number
    ceiling: Number | None = None
    better: Better = "higher"
    unit: str = ""

    def problems(self, maximum: Decimal) -> Iterator[tuple[RulePath, Phrase]]:
        if self.full_gain <= 0:
            yield ("full_gain",), Phrase(N_("Mức tăng để đạt tối đa phải lớn hơn 0."))

    def _figures(self, entry: Entry) -> tuple[Decimal, Decimal, Decimal, bool]:
        """before, now, gain, whether the ceiling is reached."""
        if len(entry) != 2 or "before" not in entry or "now" not in entry:
            self.check_keys(entry)
        before, now = number(entry["before"], "before"), number(entry["now"], "now")
        higher = self.better == "higher"
        gain = EXACT.subtract(now, before) if higher else EXACT.subtract(before, now)
        reached = self.ceiling is not None and (now >= self.ceiling if higher else now <= self.ceiling)
        return before, now, gain, reached

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        (full_top, full_bottom), (max_top, max_bottom) = _fractions(self.full_gain, maximum)
        full = _scaled(maximum, precision)
        up = max_top * 10**precision * full_bottom
        down = max_bottom * full_top

        def score(entry: Entry) -> int:
            _, _, gain, reached = self._figures(entry)
            if reached:
                return full
            if gain <= 0:
                return 0
            top, bottom = gain.as_integer_ratio()
            return min(half_up(top * up, bottom * down), full)

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        before, now, gain, reached = self._figures(entry)
        values = {
            "before": before,
            "now": _in_unit(now, self.unit),
            "gain": gain,
            "full": self.full_gain,
            "max": maximum,
            "ceiling": _in_unit(self.ceiling, self.unit) if self.ceiling is not None else "",
        }
        if reached:
            return Phrase(N_("%(before)s → %(now)s, đã đạt ngưỡng %(ceiling)s"), values)
        if gain <= 0:
            return Phrase(N_("%(before)s → %(now)s, không tiến bộ"), values)
        if gain >= self.full_gain:
            return Phrase(N_("%(before)s → %(now)s, tiến bộ %(gain)s, đạt mức tối đa"), values)
        return Phrase(N_("%(before)s → %(now)s, tiến bộ %(gain)s; %(gain)s : %(full)s × %(max)s"), values)

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(
            N_("Tiến bộ: thêm %(full)s so với năm trước được %(max)s điểm"),
            {"full": _in_unit(self.full_gain, self.unit), "max": maximum},
        )


class External(Rule):
    """Đơn vị không tự chấm: points set by the ministry only, 0..max."""

    name = N_("Bộ chấm")
    fields = (frozenset({"points"}),)
    kind: Literal["external"]

    def scorer(self, maximum: Decimal, precision: int) -> Scorer:
        def score(entry: Entry) -> int:
            if len(entry) != 1 or "points" not in entry:
                self.check_keys(entry)
            return _scaled(_points_given(entry, maximum), precision)

        return score

    def working(self, entry: Entry, maximum: Decimal) -> Phrase:
        return Phrase(N_("Bộ chấm %(points)s trên %(max)s"), {"points": number(entry["points"]), "max": maximum})

    def summary(self, maximum: Decimal) -> Phrase:
        return Phrase(N_("Bộ chấm, đơn vị không tự chấm: từ 0 đến %(max)s điểm"), {"max": maximum})


AnyRule = Annotated[
    Judged | Levels | Check | Checklist | Ratio | Steps | Count | Progress | External,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[Rule]] = {
    "judged": Judged,
    "levels": Levels,
    "check": Check,
    "checklist": Checklist,
    "ratio": Ratio,
    "steps": Steps,
    "count": Count,
    "progress": Progress,
    "external": External,
}

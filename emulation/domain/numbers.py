"""Reading figures as people write them, and exact arithmetic on points."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache

from emulation.errors import Invalid
from emulation.words import N_

LARGEST_DIGITS = 13  # before the decimal mark: figures of the field stay below ten million million
LIMIT = 10**LARGEST_DIGITS
MOST_PLACES = 9
MOST_DIGITS = 28  # altogether: the 17 of other programs' floats fit, a megabyte of digits does not
_WRITTEN = re.compile(r"[+\-\u2212]?(([0-9]+|[0-9]{1,3}( [0-9]{3})+)([.,][0-9]+)?|[.,][0-9]+)")
_SPACES = str.maketrans("\u00a0\u202f\u2009", "   ")
_FITTING = Context(prec=MOST_DIGITS, traps=[Inexact])
# Wide enough for sums and differences of any figures: 13 digits before the mark, 9 + 28 behind it.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


def number(value: object, field: str | None = None) -> Decimal:
    """A declared figure as an exact Decimal. "8,5" and "8.5" are both 8.5; "8,5,1" is refused.

    Accepts int, Decimal and text; never float, whose value is not what was typed, and never bool. Spaces may stand
    around the number and between thousands: "1 234,5", not "8 5".

    Raises:
        Invalid: not a number, more than 13 digits before the decimal mark, below 10 ** -9, more than 28 digits.
    """
    if type(value) is int:
        result = Decimal(value)
        if -LIMIT < value < LIMIT:
            return result
    elif isinstance(value, Decimal):
        result = value
        if not result.is_finite():
            raise Invalid(N_("“%(text)s” không phải là một số."), field, text=str(value)[:60])
    elif isinstance(value, str):
        result = _read(value, field)
    elif value is None:
        raise Invalid(N_("Chưa nhập số."), field)
    else:
        raise Invalid(N_("Cần một số, ví dụ 8,5."), field)
    magnitude = result.adjusted()
    if not result:
        return Decimal(0)  # "-0" and "0.00" are 0
    if magnitude >= LARGEST_DIGITS or magnitude < -MOST_PLACES:
        raise Invalid(N_("Số %(text)s quá lớn hoặc quá nhỏ."), field, text=str(result)[:60])
    try:
        _FITTING.plus(result)
    except Inexact:
        raise Invalid(N_("Số này có quá nhiều chữ số."), field) from None
    return result


def _read(value: str, field: str | None) -> Decimal:
    text = value.strip().translate(_SPACES)
    if not text:
        raise Invalid(N_("Chưa nhập số."), field)
    if not _WRITTEN.fullmatch(text):
        if _WRITTEN.fullmatch(re.sub("[.,]", "", text)) and text.count(",") + text.count(".") > 1:
            raise Invalid(
                N_("“%(text)s” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
                field,
                text=text[:60],
            )
        raise Invalid(N_("“%(text)s” không phải là một số."), field, text=text[:60])
    return Decimal(text.replace(" ", "").replace(",", ".").replace("\u2212", "-"))


def whole_number(value: object, field: str | None = None) -> int:
    """A count: a whole number from 0 up.

    Raises:
        Invalid: not a number, negative, or with a fraction.
    """
    if type(value) is int and 0 <= value < LIMIT:
        return value
    result = number(value, field)
    if result != result.to_integral_value():
        raise Invalid(N_("%(n)s không phải là số nguyên."), field, n=result)
    if result < 0:
        raise Invalid(N_("%(n)s nhỏ hơn 0."), field, n=result)
    return int(result)


def rounded(value: Decimal, places: int) -> Decimal:
    """`value` rounded half up (away from zero at a tie) to `places` decimals."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest integer, ties up. Exact: integers only, for values from 0 up."""
    return (2 * numerator + denominator) // (2 * denominator)


@lru_cache(maxsize=20_000)
def units_to_points(units: int, precision: int) -> Decimal:
    """Points from an integer count of 10 ** -precision: (1250, 2) -> 12.50. Exact however large."""
    return Decimal(f"{units}E-{precision}")

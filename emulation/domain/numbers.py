"""Reading figures as people write them, and exact arithmetic on points."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from emulation.errors import Invalid
from emulation.words import N_

LARGEST_DIGITS = 13  # before the decimal mark: figures of the field stay below ten million million
LIMIT = 10**LARGEST_DIGITS
MOST_PLACES = 9
_WRITTEN = re.compile(r"[+\-\u2212]?(\d+([.,]\d+)?|[.,]\d+)")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


def number(value: object, field: str | None = None) -> Decimal:
    """A declared figure as an exact Decimal. "8,5" and "8.5" are both 8.5; "8,5,1" is refused.

    Accepts int, Decimal and text; never float, whose value is not what was typed, and never bool.

    Raises:
        Invalid: not a number, more than 13 digits before the decimal mark, or below 10 ** -9.
    """
    if type(value) is int:
        result = Decimal(value)
        if -LIMIT < value < LIMIT:
            return result
    elif isinstance(value, Decimal):
        result = value
    elif isinstance(value, str):
        text = _SPACES.sub("", value)
        if not text:
            raise Invalid(N_("Chưa nhập số."), field)
        if not _WRITTEN.fullmatch(text):
            if text.count(",") + text.count(".") > 1:
                raise Invalid(
                    N_("“%(text)s” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
                    field,
                    text=value.strip(),
                )
            raise Invalid(N_("“%(text)s” không phải là một số."), field, text=value.strip()[:60])
        result = Decimal(text.replace(",", ".").replace("\u2212", "-"))
    else:
        raise Invalid(N_("“%(text)s” không phải là một số."), field, text=str(value)[:60])
    if not result.is_finite():
        raise Invalid(N_("“%(text)s” không phải là một số."), field, text=str(value)[:60])
    magnitude = result.adjusted()
    if magnitude >= LARGEST_DIGITS or (magnitude < -MOST_PLACES and result):
        raise Invalid(N_("Số %(text)s quá lớn hoặc quá nhỏ."), field, text=str(value)[:60])
    return result


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

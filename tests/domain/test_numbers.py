"""Figures as people write them: what is read, what is refused, and that nothing is lost on the way."""

import json
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulation.domain.numbers import EXACT, half_up, number, rounded, units_to_points, whole_number
from emulation.errors import Invalid

READ = [  # given, value
    (0, "0"),
    (8, "8"),
    (-3, "-3"),
    (9999999999999, "9999999999999"),
    (Decimal("8.50"), "8.50"),
    (Decimal("1E+2"), "1E+2"),
    (Decimal("-0"), "0"),
    (Decimal("0E+400"), "0"),
    ("8", "8"),
    ("8,5", "8.5"),
    ("8.5", "8.5"),
    ("08,50", "8.50"),
    (",5", "0.5"),
    (".5", "0.5"),
    ("+8,5", "8.5"),
    ("-8,5", "-8.5"),
    ("\u22128,5", "-8.5"),
    ("-0", "0"),
    ("0,00", "0"),
    (" 8,5\t\n", "8.5"),
    ("\u00a08,5\u202f", "8.5"),
    ("1 234", "1234"),
    ("1 234 567,25", "1234567.25"),
    ("1\u00a0234,5", "1234.5"),
    ("1\u202f234,5", "1234.5"),
    ("9999999999999,99", "9999999999999.99"),
    ("0,000000001", "1E-9"),
    ("0.30000000000000004", "0.30000000000000004"),
    ("1.234567890123456789012345678", "1.234567890123456789012345678"),
]


@pytest.mark.parametrize(("given", "value"), READ, ids=[repr(row[0]) for row in READ])
def test_number_is_read_exactly(given: Any, value: str) -> None:
    assert str(number(given)) == str(Decimal(value))


TWO_MARKS = "“{}” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."
NO_NUMBER = "“{}” không phải là một số."
OUT_OF_RANGE = "Số {} quá lớn hoặc quá nhỏ."
OTHER = "Cần một số, ví dụ 8,5."
REFUSED = [  # given, sentence
    ("8,5,1", TWO_MARKS),
    ("8.5.1", TWO_MARKS),
    ("1.234,5", TWO_MARKS),
    ("1,234.5", TWO_MARKS),
    ("1.234.567", TWO_MARKS),
    ("8,,5", TWO_MARKS),
    ("", "Chưa nhập số."),
    ("  \u00a0\t", "Chưa nhập số."),
    (None, "Chưa nhập số."),
    ("8 5", NO_NUMBER),
    ("1 23", NO_NUMBER),
    ("1234 567", NO_NUMBER),
    ("1 234 56", NO_NUMBER),
    ("1  234", NO_NUMBER),
    ("8 ,5", NO_NUMBER),
    ("- 8", NO_NUMBER),
    ("8,", NO_NUMBER),
    ("8.", NO_NUMBER),
    (",", NO_NUMBER),
    (".", NO_NUMBER),
    ("..", NO_NUMBER),
    ("--8", NO_NUMBER),
    ("8-", NO_NUMBER),
    ("1e3", NO_NUMBER),
    ("1_000", NO_NUMBER),
    ("0x10", NO_NUMBER),
    ("1/3", NO_NUMBER),
    ("95%", NO_NUMBER),
    ("½", NO_NUMBER),
    ("²", NO_NUMBER),
    ("٣", NO_NUMBER),
    ("९", NO_NUMBER),
    ("８", NO_NUMBER),
    ("8\u200b", NO_NUMBER),
    ("tám", NO_NUMBER),
    ("ta\u0301m", NO_NUMBER),
    ("NaN", NO_NUMBER),
    ("Infinity", NO_NUMBER),
    ("true", NO_NUMBER),
    (Decimal("NaN"), NO_NUMBER),
    (Decimal("sNaN"), NO_NUMBER),
    (Decimal("Infinity"), NO_NUMBER),
    (Decimal("-Infinity"), NO_NUMBER),
    (True, OTHER),
    (False, OTHER),
    (8.5, OTHER),
    (float("nan"), OTHER),
    ([8], OTHER),
    ({}, OTHER),
    (b"8", OTHER),
    (1 + 0j, OTHER),
    (10**13, OUT_OF_RANGE),
    (-(10**13), OUT_OF_RANGE),
    ("10000000000000", OUT_OF_RANGE),
    (Decimal("1E+400"), OUT_OF_RANGE),
    (Decimal("1E-10"), OUT_OF_RANGE),
    (Decimal("9E-400"), OUT_OF_RANGE),
    ("1.2345678901234567890123456789", "Số này có quá nhiều chữ số."),
    (Decimal(f"0.1{'0' * 27}1"), "Số này có quá nhiều chữ số."),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED, ids=[repr(row[0]) for row in REFUSED])
def test_number_is_refused_with_a_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        number(given, "points")
    assert (str(refused.value), refused.value.field) == (sentence.format(str(given).strip()), "points")


def test_number_refuses_long_input_quickly_and_shows_little_of_it() -> None:
    for long in ("1" * 1_000_000, "," * 1_000_000, "1 " * 500_000, "x" * 1_000_000, 10**6000, Decimal("1" * 9000)):
        with pytest.raises(Invalid) as refused:
            number(long)
        assert len(str(refused.value)) < 160


WRITTEN = set("0123456789,.+-\u2212")


@given(st.text(max_size=12) | st.text(alphabet="0123456789,.-+ \u00a0\u0663", max_size=12))
@example("1 234,5")
def test_number_reads_text_exactly_or_refuses_it(text: str) -> None:
    try:
        value = number(text)
    except Invalid:
        return
    kept = text.strip().replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace("\u2009", "")
    assert set(kept) <= WRITTEN
    assert Fraction(value) == Fraction(kept.replace(",", ".").replace("\u2212", "-"))


@given(st.decimals(min_value=-(10**13) + 1, max_value=10**13 - 1, places=9))
def test_number_keeps_every_figure_in_range(value: Decimal) -> None:
    assert number(value) == value
    assert number(f"{value:f}") == value
    assert number(f"{value:f}".replace(".", ",")) == value
    assert number(json.loads(f"{value:f}", parse_float=Decimal)) == value


def test_number_does_not_depend_on_the_precision_of_the_thread() -> None:
    with localcontext() as context:
        context.prec = 3
        assert str(number("12345,678")) == "12345.678"


COUNTS = [
    (0, 0),
    (7, 7),
    ("7", 7),
    ("7,0", 7),
    (Decimal("7.00"), 7),
    ("1 234", 1234),
    ("-0", 0),
    (Decimal("1E+2"), 100),
]


@pytest.mark.parametrize(("given", "value"), COUNTS, ids=[repr(row[0]) for row in COUNTS])
def test_whole_number_is_read(given: Any, value: int) -> None:
    assert whole_number(given) == value
    assert type(whole_number(given)) is int


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("2,5", "2,5 không phải là số nguyên."),
        ("1.234", "1,234 không phải là số nguyên."),
        (Decimal("0.000000001"), "0,000000001 không phải là số nguyên."),
        (-1, "−1 nhỏ hơn 0."),
        ("-7", "−7 nhỏ hơn 0."),
        (10**13, "Số 10000000000000 quá lớn hoặc quá nhỏ."),
        (True, OTHER),
        ("", "Chưa nhập số."),
    ],
)
def test_whole_number_is_refused_with_a_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        whole_number(given, "count")
    assert (str(refused.value), refused.value.field) == (sentence, "count")


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("0.005", 2, "0.01"),
        ("0.015", 2, "0.02"),
        ("0.025", 2, "0.03"),
        ("0.0049999999999999999999", 2, "0.00"),
        ("2.675", 2, "2.68"),
        ("1.005", 2, "1.01"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("-0.005", 2, "-0.01"),
        ("7", 2, "7.00"),
    ],
)
def test_rounded_takes_ties_up(value: str, places: int, shown: str) -> None:
    assert str(rounded(Decimal(value), places)) == shown


@pytest.mark.parametrize(
    ("top", "bottom", "nearest"),
    [
        (0, 7, 0),
        (1, 2, 1),
        (3, 2, 2),
        (5, 2, 3),
        (1, 3, 0),
        (2, 3, 1),
        (7, 14, 1),
        (6, 14, 0),
        (10**40 + 1, 2, 5 * 10**39 + 1),
    ],
)
def test_half_up_takes_ties_up(top: int, bottom: int, nearest: int) -> None:
    assert half_up(top, bottom) == nearest


@given(st.integers(0, 10**30), st.integers(1, 10**20))
def test_half_up_is_the_nearest_integer(top: int, bottom: int) -> None:
    distance = Fraction(top, bottom) - half_up(top, bottom)
    assert -Fraction(1, 2) <= distance < Fraction(1, 2)


@given(st.integers(0, 10**40), st.integers(0, 4))
def test_units_to_points_is_exact_however_large(units: int, precision: int) -> None:
    points = units_to_points(units, precision)
    assert Fraction(points) == Fraction(units, 10**precision)
    assert "E" not in str(points)
    assert (str(points).partition(".")[2] or "") == str(units).rjust(5, "0")[-precision:] * bool(precision)


def test_differences_of_figures_are_exact() -> None:
    low, high = number("0.0000000012345678901234567890123456"), number("9999999999999.9")
    assert Fraction(EXACT.subtract(high, low)) == Fraction(high) - Fraction(low)

"""Sentences and figures as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain.numbers import number
from emulation.words import MINUS, N_, Phrase, figure, tidy, tidy_line


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (100, "100"),
        (Decimal("96.9"), "96,9"),
        (Decimal("96.90"), "96,9"),
        (Decimal("10.00"), "10"),
        (Decimal("100"), "100"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.00"), "0"),
        (Decimal("1E-9"), "0,000000001"),
        (Decimal("-0.25"), f"{MINUS}0,25"),
        (Decimal("-0"), "0"),
        (-7, f"{MINUS}7"),
    ],
)
def test_figure_keeps_digits_and_drops_useless_zeros(value: Decimal | int, shown: str) -> None:
    assert figure(value) == shown


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Decimal("0.005"), 2, "0,01"),
        (Decimal("96.945"), 2, "96,95"),
        (Decimal("96.9449999999"), 2, "96,94"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-0.005"), 2, f"{MINUS}0,01"),
        (Decimal("-0.001"), 2, "0,00"),
        (7, 2, "7,00"),
        (Decimal("1E+2"), 1, "100,0"),
    ],
)
def test_figure_with_places_is_rounded_half_up(value: Decimal | int, places: int, shown: str) -> None:
    assert figure(value, places=places) == shown


def test_figure_takes_the_decimal_mark_of_the_reader() -> None:
    assert figure(Decimal("1234.5"), decimal=".") == "1234.5"
    assert figure(Decimal("1234.5"), decimal=".", places=2) == "1234.50"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=9))
def test_figure_is_read_back_as_the_same_number(value: Decimal) -> None:
    assert number(figure(value)) == value


def test_phrase_puts_values_into_the_sentence() -> None:
    phrase = Phrase(N_("%(code)s: %(points)s điểm, %(n)s lần"), {"code": "I.1", "points": Decimal("8.50"), "n": 3})
    assert str(phrase) == "I.1: 8,5 điểm, 3 lần"
    assert phrase.render(decimal=".") == "I.1: 8.5 điểm, 3 lần"


def test_phrase_translates_the_sentence_and_the_phrases_inside_before_the_values() -> None:
    catalogue = {"Khóa %(key)s phải là %(wanted)s.": "Key %(key)s must be %(wanted)s.", "văn bản": "text"}
    phrase = Phrase("Khóa %(key)s phải là %(wanted)s.", {"key": "văn bản", "wanted": Phrase("văn bản")})
    assert phrase.render(lambda text: catalogue[text]) == "Key văn bản must be text."


def test_phrase_leaves_percent_signs_alone() -> None:
    assert str(Phrase("Tỷ lệ lớn hơn 100 %.")) == "Tỷ lệ lớn hơn 100 %."
    assert str(Phrase("%(text)s.", {"text": "50 % (100%s)"})) == "50 % (100%s)."


def test_phrase_shows_days_and_moments_as_in_vietnam() -> None:
    values = {"day": date(2022, 6, 8), "moment": datetime(2022, 6, 7, 18, 5, tzinfo=UTC)}
    assert str(Phrase("%(day)s, %(moment)s", values)) == "08/06/2022, 01:05 08/06/2022"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\u202eb\x00c\x07", "abc"),
        ("\u2066a\u2069\x1b[31mđ\x9f", "a[31mđ"),
        (" a\tb\r\nc\rd\x0be\x85f ", "a\tb\nc\nd\ne\nf"),
        ("Ba\u0301o ca\u0301o\ufffe\uffff\ud800", "Báo cáo"),
    ],
)
def test_tidy_keeps_what_people_see(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
    assert tidy_line(typed) == " ".join(kept.split())

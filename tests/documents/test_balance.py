import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.documents.balance import balance, break_prices, fit, vietnamese_breaks, wrap
from emulation.documents.fonts import Face, width_mm

STEPS = [(1, 27.0), (2, 24.0), (2, 22.0), (3, 19.0), (4, 15.5)]
NAME_90 = "Trung tâm Hỗ trợ phát triển giáo dục hòa nhập và Phục hồi chức năng tỉnh Bà Rịa - Vũng Tàu"


def broken(text: str) -> tuple[str, ...]:
    fitted = fit(text, face=Face.BOLD, measure=198, steps=STEPS)
    assert fitted is not None
    return fitted.lines


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Sở Giáo dục và Đào tạo Hà Nội", ("Sở Giáo dục và Đào tạo Hà Nội",)),
        (
            "Sở Giáo dục, Khoa học và Công nghệ tỉnh Bạc Liêu",
            ("Sở Giáo dục, Khoa học", "và Công nghệ tỉnh Bạc Liêu"),
        ),
        (
            NAME_90,
            ("Trung tâm Hỗ trợ phát triển giáo dục hòa nhập", "và Phục hồi chức năng tỉnh Bà Rịa - Vũng Tàu"),
        ),
        (
            "SỞ GIÁO DỤC VÀ ĐÀO TẠO THÀNH PHỐ HỒ CHÍ MINH VÀ TRUNG TÂM GIÁO DỤC THƯỜNG XUYÊN CẤP TỈNH",
            (
                "SỞ GIÁO DỤC VÀ ĐÀO TẠO",
                "THÀNH PHỐ HỒ CHÍ MINH VÀ TRUNG TÂM",
                "GIÁO DỤC THƯỜNG XUYÊN CẤP TỈNH",
            ),
        ),
    ],
)
def test_name_is_broken_at_a_sense_boundary(name: str, lines: tuple[str, ...]) -> None:
    assert broken(name) == lines


def test_fit_takes_the_first_step_that_holds_the_text() -> None:
    fitted = fit(NAME_90, face=Face.BOLD, measure=198, steps=STEPS)
    assert fitted is not None
    assert (fitted.step, fitted.pt) == (1, 24.0)


def test_fit_says_when_nothing_holds_the_text() -> None:
    assert fit("Giáodục" * 60, face=Face.BOLD, measure=198, steps=STEPS) is None


def test_fit_keeps_breaks_made_by_hand() -> None:
    fitted = fit("KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG", face=Face.BOLD, measure=92, steps=[(1, 14.0), (2, 13.0)])
    assert fitted is not None
    assert fitted.lines == ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG")


def test_wrap_sets_a_word_that_is_too_broad_alone() -> None:
    assert wrap("a Giáodụcvàđàotạo b", face=Face.BOLD, pt=20, measure=10) == ("a", "Giáodụcvàđàotạo", "b")


def test_break_prices_forbid_inside_words_places_and_around_dashes() -> None:
    text = "Sở Giáo dục tỉnh Bà Rịa - Vũng Tàu, và phường Bến Nghé"
    syllables = text.split(" ")
    forbidden = {syllables[i + 1] for i, price in enumerate(break_prices(text)) if price is None}
    assert forbidden == {"dục", "Bà", "Rịa", "-", "Vũng", "Tàu,", "phường", "Bến", "Nghé"}


SYLLABLES = "Sở Giáo dục và Đào tạo tỉnh Bạc Liêu Trung tâm phát triển, hòa nhập thành phố Hồ Chí Minh - của năm"
syllable = st.sampled_from(SYLLABLES.split())
texts = st.lists(syllable, min_size=1, max_size=24).map(" ".join)


@given(text=texts, lines=st.integers(1, 5), measure=st.floats(20, 250))
def test_balance_loses_no_syllable_and_keeps_the_measure(text: str, lines: int, measure: float) -> None:
    found = balance(text, face=Face.BOLD, pt=20, measure=measure, lines=lines)
    if found is not None:
        assert " ".join(found) == text
        assert len(found) == lines
        assert max(width_mm(line, Face.BOLD, 20) for line in found) <= measure + 1e-9


@given(before=texts, after=texts, place=st.sampled_from(sorted(vietnamese_breaks().places)))
def test_balance_never_splits_a_place_name(before: str, after: str, place: tuple[str, ...]) -> None:
    name = " ".join(part if part == "-" else part.capitalize() for part in place)
    found = balance(f"{before} tỉnh {name}, {after}", face=Face.BOLD, pt=16, measure=200, lines=2)
    if found is not None:
        assert sum(re.search(rf"\b{re.escape(name)}\b", line) is not None for line in found) >= 1


@given(text=texts)
def test_balance_is_no_worse_than_any_other_allowed_split_in_two(text: str) -> None:
    found = balance(text, face=Face.BOLD, pt=10, measure=1000, lines=2)
    prices = break_prices(text)
    syllables = text.split(" ")
    even = width_mm(text, Face.BOLD, 10) / 2

    def cost(at: int) -> float:
        halves = (" ".join(syllables[:at]), " ".join(syllables[at:]))
        return sum(((width_mm(half, Face.BOLD, 10) - even) / even) ** 2 for half in halves) + 0.35 * (
            prices[at - 1] or 0
        )

    allowed = [at for at in range(1, len(syllables)) if prices[at - 1] is not None]
    if found is None:
        assert not allowed
    else:
        assert cost(len(found[0].split(" "))) <= min(map(cost, allowed)) + 1e-9


def test_word_list_has_no_empty_entry() -> None:
    breaks = vietnamese_breaks()
    everything = itertools.chain(breaks.words, breaks.before, breaks.place_words, breaks.places)
    assert all(phrase for phrase in everything)
    assert all(len(word) == 2 for word in breaks.words)

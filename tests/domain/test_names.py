"""The order of names."""

from __future__ import annotations

import unicodedata

import pytest

from emulation.domain.names import name_key, plain_letters


@pytest.mark.parametrize(
    "names",
    [
        ["An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bến Tre", "Bình Dương"],
        ["Cà Mau", "Cao Bằng", "Cần Thơ", "Da", "Đà Nẵng", "Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai"],
        ["Hà Nội", "Hải Dương", "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hồ Chí Minh", "Hưng Yên"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị"],
        ["Cụm 1", "Cụm 2", "Cụm a"],
    ],
)
def test_names_sort_as_in_a_vietnamese_list(names: list[str]) -> None:
    moved = names[2:] + names[:2]
    assert sorted(moved, key=name_key) == names


def test_name_key_is_the_same_for_both_unicode_spellings() -> None:
    name = "Thừa Thiên Huế"
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name))


def test_name_key_ignores_case_and_signs() -> None:
    assert name_key("BÀ RỊA - VŨNG TÀU") == name_key("Bà Rịa, Vũng Tàu")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_plain_letters_forget_marks_case_and_space(form: str) -> None:
    text = unicodedata.normalize(form, "  Đắk   LẮK, tỷ lệ Ưu tú ")  # type: ignore[arg-type]
    assert plain_letters(text) == "dak lak, ty le uu tu"

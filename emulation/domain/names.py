"""Vietnamese names and words: how they are sorted and found.

The order: An Giang, Bà Rịa, Bạc Liêu, Đà Nẵng after Dak, Ô after O.
"""

from __future__ import annotations

import unicodedata

LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng
SHAPES = {("a", "\u0306"): "ă", ("a", "\u0302"): "â", ("e", "\u0302"): "ê", ("o", "\u0302"): "ô",
          ("o", "\u031b"): "ơ", ("u", "\u031b"): "ư"}  # fmt: skip

NameKey = tuple[tuple[tuple[tuple[int, int], ...], tuple[int, ...]], ...]


def name_key(name: str) -> NameKey:
    """Sort key of a name: word by word as in a dictionary, letters of the alphabet first, then the tone of the word.

    Both spellings in Unicode (NFC, NFD) give the same key; digits come before letters, other signs are left out.
    """
    words = []
    for word in unicodedata.normalize("NFD", name.casefold()).replace("-", " ").split():
        letters: list[str] = []
        tones: list[int] = []
        for sign in word:
            if sign in TONES:
                tones.append(TONES[sign])
            elif letters and (letters[-1], sign) in SHAPES:
                letters[-1] = SHAPES[letters[-1], sign]
            elif sign.isalnum():
                letters.append(sign)
        if letters:
            ranked = tuple((1, LETTERS[one]) if one in LETTERS else (0, ord(one)) for one in letters)
            words.append((ranked, tuple(tones)))
    return tuple(words)


def plain_letters(text: str) -> str:
    """Text for a search: no tones and no shapes of letters, small, one space between words.

    "Đắk Lắk", in either Unicode spelling, and "dak lak" are the same.
    """
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in letters if not unicodedata.combining(sign)).split())

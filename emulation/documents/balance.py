"""Balanced line breaks for display text, measured with the font that prints it.

WeasyPrint has no `text-wrap: balance`. Vietnamese writes the syllables of a word apart, so "between any two
spaces" is too free: it tears a word ("Giáo | dục") or a name ("Bạc | Liêu"). Every break has a price (0
good, 1 bad, None forbidden); the words, and the place names that stay whole, are data in
`data/line_breaks.yaml`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from emulation.documents.fonts import Face, width_mm

CHEAP, DEAR, BETWEEN_CAPITALS = 0.05, 0.35, 0.6
WEIGHT_OF_PRICE = 0.35  # against the squared unevenness of a line, as a share of the even width
DASHES = ("-", "–")


@dataclass(frozen=True)
class Breaks:
    """Where lines may end, all in lower case; places as tuples of syllables."""

    words: frozenset[tuple[str, ...]]
    before: tuple[tuple[str, ...], ...]
    never_after: frozenset[str]
    place_words: tuple[tuple[str, ...], ...]
    places: frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Fitted:
    """A text set in lines: the size in pt, the number of the step that was taken, and the lines."""

    pt: float
    step: int
    lines: tuple[str, ...]


@functools.cache
def vietnamese_breaks() -> Breaks:
    """The word list, read once."""
    source = Path(__file__).parent / "data" / "line_breaks.yaml"
    lists = yaml.safe_load(source.read_text(encoding="utf-8"))
    phrases = {
        key: [tuple(phrase.strip().strip('"').casefold().split()) for phrase in text.split(",")]
        for key, text in lists.items()
    }
    return Breaks(
        words=frozenset(phrases["words"]),
        before=tuple(phrases["before"]),
        never_after=frozenset(" ".join(phrase) for phrase in phrases["never_after"]),
        place_words=tuple(phrases["place_words"]),
        places=frozenset(phrases["places"]),
    )


def _bare(syllable: str) -> str:
    return syllable.casefold().strip(",;:.()“”\"'")


def _inside_places(syllables: Sequence[str], breaks: Breaks) -> set[int]:
    """The positions i where a break before syllables[i] would split a place name or part it from "tỉnh"."""
    plain = [_bare(syllable) or syllable for syllable in syllables]
    inside: set[int] = set()
    for start in range(len(plain)):
        for place in breaks.places:
            if tuple(plain[start : start + len(place)]) == place and syllables[start][:1].isupper():
                inside.update(range(start + 1, start + len(place)))
        for word in breaks.place_words:
            if tuple(plain[start : start + len(word)]) != word:
                continue
            end = start + len(word)
            while end < len(syllables) and (syllables[end][:1].isupper() or syllables[end] in DASHES):
                end += 1
                if syllables[end - 1].endswith((",", ";", ")")):
                    break
            if end > start + len(word):
                inside.update(range(start + 1, end))
    return inside


def break_prices(text: str) -> list[float | None]:
    """For each syllable but the first, the price of a break before it: 0 good, 1 bad, None forbidden."""
    breaks = vietnamese_breaks()
    syllables = text.split(" ")
    shouted = text.isupper()
    inside = set() if shouted else _inside_places(syllables, breaks)
    prices: list[float | None] = []
    for i in range(1, len(syllables)):
        before, after = syllables[i - 1], syllables[i]
        following = tuple(_bare(syllable) for syllable in syllables[i : i + 2])
        comma = before.endswith((",", ";"))
        forbidden = (
            i in inside
            or before in DASHES
            or after in DASHES
            or before.casefold() in breaks.never_after
            or (not comma and (_bare(before), _bare(after)) in breaks.words)
        )
        if forbidden:
            prices.append(None)
        elif comma:
            prices.append(0.0)
        elif any(following[: len(phrase)] == phrase for phrase in breaks.before):
            prices.append(CHEAP)
        elif before[:1].isupper() and after[:1].isupper() and not shouted:
            prices.append(BETWEEN_CAPITALS)
        else:
            prices.append(DEAR)
    return prices


def balance(
    text: str, *, face: Face, pt: float, measure: float, lines: int, tracking: float = 0.0
) -> tuple[str, ...] | None:
    """The split into exactly `lines` lines of at most `measure` mm with the least unevenness; None if there
    is none.
    """
    syllables = text.split(" ")
    count = len(syllables)
    if count < lines:
        return None
    space = width_mm(" ", face, pt, tracking=tracking)
    widths = (width_mm(syllable, face, pt, tracking=tracking) for syllable in syllables)
    ends = list(itertools.accumulate(widths, initial=0.0))
    whole = ends[-1] + (count - 1) * space
    even = whole / lines
    if even > measure:
        return None
    prices = break_prices(text)

    def cost(start: int, end: int) -> float | None:
        """Unevenness of the line syllables[start:end] plus the price of the break after it."""
        width = ends[end] - ends[start] + (end - start - 1) * space
        if width > measure:
            return None
        price = 0.0 if end == count else prices[end - 1]
        return None if price is None else ((width - even) / even) ** 2 + WEIGHT_OF_PRICE * price

    # best[end]: the cheapest way to set the first `end` syllables in the lines laid so far, and its line ends
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for line in range(1, lines + 1):
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (paid, cuts) in best.items():
            last = count - (lines - line)
            for end in (count,) if line == lines else range(start + 1, last + 1):
                more = cost(start, end) if end > start else None
                if more is not None and (end not in reached or paid + more < reached[end][0]):
                    reached[end] = (paid + more, (*cuts, end))
        best = reached
    if count not in best:
        return None
    return tuple(" ".join(syllables[a:b]) for a, b in itertools.pairwise(best[count][1]))


def fit(
    text: str, *, face: Face, measure: float, steps: Sequence[tuple[int, float]], tracking: float = 0.0
) -> Fitted | None:
    """`text` in the first of `steps` (lines, pt), best first, that holds it in `measure` mm; None if none
    does.

    A line end in the text is a break made by hand ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"); no others are made then.
    """
    by_hand = tuple(text.split("\n"))
    for step, (lines, pt) in enumerate(steps):
        if len(by_hand) == 1:
            found = balance(text, face=face, pt=pt, measure=measure, lines=lines, tracking=tracking)
        else:
            widest = max(width_mm(part, face, pt, tracking=tracking) for part in by_hand)
            found = by_hand if len(by_hand) == lines and widest <= measure else None
        if found:
            return Fitted(pt=pt, step=step, lines=found)
    return None


def wrap(text: str, *, face: Face, pt: float, measure: float) -> tuple[str, ...]:
    """`text` in as few lines of at most `measure` mm as hold it, evenly; a single word that is wider stands
    alone.

    For labels that must be shown whole at a fixed size, such as the name beside a chart's row.
    """
    syllables = text.split(" ")
    for lines in range(1, len(syllables) + 1):
        found = balance(text, face=face, pt=pt, measure=measure, lines=lines)
        if found:
            return found
    return tuple(syllables)

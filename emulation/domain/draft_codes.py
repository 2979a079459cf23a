"""Codes of a draft: the next free one for a new node, and those that a criterion stands for. DESIGN 8."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from emulation.domain.drafts import Draft, Kind, Node, Root

FIRST_CODES = {Root.BONUS: "TH.1", Root.DEDUCTIONS: "TR.1", Root.EXCLUSIONS: "X.1"}


def replaced_by(nodes: Iterable[Node]) -> list[str]:
    """The codes that these criteria stand for: those they say they replace, or their own."""
    codes: dict[str, None] = {}
    for node in nodes:
        own = node.fields.get("replaces")
        for code in own if isinstance(own, list) and own else [node.code]:
            if isinstance(code, str) and code:
                codes.setdefault(code)
    return list(codes)


_ROMAN = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))


def roman(value: int) -> str:
    """A Roman number from 1 to 399: sections are counted so."""
    text = "C" * (value // 100) + "L" * (value % 100 // 50)
    rest = value % 50
    if rest >= 40:
        text, rest = text + "XL", rest - 40
    for sign, worth in _ROMAN:
        while rest >= worth:
            text, rest = text + sign, rest - worth
    return text


def free_code(draft: Draft, kind: Kind, *, root: Root, parent: int | None = None, taken: Iterable[str] = ()) -> str:
    """A code for a new node that no node of its kind has, nor any of `taken` (codes of earlier versions).

    It goes on counting where the siblings stop: "II.5" behind "II.4", "IV" behind "III".
    """
    used = {node.code for node in draft.nodes.values() if (node.kind is Kind.SECTION) == (kind is Kind.SECTION)}
    used |= {*taken, *replaced_by(node for node in draft.nodes.values() if node.fields.get("replaces"))}
    siblings = [node for node in draft.children(root, parent) if node.kind is kind]
    numbered: Callable[[int], str]
    if kind is Kind.SECTION and parent is None:
        numbered, first = roman, len(siblings) + 1
    else:
        stems = [found for node in siblings if (found := re.fullmatch(r"(.*?)(\d+)", node.code))]
        if stems:
            stem, first = stems[-1][1], int(stems[-1][2]) + 1
        elif parent is not None:
            stem, first = f"{draft.node(parent).code}.", 1
        else:
            stem, first = FIRST_CODES[root][:-1], 1

        def numbered(n: int) -> str:
            return f"{stem}{n}"

    return next(code for n in range(first, first + len(used) + 2) if (code := numbered(n)) not in used)

"""What a page in English shows that is not English: words of ours that nobody translated.

What people have written stands in their own language: names, titles, reasons, criteria.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.db import Base
from emulation.services.names import owner_name, tag_name
from tests.client import VOID
from tests.test_translations import NAMES, UNTRANSLATED, VIETNAMESE, WRITTEN
from tests.world import World

TEMPLATES = ("Bằng khen", "Giấy chứng nhận", "Cờ thi đua")  # what certificates are called on themselves


class Shown(HTMLParser):
    """Texts and attribute values of an English page, one after the other; what says lang="vi" of itself left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []  # tag, whether it or one around it is in Vietnamese

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        is_vietnamese = self._is_vietnamese()
        if not is_vietnamese:
            self.found += [value for name, value in given if value and name not in ("href", "src", "action")]
        if tag not in VOID:
            self.open.append((tag, is_vietnamese or ("lang", "vi") in given))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_vietnamese():
            self.found.append(data)

    def _is_vietnamese(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def shown_in(html: str) -> list[str]:
    """What a reader or a screen reader may get of a page, white space collapsed."""
    parser = Shown()
    parser.feed(html)
    parser.close()
    return [text for text in (" ".join(found.split()) for found in parser.found) if text]


def inside(value: Any) -> Iterator[str]:
    """Every text in a value of a column."""
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict):
        for one in value.values():
            yield from inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from inside(one)


def data_of(db: Session, world: World, settings: Settings) -> re.Pattern[str]:
    """What people have written: every Vietnamese text of database, criteria and settings, the longest first."""
    texts = {settings.department, *NAMES, *UNTRANSLATED, *WRITTEN, *TEMPLATES}
    texts |= {text for text in inside(world.criteria.model_dump(mode="json")) if VIETNAMESE.search(text)}
    for criterion in world.criteria.all_criteria:
        texts |= {owner_name(criterion.owner or ""), *map(tag_name, criterion.applies_to)} - {""}
    for table in Base.metadata.sorted_tables:
        for row in db.execute(table.select()):
            for value in row:
                texts |= {text for text in inside(value) if VIETNAMESE.search(text)}
    db.rollback()
    return re.compile("|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True)), re.IGNORECASE)


def vietnamese_in(html: str, written: re.Pattern[str]) -> Iterator[str]:
    """Texts of an English page with Vietnamese in them that nobody has `written`."""
    for text in set(shown_in(html)):
        if VIETNAMESE.search(text) and VIETNAMESE.search(written.sub("", text)):
            yield text

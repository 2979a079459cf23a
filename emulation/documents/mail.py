"""The text of a reminder: one digest for one person, as plain text and as simple HTML. Vietnamese, as all documents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

MOST_LINES = 8  # of what is left; the rest is counted


@dataclass(frozen=True)
class Item:
    """One line of a list, with the page where it is settled."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Digest:
    """What one person reads: what this is about, a few sentences, a list, and where to go on."""

    subject: str
    greeting: str
    sentences: tuple[str, ...]
    link: Item
    title: str = ""  # of the list
    items: tuple[Item, ...] = ()
    more: str = ""  # "và 12 việc nữa"
    footer: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Names the text that was sent."""
        return hashlib.sha256(f"{self.subject}\n\n{as_text(self)}".encode()).hexdigest()


def shortened(items: Sequence[Item], noun: str) -> tuple[tuple[Item, ...], str]:
    """The first lines of a list, and how many more there are."""
    more = len(items) - MOST_LINES
    return tuple(items[:MOST_LINES]), f"và {more} {noun} nữa" if more > 0 else ""


def as_text(digest: Digest) -> str:
    """Plain text, a line for each thing, addresses in full."""
    lines = [digest.greeting, "", *digest.sentences]
    if digest.items:
        lines += ["", digest.title]
        for item in digest.items:
            lines.append(f"- {item.text}")
            if item.href:
                lines.append(f"  {item.href}")
        if digest.more:
            lines.append(f"- {digest.more}")
    lines += ["", f"{digest.link.text}: {digest.link.href}", "", "--", *digest.footer]
    return "\n".join(lines) + "\n"


def as_html(digest: Digest) -> str:
    """The same in HTML that any mail program shows: no style sheet, no picture, nothing fetched."""
    parts = [Markup("<p>{}</p>").format(digest.greeting)]
    parts += [Markup("<p>{}</p>").format(sentence) for sentence in digest.sentences]
    if digest.items:
        parts.append(Markup("<p><b>{}</b></p><ul>").format(digest.title))
        for item in digest.items:
            text = Markup('<a href="{}">{}</a>').format(item.href, item.text) if item.href else escape(item.text)
            parts.append(Markup("<li>{}</li>").format(text))
        if digest.more:
            parts.append(Markup("<li>{}</li>").format(digest.more))
        parts.append(Markup("</ul>"))
    parts.append(Markup('<p><a href="{}"><b>{}</b></a></p><hr>').format(digest.link.href, digest.link.text))
    parts.append(Markup("<p><small>{}</small></p>").format(Markup("<br>").join(digest.footer)))
    head = Markup('<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{}</title></head><body>')
    return str(head.format(digest.subject) + Markup("\n").join(parts) + Markup("</body></html>\n"))

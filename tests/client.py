"""The browser of the tests: signs people in, sends the token, and criticises every page it gets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from emulation.models import User

RAW_TOKEN = "0123456789abcdef0123456789abcdef01234567"
LEFTOVERS = re.compile(r"%\(\w+\)[sd]|\{\{|\{%|&lt;(?:span|b|a)\b|\bundefined\b|\bNone\b|\bFalse\b|\bTrue\b")
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))


class Client(FlaskClient):
    """A test client for one person.

    Before a request the test's session is committed and afterwards expired, so that the application sees what the
    test prepared and the test sees what the application did. A POST carries the CSRF token unless `csrf=False`.
    Every HTML page is criticised; `faults_of` says what for.
    """

    db: Session

    @classmethod
    def of(cls, app: Flask, db: Session) -> Self:
        """A new browser."""
        client = cls(app, app.response_class, use_cookies=True)
        client.db = db
        return client

    def another(self) -> Self:
        """A second browser of the same world, nobody signed in."""
        return self.of(self.application, self.db)

    def sign_in(self, name: str) -> Self:
        """Be this person of tests/world.py, without the sign-in page (which has its own tests)."""
        person = self.db.scalars(select(User).where(User.email == f"{name.replace('_', '-')}@thu.example")).one()
        with self.session_transaction() as session:
            session.clear()
            session["user"] = person.id
            session["sign_out_count"] = person.sign_out_count
        return self

    def open(self, *args: Any, csrf: bool = True, **options: Any) -> TestResponse:
        if options.get("method") == "POST" and csrf:
            options["headers"] = {**dict(options.get("headers") or {}), "X-CSRFToken": self._token()}
        self.db.commit()
        response = super().open(*args, buffered=True, **options)
        self.db.expire_all()
        if response.mimetype == "text/html" and response.text.lstrip().lower().startswith("<!doctype"):
            faults = faults_of(response.text, self.application)
            assert not faults, f"{response.request.path}: " + "; ".join(faults)
        return response

    def _token(self) -> str:
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", RAW_TOKEN)
        return str(URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(raw))

    def page(self, path: str) -> Page:
        """The page at `path`, which must answer 200, taken apart."""
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}\n{response.text[:2000]}"
        return read(response.text)

    def count_queries(self, path: str) -> int:
        """How many statements the application sends to its database for the page at `path`."""
        with statements_of(self.application) as sent:
            self.page(path)
        return len(sent)

    def submit(self, path: str, values: dict[str, Any], *, to: str | None = None) -> TestResponse:
        """Fill and send the form on the page at `path`, as a browser would without scripts.

        `to` is its action, needed where the page has several. A name in `values` that the form lacks is an error.
        """
        forms = [form for form in self.page(path).forms if form.method == "post"]
        wanted = [form for form in forms if (form.action == to if to else not form.in_frame)]
        assert len(wanted) == 1, f"{path}: forms to {[form.action for form in forms]}"
        unknown = set(values) - wanted[0].names
        assert not unknown, f"{path}: no field {sorted(unknown)}"
        return self.post(wanted[0].action or path, data={**wanted[0].values, **values}, csrf=False)


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """The statements that the application sends to its database meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):  # said aloud on SQLite only
            sent.append(statement)

    engine = app.extensions["engine"]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass
class Form:
    """A form: where it goes, what it holds before anybody types."""

    action: str
    method: str
    in_frame: bool  # sign out and language: on every page
    names: set[str] = field(default_factory=set)
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Page:
    """What a test asks of a page."""

    title: str = ""
    text: str = ""  # everything visible, white space collapsed
    h1: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)  # cells of all table rows


class Reader(HTMLParser):
    """One pass over a page: the `Page`, and what is wrong with it in `faults`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.faults: list[str] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.around: Counter[str] = Counter()  # how many of each tag are open
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()  # ids that a <label for> names
        self.pointed: list[tuple[str, str]] = []  # (attribute, id) that must exist
        self.fields: list[tuple[str, str]] = []  # (id, description) of fields that need a label
        self.headings: list[int] = []
        self.words: list[str] = []
        self.texts: dict[int, list[str]] = {}  # depth -> text collected for h1, button, a, td
        self.select: tuple[str, list[str], bool] | None = None
        self.area: str | None = None

    def inside(self, *names: str) -> bool:
        return any(self.around[name] for name in names)

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where in the page something stands."""
        return j

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        self._attributes(tag, attributes)
        if tag in ("input", "select", "textarea", "button"):
            self._control(tag, attributes)
        if tag == "form":
            if self.inside("form"):
                self.faults.append("a form in a form")
            frame = self.inside("header")
            form = Form(attributes.get("action", ""), attributes.get("method", "get").lower(), frame)
            self.page.forms.append(form)
        if tag == "option" and self.select:
            if "selected" in attributes:
                self.select[1].append(attributes.get("value", ""))
            elif not self.select[2] and self.page.forms and self.select[0]:
                self.page.forms[-1].values.setdefault(self.select[0], attributes.get("value", ""))
        if tag == "a" and "href" in attributes:
            self.page.links.append(attributes["href"])
            if attributes["href"].startswith("#") and len(attributes["href"]) > 1:
                self.pointed.append(("href", attributes["href"][1:]))
        if tag == "img" and "alt" not in attributes:
            self.faults.append("an image without alt")
        if re.fullmatch("h[1-6]", tag):
            level = int(tag[1])
            if self.headings and level > self.headings[-1] + 1:
                self.faults.append(f"a heading {tag} after h{self.headings[-1]}")
            self.headings.append(level)
        if tag == "tr":
            self.page.rows.append([])
        if tag not in VOID:
            self.open.append((tag, attributes))
            self.around[tag] += 1
            if tag in ("h1", "title", "button", "a", "td", "th", "summary", "label", "caption"):
                self.texts[len(self.open)] = []

    def _attributes(self, tag: str, attributes: dict[str, str]) -> None:
        if "id" in attributes:
            self.ids[attributes["id"]] += 1
        for name in attributes:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}=>: the policy forbids it")
        if tag == "style" or (
            tag == "script" and "src" not in attributes and attributes.get("type") != "application/json"
        ):
            self.faults.append(f"an inline <{tag}>")
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            self.pointed += [(name, one) for one in attributes.get(name, "").split()]
        if tag == "label" and "for" in attributes:
            self.labelled.add(attributes["for"])
            self.pointed.append(("for", attributes["for"]))
        if tag == "html" and attributes.get("lang") not in ("vi", "en"):
            self.faults.append("no lang")

    def _control(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text") if tag == "input" else tag
        name, value = attributes.get("name", ""), attributes.get("value", "")
        named = "aria-label" in attributes or "aria-labelledby" in attributes or self.inside("label")
        if kind not in ("hidden", "submit", "button", "reset", "image") and not named:
            self.fields.append((attributes.get("id", ""), f"{kind} {name!r}"))
        if not self.inside("form"):
            return
        form = self.page.forms[-1]
        if name:
            form.names.add(name)
        if kind in ("checkbox", "radio"):
            if "checked" in attributes and name:
                if name in form.values and kind == "checkbox":
                    before = form.values[name]
                    form.values[name] = [*(before if isinstance(before, list) else [before]), value or "on"]
                else:
                    form.values[name] = value or "on"
        elif tag == "select":
            self.select = (name, [], "multiple" in attributes)
        elif tag == "textarea":
            self.area = name
            form.values[name] = ""
        elif tag == "input" and kind not in ("submit", "button", "reset", "file") and name:
            form.values[name] = value

    def handle_data(self, data: str) -> None:
        if self.inside("script", "style"):
            return
        if self.area is not None and self.inside("textarea"):
            self.page.forms[-1].values[self.area] += data.removeprefix("\n")
        if self.inside("body"):
            self.words.append(data)
        for texts in self.texts.values():
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self.around[tag]:
            self.faults.append(f"</{tag}> closes nothing")
            return
        while self.open:
            name, attributes = self.open[-1]
            text = " ".join("".join(self.texts.pop(len(self.open), [])).split())
            self.open.pop()
            self.around[name] -= 1
            self._closed(name, attributes, text)
            if name == tag:
                break

    def _closed(self, tag: str, attributes: dict[str, str], text: str) -> None:
        if tag == "title":
            self.page.title = self.page.title or text
        elif tag == "h1":
            self.page.h1 = text
        elif tag in ("td", "th") and self.page.rows:
            self.page.rows[-1].append(text)
        elif tag in ("button", "summary") or (tag == "a" and "href" in attributes):
            if not text and "aria-label" not in attributes and "aria-labelledby" not in attributes:
                self.faults.append(f"a <{tag}> without words")
        elif tag in ("label", "caption") and not text:
            self.faults.append(f"an empty <{tag}>")
        elif tag == "select" and self.select:
            name, chosen, multiple = self.select
            if chosen and self.page.forms and name:
                self.page.forms[-1].values[name] = chosen if multiple else chosen[0]
            self.select = None
        elif tag == "textarea":
            self.area = None


def read(html: str) -> Page:
    """The page taken apart."""
    return _reader(html).page


@lru_cache(maxsize=64)  # the critic reads a page first, then the test, which may look at many together
def _reader(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.page.text = " ".join("".join(reader.words).split())
    return reader


def faults_of(html: str, app: Flask | None = None) -> list[str]:
    """What is wrong with a page: title, one h1, labels, ids, references, tokens, links, policy, leftovers."""
    reader = _reader(html)
    page, faults = reader.page, list(reader.faults)
    if not page.title:
        faults.append("no title")
    if reader.headings.count(1) != 1:
        faults.append(f"{reader.headings.count(1)} h1")
    faults += [f"id {name!r} {count} times" for name, count in reader.ids.items() if count > 1]
    faults += [f"{name} points to {to!r}, which is not there" for name, to in reader.pointed if to not in reader.ids]
    faults += [f"no label for {what}" for key, what in reader.fields if key not in reader.labelled]
    faults += [
        f"no csrf_token in the form to {form.action!r}"
        for form in page.forms
        if form.method == "post" and not form.values.get("csrf_token")
    ]
    faults += [f"left over: {found.group()!r}" for found in LEFTOVERS.finditer(page.text)]
    if app is not None:
        targets = [(href, "GET") for href in page.links]
        targets += [(form.action, form.method.upper()) for form in page.forms if form.action]
        faults += [f"dead link {href!r}" for href, method in targets if _is_dead(app, href, method)]
    return faults


@lru_cache(maxsize=4096)  # an address stands on many pages
def _is_dead(app: Flask, href: str, method: str) -> bool:
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return False
    try:
        app.url_map.bind("localhost").match(parts.path, method=method)
    except (NotFound, MethodNotAllowed):
        return True
    return False

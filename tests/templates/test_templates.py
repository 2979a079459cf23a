"""Every template compiles; every component is described, gathered, shown in the gallery, fit for the CSP."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from jinja2 import Environment, StrictUndefined, UndefinedError

from emulation.documents import typesetting
from emulation.web import display
from tests.templates.stage import ROOT, make_stage

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
MACRO = re.compile(r"(?P<above>\{#-(?:(?!#\}).)*-#\})?\s*\{%-? macro (?P<name>\w+)\((?P<signature>.*?)\) -?%\}", re.S)
UI_FILES = sorted(path.name for path in (TEMPLATES / "ui").glob("*.html") if path.name != "all.html")
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*") if path.suffix in {".html", ".svg"})


def macros(file: str) -> list[re.Match[str]]:
    """The macros of a file of templates/ui with the comment above each."""
    return list(MACRO.finditer((TEMPLATES / "ui" / file).read_text(encoding="utf-8")))


EVERY_MACRO = [(file, found["name"]) for file in UI_FILES for found in macros(file)]


class Tags(HTMLParser):
    """Collects (tag, attributes) of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


@pytest.fixture(scope="module")
def stage() -> Flask:
    return make_stage()


@pytest.fixture(scope="module")
def pages(stage: Flask) -> dict[str, str]:
    """The gallery as it is, with errors, for a stranger; both error pages."""
    client = stage.test_client()
    return {path: client.get(path).text for path in ("/", "/?errors", "/?stranger", "/error/404", "/500")}


@pytest.fixture(scope="module")
def product() -> Environment:
    """The product's own environment of the screen: its filters and globals, without its routes."""
    app = Flask("product", template_folder=str(TEMPLATES))
    Babel(app)
    display.register(app)
    return app.jinja_env


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("print/")])
def test_template_of_the_screen_compiles(product: Environment, name: str) -> None:
    assert product.get_template(name).name == name


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("print/") and name.endswith(".html")])
def test_template_of_a_document_compiles(name: str) -> None:
    printed = name.removeprefix("print/")
    assert typesetting._environment().get_template(printed).name == printed


@pytest.mark.parametrize("name", ALL)
def test_template_turns_no_escaping_off(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert re.findall(r"\|\s*safe\b|autoescape false|\bMarkup\(", source) == []


@pytest.mark.parametrize("file", UI_FILES)
def test_macro_has_an_example_of_itself_above(file: str) -> None:
    for found in macros(file):
        example = (found["above"] or "").partition("Example:")[2]
        assert f"ui.{found['name']}" in example, f"{file}: {found['name']} has no example"


def test_all_gathers_every_macro() -> None:
    names = [name for _, name in EVERY_MACRO]
    assert sorted(names) == sorted(set(names))
    gathered = re.findall(r"\{% set (\w+) = ", (TEMPLATES / "ui" / "all.html").read_text(encoding="utf-8"))
    assert sorted(gathered) == sorted(names)


@pytest.mark.parametrize("file", UI_FILES)
def test_readme_has_the_signature_of_every_macro(file: str) -> None:
    readme = (TEMPLATES / "ui" / "README.md").read_text(encoding="utf-8")
    for found in macros(file):
        assert f"- `{found['name']}({found['signature']})`" in readme


@pytest.mark.parametrize(("file", "name"), EVERY_MACRO)
def test_gallery_shows_the_macro(file: str, name: str) -> None:
    shown = (ROOT / "tests" / "templates" / "gallery.html").read_text(encoding="utf-8")
    inside = "".join((TEMPLATES / "ui" / other).read_text(encoding="utf-8") for other in UI_FILES)
    used_by_another = re.search(rf"(?<!macro )(?<!ui\.)\b{name}\(", inside)
    assert f"ui.{name}(" in shown or used_by_another, f"{name} of {file} is nowhere to be seen"


def test_page_has_one_h1_and_headings_in_order(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        levels = [int(tag[1]) for tag, _ in tags_of(html) if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_page_has_no_inline_style_script_or_handler(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        for tag, attributes in tags_of(html):
            assert tag != "style", path
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, tag)
            if tag == "script":
                assert attributes.get("src") or attributes["type"] == "application/json", path


def test_page_has_every_id_once_and_every_reference_leads_somewhere(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        tags = tags_of(html)
        ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
        assert sorted(ids) == sorted(set(ids)), path
        for _, attributes in tags:
            for reference in ("for", "aria-describedby", "aria-labelledby", "data-figure-id", "data-filter"):
                for target in (attributes.get(reference) or "").split():
                    assert target in ids, (path, reference, target)


def test_every_post_form_carries_a_token(pages: dict[str, str]) -> None:
    for path, html in pages.items():
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", html, re.S):
            assert 'name="csrf_token"' in form, path


def test_icons_are_in_the_sprite(pages: dict[str, str]) -> None:
    symbols = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    used = {name for html in pages.values() for name in re.findall(r"icons\.svg[^\"#]*#([\w-]+)", html)}
    sources = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r"\bicon\(\"([\w-]+)\"", sources)) | set(re.findall(r"icon_name=\"([\w-]+)\"", sources))
    assert used | {f"i-{name}" for name in named} <= symbols


def test_field_with_an_error_is_tied_to_it(stage: Flask) -> None:
    tags = tags_of(stage.test_client().get("/?errors").text)
    field = next(attributes for _, attributes in tags if attributes.get("name") == "title")
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "title-hint title-error"


@pytest.mark.parametrize("missing", ["caption", "empty"])
def test_table_without_caption_or_empty_message_is_refused(stage: Flask, missing: str) -> None:
    given = {"caption": '"Phiếu quá hạn"', "empty": '"Không có phiếu nào."'}
    del given[missing]
    arguments = ", ".join(f"{name}={value}" for name, value in given.items())
    rows = "[]" if missing == "empty" else "[1]"
    call = f'call(row) ui.grid_table({arguments}, rows={rows}, head=["Đơn vị"], id="late")'
    source = f'{{% import "ui/all.html" as ui %}}{{% {call} %}}<tr></tr>{{% endcall %}}'
    with stage.test_request_context(), pytest.raises(UndefinedError, match=missing):
        stage.jinja_env.from_string(source).render()


def test_chart_without_its_numbers_is_refused(stage: Flask) -> None:
    source = '{% import "ui/all.html" as ui %}{{ ui.chart("c", "Ai dẫn đầu?", {}, label="Điểm") }}'
    with stage.test_request_context(), pytest.raises(UndefinedError, match="caller"):
        stage.jinja_env.from_string(source).render()


def test_chart_figure_cannot_close_its_script_element(pages: dict[str, str]) -> None:
    figure = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', pages["/"], re.S)
    assert figure is not None
    assert "<" not in figure[1]
    assert r"\u003c/script\u003e" in figure[1]


def test_chart_script_names_the_style_element_of_this_plotly() -> None:
    script = (STATIC / "js" / "chart.js").read_text(encoding="utf-8")
    plotly = (STATIC / "vendor" / "plotly-cartesian.min.js").read_text(encoding="utf-8")
    named = re.search(r'const PLOTLY_STYLE = "([\w.-]+)-(\w+)"', script)
    assert named is not None
    assert f'"{named[1]}-"' in plotly
    assert f'("{named[2]}",' in plotly


def test_stylesheets_find_their_files() -> None:
    for sheet in (STATIC / "app.css", STATIC / "vendor" / "plotly.css"):
        for url in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / url).is_file(), url


@pytest.mark.parametrize(("name", "values"), [("500.html", {"reference": "7F3A-22"}), ("503.html", {})])
def test_page_of_a_failure_stands_alone(name: str, values: dict[str, str]) -> None:
    source = (TEMPLATES / "errors" / name).read_text(encoding="utf-8")
    page = Environment(undefined=StrictUndefined, autoescape=True).from_string(source).render(values)
    assert all(value in page for value in values.values())
    for link in re.findall(r'href="/(static/[^"]+)"', page):
        assert Path(ROOT / link).is_file()

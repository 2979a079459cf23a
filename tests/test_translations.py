"""The English catalogue is whole, and no visible word in templates or code escapes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from jinja2 import Environment, nodes

from emulation.documents import indicator_files, unit_files
from emulation.domain.clusters import CLUSTER_ROLE_NAMES
from tools import translations
from tools.translations import CATALOGUE, KEYWORDS, ROOT, SKIPPED

VIETNAMESE = re.compile(r"(?![\x00-\x7f])[^\W\d_]")  # letters beyond ASCII
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{\w+\}|%%")
# what stays Vietnamese in an English sentence: names of units, symbols and offices on documents
NAMES = ("Sở GDĐT Thái Bình", "Sở GDĐT Cà Mau", "Sở GDĐT Quảng Ninh", "2386/QĐ-BGDĐT", "KT. BỘ TRƯỞNG", "THỨ TRƯỞNG")
# of workbooks, which are Vietnamese in any language
COLUMNS = (
    *indicator_files.NAMES.values(),
    *unit_files.NAMES.values(),
    *CLUSTER_ROLE_NAMES.values(),
    unit_files.ILLUSTRATIVE,
)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return translations.stored()


def texts(message: Message) -> list[tuple[str, str]]:
    """(Vietnamese, English) of a message, twice for one with a plural."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[0], english) for english in message.string]


def pairs(catalogue: Catalog) -> list[tuple[str, str]]:
    return [pair for message in catalogue if message.id for pair in texts(message)]


# ---- the catalogue ----


def test_catalogue_is_current() -> None:
    wanted = translations.as_text(translations.updated()).decode()
    assert CATALOGUE.read_text("utf-8").splitlines() == wanted.splitlines(), "run: python -m tools.translations"


def test_catalogue_is_complete(catalogue: Catalog) -> None:
    assert translations.untranslated(catalogue) == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_english_has_the_same_placeholders(catalogue: Catalog) -> None:
    def marks(text: str) -> set[str]:
        return {found.group() for found in PLACEHOLDER.finditer(text)}

    assert [pair for pair in pairs(catalogue) if marks(pair[0]) != marks(pair[1])] == []


def test_english_has_no_vietnamese(catalogue: Catalog) -> None:
    def without_names(text: str) -> str:
        for name in (*NAMES, *COLUMNS):
            text = text.replace(name, "")
        return text

    assert [english for _, english in pairs(catalogue) if VIETNAMESE.search(without_names(english))] == []


def test_english_keeps_the_spaces_at_both_ends(catalogue: Catalog) -> None:
    def ends(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [pair for pair in pairs(catalogue) if ends(pair[0]) != ends(pair[1])] == []


def test_sentences_end_alike(catalogue: Catalog) -> None:
    """What ends with a stop, a colon or a question mark does so in English."""

    def end(text: str) -> str:
        return text.rstrip()[-1:] if text.rstrip()[-1:] in ".:?" else ""

    assert [pair for pair in pairs(catalogue) if end(pair[0]) not in ("", end(pair[1]))] == []


def test_sentences_with_values_render(catalogue: Catalog) -> None:
    for vietnamese, english in pairs(catalogue):
        names = set(re.findall(r"%\((\w+)\)", vietnamese))
        for text in (vietnamese, english):
            if names:
                assert not re.search(r"%(?!%)", (text % dict.fromkeys(names, "x")).replace(" %", "")), text


def test_compiled_catalogue_is_of_this_text(catalogue: Catalog) -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    assert dict(pairs(compiled)) == {vietnamese: english for vietnamese, english in pairs(catalogue) if english}


# ---- words in templates that are not marked ----

TEMPLATES = sorted(  # but the pages of a failure: in both languages at once, for nothing may fail in them
    path
    for path in (ROOT / "templates").rglob("*.html")
    if not set(path.relative_to(ROOT).parts) & set(SKIPPED) and not path.match("errors/50?.html")
)
SHOWN_ATTRIBUTES = ("alt", "aria-label", "aria-description", "placeholder", "title", "label", "content")
# the same in both languages
UNTRANSLATED = {
    "SHA-256",
    "PDF",
    "Alt",
    "English",
    "Tiếng Việt",
    "412/BC-SGDĐT",  # the symbol of a document
    "width=device-width, initial-scale=1",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",  # the head of every document of the state
    "Độc lập - Tự do - Hạnh phúc",
}
WORD = re.compile(r"[^\W\d_]{2,}")


class Words(HTMLParser):
    """Texts and shown attributes of a template with its tags of Jinja blanked out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [value for name, value in given if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append("")

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] not in (["script"], ["style"]):
            self.found.append(data)


def hard_coded(source: str) -> list[str]:
    """Words between and in tags of HTML."""
    blanked, depth = [], 0
    for _, kind, value in Environment(autoescape=True).lex(source):
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            depth += 1
            blanked.append("0" if kind == "variable_begin" else "")
        elif kind in ("variable_end", "block_end", "comment_end"):
            depth -= 1
        elif kind == "data" and not depth:
            blanked.append(value)
    words = Words()
    words.feed("".join(blanked))
    words.close()
    shown = [" ".join(text.split()) for text in words.found]
    return [text for text in shown if WORD.search(text) and text not in UNTRANSLATED]


def literals(source: str) -> list[str]:
    """Vietnamese strings inside `{{ }}` and `{% %}` that no function translates."""
    tree = Environment(autoescape=True).parse(source)
    marked = {
        id(inner)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS
        for inner in call.args
    }
    return [
        one.value
        for one in tree.find_all(nodes.Const)
        if isinstance(one.value, str)
        and VIETNAMESE.search(one.value)
        and one.value not in UNTRANSLATED
        and id(one) not in marked
    ]


def test_the_search_for_hard_coded_words_finds_them() -> None:
    assert hard_coded('<p>{{ a }}, xong</p><img alt="Ảnh"><b>{% if a %}-{% endif %}</b>') == [
        "0, xong",
        "Ảnh",
    ]
    assert literals('{{ ui.panel("Điểm", hint=_("Đủ")) }}{% set a = "x" %}') == ["Điểm"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_has_no_unmarked_words(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert (hard_coded(source), literals(source)) == ([], [])


# ---- Vietnamese in code that is not marked ----

# the printed sheet, letters and downloads, which are Vietnamese as all documents; the Vietnamese alphabet
FOR_PRINT = ("services/sheet_prints.py", "services/digests.py", "services/progress_files.py", "domain/names.py")
MODULES = sorted(
    path
    for layer in ("domain", "models", "services", "web")
    for path in (ROOT / "emulation" / layer).rglob("*.py")
    if not any(path.match(name) for name in FOR_PRINT)
)
# parts of documents, and names that a period keeps as data once they are written
WRITTEN = {
    "Dòng lệnh",
    "Cờ thi đua của Bộ Giáo dục và Đào tạo",
    "Được tặng Cờ thi đua của Bộ Giáo dục và Đào tạo năm học ",
    "Bằng khen của Bộ trưởng",
    "Đã hoàn thành xuất sắc nhiệm vụ năm học ",
    "Cụm ",
    "Cụm thi đua số ",
    " của ",
}


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Literals that are neither docstrings nor given to a function that marks them."""
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            passed.add(id(node.body[0].value))  # type: ignore[attr-defined]  # a docstring is an Expr
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in KEYWORDS:
                passed |= {id(argument) for argument in node.args}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "emulation")))
def test_module_has_no_unmarked_vietnamese(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        f"{node.lineno}: {node.value}"
        for node in strings(tree)
        if VIETNAMESE.search(node.value) and node.value not in WRITTEN
    ]
    assert found == []

"""Reading the form of a criterion: shape only; what it means is the services' matter."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from emulation.domain.criteria import load
from emulation.domain.figures import read_figure
from emulation.errors import Invalid
from emulation.web.entries import entry_from_form, form_for
from tests.world import NINE_KINDS

CRITERIA = load(NINE_KINDS.read_bytes())

READ = [  # code, what is posted, the entry
    ("I.1", {"part": "95", "whole": " 98 "}, {"part": "95", "whole": "98"}),
    ("I.1", {"part": "", "whole": ""}, None),
    ("I.1", {"value": "96,94"}, {"value": "96,94"}),
    ("I.2", {"value": "91,5"}, {"value": "91,5"}),
    ("I.2", {"value": "  "}, None),
    ("I.3", {"points": "8,5"}, {"points": "8,5"}),
    ("I.3", {"points": "0"}, {"points": "0"}),
    ("II.1", {"level": "Tốt"}, {"level": "Tốt"}),
    ("II.1", {"level": ""}, None),
    ("II.1", {}, None),
    ("II.2", {"met": "1"}, {"met": True}),
    ("II.2", {"met": "0"}, {"met": False}),
    ("II.2", {"met": ""}, None),
    ("II.3", {"met": ["a", "c"]}, {"met": ["a", "c"]}),
    ("II.3", {"met": ["-"]}, {"met": []}),
    ("II.3", {}, None),
    ("II.4", {"count": "3"}, {"count": "3"}),
    ("III.1", {"before": "94,2", "now": "97,6"}, {"before": "94,2", "now": "97,6"}),
    (
        "III.1",
        {"not_applicable": "y", "reason": "Mới lập", "before": "1", "now": "2"},
        {"not_applicable": True, "reason": "Mới lập"},
    ),
]


def given(posted: dict[str, Any]) -> MultiDict[str, str]:
    return MultiDict(
        [(key, one) for key, value in posted.items() for one in (value if isinstance(value, list) else [value])]
    )


@pytest.mark.parametrize(("code", "posted", "entry"), READ)
def test_entry_from_form_reads_every_kind(
    app: Flask, code: str, posted: dict[str, Any], entry: dict[str, Any] | None
) -> None:
    with app.test_request_context():
        form = form_for(CRITERIA.by_code[code], given=given(posted))

        assert (entry_from_form(CRITERIA.by_code[code], form), form.sentences) == (entry, {})


AMBIGUOUS = "“1.234” có thể hiểu hai cách. Viết 1234 nếu là số nguyên, hoặc 1,234 nếu là số thập phân."
REFUSED = [  # code, what is posted, sentences by field
    ("I.1", {"part": "95", "whole": ""}, {"whole": "Nhập nốt số này để tính điểm."}),
    ("I.1", {"part": "", "whole": "98"}, {"part": "Nhập nốt số này để tính điểm."}),
    ("I.1", {"part": "1.234", "whole": "2000"}, {"part": AMBIGUOUS}),
    (
        "I.1",
        {"part": "8,5,1", "whole": "x"},
        {
            "part": "“8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5.",
            "whole": "“x” không phải là một số.",
        },
    ),
    (
        "I.1",
        {"part": "1", "whole": "2", "value": "50"},
        {"value": "Chỉ nhập một cách: hai số, hoặc thẳng giá trị."},
    ),
    ("II.2", {"met": "có"}, {"met": "Chọn đạt hoặc không đạt."}),
    ("II.3", {"met": ["a", "-"]}, {"met": "Bỏ dấu ở “Không mục nào đạt”, hoặc bỏ dấu ở các mục khác."}),
    ("III.1", {"before": "94", "now": ""}, {"now": "Nhập nốt số liệu năm nay."}),
]


@pytest.mark.parametrize(("code", "posted", "sentences"), REFUSED)
def test_entry_from_form_says_what_is_wrong_at_each_field(
    app: Flask, code: str, posted: dict[str, Any], sentences: dict[str, str]
) -> None:
    with app.test_request_context():
        form = form_for(CRITERIA.by_code[code], given=given(posted))

        assert (entry_from_form(CRITERIA.by_code[code], form), form.sentences) == (None, sentences)


@pytest.mark.parametrize(
    ("text", "value"), [("8,5", "8.5"), ("8.5", "8.5"), ("0.125", "0.125"), ("12.5", "12.5"), ("1 234,5", "1234.5")]
)
def test_read_figure_takes_comma_and_point(text: str, value: str) -> None:
    assert str(read_figure(text)) == value


@pytest.mark.parametrize("text", ["1.234", "12.345", "123.456", "-1.234", "1.234.567", "1,234.5"])
def test_read_figure_refuses_what_could_be_thousands(text: str) -> None:
    with pytest.raises(Invalid):
        read_figure(text)


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("I.1", {"part": "95", "whole": "98"}),
        ("I.1", {"value": "1.234"}),
        ("I.2", {"value": "91.5"}),
        ("I.3", {"points": "8.25"}),
        ("II.1", {"level": "Khá"}),
        ("II.2", {"met": False}),
        ("II.3", {"met": ["b"]}),
        ("II.3", {"met": []}),
        ("II.4", {"count": "0"}),
        ("III.1", {"before": "94.2", "now": "97.6"}),
        ("III.1", {"not_applicable": True, "reason": "Mới lập"}),
    ],
)
def test_form_for_shows_a_stored_entry_so_that_saving_it_again_changes_nothing(
    app: Flask, code: str, data: dict[str, Any]
) -> None:
    from emulation.services.sheets import canonical

    criterion = CRITERIA.by_code[code]
    with app.test_request_context():
        shown = form_for(criterion, data=data)
        posted = MultiDict[str, str]()
        for field in shown:
            value = field.data
            for one in value if isinstance(value, list) else ["y"] if value is True else [value] if value else []:
                posted.add(field.name, str(one))
        again = form_for(criterion, given=posted)

        assert canonical(criterion, entry_from_form(criterion, again)) == data

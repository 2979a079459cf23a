"""The text of a digest: plain and HTML say the same, and nothing that somebody typed becomes a tag."""

from __future__ import annotations

from emulation.documents.mail import MOST_LINES, Digest, Item, as_html, as_text, shortened

DIGEST = Digest(
    subject="Còn 7 ngày để nộp phiếu",
    greeting="Kính gửi <b>An</b> & Bình,",
    sentences=("Phiếu chưa nộp.",),
    title="Còn 2 việc:",
    items=(Item("I.1 Tỷ lệ < 5", 'https://thidua.example/sheets/1?open=I.1"#I.1'), Item("I.2")),
    more="và 3 việc nữa",
    link=Item("Mở phiếu", "https://thidua.example/sheets/1"),
    footer=("Vụ Thi đua",),
)


def test_plain_text_has_a_line_for_each_thing() -> None:
    assert as_text(DIGEST).split("\n") == [
        "Kính gửi <b>An</b> & Bình,",
        "",
        "Phiếu chưa nộp.",
        "",
        "Còn 2 việc:",
        "- I.1 Tỷ lệ < 5",
        '  https://thidua.example/sheets/1?open=I.1"#I.1',
        "- I.2",
        "- và 3 việc nữa",
        "",
        "Mở phiếu: https://thidua.example/sheets/1",
        "",
        "--",
        "Vụ Thi đua",
        "",
    ]


def test_html_escapes_what_was_typed() -> None:
    html = as_html(DIGEST)
    assert "<p>Kính gửi &lt;b&gt;An&lt;/b&gt; &amp; Bình,</p>" in html
    assert '<a href="https://thidua.example/sheets/1?open=I.1&#34;#I.1">I.1 Tỷ lệ &lt; 5</a>' in html
    assert "<li>I.2</li>" in html


def test_long_lists_are_shortened_and_say_so() -> None:
    items = [Item(str(n)) for n in range(MOST_LINES + 12)]
    assert shortened(items, "việc") == (tuple(items[:MOST_LINES]), "và 12 việc nữa")
    assert shortened(items[:MOST_LINES], "việc") == (tuple(items[:MOST_LINES]), "")

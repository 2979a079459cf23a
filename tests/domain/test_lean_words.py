"""The three sentences of the lean report, for each case they can meet."""

from emulation.domain.lean import LeanReport
from emulation.domain.lean_words import codes_in_words, summary
from tests.domain.test_lean import FOUR, many, report_of, set_of


def said(report: LeanReport) -> list[str]:
    return [str(sentence) for sentence in summary(report)]


def test_sentences_where_criteria_can_go() -> None:
    report = report_of(set_of("A", "B", "C"), many(11, A=lambda i: i, B=lambda i: i, C=10))

    assert said(report) == [
        "Theo kết quả của 11 đơn vị, trong 3 tiêu chí có thể xem xét bỏ 2 tiêu chí.",
        (
            "Bỏ cả 2 trên 3 tiêu chí cơ bản (C, B) thì thứ hạng chỉ đổi bình quân 0 bậc, "
            "1 trên 1 cụm giữ nguyên đơn vị dẫn đầu."
        ),
        "Lý do: tiêu chí đề xuất bỏ gần như không làm đổi thứ hạng các đơn vị.",
    ]


def test_sentences_with_too_few_units() -> None:
    assert said(report_of(set_of("A", "B", "C"), FOUR)) == [
        "Theo kết quả của 4 đơn vị, không tiêu chí nào trong 3 tiêu chí nên bỏ, gộp, lấy tự động.",
        "Có 4 đơn vị được xếp hạng, dưới 10 đơn vị thì quá ít để đề xuất bỏ hay gộp.",
        "Lý do: mỗi tiêu chí đều góp phần xếp hạng và không có số liệu sẵn để thay việc kê khai.",
    ]


def test_sentences_where_every_criterion_matters_and_one_figure_exists() -> None:
    criteria = set_of("A", 'B, source: "Cơ sở dữ liệu ngành"')
    report = report_of(criteria, many(11, A=lambda i: i, B=lambda i: (i * 7 + 3) % 11))

    assert said(report) == [
        "Theo kết quả của 11 đơn vị, trong 2 tiêu chí có thể xem xét lấy tự động số liệu của 1 tiêu chí.",
        "Bỏ tiêu chí cơ bản nào cũng làm đổi đơn vị dẫn đầu cụm hoặc đổi nhiều thứ hạng, nên chưa đề xuất bỏ.",
        "Lý do: số liệu đề xuất lấy tự động đã có trong các hệ thống, đơn vị đang phải kê khai lại.",
    ]


def test_many_codes_are_counted() -> None:
    assert str(codes_in_words([f"C{i}" for i in range(14)])) == (
        "C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11 và 2 tiêu chí khác"
    )


def test_sentences_where_nobody_is_ranked() -> None:
    report = report_of(set_of("A", "B"), {"P1": ("1", {"A": 3})}, excluded={"P1"})

    assert said(report)[1] == "Đề xuất bỏ B: 1 trên 2 tiêu chí cơ bản."


def test_all_kinds_of_candidates_stand_in_one_sentence() -> None:
    """C is flat, B copies A and matters, D exists already."""
    criteria = set_of("A", "B", "C", "D, source: Cơ sở dữ liệu ngành", "E")
    units = many(
        12,
        A=lambda i: i % 11,
        B=lambda i: i % 11,
        C=10,
        D=lambda i: (i * 5) % 11,
        E=lambda i: (i * 4 + 3) % 11,
    )
    first, _, third = said(report_of(criteria, units))

    assert first == (
        "Theo kết quả của 12 đơn vị, trong 5 tiêu chí có thể xem xét bỏ 1 tiêu chí, gộp 1 tiêu chí, "
        "lấy tự động số liệu của 1 tiêu chí."
    )
    assert third == (
        "Lý do: tiêu chí đề xuất bỏ gần như không làm đổi thứ hạng các đơn vị; tiêu chí đề xuất gộp đo cùng một điều "
        "với tiêu chí khác; số liệu đề xuất lấy tự động đã có trong các hệ thống, đơn vị đang phải kê khai lại."
    )

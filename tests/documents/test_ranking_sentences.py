from decimal import Decimal

import pytest

from emulation.documents.ranking_report import RankingReport
from emulation.documents.ranking_sentences import section_shares, tie_groups, write
from emulation.documents.typesetting import NBSP
from emulation.domain.scoring import SectionScore
from tests.documents.samples import CODES, LONG, country, report, unit


def told(made: RankingReport) -> str:
    """Everything the report says, blanks as plain blanks."""
    text = write(made)
    return " ".join([text.opening, *text.assessment, *text.by_cluster, *text.proposals]).replace(NBSP, " ")


def test_plain_round_is_told_with_mean_best_lowest_and_grades() -> None:
    made = report([[unit("Hà Nội", "95"), unit("Huế", "85.5")], [unit("Cà Mau", "91"), unit("Sơn La", "80")]])
    scope, totals, grades, excluded = write(made).assessment[0].replace(NBSP, " ").split(". ")
    assert scope == (
        "Toàn bộ 04 đơn vị thuộc 2 cụm thi đua được đánh giá theo Bộ tiêu chí đánh giá thi đua khối các Sở GDĐT "
        "năm học 2021-2022 (phiên bản 2021-2022)"
    )
    assert totals == "Điểm trung bình là 87,88 trên thang điểm 100; cao nhất 95,00 (Hà Nội), thấp nhất 80,00 (Sơn La)"
    assert grades == "Có hai đơn vị xếp loại Hoàn thành xuất sắc và hai đơn vị xếp loại Hoàn thành tốt"
    assert excluded == "Không có đơn vị thuộc diện loại trừ."


def test_mean_is_rounded_once_half_up() -> None:
    assert "Điểm trung bình là 80,13 trên" in told(report([[unit("A", "80.25"), unit("B", "80")]]))


def test_report_without_scale_and_grades_says_neither() -> None:
    said = told(report([[unit("A", "80"), unit("B", "70")]], scale=None, grades=()))
    assert "thang điểm" not in said
    assert "xếp loại" not in said


def test_illustrative_criteria_are_called_so() -> None:
    made = report([[unit("A", "80")]], criteria_illustrative=True)
    assert "(phiên bản 2021-2022, bộ tiêu chí minh họa)" in told(made)


def test_one_unit_is_told_without_mean_or_plural() -> None:
    said = told(report([[unit("Hà Nội", "91", own="93")]]))
    assert "Có 01 đơn vị thuộc cụm thi đua số 1 được đánh giá" in said
    assert "Tổng điểm của Hà Nội là 91,00 trên thang điểm 100. Đơn vị xếp loại Hoàn thành xuất sắc." in said
    assert "Điểm chính thức thấp hơn điểm tự chấm 2,00 điểm." in said
    assert "trung bình là" not in said
    assert "đồng hạng" not in said


def test_equal_totals_are_told_as_equal() -> None:
    said = told(report([[unit("A", "81.5"), unit("B", "81.5")]]))
    assert "Các đơn vị được xếp hạng có cùng tổng điểm 81,50 trên thang điểm 100." in said
    assert "Tất cả các đơn vị được xếp hạng đều xếp loại Hoàn thành tốt." in said


def test_many_equal_firsts_are_counted_not_listed() -> None:
    made = report([[unit(f"Đơn vị {n}", "90") for n in range(5)] + [unit("Cuối", "80")]])
    assert "cao nhất 90,00 (5 đơn vị), thấp nhất 80,00 (Cuối)" in told(made)


def test_excluded_units_are_named_with_their_ground() -> None:
    made = report([[unit("A", "90"), unit("B", "88", excluded="Có vi phạm trong tổ chức kỳ thi.")], [unit("C", "70")]])
    said = told(made)
    assert "Có 03 đơn vị thuộc 2 cụm thi đua được đánh giá" in said
    assert "; hai đơn vị được xếp hạng." in said
    assert (
        "Có một đơn vị thuộc diện loại trừ, không được xếp hạng và không xét khen thưởng: "
        "B (có vi phạm trong tổ chức kỳ thi)." in said
    )
    assert "Không có đơn vị thuộc diện loại trừ" not in said
    assert "cao nhất 90,00 (A), thấp nhất 70,00 (C)" in said


def test_round_in_which_everybody_is_excluded_is_still_told() -> None:
    text = write(report([[unit("A", "90", excluded="UBND tỉnh kết luận có vi phạm")]]))
    assert text.assessment[0].endswith("; không đơn vị nào được xếp hạng.")
    assert text.assessment[1].endswith("A (UBND tỉnh kết luận có vi phạm).")
    assert text.by_cluster == []
    assert len(text.proposals) == 1


def test_no_ties_are_told_as_none() -> None:
    assert "Không có đơn vị đồng hạng trong cùng cụm." in told(report([[unit("A", "90"), unit("B", "80")]]))


def test_one_group_of_ties_is_told_with_its_size() -> None:
    made = report([[unit("A", "90"), unit("B", "80"), unit("C", "80")]])
    assert "Có một nhóm gồm hai đơn vị bằng nhau cả sau khi áp dụng các tiêu chí phụ" in told(made)
    assert tie_groups(made) == [2]


def test_double_firsts_go_to_the_council() -> None:
    made = report(
        [
            [unit("A", "90"), unit("B", "90"), unit("C", "80")],
            [unit("D", "70"), unit("E", "60")],
            [unit("G", "75"), unit("H", "75"), unit("I", "75")],
        ]
    )
    assert told(made).count("Hội đồng biểu quyết") == 1
    assert (
        "Riêng cụm 1 có hai đơn vị cùng hạng nhất (A và B), cụm 3 có ba đơn vị cùng hạng nhất (G, H và I); "
        "đề nghị Hội đồng biểu quyết." in told(made)
    )


def test_official_totals_against_self_scores() -> None:
    made = report([[unit("A", "90", own="92"), unit("B", "80", own="79.5"), unit("C", "70", own="70")]])
    assert (
        "Điểm chính thức khác điểm tự chấm ở 2 trên 3 đơn vị (một đơn vị thấp hơn, một đơn vị cao hơn); "
        "chênh lệch lớn nhất là 2,00 điểm (A)." in told(made)
    )


def test_official_totals_equal_to_all_self_scores() -> None:
    made = report([[unit("A", "90", own="90"), unit("B", "80", own="80")]])
    assert "Điểm chính thức của tất cả các đơn vị trùng với điểm tự chấm." in told(made)


def test_without_self_scores_nothing_is_compared() -> None:
    said = told(report([[unit("A", "90"), unit("B", "80")]]))
    assert "tự chấm" not in said
    assert "thứ tự theo tổng điểm ở Phụ lục II" in said


def with_sections(*earned_of_base: tuple[str, str]) -> RankingReport:
    """One unit whose sections I, II, ... earned so many of so many points."""
    scores = tuple(
        SectionScore(CODES[i], Decimal(earned), Decimal(base)) for i, (earned, base) in enumerate(earned_of_base)
    )
    return report([[unit("A", "80", sections=scores)]])


def test_best_and_weakest_section_are_named() -> None:
    said = told(with_sections(("18", "20"), ("19", "20"), ("5", "10")))
    assert "Trong ba lĩnh vực của bộ tiêu chí, lĩnh vực II (Nội dung II) đạt tỷ lệ bình quân cao nhất (95,0%" in said
    assert "lĩnh vực III (Nội dung III) đạt thấp nhất (50,0%), là nội dung các đơn vị cần tập trung" in said


def test_equally_weak_sections_are_named_together() -> None:
    assert "các lĩnh vực II và III đạt thấp nhất (50,0%)" in told(
        with_sections(("18", "20"), ("5", "10"), ("10", "20"))
    )


def test_sections_that_hardly_differ_are_not_told_apart() -> None:
    assert "đạt tỷ lệ bình quân tương đối đồng đều, từ 90,0% đến 90,5% điểm tối đa." in told(
        with_sections(("18", "20"), ("18.1", "20"))
    )
    assert "đều đạt bình quân 90,0% điểm tối đa." in told(with_sections(("18", "20"), ("9", "10")))


def test_section_that_applies_to_nobody_is_left_out() -> None:
    made = with_sections(("18", "20"), ("0", "0"), ("5", "10"))
    assert [(section.code, share) for section, share in section_shares(made)] == [("I", 90), ("III", 50)]
    assert "Trong hai lĩnh vực" in told(made)


def test_a_single_section_is_not_compared() -> None:
    assert "lĩnh vực" not in told(with_sections(("18", "20")))


def test_awards_are_proposed_by_name() -> None:
    flag, merit = "Cờ thi đua của Bộ", "Bằng khen của Bộ trưởng"
    made = report(
        [[unit("A", "90", awards=(flag,)), unit("B", "80", awards=(merit,)), unit("C", "70", awards=(merit,))]]
    )
    assert (
        "Bộ trưởng xem xét tặng Cờ thi đua của Bộ cho một đơn vị: A; Bằng khen của Bộ trưởng cho hai đơn vị: B và C."
        in told(made)
    )


def test_provisional_result_is_no_ground_for_awards() -> None:
    made = report([[unit("A", "90")]], sealed_hash=None)
    assert "báo cáo kết quả xếp hạng tạm tính như sau:" in told(made)
    assert "chưa dùng làm căn cứ xét khen thưởng" in told(made)


@pytest.mark.parametrize(("units", "clusters"), [(1, 1), (34, 6), (63, 8)])
def test_sentences_end_and_hold_no_empty_figure(units: int, clusters: int) -> None:
    text = write(country(units, clusters))
    for paragraph in [*text.assessment, *text.by_cluster, *text.proposals]:
        assert paragraph.endswith(".")
        assert "  " not in paragraph
        assert "None" not in paragraph


def test_long_names_may_break_and_short_ones_may_not() -> None:
    text = write(report([[unit("Hồ Chí Minh", "90"), unit(LONG, "80")]]))
    assert f"Hồ{NBSP}Chí{NBSP}Minh" in text.assessment[0]
    assert LONG in text.assessment[0]

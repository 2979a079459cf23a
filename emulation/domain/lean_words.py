"""What a lean report says in three sentences: which criteria are candidates, what their leaving changes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emulation.domain.lean import LeanReport
from emulation.domain.lean_candidates import FEWEST_UNITS, Action, as_figure
from emulation.domain.lean_items import Part
from emulation.words import N_, Phrase

MOST_CODES = 12  # in a sentence; more are counted
TO_DO = {
    Action.DROP: N_("bỏ %(count)s tiêu chí"),
    Action.MERGE: N_("gộp %(count)s tiêu chí"),
    Action.AUTOMATE: N_("lấy tự động số liệu của %(count)s tiêu chí"),
}


def summary(report: LeanReport) -> tuple[Phrase, ...]:
    """The three sentences."""
    return _what(report), _effect(report), _why(report)


def _what(report: LeanReport) -> Phrase:
    values = {"n": len(report.items), "units": report.units}
    parts = [Phrase(text, {"count": count}) for action, text in TO_DO.items() if (count := len(report.to_do(action)))]
    if not parts:
        return Phrase(
            N_("Theo kết quả của %(units)s đơn vị, không tiêu chí nào trong %(n)s tiêu chí nên bỏ, gộp, lấy tự động."),
            values,
        )
    return Phrase(
        N_("Theo kết quả của %(units)s đơn vị, trong %(n)s tiêu chí có thể xem xét %(what)s."),
        values | {"what": joined(parts, N_("%(first)s, %(next)s"))},
    )


def _effect(report: LeanReport) -> Phrase:
    together = report.together
    if together is None:
        if report.ranked < FEWEST_UNITS:
            return Phrase(
                N_("Có %(ranked)s đơn vị được xếp hạng, dưới %(fewest)s đơn vị thì quá ít để đề xuất bỏ hay gộp."),
                {"ranked": report.ranked, "fewest": FEWEST_UNITS},
            )
        return Phrase(
            N_("Bỏ tiêu chí cơ bản nào cũng làm đổi đơn vị dẫn đầu cụm hoặc đổi nhiều thứ hạng, nên chưa đề xuất bỏ.")
        )
    codes = [one.code for one in report.to_do(Action.DROP) if report.by_code[one.code].part is Part.CORE]
    values = {"codes": codes_in_words(codes), "n": len(codes), "all": len(report.core)}
    if together.mean_rank_shift is None:
        return Phrase(N_("Đề xuất bỏ %(codes)s: %(n)s trên %(all)s tiêu chí cơ bản."), values)
    return Phrase(
        N_(
            "Bỏ cả %(n)s trên %(all)s tiêu chí cơ bản (%(codes)s) thì thứ hạng chỉ đổi bình quân %(shift)s bậc, "
            "%(kept)s trên %(clusters)s cụm giữ nguyên đơn vị dẫn đầu."
        ),
        values
        | {
            "shift": as_figure(together.mean_rank_shift, 2),
            "kept": together.winners_kept,
            "clusters": report.clusters,
        },
    )


def _why(report: LeanReport) -> Phrase:
    reasons = list(_reasons(report))
    if not reasons:
        return Phrase(N_("Lý do: mỗi tiêu chí đều góp phần xếp hạng và không có số liệu sẵn để thay việc kê khai."))
    return Phrase(N_("Lý do: %(reasons)s."), {"reasons": joined(reasons, N_("%(first)s; %(next)s"))})


def _reasons(report: LeanReport) -> Iterator[Phrase]:
    if report.to_do(Action.DROP):
        yield Phrase(N_("tiêu chí đề xuất bỏ gần như không làm đổi thứ hạng các đơn vị"))
    if report.to_do(Action.MERGE):
        yield Phrase(N_("tiêu chí đề xuất gộp đo cùng một điều với tiêu chí khác"))
    if report.to_do(Action.AUTOMATE):
        yield Phrase(N_("số liệu đề xuất lấy tự động đã có trong các hệ thống, đơn vị đang phải kê khai lại"))


def codes_in_words(codes: Sequence[str]) -> Phrase | str:
    """Codes in a sentence, the first twelve."""
    if len(codes) <= MOST_CODES:
        return ", ".join(codes)
    return Phrase(
        N_("%(codes)s và %(more)s tiêu chí khác"),
        {"codes": ", ".join(codes[:MOST_CODES]), "more": len(codes) - MOST_CODES},
    )


def joined(parts: Sequence[Phrase], link: str) -> Phrase:
    """Phrases in a row, each joined to those before by `link`."""
    first, *more = parts
    for part in more:
        first = Phrase(link, {"first": first, "next": part})
    return first

"""Awards of a round: rules, simulation, granting by decision, the votes on ties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.awards import Bar
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import Award, Certificate, Decision, History
from emulation.services import awards, certificates, decisions, results
from emulation.services.awards import AwardFacts
from emulation.services.decisions import DecisionFacts
from tests.finished import WHEN, exclude, finish, flag, granted, publish
from tests.world import World

NOTHING = DecisionFacts()
MERIT = AwardFacts(
    code="bk", name="Bằng khen của Bộ trưởng", kind="form", scope="cluster", quota=1, position=2, merit="Đã hoàn thành"
)


def create(db: Session, world: World, facts: AwardFacts) -> Award:
    award = awards.create_award(db, world.actor("department"), world.period, facts=facts, now=WHEN)
    db.commit()
    return award


def grant(db: Session, world: World, award: Award, **facts: Any) -> Decision:
    decision = decisions.grant(db, world.actor("department"), award, **{"facts": NOTHING, "now": WHEN} | facts)
    db.commit()
    return decision


def acts(db: Session, act: str) -> list[History]:
    return list(db.scalars(select(History).where(History.act == act)))


# the rules


def test_default_awards_are_marked_as_defaults(db: Session, world: World) -> None:
    made = awards.create_defaults(db, world.actor("department"), world.period, now=WHEN)

    assert [(one.code, one.name, one.kind, one.quota, one.quota_percent, one.is_default) for one in made] == [
        ("co-thi-dua", "Cờ thi đua của Bộ Giáo dục và Đào tạo", "title", 1, None, True),
        ("bang-khen", "Bằng khen của Bộ trưởng", "form", None, 20, True),
    ]
    assert made[0].shuts_out == ["bang-khen"]
    assert [line.new["code"] for line in acts(db, "create_award") if line.new] == ["bang-khen", "co-thi-dua"]
    with pytest.raises(WrongState):
        awards.create_defaults(db, world.actor("department"), world.period, now=WHEN)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": "  "}, "name", "Chưa nhập tên."),
        ({"code": "bằng khen"}, "code", "Mã chỉ gồm chữ không dấu, chữ số và dấu gạch ngang, ví dụ bang-khen."),
        ({"code": ""}, "code", "Mã chỉ gồm chữ không dấu, chữ số và dấu gạch ngang, ví dụ bang-khen."),
        ({"quota": None}, "quota", "Nhập số lượng hoặc tỷ lệ phần trăm, không nhập cả hai."),
        ({"quota_percent": 20}, "quota", "Nhập số lượng hoặc tỷ lệ phần trăm, không nhập cả hai."),
        ({"quota": 0}, "quota", "Số lượng phải từ 1 đến 1000."),
        ({"quota": None, "quota_percent": 101}, "quota_percent", "Tỷ lệ phải từ 1 đến 100 %."),
        ({"minimum_grade": "Giỏi"}, "minimum_grade", "Bộ tiêu chí không có xếp loại “Giỏi”."),
        ({"template": "../../etc/passwd"}, "template", "Không có mẫu in “../../etc/passwd”."),
        (
            {"kind": "title"},
            "template",
            "Bằng khen là hình thức khen thưởng; danh hiệu thi đua in theo mẫu giấy chứng nhận.",
        ),
        ({"shuts_out": ("z",)}, "shuts_out", "Không có danh hiệu hoặc hình thức khen thưởng mã “z”."),
    ],
)
def test_award_that_makes_no_sense_is_refused(
    db: Session, world: World, changes: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create(db, world, replace(MERIT, **changes))

    assert (refused.value.field, str(refused.value)) == (field, sentence)
    assert awards.awards_of(db, world.period) == []


def test_second_award_with_the_same_code_is_refused(db: Session, world: World) -> None:
    create(db, world, MERIT)

    with pytest.raises(Invalid) as refused:
        create(db, world, replace(MERIT, name="Khác"))

    assert refused.value.field == "code"


def test_change_award_records_old_and_new_and_ends_being_a_default(db: Session, world: World) -> None:
    award = awards.create_defaults(db, world.actor("department"), world.period, now=WHEN)[1]
    db.commit()
    facts = AwardFacts(
        code=award.code,
        name=award.name,
        kind=award.kind,
        scope=award.scope,
        quota=2,
        minimum_grade=award.minimum_grade,
        position=award.position,
        template=award.template,
        merit=award.merit,
    )

    awards.change_award(db, world.actor("department"), award, facts=facts, version=award.version, now=WHEN)
    db.commit()

    assert (award.quota, award.quota_percent, award.is_default) == (2, None, False)
    (line,) = acts(db, "change_award")
    assert (line.old, line.new) == ({"quota": None, "quota_percent": 20}, {"quota": 2, "quota_percent": None})


def test_stale_change_of_an_award_is_refused(db: Session, world: World) -> None:
    award = create(db, world, MERIT)
    opened = award.version
    awards.change_award(db, world.actor("department"), award, facts=replace(MERIT, quota=3), version=opened, now=WHEN)
    db.commit()

    with pytest.raises(Stale):
        awards.change_award(
            db, world.actor("department"), award, facts=replace(MERIT, quota=4), version=opened, now=WHEN
        )

    assert award.quota == 3


def test_granted_award_cannot_be_changed(db: Session, world: World) -> None:
    decision = granted(db, world)

    with pytest.raises(WrongState):
        awards.change_award(
            db, world.actor("department"), decision.award, facts=MERIT, version=decision.award.version, now=WHEN
        )


# the simulation


def test_simulation_before_publication_uses_the_provisional_ranking(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "95")
    flag(db, world, shuts_out=())
    create(db, world, replace(MERIT, quota=2, minimum_grade="Hoàn thành tốt"))

    first, second = awards.simulate(db, world.period)

    assert [one.unit for one in first.holders] == ["34", "96"]
    assert [(outcome.unit, bar) for outcome, bar in first.barred] == [("95", Bar.EXCLUDED)]
    assert [one.unit for one in second.holders] == ["34", "96"]
    assert ("35", Bar.GRADE) in [(outcome.unit, bar) for outcome, bar in second.barred]
    assert (first.places, first.decision) == (2, None)


def test_simulation_shows_an_open_tie_and_breaks_none(db: Session, world: World) -> None:
    finish(db, world, {"35": "8.5"})
    flag(db, world)

    (one,) = awards.simulate(db, world.period)

    assert [outcome.unit for outcome in one.holders] == ["95"]
    assert [(tie.cluster, tie.places, [outcome.unit for outcome in units]) for tie, units in one.ties] == [
        (1, 1, ["34", "35"])
    ]


# granting


def test_grant_makes_one_certificate_for_each_holder_in_the_order_of_the_appendix(db: Session, world: World) -> None:
    decision = granted(db, world)

    assert [(one.position, one.recipient, one.status, one.print_count) for one in decision.certificates] == [
        (1, "Sở Giáo dục và Đào tạo tỉnh Thái Bình", "valid", 0),
        (2, "Sở Giáo dục, Khoa học và Công nghệ tỉnh Bạc Liêu", "valid", 0),
    ]
    assert (decision.number, decision.issued_on, decision.signer) == (
        "12/QĐ-BGDĐT",
        date(2022, 8, 22),
        "Nguyễn Văn A",
    )
    codes = {one.check_code for one in decision.certificates}
    assert len(codes) == 2
    assert all(certificates.tidy_code(code) == code for code in codes)
    (line,) = acts(db, "grant")
    assert line.new is not None
    assert (line.new["award"], line.new["units"]) == ("co", ["34", "95"])


def test_grant_invents_no_number_date_or_signer(db: Session, world: World) -> None:
    publish(db, world)

    decision = grant(db, world, flag(db, world))

    assert (decision.number, decision.issued_on, decision.signer, decision.signer_title) == ("", None, "", "")
    assert [one.register_number for one in decision.certificates] == ["", ""]


def test_grant_before_publication_is_refused(db: Session, world: World) -> None:
    finish(db, world)
    award = flag(db, world)

    with pytest.raises(WrongState) as refused:
        grant(db, world, award)

    assert str(refused.value) == "Chỉ khen thưởng sau khi công bố kết quả."


def test_grant_happens_once(db: Session, world: World) -> None:
    decision = granted(db, world)

    with pytest.raises(WrongState):
        grant(db, world, decision.award)

    assert len(db.scalars(select(Decision)).all()) == 1


def test_grant_of_an_open_tie_needs_the_note_of_a_vote(db: Session, world: World) -> None:
    publish(db, world, {"35": "8.5"})
    award = flag(db, world)

    with pytest.raises(Invalid) as refused:
        grant(db, world, award, chosen=["35"], vote_note="  ")

    assert refused.value.field == "vote_note"
    assert db.scalars(select(Certificate)).all() == []


def test_grant_gives_the_tied_place_to_whom_the_vote_chose(db: Session, world: World) -> None:
    publish(db, world, {"35": "8.5"})

    decision = grant(db, world, flag(db, world), chosen=["35"], vote_note="Phiên họp 12/8: 7 trên 9 phiếu.")

    assert [one.unit.code for one in decision.certificates] == ["35", "95"]
    assert decision.vote_note == "Phiên họp 12/8: 7 trên 9 phiếu."
    (line,) = acts(db, "grant")
    assert line.new is not None
    assert (line.new["chosen"], line.new["vote_note"]) == (["35"], "Phiên họp 12/8: 7 trên 9 phiếu.")


@pytest.mark.parametrize("chosen", [["34", "35"], ["95"], ["zz"]])
def test_grant_refuses_a_choice_that_does_not_fit_the_tie(db: Session, world: World, chosen: list[str]) -> None:
    publish(db, world, {"35": "8.5"})
    award = flag(db, world)

    with pytest.raises(Invalid) as refused:
        grant(db, world, award, chosen=chosen, vote_note="Phiên họp 12/8.")

    assert refused.value.field == "chosen"


def test_grant_refuses_a_choice_where_there_is_no_tie(db: Session, world: World) -> None:
    publish(db, world)
    award = flag(db, world)

    with pytest.raises(Invalid):
        grant(db, world, award, chosen=["35"], vote_note="Muốn tặng thêm.")


def test_excluded_unit_never_gets_an_award(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "34")
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    db.commit()

    decision = grant(db, world, flag(db, world))

    assert [one.unit.code for one in decision.certificates] == ["35", "95"]


def test_lower_award_waits_for_the_decision_on_the_higher_one(db: Session, world: World) -> None:
    publish(db, world)
    merit = create(db, world, MERIT)
    higher = flag(db, world, shuts_out=("bk",))

    with pytest.raises(WrongState) as refused:
        grant(db, world, merit)
    grant(db, world, higher)
    decision = grant(db, world, merit)

    assert str(refused.value) == (
        "Phải có quyết định cho “Cờ thi đua của Bộ” trước: đơn vị được tặng thì không xét “Bằng khen của Bộ trưởng”."
    )
    assert [one.unit.code for one in decision.certificates] == ["35", "96"]


def test_unit_whose_flag_was_revoked_does_not_move_on_to_the_lower_award(db: Session, world: World) -> None:
    publish(db, world)
    create(db, world, MERIT)
    decision = grant(db, world, flag(db, world, shuts_out=("bk",)))
    certificates.revoke(
        db, world.actor("department"), decision.certificates[0], reason="Kê khai sai sự thật.", now=WHEN
    )
    db.commit()

    merit = awards.simulate(db, world.period)[1]

    assert [one.unit for one in merit.holders] == ["35", "96"]
    assert list(awards.holdings(db, world.period)) == ["95"]


def test_grant_with_nobody_able_is_refused(db: Session, world: World) -> None:
    publish(db, world)
    award = flag(db, world, minimum_grade="Hoàn thành xuất sắc")

    with pytest.raises(WrongState):
        grant(db, world, award)


# the clerk


def test_change_decision_writes_what_the_clerk_typed(db: Session, world: World) -> None:
    decision = granted(db, world)
    first, second = decision.certificates

    decisions.change_decision(
        db,
        world.actor("department"),
        decision,
        facts=DecisionFacts("  34/QĐ-BGDĐT ", date(2022, 9, 1), "Trần  B", "KT. BỘ TRƯỞNG\n\n THỨ TRƯỞNG "),
        register_numbers={first.id: " 0147 ", second.id: ""},
        version=decision.version,
        now=WHEN,
    )
    db.commit()

    assert (decision.number, decision.signer, decision.signer_title) == (
        "34/QĐ-BGDĐT",
        "Trần B",
        "KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG",
    )
    assert first.register_number == "0147"
    (line,) = acts(db, "change_decision")
    assert line.new is not None
    assert line.new["register_numbers"] == {first.check_code: "0147"}
    assert line.old is not None
    assert line.old["number"] == "12/QĐ-BGDĐT"


def test_stale_change_of_a_decision_is_refused_also_when_only_a_register_number_changed(
    db: Session, world: World
) -> None:
    decision = granted(db, world)
    opened = decision.version
    same = DecisionFacts(decision.number, decision.issued_on, decision.signer, decision.signer_title)
    actor, first = world.actor("department"), decision.certificates[0]
    decisions.change_decision(
        db, actor, decision, facts=same, register_numbers={first.id: "0147"}, version=opened, now=WHEN
    )
    db.commit()

    with pytest.raises(Stale):
        decisions.change_decision(
            db, actor, decision, facts=same, register_numbers={first.id: "0148"}, version=opened, now=WHEN
        )

    assert first.register_number == "0147"


def test_one_register_number_for_two_certificates_is_refused(db: Session, world: World) -> None:
    decision = granted(db, world)
    first, second = decision.certificates

    with pytest.raises(Invalid) as refused:
        decisions.change_decision(
            db,
            world.actor("department"),
            decision,
            facts=NOTHING,
            register_numbers={first.id: "0147", second.id: "0147"},
            version=decision.version,
            now=WHEN,
        )

    assert refused.value.field == f"register_{second.id}"
    assert decision.number == "12/QĐ-BGDĐT"

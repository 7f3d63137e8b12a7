"""The record beyond the token: who and what belongs to a case, shown masked; papers, decisions and the law of their day."""

from datetime import date

import pytest

from casework.errors import AlreadyThere, DocumentMissing, NotFound, NotNow, NotValid, NotYours, ReasonMissing
from casework.models import Case, Category, DocumentVersion, LegalBasis, RetentionRule, Reveal
from casework.queries.masks import masked
from casework.queries.record import record
from casework.queries.viewers import viewer_for
from casework.rules.standing import PublicStatus, public_status
from casework.services import record as keeping
from casework.services.record import NewInstrument, NewParty, NewPlace, NewVersion
from casework.services.seeds import seed_record_tables
from tests.diagrams import chain, publish, task
from tests.services.acting import (
    allowed,
    at_handling,
    ensure_sound,
    in_days,
    kinds,
    on_case,
    opened,
    present,
    step,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 "
PERSON = {
    "role": "party",
    "name": "陈大宇",
    "phone": "13800005678",
    "id_number": "50010119900307451x",
    "address": "沱口路 3 巷 12 号",
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def seen(case, user):
    return record(viewer_for(user), present(case))


def paper(kind="方案", content=PDF, name="a.pdf", title=""):
    return NewVersion(kind=kind, title=title, name=name, content=content)


# --- people


def test_a_party_is_masked_everywhere_and_shown_in_full_for_a_reason_that_is_kept(world):
    case = at_handling(world)
    worker = viewer_for(world.planning)
    party = keeping.add_party(case.number, NewParty(**PERSON), by=worker)

    row = seen(case, world.planning).parties[0]
    full = keeping.reveal_party(case.number, party.pk, reason="通知到场调解", by=worker)

    assert (row.name, row.phone, row.id_number, row.address) == (
        "陈*宇",
        "138****5678",
        "5001**********451X",
        "沱口路 3 ****",
    )
    assert (full.name, full.phone, full.id_number) == ("陈大宇", "13800005678", "50010119900307451X")
    log = Reveal.objects.get()
    assert (log.by_id, log.party_id, log.reason) == (world.planning.pk, party.pk, "通知到场调解")
    assert kinds(case)[-2:] == ["party_added", "revealed"]
    written = str([event.data for event in case.events.all()])
    assert not any(secret in written for secret in ("13800005678", "50010119900307451X", "陈大宇"))
    ensure_sound(case)


@pytest.mark.parametrize(
    ("name", "reason", "error"),
    [
        ("grid_worker", "想知道", NotYours),
        ("community_secretary", "想知道", NotYours),
        ("sibling_duty_chief", "想知道", NotFound),
        ("planning", " ", ReasonMissing),
    ],
)
def test_nothing_is_revealed_without_work_here_and_a_reason(world, name, reason, error):
    case = at_handling(world)
    party = keeping.add_party(case.number, NewParty(**PERSON), by=viewer_for(world.planning))

    with pytest.raises(error):
        keeping.reveal_party(case.number, party.pk, reason=reason, by=viewer_for(getattr(world, name)))

    assert not Reveal.objects.exists()


def test_a_variable_of_the_case_is_revealed_the_same_way(world):
    case = at_handling(world, 联系电话="13800005678")

    value = keeping.reveal_field(case.number, "联系电话", reason="回访", by=viewer_for(world.duty_officer))

    assert value == "13800005678"
    assert Reveal.objects.get().field == "联系电话"
    with pytest.raises(NotFound):
        keeping.reveal_field(case.number, "没有", reason="回访", by=viewer_for(world.duty_officer))


def test_a_unit_has_a_role_once_and_is_named_in_full(world):
    case = at_handling(world)
    new = NewParty(role="lead", unit="500101000000-housing")
    by = viewer_for(world.duty_officer)
    party = keeping.add_party(case.number, new, by=by)

    with pytest.raises(AlreadyThere):
        keeping.add_party(case.number, new, by=by)
    assert seen(case, world.planning).parties[0].name == "区住房城乡建委"
    keeping.remove_party(case.number, party.pk, reason="改由城管牵头", by=by)
    assert seen(case, world.planning).parties == ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            {"当事人": {"name": "陈大宇", "phone": "138 0000 5678"}},
            {"当事人": {"name": "陈*宇", "phone": "138****5678"}},
        ),
        ({"联系电话": "0235812345"}, {"联系电话": "********45"}),
        ({"户主姓名": "王五"}, {"户主姓名": "王*"}),
        ({"身份证号": "50010119900307451X"}, {"身份证号": "5001**********451X"}),
        ({"备注": "请打13800005678"}, {"备注": "请打138****5678"}),
        ({"号码": 13800005678}, {"号码": "138****5678"}),
        (
            {"分贝": 61.5, "户数": 42, "是": True, "空": None},
            {"分贝": 61.5, "户数": 42, "是": True, "空": None},
        ),
        ({"名称": "三巷 12 号", "name": "工地"}, {"名称": "三巷 12 号", "name": "工地"}),
    ],
)
def test_personal_data_are_known_by_field_name_and_look(value, shown):
    assert masked(value) == shown


# --- papers


NEEDS_PLAN = (
    '<startEvent id="s"/>'
    + task("plan", level="town", post="planning", verbs="complete return", documents="方案 承诺书")
    + '<endEvent id="e"/>'
    + chain("s", "plan", "e")
)


def test_a_step_waits_for_the_papers_it_needs_and_says_which(world):
    publish("papers", NEEDS_PLAN, now=in_days(0))
    case = opened(world, matter="papers")
    by = viewer_for(world.planning)
    keeping.hand_in(case.number, paper("方案"), by=by)

    assert seen(case, world.planning).missing_documents == ("承诺书",)
    with pytest.raises(DocumentMissing) as refused:
        step(case, "plan", "complete", world.planning)
    assert "承诺书" in refused.value.fields["documents"][0]
    assert present(case).is_open
    keeping.hand_in(case.number, paper("承诺书"), by=by)
    step(case, "plan", "complete", world.planning)

    assert present(case).status == "closed"


def test_a_paper_has_versions_and_the_same_bytes_are_one(world):
    case = at_handling(world)
    by = viewer_for(world.planning)

    for content in (PDF, PDF, PDF + b"2"):
        keeping.hand_in(case.number, paper(content=content), by=by)

    document = seen(case, world.planning).documents[0]
    assert [version.number for version in document.versions] == [2, 1]
    assert DocumentVersion.objects.count() == 2
    assert kinds(case).count("document_added") == 2


@pytest.mark.parametrize(
    ("what", "new", "field"),
    [
        ("an unknown kind of file", paper(name="a.exe", content=b"MZ"), "name"),
        ("what is not what its name says", paper(content=b"<html>"), "name"),
        ("an empty file", paper(content=b""), "name"),
        ("no kind", paper(kind=" "), "kind"),
        ("no ending", paper(name="plan"), "name"),
    ],
)
def test_a_paper_that_cannot_be_kept_is_refused_with_the_field(world, what, new, field):
    case = at_handling(world)

    with pytest.raises(NotValid) as refused:
        keeping.hand_in(case.number, new, by=viewer_for(world.planning))

    assert field in refused.value.fields
    assert not DocumentVersion.objects.exists()


# --- decisions and the law


@pytest.fixture
def law(db):
    seed_record_tables()


def penalty(**more):
    return NewInstrument(
        **{"kind": "penalty", "number": "渝万 1", "title": "处罚决定书", "bases": ["noise-82"], **more}
    )


def test_an_instrument_rests_on_the_law_as_it_was_on_its_day(world, law):
    case = at_handling(world)
    by = viewer_for(world.planning)

    keeping.issue(case.number, penalty(decided_on=date(2026, 8, 14)), by=by)
    with pytest.raises(NotValid) as refused:
        keeping.issue(case.number, penalty(number="渝万 2", decided_on=date(2026, 8, 15)), by=by)

    assert "《生态环境法典》" in refused.value.fields["bases"][0]
    row = seen(case, world.planning).instruments[0]
    assert (row.number, row.bases, row.is_revoked) == ("渝万 1", ("《噪声污染防治法》第八十二条",), False)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"bases": []}, "bases"),
        ({"bases": ["nowhere-1"]}, "bases"),
        ({"number": " "}, "number"),
        ({"title": ""}, "title"),
        ({"kind": "poem"}, "kind"),
        ({"decided_on": date(2099, 1, 1), "bases": ["eco-code-noise"]}, "decided_on"),
        ({"perform_by": date(2026, 8, 1)}, "perform_by"),
        ({"party": 99999}, "party"),
        ({"document": 99999}, "document"),
    ],
)
def test_an_instrument_that_cannot_stand_is_refused_with_the_field(world, law, words, field):
    case = at_handling(world)

    with pytest.raises(NotValid) as refused:
        keeping.issue(
            case.number, penalty(**{"decided_on": date(2026, 8, 14), **words}), by=viewer_for(world.planning)
        )

    assert field in refused.value.fields
    assert not case.instruments.exists()


def test_an_instrument_is_revoked_once_and_stays(world):
    case = at_handling(world)
    by = viewer_for(world.planning)
    row = keeping.issue(case.number, NewInstrument(kind="commitment", number="承 1", title="承诺书"), by=by)
    with pytest.raises(AlreadyThere):
        keeping.issue(case.number, NewInstrument(kind="commitment", number="承 1", title="又一份"), by=by)

    keeping.revoke(case.number, row.pk, reason="签错人", by=by)

    assert seen(case, world.planning).instruments[0].revoked_why == "签错人"
    with pytest.raises(NotNow):
        keeping.revoke(case.number, row.pk, reason="再来", by=by)


def test_a_place_needs_words_and_both_numbers(world):
    case = at_handling(world)
    by = viewer_for(world.planning)

    keeping.add_place(case.number, NewPlace(kind="source", text="二号工地", lat=30.76, lon=108.41), by=by)
    with pytest.raises(NotValid) as refused:
        keeping.add_place(case.number, NewPlace(kind="scene", text=" ", lat=30.76), by=by)

    assert set(refused.value.fields) == {"text", "lat"}
    assert seen(case, world.planning).places[0].text == "二号工地"


def test_seeds_come_once_and_leave_alone_what_was_changed(law):
    Category.objects.filter(code="09006").update(name="占道经营（改）")
    LegalBasis.objects.filter(code="noise-82").update(article="改")

    assert seed_record_tables() == 0
    assert Category.objects.get(code="09006").name == "占道经营（改）"
    assert Category.objects.get(code="09006").parent.name == "街面秩序"
    assert LegalBasis.objects.get(code="noise-64").successor.code == "eco-code-noise"
    assert RetentionRule.objects.get(matter="").years == 3


# --- classes and what the public is told


def test_classes_are_each_their_own_and_the_diagram_sees_two_of_them(world, law):
    case = at_handling(world)
    wanted = {"level": "major", "urgency": "critical", "warning": "orange", "category": "09006"}

    on_case(case, "classify", world.duty_officer, fields=wanted)

    case = present(case)
    assert (case.level, case.urgency, case.warning, case.category) == ("major", "critical", "orange", "09006")
    assert (case.data["类别"], case.data["紧急"]) == ("09006", True)
    assert seen(case, world.planning).classes.category_path == ("街面秩序", "占道经营")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, NotValid),
        ({"level": "huge"}, NotValid),
        ({"colour": "red"}, NotValid),
        ({"category": "没有"}, NotValid),
        ({"level": "general"}, AlreadyThere),
    ],
)
def test_a_class_that_is_not_there_or_says_nothing_new_is_refused(world, fields, error):
    with pytest.raises(error):
        on_case(at_handling(world), "classify", world.duty_officer, fields=fields)


def test_a_confidential_case_is_seen_by_who_works_on_it_or_supervises(world):
    case = at_handling(world)
    with pytest.raises(NotYours):
        on_case(case, "classify", world.duty_officer, fields={"confidentiality": "confidential"})

    on_case(case, "classify", world.duty_chief, fields={"confidentiality": "confidential"})

    names = (
        "grid_worker",
        "planning",
        "duty_chief",
        "district_dispatcher",
        "leader",
        "community_secretary",
        "administrator",
    )
    sees = {
        name: Case.objects.visible_to(viewer_for(getattr(world, name))).filter(pk=case.pk).exists()
        for name in names
    }
    assert sees == {
        "grid_worker": True,  # he reported it
        "planning": True,
        "duty_chief": True,
        "district_dispatcher": True,
        "leader": True,
        "community_secretary": False,
        "administrator": False,
    }
    assert "comment" in allowed(case, world.planning)
    with pytest.raises(NotFound):
        on_case(case, "comment", world.community_secretary, comment="x")


@pytest.mark.parametrize(
    ("status", "outcome", "stages", "mine", "claimed", "said"),
    [
        ("open", "", [], False, False, PublicStatus.REPORTED),
        ("open", "", [""], False, True, PublicStatus.HANDLING),
        ("open", "", ["签收"], False, False, PublicStatus.REPORTED),
        ("open", "", ["分派"], False, True, PublicStatus.ACCEPTED),
        ("open", "", ["处置", "核查"], False, True, PublicStatus.HANDLING),
        ("open", "", ["核查"], False, True, PublicStatus.CHECKING),
        ("open", "", ["处置"], True, True, PublicStatus.WITH_YOU),
        ("open", "", ["自拟"], False, True, PublicStatus.HANDLING),
        ("suspended", "", ["处置"], False, True, PublicStatus.RESTING),
        ("closed", "已解决", [], False, True, PublicStatus.CLOSED),
        ("closed", "并案", [], False, True, PublicStatus.MERGED),
        ("void", "作废", [], False, True, PublicStatus.VOID),
    ],
)
def test_the_public_status_is_one_of_a_closed_list(status, outcome, stages, mine, claimed, said):
    found = public_status(
        status=status, outcome=outcome, stages=stages, waits_for_reporter=mine, was_claimed=claimed
    )

    assert found == said


def test_a_related_case_one_may_not_see_is_a_number_and_a_status(world):
    main = at_handling(world)
    double = opened(world, by="far_grid_worker", area="500101026002001", title="那边的墙")
    on_case(double, "merge", world.duty_officer, case=main.number)

    row = seen(double, world.far_grid_worker).relations[0]

    assert (row.how, row.number, row.title, row.public_status) == ("merged_into", main.number, "", "处置中")

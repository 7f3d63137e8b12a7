"""Verbs from the desk's pages: what they do, and that a refusal loses nothing that was typed."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from casework.models import Attachment, Case, CaseEvent, Decision, Snapshot
from tests.pages.desk_matter import (
    ANSWERS,
    act,
    open_case,
    publish_desk_matter,
    signed,
    step_of,
    surveyed,
)
from workflows.models import Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(world):
    return publish_desk_matter()


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def post(user, step, verb, data=None, *, beside=False):
    headers = {"HX-Request": "true"} if beside else {}
    return as_person(user).post(reverse("desk:act", args=[step.pk, verb]), data or {}, headers=headers)


def kinds(case):
    return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def test_signing_for_a_step_leads_to_its_case(world, matter):
    case = open_case(world)

    response = post(world.duty_officer, step_of(case, "sign"), "claim")

    assert response["Location"] == reverse("desk:case", args=[case.number])
    assert step_of(case, "sign").claimed_by == world.duty_officer


def test_feedback_with_a_form_moves_the_case_on(world, matter):
    case = signed(world)

    response = post(world.planning, step_of(case, "survey"), "complete", ANSWERS)

    assert response.status_code == 302
    assert step_of(case, "review")
    case.refresh_from_db()
    assert (case.data["裂缝宽度"], case.data["勘查结论"]) == (3.5, "纳入改造")


def test_approval_closes_the_case(world, matter):
    case = surveyed(world)

    post(world.housing_reviewer, step_of(case, "review"), "approve", {"act.comment.approve": "同意纳入"})

    case.refresh_from_db()
    assert case.status == "closed"
    assert Decision.objects.get(verb="approve").comment == "同意纳入"


def test_return_points_at_fields_and_photos_and_says_why(world, matter):
    case = surveyed(world)
    data = {"act.comment.return": "户数请核对", "act.pin": ["裂缝宽度", "a" * 64]}

    post(world.housing_reviewer, step_of(case, "review"), "return", data)

    decision = Decision.objects.get(verb="return")
    assert (decision.comment, decision.pins) == ("户数请核对", ["裂缝宽度", "a" * 64])
    page = as_person(world.planning).get(reverse("desk:case", args=[case.number])).content.decode()
    assert "户数请核对" in page
    assert page.count("field--pinned") == 1


def test_return_can_name_an_earlier_step(world, matter):
    case = surveyed(world)
    step = step_of(case, "review")
    page = as_person(world.housing_reviewer).get(reverse("desk:act", args=[step.pk, "return"]))
    (asked,) = [asked for asked in page.context["asks"].asked if asked.ask.kind == "element"]
    assert [(choice.value, choice.label) for choice in asked.choices] == [
        ("reporter", "上报人"),
        ("sign", "签收"),
        ("survey", "现场勘查"),
    ]

    post(world.housing_reviewer, step, "return", {"act.comment.return": "重新签收", "act.to": "sign"})

    assert step_of(case, "sign").claimed_by is None


def test_passing_on_needs_a_post_and_a_reason(world, matter):
    case = signed(world)
    step = step_of(case, "survey")
    target = world.post_of(world.enforcement).code

    refused = post(world.planning, step, "transfer", {"act.comment.transfer": "", "act.post": target})

    assert refused.status_code == 422
    assert f'value="{target}" checked' in refused.content.decode()
    assert step_of(case, "survey").candidates == [world.post_of(world.planning).code]

    data = {"act.comment.transfer": "违搭归综合执法", "act.post": target}
    done = post(world.planning, step, "transfer", data)

    assert done["Location"] == reverse("desk:case", args=[case.number])
    assert step_of(case, "survey").candidates == [target]


def test_putting_back_frees_the_step(world, matter):
    case = open_case(world)
    step = step_of(case, "sign")
    act(step, "claim", world.duty_officer)

    post(world.duty_officer, step, "release")

    assert step_of(case, "sign").claimed_by is None


def test_form_with_mistakes_comes_back_as_it_was_filled_in(world, matter):
    case = signed(world)
    typed = {"裂缝宽度": "很宽", "勘查结论": "不成立", "说明": "东墙开裂，有掉砖"}

    response = post(
        world.planning, step_of(case, "survey"), "complete", {**typed, "act.comment.complete": "先报"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="很宽"' in page
    assert "东墙开裂，有掉砖" in page
    assert "先报" in page
    assert 'aria-invalid="true"' in page
    assert kinds(case) == ["reported", "opened", "claimed", "completed", "opened"]


def test_unknown_field_is_refused_in_words(world, matter):
    case = signed(world)

    response = post(world.planning, step_of(case, "survey"), "complete", {**ANSWERS, "多余": "1"})

    assert response.status_code == 422
    assert "多余" in response.content.decode()


def test_photos_are_stored_before_the_form_is_judged_and_stay(world, matter, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = signed(world)
    step = step_of(case, "survey")
    photo = SimpleUploadedFile("crack.jpg", picture(), content_type="image/jpeg")

    refused = post(world.planning, step, "complete", {**ANSWERS, "裂缝宽度": "", "勘查照片-files": photo})

    assert refused.status_code == 422
    sha = world.planning.photos.get().sha256
    assert f'name="勘查照片" value="{sha}"' in refused.content.decode()

    post(world.planning, step, "complete", {**ANSWERS, "勘查照片": sha})

    assert Attachment.objects.get(case=case).photo.sha256 == sha


def test_what_is_no_photo_is_refused_and_the_rest_stays(world, matter, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = signed(world)
    fake = SimpleUploadedFile("x.jpg", b"no picture", content_type="image/jpeg")

    response = post(world.planning, step_of(case, "survey"), "complete", {**ANSWERS, "勘查照片-files": fake})

    assert response.status_code in (415, 422)
    assert "东墙开裂" in response.content.decode()
    assert step_of(case, "survey")


@pytest.mark.parametrize("beside", [False, True], ids=["page", "preview"])
def test_whoever_comes_second_sees_who_was_first_and_keeps_the_text(world, matter, beside):
    case = signed(world)
    step = step_of(case, "survey")
    act(step, "complete", world.planning, fields={"裂缝宽度": 1, "勘查结论": "纳入改造"})
    typed = {**ANSWERS, "说明": "我的长长的说明", "act.version": str(case.version)}

    response = post(world.planning, step, "complete", typed, beside=beside)

    page = response.content.decode()
    assert response.status_code == 409
    assert "我的长长的说明" in page
    assert "住建审核" in page  # the present state
    assert Decision.objects.filter(verb="complete", step=step).count() == 1


def test_step_that_a_colleague_holds_is_a_conflict_not_a_stale_page(world, matter):
    case = signed(world)
    step = step_of(case, "survey")
    case.refresh_from_db()
    Step.objects.filter(pk=step.pk).update(claimed_by=world.enforcement, claimed_at=timezone.now())
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)

    response = post(world.planning, step, "complete", {**ANSWERS, "act.version": str(case.version)})

    assert response.status_code == 409
    assert "赵海涛" in response.content.decode()
    assert "东墙开裂" in response.content.decode()


def test_page_of_an_older_state_is_refused_once_and_then_sent_again(world, matter):
    case = signed(world)
    step = step_of(case, "survey")
    Case.objects.filter(pk=case.pk).update(version=50)

    refused = post(world.planning, step, "complete", {**ANSWERS, "act.version": "49"})

    page = refused.content.decode()
    assert refused.status_code == 412
    assert "东墙开裂" in page
    assert 'name="act.version" value="50"' in page

    assert post(world.planning, step, "complete", {**ANSWERS, "act.version": "50"}).status_code == 302


def test_verb_that_the_step_does_not_have_is_refused(world, matter):
    case = signed(world)

    response = post(world.planning, step_of(case, "survey"), "approve", ANSWERS)

    assert response.status_code == 409
    assert step_of(case, "survey")


@pytest.mark.parametrize(
    ("who", "status"),
    [("planning", 302), ("duty_officer", 403), ("enforcement", 404), ("grid_worker", 403), ("stranger", 404)],
)
def test_only_the_post_may_act(world, matter, who, status):
    case = signed(world)

    response = post(getattr(world, who), step_of(case, "survey"), "complete", ANSWERS)

    assert response.status_code == status
    assert Decision.objects.filter(step__element="survey").count() == (1 if status == 302 else 0)


@pytest.mark.parametrize("verb", ["return", "transfer"])
def test_verb_that_asks_something_has_a_page_of_its_own_and_the_same_as_a_dialog(world, matter, verb):
    case = surveyed(world)
    step = step_of(case, "review")
    client = as_person(world.housing_reviewer)
    address = reverse("desk:act", args=[step.pk, verb])

    page, part = (
        client.get(address),
        client.get(address, headers={"HX-Request": "true", "HX-Target": "asked"}),
    )

    assert (page.status_code, part.status_code) == (200, 200)
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    for text in (page.content.decode(), part.content.decode()):
        assert f'action="{address}"' in text
        assert f'name="act.comment.{verb}"' in text


def test_verb_of_the_card_has_its_page_there_and_unknown_ones_none(world, matter):
    case = signed(world)
    step = step_of(case, "survey")

    client = as_person(world.planning)
    seen = client.get(reverse("desk:act", args=[step.pk, "complete"]))

    assert seen["Location"] == reverse("desk:case", args=[case.number]) + f"?step={step.pk}"
    assert client.get(reverse("desk:act", args=[step.pk, "explode"])).status_code == 404
    assert client.post(reverse("desk:act", args=[10**9, "claim"])).status_code == 404


def test_dialog_that_is_refused_asks_again_with_what_was_typed(world, matter):
    case = surveyed(world)
    step = step_of(case, "review")
    headers = {"HX-Request": "true", "HX-Target": "asked"}
    data = {"act.comment.return": " ", "act.pin": ["裂缝宽度"], "act.to": "sign"}

    response = as_person(world.housing_reviewer).post(
        reverse("desk:act", args=[step.pk, "return"]), data, headers=headers
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="裂缝宽度" checked' in page
    assert 'value="sign" data-back-to checked' in page
    assert 'aria-invalid="true"' in page


def test_dialog_over_the_case_leads_to_the_case_again(world, matter):
    case = surveyed(world)
    headers = {"HX-Request": "true", "HX-Target": "asked"}

    response = as_person(world.housing_reviewer).post(
        reverse("desk:act", args=[step_of(case, "review").pk, "return"]),
        {"act.comment.return": "户数请核对"},
        headers=headers,
    )

    assert response["HX-Redirect"] == reverse("desk:case", args=[case.number])


def test_beside_the_list_the_answer_is_the_preview_with_counts_row_and_undo(world, matter):
    case = open_case(world)
    step = step_of(case, "sign")

    page = post(world.duty_officer, step, "claim", beside=True).content.decode()

    assert "<html" not in page
    assert f'id="row-{step.pk}"' in page
    assert reverse("desk:undo", args=[case.number]) in page
    assert reverse("desk:act", args=[step.pk, "complete"]) in page


def test_what_was_just_done_is_taken_back_from_the_page_that_says_so(world, matter):
    case = surveyed(world)
    step = step_of(case, "review")
    client = as_person(world.housing_reviewer)

    page = client.post(
        reverse("desk:act", args=[step.pk, "return"]), {"act.comment.return": "再看"}, follow=True
    )
    back = client.post(reverse("desk:undo", args=[case.number]), follow=True)

    assert reverse("desk:undo", args=[case.number]) in page.content.decode()
    assert "已撤销" in back.content.decode()
    assert step_of(case, "review").pk == step.pk


def test_taking_back_too_late_says_so_and_changes_nothing(world, matter):
    case = surveyed(world)
    act(step_of(case, "review"), "return", world.housing_reviewer, comment="再看")
    Snapshot.objects.filter(case=case).update(at=timezone.now() - timedelta(seconds=11))

    back = as_person(world.housing_reviewer).post(reverse("desk:undo", args=[case.number]), follow=True)

    assert "请改用撤回" in back.content.decode()
    assert step_of(case, "survey")


def test_what_nobody_has_followed_can_be_withdrawn_later(world, matter):
    case = surveyed(world)
    step = step_of(case, "review")
    act(step, "return", world.housing_reviewer, comment="再看")
    Snapshot.objects.filter(case=case).update(at=timezone.now() - timedelta(minutes=5))
    client = as_person(world.housing_reviewer)

    page = client.get(reverse("desk:case", args=[case.number]))
    (withdraw,) = [
        act for group in page.context["card"].more for act in group.acts if act.verb.key == "withdraw"
    ]
    client.post(withdraw.href, {"act.comment.withdraw": "看错了"})

    assert step_of(case, "review").pk == step.pk


def test_beside_the_list_a_case_that_was_passed_on_shows_who_has_it(world, matter):
    case = signed(world)
    target = world.post_of(world.enforcement).code
    data = {"act.comment.transfer": "归执法", "act.post": target}

    response = post(world.planning, step_of(case, "survey"), "transfer", data, beside=True)

    assert response.status_code == 200
    assert response.context["card"].work is None
    assert "赵海涛" in response.content.decode()


def picture():
    out = BytesIO()
    Image.new("RGB", (12, 12), (180, 90, 60)).save(out, "JPEG")
    return out.getvalue()

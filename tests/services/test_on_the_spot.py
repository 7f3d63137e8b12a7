"""当场解决: one tap with a photo closes a case, for whom it may, once, and can be undone."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image

from casework.errors import KeyReused, NotFound, NotNow, NotValid, NotYours
from casework.models import Attachment, CaseEvent, Clock
from casework.queries.cases import timeline
from casework.queries.viewers import viewer_for
from casework.services import approvals, clocks, intake
from casework.services.acts.undoing import undo
from casework.services.intake import NewReport
from casework.services.journal import breaks
from casework.services.on_the_spot import Solved, can_be_solved_there, solve_on_the_spot
from grid.services.photos import store_photo
from tests.diagrams import chain, publish, task
from tests.world import GRID
from workflows.models import Step

pytestmark = pytest.mark.django_db
ENDS = {"outcomes": [{"element": "solved", "label": {"zh": "当场办结"}}]}
BODY = (
    '<startEvent id="s"/>'
    + task("sign_for", name="签收", level="town", post="duty_officer", limit="1d", stage="签收")
    + task("handle", level="town", post="planning", limit="1d", stage="处置")
    + '<endEvent id="e"/>'
    + chain("s", "sign_for", "handle", "e")
)


@pytest.fixture
def matter(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    publish("m", BODY, about=ENDS, now=timezone.now())
    return world


def reported(world, matter="m"):
    new = NewReport(token=uuid4(), matter=matter, summary="垃圾", area=GRID)
    return intake.submit_report(new, by=viewer_for(world.grid_worker))


def photo_of(user):
    picture = BytesIO()
    Image.new("RGB", (8, 8), (1, user.pk % 200, 2)).save(picture, "JPEG")
    return store_photo(picture.getvalue(), owner=user).sha256


def solve(case, user, **more):
    solved = Solved(number=case.number, photos=[photo_of(user)], comment="已清走", **more)
    return solve_on_the_spot(solved, by=viewer_for(user))


@pytest.mark.parametrize("who", ["grid_worker", "grid_head"])
def test_who_stands_there_closes_it_in_one_tap_with_a_photo(who, matter):
    case = reported(matter)
    user = getattr(matter, who)
    assert can_be_solved_there(case, by=viewer_for(user))

    case = solve(case, user)

    assert (case.status, case.outcome) == ("closed", "当场办结")
    assert not Step.objects.open().filter(run=case.run).exists()
    assert not Clock.objects.running().filter(case=case).exists()
    told = CaseEvent.objects.filter(case=case).order_by("-seq")[:2]
    assert [event.kind for event in told] == ["closed", "solved_there"]
    assert told[1].data["comment"] == "已清走"
    shown = next(entry for entry in timeline(case) if entry.kind == "solved_there")
    assert [shot.sha256 for shot in shown.photos] == told[1].data["photos"]
    assert Attachment.objects.get(case=case).field == "after"
    assert list(breaks(case_id=case.pk)) == []


def test_the_same_tap_sent_again_changes_nothing(matter):
    case = reported(matter)
    key, photo = str(uuid4()), photo_of(matter.grid_worker)
    as_he = viewer_for(matter.grid_worker)
    solved = Solved(number=case.number, photos=[photo], key=key)

    first, second = (solve_on_the_spot(solved, by=as_he) for _ in range(2))

    assert first == second
    assert CaseEvent.objects.filter(case=case, kind="solved_there").count() == 1
    with pytest.raises(KeyReused):
        solve_on_the_spot(Solved(number=case.number, photos=[photo], key=key, comment="别的"), by=as_he)


def test_an_undo_opens_it_again_with_its_steps_and_clocks(matter):
    case = reported(matter)
    due = Clock.objects.get(case=case).due_at
    solve(case, matter.grid_worker)

    case = undo(case.number, by=viewer_for(matter.grid_worker))

    assert (case.status, case.outcome) == ("open", "")
    assert Step.objects.open().get(run=case.run).element == "sign_for"
    assert Clock.objects.running().get(case=case).due_at == due
    assert not case.attachments.filter(field="after").exists()


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("duty_officer", NotYours),
        ("community_secretary", NotYours),
        ("other_grid_worker", NotFound),
        ("stranger", NotFound),
    ],
)
def test_nobody_closes_it_from_elsewhere(who, error, matter):
    case = reported(matter)
    user = getattr(matter, who)

    with pytest.raises(error):
        solve(case, user)

    case.refresh_from_db()
    assert case.status == "open"
    assert not can_be_solved_there(case, by=viewer_for(user))


def test_without_a_photo_or_with_somebody_elses_it_stays_open(matter):
    case = reported(matter)
    as_he = viewer_for(matter.grid_worker)

    for photos in ([], [photo_of(matter.duty_officer)], ["0" * 64]):
        with pytest.raises(NotValid) as refused:
            solve_on_the_spot(Solved(number=case.number, photos=photos), by=as_he)
        assert list(refused.value.fields) == ["photos"]

    case.refresh_from_db()
    assert case.status == "open"
    assert not Attachment.objects.exists()


def test_not_once_somebody_else_has_begun(matter):
    claimed, handled = reported(matter), reported(matter)
    for case, verb in ((claimed, "claim"), (handled, "complete")):
        approvals.act(Step.objects.open().get(run=case.run).pk, verb, by=viewer_for(matter.duty_officer))

    for case in (claimed, handled):
        with pytest.raises(NotNow):
            solve(case, matter.grid_worker)


def test_not_a_matter_that_knows_no_such_end_nor_one_that_rests_or_is_over(matter):
    publish("slow", BODY, now=timezone.now())
    slow, rests, over = reported(matter, "slow"), reported(matter), reported(matter)
    clocks.pause(rests, timezone.now())
    type(rests).objects.filter(pk=rests.pk).update(status="suspended")
    solve(over, matter.grid_worker)

    for case in (slow, rests, over):
        with pytest.raises(NotNow):
            solve(case, matter.grid_worker)

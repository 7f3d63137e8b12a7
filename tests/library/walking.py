"""How tests walk a shipped matter: a report, then acts by the people who hold the posts, with the forms they fill in."""

from io import BytesIO
from uuid import uuid4

from PIL import Image

from casework.queries.cases import stages
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewReport
from grid.services.photos import store_photo
from tests.world import GRID
from workflows.models import Step

PHOTO = "a photo of one's own"


def report(world, matter, *, category="", **answers):
    new = NewReport(
        token=uuid4(),
        matter=matter,
        area=GRID,
        summary="沱口三巷 12 号院",
        category=category,
        answers=answers,
    )
    return intake.submit_report(new, by=viewer_for(world.grid_worker))


def photo_of(user):
    picture = BytesIO()
    Image.new("RGB", (8, 8), (200, user.pk % 200, 60)).save(picture, "JPEG")
    return store_photo(picture.getvalue(), owner=user).sha256


def act(case, element, who, verb="complete", **fields):
    """The first open step at the element, signed for where it must be, done by this member of the cast."""
    viewer = viewer_for(who)
    steps = Step.objects.open().filter(run=case.run, element=element)
    step = next(s for s in steps if set(s.candidates) & {post.code for post in viewer.posts})
    if step.wants_signature:
        signed = approvals.act(step.pk, "claim", by=viewer)
        if step.ends_with_signature:
            return signed
    given = {name: [photo_of(who)] if value is PHOTO else value for name, value in fields.items()}
    comment = "" if verb in ("complete", "approve") else "请看意见"
    return approvals.act(step.pk, verb, by=viewer, said=Said(fields=given, comment=comment))


def open_elements(case):
    return sorted(Step.objects.open().filter(run=case.run, kind="human").values_list("element", flat=True))


def state_of(case):
    return {stage.label: stage.state for stage in stages(case, language="zh-hans")}

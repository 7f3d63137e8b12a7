"""What the tests of acts on a case share: a matter with a limited step of handling, and the shortest ways to act."""

from datetime import timedelta

from django.utils import timezone

from casework.case_access import case_verbs_allowed
from casework.models import Case, CaseEvent
from casework.queries.caseverbs import standing_of
from casework.queries.viewers import viewer_for
from casework.services import acts, approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from tests.diagrams import chain, publish, task
from tests.world import GRID
from workflows.models import Step

HANDLED = (
    '<startEvent id="s"/>'
    + task("accept", name="受理", level="town", post="duty_officer", stage="签收")
    + task(
        "handle",
        name="现场处置",
        level="town",
        post="planning",
        stage="处置",
        limit="3wd",
        verbs="complete return",
    )
    + '<endEvent id="e"/>'
    + chain("s", "accept", "handle", "e")
)
ABOUT = {"outcomes": [{"element": "e", "label": {"zh": "已解决", "en": "Solved"}}]}


def handled_matter(key="m"):
    return publish(key, HANDLED, now=timezone.now(), about=ABOUT)


def opened(world, *, matter="m", by="grid_worker", area=GRID, title="三巷 12 号院墙体开裂", **data):
    new = NewCase(matter=matter, area=area, title=title, data=data)
    return intake.open_case(new, by=viewer_for(getattr(world, by)))


def at_handling(world, **more):
    """A case whose one open step is the handling, with its limit of three working days."""
    handled_matter()
    case = opened(world, **more)
    step(case, "accept", "complete", world.duty_officer)
    return present(case)


def step(case, element, verb, user, /, **said):
    row = Step.objects.open().get(run__case=case.pk, element=element)
    return approvals.act(row.pk, verb, by=viewer_for(user), said=Said(**said))


def on_case(case, verb, user, /, **said):
    return acts.act_on_case(case.number, verb, by=viewer_for(user), said=Said(**said))


def present(case):
    return Case.objects.select_related("run__version__definition", "area").get(pk=case.pk)


def kinds(case):
    return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def allowed(case, user):
    return case_verbs_allowed(viewer_for(user), present(case), standing_of(present(case)))


def in_days(days):
    return timezone.now() + timedelta(days=days)


def ensure_sound(case):
    """The journal is unbroken and a rebuild from the run's state would change nothing."""
    assert list(breaks(case_id=case.pk)) == []
    now_is = present(case)
    if now_is.is_open:
        assert rebuild_differences(now_is, now=database_now()) == []

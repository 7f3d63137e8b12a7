"""A matter with everything the desk shows: signing for, a form, a return, a way that depends on an answer, an approval."""

from django.utils import timezone

from casework.queries.viewers import viewer_for
from casework.services import approvals, intake
from casework.services.approvals import Said
from casework.services.intake import NewCase
from tests.diagrams import chain, flow, publish, task
from tests.world import GRID
from workflows.models import Step

KEY = "desk_matter"
BODY = (
    '<startEvent id="s"/>'
    + task("sign", name="签收", level="town", post="duty_officer", signFor="true", limit="15m")
    + task(
        "survey",
        name="现场勘查",
        level="town",
        post="planning",
        form="survey",
        verbs="complete return",
        limit="3wd",
    )
    + '<exclusiveGateway id="way" default="way_review"/>'
    + task(
        "review",
        name="住建审核",
        level="district",
        unit="housing",
        post="reviewer",
        verbs="approve return",
        limit="5wd",
    )
    + '<exclusiveGateway id="agreed" default="agreed_e"/><endEvent id="e"/><endEvent id="no"/>'
    + chain("s", "sign", "survey", "way")
    + flow("way", "sign", "结论 == '退回'")
    + flow("way", "no", "勘查结论 == '不成立'")
    + flow("way", "review")
    + flow("review", "agreed")
    + flow("agreed", "survey", "结论 == '退回'")
    + flow("agreed", "e")
)
SURVEY = {
    "key": "survey",
    "title": {"zh": "现场勘查", "en": "Survey"},
    "fields": [
        {
            "name": "裂缝宽度",
            "type": "number",
            "label": {"zh": "裂缝最大宽度", "en": "Crack"},
            "required": True,
        },
        {
            "name": "勘查结论",
            "type": "choice",
            "label": {"zh": "结论", "en": "Result"},
            "required": True,
            "choices": [
                {"value": "纳入改造", "label": {"zh": "纳入改造", "en": "Renovate"}},
                {"value": "不成立", "label": {"zh": "不成立", "en": "Unfounded"}},
            ],
        },
        {"name": "说明", "type": "long_text", "label": {"zh": "说明", "en": "Notes"}},
        {"name": "产权人", "type": "person", "label": {"zh": "产权人", "en": "Owner"}},
        {"name": "勘查照片", "type": "photo", "label": {"zh": "照片", "en": "Photos"}},
    ],
}
ABOUT = {
    "stages": [
        {"label": {"zh": "签收", "en": "Sign for"}, "elements": ["sign"]},
        {"label": {"zh": "处置", "en": "Handle"}, "elements": ["survey"]},
        {"label": {"zh": "核查", "en": "Check"}, "elements": ["review"]},
    ]
}
ANSWERS = {"裂缝宽度": "3.5", "勘查结论": "纳入改造", "说明": "东墙开裂"}


def publish_desk_matter():
    return publish(KEY, BODY, now=timezone.now(), forms={"survey": SURVEY}, about=ABOUT)


def open_case(world, *, title="三巷 12 号院墙体开裂", area=GRID, by="grid_worker", urgent=False):
    new = NewCase(matter=KEY, area=area, title=title, urgent=urgent)
    return intake.open_case(new, by=viewer_for(getattr(world, by)))


def act(step, verb, user, **said):
    return approvals.act(step.pk, verb, by=viewer_for(user), said=Said(**said))


def step_of(case, element):
    return Step.objects.open().get(run=case.run, element=element)


def signed(world, **options):
    """A case that waits for the survey."""
    case = open_case(world, **options)
    step = step_of(case, "sign")
    act(step, "claim", world.duty_officer)
    act(step, "complete", world.duty_officer, fields={})
    return case


def surveyed(world, **options):
    """A case that waits for the review."""
    case = signed(world, **options)
    fields = {"裂缝宽度": 3.5, "勘查结论": "纳入改造", "产权人": {"name": "黄国强", "phone": "13812342071"}}
    act(step_of(case, "survey"), "complete", world.planning, fields=fields)
    return case

"""A matter as the phone meets it: a report with questions, work in the grid, a look at it that may send it back."""

from io import BytesIO

from django.test import Client
from django.utils import timezone
from PIL import Image

from casework.queries.viewers import viewer_for
from casework.services import approvals
from casework.services.approvals import Said
from tests.diagrams import chain, flow, publish, task
from workflows.models import Step

KEY = "noise"
BODY = (
    '<startEvent id="s"/>'
    + task("go", name="现场劝导", level="grid", post="grid_worker", form="go", limit="1h")
    + task("look", name="社区核查", level="community", post="community_secretary", verbs="approve return")
    + '<exclusiveGateway id="way" default="way_e"/><endEvent id="e"/>'
    + chain("s", "go", "look", "way")
    + flow("way", "go", "结论 == '退回'")
    + flow("way", "e")
)
REPORT = {
    "key": "report",
    "title": {"zh": "上报噪声", "en": "Report noise"},
    "fields": [
        {
            "name": "什么时候",
            "type": "choice",
            "label": {"zh": "什么时候吵", "en": "When"},
            "required": True,
            "choices": [
                {"value": "晚上", "label": {"zh": "晚上", "en": "Evening"}},
                {"value": "早晨", "label": {"zh": "早晨", "en": "Morning"}},
            ],
        },
        {"name": "人数", "type": "number", "label": {"zh": "大约多少人", "en": "People"}, "whole": True},
        {"name": "音箱照片", "type": "photo", "label": {"zh": "音箱", "en": "Speakers"}},
    ],
}
GO = {
    "key": "go",
    "title": {"zh": "现场劝导", "en": "Dissuade"},
    "fields": [
        {"name": "声级", "type": "number", "label": {"zh": "实测声级", "en": "Level"}, "required": True},
        {"name": "现场照片", "type": "photo", "label": {"zh": "现场照片", "en": "Photos"}},
    ],
}
ABOUT = {
    "report_form": "report",
    "icon": "noise",
    "categories": [
        {"key": "坝坝舞", "label": {"zh": "坝坝舞噪声", "en": "Square dance"}, "icon": "noise"},
        {"key": "施工", "label": {"zh": "夜间施工", "en": "Night works"}, "icon": "noise"},
    ],
    "stages": [
        {"label": {"zh": "上报", "en": "Report"}, "elements": ["s"]},
        {"label": {"zh": "处置", "en": "Handle"}, "elements": ["go"]},
        {"label": {"zh": "核查", "en": "Check"}, "elements": ["look"]},
        {"label": {"zh": "办结", "en": "Close"}, "elements": ["e"]},
    ],
}


def publish_noise():
    return publish(KEY, BODY, now=timezone.now(), forms={"report": REPORT, "go": GO}, about=ABOUT)


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def picture(colour="red"):
    out = BytesIO()
    out.name = "photo.jpg"
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    out.seek(0)
    return out


def act(case, element, verb, user, **said):
    step = Step.objects.open().get(run=case.run, element=element)
    return approvals.act(step.pk, verb, by=viewer_for(user), said=Said(**said))

"""A dispute that climbs from the grid over the community to the sub-district, with all verbs at each of its steps."""

from django.utils import timezone

from tests.diagrams import chain, flow, publish, task
from workflows.models import Definition

KEY = "climbing_dispute"
MEDIATE = {
    "key": "mediate",
    "title": {"zh": "调解", "en": "Mediation"},
    "fields": [
        {
            "name": "调解经过",
            "type": "long_text",
            "label": {"zh": "调解经过", "en": "How it went"},
            "required": True,
        }
    ],
}


def _mediation(element: str, name: str, **who: str) -> str:
    return task(
        element,
        name=name,
        form="mediate",
        verbs="complete return",
        signFor="true",
        limit="7d",
        stage="处置",
        **who,
    )


BODY = (
    '<startEvent id="s"/>'
    + _mediation("grid", "网格调解", level="grid", post="grid_worker")
    + _mediation("community", "社区调解", level="community", post="community_secretary")
    + '<exclusiveGateway id="way" default="way_done"/><endEvent id="done"/>'
    + chain("s", "grid", "community", "way")
    + flow("way", "grid", "结论 == '退回'")
    + flow("way", "done")
)


def publish_dispute() -> None:
    publish(KEY, BODY, now=timezone.now(), forms={"mediate": MEDIATE})
    Definition.objects.filter(key=KEY).update(title="邻里纠纷")

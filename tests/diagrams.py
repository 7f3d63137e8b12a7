"""Small diagrams for tests, and the shortest way from one to a published matter."""

from workflows import services as workflows
from workflows.bpmn import CheckContext
from workflows.models import Definition, Version

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:cw="urn:casework:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'targetNamespace="urn:test">'
)


def diagram(body: str, *, process: str = "p", heads: str = "") -> bytes:
    """A definitions element with one process around `body`; `heads` are messages and the like."""
    return f'{HEAD}{heads}<process id="{process}" isExecutable="true">{body}</process></definitions>'.encode()


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow named after its ends."""
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    name = f"{source}_{target}"
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def chain(*ids: str) -> str:
    return "".join(flow(source, target) for source, target in zip(ids, ids[1:], strict=False))


def task(element: str, *, name: str = "", **settings: str) -> str:
    """A user task with settings of ours, e.g. task("survey", level="town", post="planning")."""
    own = "".join(f' cw:{key}="{value}"' for key, value in settings.items())
    return f'<userTask id="{element}" name="{name or element}"{own}/>'


ONE_STEP = (
    '<startEvent id="s"/>'
    + task("survey", name="现场勘查", level="town", post="planning", verbs="complete return")
    + '<endEvent id="e"/>'
    + chain("s", "survey", "e")
)


def publish(key: str, body: str | bytes, *, now, heads: str = "", forms=None, about=None) -> Version:
    """Publish a diagram as a matter, unchecked against posts and services."""
    definition, _new = Definition.objects.get_or_create(key=key, defaults={"title": key})
    data = body if isinstance(body, bytes) else diagram(body, heads=heads)
    workflows.save_draft(definition, bpmn=data, forms=forms or {}, about=about or {})
    context = CheckContext(forms=None, services=None, called=None, tables=None, posts=None)
    return workflows.publish(definition, context=context, note="", by_id=None, now=now)

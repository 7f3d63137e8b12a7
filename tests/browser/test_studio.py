"""An administrator brings a diagram, finds what is wrong with it in the drawing, mends it and publishes: in Chinese."""

from uuid import uuid4
from xml.sax.saxutils import escape

import pytest
from playwright.sync_api import expect

from grid.services.demo import PASSWORD
from tests.screens import sign_in

pytestmark = pytest.mark.browser
SHAPES = {
    "start": ("startEvent", "上报", 160, 182, 36, 36),
    "check": ("userTask", "现场核查", 250, 160, 100, 80),
    "way": ("exclusiveGateway", "是否超标", 410, 175, 50, 50),
    "mediate": ("userTask", "邻里调解", 520, 160, 100, 80),
    "end": ("endEvent", "办结", 690, 182, 36, 36),
    "fine": ("endEvent", "未超标", 417, 300, 36, 36),
}
FLOWS = (("start", "check"), ("check", "way"), ("way", "mediate"), ("mediate", "end"), ("way", "fine"))
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:cw="urn:casework:bpmn:1"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:w="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="urn:test">'
)


def _drawn(*, condition: str = "噪声 > 55", mediate: str = "邻里调解") -> str:
    """A diagram with its drawing, as any program would save it."""
    names = {id: mediate if id == "mediate" else shape[1] for id, shape in SHAPES.items()}
    extra = {
        "check": ' cw:level="grid"',
        "mediate": ' cw:level="town" cw:post="mediation"',
        "way": ' default="way_fine"',
    }
    nodes = "".join(
        f'<{shape[0]} id="{id}" name="{names[id]}"{extra.get(id, "")}/>' for id, shape in SHAPES.items()
    )
    body = "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{_condition(a, b, condition)}</sequenceFlow>'
        for a, b in FLOWS
    )
    shapes = "".join(
        f'<di:BPMNShape id="{id}_di" bpmnElement="{id}"><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
        "</di:BPMNShape>"
        for id, (_kind, _name, x, y, w, h) in SHAPES.items()
    )
    edges = "".join(
        f'<di:BPMNEdge id="{a}_{b}_di" bpmnElement="{a}_{b}">{_point(a)}{_point(b)}</di:BPMNEdge>'
        for a, b in FLOWS
    )
    return (
        f'{HEAD}<process id="dance" isExecutable="true">{nodes}{body}</process><di:BPMNDiagram id="drawing">'
        f'<di:BPMNPlane id="plane" bpmnElement="dance">{shapes}{edges}</di:BPMNPlane></di:BPMNDiagram></definitions>'
    )


def _condition(source: str, target: str, text: str) -> str:
    if (source, target) != ("way", "mediate"):
        return ""
    return f"<conditionExpression>{escape(text)}</conditionExpression>"


def _point(id: str) -> str:
    _kind, _name, x, y, w, h = SHAPES[id]
    return f'<w:waypoint x="{x + w // 2}" y="{y + h // 2}"/>'


@pytest.fixture
def files(tmp_path):
    """A diagram with a slip in a condition, and the same diagram mended."""
    wrong, mended = tmp_path / "wrong.bpmn", tmp_path / "mended.bpmn"
    wrong.write_text(_drawn(condition="噪声 ＞ (55"), encoding="utf-8")
    mended.write_text(_drawn(), encoding="utf-8")
    return wrong, mended


def _new_matter(desk) -> str:
    key = f"dance-{uuid4().hex[:8]}"
    sign_in(desk, "hejing", PASSWORD)
    desk.goto("/studio/")
    desk.get_by_role("link", name="新建一件事").click()
    desk.get_by_label("名称", exact=False).first.fill(f"坝坝舞 {key}")
    desk.get_by_label("代号").fill(key)
    desk.get_by_role("button", name="新建", exact=True).click()
    expect(desk.get_by_role("heading", name="给这件事上传流程图")).to_be_visible()
    return key


def _upload(page, file) -> None:
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("[data-drop-name]")).to_contain_text(file.name)
    page.get_by_role("button", name="存为草稿").click()


def test_a_diagram_is_mended_where_it_is_wrong_and_published(desk, files, complaints):
    wrong, mended = files
    key = _new_matter(desk)

    _upload(desk, wrong)
    problem = desk.locator(".problem--must").first
    expect(problem).to_contain_text("全角符号")
    expect(desk.locator("process-view svg .djs-shape").first).to_be_visible()
    problem.click()
    expect(desk.locator(".djs-element.is-picked")).to_have_count(1)
    desk.get_by_role("link", name="去发布").click()
    expect(desk.get_by_role("button", name="发布第 1 版")).to_be_disabled()

    desk.get_by_role("link", name="回去再改").click()
    _upload(desk, mended)
    expect(desk.locator(".problem--must")).to_have_count(0)
    desk.get_by_role("link", name="去发布").click()
    desk.get_by_label("改了什么，为什么改").fill("第一版")
    desk.get_by_role("button", name="发布第 1 版").click()

    expect(desk.locator(".versions__item--on")).to_contain_text("在用")
    desk.goto("/studio/")
    card = desk.locator(f"a[href='/studio/{key}/']")
    expect(card).to_contain_text("第 1 版")


def test_what_is_pressed_in_the_drawing_is_found_in_the_outline(desk, files, complaints):
    key = _new_matter(desk)
    _upload(desk, files[1])
    desk.goto(f"/studio/{key}/")

    expect(desk.locator(".process__tools")).to_be_visible()
    desk.locator(".djs-element[data-element-id='mediate'] .djs-hit").first.click(
        force=True, position={"x": 12, "y": 12}
    )

    expect(desk.locator(".tree__item[aria-current]")).to_have_attribute("data-element", "mediate")


def test_the_gate_paints_what_changes(desk, files, tmp_path, complaints):
    key = _new_matter(desk)
    _upload(desk, files[1])
    desk.get_by_role("link", name="去发布").click()
    desk.get_by_label("改了什么，为什么改").fill("第一版")
    desk.get_by_role("button", name="发布第 1 版").click()
    changed = tmp_path / "changed.bpmn"
    changed.write_text(_drawn(mediate="邻里调解与回访"), encoding="utf-8")
    _upload(desk, changed)

    desk.goto(f"/studio/{key}/publish/")

    expect(desk.locator(".diff__row--alter")).to_contain_text("邻里调解与回访")
    expect(desk.locator(".djs-element.is-alter")).to_have_count(2)


def test_the_studio_fits_a_telephone(phone, complaints):
    sign_in(phone, "hejing", PASSWORD)

    for path in ("/studio/", "/studio/?new", "/studio/square_dance/", "/studio/square_dance/versions/1/"):
        phone.goto(path)
        widths = phone.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1], path

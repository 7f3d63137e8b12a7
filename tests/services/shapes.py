"""A step “B” in each place where a verb can meet it, and people to do what is open."""

from dataclasses import dataclass

from django.utils import timezone

from casework.models import Case
from casework.queries.viewers import viewer_for
from casework.services import approvals, intake
from casework.services.intake import NewCase
from casework.services.journal import breaks
from casework.services.locks import database_now
from casework.services.progress import rebuild_differences
from casework.services.said import Said
from tests.diagrams import chain, flow, publish, task
from tests.world import CAST, GRID, post_code
from workflows.models import Step

ENFORCEMENT = "500101026000-safety/enforcement"
B = {"verbs": "approve reject return", "limit": "2d"}
A = task("A", level="town", post="planning")
ONE_B = task("B", name="审核", level="town", post="enforcement", **B)
MANY_B = (
    '<userTask id="B" name="审核" cw:level="town" cw:post="=岗" cw:verbs="approve reject return" cw:limit="2d">'
    '<multiInstanceLoopCharacteristics><loopDataInputRef>岗们</loopDataInputRef><inputDataItem name="岗"/>'
    "</multiInstanceLoopCharacteristics></userTask>"
)
END = '<endEvent id="e"/>'
START = '<startEvent id="s"/>'
BODIES = {
    "plain": START + A + ONE_B + END + chain("s", "A", "B", "e"),
    "countersign": START
    + A
    + MANY_B
    + task("D", level="town", post="planning")
    + END
    + chain("s", "A", "B", "D", "e"),
    "branch": START
    + A
    + '<parallelGateway id="fork"/><parallelGateway id="join"/>'
    + ONE_B
    + task("C", level="town", post="mediation")
    + task("D", level="town", post="planning")
    + END
    + chain("s", "A", "fork", "B", "join", "D", "e")
    + chain("fork", "C", "join"),
    "sub-process": START
    + A
    + '<subProcess id="sub"><startEvent id="i"/>'
    + ONE_B
    + '<endEvent id="j"/>'
    + chain("i", "B", "j")
    + "</subProcess>"
    + END
    + chain("s", "A", "sub", "e"),
    "rework loop": START
    + '<exclusiveGateway id="in"/>'
    + A
    + ONE_B
    + '<exclusiveGateway id="g" default="g_e"/>'
    + END
    + chain("s", "in", "A", "B", "g")
    + flow("g", "in", "结论 == '驳回'")
    + flow("g", "e"),
}
#: What stands open beside B when it is B's turn.
BESIDE = {"plain": [], "countersign": ["B", "B"], "branch": ["C"], "sub-process": [], "rework loop": []}
PLACES = tuple(BODIES)


@dataclass
class At:
    """A case that has come to B. `mine` is the step of 综合执法岗."""

    world: object
    case: Case
    mine: Step

    def act(self, verb, who, *, step=None, **said):
        row = step or self.mine
        user = getattr(self.world, who)
        self.case = approvals.act(row.pk, verb, by=viewer_for(user), said=Said(**said))
        return self.case

    def open(self):
        rows = Step.objects.open().filter(run=self.case.run_id)
        return sorted(rows.values_list("element", flat=True))

    def step(self, element, *, post=None):
        found = Step.objects.open().filter(run=self.case.run_id, element=element)
        return (found.filter(candidates__contains=[post]) if post else found).get()

    def again(self):
        """B of 综合执法岗 as it is now."""
        self.mine = self.step("B", post=ENFORCEMENT)
        return self.mine

    def kinds(self):
        return list(self.case.events.order_by("seq").values_list("kind", flat=True))

    def last(self, kind):
        return self.case.events.filter(kind=kind).order_by("-seq").first()

    def finish(self):
        """Everybody does what is his until nothing is open; the case has ended well."""
        for _ in range(40):
            rows = Step.objects.open().filter(run=self.case.run_id, is_held_up=False).order_by("pk")
            step = rows.first()
            if step is None:
                break
            verb = next(verb for verb in ("complete", "approve") if verb in step.verbs)
            holder = step.claimed_by or self.holder(step)
            self.case = approvals.act(step.pk, verb, by=viewer_for(holder), said=Said())
        self.case.refresh_from_db()
        assert self.case.status == "closed"
        self.ensure_sound()

    def holder(self, step):
        names = {post_code(name): name for name in CAST}
        name = next((names[code] for code in step.candidates if code in names), "grid_worker")
        return getattr(self.world, name)

    def ensure_sound(self):
        assert list(breaks()) == []
        case = Case.objects.get(pk=self.case.pk)
        assert rebuild_differences(case, now=database_now()) == []


def at_b(world, place, *, body=None, about=None) -> At:
    publish("m", body or BODIES[place], now=timezone.now(), about=about)
    data = {"岗们": ["enforcement", "mediation", "safety"]}
    new = NewCase(matter="m", area=GRID, title="三巷占道", data=data)
    case = intake.open_case(new, by=viewer_for(world.grid_worker))
    at = At(world=world, case=case, mine=Step.objects.open().get(run=case.run))
    if place == "rework loop":  # the second round
        at.act("complete", "planning")
        at.act("reject", "enforcement", step=at.step("B"), comment="再勘")
        at.mine = at.step("A")
    at.act("complete", "planning", step=at.step("A"))
    at.again()
    return at

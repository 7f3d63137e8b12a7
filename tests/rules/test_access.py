"""Who may see and do what, as tables: refusals stand beside permissions."""

from dataclasses import dataclass, field

import pytest

from casework.access import HeldPost, Viewer, may_act, may_register, may_report, verbs_allowed

REPORTER = 7
PASSING = ("transfer", "delegate", "add-sign")


def post(code="500101026-economy/planning", *, area="500101026", sees="assigned", powers=()):
    return HeldPost(
        code=code,
        name="规划建设岗",
        role=code.rsplit("/", 1)[-1],
        unit_code=code.rsplit("/", 1)[0],
        unit_name="经济发展板块",
        area_code=area,
        area_name="陈家坝街道",
        sees=sees,
        powers=tuple(powers),
    )


def viewer(*posts, user_id=1, is_operator=False):
    return Viewer(user_id=user_id, name="张志强", posts=posts, is_operator=is_operator)


@dataclass
class StepStandIn:
    candidates: list[str] = field(default_factory=lambda: ["500101026-economy/planning"])
    claimed_by_id: int | None = None
    kind: str = "human"
    is_open: bool = True
    wants_signature: bool = False
    verbs: tuple[str, ...] = ("approve", "return")
    is_held_up: bool = False
    asked: list[str] = field(default_factory=list)


@pytest.mark.parametrize(
    ("case", "who", "step", "allowed"),
    [
        ("holder of the post", viewer(post()), StepStandIn(), ("claim", "approve", "return", *PASSING)),
        ("must sign first", viewer(post()), StepStandIn(wants_signature=True), ("claim", "transfer")),
        (
            "has signed",
            viewer(post(), user_id=3),
            StepStandIn(claimed_by_id=3, wants_signature=True),
            ("approve", "return", "transfer", "release", "delegate", "add-sign"),
        ),
        ("a colleague has signed", viewer(post()), StepStandIn(claimed_by_id=3), ()),
        ("another post", viewer(post("500101026-safety/police")), StepStandIn(), ()),
        ("no post at all", viewer(), StepStandIn(), ()),
        ("closed step", viewer(post()), StepStandIn(is_open=False), ()),
        ("machine step", viewer(post()), StepStandIn(kind="machine"), ()),
        (
            "a step that names no post is the reporter's",
            viewer(user_id=REPORTER),
            StepStandIn(candidates=[]),
            ("claim", "approve", "return", *PASSING),
        ),
        ("and nobody else's", viewer(post()), StepStandIn(candidates=[]), ()),
        ("a vacant post is nobody's", viewer(user_id=REPORTER), StepStandIn(candidates=["vacant:x"]), ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_verbs_follow_post_claim_and_state(case, who, step, allowed):
    assert verbs_allowed(who, step, reporter_id=REPORTER) == allowed


@pytest.mark.parametrize(
    ("case", "who", "step", "allowed"),
    [
        ("held up by signers", viewer(post()), StepStandIn(is_held_up=True, asked=["x"]), ("claim", "transfer", "add-sign", "remove-sign", "cc")),
        ("asked some beside", viewer(post()), StepStandIn(asked=["x"]), ("claim", "approve", "return", *PASSING, "remove-sign", "cc")),
        ("the dispatcher of the place", viewer(post("x/duty", powers=["dispatch"])), StepStandIn(), ("reassign", "urge", "cc")),
        ("of another place", viewer(post("x/duty", area="500101025", powers=["dispatch"])), StepStandIn(), ("urge",)),
        ("who supervises it", viewer(post("x/chief", powers=["supervise"])), StepStandIn(), ("urge", "cc")),
        ("the reporter", viewer(user_id=REPORTER), StepStandIn(), ("urge",)),
        ("a colleague has signed", viewer(post()), StepStandIn(claimed_by_id=3), ("cc",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_others_urge_and_direct_and_nobody_ends_what_others_hold_up(case, who, step, allowed):
    assert verbs_allowed(who, step, reporter_id=REPORTER, area_code="500101026001") == allowed


def test_nobody_handles_a_suspended_case():
    own = verbs_allowed(
        viewer(post()), StepStandIn(), reporter_id=REPORTER, area_code="500101026001", is_suspended=True
    )

    assert own == ("cc",)


def test_operator_may_act_everywhere_but_not_over_a_claim():
    operator = viewer(is_operator=True)

    assert may_act(operator, StepStandIn(), reporter_id=REPORTER)
    assert verbs_allowed(operator, StepStandIn(claimed_by_id=3), reporter_id=REPORTER) == ()


@pytest.mark.parametrize(
    ("case", "posts", "area", "may"),
    [
        ("own grid", [post(area="500101026001001")], "500101026001001", True),
        ("the community around one's grid", [post(area="500101026001001")], "500101026001", True),
        ("a grid inside one's town", [post(area="500101026")], "500101026001001", True),
        ("the sibling grid", [post(area="500101026001001")], "500101026001002", False),
        ("the sibling town", [post(area="500101026")], "500101025001", False),
        ("nobody", [], "500101026", False),
    ],
)
def test_cases_are_opened_where_one_stands(case, posts, area, may):
    assert may_register(viewer(*posts), area_code=area) is may


def test_sight_is_by_area_only_for_posts_that_see_their_area():
    assert viewer(post(sees="area")).sees_area("500101026003")
    assert not viewer(post(sees="area")).sees_area("500101025003")
    assert not viewer(post(sees="assigned")).sees_area("500101026003")
    assert viewer(is_operator=True).sees_area("500101025003")


@pytest.mark.parametrize(
    ("case", "posts", "area", "may"),
    [
        ("own grid", [post(area="500101026001001")], "500101026001001", True),
        ("the sibling grid", [post(area="500101026001001")], "500101026001002", True),
        ("another sub-district", [post(area="500101026")], "500101025001", True),
        ("another district", [post(area="500101026")], "500102001001", False),
        ("a resident", [], "500101026001001", True),
    ],
)
def test_reports_are_made_in_the_district_where_one_holds_a_post(case, posts, area, may):
    assert may_report(viewer(*posts), area_code=area) is may

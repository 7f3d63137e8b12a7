"""A demo district to try everything in: places, posts and people. Refused where PRODUCTION is on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from grid.errors import GridError
from grid.models import Appointment, Post, User
from grid.services.area_register import store_areas
from grid.services.demo.ledgers import load_ledgers
from grid.services.demo.organisation import demo_organisation
from grid.services.demo.people import Person, Seat, demo_seats
from grid.services.demo.places import demo_areas
from grid.services.registers import BATCH, Changes
from grid.services.unit_register import OrganisationChanges, store_organisation

# Everybody in the demo district has it; it is no secret (README, "Demo").
PASSWORD = "wanzhou-demo-2026"  # noqa: S105
SINCE = date(2024, 1, 1)

# role, username, who: one of each kind of user, in the order in which a case meets them
LOGINS = (
    ("网格员", "chenxiulan", "陈秀兰，沱口社区第七网格专职网格员"),
    ("网格长", "tiandayong", "田大勇，沱口社区第七网格网格长"),
    ("社区书记", "liujianguo", "刘建国，沱口社区党组织书记"),
    ("值班员", "limin", "李敏，陈家坝街道基层治理指挥中心值班员"),
    ("值班长", "wangmin", "王敏，陈家坝街道基层治理指挥中心值班长"),
    ("指挥长", "luoyi", "罗毅，陈家坝街道基层治理指挥中心指挥长"),
    ("规划建设岗", "zhangzhiqiang", "张志强，陈家坝街道经济发展板块"),
    ("综合执法岗", "zhaohaitao", "赵海涛，陈家坝街道平安法治板块"),
    ("民政救助岗", "zhouyumei", "周玉梅，陈家坝街道民生服务板块"),
    ("区住建审核岗", "sunli", "孙立，区住房城乡建委"),
    ("区城管审核岗", "fengtao", "冯涛，区城市管理局"),
    ("区事件流转岗", "wukai", "吴凯，区治理中心"),
    ("管理员", "hejing", "何静，区治理中心应用建设岗，绘制和发布一件事"),
    ("区领导", "zhoujianming", "周建明，区领导"),
)


class DemoRefused(GridError):
    code = "demo_refused"
    message = _("Demo people with a known password have no place where PRODUCTION is on.")


@dataclass(frozen=True, kw_only=True)
class DemoChanges:
    areas: Changes
    organisation: OrganisationChanges
    people: Changes
    appointments: Changes
    ledgers: Changes


@transaction.atomic
def load_demo() -> DemoChanges:
    """Bring the demo district into the database. A second time changes nothing; what people of the demo
    changed about themselves, their passwords included, stays."""
    if settings.PRODUCTION:
        raise DemoRefused
    areas = demo_areas()
    organisation = demo_organisation(areas)
    seats = demo_seats(organisation.posts)
    area_changes = store_areas(areas)
    organisation_changes = store_organisation(organisation)
    people = _add_people({seat.person for seat in seats})
    return DemoChanges(
        areas=area_changes,
        organisation=organisation_changes,
        people=people,
        appointments=_add_appointments(seats),
        ledgers=load_ledgers(),
    )


def _add_people(people: Iterable[Person]) -> Changes:
    by_username = {person.username: person for person in people}
    known = set(User.objects.filter(username__in=by_username).values_list("username", flat=True))
    new = sorted(set(by_username) - known)
    if not new:
        return Changes()
    # The hash is slow by design, and one for all does where the password is public anyway.
    hashed = make_password(PASSWORD)
    User.objects.bulk_create(
        (
            _user(by_username[username], number=number, hashed=hashed)
            for number, username in enumerate(new, 1)
        ),
        batch_size=BATCH,
    )
    return Changes(added=tuple(new))


def _user(person: Person, *, number: int, hashed: str) -> User:
    """Numbers that begin with 100 are given to nobody."""
    return User(username=person.username, display_name=person.name, phone=f"100{number:08}", password=hashed)


def _add_appointments(seats: Iterable[Seat]) -> Changes:
    posts = Post.objects.in_bulk([seat.post_code for seat in seats], field_name="code")
    users = User.objects.in_bulk({seat.person.username for seat in seats}, field_name="username")
    known = set(Appointment.objects.filter(post__in=posts.values()).values_list("post_id", "user_id"))
    new = [
        Appointment(
            post=posts[seat.post_code],
            user=users[seat.person.username],
            kind=Appointment.Kind.MAIN if seat.is_main else Appointment.Kind.CONCURRENT,
            starts_on=SINCE,
        )
        for seat in seats
        if (posts[seat.post_code].pk, users[seat.person.username].pk) not in known
    ]
    Appointment.objects.bulk_create(new, batch_size=BATCH)
    return Changes(added=tuple(appointment.post.code for appointment in new))

"""The residents' entry: a report without a log-in becomes a case like any other, and its sender can see what becomes of it.

Nothing here knows who the resident is. All their cases are reported by one account that nobody can log in to; the link that
the answer page gives is kept as a hash, the telephone number masked and by a keyed hash of its last four digits.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import CaseworkError, NotFound, NotValid
from casework.models import Case, Notice, NoticeKind, ResidentReport
from casework.queries.viewers import viewer_for
from casework.services import acts, approvals, intake
from casework.services.intake import NewReport
from casework.services.locks import database_now, lock_case
from casework.services.said import Said
from casework.services.tallies import counted
from grid.codes import DIGITS
from grid.models import Area, User
from grid.queries.desks import held_desks
from grid.services.locate import locate
from grid.services.photos import store_photo
from workflows.models import Step

ACCOUNT = "resident"  # who reports for all of them
SOURCE = "居民"
PHOTOS = 3
PER_ADDRESS, PER_DEVICE, PER_PHONE = 30, 6, 6  # reports a day; many people may share an address
WRONG_PER_ADDRESS, WRONG_PER_NUMBER = 10, 10  # look-ups that found nothing, in an hour


class TooMany(CaseworkError):
    """Too often today, or in this hour."""

    code = "too_many"
    status = 429


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Where a request comes from, as far as limits need it; never kept as it is."""

    address: str
    device: str


@dataclass(frozen=True, kw_only=True)
class ResidentSays:
    """What a resident reports. `key` was given with the form, so that sending it twice is one report."""

    key: UUID
    matter: str
    category: str
    summary: str = ""
    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None
    area: str = ""
    address: str = ""
    phone: str = ""
    photos: Sequence[bytes] = ()
    language: str = "zh-hans"


@dataclass(frozen=True, kw_only=True)
class Received:
    """The case, and the secret of the link by which its sender sees it again."""

    case: Case
    link: str


def account() -> User:
    """Who reports for residents: nobody can log in as this one."""
    user, is_new = User.objects.get_or_create(
        username=ACCOUNT, defaults={"display_name": SOURCE, "is_active": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def receive(says: ResidentSays, *, visitor: Visitor) -> Received:
    """Open the case of a resident's report, once for each key. Raises TooMany, NotValid, GridError, KeyReused."""
    user, link = account(), _secret("link", str(says.key))
    known = ResidentReport.objects.filter(link=_digest(link)).select_related("case").first()
    if known is not None:
        return Received(case=known.case, link=link)
    _ensure_sound(says)
    _ensure_few(says, visitor)
    by = viewer_for(user)
    photos = [store_photo(content, owner=user).sha256 for content in says.photos]
    case = intake.submit_report(_report(says, photos), by=by)
    if not ResidentReport.objects.filter(
        case=case
    ).exists():  # else its twin, sent at the same moment, was first
        _keep(case, says, link=link, now=database_now())
    return Received(case=case, link=link)


def _ensure_sound(says: ResidentSays) -> None:
    if len(says.photos) > PHOTOS:
        raise NotValid(_("At most three photos."))
    if not says.photos and not says.summary.strip():
        raise NotValid(_("Add a photo or a sentence."))
    if (says.lat is None or says.lon is None) and not says.area:
        raise NotValid(_("Say where it is: use your position, or choose the neighbourhood."))
    if says.area and not says.address.strip() and says.lat is None:
        raise NotValid(_("Say where in the neighbourhood: a street and number, or a landmark."))
    code = says.area or locate(lat=float(says.lat or 0), lon=float(says.lon or 0)).area_code
    if not is_open_for(code):
        raise NotValid(_("Reports from there can't be taken here. Call 12345."))


def is_open_for(area_code: str) -> bool:
    """Whether residents may report from there."""
    areas = tuple(settings.RESIDENTS_AREAS)
    return bool(settings.RESIDENTS_ENTRY) and (not areas or area_code.startswith(areas))


def _ensure_few(says: ResidentSays, visitor: Visitor) -> None:
    """Counted within the transaction: what is refused or fails was no report."""
    day = f"{timezone.localdate():%Y-%m-%d}"
    limits = (
        ("report-address", visitor.address, PER_ADDRESS),
        ("report-device", visitor.device, PER_DEVICE),
        ("report-phone", _digits(says.phone), PER_PHONE),
    )
    for scope, who, most in limits:
        if who and counted(scope, _keyed(scope, who), span=day) > most:
            raise TooMany(
                _("You have reported a lot today. Go on tomorrow; in an emergency call 110 or 119.")
            )


def _report(says: ResidentSays, photos: Sequence[str]) -> NewReport:
    return NewReport(
        token=says.key,
        matter=says.matter,
        category=says.category,
        summary=says.summary.strip(),
        lat=says.lat,
        lon=says.lon,
        accuracy=says.accuracy,
        address=says.address,
        area=says.area or None,
        photos=photos,
        source=SOURCE,
        language=says.language,
    )


def _keep(case: Case, says: ResidentSays, *, link: str, now: datetime) -> None:
    phone = _digits(says.phone)
    ResidentReport.objects.create(
        case=case,
        link=_digest(link),
        phone=f"{phone[:3]}{'*' * len(phone[3:])}",  # the last four open the report: they are nowhere to be read
        digits=_digits_hash(case.number, phone[-4:]) if phone else "",
        language=says.language,
        at=now,
    )
    locked = lock_case(case.pk)
    posts = _verifiers(case.area_code, now=now)
    locked.touch(posts)
    locked.save(update_fields=["touched_by"])
    text = _("Reported by a resident: go and see whether it is so.")
    Notice.objects.bulk_create(
        Notice(case=case, kind=NoticeKind.RESIDENT, to_post=code, text=text, at=now) for code in posts
    )


def _verifiers(area_code: str, *, now: datetime) -> list[str]:
    """Who goes and looks: the grid's own worker; where no grid is known, the neighbourhood's secretary."""
    today = timezone.localdate(now)
    if len(area_code) >= DIGITS["grid"]:
        found = held_desks(area_code, level="grid", role="grid_worker", on=today)
        if found:
            return list(found)
    return list(held_desks(area_code, level="community", role="community_secretary", on=today))


# --- coming back


def by_link(link: str) -> ResidentReport:
    """The report that this link leads to. Raises NotFound."""
    found = _rows().filter(link=_digest(link)).first()
    if found is None:
        raise NotFound(_("This link leads to no report."))
    return found


def by_key(key: int) -> ResidentReport:
    """The report that was looked up a moment ago. Raises NotFound."""
    found = _rows().filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def by_number(number: str, digits: str, *, visitor: Visitor) -> ResidentReport:
    """The report with this number and these last four digits. Raises TooMany, NotFound.

    Whether the number, the digits or both are wrong is not said, nor whether somebody left a telephone number.
    """
    hour = f"{timezone.localtime():%Y-%m-%dT%H}"
    tries = (
        ("find-address", visitor.address, WRONG_PER_ADDRESS),
        ("find-number", number, WRONG_PER_NUMBER),
    )
    if any(counted(scope, _keyed(scope, who), span=hour, add=0) >= most for scope, who, most in tries):
        raise TooMany(_("Too many tries. Wait for an hour, or use the link that you were given."))
    found = _rows().filter(case__number=number).first()
    kept = found.digits if found else ""
    wanted = [_digits_hash(number, digits, secret=secret) for secret in _secrets()]
    is_right = any([hmac.compare_digest(kept, one) for one in wanted])
    if found is None or not is_right:
        for scope, who, _most in tries:
            counted(scope, _keyed(scope, who), span=hour)
        raise NotFound(_("There is no report with this number and these four digits."))
    return found


def rate(report: ResidentReport, *, stars: int, is_solved: bool | None, text: str) -> Case:
    """Rate the handling as its reporter; “not solved” goes the way it goes for everybody. Raises NotNow, NotValid."""
    said = Said(rating=stars, is_solved=is_solved, comment=text)
    return acts.act_on_case(report.case.number, "rate", by=resident_viewer(), said=said)


def answer(report: ResidentReport, step_id: int, said: Said) -> Case:
    """Do the step that waits for the reporter himself. Raises NotNow, FormRefused."""
    if not Step.objects.filter(pk=step_id, run__case=report.case_id).exists():
        raise NotFound
    return approvals.act(step_id, "complete", by=resident_viewer(), said=said)


def resident_viewer() -> Viewer:
    return viewer_for(account())


def areas_to_choose(most: int = 800) -> list[tuple[str, list[tuple[str, str]]]]:
    """Neighbourhoods by sub-district, as far as the entry is open for them; where they are too many, sub-districts."""
    rows = [area for area in Area.objects.at(Area.Level.COMMUNITY).order_by("code") if is_open_for(area.code)]
    towns = dict(Area.objects.at(Area.Level.TOWN).values_list("code", "name"))
    if len(rows) > most:
        here = dict.fromkeys(row.code[: DIGITS["town"]] for row in rows)
        return [("", [(code, towns.get(code, code)) for code in here])]
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        groups.setdefault(towns.get(row.code[: DIGITS["town"]], ""), []).append((row.code, row.name))
    return list(groups.items())


def _rows() -> QuerySet[ResidentReport]:
    return ResidentReport.objects.select_related("case__run__version__definition")


# --- hashes


def _digits(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdecimal() and sign.isascii())


def _digest(link: str) -> str:
    return sha256(link.encode()).hexdigest()


def _secret(kind: str, text: str) -> str:
    """Not to be guessed without the site's key, and the same for the same form: sent twice, it gives the same link."""
    return salted_hmac(f"casework.residents.{kind}", text, algorithm="sha256").hexdigest()


def _keyed(scope: str, who: str) -> str:
    return _secret(scope, who)


def _digits_hash(number: str, digits: str, *, secret: str | None = None) -> str:
    made = salted_hmac("casework.residents.digits", f"{number}:{digits}", secret=secret, algorithm="sha256")
    return made.hexdigest()


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]

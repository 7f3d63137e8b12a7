"""Pages among a thousand cases and among a city's: what somebody waits for must not grow with what he doesn't see."""

from collections.abc import Callable
from statistics import quantiles

from django.test import Client

from casework.models import Case
from grid.models import User
from tests.bench.measures import seconds


def page_times(*, times: int, clerk: User, leader: User, reporter: User, case: Case) -> dict[str, float]:
    """The p95 of each page, in seconds."""
    visits: dict[str, tuple[User, str]] = {
        "work list": (clerk, "/desk/?tab=pool"),
        "case": (clerk, f"/desk/cases/{case.number}/"),
        "cases, one sub-district": (clerk, "/desk/cases/"),
        "cases, a district": (leader, "/desk/cases/"),
        "phone, its first page": (reporter, "/m/"),
        "steps by the interface": (clerk, "/api/v1/steps/?pool=true"),
    }
    return {name: _p95(_visit(user, path), times=times) for name, (user, path) in visits.items()}


def _visit(user: User, path: str) -> Callable[[], None]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def visit() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    return visit


def _p95(visit: Callable[[], None], *, times: int) -> float:
    visit()
    return quantiles([seconds(visit) for _ in range(times)], n=20, method="inclusive")[-1]

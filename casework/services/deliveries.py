"""What the outbox carries: machine steps, messages and signals between cases."""

from __future__ import annotations

from collections.abc import Mapping

from casework.handlers import HANDLERS, StepWork, WrongOutcome
from casework.models import Case
from casework.services import following, journal, migrating, migrating_back, outbox, progress, pushing
from casework.services.locks import database_now, lock_case
from casework.services.outbox import Deliver, Parcel
from workflows.models import Incident, Step


class OperationUnknown(outbox.Refused):
    """The diagram names an operation that this installation does not have."""


def machine_step(parcel: Parcel) -> None:
    """Run a handler outside any lock and complete its step in a second transaction."""
    step = Step.objects.select_related("run__case").filter(pk=parcel.payload["step"]).first()
    if step is None or not step.is_open:
        return
    handler = HANDLERS.get(step.operation)
    if handler is None:
        raise OperationUnknown(f"no handler is called {step.operation!r}")
    case: Case = step.run.case
    work = StepWork(
        key=parcel.key,
        case_id=case.pk,
        number=case.number,
        matter=case.matter_id,
        area_code=case.area_code,
        data={**case.data, **step.instance},
        settings=step.settings,
    )
    try:
        values = handler.run(work)
    except WrongOutcome as wrong:
        progress.fail_machine_step(step.pk, error=wrong.code, message=str(wrong))
    else:
        progress.complete_machine_step(step.pk, values=values)


def message(parcel: Parcel) -> None:
    payload = parcel.payload
    progress.deliver_message(
        payload["name"],
        correlation=payload.get("correlation"),
        payload=payload.get("payload"),
        key=parcel.key,
    )


def signal(parcel: Parcel) -> None:
    payload = parcel.payload
    progress.broadcast_signal(
        payload["name"], payload=payload.get("payload"), sender=parcel.case_id, key=parcel.key
    )


DELIVERERS: Mapping[str, Deliver] = {
    "machine_step": machine_step,
    "message": message,
    "signal": signal,
    migrating.KIND: migrating.deliver,
    migrating_back.KIND: migrating_back.deliver,
    following.KIND: following.deliver,
    pushing.KIND: pushing.deliver,
}


def give_up(parcel: Parcel, error: str) -> None:
    """A dead row becomes an incident that people see; in the same transaction as the row's death."""
    if parcel.case_id is None:
        return
    case = lock_case(parcel.case_id)
    now = database_now()
    if parcel.kind == migrating.KIND:
        migrating.gave_up(parcel, error)
    step = Step.objects.filter(pk=parcel.payload.get("step", 0)).first()
    incident = Incident.objects.create(
        run=case.run,
        step=step,
        element=step.element if step else "",
        kind=parcel.kind,
        message=error,
        data={"outbox": parcel.id, "key": parcel.key},
        attempts=parcel.attempts,
        opened_at=now,
    )
    journal.record(
        case,
        "incident",
        now=now,
        data={"element": incident.element, "kind": incident.kind, "message": incident.message},
    )

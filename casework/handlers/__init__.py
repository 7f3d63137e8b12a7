"""What service tasks do: one module per operation, one table. A diagram names an operation by its key."""

from casework.handlers import alerts, breaches, sources, units
from casework.handlers.work import Handler, StepWork, WrongOutcome

HANDLERS: dict[str, Handler] = {
    handler.key: handler
    for handler in (
        breaches.COUNT_BREACHES,
        alerts.FIND_SAME_PLATE,
        alerts.COUNT_DEVICE_ALERTS,
        sources.OPEN_SOURCE_CASE,
        units.SUGGEST_UNITS,
    )
}

__all__ = ["HANDLERS", "Handler", "StepWork", "WrongOutcome"]

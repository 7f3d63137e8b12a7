"""What service tasks do: one module per operation, one table. A diagram names an operation by its key."""

from casework.handlers import breaches
from casework.handlers.work import Handler, StepWork, WrongOutcome

HANDLERS: dict[str, Handler] = {handler.key: handler for handler in (breaches.COUNT_BREACHES,)}

__all__ = ["HANDLERS", "Handler", "StepWork", "WrongOutcome"]

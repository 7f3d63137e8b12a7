"""The engine's view of the expression language; the language itself lies below the engine, so diagrams can be checked."""

from workflows.expressions import *  # noqa: F403 - the same names, one seam
from workflows.expressions import __all__ as __all__

"""Processes at random against the token game and the Petri net, as CI has them, but many and other ones each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.test_fuzz import BLOCKS, REGULAR, play, play_back
from tests.engine.test_fuzz_nets import Net, nets
from tests.engine.test_fuzz_nets import play as play_net

SEEDS = st.integers(0, 10**6)


def search(count: int, seed: int) -> dict[str, str]:
    """What was found wrong, made as small as it gets: name of the search → example."""
    found = {}
    for name, example in _searches():
        bounded = settings(
            max_examples=max(1, count * SHARES[name] // 100),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        try:
            hypothesis.seed(seed)(bounded(example))()
        except Exception as error:  # noqa: BLE001 -- the very thing that is looked for
            found[name] = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    return found


#: Of a hundred processes so many.
SHARES = {"token game": 60, "sent back": 15, "net": 25}


def _searches() -> list[tuple[str, Callable[[], Any]]]:
    @given(block=BLOCKS, seed=SEEDS)
    def token_game(block: tuple[Any, ...], seed: int) -> None:
        play(block, seed)

    @given(block=REGULAR, seed=SEEDS)
    def sent_back(block: tuple[Any, ...], seed: int) -> None:
        play_back(block, seed)

    @given(net=nets(), seed=SEEDS)
    def net_game(net: Any, seed: int) -> None:
        play_net(Net(*net), seed)

    return [("token game", token_game), ("sent back", sent_back), ("net", net_game)]

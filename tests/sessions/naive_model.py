"""A second, naive model of DOMAIN.md §4, written without a look at the first: minutes are handed out one by one.

It knows the session types by heart and shares nothing with the code under test but the shape of a drawing.
"""

from collections.abc import Sequence

from packages.domain.windows import Window
from sessions.domain.allocation import Drawing


def naive_shares(granted_minutes: int, window: Window, drawings: Sequence[Drawing[int]]) -> dict[int, tuple[int, int]]:
    """Included and overage minutes by key: a jar of minutes, emptied in the order in which meetings were delivered."""
    jar = granted_minutes
    shares = {drawing.key: (0, 0) for drawing in drawings}
    waiting = list(drawings)
    the_software_training: int | None = None
    while waiting:
        earliest = waiting[0]
        for drawing in waiting:
            if (drawing.started_at, drawing.rank, drawing.number) < (
                earliest.started_at,
                earliest.rank,
                earliest.number,
            ):
                earliest = drawing
        waiting.remove(earliest)
        may_draw = window.first <= earliest.day <= window.last and earliest.session_type != "supplementary-training"
        if may_draw and earliest.session_type == "software-training":
            if the_software_training is None:
                the_software_training = earliest.key
            may_draw = the_software_training == earliest.key
        for _minute in range(earliest.minutes):
            included, overage = shares[earliest.key]
            if may_draw and jar > 0:
                jar -= 1
                shares[earliest.key] = (included + 1, overage)
            else:
                shares[earliest.key] = (included, overage + 1)
    return shares

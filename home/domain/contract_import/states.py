"""Which state of an import may follow which, and the one function that moves it, guarded by the old state."""

from typing import Any

from home.models import ImportRun

State = ImportRun.State

MAY_FOLLOW: dict[str, frozenset[str]] = {
    State.READY: frozenset({State.WAITING, State.DISCARDED}),
    State.WAITING: frozenset({State.RUNNING}),
    # What was checked may have changed by the time it is written.
    State.RUNNING: frozenset({State.DONE, State.FAULTY, State.INTERRUPTED}),
    State.INTERRUPTED: frozenset({State.WAITING, State.DISCARDED}),
    State.FAULTY: frozenset(),
    State.DONE: frozenset(),
    State.DISCARDED: frozenset(),
}
KEEPS_ITS_FILE = frozenset({State.READY, State.WAITING, State.RUNNING, State.INTERRUPTED})


def move(run: ImportRun, after: str, **fields: Any) -> bool:
    """Bring `run` from the state that it was read in to `after`, in one UPDATE guarded by that state.

    False if somebody else has moved it meanwhile, or if `after` may not follow: then nothing is written.
    """
    if after not in MAY_FOLLOW[run.state]:
        return False
    if after not in KEEPS_ITS_FILE:
        fields["content"] = b""
    moved = ImportRun.objects.filter(pk=run.pk, state=run.state).update(state=after, **fields)
    if moved:
        run.state = after
        for name, value in fields.items():
            setattr(run, name, value)
    return bool(moved)

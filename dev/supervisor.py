"""Keeps the demo's processes running, and ends them in order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dev.processes import Child, Command

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 60.0


@dataclass
class Watched:
    """A process, and what the supervisor remembers of its deaths."""

    child: Child
    started_at: float
    serves_others: bool
    pause: float = FIRST_PAUSE_SECONDS
    restart_at: float | None = None


class Supervisor:
    """Starts commands, restarts what dies with growing pauses, and stops all in order.

    `say` gets one line (or the tail of a log) for the person at the terminal; `clock` counts seconds.
    """

    def __init__(self, logs: Path, *, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._logs = logs
        self._say = say
        self._clock = clock
        self._watched: list[Watched] = []

    def start(self, command: Command, *, log_name: str) -> Child:
        """Start a command that shall run until the end."""
        child = Child(command, log=self._logs / log_name)
        self._watched.append(Watched(child, self._clock(), serves_others=False))
        return child

    def adopt_server(self, child: Child) -> Child:
        """Watch a database or broker that is already started: the others need it until they have ended."""
        self._watched.append(Watched(child, self._clock(), serves_others=True))
        return child

    def check(self) -> None:
        """One round: note who died, restart whose pause is over."""
        now = self._clock()
        for watched in self._watched:
            if watched.restart_at is None and not watched.child.running:
                self._note_death(watched, now)
            elif watched.restart_at is not None and now >= watched.restart_at:
                watched.child = Child(watched.child.command, log=watched.child.log)
                watched.started_at, watched.restart_at = now, None

    def _note_death(self, watched: Watched, now: float) -> None:
        if now - watched.started_at > SETTLED_SECONDS:
            watched.pause = FIRST_PAUSE_SECONDS
        child = watched.child
        self._say(
            f"{child.command.name} ended with code {child.returncode} and starts again in {watched.pause:.0f} s. "
            f"The end of {child.log}:\n{child.log_tail()}"
        )
        watched.restart_at = now + watched.pause
        watched.pause = min(watched.pause * 2, LONGEST_PAUSE_SECONDS)

    def stop_all(self) -> None:
        """End everything in order: the portal's own processes at once, then what they needed, last started first."""
        own = [watched.child for watched in self._watched if not watched.serves_others]
        for child in own:
            child.request_stop()
        for child in own:
            child.stop()
        for watched in reversed(self._watched):
            watched.child.stop()
        self._watched.clear()

    def kill_all(self) -> None:
        """End everything at once."""
        for watched in self._watched:
            if watched.child.running:
                watched.child.kill()

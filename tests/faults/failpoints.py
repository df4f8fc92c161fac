"""A worker that dies at a named place: a fork in which a function ends the process before or after it is called."""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from django.db import connection

from ops import claims, jobs
from ops.reconciliation import end_lapsed_claims

DIED = 137
_inherited: list[Any] = []


@dataclass(frozen=True)
class Failpoint:
    """The ``nth`` call (from 1) of a function by its dotted name: the process ends before it or after it.

    Of a context manager, after means after its end.
    """

    function: str
    when: Literal["before", "after"]
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.when} {self.function}" + (f" #{self.nth}" if self.nth > 1 else "")

    def arm(self) -> None:
        """Put the end of the process into its place."""
        holder, name = _holder(self.function)
        original, calls = getattr(holder, name), [0]

        def is_due() -> bool:
            calls[0] += 1
            return calls[0] == self.nth

        def dying(*arguments: Any, **named: Any) -> Any:
            due = is_due()
            if due and self.when == "before":
                os._exit(DIED)
            outcome = original(*arguments, **named)
            if due:
                os._exit(DIED)
            return outcome

        @contextmanager
        def dying_after(*arguments: Any, **named: Any) -> Iterator[Any]:
            due = is_due()
            with original(*arguments, **named) as entered:
                yield entered
            if due:
                os._exit(DIED)

        is_manager = self.when == "after" and name == "finish"
        setattr(holder, name, dying_after if is_manager else dying)


def in_a_process_of_its_own(act: Callable[[], object]) -> tuple[int, int]:
    """Do something in a fork with a connection of its own; return its pid and its exit status.

    A status below zero is the signal that ended it; 1 an error.
    """
    pid = os.fork()
    if pid == 0:
        try:
            # Kept, and never closed: that would end the session of the process that has forked.
            _inherited.append(connection.connection)
            connection.connection = None
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    return pid, os.waitstatus_to_exitcode(status)


def work_and_die(point: Failpoint) -> None:
    """Do background work until the place is reached, and end what the dead process had claimed."""

    def work() -> None:
        point.arm()
        jobs.drain(skip_waits=True)

    pid, status = in_a_process_of_its_own(work)
    assert status == DIED, f"{point} was not reached: status {status}"
    bury(pid)


def bury(pid: int) -> None:
    """End what a dead process had claimed, as a supervisor does."""
    # Jobs done by hand are claimed under this name.
    claims.expire_process_leases("inline", pid)
    end_lapsed_claims()


def _holder(dotted: str) -> tuple[Any, str]:
    """Return the module or class that a function is looked up in, and its name there."""
    place, _, name = dotted.rpartition(".")
    try:
        return import_module(place), name
    except ModuleNotFoundError:
        module, _, owner = place.rpartition(".")
        return getattr(import_module(module), owner), name

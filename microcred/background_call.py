"""What is made in a thread of its own while this one goes on with something else."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

Made = TypeVar("Made")


class BackgroundCall(Generic[Made]):
    """What ``make`` returns or raises, under way from now on."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._made: Future[Made] = Future()
        self._thread = Thread(target=self._run, args=(make,), name="ahead")
        self._thread.start()

    def result(self) -> Made:
        """Wait for it; when this returns or raises the thread has ended, so that this process can be forked."""
        self._thread.join()
        return self._made.result()

    def _run(self, make: Callable[[], Made]) -> None:
        try:
            self._made.set_result(make())
        except BaseException as error:
            self._made.set_exception(error)

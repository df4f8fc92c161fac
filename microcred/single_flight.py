"""What is worked out once and kept, although many threads ask for it at the same moment.

The threads of a worker start cold together: without this each of them would work out the same for itself.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SingleFlightCache(Generic[Key, Value]):
    """The ``most`` values that were asked for last, by key.

    What one thread is working out, others wait for. Where it fails, they work it out themselves and wait for nobody
    any more: a provider that keeps silent must not be waited for by one after the other.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._under_way: dict[Key, threading.Event] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made by ``make`` where it is not kept; what that raises is raised."""
        return self.of([key], lambda _: [make()])[0]

    def of(self, keys: Sequence[Key], make: Callable[[list[Key]], Sequence[Value]]) -> list[Value]:
        """Return the values of several keys, in order; ``make`` makes those of the keys that it is given, at once."""
        found: dict[Key, Value] = {}
        waits = True
        while True:
            mine, others = self._share_out(keys, found, waits=waits)
            if mine:
                self._make(mine, make, found)
            elif not others:
                return [found[key] for key in keys]
            else:
                # Once is enough: after that, what is still missing has failed.
                waits = False
                for event in others:
                    event.wait()

    def _share_out(
        self, keys: Sequence[Key], found: dict[Key, Value], *, waits: bool
    ) -> tuple[list[Key], list[threading.Event]]:
        """Take what is kept; return what this thread is to make, and what others are making."""
        with self._lock:
            for key in keys:
                if key in self._values:
                    found[key] = self._values[key]
                    self._values.move_to_end(key)
            missing = [key for key in dict.fromkeys(keys) if key not in found]
            mine = [key for key in missing if not waits or key not in self._under_way]
            for key in mine:
                self._under_way.setdefault(key, threading.Event())
            return mine, [self._under_way[key] for key in missing if key not in mine]

    def _make(
        self, mine: list[Key], make: Callable[[list[Key]], Sequence[Value]], found: dict[Key, Value]
    ) -> None:
        made: Sequence[Value] = ()
        try:
            made = make(mine)
        finally:
            with self._lock:
                for key, value in zip(mine, made, strict=False):
                    found[key] = self._values[key] = value
                for key in mine:
                    event = self._under_way.pop(key, None)
                    if event is not None:
                        event.set()
                while len(self._values) > self._most:
                    self._values.popitem(last=False)

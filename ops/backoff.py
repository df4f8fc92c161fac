"""How long to wait before the next try."""

from collections.abc import Callable


def full_jitter(attempt: int, *, base: float, ceiling: float, random: Callable[[], float]) -> float:
    """Return the seconds to wait after failure number ``attempt`` (from 1).

    Uniform between 0 and ``base * 2 ** (attempt - 1)``, at most ``ceiling``: "full jitter" of Brooker,
    "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015). ``random`` returns a number in [0, 1).
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    # 2 ** 1023 is the largest power of two that a float holds.
    return random() * min(ceiling, base * 2.0 ** min(attempt - 1, 1000))

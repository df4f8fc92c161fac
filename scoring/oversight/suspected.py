"""Where in an answer stands what seems to speak to whoever scores it; for staff."""

from scoring.essays.injection import suspicions
from scoring.models import EssayScore
from scoring.oversight.sampling import INJECTION


def suspected_places(essay: EssayScore | None, answer: str) -> tuple[tuple[int, int], ...]:
    """Return start and end of each such stretch, joined where they overlap, in an essay whose score is flagged.

    There are none where nobody but a model noted it.
    """
    if essay is None or INJECTION not in essay.flags:
        return ()
    places: list[tuple[int, int]] = []
    for start, end in sorted((one.start, one.end) for one in suspicions(answer)):
        if places and start <= places[-1][1]:
            start, end = places[-1][0], max(end, places.pop()[1])
        places.append((start, end))
    return tuple(places)

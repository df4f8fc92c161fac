"""Working scores and profile out again from what is stored, with no network and no model.

A *trace* names the rows that counted for one question when a result was made, and the calls to a model behind them.
Replaying it calculates anew what can be calculated: rule scores from key and answer, essay scores from what the model
said, the profile from both.
"""

import uuid
from collections.abc import Mapping, Sequence

from scoring.calls.writer import Writer as Writer
from scoring.calls.writer import writer_of as writer_of
from scoring.queries import QuestionResult
from scoring.replay.calls import StoredCall as StoredCall
from scoring.replay.calls import is_owner_erased as is_owner_erased
from scoring.replay.calls import stored_calls as stored_calls
from scoring.replay.closed import replay_rule
from scoring.replay.differences import Difference as Difference
from scoring.replay.differences import Kind as Kind
from scoring.replay.differences import compare as compare
from scoring.replay.essays import replay_essay
from scoring.replay.essays import task_of as task_of
from scoring.replay.profiles import PROFILE_EDITION as PROFILE_EDITION
from scoring.replay.profiles import profile_again as profile_again
from scoring.replay.profiles import replay_profile as replay_profile
from scoring.replay.reading import Reading
from scoring.replay.scorers import scorer_behind as scorer_behind
from scoring.replay.traces import CallTrace as CallTrace
from scoring.replay.traces import Trace as Trace
from scoring.replay.traces import traced_results as traced_results


def replay_score(
    result: QuestionResult, trace: Trace, *, calls: Mapping[uuid.UUID, StoredCall], writer: Writer
) -> list[Difference]:
    """Return what comes out otherwise when the score of one question is worked out again."""
    if result.override is not None or result.essay_score is None:
        return replay_rule(result)
    return replay_essay(result, _readings(trace, calls), writer=writer)


def _readings(trace: Trace, calls: Mapping[uuid.UUID, StoredCall]) -> Sequence[Reading]:
    """The readings behind an essay's score; none where there were none, or one of them is erased."""
    found = [(calls.get(one.call_id), one.label) for one in trace.calls]
    kept = [
        Reading(call, label) for call, label in found if call and not call.is_erased and label in call.sent
    ]
    return kept if len(kept) == len(trace.calls) else []

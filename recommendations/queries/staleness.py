"""How the things that a run rests on stand, and which of them have moved since."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalog import queries as catalog
from microcred.db import in_this_database
from microcred.pipelining import PipelinedQuery, Statement
from recommendations.chain import digest
from recommendations.queries.embeddings import newest_vector
from recommendations.queries.indexes import PASSAGES_MARK

CATALOG: Final = "catalog"
RUBRIC: Final = "rubric"
EMBEDDINGS: Final = "embeddings"
# What the student says that they hold, or is known to have completed.
HELD: Final = "held"
# Of a list that a person overrode: another has been worked out since.
RUN: Final = "run"
_MARKS: Final = Statement(f"""
SELECT ({catalog.CATALOG_MARK}), ({PASSAGES_MARK}), ARRAY(
  SELECT ARRAY[s.question_id::text, coalesce((
           SELECT v.id::text FROM question_versions v WHERE v.question_id = s.question_id
            ORDER BY v.published_at DESC, v.id DESC LIMIT 1), '')]
    FROM assessment_question_snapshots s WHERE s.assessment_id = %(assessment_id)s ORDER BY s.question_id),
  ARRAY(
  SELECT c.credential_id::text FROM credential_claims c JOIN assessments a USING (user_id)
   WHERE a.id = %(assessment_id)s AND c.decision <> 'refused'
   UNION
  SELECT l.credential_id::text FROM learner_credentials l JOIN assessments a USING (user_id)
   WHERE a.id = %(assessment_id)s AND l.status = 'completed'
   ORDER BY 1)
""")  # noqa: S608 - marks of our own


@dataclass(frozen=True, slots=True)
class DependencyVersions:
    """What is another text after every change of what a run rests on, as of one moment: the versions of the catalog
    (`catalog.catalog_version`) and of passages (`passages_version`), and hashes of the newest versions of the questions
    that were asked and of what the student holds. What they have only taken up is left aside: who accepts a
    recommendation does not make it stale."""

    catalog: str
    passages: str
    questions: str
    held: str


def dependency_versions(assessment_id: uuid.UUID) -> DependencyVersions:
    """Return the marks of what an assessment's run would rest on; one statement, no contents are read."""
    ((of_catalog, of_passages, asked, held),) = _MARKS.rows(assessment_id=assessment_id)
    return DependencyVersions(
        in_this_database(of_catalog), in_this_database(of_passages), digest(asked), digest(held)
    )


def marks_read(assessment_id: uuid.UUID) -> PipelinedQuery[Any]:
    """Return what `dependency_versions` asks, to be pipelined with others."""
    return _MARKS.read(assessment_id=assessment_id)


def dependency_fingerprints(role_id: uuid.UUID, marks: DependencyVersions) -> dict[str, str]:
    """Return a short text for each thing that a run rests on; it is another once the thing has moved.

    The rubric's stands for the newest versions of the questions that were asked, their keys and rubrics. Ids of
    vectors rise with time, so the newest stands for all; one that goes takes its document's hash along.
    """
    return {
        CATALOG: catalog.catalog_fingerprint(role_id, marks.catalog),
        RUBRIC: marks.questions,
        EMBEDDINGS: newest_vector(marks.passages),
        HELD: marks.held,
    }


def stale_dependencies(
    parameters: Mapping[str, Any], *, role_id: uuid.UUID, marks: DependencyVersions
) -> list[str]:
    """Return what has moved since a run with these stored parameters; nothing for runs that did not note it."""
    then: Mapping[str, str] = parameters.get("standing", {})
    if not then:
        return []
    now = dependency_fingerprints(role_id, marks)
    return [name for name, stood in then.items() if now.get(name) != stood]

"""Items to practise with, written and proposed, what was given to whom, what they have reached, reported, and what
their advisors made of it."""

from practice.models.drafts import PracticeDraft as PracticeDraft
from practice.models.items import CLOSED as CLOSED
from practice.models.items import PracticeItem as PracticeItem
from practice.models.overrides import PracticeOverride as PracticeOverride
from practice.models.practising import MOST_SKILLS as MOST_SKILLS
from practice.models.practising import PracticeAnswer as PracticeAnswer
from practice.models.practising import PracticeAssignment as PracticeAssignment
from practice.models.practising import PracticeGoal as PracticeGoal
from practice.models.practising import PracticeGoalSkill as PracticeGoalSkill
from practice.models.practising import SkillRating as SkillRating
from practice.models.reports import PracticeReport as PracticeReport
from practice.models.steps import CompletedStep as CompletedStep
from practice.models.teaching import TaughtSkill as TaughtSkill

"""Reading practice: what is given to whom next, and what has been reached."""

from practice.queries.giving import AssignmentMissing as AssignmentMissing
from practice.queries.giving import NothingToPractise as NothingToPractise
from practice.queries.giving import aged as aged
from practice.queries.giving import get_visible as get_visible
from practice.queries.giving import item as item
from practice.queries.giving import open_assignment as open_assignment
from practice.queries.giving import reads as reads
from practice.queries.giving import rested as rested
from practice.queries.giving import resting as resting
from practice.queries.giving import skill_to_practise as skill_to_practise
from practice.queries.giving import standing as standing
from practice.queries.giving import visible_to as visible_to
from practice.queries.goals import GoalMissing as GoalMissing
from practice.queries.goals import own_goal as own_goal
from practice.queries.goals import own_goals as own_goals
from practice.queries.progress import Progress as Progress
from practice.queries.progress import SkillProgress as SkillProgress
from practice.queries.progress import StudentMissing as StudentMissing
from practice.queries.progress import practised_skills as practised_skills
from practice.queries.progress import progress_of as progress_of
from practice.queries.progress import streak as streak

"""Giving out items, taking answers, setting goals, steering both, following sessions, and writing items."""

from practice.services.answering import AnswerRefused as AnswerRefused
from practice.services.answering import AssignmentOver as AssignmentOver
from practice.services.answering import NoHintLeft as NoHintLeft
from practice.services.answering import Outcome as Outcome
from practice.services.answering import answer as answer
from practice.services.answering import give_up as give_up
from practice.services.answering import show_hint as show_hint
from practice.services.assigning import assign as assign
from practice.services.goals import GoalChangedMeanwhile as GoalChangedMeanwhile
from practice.services.goals import GoalInvalid as GoalInvalid
from practice.services.goals import GoalsFull as GoalsFull
from practice.services.goals import change_goal as change_goal
from practice.services.goals import delete_goal as delete_goal
from practice.services.goals import set_goal as set_goal
from practice.services.items import ItemInvalid as ItemInvalid
from practice.services.items import ItemMade as ItemMade
from practice.services.items import change_item as change_item
from practice.services.items import content_of as content_of
from practice.services.items import create_item as create_item
from practice.services.items import set_item_active as set_item_active
from practice.services.overriding import NothingToOverride as NothingToOverride
from practice.services.overriding import override_goal as override_goal
from practice.services.overriding import set_level as set_level
from practice.services.teaching import forget_session as forget_session
from practice.services.teaching import note_session as note_session

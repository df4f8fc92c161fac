"""Knowing tutoring systems, taking down what they tell, and keeping what that comes to."""

from tutoring.services.correcting import LONGEST_NARRATIVE as LONGEST_NARRATIVE
from tutoring.services.correcting import LONGEST_STEP as LONGEST_STEP
from tutoring.services.correcting import MOST_NAMED as MOST_NAMED
from tutoring.services.correcting import CorrectedMeanwhile as CorrectedMeanwhile
from tutoring.services.correcting import NothingToCorrect as NothingToCorrect
from tutoring.services.correcting import SkillUnknown as SkillUnknown
from tutoring.services.correcting import Words as Words
from tutoring.services.correcting import correct as correct
from tutoring.services.correcting import withdraw as withdraw
from tutoring.services.keeping import fail as fail
from tutoring.services.keeping import keep as keep
from tutoring.services.keeping import keep_transcript as keep_transcript
from tutoring.services.planning import plan_step as plan_step
from tutoring.services.receiving import Message as Message
from tutoring.services.receiving import OtherMessage as OtherMessage
from tutoring.services.receiving import Session as Session
from tutoring.services.receiving import StudentUnknown as StudentUnknown
from tutoring.services.receiving import ensure_summarising as ensure_summarising
from tutoring.services.receiving import receive as receive
from tutoring.services.sources import SourceInvalid as SourceInvalid
from tutoring.services.sources import SourceKnown as SourceKnown
from tutoring.services.sources import add_source as add_source
from tutoring.services.sources import rename_source as rename_source
from tutoring.services.sources import rotate as rotate
from tutoring.services.sources import set_active as set_active

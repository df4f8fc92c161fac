"""Telling students what stands open for them, and what they make of it."""

from nudges.services.dispatch import dispatch_due as dispatch_due
from nudges.services.dispatch import due as due
from nudges.services.dispatch import enlist as enlist
from nudges.services.engagement import click_in_letter as click_in_letter
from nudges.services.engagement import click_nudge as click_nudge
from nudges.services.engagement import open_nudge as open_nudge
from nudges.services.engagement import plan_nudge as plan_nudge
from nudges.services.posting import note_letter as note_letter
from nudges.services.preferring import PreferencesChangedMeanwhile as PreferencesChangedMeanwhile
from nudges.services.preferring import prefer as prefer
from nudges.services.preferring import preference_of as preference_of
from nudges.services.preferring import stop as stop
from nudges.services.telling import tell as tell

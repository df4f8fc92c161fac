"""What students send about their results: what they think of a credential, why a level or a score is wrong."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django import forms

from companion.student.result_words import ACCEPTANCES
from companion.student.text_fields import MultilineField
from recommendations.enums import Acceptance
from recommendations.services import LONGEST_COMMENT
from scoring.oversight import LONGEST_MESSAGE, LONGEST_REASON

# More than any thread has.
MOST_MESSAGES: Final = 100_000
RELEVANCE: Final = [
    (5, "5 – just right"),
    (4, "4 – good"),
    (3, "3 – so-so"),
    (2, "2 – hardly"),
    (1, "1 – not at all"),
]


def _text(label: str, longest: int, missing: str, help_text: str = "") -> MultilineField:
    return MultilineField(
        label=label, max_length=longest, error_messages={"required": missing}, help_text=help_text
    )


class ContestForm(forms.Form):
    """Why a level is wrong."""

    reason = _text(
        "Why is this level wrong?",
        LONGEST_REASON,
        "Say why you think that the level is wrong.",
        "A person reads this and checks the level.",
    )


class AppealForm(forms.Form):
    """Why a score is wrong; of an essay, which criterion is meant."""

    question_id = forms.UUIDField(widget=forms.HiddenInput)
    criterion = forms.ChoiceField(label="Which part of the scoring do you mean?", required=False)
    statement = _text(
        "Why is the score wrong?",
        LONGEST_MESSAGE,
        "Say why you think that the score is wrong.",
        "Somebody who had no part in the score reads this and decides.",
    )

    def __init__(self, data: Any = None, *, criteria: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not criteria:
            del self.fields["criterion"]
            return
        criterion: Any = self.fields["criterion"]
        criterion.required = True
        asked = [("", "Choose one")] if len(criteria) > 1 else []
        criterion.choices = [*asked, *((name, name) for name in criteria)]
        criterion.error_messages |= {
            "required": "Choose the part of the scoring that you mean.",
            "invalid_choice": "An appeal about this part cannot be made any more. Choose another.",
        }


class FeedbackForm(forms.Form):
    """What the student thinks of a recommended credential, or without one of the whole list.

    ``version`` is what was said when the page was shown, so that a form sent twice says it once.
    """

    credential_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    relevance = forms.TypedChoiceField(
        label="How well does it fit you?",
        choices=RELEVANCE,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a number from 1 to 5."},
    )
    acceptance = forms.ChoiceField(
        label="What do you want to do?",
        choices=[(value, ACCEPTANCES[value].text) for value in Acceptance],
        initial=Acceptance.PENDING.value,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you want to do."},
    )
    comments = MultilineField(
        label="Anything to add? (you need not)",
        rows=3,
        required=False,
        max_length=LONGEST_COMMENT,
        help_text="Your advisors can read this.",
    )

    def about(self) -> uuid.UUID | None:
        """Return the credential that is meant, None for the whole list."""
        meant: uuid.UUID | None = self.cleaned_data["credential_id"]
        return meant


class MessageForm(forms.Form):
    """Something to add to the thread of an appeal; ``seen`` is how many messages the writer had before them."""

    seen = forms.IntegerField(min_value=0, max_value=MOST_MESSAGES, required=False, widget=forms.HiddenInput)
    text = _text("Write to whoever decides", LONGEST_MESSAGE, "Write something first.")

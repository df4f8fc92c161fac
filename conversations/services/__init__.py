"""Asking, keeping what was answered, escalating, and what is said in threads."""

from conversations.models import LONGEST_QUESTION as LONGEST_QUESTION
from conversations.models import LONGEST_REPLY as LONGEST_REPLY
from conversations.services.asking import ask as ask
from conversations.services.asking import ensure_answering as ensure_answering
from conversations.services.escalating import AlreadyEscalated as AlreadyEscalated
from conversations.services.escalating import NotAnswered as NotAnswered
from conversations.services.escalating import NothingToReply as NothingToReply
from conversations.services.escalating import escalate as escalate
from conversations.services.escalating import reply as reply
from conversations.services.keeping import keep as keep
from conversations.services.threads import MessageInvalid as MessageInvalid
from conversations.services.threads import ThreadMoved as ThreadMoved
from conversations.services.threads import close as close
from conversations.services.threads import mark_read as mark_read
from conversations.services.threads import write as write

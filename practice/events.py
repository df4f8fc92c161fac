"""What practice announces; each signal is sent inside the transaction that made it true."""

from django.dispatch import Signal

#: An assignment is over, solved or given up. Arguments: user_id, skill_key.
practice_completed = Signal()

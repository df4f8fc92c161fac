"""What the planner announces; each signal is sent inside the transaction that made it true."""

from django.dispatch import Signal

#: A task was ticked off, be it for the second time. Arguments: user_id, source, reference, completed_at.
task_completed = Signal()

"""Three task queues that do the same job: ours, django-q2 as it comes, and RQ."""

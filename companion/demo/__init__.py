"""A believable institution to try the product in: people, past learners, and one student's assessment."""

"""Essays: a rubric and an answer in, one verdict per criterion with its evidence out."""

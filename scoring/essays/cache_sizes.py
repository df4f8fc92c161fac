"""How much a process remembers of answers that were looked at, in number."""

from typing import Final

# Up to 32 assessments are under way in a process, nearly all of them waiting for a model, and each is gone through
# again when that has answered: two essays or three, as they are and in bare words, and what is read across their seam.
ANSWERS: Final = 256

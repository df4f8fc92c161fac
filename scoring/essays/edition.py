"""Which edition of this package read an answer: the same reply may be read otherwise by another one."""

from pathlib import Path
from typing import Final

from microcred.code_editions import edition

EDITION: Final = edition([Path(__file__).parent])

"""What skills are called outside: in O*NET and in ESCO.

O*NET names the elements of its content model by their place in it (``2.A.1.c`` is Writing), technologies by the
eight digits of a UNSPSC commodity, and occupations by an O*NET-SOC code (``15-2051.00``). ESCO names a skill by a URI
that ends in a UUID, and a group of skills by one that ends in its code (``S4.8.1``).

Sources: O*NET 29.3 Content Model and Technology Skills, https://www.onetcenter.org/content.html; ESCO 1.2,
https://esco.ec.europa.eu/en/use-esco/download.
"""

import re
from typing import Final

from django.core.validators import RegexValidator

# Both are read by Python and by PostgreSQL alike, and as JSON Schema: nothing in them means different things there.
ONET_PATTERN: Final = (
    r"^([1-6]\.[A-Z](\.[0-9]+(\.[a-z](\.[0-9]+)?)?)?|[0-9]{8}|[0-9]{2}-[0-9]{4}(\.[0-9]{2})?)$"
)
ESCO_PATTERN: Final = (
    r"^http://data\.europa\.eu/esco/skill/"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[AKLST][0-9]+(\.[0-9]+)*)$"
)

ONET_CREDIT: Final = (
    "Includes information from the O*NET Database by the U.S. Department of Labor, Employment and Training "
    "Administration (USDOL/ETA), used under the CC BY 4.0 licence. O*NET® is a trademark of USDOL/ETA."
)
ESCO_CREDIT: Final = "Uses the ESCO classification of the European Commission."

is_onet_id = RegexValidator(
    ONET_PATTERN, "Give an O*NET element (2.A.1.c), commodity (43232304) or O*NET-SOC code (15-2051.00)."
)
is_esco_uri = RegexValidator(
    ESCO_PATTERN, "Give the address of an ESCO skill: http://data.europa.eu/esco/skill/ and its UUID or code."
)


def is_storable(field: str, outside_id: str) -> bool:
    """Whether a skill may have that id in its column ``onet_id`` or ``esco_uri``."""
    pattern = {"onet_id": ONET_PATTERN, "esco_uri": ESCO_PATTERN}[field]
    return re.search(pattern, outside_id) is not None

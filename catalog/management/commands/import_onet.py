"""Makes roles from occupations of the O*NET database."""

from catalog.importing.frameworks.framework import Framework
from catalog.importing.frameworks.onet import Onet
from catalog.importing.frameworks.tables import Tables
from catalog.management.framework_command import FrameworkCommand


class Command(FrameworkCommand):
    """``manage.py import_onet``."""

    help = (
        "Make a role of an occupation in the O*NET database, with its most important skills. Reads the text release as "
        "it was downloaded (db_NN_N_text.zip), or its folder. Reading the same again makes nothing."
    )
    codes = "its O*NET-SOC code (15-2051.00)"

    def opened(self, tables: Tables) -> Framework:
        """Return the release of the O*NET database."""
        return Onet(tables)

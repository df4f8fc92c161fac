"""Tells whose release a file is."""

from catalog.importing.frameworks.esco import Esco
from catalog.importing.frameworks.framework import Framework, FrameworkInvalid
from catalog.importing.frameworks.onet import Onet, is_onet
from catalog.importing.frameworks.tables import Tables


def opened(tables: Tables) -> Framework:
    """Return the framework whose tables these are.

    Raises:
        FrameworkInvalid: when they are of neither.
    """
    if is_onet(tables):
        return Onet(tables)
    if not any(name.lower().endswith(".csv") for name in tables.names()):
        raise FrameworkInvalid(
            f"{tables.label} is neither a text release of the O*NET database (db_NN_N_text.zip) nor the CSV download "
            "of ESCO."
        )
    return Esco(tables)

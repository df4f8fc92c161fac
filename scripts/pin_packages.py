"""Write constraints.txt: every package that requirements.txt brings, with the version that is installed here.

``--check`` writes nothing and fails where the file says something else. Run it in the environment of
``make install`` after a change of requirements.txt; what another system brings beside that is in the bill of
materials of ``make sbom``.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# Every package that requirements.txt brings, directly or not, with the version that was tested.
# Written by scripts/pin_packages.py; make check compares it with what is installed.
"""


def direct() -> Iterator[Requirement]:
    """Read requirements.txt."""
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        wanted = line.partition("#")[0].strip()
        if wanted:
            yield Requirement(wanted)


def installed() -> dict[str, str]:
    """Return name and version of all that the requirements bring on this system."""
    versions: dict[str, str] = {}
    waiting = [(one, extra) for one in direct() for extra in ("", *one.extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted, extra = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        found = distribution(name)
        versions[name] = Version(found.version).public
        for text in found.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(needed, one) for one in ("", *needed.extras)]
    return versions


def main() -> int:
    """Write the file, or say how it differs."""
    path = ROOT / "constraints.txt"
    try:
        fresh = HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(installed().items()))
    except PackageNotFoundError as missing:
        print(f"{missing.name} is not installed: run make install first.", file=sys.stderr)
        return 1
    if "--check" not in sys.argv[1:]:
        path.write_text(fresh, "utf-8")
        return 0
    if path.read_text("utf-8") != fresh:
        print("constraints.txt is out of date: run scripts/pin_packages.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

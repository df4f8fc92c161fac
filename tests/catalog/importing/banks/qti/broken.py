"""Files in XML, broken by pieces of others of their folder."""

from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy


def broken_files(folder: Path) -> SearchStrategy[bytes]:
    """Files of a folder in which up to six tags are replaced, or preceded, by tags of any of them."""
    texts = [path.read_text(errors="replace") for path in sorted(folder.glob("*.xml"))]
    pieces = sorted({part for text in texts for part in text.split(">")})
    changes = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(pieces), st.booleans()), max_size=6)
    return st.builds(_broken, st.sampled_from(texts), changes)


def _broken(text: str, changes: list[tuple[float, str, bool]]) -> bytes:
    parts = text.split(">")
    for where, piece, replaces in changes:
        at = int(where * (len(parts) - 1))
        parts[at : at + replaces] = [piece]
    return ">".join(parts).encode()

"""What a catalog's languages are called."""

import pytest

from catalog.languages import other_language


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en", ""),
        ("en-GB", ""),
        ("", ""),
        ("de", "German"),
        ("pt-BR", "Brazilian Portuguese"),
        ("de-CH", "German"),
        ("Plattdüütsch", "Plattdüütsch"),
    ],
)
def test_one_that_is_not_english_has_a_name(code: str, name: str) -> None:
    assert other_language(code) == name

"""Giving what is sealed in the database another key, while what the former one sealed is still opened."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from microcred import sealing
from ops import audit


@dataclass(frozen=True)
class Resealed:
    """What became of one table: how many got the present key, had it before, and can be opened by no key."""

    table: str
    changed: int
    kept: int
    lost: int


def reseal() -> Iterator[Resealed]:
    """Seal with WEBHOOK_ENCRYPTION_KEY what a former key sealed, table by table; doing so twice changes nothing."""
    for model, (column, named) in settings.SEALED.items():
        yield _of_table(model, column, import_string(named))


@transaction.atomic
def _of_table(model: str, column: str, purpose: str) -> Resealed:
    rows = apps.get_model(model)._base_manager.select_for_update().order_by("pk")
    changed = kept = lost = 0
    for pk, sealed in rows.values_list("pk", column):
        try:
            again = _with_present_key(sealed, purpose)
        except sealing.SealBroken:
            lost += 1
            continue
        if again == sealed:
            kept += 1
            continue
        rows.filter(pk=pk).update(**{column: again})
        changed += 1
    if changed:
        audit.record(
            by=None, action="secrets.resealed", resource_type=model[:32], resource_id=None,
            metadata={"rows": changed},
        )  # fmt: skip
    return Resealed(model, changed, kept, lost)


def _with_present_key(sealed: str, purpose: str) -> str:
    """Return what is to be stored; the same text if it has the present key and the present way of sealing."""
    key = settings.WEBHOOK_ENCRYPTION_KEY
    if sealed.startswith(sealing.MARK):
        try:
            sealing.unseal(sealed, key=key, purpose=purpose)
        except sealing.SealBroken:
            pass
        else:
            return sealed
    secret = sealing.unseal(sealed, key=key, former=settings.WEBHOOK_DECRYPTION_KEYS, purpose=purpose)
    return sealing.seal(secret, key=key, purpose=purpose)

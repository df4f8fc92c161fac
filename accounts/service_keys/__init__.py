"""Keys of programs: ``mc_<environment>_<id>_<secret>_<checksum>`` in the header ``X-API-Key``.

A view that programs may call names :class:`ServiceKeyAuthentication` among its authentication classes, or is a
:class:`PersonOrProgramView` where people may call it too, and has a subclass of :class:`RequiresScope` as its
permission, there of :class:`PeopleOrScope`. Every other view refuses keys, since it does not read them.
``request.user`` is then a :class:`KeyHolder`: the ``by`` of services, the owner of what it makes (by ``pk``), an actor
of the audit trail.
"""

from accounts.enums import Scope
from accounts.service_keys.authentication import (
    IsService,
    PeopleOrScope,
    PersonOrProgramView,
    RequiresScope,
    ServiceKeyAuthentication,
    key_holder,
    person_or_program,
)
from accounts.service_keys.issuing import (
    KeyInvalid,
    KeyRevoked,
    TwoSecretsLive,
    create,
    revoke,
    rotate,
)
from accounts.service_keys.verification import KeyHolder, KeyRefused, holder_of

__all__ = [
    "IsService",
    "KeyHolder",
    "KeyInvalid",
    "KeyRefused",
    "KeyRevoked",
    "PeopleOrScope",
    "PersonOrProgramView",
    "RequiresScope",
    "Scope",
    "ServiceKeyAuthentication",
    "TwoSecretsLive",
    "create",
    "holder_of",
    "key_holder",
    "person_or_program",
    "revoke",
    "rotate",
]

"""Settings: logging in through the institution (OpenID Connect), which nobody does unless OIDC_ISSUER is set."""

from microcred import env

# As the provider writes it in its tokens, to the last slash.
OIDC_ISSUER = env.address("OIDC_ISSUER", ("https", "http"))
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
# What the button says after "Sign in with".
OIDC_NAME = env.text("OIDC_NAME", "your institution")
OIDC_SCOPES = env.names("OIDC_SCOPES", ["openid", "email", "profile"])
# The claim that says that an address is the person's; what else has one than "email_verified" is Entra ID.
OIDC_VERIFIED_CLAIM = env.text("OIDC_VERIFIED_CLAIM", "email_verified")
# Values of acr or amr that mean that the provider has asked for a second factor; without any, ours is asked for.
OIDC_SECOND_FACTOR = env.names("OIDC_SECOND_FACTOR", [])
# Domains of verified addresses whose owners, unknown so far, are made students at their first log-in.
OIDC_STUDENT_DOMAINS = [domain.lower() for domain in env.names("OIDC_STUDENT_DOMAINS", [])]
# Addresses of front ends to which the provider leads back, and which redeem codes over the API.
OIDC_APP_ADDRESSES = env.names("OIDC_APP_ADDRESSES", [])

# The second names the sessions that were begun through the institution, the third those begun from a course.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "accounts.institution.backend.InstitutionBackend",
    "partners.lti.backend.CourseBackend",
]

"""Where webhooks may go."""

from django.conf import settings
from django.http.request import validate_host

from microcred.outbound_addresses import ParsedURL, UrlRefused, parse_url


def read_destination(url: str) -> ParsedURL:
    """Take the URL of an endpoint apart.

    Raises:
        UrlRefused: if nothing is sent there: nothing ever, or not while WEBHOOK_HOSTS does not name its host.
    """
    place = parse_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES)
    if settings.WEBHOOK_HOSTS and not validate_host(place.host, settings.WEBHOOK_HOSTS):
        raise UrlRefused("The URL does not lead to one of the hosts that webhooks may be sent to here.")
    return place

"""Exit with status 0 when the web server on this machine is alive; the image's health check runs this."""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4


def main() -> int:
    """Ask /health under the first name in ALLOWED_HOSTS, for the server answers to no other."""
    hosts = [host.strip().lstrip(".") for host in os.environ.get("ALLOWED_HOSTS", "").split(",")]
    host = next((host for host in hosts if host and host != "*"), "localhost")
    port = os.environ.get("PORT", "").strip() or "8000"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health", headers={"Host": host})
    # The machine's proxy settings are for the outside world.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as response:
            return 0 if response.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        print(f"/health did not answer: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

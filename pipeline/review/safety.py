"""Who may speak to the desk: one browser on this machine, that was opened with the start address.

The desk listens on 127.0.0.1 alone. In order, every request must name this host (else a foreign name could be made to
point here), carry the cookie that the start address gives (its token is random for each start), and, if it changes
anything, come from the desk's own pages (Origin) with the token of its forms. Every answer says what it may load: its own
script, style and pictures, and nothing else.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

COOKIE = "pledgebook_desk"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Gate:
    """Lets requests in or says why not.

    Args:
        port: the desk's port.
    """

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(32)
        self.form = secrets.token_urlsafe(32)
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    def wrong_host(self, host: str) -> bool:
        """Whether a request means another host than this one."""
        return host.lower() not in self.hosts

    def opens(self, token: str) -> bool:
        """Whether a start address has the right token."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is the one that the start address gave."""
        return hmac.compare_digest(cookie.encode(), self.session.encode())

    def refuses_change(self, headers: Mapping[str, str], form_token: str) -> str:
        """Why a request may not change anything; empty if it may."""
        origin = headers.get("Origin", "")
        if origin.lower() not in {f"http://{host}" for host in self.hosts}:
            return "it does not come from the desk's own page"
        if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return "it comes from another site"
        if not hmac.compare_digest(form_token.encode(), self.form.encode()):
            return "its form token is missing or old; load the page again"
        return ""

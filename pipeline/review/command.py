"""``pledgebook review``: opens the desk on this machine and serves it until it is stopped."""

from __future__ import annotations

import contextlib
import getpass
import re
import socket
import sys
from pathlib import Path

from pipeline.config import ROOT, Config
from pipeline.export.reviews import ReviewError
from pipeline.review.app import create
from pipeline.review.desk import Desk
from pipeline.review.log import Log, check_name
from pipeline.review.safety import Gate
from pipeline.sources import InputError

ADDRESS = "127.0.0.1"
THREADS = 4
ANYBODY = "reviewer"


def user_name() -> str:
    """The name of who is logged in, as far as it can be a reviewer's name."""
    with contextlib.suppress(Exception):
        # getuser raises ImportError, KeyError or OSError, by system and version, where there is no name.
        return check_name(re.sub(r"[^\w.-]+", "-", getpass.getuser()).strip("-._")[:40])
    return ANYBODY


def serve(output: Path, config: Config, reviewer: str = "") -> int:
    """Serves the review page of a run until it is stopped.

    Args:
        output: the run's folder.
        config: the configuration; ``review.folder`` and ``review.port`` count.
        reviewer: who decides, until a browser says another name; who is logged in if empty.

    Raises:
        InputError: if there is no run, or the port is taken. ReviewError: if a line of the log is no decision.
    """
    import waitress

    desk = Desk(output, Log(ROOT / config.review.folder))
    desk.refresh()
    door = _open(config.review.port)
    port = door.getsockname()[1]
    gate = Gate(port)
    app = create(desk, gate, check_name(reviewer) if reviewer else user_name())
    server = waitress.create_server(
        app, sockets=[door], threads=THREADS, clear_untrusted_proxy_headers=True, ident=None
    )
    print(f"http://{ADDRESS}:{port}/start?token={gate.token}", flush=True)
    print(
        f"{len(desk.items)} statements on the desk; decisions go to {desk.log.folder}. Stop with Ctrl+C.",
        file=sys.stderr,
    )
    if desk.unplaced:
        print(f"{len(desk.unplaced)} decisions have no place in this run; the desk lists them", file=sys.stderr)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    return 0


def _open(port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        # On Windows this option would let another program take the port over.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((ADDRESS, port))
    except OSError as error:
        door.close()
        raise InputError(
            f"port {port} on {ADDRESS} cannot be opened ({error.strerror or error}); choose another with --port, 0 for any"
        ) from None
    return door


__all__ = ["ReviewError", "serve"]

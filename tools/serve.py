"""Serve a folder on this machine: `python tools/serve.py _build/html 8000`."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Two servers at one port would take turns, without a word."""

    allow_reuse_port = False
    daemon_threads = True


def main(folder: str, port: str) -> int:
    """Serve until Ctrl-C; returns the exit status."""
    if not (port.isdecimal() and 1 <= int(port) <= 65535):
        print(f"PORT is {port!r}; it has to be a number from 1 to 65535: make serve PORT=8000")
        return 2
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    try:
        server = Server(("127.0.0.1", int(port)), handler)
    except OSError as error:
        print(f"Port {port} cannot be used ({error.strerror}). Try another: make serve PORT=8001")
        return 1
    print(f"The book is at http://localhost:{port}/ (Ctrl-C stops)", flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

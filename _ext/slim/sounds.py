"""Take sound out of the page into files, which are fetched when the reader asks for them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from pathlib import Path

from bs4 import BeautifulSoup

DATA = re.compile(
    r"data:audio/(?P<kind>mpeg|mp3|ogg|wav|x-wav|flac)(?:;[^,]*)?;base64,(?P<data>.+)", re.S
)
ENDING = {"mpeg": "mp3", "x-wav": "wav"}


def treat(soup: BeautifulSoup, page: Path, out: Path) -> None:
    """Write each embedded sound to `_sounds/`, and let its player name the file."""
    for player in soup.select("audio[src^='data:'], audio > source[src^='data:']"):
        found = DATA.match(player["src"])
        if found is None:
            continue
        try:
            sound = base64.b64decode(found["data"], validate=False)
        except binascii.Error:
            continue
        digest, kind = hashlib.sha256(sound).hexdigest()[:16], found["kind"]
        name = f"{digest}.{ENDING.get(kind, kind)}"
        (out / "_sounds").mkdir(exist_ok=True)
        (out / "_sounds" / name).write_bytes(sound)
        up = "../" * (len(page.relative_to(out).parts) - 1)
        player["src"] = f"{up}_sounds/{name}"
        (player if player.name == "audio" else player.parent)["preload"] = "none"

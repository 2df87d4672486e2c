"""Compare tests/colab-requirements.txt with what Colab has installed now (`--write`: update it).

Colab publishes its package list in the repository googlecolab/backend-info.
"""

from __future__ import annotations

import datetime
import re
import sys
import urllib.request
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "tests" / "colab-requirements.txt"
LIST = "https://raw.githubusercontent.com/googlecolab/backend-info/main/pip-freeze.txt"


def versions(text: str) -> dict[str, str]:
    """Package → version of the lines `name==version`."""
    return {
        name.lower().replace("_", "-"): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)$", text, re.M)
    }


def updated(ours: str, colab: str, today: str) -> str:
    """Our list with Colab's versions; a package that Colab no longer has keeps its pin."""
    theirs = versions(colab)
    theirs["tensorflow-cpu"] = theirs.get("tensorflow", "").split("+")[0]

    def pin(match: re.Match) -> str:
        version = theirs.get(match[1].lower().replace("_", "-"))
        return f"{match[1]}=={version}" if version else match[0]

    text = re.sub(r"^([\w.-]+)==\S+$", pin, ours, flags=re.M)
    if text == ours:
        return ours
    return re.sub(r"of\n# \d{4}-\d\d-\d\d", f"of\n# {today}", text, count=1)


def main(write: bool) -> int:
    """Returns 0 if our list is Colab's or has been brought up to date."""
    try:
        with urllib.request.urlopen(LIST, timeout=30) as answer:
            colab = answer.read().decode()
    except OSError as error:
        print(f"Colab's list could not be read ({error}). Try again with a network.")
        return 2
    ours = FILE.read_text(encoding="utf-8")
    text = updated(ours, colab, datetime.date.today().isoformat())
    if text == ours:
        print("tests/colab-requirements.txt is up to date")
        return 0
    what = "now follows" if write else "is old"
    print(f"Colab has moved on; tests/colab-requirements.txt {what}")
    if write:
        FILE.write_text(text, encoding="utf-8")
    return 0 if write else 1


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))

"""Point the book at another repository: `python tools/set_repository.py owner/name`.

Rewrites the address in _config.yml, then wherever that address is repeated: the notebooks'
set-up cells, the citation file, the README.
"""

import re
import sys

from setup_cell import ROOT, release, repository


def main(names: list[str]) -> int:
    """Rewrite the address; returns the exit status."""
    if len(names) != 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", names[0]):
        print("Name the repository as owner/name: make address REPO=owner/name")
        return 2
    old, new = repository(), f"https://github.com/{names[0]}"
    slug = old.removeprefix("https://github.com/")
    files = [ROOT / "_config.yml", *ROOT.glob("*.md"), ROOT / "CITATION.cff"]
    files += [p for d in ("notebooks", "solutions", "labs", "book") for p in (ROOT / d).glob("*.*")]
    for path in files:
        text = path.read_text(encoding="utf-8")
        # The slug alone stands in launch links: colab.research.google.com/github/owner/name/...
        changed = text.replace(old, new).replace(f"/{slug}/", f"/{names[0]}/")
        if changed != text:
            path.write_text(changed, encoding="utf-8")
            print("changed", path.relative_to(ROOT))
    print(f"In Colab the notebooks install from {release()} of {names[0]}: it has to be there.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

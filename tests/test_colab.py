"""Each lab, alone in an empty folder, with only what Colab has.

The environment is Colab's own list cut down to what the labs import. The lab's first cell installs
`seqbook` from the release it belongs to, at the repository's address; git turns that into a local
repository that holds the working tree as it is now, under that release's tag. Nothing that Colab
had may change.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from setup_cell import release, repository

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "tests" / "colab-requirements.txt"
PYTHON = "3.13"
LONGEST = 60  # seconds; a solution that runs longer is tried every week only


def seconds(book: Path) -> int:
    """How long a notebook ran when its outputs were stored."""
    return json.loads(book.read_text(encoding="utf-8"))["metadata"]["seqbook"]["seconds"]


LABS = sorted((ROOT / "labs").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
BOOKS = LABS + [book for book in SOLUTIONS if seconds(book) <= LONGEST]
LIMIT = 1200  # seconds for one command

# Colab has no verovio: the music lab adds it, and nothing else.
ADDED = {
    "lab1_rnn_from_scratch": {"seqbook"},
    "lab2_music_generation": {"seqbook", "verovio"},
    "lab3_attention": {"seqbook"},
    "lab4_vision_transformer": {"seqbook"},
}

RUN = """
import nbclient, nbformat, json
book = nbformat.read("lab.ipynb", 4)
nbclient.NotebookClient(book, timeout=600, allow_errors=True).execute()
errors = [o for c in book.cells for o in c.get("outputs", ()) if o.output_type == "error"]
print(json.dumps([[o.ename, "\\n".join(o.traceback)] for o in errors]))
"""


# uv lies beside this Python, whose folder need not be on the path.
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def sh(*command: str, **kw) -> str:
    done = subprocess.run(command, text=True, capture_output=True, timeout=LIMIT, **kw)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-1500:]}{done.stderr[-3000:]}"
    return done.stdout


def find_python() -> str:
    """A Python of Colab's version: named, on the path, pyenv's, or one that uv fetches."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [
        os.environ.get("COLAB_PYTHON"),
        shutil.which(f"python{PYTHON}"),
        *sorted(map(str, pyenv.glob(f"{PYTHON}.*/bin/python")), reverse=True),
    ]
    for candidate in filter(None, candidates):
        asked = [candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(asked, text=True, capture_output=True, timeout=60)
        if done.returncode == 0 and done.stdout.strip() == PYTHON:
            return candidate
    asked = [UV, "python", "install", PYTHON]
    done = subprocess.run(asked, text=True, capture_output=True, timeout=LIMIT)
    if done.returncode == 0:
        return PYTHON
    pytest.fail(
        f"The labs are tested on Colab's Python {PYTHON}, which is not on this machine. Install it "
        "(uv python install 3.13, or your system's package) or name it in COLAB_PYTHON.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def colab(tmp_path_factory):
    """Environment variables of a process that believes it is in Colab."""
    home = tmp_path_factory.mktemp("colab")
    clean = {
        k: v for k, v in os.environ.items()
        if not k.startswith(("GIT_", "PYTHON", "PYTEST", "JUPYTER", "VIRTUAL_ENV", "TF_", "KERAS"))
    }
    # The files that git knows or would add, as they are now, in a repository of their own.
    names = sh("git", "ls-files", "-co", "--exclude-standard", "utils", "pyproject.toml",
               "README.md", "LICENSE", cwd=ROOT)
    tree = home / "tree"
    for name in names.splitlines():
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    git = {**clean, "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t.example",
           "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t.example"}
    commands = [["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "now"]]
    if release() != "main":
        commands.append(["tag", release()])
    for command in commands:
        sh("git", *command, cwd=tree, env=git)
    venv = home / "venv"
    sh(UV, "venv", "-q", "--seed", "--python", find_python(), str(venv))
    sh(UV, "pip", "install", "-q", "--python", str(venv / "bin/python"), "-r", str(REQUIREMENTS))
    return clean | {
        "PATH": f"{venv / 'bin'}:{clean['PATH']}",
        "VIRTUAL_ENV": str(venv),
        "JUPYTER_PATH": "",
        "JUPYTER_DATA_DIR": str(home / "jupyter"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{tree}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"{repository()}.git",
    }


def packages(env: dict[str, str]) -> set[str]:
    """Installed packages with their versions, as pip names them."""
    return set(sh("python", "-m", "pip", "freeze", "--all", env=env).splitlines())


def test_the_environment_is_colabs(colab):
    wanted = {line for line in REQUIREMENTS.read_text().splitlines() if "==" in line}
    have = {line.lower().replace("_", "-") for line in packages(colab)}
    assert {line.lower().replace("_", "-") for line in wanted} <= have
    assert not any("seqbook" in line for line in have)


def test_every_lab_is_covered():
    assert LABS
    assert {p.stem for p in LABS + SOLUTIONS} == set(ADDED)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("book", BOOKS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_runs_alone_in_colab(book, colab, tmp_path):
    runs_alone(book, colab, tmp_path)


def runs_alone(book: Path, colab: dict[str, str], tmp_path: Path) -> None:
    """Run a lab or a solution there; nothing may fail, nor change what Colab had."""
    (tmp_path / "lab.ipynb").write_text(book.read_text(encoding="utf-8"), encoding="utf-8")
    sh("python", "-m", "pip", "uninstall", "-qy", "seqbook", "verovio", env=colab)
    before = packages(colab)
    errors = json.loads(sh("python", "-c", RUN, cwd=tmp_path, env=colab).splitlines()[-1])
    bad = [trace for name, trace in errors if name != "Todo"]
    assert not bad, "\n\n".join(bad)[-4000:]
    if book.parent.name == "labs":
        assert errors, "an unfilled lab has something to do"
    else:
        assert not errors, errors
    after = packages(colab)
    assert before <= after, before - after
    assert {line.split("==")[0].split(" @")[0] for line in after - before} == ADDED[book.stem]

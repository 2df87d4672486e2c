"""What the two commands do on a machine that lacks something: get it, or say so in one line."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOWHERE = "http://127.0.0.1:9"  # nothing listens at the port of the discard service
BASH = shutil.which("bash")


def run(*command: str, **env: str) -> subprocess.CompletedProcess:
    """A command from the book's folder, with other variables."""
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | env, text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


@pytest.fixture
def clone(tmp_path):
    """The files that the environment is made from, in a folder with an awkward name."""
    folder = tmp_path / "a b's book"
    for name in ("tools/environment.sh", "tools/fetch.sh", "requirements.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_without_a_network_one_line_says_so(clone):
    """And what an interrupted run left of the environment is made anew."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    index = {"PIP_INDEX_URL": NOWHERE, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1",
             "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}  # fmt: skip
    start = time.monotonic()
    done = run(BASH, str(clone / "tools" / "environment.sh"), sys.executable, **index)
    assert done.returncode == 1, done.stdout
    made, _, said = done.stdout.strip().splitlines()
    assert made.startswith("Making .venv") and (clone / ".venv" / "bin" / "pip").is_file()
    assert said.startswith("The packages could not be fetched: the package index does not answer.")
    assert not (clone / ".venv" / ".ready").exists(), "the next run has to begin anew"
    assert time.monotonic() - start < 120


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("npm error code ENOTFOUND", "This could not be fetched: the package index"),
        ("error: Failed to fetch: `https://x/simple/`", "This could not be fetched"),
        ("error: no space left on device", "This could not be installed; the reason stands above"),
    ],
)
def test_what_stopped_a_download_is_told(said, line):
    done = run(BASH, "tools/fetch.sh", "This", BASH, "-c", f"echo '{said}' >&2; exit 3")
    assert done.returncode == 1 and done.stdout.splitlines()[-1].startswith(line)


def test_a_download_that_succeeds_says_nothing():
    done = run(BASH, "tools/fetch.sh", "This", BASH, "-c", "echo timeout >&2")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("named", ["", "/no/such/chromium"])
def test_without_a_browser_one_line_says_what_to_install(tmp_path, named):
    start = time.monotonic()
    done = run(
        sys.executable, "tools/get_browser.py", PATH=str(tmp_path), CHROMIUM=named,
        PLAYWRIGHT_BROWSERS_PATH=str(tmp_path), PLAYWRIGHT_DOWNLOAD_HOST=NOWHERE,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert ("CHROMIUM" if named else "apt install chromium") in done.stdout.splitlines()[-1]
    assert len(done.stdout.splitlines()) <= 2
    assert time.monotonic() - start < 120


@pytest.mark.parametrize("port", ["99999", "0", "-1", "http", ""])
def test_a_port_that_is_none_is_one_line(port):
    done = run(sys.executable, "tools/serve.py", "_build/html", port)
    assert done.returncode == 2 and done.stdout.startswith("PORT is ")
    assert done.stdout.count("\n") == 1


def test_a_port_that_is_taken_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(sys.executable, "tools/serve.py", "_build/html", port)
    assert done.returncode == 1 and done.stdout.count("\n") == 1
    assert done.stdout.startswith(f"Port {port} cannot be used")


def test_a_build_that_fails_leaves_the_site(tmp_path, monkeypatch, capfd):
    import build_site

    site = tmp_path / "_build" / "html"
    site.mkdir(parents=True)
    (site / "index.html").write_text("stands")
    (tmp_path / "_config.yml").write_text("title: [")
    assert build_site.main(tmp_path) == 1
    assert (site / "index.html").read_text() == "stands"
    assert "The site that stood is unchanged." in capfd.readouterr().out


def test_a_build_that_succeeds_takes_the_place_of_the_site(tmp_path, monkeypatch):
    import build_site

    def built(_root, out):
        (out / "_build" / "html").mkdir(parents=True)
        (out / "_build" / "html" / "index.html").write_text("new")
        return True

    site = tmp_path / "_build" / "html"
    site.mkdir(parents=True)
    (site / "old.html").write_text("old")
    monkeypatch.setattr(build_site, "build", built)
    assert build_site.main(tmp_path) == 0
    assert {p.name for p in site.iterdir()} == {"index.html"}
    assert {p.name for p in site.parent.iterdir()} == {"html", "next"}

"""The workflows run what they name, with no more rights than they need."""

import re
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[1] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
ALL = pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)


def jobs(path: Path) -> dict[str, dict]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


@ALL
def test_actions_are_pinned_by_commit_and_one_version_of_each_is_used(path):
    used = re.findall(r"uses: *(.+)", path.read_text(encoding="utf-8"))
    assert used
    for line in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    everywhere = set(re.findall(r"uses: *(.+)", "".join(f.read_text() for f in FILES)))
    names = [line.split("@")[0] for line in everywhere]
    assert len(names) == len(set(names)), sorted(everywhere)


@ALL
def test_rights_and_time_are_limited(path):
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert whole["permissions"] in ({}, {"contents": "read"})
    for name, job in whole["jobs"].items():
        assert job["timeout-minutes"] <= 90, name


def test_publishing_waits_for_the_tests_and_runs_nothing_of_the_book():
    path = FOLDER / "publish.yml"
    trigger = yaml.safe_load(path.read_text(encoding="utf-8"))[True]  # `on`, to YAML
    tests = yaml.safe_load((FOLDER / "ci.yml").read_text(encoding="utf-8"))["name"]
    assert set(trigger) == {"workflow_run"} and trigger["workflow_run"]["workflows"] == [tests]
    build, publish = jobs(path)["build"], jobs(path)["publish"]
    assert "conclusion == 'success'" in build["if"] and "event == 'push'" in build["if"]
    assert build["permissions"] == {"contents": "read"} and publish["needs"] == "build"
    assert not [step for step in publish["steps"] if "run" in step or "checkout" in step["uses"]]

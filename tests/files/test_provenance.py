"""What a log says of the code and machine that made it."""

import json
import os
import shutil
import subprocess
from dataclasses import replace

import pytest
import torch

from alkit.files import provenance
from alkit.files.log import read, resume

CPU = torch.device("cpu")


@pytest.fixture
def by(monkeypatch):
    """What follows is computed by code of this commit."""
    here = provenance.facts(CPU)
    return lambda commit: monkeypatch.setattr(provenance, "facts", lambda device: {**here, "commit": commit, "clean": True})


def made(path):
    return [(entry["from_round"], entry["commit"]) for entry in json.loads(path.read_text().splitlines()[0])["made"]]


def test_a_log_says_which_code_which_libraries_and_which_machine_computed_it(finished):
    (entry,) = read(finished)[0]["made"]
    assert entry == {"from_round": 0, **provenance.facts(CPU)}
    assert entry["versions"]["torch"] == torch.__version__
    assert {"python", "numpy", "numba", "scikit-learn"} <= set(entry["versions"])
    assert entry["threads"] == 1
    assert all(entry[key] for key in ("cpu", "instructions"))


def test_the_methods_digest_changes_with_a_file_that_computes_rounds_and_with_no_other(tmp_path, monkeypatch):
    now = provenance.facts(CPU)["method"]
    package = tmp_path / "alkit"
    shutil.copytree(provenance.PACKAGE, package)
    monkeypatch.setattr(provenance, "PACKAGE", package)
    assert provenance._method() == now
    for file in ("paper/words.py", "files/log.py", "__main__.py"):
        (package / file).write_text("")
        assert provenance._method() == now
    for file in ("training.py", "speed/trim.py", "plugins/cnn.py"):
        before = provenance._method()
        (package / file).write_text("")
        assert provenance._method() != before


def test_a_log_that_other_code_goes_on_with_says_from_which_round(finished, digits, quick, by):
    lines = finished.read_bytes().splitlines(keepends=True)
    by("a" * 40)
    first = provenance.facts(CPU)["commit"]
    header = {**json.loads(lines[0]), "made": [{"from_round": 0, **provenance.facts(CPU)}]}
    finished.write_bytes(json.dumps(header).encode() + b"\n" + b"".join(lines[1:3]))  # rounds 0 and 1
    by("b" * 40)
    going_on = resume(finished, quick, digits)
    assert [next(going_on).number for _ in range(2)] == [0, 1]
    assert made(finished) == [(0, first)]  # nothing is computed by it yet
    assert next(going_on).number == 2
    going_on.close()
    assert made(finished) == [(0, first), (2, "b" * 40)]
    cut = b"".join(finished.read_bytes().splitlines(keepends=True)[:3])  # killed before its first round was on disk
    finished.write_bytes(cut)
    by("c" * 40)
    list(resume(finished, quick, digits))
    assert made(finished) == [(0, first), (2, "c" * 40)]
    header, _ = read(finished)
    assert [provenance.made_by(header, n)["commit"][0] for n in range(4)] == ["a", "a", "c", "c"]


def test_a_log_that_the_same_code_goes_on_with_is_the_same_to_the_byte_but_for_times(finished, digits, quick, without_times):
    before = without_times(finished)
    header, *_ = finished.read_bytes().splitlines(keepends=True)
    finished.write_bytes(header)
    list(resume(finished, quick, digits))
    assert finished.read_bytes().startswith(header)
    assert without_times(finished) == before and len(before) == 5


def test_a_longer_runs_last_round_is_by_the_code_that_computed_it_anew(finished, digits, quick, by):
    by("d" * 40)
    list(resume(finished, replace(quick, num_rounds=4), digits))
    assert made(finished)[1:] == [(3, "d" * 40)]


def test_an_older_log_stays_readable_and_says_what_it_knows(finished, digits, quick):
    header, *rounds = finished.read_text().splitlines(keepends=True)
    header = json.loads(header)
    del header["made"]
    header["versions"] = {"alkit": "0.1.0", "torch": "2.14.1"}
    finished.write_text(json.dumps(header) + "\n" + "".join(rounds[:2]))
    found, _ = read(finished)
    assert provenance.in_words(provenance.made_by(found, 0)) == ("not recorded", "alkit 0.1.0, torch 2.14.1", "not recorded")
    list(resume(finished, quick, digits))
    found, _ = read(finished)
    assert provenance.made_by(found, 1) == {"versions": header["versions"]}
    assert provenance.made_by(found, 2)["cpu"]


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A git repository with the package in it: its folder, and what git does there."""
    package = tmp_path / "project/alkit"
    package.mkdir(parents=True)
    (package / "loop.py").write_text("1\n")
    monkeypatch.setattr(provenance, "PACKAGE", package)
    provenance.facts.cache_clear()

    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        told = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        found = subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, env=told, check=True, capture_output=True, text=True
        )
        return found.stdout.strip()

    yield package, git
    provenance.facts.cache_clear()


def code():
    provenance.facts.cache_clear()
    found = provenance.facts(CPU)
    return found["commit"], found["clean"]


@pytest.mark.skipif(not shutil.which("git"), reason="no git")
def test_code_is_clean_where_alkits_files_are_the_commits_whatever_the_rest_is(copied):
    package, git = copied
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    commit = git("rev-parse", "HEAD")
    assert code() == (commit, True)
    (package.parent / "notes").write_text("of a user\n")
    assert code() == (commit, True)
    (package / "new.py").write_text("2\n")
    assert code() == (commit, False)
    assert provenance.in_words(provenance.facts(CPU))[0] == f"{commit[:7]}, changed"


@pytest.mark.skipif(not shutil.which("git"), reason="no git")
def test_the_commit_of_a_repository_that_only_lies_around_the_package_is_not_taken(copied):
    package, git = copied
    assert code() == (None, None)
    (package.parent.parent / "dotfiles").write_text("x\n")
    git("init", "-q")
    git("add", "dotfiles")
    git("commit", "-q", "-m", "home")
    assert code() == (None, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from_round": -1}, "from_round=-1 is not above -1"),
        ({"from_round": 1.0}, "from_round=1.0 is not a whole number"),
        ({"commit": 7}, "commit=7 is not a text"),
        ({"clean": None}, "clean=null is not true or false"),
        ({"method": 3}, "method=3 is not a text"),
        ({"threads": "one"}, 'threads="one" is not a whole number'),
        ({"versions": []}, "versions=[] is not an object"),
        ({"versions": {"torch": 2}}, "versions.torch=2 is not a text"),
    ],
)
def test_what_no_run_says_of_its_making_is_refused(finished, change, words):
    header, *rounds = finished.read_text().splitlines(keepends=True)
    header = json.loads(header)
    header["made"][0] |= {"commit": "e" * 40, "clean": True} | change
    finished.write_text(json.dumps(header) + "\n" + "".join(rounds))
    with pytest.raises(ValueError, match="line 1: made") as caught:
        read(finished)
    assert words in str(caught.value)

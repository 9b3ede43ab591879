"""What a round's numbers were made by, beyond its configuration and data: the code, the libraries, the machine.

A log's header has it in `made`: what computed the rounds from `from_round` on. Another entry follows only where a run was
taken up again by something else; an accuracy that was added to a round later is not told apart. Logs that are older than
this have `versions` alone.
"""

import hashlib
import os
import platform
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

PACKAGE = Path(__file__).resolve().parents[1]
LIBRARIES = ("numpy", "numba", "llvmlite", "scikit-learn")  # besides torch: draws, LeNet's convolutions, splits
UNKNOWN = "not recorded"


@cache
def facts(device: torch.device) -> dict:
    """Of this process: git commit and whether alkit is as it is there (None where git does not know), a digest of the method's
    code, versions, machine."""
    commit, clean = _commit()
    return {
        "commit": commit,
        "clean": clean,
        "method": _method(),
        "versions": _versions(device),
        "cpu": _cpu(),
        "instructions": f"{torch.backends.cpu.get_cpu_capability()}, {_compiled_for()}",
        "threads": 1 if device.type == "cpu" else torch.get_num_threads(),  # `one_thread`
    }


def extended(made: Sequence[dict], number: int, now: dict) -> list[dict]:
    """`made` of a log whose rounds from `number` on are computed by what `now` says; as it was, if that made those before."""
    kept = [entry for entry in made if entry["from_round"] < number]
    if kept and {**kept[-1], "from_round": 0} == {"from_round": 0, **now}:
        return kept
    return [*kept, {"from_round": number, **now}]


def made_by(header: dict, number: int) -> dict:
    """What computed round `number`; of logs that do not say so, the versions alone."""
    entries = [entry for entry in header.get("made", ()) if entry["from_round"] <= number]
    return entries[-1] if entries else {"versions": header.get("versions", {})}


def in_words(entry: dict) -> tuple[str, str, str]:
    """What `made_by` found, for people: the code, the libraries, the machine."""
    commit = entry.get("commit")
    code = UNKNOWN if commit is None else commit[:7] + ("" if entry["clean"] else ", changed")
    libraries = ", ".join(f"{name} {one}" for name, one in entry["versions"].items())
    cpu, threads = entry.get("cpu"), entry.get("threads")
    machine = f"{cpu} ({entry['instructions']}), {threads} thread{'s' if threads != 1 else ''}" if cpu else UNKNOWN
    return code, libraries, machine


def _commit() -> tuple[str | None, bool | None]:
    """HEAD, where it has this folder, and whether the folder is as it is there."""
    try:
        head = _git("rev-parse", "HEAD", "HEAD:./")  # fails where the folder is no part of the repository around it
        return head.split()[0], not _git("status", "--porcelain", "--", ".").strip()
    except (OSError, subprocess.SubprocessError):
        return None, None


def _git(*arguments: str) -> str:
    told = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}  # a hook's are of another work
    found = subprocess.run(
        ["git", "--no-optional-locks", *arguments],
        cwd=PACKAGE,
        env=told,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=20,
    )
    return found.stdout


def _method() -> str:
    """A digest of the code that computes a round, as it is here: the method, what makes it faster, the plugins."""
    files = [path for folder in (".", "plugins", "speed") for path in sorted((PACKAGE / folder).glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.stem != "__main__")).hexdigest()[:12]


def _versions(device: torch.device) -> dict[str, str]:
    import alkit

    found = {"alkit": alkit.__version__, "python": platform.python_version(), "torch": torch.__version__}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found | ({"cudnn": str(torch.backends.cudnn.version())} if device.type == "cuda" else {})


def _cpu() -> str:
    """The processor's model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return " ".join(next(line for line in lines if line.startswith("model name")).split(":")[1].split())
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _compiled_for() -> str:
    """LLVM's name of the processor that numba compiles for: `sapphirerapids`."""
    from llvmlite.binding import get_host_cpu_name

    return get_host_cpu_name()

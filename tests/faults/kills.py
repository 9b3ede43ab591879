"""A small grid that is killed at random moments and started again: does it end as one that was left alone?"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import yaml

MOMENTS = ("append", "notebook", "report", "figure")  # in the order in which they come
VICTIMS = ("main", "kernel", "tree")
GRID = {
    "about": "A grid to be killed.",
    "seeds": [0],
    "defaults": {"dataset": "digits", "num_initial": 20, "num_valid": 50, "num_rounds": 3, "query_size": 10,
                 "epochs": 20, "learning_rate": 0.05, "batch_size": 4, "device": "cpu"},
    "grid": [{"scenario": "constrained", "acquisition": ["bald", "entropy"], "noise": "gaussian"}],
}  # fmt: skip

EXPERIMENTS = """
import sys
from pathlib import Path
from alkit.run.grid import load_all, read_profile
from alkit.run.plan import Estimate
from alkit.run.reproduce import reproduce
profile = read_profile("small", Path(sys.argv[2]), Path(sys.argv[1]))
sys.exit(len(reproduce(profile, Estimate(load_all(profile)), 2)))
"""


@dataclass(frozen=True)
class Kill:
    """Whom to kill, and when: in the `moment`, that long after it begins."""

    moment: str
    victim: str
    after: float  # seconds


def drawn(count: int, seed: int) -> list[list[Kill]]:
    """`count` random kills, in lists of which each is one grid's; every moment and every victim come about equally often."""
    draw, lists = random.Random(seed), []
    longest = {"append": 0.05, "notebook": 1.0, "figure": 0.2, "report": 3.0}
    for n in range(count):
        moment = MOMENTS[n % len(MOMENTS)]
        if n % len(MOMENTS) == 0:
            lists.append([])
        lists[-1].append(Kill(moment, VICTIMS[(n + n // len(MOMENTS)) % 3], draw.uniform(0, longest[moment])))
    return lists


def run(folder: Path, kills: list[Kill] = (), grid: dict = GRID, whole: bool = True) -> int:
    """Reproduce `grid` in `folder`, killed and started again for each of `kills`; how many of them hit something alive.

    Without `whole` its experiments alone, in a third of the time: no data notebook, no report. AssertionError where the last
    start, which nobody kills, fails, or where something of it is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.yaml").write_text(yaml.safe_dump(grid))
    started, hits = [], 0
    for kill in kills:
        if kill.moment == "report":  # which begins when the data notebook was written: one that is there and right is not
            (folder / "outputs/small/data.ipynb").unlink(missing_ok=True)
        process = _start(folder, whole)
        started.append(process.pid)
        if _comes(folder, process, kill):
            time.sleep(kill.after)
            hits += _kill(process, kill.victim)
        process.communicate(timeout=300)  # where a kernel alone was killed, the rest goes on to its end
    process = _start(folder, whole)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    left = [*folder.rglob("*.partial"), *folder.rglob("*.lock"), *folder.rglob("failed")]
    left += [path for pid in started for path in Path("/tmp").glob(f"alkit-{os.getuid()}-{pid}-*")]
    assert not left, left
    _wait(lambda: not _marked(folder))
    return hits


def differences(ours: Path, theirs: Path) -> list[str]:
    """The files of two such folders that differ in more than times and the folder's name."""
    names = {str(path.relative_to(folder)) for folder in (ours, theirs) for path in folder.rglob("*") if path.is_file()}
    folders = (str(ours), str(theirs))
    return sorted(name for name in names if _without_times(ours / name, folders) != _without_times(theirs / name, folders))


def _without_times(path: Path, folders: tuple[str, str]):
    """The content of a file without times, names of the `folders`, the random ids of pandas' styles, and addresses."""
    if not path.exists():
        return None
    if path.suffix in (".pdf", ".html"):  # of when they were made; the same figures are there as PNG, the page as notebook
        return path.suffix
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        kept = json.dumps([[cell.source, cell.get("outputs")] for cell in cells])
        return re.sub(
            "|".join(["T_[0-9a-f]{5}", " at 0x[0-9a-f]+", r"querying took [^,]*, by", *map(re.escape, folders)]), "", kept
        )
    content = path.read_bytes()
    if path.suffix == ".jsonl":
        return re.sub(rb'"(started|\w+_seconds)": ("[^"]*"|[0-9.e-]+)', b"", content)
    return content


def _start(folder: Path, whole: bool) -> subprocess.Popen:
    where = [str(folder), str(folder / "outputs")]
    command = ["-m", "alkit", "reproduce", "small", "--params", where[0], "--outputs", where[1]]
    return subprocess.Popen(
        [sys.executable, *(command if whole else ["-c", EXPERIMENTS, *where])],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "ALKIT_FAULTS": str(folder)},
    )  # fmt: skip


def _comes(folder: Path, process: subprocess.Popen, kill: Kill) -> bool:
    """Wait for the moment and the victim; False where the process ended before they came."""
    outputs, before = folder / "outputs/small", time.time()

    def newer(pattern: str) -> bool:
        return any(_changed(path) >= before for path in outputs.glob(pattern))

    def notebook_is_missing() -> bool:
        done = [path.parent for path in outputs.glob("*/seed-*.jsonl") if path.read_bytes().count(b"\n") == 5]
        return any(not (parent / "notebook.ipynb").exists() for parent in done)

    began = {
        "append": lambda: newer("*/seed-*.jsonl"),
        "notebook": notebook_is_missing,
        "figure": lambda: newer("figures/*"),
        "report": lambda: newer("data.ipynb"),
    }[kill.moment]
    while process.poll() is None:
        # A kernel that outlived its start may have brought the moment about; the one to kill is this start's.
        if began() and (kill.victim != "kernel" or _kernels(process)):
            return True
        time.sleep(0.002)
    return False


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # moved since it was listed
        return 0.0


def _kill(process: subprocess.Popen, victim: str) -> bool:
    """Kill it with SIGKILL; whether there was something to kill."""
    if process.poll() is not None:
        return False
    main, kernels = psutil.Process(process.pid), _kernels(process)
    victims = {"main": [main], "kernel": kernels[:1], "tree": [main, *kernels]}[victim]
    for one in victims:
        try:
            one.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    return bool(victims)


def _kernels(process: subprocess.Popen) -> list[psutil.Process]:
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [child for child in children if "ipykernel_launcher" in " ".join(_command(child))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def _marked(folder: Path) -> list[int]:
    """The processes that were started, directly or not, for `folder`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("ALKIT_FAULTS") == str(folder):
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def _wait(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)

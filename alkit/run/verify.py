"""Whether the results here come out again: one random round of every experiment, computed anew from what its log bought before.

How the outcome is judged: "to the bit", where accuracies and queries are the logged ones; "within tolerance", where they
are nearly (TOLERANCE, QUERIED), which is all that one may ask of another machine, of other versions, or of a log that does not
say what made it; else "not". A round that this very method (`provenance.facts`) made on a machine like this one must come out
to the bit.
"""

import itertools
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alkit.determinism import device_name, resolve_device
from alkit.files import log
from alkit.files.provenance import facts, made_by
from alkit.files.sources import load
from alkit.files.whole import write
from alkit.loop import Round, run
from alkit.paths import shown

TOLERANCE = 1.0  # points of accuracy
QUERIED = 0.9  # the share of a query's images that is bought again
LIKE = ("method", "versions", "cpu", "instructions", "threads")  # and the device: with the same, the same bits
LONGEST = 60.0  # seconds that a round may have taken to be drawn, unless all are wanted
BEGUN_WITHIN = 300.0  # seconds in which rounds are begun, unless all are wanted; running again goes on with the others


@dataclass(frozen=True)
class Drawn:
    """A round to repeat: of which experiment, in which log (relative to the outputs), and the seconds it took then."""

    experiment: str
    log: str
    number: int
    seconds: float


def draw(outputs: Path, seed: int, everything: bool) -> list[Drawn]:
    """One random round of each experiment under `outputs`, a folder or the runs of a finding that differ by seed alone.

    Drawn of those that train, and without `everything` of those that took at most LONGEST; in random order.
    """
    rounds: dict[str, list[Drawn]] = {}
    for path in sorted(outputs.rglob("*seed-*.jsonl")):  # a person's labels are no log of a run
        if log.is_empty(path):
            continue
        name = str(path.relative_to(outputs))
        experiment = re.sub(r"[-/]seed-\d+\.jsonl$", "", name)
        header, found = log.read(path)
        config = log.logged_config(header)
        for one in found:
            seconds = log.seconds(one)
            if config.trains(one.number) and (everything or seconds <= LONGEST):
                rounds.setdefault(experiment, []).append(Drawn(experiment, name, one.number, round(seconds, 1)))
    chosen = [random.Random(f"{seed} {experiment}").choice(of_it) for experiment, of_it in rounds.items()]
    random.Random(seed).shuffle(chosen)
    return chosen


def repeat(outputs: Path, drawn: Drawn) -> dict:
    """The round computed anew, beside the logged one, as `verify` keeps it."""
    start = time.perf_counter()
    header, rounds = log.read(outputs / drawn.log)
    config = log.logged_config(header)
    maker = made_by(header, drawn.number)
    kept = {**vars(drawn), "made_by": maker.get("commit")}
    try:
        data = _data(config.dataset, device=config.device)
        if data.digest != header["data"]["digest"]:
            raise ValueError(f"made on other data, {config.dataset} {header['data']['digest']}, here is {data.digest}")
        found = next(run(config, data, rounds[: drawn.number]))
    # The data or the device is not here, or too small; training diverges here.
    except (ValueError, OSError, ArithmeticError, RuntimeError, MemoryError) as error:
        return {**kept, "verdict": "could not be repeated", "why": str(error) or type(error).__name__}
    now, same_device = facts(data.device), rounds[drawn.number].device == device_name(data.device)
    like = same_device and {key: maker.get(key) for key in LIKE} == {key: now[key] for key in LIKE}
    points, share = apart(rounds[drawn.number], found)
    outcome = {"points": round(points, 4), "queried": round(share, 4), "same_code_and_machine": like}
    verdict = judged(rounds[drawn.number], found, like)
    return {**kept, "verdict": verdict, **outcome, "seconds_now": round(time.perf_counter() - start, 1)}


def apart(logged: Round, found: Round) -> tuple[float, float]:
    """The larger difference of the accuracies that both have, in points, and the share of the query that is bought again."""
    pairs = [(getattr(logged, name), getattr(found, name)) for name in ("valid_accuracy", "test_accuracy")]
    points = max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=0.0)
    points = round(100 * points, 9)  # 0.11 - 0.1 is a little more than 0.01
    share = len(set(logged.query) & set(found.query)) / len(logged.query) if logged.query else 1.0
    return points, share


def judged(logged: Round, found: Round, like: bool) -> str:
    """The verdict on a repeated round; `like`: this method made the logged one on a machine like this."""
    points, share = apart(logged, found)
    if points == 0 and logged.query == found.query:
        return "to the bit"
    return "within tolerance" if points <= TOLERANCE and share >= QUERIED and not like else "not"


def verify(outputs: Path, everything: bool, workers: int) -> dict:
    """Repeat what `draw` draws, `workers` rounds at a time, and keep the outcomes in outputs/verified.json after each.

    Without `everything`, no round is begun after BEGUN_WITHIN. A pass that was stopped so or otherwise goes on if code, machine
    and `everything` are the same; a finished one is followed by another, of other rounds.
    """
    from joblib import Parallel, delayed  # its import takes longer than a look at the result

    end = time.monotonic() + (float("inf") if everything else BEGUN_WITHIN)
    path, now = outputs / "verified.json", facts(resolve_device("auto"))
    found = _unfinished(path, {"by": now, "everything": everything})
    drawn = draw(outputs, found["seed"], everything)
    if not drawn:
        longer = not everything and draw(outputs, found["seed"], True)
        which = f" that took at most {LONGEST:.0f} s; ALL=1 repeats longer ones" if longer else ""
        raise ValueError(f"under {shown(outputs)} no log has a round{which}")
    done = {(one["log"], one["number"]) for one in found["rounds"]} & {(one.log, one.number) for one in drawn}
    found["experiments"] = len(drawn)
    found["rounds"] = [one for one in found["rounds"] if (one["log"], one["number"]) in done]
    todo = [one for one in drawn if (one.log, one.number) not in done]
    minutes = sum(one.seconds for one in todo) / 60
    print(
        f"{len(drawn)} experiments, a round of each: {len(done)} done, the others took {minutes:.0f} min of a core when logged",
        flush=True,
    )
    pool = Parallel(n_jobs=workers, pre_dispatch="n_jobs", return_as="generator_unordered", idle_worker_timeout=3600)
    begun = itertools.takewhile(lambda _: time.monotonic() < end, todo)
    if not todo:  # those that were left when the pass was stopped are there no more
        found["finished"] = True
        write(path, json.dumps(found, indent=1) + "\n")
    for outcome in pool(delayed(repeat)(outputs, one) for one in begun):
        found["rounds"].append(outcome)
        found |= {"day": time.strftime("%Y-%m-%d"), "finished": len(found["rounds"]) == len(drawn)}
        write(path, json.dumps(found, indent=1) + "\n")
        print(f"[{len(found['rounds'])}/{len(drawn)}] {line(outcome)}", flush=True)
    if not found["finished"]:
        print(f"{len(drawn) - len(found['rounds'])} are left; the same command goes on with them")
    return found


def line(outcome: dict) -> str:
    """One outcome for people."""
    how = outcome.get("why", "")
    if outcome["verdict"] in ("within tolerance", "not"):
        how = f"{outcome['points']:.2f} points apart, {outcome['queried']:.0%} of the query"
        how += ", though this method made it on a machine like this" if outcome["same_code_and_machine"] else ""
    verdict = "not reproduced" if outcome["verdict"] == "not" else outcome["verdict"]
    return f"{outcome['log']} round {outcome['number']}: {verdict}" + (f" ({how})" if how else "")


def failures(found: dict) -> Iterator[dict]:
    """The outcomes of `verify` that did not come out again."""
    return (one for one in found["rounds"] if one["verdict"] not in ("to the bit", "within tolerance"))


def _unfinished(path: Path, wanted: dict) -> dict:
    """The pass that was stopped, if it is of this kind; else a new one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not found["finished"] and all(found[key] == value for key, value in wanted.items()):
            return found
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or damaged: it is no result that could be lost
        pass
    return {"finished": False, "seed": random.SystemRandom().randrange(2**32), **wanted, "rounds": []}


_data = cache(load)

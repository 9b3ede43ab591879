"""The notebooks about a whole profile (its data, and the report, also as a page), and the findings."""

import contextlib
import os
import time
from pathlib import Path

from alkit.files import log
from alkit.files.lock import held
from alkit.files.sources import load
from alkit.files.whole import write
from alkit.paper import readme, verdicts
from alkit.paper.own import is_own
from alkit.paper.page import html
from alkit.paper.results import together
from alkit.paper.tables import sources
from alkit.paths import NOTEBOOKS, OUTPUTS, PARAMS, shown
from alkit.run.execute import execute, is_current
from alkit.run.grid import Profile
from alkit.run.params import read_params
from alkit.run.plan import in_words
from alkit.run.reproduce import environment


def data_notebook(profile: Profile) -> None:
    """The data sets of a profile, the noises and the splits, as data.ipynb.

    Raises ValueError where the data is no longer what the profile's runs were made on.
    """
    for name, (digest, path) in _digests(profile).items():
        if (now := load(name, device="cpu")).digest != digest:
            raise ValueError(
                f"{name} has changed: {shown(path)} holds a run on {digest}, now it is {now.digest} ({now.source}); put the "
                "former data back, or move the results away"
            )
    splits: dict[str, dict] = {}
    noises: dict[str, dict] = {}
    for experiment in sorted(profile.experiments, key=lambda e: e.scenario != "constrained"):  # section 3.1's splits first
        first = experiment.configs[0]
        kept = {key: getattr(first, key) for key in ("split", "num_initial", "num_valid", "num_pool", "split_seed")}
        splits.setdefault(first.dataset, kept)
        if first.noise != "none":
            strength = {key: value for key, value in first.settings.items() if key.startswith("noise_")}
            noises.setdefault(first.noise, strength)
    parameters = {"datasets": splits, "noises": noises}
    with _alone(profile):
        execute(NOTEBOOKS / "data.py", profile.folder / "data.ipynb", parameters)


def _digests(profile: Profile) -> dict[str, tuple[str, Path]]:
    """What data each data set's runs were made on, as far as there are any, and in which log that stands."""
    found = {}
    for experiment in profile.experiments:
        for config in experiment.configs:
            path = experiment.log_path(config)
            if config.dataset not in found and not log.is_empty(path):
                found[config.dataset] = (log.read(path)[0]["data"]["digest"], path)
    return found


def report(profile: Profile) -> str:
    """Tables, figures and report.ipynb from the logs that exist, without any computing; the path of report.html."""
    outputs = profile.folder.parent
    with _alone(profile):
        results = together(profile)  # what could not be reported is said here, in one line
        if profile.claims:
            judged = verdicts.table(results)
            outputs.mkdir(parents=True, exist_ok=True)
            data = sources(results.provenance, results.own.dataset.unique())
            write(outputs / "claims.md", verdicts.text(judged, outputs, data))
            if outputs == OUTPUTS:
                readme.write(results, judged)
        notebook = profile.folder / "report.ipynb"
        folders = {"outputs": shown(outputs), "params": shown(profile.params), "folder": shown(profile.folder)}
        source = "own.py" if is_own(profile) else "report.py"  # of one's own images there is nothing to set beside the paper
        execute(NOTEBOOKS / source, notebook, {"profile": profile.name, **folders})
        return shown(html(notebook))


def _alone(profile: Profile) -> contextlib.AbstractContextManager:
    """While one process makes a profile's pages, others that want to wait."""
    return held(profile.folder / "report.lock", -1, "another process is making the report; waiting for it")


def findings(name: str | None = None, outputs: Path = OUTPUTS, params: Path = PARAMS) -> list[Path]:
    """Run the notebook notebooks/findings/<name>.py, or all of them, with params/findings/<name>.yaml.

    Of all, those that the code that is here made are left as they are; one that is named is always run, as the logs it reads
    may have grown. Raises ValueError for an unknown name, and for parameters that cannot be read.
    """
    notebooks = {path.stem: path for path in sorted((NOTEBOOKS / "findings").glob("*.py"))}
    if name not in (None, *notebooks):
        raise ValueError(f"unknown finding {name!r}; choose {', '.join(notebooks)}")
    os.environ.update(environment())
    made, chosen = [], list(notebooks) if name is None else [name]
    for number, stem in enumerate(chosen, start=1):
        source, target = notebooks[stem], outputs / "findings" / f"{stem}.ipynb"
        parameters = read_params(params / "findings" / f"{stem}.yaml")
        place, begun = f"[{number}/{len(chosen)}] {stem}", time.monotonic()
        with held(target.with_suffix(".lock"), -1, f"{place}: another process is making it; waiting for it"):
            if name or not (target.with_suffix(".html").exists() and is_current(source, target, parameters)):
                print(f"{place} ...", flush=True)
                changed = execute(source, target, parameters, bar={"leave": False, "disable": None, "desc": stem})
                html(target)
                took = in_words(time.monotonic() - begun)
                print(f"{place}: {took}, {'made' if changed else 'shows the same as before'}", flush=True)
            else:
                print(f"{place}: up to date, made by the present code", flush=True)
        made.append(target)
    return made

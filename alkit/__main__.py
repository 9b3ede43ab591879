"""python -m alkit reproduce|plan|report PROFILE, findings [NAME], verify, site [PROFILE], images FOLDER or data NAME."""

import argparse
import contextlib
import os
import shutil
import sys
from pathlib import Path

import psutil
from joblib import cpu_count

from alkit import stopping
from alkit.determinism import resolve_device
from alkit.files.images import from_folder
from alkit.files.sources import is_here
from alkit.paper import readme
from alkit.paper.described import describe
from alkit.paper.report import data_notebook, findings, report
from alkit.paths import OUTPUTS, PARAMS, shown
from alkit.run.cluster import executor
from alkit.run.execute import NotebookFailed, scratch
from alkit.run.grid import Profile, check_all, load_all, only, read_profile
from alkit.run.plan import Estimate, default_workers, in_words, seconds_left, table
from alkit.run.remarks import remarks
from alkit.run.reproduce import environment, reproduce
from alkit.run.verify import failures, verify
from alkit.run.verify import line as verified_line
from alkit.site.build import build


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m alkit", description=__doc__)
    parser.add_argument("command", choices=tuple(COMMANDS))
    parser.add_argument(
        "profile",
        nargs="?",
        help="a file of params/, without .yaml; a finding's name, or none for all; a folder of images; a data set's name",
    )
    parser.add_argument("--only", metavar="GLOBS", help="of a profile, the experiments whose names match (reproduce and plan)")
    parser.add_argument("--workers", type=int, help="experiments at a time (default: one a core, or what a GPU holds)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="reproduce on the Dask cluster there: tcp://host:8786")
    parser.add_argument("--slurm", type=Path, metavar="FILE", help="reproduce on Slurm, as a YAML file describes its jobs")
    parser.add_argument("--all", action="store_true", help="verify also rounds that took more than a minute")
    parser.add_argument("--name", help="of images, what the data set is to be called (default: as the folder)")
    parser.add_argument("--size", help="of images, the pixels they are brought to: 64, or height x width, 48x64")
    parser.add_argument("--params", type=Path, default=PARAMS, help="the folder of params files (default: params)")
    parser.add_argument("--outputs", type=Path, default=OUTPUTS, help="the folder that results go to (default: outputs)")
    args = parser.parse_args(arguments)
    try:
        if args.workers is not None and args.workers < 1:
            raise ValueError(f"workers={args.workers} is not above zero")
        os.environ.update(environment())
        return COMMANDS[args.command](args)
    except (ValueError, NotebookFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1


def _reproduce(args: argparse.Namespace) -> int:
    profile, chosen, estimate, workers = _chosen(args)
    if args.scheduler or args.slurm:
        on_gpu = any(c.device.startswith("cuda") for e in chosen.experiments for c in e.configs)
        with executor(args.scheduler, args.slurm, on_gpu) as (cluster, places):
            failed = reproduce(chosen, estimate, places, cluster)
    else:
        failed = reproduce(chosen, estimate, workers)
    try:
        data_notebook(profile)
    except (NotebookFailed, OSError, ValueError) as error:  # the report is made of what there is
        print(f"FAILED data\n{error}", flush=True)
        failed.append("data")
    if failed:
        print(f"{len(failed)} failed: {', '.join(failed)}; the report is made of what there is", file=sys.stderr)
    return _report(args) or int(bool(failed))


def _plan(args: argparse.Namespace) -> int:
    _, chosen, estimate, workers = _chosen(args, download=False)
    print(table(chosen.experiments, estimate))
    device = resolve_device(chosen.experiments[0].configs[0].device)
    todo = [e for e in chosen.experiments if e.rounds_done() < e.total_rounds]
    left = in_words(seconds_left(todo, estimate, workers))
    count = f"{len(chosen.experiments)} experiments, about {left} left on this {device.type}, {workers} at a time"
    print(f"{count} ({estimate.basis(todo)})")
    missing = [d for d in dict.fromkeys(c.dataset for e in chosen.experiments for c in e.configs) if not is_here(d)]
    if missing:
        unseen = "so whether they have what is asked of them, and whether the logs are of them, was not checked"
        print(f"The images of {', '.join(missing)} are not here (reproduce fetches them), {unseen}.")
    return 0


def _report(args: argparse.Namespace) -> int:
    print(f"Report: {report(_profile(args))}")
    return 0


def _findings(args: argparse.Namespace) -> int:
    for notebook in findings(args.profile, args.outputs.absolute(), args.params.absolute()):
        print(f"Finding: {shown(notebook.with_suffix('.html'))}", flush=True)
    return 0


def _verify(args: argparse.Namespace) -> int:
    outputs = args.outputs.absolute()
    found = verify(outputs, args.all, args.workers or (1 if resolve_device("auto").type == "cuda" else cpu_count()))
    if outputs == OUTPUTS:
        readme.write_part("verified", outputs)
    print(readme.verified(outputs))
    failed = [f"  {verified_line(one)}" for one in failures(found)]
    if failed:
        print("\n".join(["did not come out again:", *failed]), file=sys.stderr)
    return int(bool(failed))


def _images(args: argparse.Namespace) -> int:
    if args.profile is None:
        raise ValueError("name a folder of images: a sub-folder a class, and unlabelled/")
    path, said = from_folder(Path(args.profile), args.name, args.size)
    print("\n".join([f"{shown(path)}: {said[0]}", *said[1:], f"Look at it: python -m alkit data {path.stem}"]))
    return 0


def _data(args: argparse.Namespace) -> int:
    if args.profile is None:
        raise ValueError("name a data set")
    print("\n".join(describe(args.profile, args.outputs.absolute())))
    return 0


def _site(args: argparse.Namespace) -> int:
    print(f"Site: {shown(build(args.profile or 'paper', args.outputs.absolute(), args.params.absolute()))}")
    return 0


COMMANDS = {
    "reproduce": _reproduce, "plan": _plan, "report": _report, "findings": _findings, "verify": _verify,
    "site": _site, "images": _images, "data": _data,
}  # fmt: skip


def _profile(args: argparse.Namespace) -> Profile:
    if args.profile is None:
        raise ValueError("name a profile, a file of params/")
    return read_profile(args.profile, args.outputs.absolute(), args.params.absolute())


def _chosen(args: argparse.Namespace, download: bool = True) -> tuple[Profile, Profile, Estimate, int]:
    """The profile, the part of it that is asked for, its estimate, and how many experiments go at a time."""
    profile = _profile(args)
    chosen = only(profile, args.only) if args.only else profile
    data = load_all(chosen, download)
    check_all(chosen, data)
    for line in remarks(chosen, data):
        print(f"note: {line}", flush=True)
    return profile, chosen, Estimate(data, profile.experiments), args.workers or default_workers(chosen)


def interrupted(*_) -> None:
    """End at once, as Ctrl-C or SIGTERM asks, with all that was started from here."""
    stopping.say("Finished rounds are kept; the same command goes on from them")
    for process in psutil.Process().children(recursive=True):  # kernels would end by themselves, but a second later
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(scratch(), ignore_errors=True)
    os._exit(130)


if __name__ == "__main__":
    stopping.on_signals(interrupted)
    sys.exit(main())

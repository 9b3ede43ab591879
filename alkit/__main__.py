"""The command, python -m alkit COMMAND; --help lists them."""

import argparse
import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path

import psutil

from alkit import stopping
from alkit.determinism import resolve_device
from alkit.files.images import from_folder
from alkit.files.lock import held
from alkit.files.sources import is_here
from alkit.paper import readme
from alkit.paper.described import describe
from alkit.paper.report import data_notebook, findings, report
from alkit.paths import OUTPUTS, shown
from alkit.run.arguments import Parser, experiments, folders, workers
from alkit.run.cluster import executor
from alkit.run.cores import cores
from alkit.run.execute import NotebookFailed, scratch
from alkit.run.grid import Profile, check_all, load_all, only, read_profile
from alkit.run.plan import Estimate, default_workers, in_words, side_by_side, table
from alkit.run.remarks import remarks
from alkit.run.reproduce import environment, reproduce
from alkit.run.verify import failures, verify
from alkit.run.verify import line as verified_line
from alkit.site.build import build


def main(arguments: list[str] | None = None) -> int:
    try:
        args = _parser().parse_args(arguments)
        os.environ.update(environment())
        return args.run(args)
    except (ValueError, NotebookFailed, OSError, BrokenExecutor) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1


def _parser() -> Parser:
    """The commands, each with the arguments that it takes and no others."""
    parser = Parser(prog="python -m alkit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(run: Callable[[argparse.Namespace], int], words: str, *parents: Parser) -> Parser:
        one = commands.add_parser(run.__name__[1:], help=words, description=words, parents=[*parents, folders()])
        one.set_defaults(run=run)
        return one

    one = command(_reproduce, "run a profile's experiments and write its report", experiments(), workers("experiments"))
    one.add_argument("--scheduler", metavar="ADDRESS", help="run on the Dask cluster at this address: tcp://host:8786")
    one.add_argument("--slurm", type=Path, metavar="FILE", help="on Slurm, as a YAML file describes its jobs")
    command(_plan, "what is done of a profile, and how long the rest takes here", experiments(), workers("experiments"))
    one = command(_report, "write a profile's report from its logs")
    one.add_argument("profile", help="a file of params/, without .yaml")
    one = command(_findings, "run the notebooks of the findings")
    one.add_argument("name", nargs="?", help="of one of them (default: all)")
    one = command(_verify, "repeat a random round of every experiment of the outputs", workers("rounds"))
    one.add_argument("--all", action="store_true", help="also rounds that took more than a minute")
    one = command(_site, "write all results as pages that lead to each other")
    one.add_argument("profile", nargs="?", default="paper", help="the one that it begins with (default: paper)")
    one = command(_images, "make a data set of a folder of image files")
    one.add_argument("folder", type=Path, help="a sub-folder a class, and unlabelled/")
    one.add_argument("--name", help="what the data set is to be called (default: as the folder)")
    one.add_argument("--size", help="the pixels that images are brought to: 64, or height x width, 48x64")
    one = command(_data, "describe a data set and what there is of it")
    one.add_argument("name", help="of the data set")
    return parser


def _reproduce(args: argparse.Namespace) -> int:
    elsewhere = args.scheduler or args.slurm
    if args.workers and elsewhere:
        raise ValueError(f"workers={args.workers} is of this machine; on a cluster its own workers say how many go at a time")
    profile, chosen, estimate, at_a_time = _chosen(args, here=not elsewhere)
    if elsewhere:
        devices = {c.device.partition(":")[0] for e in chosen.experiments for c in e.configs}
        device = next((one for one in ("cuda", "auto") if one in devices), "cpu")
        with executor(args.scheduler, args.slurm, device) as (cluster, places):
            failed = reproduce(chosen, estimate, places, cluster)
    else:
        failed = reproduce(chosen, estimate, at_a_time)
    try:
        if _datasets(chosen) == _datasets(profile):  # else it stays as it is: the others' images need not be here
            data_notebook(profile)
    except (NotebookFailed, OSError, ValueError) as error:  # the report is made of what there is
        print(f"FAILED data\n{error}", flush=True)
        failed.append("data")
    if failed:
        print(f"{len(failed)} failed: {', '.join(failed)}; the report is made of what there is", file=sys.stderr)
    print(f"Report: {report(profile)}")
    return int(bool(failed))


def _plan(args: argparse.Namespace) -> int:
    _, chosen, estimate, at_a_time = _chosen(args, download=False)
    print(table(chosen.experiments, estimate))
    device = resolve_device(chosen.experiments[0].configs[0].device)
    todo = [e for e in chosen.experiments if e.rounds_done() < e.total_rounds]
    left = in_words(side_by_side(map(estimate.seconds_left, todo), at_a_time))
    count = f"{len(chosen.experiments)} experiments, about {left} left on this {device.type}, {at_a_time} at a time"
    print(f"{count} ({estimate.basis(todo)})")
    missing = [d for d in dict.fromkeys(c.dataset for e in chosen.experiments for c in e.configs) if not is_here(d)]
    if missing:
        unseen = "so it was not checked whether they suffice for these runs, nor whether the logs were made on them"
        print(f"The images of {', '.join(missing)} are not here (reproduce fetches them), {unseen}.")
    return 0


def _report(args: argparse.Namespace) -> int:
    print(f"Report: {report(_profile(args))}")
    return 0


def _findings(args: argparse.Namespace) -> int:
    for notebook in findings(args.name, args.outputs, args.params):
        print(f"Finding: {shown(notebook.with_suffix('.html'))}", flush=True)
    return 0


def _verify(args: argparse.Namespace) -> int:
    outputs = args.outputs
    if not outputs.is_dir():
        raise ValueError(f"there are no outputs at {shown(outputs)}")
    at_a_time = args.workers or (1 if resolve_device("auto").type == "cuda" else cores())
    with held(outputs / "verified.lock", -1, "another process verifies these outputs; waiting for it"):
        found = verify(outputs, args.all, at_a_time)
    if outputs == OUTPUTS:
        readme.write_part("verified", outputs)
    print(readme.verified(outputs))
    failed = [f"  {verified_line(one)}" for one in failures(found)]
    if failed:
        print("\n".join(["did not come out again:", *failed]), file=sys.stderr)
    return int(bool(failed))


def _images(args: argparse.Namespace) -> int:
    path, said = from_folder(args.folder, args.name, args.size)
    print("\n".join([f"{shown(path)}: {said[0]}", *said[1:], f"Look at it: python -m alkit data {path.stem}"]))
    return 0


def _data(args: argparse.Namespace) -> int:
    print("\n".join(describe(args.name, args.outputs)))
    return 0


def _site(args: argparse.Namespace) -> int:
    print(f"Site: {shown(build(args.profile, args.outputs, args.params))}")
    return 0


def _profile(args: argparse.Namespace) -> Profile:
    return read_profile(args.profile, args.outputs, args.params)


def _datasets(profile: Profile) -> set[str]:
    return {config.dataset for experiment in profile.experiments for config in experiment.configs}


def _chosen(args: argparse.Namespace, download: bool = True, here: bool = True) -> tuple[Profile, Profile, Estimate, int]:
    """The profile, the part of it that is asked for, its estimate, and how many experiments go at a time."""
    profile = _profile(args)
    chosen = profile if args.only is None else only(profile, args.only)
    data = load_all(chosen, download)
    check_all(chosen, data, here)
    for line in remarks(chosen, data):
        print(f"note: {line}", flush=True)
    return profile, chosen, Estimate(data, profile.experiments), args.workers or default_workers(chosen)


def interrupted(*_) -> None:
    """End at once, as Ctrl-C or SIGTERM asks, with all that was started from here."""
    stopping.say("What is finished is kept; the same command goes on from there")
    for process in psutil.Process().children(recursive=True):  # kernels would end by themselves, but a second later
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(scratch(), ignore_errors=True)
    os._exit(130)


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # also in a file or a pipe: tqdm flushes nothing
    stopping.on_signals(interrupted)
    sys.exit(main())

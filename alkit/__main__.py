"""python -m alkit reproduce|plan|report PROFILE, or findings [NAME]: what the Makefile calls."""

import argparse
import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

from alkit.determinism import resolve_device
from alkit.paper.report import data_notebook, findings, report
from alkit.paths import OUTPUTS, PARAMS, shown
from alkit.run.execute import NotebookFailed, scratch
from alkit.run.grid import Profile, check_all, load_all, only, read_profile
from alkit.run.plan import Estimate, in_words, seconds_left, table
from alkit.run.reproduce import default_workers, environment, reproduce


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m alkit", description=__doc__)
    parser.add_argument("command", choices=("reproduce", "plan", "report", "findings"))
    parser.add_argument("profile", nargs="?", help="a file of params/, without .yaml; a finding's name, or none for all")
    parser.add_argument("--only", metavar="GLOBS", help="of a profile, the experiments whose names match (reproduce and plan)")
    parser.add_argument("--workers", type=int, help="experiments at a time (default: one a core, or one on a GPU)")
    parser.add_argument("--params", type=Path, default=PARAMS, help="the folder of params files (default: params)")
    parser.add_argument("--outputs", type=Path, default=OUTPUTS, help="the folder that results go to (default: outputs)")
    args = parser.parse_args(arguments)
    try:
        if args.workers is not None and args.workers < 1:
            raise ValueError(f"workers={args.workers} is not above zero")
        os.environ.update(environment())
        if args.command == "findings":
            for notebook in findings(args.profile, args.outputs.absolute(), args.params.absolute()):
                print(f"Finding: {shown(notebook.with_suffix('.html'))}", flush=True)
            return 0
        if args.profile is None:
            raise ValueError("name a profile, a file of params/")
        profile = read_profile(args.profile, args.outputs.absolute(), args.params.absolute())
        if args.command == "report":
            return _report(profile)
        chosen = only(profile, args.only) if args.only else profile
        data = load_all(chosen)
        check_all(chosen, data)
        estimate, workers = Estimate(data), args.workers or default_workers(chosen)
        if args.command == "plan":
            return _plan(chosen, estimate, workers)
        failed = reproduce(chosen, estimate, workers)
        try:
            data_notebook(profile)
        except (NotebookFailed, OSError) as error:  # the report is made of what there is
            print(f"FAILED data\n{error}")
            failed.append("data")
        if failed:
            print(f"{len(failed)} failed: {', '.join(failed)}", file=sys.stderr)
        return _report(profile) or int(bool(failed))
    except (ValueError, NotebookFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1 if isinstance(error, NotebookFailed) else 2


def _plan(profile: Profile, estimate: Estimate, workers: int) -> int:
    print(table(profile.experiments, estimate))
    device = resolve_device(profile.experiments[0].configs[0].device)
    todo = [e for e in profile.experiments if e.rounds_done() < e.total_rounds]
    left = in_words(seconds_left(todo, estimate, workers))
    print(
        f"{len(profile.experiments)} experiments, about {left} left on this {device.type}, {workers} at a time, "
        "by training steps and passes measured just now"
    )
    return 0


def _report(profile: Profile) -> int:
    print(f"Report: {report(profile)}")
    return 0


def interrupted(*_) -> None:
    """End at once, as Ctrl-C or SIGTERM asks; notebooks' kernels see their parent gone and end too."""
    again = shlex.join(sys.argv[1:])
    print(f"\nInterrupted. Finished rounds are kept; the same command goes on from them: python -m alkit {again}", flush=True)
    shutil.rmtree(scratch(), ignore_errors=True)
    os._exit(130)


if __name__ == "__main__":
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, interrupted)
    sys.exit(main())

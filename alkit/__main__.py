"""python -m alkit reproduce|plan|report PROFILE, or findings [NAME]: what the Makefile calls."""

import argparse
import sys
from pathlib import Path

from alkit.determinism import resolve_device
from alkit.paper.report import data_notebook, findings, report
from alkit.paths import OUTPUTS, PARAMS, shown
from alkit.run.execute import NotebookFailed, default_workers, reproduce
from alkit.run.grid import check_all, load_all, only, read_profile
from alkit.run.plan import Estimate, in_words, table


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
        if args.command == "findings":
            for notebook in findings(args.profile, args.outputs.absolute(), args.params.absolute()):
                print(f"Finding: {shown(notebook.with_suffix('.html'))}", flush=True)
            return 0
        if args.profile is None:
            raise ValueError("name a profile, a file of params/")
        profile = read_profile(args.profile, args.outputs.absolute(), args.params.absolute())
        if args.command == "report":
            print(f"Report: {report(profile)}")
            return 0
        whole = profile
        if args.only:
            profile = only(profile, args.only)
        data = load_all(profile)
        check_all(profile, data)
        estimate = Estimate(data)
        workers = args.workers or default_workers(profile)
        device = resolve_device(profile.experiments[0].configs[0].device)
        if args.command == "plan":
            print(table(profile.experiments, estimate))
            todo = [e for e in profile.experiments if e.rounds_done() < e.num_rounds]
            left = sum(map(estimate.seconds_left, todo)) / workers
            count = len(profile.experiments)
            print(f"{count} experiments, about {in_words(left)} left on this {device.type}, {workers} at a time")
            return 0
        del data
        failed = reproduce(profile, estimate, workers)
        try:
            data_notebook(whole)
        except NotebookFailed as error:
            print(f"FAILED data\n{error}")
            failed.append("data")
        print(f"Report: {report(whole)}")
        if failed:
            print(f"{len(failed)} failed: {', '.join(failed)}", file=sys.stderr)
        return 1 if failed else 0
    except (ValueError, NotebookFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1 if isinstance(error, NotebookFailed) else 2


if __name__ == "__main__":
    sys.exit(main())

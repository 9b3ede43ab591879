"""What the commands are told: the arguments that several of them have, and faults in one line."""

import argparse
from pathlib import Path
from typing import NoReturn

from alkit.paths import OUTPUTS, PARAMS


class Parser(argparse.ArgumentParser):
    """A parser whose faults are a ValueError of one line, as all others of a user's are."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see {self.prog} --help)")


def folders() -> Parser:
    """Where profiles and results are: for a parser's `parents`."""
    parser = Parser(add_help=False)
    parser.add_argument("--params", type=_absolute, default=PARAMS, help="the folder of params files (default: params)")
    parser.add_argument("--outputs", type=_absolute, default=OUTPUTS, help="the folder that results go to (default: outputs)")
    return parser


def workers(of: str) -> Parser:
    """How many of something go at a time: for a parser's `parents`."""
    parser = Parser(add_help=False)
    parser.add_argument("--workers", type=_above_zero, help=f"{of} at a time (default: one a core, or what a GPU holds)")
    return parser


def experiments() -> Parser:
    """A profile, or some of its experiments: for a parser's `parents`."""
    parser = Parser(add_help=False)
    parser.add_argument("profile", help="a file of params/, without .yaml")
    parser.add_argument("--only", metavar="GLOBS", help="only those whose names match; separate several globs by spaces")
    return parser


def _absolute(text: str) -> Path:
    """A path as it is meant now: papermill, in threads, may leave the process in another folder."""
    return Path(text).absolute()


def _above_zero(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above zero")
    return int(text)

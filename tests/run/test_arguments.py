"""What the commands are told: each takes its own arguments and refuses others, in one line."""

import pytest

from alkit.__main__ import main
from alkit.run.logs import main as logs


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "digits", "--only", "*-lenet-*"], "unrecognized arguments: --only"),
        (["plan", "digits", "--scheduler", "tcp://host:8786"], "unrecognized arguments: --scheduler"),
        (["verify", "mini"], "unrecognized arguments: mini"),
        (["findings", "dips", "--workers", "2"], "unrecognized arguments: --workers"),
        (["data", "digits", "--size", "64"], "unrecognized arguments: --size"),
        (["reproduce", "digits", "--workers", "0"], "--workers: '0' is no number above zero"),
        (["reproduce", "digits", "--workers", "2", "--scheduler", "tcp://host:8786"], "workers=2 is of this machine"),
        (["reproduce"], "required: profile (see python -m alkit reproduce --help)"),
        (["reproduse", "digits"], "'reproduse' (choose from "),
        ([], "required: COMMAND"),
    ],
)
def test_what_a_command_does_not_take_is_refused_in_one_line(arguments, words, capsys):
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and words in line


def test_logs_take_what_reproduce_takes_of_a_profile(tmp_path, pipeline, capsys):
    pipeline.write(tmp_path)
    where = ["--params", str(tmp_path), "--outputs", str(tmp_path / "outputs")]
    for command in (lambda *more: main(["reproduce", "tiny", *where, *more]), lambda *more: logs(["tiny", *where, *more])):
        for more, words in ((["--only", "none-*"], "no experiment of tiny matches 'none-*'"),
                            (["--only", " "], "no experiment of tiny matches ''; the nearest are "),
                            (["--only", ""], "no experiment of tiny matches ''; the nearest are "),
                            (["--workers", "x"], "'x' is no number above zero")):  # fmt: skip
            assert command(*more) == 2
            (line,) = capsys.readouterr().err.splitlines()
            assert words in line
    assert not (tmp_path / "outputs").exists()

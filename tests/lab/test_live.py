"""A run that is followed: the same rounds as without, shown as they come, with a line left in the end."""

from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
from matplotlib.figure import Figure

from alkit.lab import live
from alkit.lab.live import Said, follow, said, time_left
from alkit.loop import Round, run
from alkit.paths import NOTEBOOKS
from alkit.run.execute import NotebookFailed, execute


@pytest.fixture
def screen(monkeypatch):
    """What was shown in the one place that a followed run has, in order."""
    seen = []

    class Place:
        def update(self, what, raw=False):
            seen.append(what if raw else what.data)

    monkeypatch.setattr(live, "display", lambda what, **_: seen.append(what) or Place())
    return seen


def test_followed_rounds_are_the_runs_own_and_a_line_is_left(tmp_path, digits, tiny, screen, without_seconds):
    configs = [tiny, replace(tiny, seed=1)]
    rounds = follow(configs, tmp_path, digits, lambda rounds: Figure())
    assert [without_seconds(rounds[c.seed]) for c in configs] == [without_seconds(run(c, digits)) for c in configs]
    assert screen[0] == {"text/plain": "starting"}
    assert screen[-1].startswith("2 seeds, 8 rounds; training, evaluating and querying took ")


def test_a_seed_that_is_named_twice_is_refused_before_any_work(tmp_path, digits, tiny, screen):
    with pytest.raises(Said, match=r"seeds=\[0, 0\] names one twice"):
        follow([tiny, tiny], tmp_path, digits, lambda rounds: Figure())
    assert not list(tmp_path.iterdir())


def test_while_it_goes_on_there_are_seeds_rounds_time_left_and_a_curve_that_grows(tmp_path, digits, tiny, screen, monkeypatch):
    clock, quick = [0.0], live.log.resume

    def slow(*arguments):  # every round takes ten seconds
        for found in quick(*arguments):
            clock[0] += 10
            yield found

    monkeypatch.setattr(live.log, "resume", slow)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(live, "image_html", lambda figure, alt, width: figure)
    drawn = lambda rounds: f"<img {sum(map(len, rounds.values()))}>"  # noqa: E731
    follow([tiny, replace(tiny, seed=1)], tmp_path, digits, drawn)
    bars = [shown for shown in screen[1:-1] if "text/html" in shown]
    assert bars[0]["text/plain"].startswith("seed 0 (1 of 2): round 0 of 3 done, about ")
    assert bars[-1]["text/plain"].startswith("seed 1 (2 of 2): round 3 of 3 done, about 0 s left")
    assert "<progress" in bars[0]["text/html"]
    pictures = [int(bar["text/html"].split("<img ")[1][:-1]) for bar in bars if "<img " in bar["text/html"]]
    assert pictures == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_run_that_is_in_its_log_is_not_drawn_again_and_again(tmp_path, digits, tiny, screen):
    follow([tiny], tmp_path, digits, lambda rounds: Figure())
    screen.clear()
    follow([tiny], tmp_path, digits, lambda rounds: pytest.fail("drawn"))
    assert len(screen) <= 3


def test_the_time_left_grows_with_the_labels_that_are_left(tiny):
    one = lambda n: Round(n, tiny.num_labelled(n), 0.5, None, (), 20.0, 0.0, 0.0)  # noqa: E731
    assert time_left([tiny], {0: []}) == ""
    assert time_left([tiny], {0: [one(0)]}) == ", about 2 min left"  # of 20 labels; those of 30, 40 and 50 are left
    random = replace(tiny, acquisition="random", evaluate_every=3)  # rounds 1 and 2 need no network
    assert time_left([random], {0: [one(0)]}) == ", about 50 s left"


def test_what_a_person_asked_for_in_error_is_one_line():
    with pytest.raises(Said) as caught, said():
        raise ValueError("epochs=0 is not above zero")
    assert caught.value._render_traceback_() == ["error: epochs=0 is not above zero"]
    with pytest.raises(ZeroDivisionError), said():
        _ = 1 / 0  # an error of ours keeps its traceback


SMALL = {"num_initial": 20, "num_valid": 50, "num_rounds": 1, "query_size": 10, "epochs": 2, "learning_rate": 0.1}


@pytest.mark.slow
def test_an_experiment_run_from_a_terminal_leaves_its_figures_and_one_line_of_the_run(tmp_path):
    parameters = {"seeds": [0], "settings": SMALL, "folder": str(tmp_path / "logs"), "scenario": "constrained"}
    execute(NOTEBOOKS / "experiment.py", tmp_path / "notebook.ipynb", parameters)
    cells = nbformat.read(tmp_path / "notebook.ipynb", as_version=4).cells
    (ran,) = [cell for cell in cells if "follow(" in cell.source and "import" not in cell.source]
    line, figure = ran.outputs
    assert line.data["text/markdown"].split(";")[0] == "1 seed, 2 rounds"
    assert "image/png" in figure.data
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    last = str(cells[-2].outputs)
    assert "No published number beside it: the paper has no number" in last


@pytest.mark.slow
def test_a_wrong_parameter_of_an_experiment_is_one_line_in_the_notebook_and_in_the_terminal(tmp_path):
    with pytest.raises(NotebookFailed) as failed:
        execute(NOTEBOOKS / "experiment.py", tmp_path / "notebook.ipynb", {"settings": {"epochs": 0}})
    assert "error: epochs=0 is not above zero" in str(failed.value)
    assert "Traceback" not in str(failed.value)
    outputs = [o for c in nbformat.read(tmp_path / "failed/notebook.ipynb", 4).cells for o in c.get("outputs", [])]
    (error,) = [output for output in outputs if output.output_type == "error"]
    assert error.traceback == ["error: epochs=0 is not above zero"]

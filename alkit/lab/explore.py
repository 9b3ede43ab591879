"""Settings as widgets, a run that shows each round as it comes, and runs laid over each other."""

import html
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import ipywidgets as widgets
from torch import Tensor

from alkit.acquisitions import ACQUISITIONS
from alkit.config import Config
from alkit.files.sources import load
from alkit.lab.background import Background, Stopped
from alkit.lab.export import export
from alkit.lab.form import Form
from alkit.lab.picture import Shown, figure, image_html
from alkit.loop import Round, run
from alkit.paper.beside import beside
from alkit.paper.words import word
from alkit.paths import PARAMS, shown
from alkit.run.grid import read_profile

QUICK = Config(
    dataset="digits", acquisition="bald", num_initial=20, num_valid=100, num_rounds=8, query_size=20, epochs=40,
    learning_rate=0.1, batch_size=16, last_batch="merge",
)  # fmt: skip
MOST = 5  # runs that are laid over each other


class Explorer:
    """What the notebook `explore` shows, as `box`."""

    def __init__(self, params: Path = PARAMS):
        self.params, self.runs, self.background = params, list[Shown](), None
        self.presets = {"small, in seconds": QUICK, **_papers()}
        self.preset = widgets.Dropdown(options=list(self.presets), layout={"width": "165px"})
        self.preset.observe(lambda change: self.form.fill(self.presets[change["new"]]), "value")
        self.form = Form(QUICK)
        self.run_button = _button("Run", self.start, "primary")
        self.stop_button = _button("Stop", self.stop, "danger", disabled=True)
        self.clear_button = _button("Forget earlier runs", self.clear)
        self.name = widgets.Text("found", layout={"width": "165px"})
        self.status, self.image, self.exported = widgets.HTML(), widgets.HTML(), widgets.HTML()
        for name in ("status", "image", "exported", "name"):
            getattr(self, name).add_class(f"alkit-{name}")
        self.say("Choose and press Run. A run that is there stays, and the next is laid over it.")
        begin = widgets.HBox([widgets.Label("begin with", layout={"width": "140px"}), self.preset])
        saved = widgets.HBox([_button("Save as params file", self.save), self.name])
        buttons = widgets.HBox([self.run_button, self.stop_button, self.clear_button])
        right = widgets.VBox([buttons, self.status, self.image, saved, self.exported], layout={"flex": "1 1 500px"})
        self.box = widgets.HBox([widgets.VBox([begin, self.form.box]), right], layout={"flex_flow": "row wrap"})

    def start(self) -> None:
        """Run what the fields say, in the background, one run at a time; nothing if one of them is wrong."""
        config = self.form.config()
        if config is None:
            self.say("Not run: see the field in red.")
            return
        if self.background is not None and self.background.is_alive():
            return
        self._running(True)
        self.say("Loading the images ...")
        self.background = Background(lambda: self._work(config), self._done)
        self.background.start()

    def stop(self) -> None:
        """End the run that goes on, at once; its rounds stay."""
        if self.background is not None:
            self.stop_button.disabled = True
            self.background.stop()

    def clear(self) -> None:
        """Forget all runs but the last."""
        self.runs = self.runs[-1:]
        if self.runs and self.runs[-1].points:
            self._draw()

    def save(self) -> None:
        """Write the fields as a params file, and say what runs it."""
        config = self.form.config()
        if config is None:
            self.exported.value = "Not saved: see the field in red."
            return
        try:
            path = export(config, self.name.value, self.params)
        except (ValueError, OSError) as error:
            self.exported.value = f"<span role='alert' style='color:#C62828'>{html.escape(str(error))}</span>"
        else:
            command = f"make reproduce PROFILE={path.stem}"
            self.exported.value = f"Written: {html.escape(shown(path))}. It is run, with three seeds, by <code>{command}</code>"

    def say(self, text: str) -> None:
        self.status.value = f"<div role='status' style='line-height:1.4'>{html.escape(text)}</div>"

    def _work(self, config: Config) -> None:
        data = load(config.dataset, device=config.device)
        published, self.words = beside(config)
        going = Shown(config, published=None if published.empty else float(published.accuracy.iloc[0]))
        begun, self.drawn, self.drawing = time.perf_counter(), 0.0, 0.0
        with recorded(config.acquisition) as scores:
            for found in run(config, data):
                if not going.rounds:  # the first is there: the settings can be run
                    self.runs, self.data = [*self.runs, going][-MOST:], data
                going.rounds.append(found)
                going.scores = scores[-1] if scores else None
                if found.number in (0, config.num_rounds) or time.perf_counter() - self.drawn > self.drawing:
                    self._draw()  # at most half of the time: rounds of the smallest runs are as short as drawing
                self.say(_told(config, found, time.perf_counter() - begun))

    def _draw(self) -> None:
        last, begun = self.runs[-1], time.perf_counter()
        alt = "; ".join(f"{labels} labels: {accuracy:.1f} %" for labels, accuracy in last.points)
        self.image.value = image_html(figure(self.runs, self.data), f"Validation accuracy of the last run. {alt}")
        self.drawn, self.drawing = time.perf_counter(), time.perf_counter() - begun

    def _done(self, error: BaseException | None) -> None:
        self._running(False)
        if isinstance(error, Stopped):
            self.say("Stopped." + (" The rounds that were done are kept." if self.runs else ""))
        elif isinstance(error, (ValueError, FloatingPointError)):
            self.form.say(str(error))
            self.say("Not run: see the field in red." if isinstance(error, ValueError) else "Ended: see the field in red.")
        elif error is not None:
            self.say(f"Ended by an error: {type(error).__name__}: {error}")
        else:
            test = 100 * (self.runs[-1].rounds[-1].test_accuracy or 0)
            published = self.runs[-1].published
            paper = f"No published number beside it: {self.words}." if published is None else f"Published: {published:.2f} %."
            self.say(f"Done: {test:.2f} % of the test images. {paper}")

    def _running(self, running: bool) -> None:
        self.form.enable(not running)
        self.run_button.disabled, self.stop_button.disabled = running, not running
        self.preset.disabled = running


@contextmanager
def recorded(name: str) -> Iterator[list[Tensor]]:
    """The scores of the pool of every query in the block, as the acquisition called `name` saw them; none of a random one."""
    entry, seen = ACQUISITIONS[name], list[Tensor]()

    def top(scores: Tensor, count: int) -> list[int]:
        seen.append(scores.detach())
        return entry.top(scores, count)

    ACQUISITIONS[name] = entry._replace(top=top)
    try:
        yield seen
    finally:
        ACQUISITIONS[name] = entry


def _told(config: Config, found: Round, seconds: float) -> str:
    accuracy = "" if found.valid_accuracy is None else f" {100 * found.valid_accuracy:.1f} % of the validation images;"
    left = "" if found.number == config.num_rounds else " training the next ..."
    return f"Round {found.number} of {config.num_rounds}, {found.num_labelled:,} labels:{accuracy} {seconds:.1f} s.{left}"


def _papers() -> dict[str, Config]:
    """The paper's scenarios by their names, each as it is on MNIST with LeNet."""
    first: dict[str, Config] = {}
    for experiment in read_profile("paper").experiments:
        if experiment.configs[0].model == "lenet":
            first.setdefault(experiment.scenario, experiment.configs[0])
    return {f"the paper: {word(name)}": replace(config, evaluate_every=1) for name, config in first.items()}


def _button(text: str, pressed, style: str = "", disabled: bool = False) -> widgets.Button:
    button = widgets.Button(description=text, button_style=style, disabled=disabled, layout={"width": "auto"})
    button.on_click(lambda _: pressed())
    return button

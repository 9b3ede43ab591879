"""What a person sees in the notebook: the image, a button a class, and how it goes. Keys press the buttons."""

import html
import io
from pathlib import Path

import ipywidgets as widgets
import torch
from IPython.display import Javascript
from PIL import Image

from alkit.config import Config
from alkit.data import Dataset
from alkit.human.export import file_names, to_csv
from alkit.human.halting import hint
from alkit.human.session import Session, for_person
from alkit.paths import shown

KEYS = "1234567890abcdefghijklmnopqrtvwxyz"  # of the classes in turn; s skips, u takes back
SIDE = 256  # pixels of an image's longer side on the page
KEYBOARD = (Path(__file__).parent / "keys.js").read_text(encoding="utf-8")


class Panel:
    """A session and its widgets; `box` is what a notebook displays."""

    def __init__(self, config: Config, data: Dataset, path: Path):
        self.data, self.names = data, file_names(data)
        self.image = widgets.Image(format="png", layout={"width": f"{SIDE}px", "max_width": "100%", "min_height": "80px"})
        self.words = widgets.HTML()
        keys = keys_of(data.class_names)
        self.classes = [self._button(f"{name}  ({key})" if key not in ("", name) else name, key, label)
                        for label, (name, key) in enumerate(zip(data.class_names, keys, strict=True))]  # fmt: skip
        self.skip = self._button("skip  (s)", "s", None)
        self.back = self._button("undo  (u)", "u", "undo")
        self.export = self._button("save as CSV", "", "export")
        listener = widgets.Output(layout={"height": "0px"})
        listener.append_display_data(Javascript(KEYBOARD))
        grid = widgets.GridBox(self.classes, layout={"grid_template_columns": "repeat(auto-fill, minmax(140px, 1fr))",
                                                     "grid_gap": "4px", "width": "100%"})  # fmt: skip
        right = widgets.VBox([grid, widgets.HBox([self.skip, self.back, self.export], layout={"margin": "8px 0"}), self.words],
                             layout={"flex": "1 1 320px", "min_width": "280px"})  # fmt: skip
        self.box = widgets.HBox([self.image, right, listener], layout={"flex_flow": "row wrap", "grid_gap": "20px"})
        self.box.add_class("alkit-label")
        self.image.add_class("alkit-image")
        self.session = Session(for_person(config, data), data, path)
        self.session.changed = self.show
        self.show()

    def show(self) -> None:
        """Bring the page up to what the session knows."""
        with self.session.state:
            image, given = self.session.current, self.session.answers.given
            for button in (*self.classes, self.skip):
                button.disabled = image is None
            self.back.disabled = self.export.disabled = not given
            self.image.value = png(self.data, image)
            name = [self.names[image]] if image is not None else []
            lines = map(html.escape, [*name, *progress(self.session), *network(self.session)])
            self.words.value = f'<div style="line-height: 1.6">{"<br>".join(lines)}</div>'

    def _button(self, words: str, key: str, does: int | str | None) -> widgets.Button:
        button = widgets.Button(description=words, layout={"width": "auto", "min_width": "110px"})
        if key:
            button.add_class(f"alkit-key-{key}")
        button.on_click(lambda _: self._press(does))
        return button

    def _press(self, does: int | str | None) -> None:
        try:
            if does == "undo":
                self.session.undo()
            elif does == "export":
                path = to_csv(self.session.answers, self.data)
                self._add(f"Saved: {shown(path)}")
            else:
                self.session.answer(does)
        except OSError as error:
            self.show()
            self._add(f"Not saved ({error}): make room, then press again.")

    def _add(self, words: str) -> None:
        self.words.value += f"<br>{html.escape(words)}"


def keys_of(class_names: tuple[str, ...]) -> list[str]:
    """The key of each class: a digit's own where all classes are digits, else 1 to 9, 0, and letters; "" after the last."""
    if all(len(name) == 1 and name in "0123456789" for name in class_names):
        return list(class_names)
    return [KEYS[label] if label < len(KEYS) else "" for label in range(len(class_names))]


def png(data: Dataset, image: int | None) -> bytes:
    """A training image as a PNG, enlarged and smoothed, as one sees more in it then; a white one for None."""
    pixels = torch.full(data.image_shape, 255, dtype=torch.uint8) if image is None else data.x_train[image].cpu()
    channels, height, width = pixels.shape
    times = max(1, SIDE // max(height, width))
    picture = Image.fromarray(pixels[0].numpy() if channels == 1 else pixels.permute(1, 2, 0).contiguous().numpy())
    file = io.BytesIO()
    picture.resize((width * times, height * times), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def progress(session: Session) -> list[str]:
    """How far she is, how fast, and how often she agrees with the data set's own labels."""
    labelled = len(session.labels)
    pace = f"; {session.seconds:.1f} s each (median)" if session.seconds else ""
    lines = [f"{labelled} labelled, {len(session.answers.given) - labelled} skipped, {len(session.open)} to go{pace}"]
    same, of = session.agreement
    if of:
        lines.append(f"As the data set has it: {same} of {of} ({100 * same / of:.0f} %)")
    return lines


def network(session: Session) -> list[str]:
    """What the loop does, what the network can, and whether to stop."""
    rounds, lines = session.answers.rounds, []
    if session.problem:
        lines.append(f"The loop has stopped: {session.problem}. The labels are kept; mend it and run this cell again.")
    elif session.is_done:
        lines.append("The last query: there is nothing more to ask for.")
    elif session.is_training:
        lines.append(f"The network is training{'; go on meanwhile.' if session.open else ', then there is more to label.'}")
    else:
        lines.append(f"It trains again after {len(session.open) - session.num_may_stay_open} more.")
    if evaluated := [found for found in rounds if found.valid_accuracy is not None]:
        ends = [f"{100 * r.valid_accuracy:.1f} % with {r.num_labelled} labels" for r in (evaluated[0], evaluated[-1])]
        lines.append(f"Validation accuracy: {' → '.join(dict.fromkeys(ends))}")
    return [*lines, *filter(None, [hint(session.answers.alike)])]

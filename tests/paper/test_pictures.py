"""What figures share: a look that no user's configuration changes, notes, and rows of images."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import torch

from alkit.paper import pictures
from alkit.paper.pictures import made_on, note, strip, style


def test_a_users_latex_does_not_reach_our_figures():
    with plt.rc_context({"text.usetex": True}):
        style()
        assert not plt.rcParams["text.usetex"]


def test_a_note_is_text_whatever_it_holds():
    figure, _ = plt.subplots()
    note(figure, "my $5_old$ images: 50% off")
    figure.canvas.draw()  # mathtext would fail here
    plt.close(figure)


def test_images_stand_in_a_row_one_pixel_apart():
    _, ax = plt.subplots()
    strip(ax, torch.zeros(3, 1, 4, 5, dtype=torch.uint8), ["a", "b", "c"])
    shown = ax.images[0].get_array()
    assert shown.shape == (4, 17, 3)
    assert (shown[:, [5, 11]] == 255).all()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    plt.close("all")


def test_a_notebook_that_saves_no_figure_shows_it_with_two_pixels_for_one(monkeypatch):
    lines = []
    shell = SimpleNamespace(run_line_magic=lambda *line: lines.append(line))
    monkeypatch.setattr(pictures, "get_ipython", lambda: shell)
    style()
    assert lines == []
    style(fine=True)
    assert lines == [("config", "InlineBackend.figure_format = 'retina'")]


def test_a_figures_data_are_named_once_in_the_papers_words(monkeypatch):
    monkeypatch.setattr(pictures, "loaded", lambda name, device: SimpleNamespace(name=name, digest="1a2b", source="s"))
    assert made_on(["mnist", "mnist"]) == "MNIST 1a2b: s"

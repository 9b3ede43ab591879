"""Figures as drawings."""

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from alkit.paper.page import Link
from alkit.paper.pictures import note
from alkit.site.drawings import described, figure_html, points

BEHIND = {"mine/one": Link("experiments/mine/one.html", "mine/one")}


def two_panels():
    figure, axes = plt.subplots(1, 2, layout="constrained")
    for ax, title in zip(axes, ("left", "right"), strict=True):
        ax.plot([100, 200], [10, 20.25])
        ax.set(title=title, xlabel="labels")
    axes[0].lines[0].set_gid("mine/one")
    axes[0].set_ylabel("accuracy (%)")
    figure.legend(handles=[Line2D([], [], color="#0072B2", label="a < b"), Line2D([], [], marker="D", ls="", label="mark")])
    note(figure, "Two lines. digits 1a2b: a source of some length that is broken somewhere in the middle of it")
    return figure


def drawings(text):
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_a_figure_has_a_drawing_for_each_panel_and_its_legend_as_text():
    text = figure_html(two_panels(), BEHIND)
    assert [svg.get("role") for svg in drawings(text)] == [None, None, "img", "img"]  # two keys, two panels
    assert "a &lt; b</li>" in text
    assert ">left</text>" in text.replace("\n", "")
    assert text.count("accuracy (%)</text>") == 2  # each panel can stand alone


def test_a_line_names_the_experiment_behind_it_and_leads_there():
    text = figure_html(two_panels(), BEHIND)
    assert text.count('<a href="experiments/mine/one.html" tabindex="-1"><title>mine/one</title>') == 1
    assert '<p><b>left</b> <a href="experiments/mine/one.html">mine/one</a></p>' in text


def test_points_lead_to_their_experiments():
    figure, ax = plt.subplots()
    ax.plot([1, 2], [3, 4], "o")
    points(ax, [1, 2], [3, 4], ["mine/one", "mine/unknown"])
    assert figure_html(figure, BEHIND).count("<title>mine/one</title>") == 1


def test_a_panel_is_described_by_its_axes_and_the_ends_of_its_lines():
    ax = two_panels().axes[0]
    ax.lines[0].set_label("mine/one")
    assert described(ax) == "left: accuracy (%) over labels. mine/one: from 10.0 at 100 to 20.2 at 200."
    assert described(two_panels().axes[1]) == "right:  over labels."


def test_the_note_is_text_and_its_sources_are_lines_of_their_own():
    source = "digits 1a2b: a source of some length that is broken somewhere in the middle of it"
    text = figure_html(two_panels(), BEHIND, [Link("code.html#L1", "code.py, line 1")], [source])
    assert '<p>Two lines.</p><p>Drawn by <a href="code.html#L1">code.py, line 1</a></p>' in text
    assert f"<details><summary>The data</summary><p>{source}</p></details>" in text


def test_the_same_figure_is_the_same_text():
    assert figure_html(two_panels(), BEHIND) == figure_html(two_panels(), BEHIND)

"""A figure as HTML: a drawing (SVG) for each of its panels, its legend and its note as text, its lines as links."""

import html
import io
import re
from collections.abc import Callable, Iterable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from alkit.paper.page import Link

HIT = 9  # width of the invisible line under the pointer, in points
STYLE = {"svg.fonttype": "none", "svg.hashsalt": "alkit"}  # text stays text; the same drawing is the same file
SIDE, ALONE, SQUARE = (3.5, 3.1), (5.4, 3.6), (5.4, 5.2)  # inches of a panel: beside others, alone, with equal axes
XLINK = "http://www.w3.org/1999/xlink"
FONTS = "system-ui, 'Liberation Sans', Arial, sans-serif"

Behind = dict[str, Link]  # experiment -> its page and what it is in words


def figure_html(figure: Figure, behind: Behind, drawn: Iterable[Link] = (), origins: Iterable[str] = ()) -> str:
    """The HTML of a figure. A line, or a point, whose gid or url is an experiment links to it.

    `drawn` links to what drew it; `origins` are the lines of its note that say where its data is from.
    """
    axes = figure.axes
    legend = [_key(handle) for one in figure.legends for handle in one.legend_handles]
    paragraphs = _unwrapped(figure.get_supxlabel().replace("\\$", "$"), origins)
    for one in figure.legends:
        one.remove()
    figure.supxlabel("")
    panels, lists = [], []
    size = SIDE if len(axes) > 1 else ALONE if axes[0].get_aspect() == "auto" else SQUARE
    for ax in axes:
        ax.set_ylabel(ax.get_ylabel() or axes[0].get_ylabel())
        found = {line.get_gid(): line for line in ax.lines if line.get_gid() in behind}
        for gid, line in found.items():
            line.set_label(behind[gid].words)
            ax.plot(line.get_xdata(), line.get_ydata(), lw=HIT, alpha=0, color="black", url=gid)
        alt = described(ax) if found else " ".join([described(ax), *paragraphs[0]])
        panels.append(_svg(figure, ax, axes, size, alt, behind))
        title = f"<b>{html.escape(ax.get_title())}</b> " if ax.get_title() else ""
        lists += [f"<p>{title}{'; '.join(anchor(behind[gid]) for gid in found)}</p>"] if found else []
    plt.close(figure)
    parts = [f'<ul class="legend">{"".join(legend)}</ul>' if legend else ""]
    parts.append(f'<div class="panels">{"".join(f"<div>{panel}</div>" for panel in panels)}</div>')
    told, data = ([f"<p>{html.escape(line)}</p>" for line in part] for part in paragraphs)
    caption = [*told, f"<p>Drawn by {' in '.join(map(anchor, drawn))}</p>" if drawn else ""]
    caption += [folded("The experiments behind the lines", lists), folded("The data", data)]
    wide = " wide" if len(panels) > 1 else ""
    return f'<figure class="plot{wide}">{"".join(parts)}<figcaption>{"".join(caption)}</figcaption></figure>'


def anchor(link: Link) -> str:
    return f'<a href="{html.escape(link.href)}">{html.escape(link.words)}</a>'


def folded(summary: str, parts: list[str]) -> str:
    """Something that is read by those who ask for it."""
    return f"<details><summary>{summary}</summary>{''.join(parts)}</details>" if parts else ""


def described(ax: Axes) -> str:
    """A panel in words: its axes, and where each line with a label begins and ends."""
    title = f"{ax.get_title()}: " if ax.get_title() else ""
    parts = [f"{title}{ax.get_ylabel()} over {ax.get_xlabel()}"]
    for line in ax.lines:
        x, y = (np.asarray(values, dtype=float) for values in line.get_data())
        if not str(line.get_label()).startswith("_") and len(y):
            parts.append(f"{line.get_label()}: from {y[0]:.1f} at {x[0]:,.0f} to {y[-1]:.1f} at {x[-1]:,.0f}")
    return ". ".join(parts) + "."


def points(ax: Axes, x, y, experiments: Iterable[str]) -> None:
    """Invisible points over those that are drawn, each of an experiment, for the pointer to find."""
    ax.scatter(x, y, s=HIT**2, alpha=0, color="black", zorder=9).set_urls(list(experiments))


def _svg(figure: Figure, ax: Axes, axes: list[Axes], size: tuple[float, float], alt: str, behind: Behind) -> str:
    """One panel alone, filling a drawing of `size` inches."""
    for other in axes:
        other.set_visible(other is ax)
        other.set_in_layout(other is ax)
    ax.set_subplotspec(figure.add_gridspec(1, 1)[0])
    figure.set_size_inches(size)
    return svg(figure, alt, behind.get)


def svg(figure: Figure, alt: str, link: Callable[[str], Link | None] = lambda gid: None) -> str:
    """A figure as an SVG element without what a page does not need; urls are given to `link`, which makes them links."""
    file = io.StringIO()
    with plt.rc_context(STYLE):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"(\d+\.\d\d)\d+", r"\1", text)
    text = re.sub(r'(font(?:-family)?: (?:[\d.]+px )?)[^;"]*', lambda found: f"{found[1]}{FONTS}", text)
    text = re.sub(r'<g id="[^"]*">', "<g>", text)  # nothing points to a group, and two drawings on a page have the same

    def linked(found: re.Match) -> str:
        to = link(html.unescape(found[1]))
        name = html.escape(to.words) if to else ""
        return f'<a href="{html.escape(to.href)}" tabindex="-1"><title>{name}</title>' if to else "<a>"

    text = re.sub(r'<a xlink:href="([^"]*)"[^>]*>', linked, text)
    view = re.search(r'viewBox="[^"]*"', text)[0]
    inside = re.sub(r"\n\s*", "\n", text[text.index(">") + 1 :])
    return f'<svg xmlns:xlink="{XLINK}" {view} role="img" aria-label="{html.escape(alt)}">{inside}'


def _key(handle: Line2D) -> str:
    """An entry of a legend: what is drawn, small, and its words."""
    figure = plt.figure(figsize=(0.42, 0.2))
    swatch = Line2D([0.5], [0.5]) if handle.get_linestyle() == "None" else Line2D([0.05, 0.95], [0.5, 0.5])
    swatch.update_from(handle)
    swatch.set_transform(figure.transFigure)
    figure.add_artist(swatch)
    drawn = svg(figure, "").replace('role="img" aria-label=""', 'aria-hidden="true"')
    plt.close(figure)
    words = html.escape(str(handle.get_label()).replace("\\$", "$"))
    return f'<li><span class="swatch">{drawn}</span>{words}</li>'


def _unwrapped(note: str, origins: Iterable[str]) -> tuple[list[str], list[str]]:
    """A note, which was broken into lines for a picture's width: what it tells, and the origins in it."""
    text, found = " ".join(note.split()), []
    for origin in origins:
        if origin in text:
            text, found = text.replace(origin, "").strip(), [*found, origin]
    return [text] if text else [], found

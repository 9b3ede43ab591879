"""Tables 2 and 3 as HTML: a row's name stays while its numbers scroll, every number of ours leads to its experiment."""

import html

from alkit.paper import tables
from alkit.paper.results import Results
from alkit.site.drawings import Behind, folded

METRICS = {
    2: "Test accuracy under noise, constrained data (%)",
    3: "Test error by scenario, without noise (%)",
}


WIDE = 5  # columns, from which on a table is wider than the text
NOTE = "Ours: mean ± standard error (seeds), each a link to its experiment; the paper prints means alone."


def paper_table(results: Results, number: int, behind: Behind) -> str:
    """Table 2 or 3. The first key of a row heads its group, the others name it; a dataset spans its columns."""
    found = tables.rows(results.rounds, number)
    text, experiment = tables.laid_out(found, number), tables.laid_out(found, number, "experiment")
    ours = lambda place, column: (place if number == 2 else column)[-1] != "paper"  # noqa: E731
    body, above = [], None
    for place, row, at in zip(text.index, text.to_numpy(), experiment.to_numpy(), strict=True):
        if place[0] != above:
            body.append(_group(place[0] if number == 3 else _noise(place[0]), len(text.columns)))
            above = place[0]
        name = [part for part in place[1:] if part]
        cells = [
            _cell(*both, ours(place, column), behind)
            for both, column in zip(zip(row, at, strict=True), text.columns, strict=True)
        ]
        label = " ".join([html.escape(name[0]), *(f"<small>{html.escape(part)}</small>" for part in name[1:])])
        body.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>')
    origins = tables.sources(results.provenance, found.dataset[found.line != "paper"].astype(str).unique()).splitlines()
    note = f"<p>{NOTE}</p>" + folded("The data", [f"<p>{html.escape(line)}</p>" for line in origins])
    table = f'<table class="paper"><thead>{_heads(text.columns)}</thead><tbody>{"".join(body)}</tbody></table>'
    box = f'<div class="table" tabindex="0" role="region" aria-label="Table {number}, scrolls sideways">{table}</div>'
    return f'<div{" class=wide" if len(text.columns) > WIDE else ""}>{box}<div class="note">{note}</div></div>'


def _heads(columns) -> str:
    """Two rows: what spans the columns, and each of them."""
    spans: dict[str, int] = {}
    for first, _ in columns:
        spans[first] = spans.get(first, 0) + 1
    over = "".join(f'<th scope="colgroup" colspan="{width}">{html.escape(first)}</th>' for first, width in spans.items())
    under = "".join(f'<th scope="col">{html.escape(second)}</th>' for _, second in columns)
    return f"<tr><th></th>{over}</tr><tr><th></th>{under}</tr>".replace("<th></th>", "<td></td>")


def _group(words: str, width: int) -> str:
    return f'<tr class="group"><th scope="rowgroup" colspan="{width + 1}"><span>{html.escape(words)}</span></th></tr>'


def _noise(words: str) -> str:
    return "No noise" if words == "None" else f"{words} noise"


def _cell(text: str, experiment: str, is_ours: bool, behind: Behind) -> str:
    if not text:
        return "<td></td>"
    mean, *rest = text.strip().replace("\N{FIGURE SPACE}", "").split(" ", 1)
    shown = mean + (f"<small>{html.escape(rest[0])}</small>" if rest else "")
    if experiment in behind:
        to = behind[experiment]
        shown = f'<a href="{html.escape(to.href)}" title="{html.escape(experiment)}">{shown}</a>'
    return f'<td class="ours">{shown}</td>' if is_ours else f"<td>{shown}</td>"

"""Tables 2 and 3 as HTML."""

import re

from alkit.paper.page import Link
from alkit.paper.results import together
from alkit.site.tables import paper_table


def test_a_cell_of_ours_leads_to_the_experiment_it_names(logged):
    results = together(
        logged([{"scenario": "constrained", "dataset": "mnist", "acquisition": ["random", "bald"], "num_rounds": 2}])
    )
    name = "mine/constrained-mnist-lenet-bald-none"
    table = paper_table(results, 2, {name: Link("x/bald.html", name)})
    assert f'<td class="ours"><a href="x/bald.html" title="{name}">50.00<small>± 0.00 (2)</small></a></td>' in table
    assert '<td class="ours">50.00<small>± 0.00 (2)</small></td>' in table  # random has no page here


def test_the_papers_numbers_stand_under_their_heads(logged):
    table = paper_table(together(logged([{"scenario": "constrained", "dataset": "mnist", "num_rounds": 1}])), 2, {})
    spans = re.findall(r'<th scope="colgroup" colspan="(\d+)">([^<]*)</th>', table)
    assert spans == [("3", "MNIST"), ("3", "CIFAR-10"), ("3", "Fashion-MNIST")]
    first = re.search(r'<th scope="row">LeNet <small>paper</small></th>(.*?)</tr>', table)[1]
    assert re.findall(r"<td>(.*?)</td>", first) == [
        "28.79",
        "19.06",
        "20.77",
        "13.92",
        "13.10",
        "15.02",
        "22.99",
        "19.01",
        "16.22",
    ]
    assert ">No noise<" in table
    assert ">Gaussian noise<" in table


def test_names_are_shown_as_they_are(logged):
    grid = [{"scenario": "constrained", "dataset": "mnist", "num_rounds": 1}]
    table = paper_table(together(logged(grid, label="a <b> & c")), 3, {})
    assert "a &lt;b&gt; &amp; c" in table
    assert "<b>" not in table

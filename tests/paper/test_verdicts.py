"""Verdicts follow from the numbers shown, by rule."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from alkit.paper import verdicts
from alkit.paper.claims import CLAIMS, Claim
from alkit.paper.evidence import Quantity
from alkit.paper.results import read
from alkit.paper.verdicts import in_short, judge, looks, table
from alkit.run.grid import read_profile

UP, DOWN, WIDE = np.array([2.0, 2.2, 1.9]), np.array([-2.0, -2.2, -1.9]), np.array([5.0, -5.0, 1.0])
SMALL = np.array([0.2, -0.1, 0.1])


def claim(**options):
    return Claim("text", "5", "evidence", lambda e: [], **options)


def verdict(*values, claimed=None, **options):
    return judge(claimed or claim(), [Quantity("what", v, margin=1.0, **options) for v in values])[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([UP], "holds"),
        ([DOWN], "does not hold"),
        ([SMALL], "does not hold"),  # a difference of less than a point is none
        ([UP, UP], "holds"),
        ([UP, DOWN], "does not hold"),
        ([UP[:1]], "not run"),
        ([UP, UP[:0]], "not run"),
        ([DOWN, UP[:0]], "does not hold"),  # what is not run cannot save it
    ],
)
def test_a_verdict_follows_from_the_intervals(values, expected):
    assert verdict(*values) == expected


def test_what_is_inconclusive_says_how_many_seeds_would_settle_it():
    assert verdict(UP, WIDE) == verdict(WIDE, UP)
    assert verdict(WIDE).startswith("inconclusive: needs about ")
    assert int(verdict(WIDE).split()[-2]) > 50
    assert verdict(np.array([0.4, 0.5, 0.6]), known=9.0) == "inconclusive: more seeds alone would not settle it"


def test_against_a_claim_of_many_quantities_holm_asks_for_more_and_for_it_every_one_is_needed():
    just = np.array([-1.0, -0.2, 0.6]) * 0.7 - 0.6  # p against is 0.02 alone
    alone, p = judge(claim(), [Quantity("what", just, margin=1.0)])
    assert alone == "does not hold"
    assert 0.025 < p < 0.05
    several, adjusted = judge(claim(), [Quantity("what", v, margin=1.0) for v in (just, WIDE, WIDE)])
    assert several.startswith("inconclusive")
    assert adjusted == pytest.approx(3 * p)


def test_a_claim_that_was_judged_as_seeds_were_added_is_judged_more_strictly():
    assert [looks([Quantity("what", np.zeros(n))]) for n in (0, 1, 3, 4, 5, 7, 10, 16, 20)] == [1, 1, 1, 2, 2, 4, 7, 8, 9]
    assert looks([Quantity("what", UP), Quantity("what", np.zeros(5))]) == 2
    just = np.array([0.4, 0.9, 0.5, 1.3, 0.1])  # p is 0.04 if these are all that were ever looked at
    alone = stats.ttest_1samp(just, 0).pvalue
    found, p = judge(claim(), [Quantity("what", just, margin=0.2)])
    assert alone < 0.05 and p == pytest.approx(2 * alone)
    assert found.startswith("inconclusive: needs about ")
    assert judge(claim(), [Quantity("what", np.tile(just, 4) + 1, margin=0.2)])[0] == "holds"


def test_what_is_partly_run_counts_among_the_tests_whatever_it_says_so_far():
    for values in (WIDE, UP):
        found, p = judge(claim(), [Quantity("what", values), Quantity("other", UP[:0])])
        assert found == "not run"
        assert 0 < p <= 1


def test_no_difference_is_shown_by_two_one_sided_tests_and_refuted_beyond_the_margin():
    assert verdict(SMALL, same=True) == "holds"
    assert verdict(UP, same=True) == verdict(DOWN, same=True) == "does not hold"
    assert verdict(WIDE, same=True).startswith("inconclusive")


def test_the_test_sets_own_error_counts():
    assert verdict(UP, known=0.01) == "holds"
    assert verdict(UP, known=4.0).startswith("inconclusive")


def test_thresholds_count_to_the_point():
    def found(threshold):
        return judge(claim(), [Quantity("what", 70 + UP, threshold)])[0]

    assert found(70) == "holds"
    assert found(91) == found(72.8) == "does not hold"


def test_an_artefact_is_said_only_when_its_statement_holds():
    artefact = claim(if_so="artefact of x")
    assert verdict(UP, claimed=artefact) == "artefact of x"
    assert verdict(WIDE, claimed=artefact).startswith("inconclusive")
    assert verdict(DOWN, claimed=artefact) == "inconclusive: more seeds alone would not settle it"


def test_the_papers_own_tables_and_the_method_can_settle_it():
    contradicted = claim(theirs=lambda: {"Table 3": -0.01})
    assert verdict(UP[:0], claimed=contradicted) == "does not hold: the paper's own tables contradict it"
    assert verdict(DOWN, claimed=contradicted) == "does not hold"
    assert verdict(UP[:0], claimed=claim(theirs=lambda: {"Table 3": 0.01})) == "not run"
    assert judge(claim(fact="no network is asked"), [])[0] == "does not hold: the method excludes it"


def test_without_any_run_nothing_is_judged_but_by_the_papers_own_tables_and_the_method(tmp_path):
    found = table(read(read_profile("paper", tmp_path)))
    assert len(found) == len(CLAIMS)
    assert set(found.verdict[found.verdict.str.startswith("not run")]) == {"not run"}
    settled = found[found.verdict != "not run"].verdict.tolist()
    assert sorted(settled) == [
        "does not hold: the method excludes it",
        *2 * ["does not hold: the paper's own tables contradict it"],
    ]
    assert found.p.isna().all()
    assert in_short(found).startswith(f"Of {len(CLAIMS)} claims 3 do not hold and {len(CLAIMS) - 3} are not run.")


def test_p_values_are_adjusted_over_all_claims_that_were_tested(monkeypatch, tmp_path):
    values = {"a": UP, "b": DOWN, "c": WIDE, "d": UP[:1]}
    claims = [Claim(name, "5", "", lambda e, v=v: [Quantity("what", v)]) for name, v in values.items()]
    monkeypatch.setattr(verdicts, "CLAIMS", claims)
    found = table(read(read_profile("paper", tmp_path))).set_index("claim")
    p = found.p
    assert pd.isna(p["d"])
    assert found["adjusted p"]["b"] == pytest.approx(max(p["a"], p["b"]) * 3 / 2)
    doubtful = found.reset_index().assign(**{"adjusted p": [0.06, 0.01, 0.5, np.nan]})
    for rows, number in ((found.reset_index(), "all"), (doubtful, 1)):
        assert in_short(rows).endswith(
            f"A test decides 2 of them; corrected for reading many claims at once, {number} of these verdicts stand."
        )
    lines = verdicts.text(found.reset_index(), tmp_path).splitlines()
    assert [line.split(" | ")[0] for line in lines if line.startswith("| ")][1:] == ["| a", "| b", "| c", "| d"]

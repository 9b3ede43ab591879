"""The claims judged by rule from the numbers shown: as a table, in a sentence, and as the page outputs/claims.md."""

from pathlib import Path

import numpy as np
import pandas as pd

from alkit.paper.claims import CLAIMS, Claim
from alkit.paper.evidence import MARGIN, TEST_IMAGES, Evidence, Quantity
from alkit.paper.measures import SECOND_HALF
from alkit.paper.results import Results
from alkit.paper.stats import benjamini_hochberg

LEVEL = 0.05  # two-sided: of each side half
LOOKS = (3, 5, 6, 7, 8, 9, 10, 16)  # the numbers of seeds at which the paper's claims have been judged so far
RULE = f"""Every line tests its statement by one or more quantities, each measured once per seed, which it says lie above a
threshold (zero for a difference). Intervals are Student's, of the mean, 95 %; those of test accuracies include the error of
having only {TEST_IMAGES:,} test images: image by image where the logs say which were right, else binomial, as if networks erred
independently, which is too much where they err alike. A *curve* counts as the validation accuracy averaged over the numbers of
labels at which all compared runs were evaluated; its halves meet at {SECOND_HALF["first"]} labels, which is round 50. The words
after a verdict say under what conditions it was found, and what else was measured.

- *holds*, asked first: every quantity is shown to lie above its threshold, each tested at 2.5 %; as all have to pass, no
  adjustment is needed.
- *does not hold*: at least one is shown, at 2.5 % by Holm's adjustment, to lie below its threshold, or to be a difference of
  less than {MARGIN:g} point, so little that it counts as none (the verdicts are the same with 0.7 points, and with 0.9, the
  smallest difference from which the paper's text concludes anything; with 0.5 two of them are inconclusive); or the paper's own
  tables contradict it; or the method excludes it.
- A claim of no difference holds if the difference is within ±{MARGIN:g} point (two one-sided tests), not if it lies beyond.
- *inconclusive*: neither; so many seeds as it says would settle it, with a power of 80 %, if mean and spread stay as they are.
- *not run*: neither, and a quantity has fewer than two seeds; p is of the quantities that were run.
- *artefact*: the paper names a cause of what it saw; another one was tested here, and explains it.

p is two-sided, of the claim as a whole; in brackets adjusted for reading all claims together too (Benjamini and Hochberg).
Three seeds were run first, and more where a claim stayed open (`params/paper.yaml`); n counts the finished ones. What is tested
each time seeds are added is shown sooner or later by chance: p is multiplied, and the levels above are divided, by how many
times a claim of so many seeds was judged (at {", ".join(map(str, LOOKS[:-1]))} and {LOOKS[-1]}; Bonferroni). Intervals are not
adjusted.
"""
SHORT = {
    "holds": ("holds", "hold"),
    "does not hold": ("does not hold", "do not hold"),
    "artefact": ("is an artefact", "are artefacts"),
    "inconclusive": ("is inconclusive", "are inconclusive"),
    "not run": ("is not run", "are not run"),
}


def judge(claim: Claim, quantities: list[Quantity]) -> tuple[str, float]:
    """The verdict that RULE gives, and the two-sided p-value of the claim; NaN if no test decides it."""
    times = looks(quantities)
    if claim.fact:
        return "does not hold: the method excludes it", np.nan
    p_for = max(q.p_for for q in quantities) if all(len(q.values) > 1 for q in quantities) else np.nan
    against = [q.p_against for q in quantities if len(q.values) > 1]
    p_against = min(1.0, len(quantities) * min(against)) if against and claim.if_so == "holds" else np.nan
    tested = [side for side in (p_for, p_against) if not np.isnan(side)]
    p = min(1.0, 2 * times * min(tested)) if tested else np.nan
    if times * p_for < LEVEL / 2:
        return claim.if_so, p
    # An artefact's quantities are about our cause for what the paper saw: against them would say nothing for the paper's.
    if times * p_against < LEVEL / 2:
        return "does not hold", p
    if any(value <= 0 for value in claim.theirs().values()):
        return "does not hold: the paper's own tables contradict it", p
    if any(len(q.values) < 2 for q in quantities):
        return "not run", p
    return f"inconclusive: {_seeds(quantities, both=claim.if_so == 'holds')}", p


def looks(quantities: list[Quantity]) -> int:
    """How many times a claim with so many seeds has been judged: at each of LOOKS below them, and now."""
    return 1 + sum(seeds < max((len(q.values) for q in quantities), default=0) for seeds in LOOKS)


def _seeds(quantities: list[Quantity], both: bool) -> str:
    """With how many seeds the tests would settle it, judged once more: those for it, and, if `both` are made, those against."""
    of, times = len(quantities), looks(quantities) + 1
    needed = [max(q.seeds_needed(claimed=True, of=of, times=times) for q in quantities)]
    needed += [q.seeds_needed(claimed=False, of=of, times=times) for q in quantities] if both else []
    fewest = min(needed)
    return f"needs about {float(f'{fewest:.2g}'):,.0f} seeds" if np.isfinite(fewest) else "more seeds alone would not settle it"


def table(results: Results) -> pd.DataFrame:
    """All claims with the paper's evidence, ours, p, the verdict and the notebook, a row each."""
    evidence, rows = Evidence(results), []
    for claim in CLAIMS:
        quantities = claim.measure(evidence)
        contradictions = [f"{what}: {value:.2f}" for what, value in claim.theirs().items() if value <= 0]
        ours = "; ".join(map(str, quantities)) or claim.fact
        paper = "; ".join([claim.paper, *contradictions])
        verdict, p = judge(claim, quantities)
        only = "" if verdict == "not run" else claim.only(evidence)
        rows.append([claim.text, claim.section, paper, ours, p, verdict, only, claim.notebook])
    columns = ["claim", "section", "the paper's evidence", "ours: mean [95 % interval]", "p", "verdict", "only", "notebook"]
    found = pd.DataFrame(rows, columns=columns)
    found.insert(5, "adjusted p", benjamini_hochberg(found.p))
    return found


def counted(found: pd.DataFrame) -> str:
    """How many of the claims in `table` got which verdict, in a sentence."""
    numbers = {kind: found.verdict.str.startswith(kind).sum() for kind in SHORT}
    each = [f"{n} {SHORT[kind][int(n != 1)]}" for kind, n in numbers.items() if n]
    return f"Of {len(found)} claims {' and '.join([', '.join(each[:-1]), each[-1]] if each[1:] else each)}."


def in_short(found: pd.DataFrame) -> str:
    """`counted`, and how many tests stand when adjusted, in two sentences."""
    said = counted(found)
    tested = found[found.p.notna() & found.verdict.str.fullmatch("holds|does not hold|artefact.*")]
    stand = (tested["adjusted p"] < LEVEL).sum()
    if not len(tested):
        return said
    stands = "all of these verdicts stand" if stand == len(tested) else f"{stand} of these verdicts stand"
    return f"{said} A test decides {len(tested)} of them; corrected for reading many claims at once, {stands}."


def text(found: pd.DataFrame, outputs: Path, data: str = "") -> str:
    """The `table` as a Markdown page in `outputs`; a notebook that is there is a link. `data`: what was run on, a line each."""
    lines = ["# The paper's claims, and what the runs say", "", in_short(found), "", RULE]
    heads = ["claim", "verdict", "ours: mean [95 % interval]", "p (adjusted)", "the paper's evidence", "section", "notebook"]
    lines += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for claim, section, paper, ours, p, adjusted, verdict, only, notebook in found.itertuples(index=False):
        link = f"[{notebook}]({notebook}.ipynb)" if (outputs / f"{notebook}.ipynb").exists() else notebook
        both = "" if np.isnan(p) else f"{p:.2g} ({adjusted:.2g})"
        cells = [claim, f"**{verdict}**, {only}" if only else f"**{verdict}**", ours, both, paper, section, link]
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        *(f"- {line}" for line in data.splitlines()),
        "",
        "Written by `make report PROFILE=paper` from the logs under `paper` and `findings`.",
    ]
    return "\n".join(lines) + "\n"

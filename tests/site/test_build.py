"""The site as a whole: every link leads somewhere, nothing is loaded from afar, everything is reached and described."""

import posixpath
import re
import tomllib
from urllib.parse import unquote, urlsplit

import pytest

from alkit.paths import PROJECT
from alkit.site.build import _profiles

EXPERIMENTS = (
    "constrained-digits-lenet-bald-gaussian", "ideal_fine-digits-lenet-entropy-none", "supervised-digits-resnet18-random-none",
)  # fmt: skip


@pytest.fixture(scope="module")
def leads(site):
    """Every link of the site: page, tag, target (a path of the site), and fragment."""
    found = []
    for address, page in site.pages.items():
        for tag, href in page.led:
            parts = urlsplit(href)
            if not parts.scheme:
                path = posixpath.normpath(posixpath.join(posixpath.dirname(address), unquote(parts.path)))
                found.append((address, tag, path if parts.path else address, unquote(parts.fragment)))
    return found


def test_the_command_names_the_first_page(site):
    assert site.printed.strip().endswith("outputs/site/index.html")
    assert not (site.root.parent / "site.partial").exists()


def test_what_was_there_before_is_gone(site):
    assert not (site.root / "stray.html").exists()


def test_every_link_leads_to_a_file_of_the_site_and_to_a_place_in_it(site, leads):
    files = {path.relative_to(site.root).as_posix() for path in site.root.rglob("*.*")}
    assert len(leads) > 1000
    assert [at for at in leads if at[2] not in files] == []
    assert [at for at in leads if at[3] and at[3] not in site.pages[at[2]].ids] == []


def test_nothing_is_loaded_from_elsewhere(site):
    loaded = [(tag, href) for page in site.pages.values() for tag, href in page.led if tag not in ("a", "use")]
    assert [one for one in loaded if not one[1].startswith("data:") and not re.fullmatch(r"(\.\./)*style\.css", one[1])] == []
    assert [address for address, page in site.pages.items() if page.all("script") or page.all("iframe")] == []
    assert not re.search(r"url\(|@import", (site.root / "style.css").read_text())


def test_every_page_is_reached_from_the_first(site, leads):
    ways = {(at, to) for at, tag, to, _ in leads if tag == "a" and at != to and to in site.pages}
    reached, left = set(), {"index.html"}
    while left:
        reached |= left
        left = {to for at, to in ways if at in left} - reached
    assert reached == set(site.pages)


def test_every_experiment_with_a_finished_run_has_its_page_from_notebook_or_log(site):
    text = {name: (site.root / f"experiments/tiny/{name}.html").read_text() for name in EXPERIMENTS}
    assert ["Made from its logs" in text[name] for name in EXPERIMENTS] == [False, True, False]
    assert all("Test error after" in one.split("</aside>")[0] for one in text.values())


def test_pages_of_a_kind_lead_to_the_previous_and_the_next(site):
    first, middle, last = (f"experiments/tiny/{name}.html" for name in EXPERIMENTS)
    ways = {(at, a["rel"], a["href"].rsplit("/")[-1]) for at in (first, middle, last)
            for a in site.pages[at].all("a") if "rel" in a}  # fmt: skip
    names = [f"{name}.html" for name in EXPERIMENTS]
    assert ways == {(first, "next", names[1]), (middle, "prev", names[0]), (middle, "next", names[2]), (last, "prev", names[1])}


def test_every_page_is_whole_and_below_a_megabyte(site):
    assert len(site.pages) > 60
    for address, page in site.pages.items():
        assert len(page.all("h1")) == len(page.all("main")) == 1, address
        assert page.all("html") == [{"lang": "en"}]
        assert (site.root / address).stat().st_size < 1_000_000


def test_every_figure_says_what_one_sees(site):
    images = [image for page in site.pages.values() for image in page.all("img")]
    drawings = [svg for page in site.pages.values() for svg in page.all("svg") if svg.get("aria-hidden") != "true"]
    alts = [one["alt"] for one in images] + [one["aria-label"] for one in drawings]
    assert len(images) > 2
    assert len(drawings) == 3  # a curve of the profile, and of the experiment without a notebook
    assert [alt for alt in alts if len(alt) < 30] == []
    assert any("validation accuracy (%) over labelled images" in alt for alt in alts)


def test_every_row_of_tables_2_and_3_has_its_name(site):
    text = (site.root / "index.html").read_text()
    tables = re.findall(r'<table class="paper">.*?</table>', text, re.DOTALL)
    assert len(tables) == 2
    for table in tables:
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table.split("<tbody>")[1], re.DOTALL)
        assert [row for row in rows if not re.match(r'<th scope="row(group)?"', row)] == []


def test_an_unknown_profile_is_one_line(tmp_path, pipeline):
    process = pipeline.alkit(tmp_path, "site")
    assert process.returncode == 2
    assert process.stderr.startswith("error: unknown profile 'tiny'")
    assert len(process.stderr.splitlines()) == 1


def test_a_profile_whose_logs_are_of_other_settings_is_said_and_left_out(logged, tmp_path, capsys):
    grid = [{"scenario": "constrained", "dataset": "mnist", "num_rounds": 1}]
    logged(grid)
    logged(grid, name="other")
    (tmp_path / "other.yaml").write_text(
        (tmp_path / "other.yaml").read_text().replace("num_rounds: 1", "num_rounds: 1\n  epochs: 7")
    )
    assert [one.profile.name for one in _profiles("mine", tmp_path / "outputs", tmp_path)] == ["mine"]
    assert "left out: " in (said := capsys.readouterr().out)
    assert "epochs: 100 -> 7" in said


def test_the_released_codes_runs_stand_beside_the_numbers_that_they_are_of(logged, tmp_path):
    logged([{"scenario": "constrained", "model": "released_lenet", "acquisition": "released_bald", "noise": "released_pepper"}])
    (found,) = _profiles("mine", tmp_path / "outputs", tmp_path)
    condition = found.rounds[["model", "acquisition", "noise"]].drop_duplicates().values.tolist()
    assert condition == [["lenet", "bald", "salt_and_pepper"]]


def test_templates_and_tables_are_part_of_the_package():
    data = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    named = {path for name, globs in data.items() for g in globs for path in (PROJECT / name.replace(".", "/")).glob(g)}
    others = {p for p in (PROJECT / "alkit").rglob("*") if p.is_file() and p.suffix != ".py"}
    assert {path for path in others - named if "__pycache__" not in path.parts} == set()

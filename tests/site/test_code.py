"""The code as pages."""

from pathlib import Path

from alkit.paths import PROJECT
from alkit.site.code import address, files, listing, place

REPORT = Path("notebooks/report.py")


def test_notebooks_and_package_are_there():
    assert {REPORT, Path("notebooks/findings/dips.py"), Path("alkit/loop.py")} <= set(files())


def test_every_line_has_its_place():
    text = listing(Path("alkit/paths.py"))
    count = len((PROJECT / "alkit/paths.py").read_text().splitlines())
    assert text.count('<span class="l" ') == count
    assert f'id="L{count}"' in text


def test_a_line_is_found_by_its_text_and_its_file_where_it_is_not_there():
    number = (PROJECT / REPORT).read_text().splitlines().index('save(figure5(results), "figure5")') + 1
    found = place(REPORT, 'save(figure5(results), "figure5")', "../")
    assert (found.href, found.words) == (f"../{address(REPORT)}#L{number}", f"notebooks/report.py, line {number}")
    assert place(REPORT, "no such line", "").href == "code/notebooks/report.html"

"""The site in a browser, from disk: on a wide and a narrow window, light and dark, without a network."""

from urllib.parse import urlsplit

import pytest

from alkit.paths import OUTPUTS, PARAMS
from alkit.site.build import build

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
KINDS = (
    "index.html", "claims.html", "profiles/mini.html", "findings/statistics.html", "findings/when_it_works.html",
    "experiments/paper/constrained-mnist-lenet-bald-none.html", "experiments/paper/constrained-mnist-resnet18-random-none.html",
    "data/mini.html", "performance.html", "code/notebooks/report.html",
    OUTPUTS / "paper/report.html", OUTPUTS / "findings/dips.html",  # pages that stand alone
)  # fmt: skip
LINE = """() => Math.max(...[...document.querySelectorAll("main > p")].map(p => {
  const range = document.createRange(), lines = {}
  const walk = document.createTreeWalker(p, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) for (let i = 0; i < walk.currentNode.length; i++) {
    range.setStart(walk.currentNode, i); range.setEnd(walk.currentNode, i + 1)
    const box = range.getBoundingClientRect()
    if (box.width) lines[Math.round(box.bottom / 8)] = (lines[Math.round(box.bottom / 8)] || 0) + 1
  }
  return Math.max(0, ...Object.values(lines))
}))"""
BRIGHTNESS = """element => getComputedStyle(element).backgroundColor.match(/\\d+/g).map(Number).reduce((a, b) => a + b) / 3"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The site of the committed results, away from where they are."""
    copy = tmp_path_factory.mktemp("site")
    for path in OUTPUTS.iterdir():
        if path.name != "site":
            (copy / path.name).symlink_to(path)
    return build("paper", copy, PARAMS).parent


@pytest.fixture
def opened(chromium, folder):
    """Open a page of the site, or another by its path; at the end there was no error, and no request left the machine."""
    contexts, errors, asked = [], [], []

    def open_page(address, window=WIDE, scheme="light"):
        context = chromium.new_context(viewport=window, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"{request.url}: {request.failure}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / address).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("address", KINDS, ids=str)
@pytest.mark.parametrize("window", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_page_fits_its_window_and_its_figures_fill_the_text(opened, address, window):
    page = opened(address, window)
    assert page.evaluate("document.documentElement.scrollWidth") <= window["width"]
    text = page.evaluate("document.querySelector('h1').getBoundingClientRect().width")
    assert text >= min(550, window["width"] - 40)
    for figure in page.query_selector_all("figure"):
        assert figure.bounding_box()["width"] >= 0.99 * text
        for drawn in figure.query_selector_all(":scope img, .panels svg"):
            size = drawn.bounding_box()
            assert size["width"] >= min(320, 0.9 * text)
            assert size["height"] > 40
    assert page.evaluate(
        "[...document.images].every(image => image.complete && image.naturalWidth > 0 && image.alt.length > 20)"
    )


@pytest.mark.parametrize("address", KINDS[:6])
def test_lines_have_at_most_75_characters(opened, address):
    page = opened(address)
    for font in ("system-ui", "Liberation Sans"):  # which may be wide, and one as narrow as most systems' own
        page.add_style_tag(content=f"html {{ font-family: {font} }}")
        assert 40 < page.evaluate(LINE) <= 75


def test_panels_stand_side_by_side_on_a_wide_window_and_under_each_other_on_a_narrow_one(opened):
    for window, columns in ((WIDE, 3), (NARROW, 1)):
        page = opened("index.html", window)
        panels = page.locator("figure", has=page.locator("text=Fashion-MNIST")).last.locator(".panels > div")
        assert panels.count() == 3
        assert len({round(panels.nth(i).bounding_box()["x"]) for i in range(3)}) == columns


def test_on_a_narrow_window_the_rows_names_stay_while_the_numbers_scroll(opened):
    page = opened("index.html", NARROW)
    box = page.locator(".table", has=page.locator("table.paper")).first
    name, number = box.locator("tbody tr:not(.group) th").first, box.locator("tbody tr:not(.group) td").first
    before = name.bounding_box()["x"], number.bounding_box()["x"]
    box.evaluate("element => element.scrollLeft = 120")
    assert abs(name.bounding_box()["x"] - before[0]) < 1
    assert number.bounding_box()["x"] < before[1] - 100
    assert page.evaluate("document.documentElement.scrollLeft") == 0


@pytest.mark.parametrize("address", KINDS, ids=str)
def test_a_page_and_its_figures_are_dark_where_the_reader_wants_it(opened, address):
    light, dark = (opened(address, WIDE, scheme) for scheme in ("light", "dark"))
    assert light.eval_on_selector("body", BRIGHTNESS) > 240
    assert dark.eval_on_selector("body", BRIGHTNESS) < 40
    for page, inverted in ((light, False), (dark, True)):
        filters = page.eval_on_selector_all(
            "figure.plot img, figure.plot .panels svg", "all => all.map(one => getComputedStyle(one).filter)"
        )
        assert {"invert" in one for one in filters} <= {inverted}


def test_from_a_cell_to_the_experiment_to_the_next_to_the_line_of_code(opened, folder):
    page = opened("index.html")
    cell = page.locator("td.ours a").first
    named = cell.get_attribute("title")
    cell.click()
    assert named in page.locator(".lead").inner_text()
    page.locator("a[rel=next]").first.click()
    assert named not in page.locator(".lead").inner_text()
    page.locator("figcaption a").first.click()
    line = urlsplit(page.url).fragment
    assert page.locator(f"#{line}").evaluate(
        "line => line.matches(':target') && line.getBoundingClientRect().top < innerHeight"
    )
    page.locator("header a").first.click()
    assert page.url == (folder / "index.html").as_uri()


@pytest.mark.parametrize("which", ["first", "last"])  # a point of the figure of all numbers, a line of Figure 6
def test_a_point_and_a_line_of_a_figure_lead_to_their_experiment(opened, which):
    page = opened("index.html")
    chosen = getattr(page.locator("figure.plot svg a[href*='experiments/']"), which)
    href = chosen.get_attribute("href")
    assert chosen.locator("title").text_content() in href
    chosen.dispatch_event("click")
    page.wait_for_url(f"**/{href}")


def test_code_opens_at_a_click(opened):
    page = opened("findings/statistics.html")
    code = page.locator("details.code pre").first
    assert not code.is_visible()
    page.locator("details.code summary").first.click()
    assert code.is_visible()


def test_every_link_of_every_page_opens(opened, folder):
    """All pages are read once; what a link names is a file of the site, and the place in it is there."""
    page = opened("index.html")
    left, ids, wanted = {page.url}, {}, set()
    while left:
        page.goto(url := left.pop())
        ids[url] = set(page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)"))
        for href in page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href.baseVal === undefined ? a.href : "
                                  "new URL(a.href.baseVal, document.baseURI).href)"):  # fmt: skip
            at, _, place = href.partition("#")
            wanted.add((at, place))
            left |= {at} - set(ids)
    assert len(ids) == len(list(folder.rglob("*.html")))
    assert [(at, place) for at, place in wanted if place and place not in ids[at]] == []

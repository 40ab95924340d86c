#!/usr/bin/env python3
"""Builds the site and reads it in headless Chromium, from the disk and without a network: links, formulas, search,
widths, dark mode. Skips (exit code 77) without Chromium or what docs/build.sh needs.

    site_test.py WORK_FOLDER [PICTURES]    also leaves pictures of some pages in a folder
"""
import html.parser
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/examples"))
from browser import CHROMIUM, Browser
from expectations import expect, finish

PHONE, SCREEN = 390, 1280

# What of an article lies right of the window and cannot be scrolled to within itself.
TOO_WIDE = """[...document.querySelectorAll("article *")].filter((element) => {
    if (element.getBoundingClientRect().right <= innerWidth + 1) return false;
    for (let each = element.parentElement; each.tagName !== "ARTICLE"; each = each.parentElement)
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(each).overflowX)) return false;
    return true;
  }).map((element) => element.outerHTML.slice(0, 120))"""
# Formulas that MathJax left as text, and those with an error in them.
TYPESET = "window.MathJax ? new Promise((done) => MathJax.Hub.Queue(() => done(true))) : true"
UNTYPESET = """[...document.querySelectorAll(".math")].filter((each) => !each.querySelector("svg path, svg use"))
  .map((each) => each.textContent)"""
TEX_ERRORS = """window.MathJax ? MathJax.Hub.getAllJax().filter((jax) => (function wrong(node) {
    return node && (node.type === "merror" || (node.data || []).some(wrong));
  })(jax.root)).map((jax) => jax.originalText) : []"""
FOUND = "document.querySelector('#search-results h2')?.textContent === 'Search Results'"
LOST_IMAGES = "[...document.images].filter((each) => !each.naturalWidth).map((each) => each.src)"


class Links(html.parser.HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.names, self.targets = {""}, set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.names.update(value for key, value in attributes if key == "id")
        self.targets.update(value for key, value in attributes if key in ("href", "src") and value)


def build(tree, site):
    done = subprocess.run(["bash", tree / "docs/build.sh", site], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def dangling(site):
    """Links and files of all pages that are not in the site, and how many links there are."""
    pages = {file: Links(file) for file in site.rglob("*.html")}
    wrong, count = set(), 0
    for file, page in pages.items():
        for target in page.targets:
            address = urllib.parse.urlsplit(target)
            if address.scheme:
                continue
            count += 1
            path = (file.parent / urllib.parse.unquote(address.path)).resolve() if address.path else file
            name = urllib.parse.unquote(address.fragment)
            if not path.is_relative_to(site) or not path.is_file() or path in pages and name not in pages[path].names:
                wrong.add(f"{file.relative_to(site)}: {target}")
    return sorted(wrong), count


def check_page(browser, site, path):
    """Returns the number of its formulas."""
    for width in (PHONE, SCREEN):
        browser.open((site / path).as_uri(), width)
        browser.evaluate(TYPESET)
        where = f"{path} at {width}"
        expect(f"{where}: complaints", browser.complaints, [])
        expect(f"{where}: requests outside", outside(browser, site), [])
        expect(f"{where}: width", browser.evaluate("document.documentElement.scrollWidth"), width)
        expect(f"{where}: too wide", browser.evaluate(TOO_WIDE), [])
        expect(f"{where}: formulas not typeset", browser.evaluate(UNTYPESET), [])
        expect(f"{where}: formulas with errors", browser.evaluate(TEX_ERRORS), [])
        expect(f"{where}: pictures not loaded", browser.evaluate(LOST_IMAGES), [])
    return browser.evaluate("document.querySelectorAll('.math').length")


def outside(browser, site):
    return [url for url in browser.requested if not url.startswith((site.as_uri() + "/", "data:"))]


def search(browser, site, query):
    """The titles of what is found, by the form of the index."""
    browser.open((site / "index.html").as_uri())
    browser.follow(f"document.querySelector('input[name=q]').value = {query!r};"
                   "document.querySelector('form.sidebar-search-container').submit()")
    browser.wait_for(FOUND)
    expect(f"search for {query}: complaints", browser.complaints, [])
    expect(f"search for {query}: requests outside", outside(browser, site), [])
    found = browser.evaluate("[...document.querySelectorAll('#search-results li a')].map((each) =>"
                             " [each.innerText, each.pathname])")
    expect(f"search for {query}: pages that are not there",
           [page for title, page in found if not pathlib.Path(page).is_file()], [])
    browser.call("Emulation.setDeviceMetricsOverride", width=PHONE, height=900, deviceScaleFactor=1, mobile=True)
    expect(f"search for {query}: too wide", browser.evaluate(TOO_WIDE), [])
    return [title for title, page in found]


def check_search(browser, site):
    expect("ghost", search(browser, site, "ghost")[:1], ["Several machines"])
    found = search(browser, site, "F(4x4")
    expect("F(4x4", [title in found for title in ("5. Winograd by hand", "core/conv/winograd.cpp")], [True, True])
    pages = [title for title in found if "/" not in title]
    expect("F(4x4: pages before source files", pages, found[:len(pages)])
    expect("a function", "core/conv/winograd.cpp" in search(browser, site, "transform_weights"), True)
    expect("nonsense", search(browser, site, "no" * 20), [])


def check_colours(browser, site):
    background = "getComputedStyle(document.body).backgroundColor"
    for page in ("index.html", "source/core/tensor.h.html"):
        for dark, wanted in ((False, "rgb(255, 255, 255)"), (True, "rgb(19, 20, 22)")):
            browser.open((site / page).as_uri(), dark=dark)
            expect(f"{page}: background, dark: {dark}", browser.evaluate(background), wanted)
    browser.evaluate("document.querySelector('.theme-toggle-content .theme-toggle').click()")
    expect("in the dark, the button gives light", browser.evaluate(background), "rgb(255, 255, 255)")
    browser.evaluate("localStorage.clear()")


def check_source(browser, site):
    page = site / "source/core/conv/winograd.cpp.html"
    browser.open(page.as_uri())
    expect("title", browser.evaluate("document.querySelector('h1 code').innerText"), "core/conv/winograd.cpp")
    source = (ROOT / "core/conv/winograd.cpp").read_text(encoding="utf-8")
    shown = browser.evaluate("document.querySelector('article pre').textContent")
    expect("its text", re.sub(r"(?m)^ *\d+", "", shown).strip(), source.strip())
    browser.follow("""[...document.querySelectorAll("pre a")].find((each) => each.innerText.includes("parallel.h"))
      .click()""")
    expect("an included file", browser.evaluate("document.querySelector('h1 code').innerText"), "core/parallel.h")
    # A quoted block leads to its first line.
    browser.open((site / "05-winograd-by-hand.html").as_uri())
    first = browser.evaluate("document.querySelector('p.origin + div pre').innerText.split('\\n')[0]")
    browser.follow("document.querySelector('p.origin a').click()")
    lines = browser.evaluate("document.querySelector('article pre').innerText").split("\n")
    expect("the quoted line", first in lines[int(browser.evaluate("document.querySelector(':target').innerText")) - 1],
           True)


def planted(name, index):
    """A small tree with one page: its build's exit code and output, and its site."""
    tree = work / name
    (tree / "docs/pictures").mkdir(parents=True)
    (tree / "examples").mkdir()
    shutil.copy(ROOT / "docs/build.sh", tree / "docs")
    shutil.copytree(ROOT / "docs/site", tree / "docs/site", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "examples/install_packages.sh", tree / "examples")
    (tree / "docs/README.md").write_text("# Index\n\n" + index, encoding="utf-8")
    return *build(tree, tree / "site"), tree / "site"


def check_faults(browser):
    for link in ("nowhere.md", "../core/nothing.cpp", "build.sh#line-7000", "#nothing"):
        code, said, _ = planted("dangling" + re.sub(r"\W", "-", link), f"A [link]({link}).\n")
        expect(f"{link}: exit code", code, 1)
        expect(f"{link}: place in {said}", "docs/README.md:3: WARNING" in said, True)
    code, said, _ = planted("outside", "![A picture](https://example.org/picture.png)\n")
    expect("a picture from outside", [code, "1 requests outside" in said, "example.org/picture.png" in said],
           [1, True, True])
    code, said = build(ROOT, work)
    expect(f"a folder that is no site: {said}", [code, "is no site" in said, (work / "site").is_dir()], [2, True, True])

    play = work / "faults/build/play"
    play.mkdir(parents=True)
    (play / "index.html").write_text("<!DOCTYPE html><title>A page to play with</title>")
    code, said, site = planted("faults", "Text $\\nothing{x}$.\n")
    expect(f"faults of a page: exit code, {said}", code, 0)
    browser.open((site / "index.html").as_uri(), PHONE)
    browser.evaluate(TYPESET)
    expect("a wrong formula is found", browser.evaluate(TEX_ERRORS), ["\\nothing{x}"])
    browser.evaluate("""document.querySelector("article").insertAdjacentHTML("beforeend",
      "<hr style='width: 900px'><span class='math'>x</span><img src='none.png'>")""")
    expect("what is too wide is found", browser.evaluate(TOO_WIDE), ['<hr style="width: 900px">'])
    expect("a formula that stays text is found", browser.evaluate(UNTYPESET)[-1:], ["x"])
    expect("a lost picture is found", browser.evaluate(LOST_IMAGES), [(site / "none.png").as_uri()])
    for where in ("article", ".sidebar-tree"):
        browser.open((site / "index.html").as_uri())
        browser.follow(f"document.querySelector('{where} a[href^=play]').click()")
        expect(f"the page to play with, from {where}", browser.evaluate("document.title"), "A page to play with")


def take_pictures(browser, site, folder):
    folder.mkdir(parents=True, exist_ok=True)
    shown = {"index": "index.html", "chapter": "05-winograd-by-hand.html", "search": "search.html?q=F(4x4",
             "source": "source/core/conv/winograd.cpp.html"}
    for name, path in shown.items():
        for width in (PHONE, SCREEN):
            for dark in (False, True):
                browser.open(f"{site.as_uri()}/{path}", width, dark=dark)
                browser.evaluate(TYPESET)
                if name == "search":
                    browser.wait_for(FOUND)
                browser.picture(folder / f"{name}-{width}-{'dark' if dark else 'light'}.png")


if not 2 <= len(sys.argv) <= 3 or sys.argv[1].startswith("-"):
    print(__doc__)
    sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
needed = "import sphinx, myst_parser, furo, os; os.stat('/usr/share/javascript/mathjax/MathJax.js')"
if CHROMIUM is None or subprocess.run(["/usr/bin/python3", "-c", needed], stderr=subprocess.DEVNULL).returncode:
    print("skipped: Chromium, Sphinx, MyST, Furo or MathJax is not installed")
    sys.exit(77)
work = pathlib.Path(sys.argv[1]).resolve()
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)

site = work / "site"
code, said = build(ROOT, site)
result = said.strip().splitlines()[-1]
expect(f"build: exit code, {said}", code, 0)
expect(f"build: {result}", bool(re.search(r": \d+ pages, 0 warnings, 0 requests outside$", result)), True)
wrong, links = dangling(site)
expect("dangling links", wrong, [])
with Browser(work / "profile") as browser:
    pages = [name for folder in ("", "labs/", "networks/") for name in sorted(
        file.relative_to(site).as_posix() for file in site.glob(folder + "*.html"))]
    expect("every page of docs/",
           {file.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for file in (ROOT / "docs").rglob("*.md")} -
           {"README.html", *pages}, set())
    formulas = sum(check_page(browser, site, path) for path in
                   [*pages, "source/index.html", "source/core/conv/index.html", "source/core/conv/winograd.cpp.html",
                    "source/tests/core/files/hostile_safetensors_test.cpp.html", "source/README.md.html"])
    check_search(browser, site)
    check_colours(browser, site)
    check_source(browser, site)
    if len(sys.argv) == 3:
        take_pictures(browser, site, pathlib.Path(sys.argv[2]))
    check_faults(browser)
print(f"{result.split(': ')[1]}; {len(pages)} of them read at {PHONE} and {SCREEN} px, {formulas} formulas typeset, "
      f"{links} links lead somewhere")
finish()

"""How Sphinx makes the site of the pages that pages.py writes; docs/build.sh calls both."""

import pathlib
import re

from sphinx.search.en import SearchEnglish

project = html_title = "Onefold"
root_doc = "index"
exclude_patterns = ["static"]

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_ref_domains = ["std"]  # a link is a file, never the name of a C++ class
smartquotes = False

html_theme = "furo"
html_static_path = ["static"]  # build.sh puts MathJax there
html_css_files = ["site.css"]
html_sidebars = {"**": ["sidebar/scroll-start.html", "sidebar/brand.html", "sidebar/search.html", "play.html",
                        "sidebar/navigation.html", "sidebar/scroll-end.html"]}
templates_path = ["."]
html_permalinks_icon = "#"
html_copy_source = html_use_index = html_show_copyright = html_show_sphinx = False
pygments_style, pygments_dark_style = "default", "github-dark"

# SVG needs no fonts, which browsers do not load from files.
mathjax_path = "mathjax/MathJax.js"
mathjax2_config = {
    "jax": ["input/TeX", "output/SVG"],
    "extensions": ["tex2jax.js"],
    "TeX": {"extensions": ["AMSmath.js", "AMSsymbols.js"]},
    "tex2jax": {"ignoreClass": "document", "processClass": "math"},
    "SVG": {"scale": 92},
    "messageStyle": "none",
    "showMathMenu": False,
}
myst_update_mathjax = False


class Search(SearchEnglish):
    """Words, and F(4x4 as one; formulas write it F(4 \\times 4."""
    lang = "en"
    language_name = "English"
    js_splitter_code = r"var splitQuery = (query) => query.match(/F\(\d+x\d+|[\p{L}\p{N}_]+/giu) || [];"

    def split(self, text):
        return re.findall(r"(?i)F\(\d+x\d+|\w+", re.sub(r"(\d) *\\times *(?=\d)", r"\1x", text))


html_search_scorer = str(pathlib.Path(__file__).with_name("scorer.js"))
menus = {}


def source_page(app, page, template, context, doctree):
    """Lines have anchors, an #include leads to its file, and the menu is made once per folder."""
    if not page.startswith("source/"):
        return
    folder, toctree = page.rpartition("/")[0], context["toctree"]

    def menu(**options):
        if folder not in menus:
            menus[folder] = toctree(**options)
        return menus[folder]
    context["toctree"] = menu

    def included(found):
        target = "source/" + found[1]
        return f'<a href="{context["pathto"](target)}">{found[0]}</a>' if target in app.env.all_docs else found[0]
    body = re.sub(r'<span class="cpf">&quot;([^&]+)&quot;</span>', included, context["body"])
    context["body"] = re.sub(r'(?=class="linenos"> *(\d+)<)', r'id="line-\1" ', body)


def setup(app):
    app.add_search_language(Search)
    app.connect("html-page-context", source_page, priority=400)  # before Furo makes the menu

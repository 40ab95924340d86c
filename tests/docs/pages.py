"""What the tests of pages share: the chapters in reading order, and what on a page is prose."""
import os
import re

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "docs")


def read(docs, name):
    with open(os.path.join(docs, name), encoding="utf-8") as file:
        return file.read()


def write(docs, files):
    for name, text in files.items():
        with open(os.path.join(docs, name), "w", encoding="utf-8") as file:
            file.write(text)


def chapters(docs):
    """The pages in the order of the index, whose table has a row "| 7 | [Title](page.md) | ... |" per chapter."""
    return re.findall(r"^\| \d+ \| \[[^]]*\]\(([^)]+)\) \|", read(docs, "README.md"), re.M)


def lines_by_kind(text):
    """A pair (kind, line) per line: "prose", "quoted" (code by marker), "block" (other fenced blocks) or "comment"."""
    inside, quoting, result = None, False, []
    for line in text.split("\n"):
        kind = inside or "prose"
        if inside != "comment" and line.lstrip().startswith("```"):
            kind = "comment"
            inside = None if inside else "quoted" if quoting else "block"
        elif inside == "comment" or (not inside and line.startswith("<!--")):
            kind = "comment"
            quoting = line.startswith("<!-- quote:")
            inside = None if "-->" in line else "comment"
        elif not inside:
            quoting = False
        result.append((kind, line))
    return result

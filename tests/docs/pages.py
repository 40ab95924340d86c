"""What the tests of pages share: the chapters in reading order, and what on a page is prose."""
import os
import re
import sys

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


def check_breaches(docs, sample, breaches, faults):
    """Fails unless faults(docs) finds nothing on the sample's pages, and the wanted fault for each breach of them."""
    write(docs, sample)
    found = list(faults(docs))
    if found:
        sys.exit(f"found on pages without a fault: {found}")
    for name, old, new, wanted in breaches:
        write(docs, {name: sample[name].replace(old, new, 1)})
        if not any(wanted in fault for fault in faults(docs)):
            sys.exit(f"not found in {name} with \"{new}\" for \"{old}\": {wanted}")
        write(docs, sample)

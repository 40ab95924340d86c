#!/usr/bin/env python3
"""Holds each chapter, docs/NN-*.md, to the size and the parts of a lesson, and the index to the minutes that it takes.

    chapters_test.py           prints a line per chapter: words of prose, quoted lines, minutes
    chapters_test.py --mend    first writes the minutes into the table of docs/README.md

docs/writing.md has the rules. Before it looks at the pages, each rule is broken on a sample of its own."""
import glob
import os
import re
import sys
import tempfile

from pages import DOCS, chapters, check_breaches, lines_by_kind, read, write

MOST_WORDS, MOST_QUOTED = 2000, 150
WORDS_PER_MINUTE, LINES_PER_MINUTE = 100, 10  # half the pace of easy prose: formulas and output are read, too


def measure(text):
    """Words of prose (not in blocks, comments and table rules), quoted lines, and minutes in steps of five."""
    lines = lines_by_kind(text)
    words = sum(len(re.findall(r"\S*[^\W_]\S*", line)) for kind, line in lines if kind == "prose")
    quoted = sum(kind == "quoted" for kind, _ in lines)
    return words, quoted, max(5, 5 * int((words / WORDS_PER_MINUTE + quoted / LINES_PER_MINUTE) / 5 + 0.5))


def section(lines, heading):
    """The lines below a heading, up to the next one of its level or above; None if there is no such heading."""
    if ("prose", heading) not in lines:
        return None
    below = lines[lines.index(("prose", heading)) + 1:]
    ends = [i for i, (kind, line) in enumerate(below)
            if kind == "prose" and re.match(r"#{1,%d} " % heading.index(" "), line)]
    return below[:ends[0]] if ends else below


def page_faults(text, following):
    """What is wrong with a page that the page `following` comes after."""
    words, quoted, _ = measure(text)
    if words > MOST_WORDS:
        yield f"{words:,} words of prose, at most {MOST_WORDS:,}; shorten it, or move what is reference to its own page"
    if quoted > MOST_QUOTED:
        yield f"{quoted} quoted lines, at most {MOST_QUOTED}; link to the rest under \"### Further\""
    lines = lines_by_kind(text)
    source = section(lines, "## In the source")
    if source is None:
        yield "there is no section \"## In the source\""
    else:
        to_read, further = section(source, "### Read this"), section(source, "### Further")
        if to_read is None or not any(kind == "quoted" for kind, _ in to_read):
            yield "\"## In the source\" needs a part \"### Read this\" that quotes code by marker"
        if further is None or not any(kind == "prose" and "](" in line for kind, line in further):
            yield "\"## In the source\" needs a part \"### Further\" with links"
    last = section(lines, "## What you can do now")
    prose = [line for _, line in last or [] if line]
    if last is None or any(line.startswith("#") for line in prose) or \
            lines[-len(last) - 1:] != [("prose", "## What you can do now")] + last:
        yield "the last section must be \"## What you can do now\""
    elif len(prose) < 2:
        yield "\"## What you can do now\" says nothing"
    if not re.search(r"^(Next:|Back to) .*\]\(%s\)\n$" % re.escape(following), "\n".join(text.split("\n")[-2:])):
        yield f"the last line must be \"Next: [TITLE]({following})\""


def faults(docs):
    order = chapters(docs)
    for name in sorted(os.path.basename(path) for path in glob.glob(os.path.join(docs, "[0-9][0-9]-*.md"))):
        if name not in order:
            yield f"README.md: the table has no row for {name}"
    for name, following in zip(order, order[1:] + ["README.md"]):
        text = read(docs, name)
        for fault in page_faults(text, following):
            yield f"{name}: {fault}"
        if f"| {measure(text)[2]} min |" not in row(docs, name):
            yield f"README.md: {name} takes {measure(text)[2]} min to read; run tests/docs/chapters_test.py --mend"


def row(docs, name):
    return next(line for line in read(docs, "README.md").split("\n") if line.startswith("|") and f"]({name})" in line)


def mend(docs):
    for name in chapters(docs):
        new = re.sub(r"\| *\d* min \|", f"| {measure(read(docs, name))[2]} min |", row(docs, name))
        write(docs, {"README.md": read(docs, "README.md").replace(row(docs, name), new)})


SAMPLE = {"README.md": """
| | chapter | what it teaches | reading | running |
|---|---|---|---|---|
| 0 | [Sums](00-sums.md) | sums | 5 min | at once |
| 1 | [More](01-more.md) | more sums | 35 min | at once |
""", "00-sums.md": """# 0. Sums

## In the source

### Read this

<!-- quote: core/a.cpp sum -->
```cpp
int sum();
```

```sh
build/examples/00_sums
```

### Further

* [`core/a.h`](../core/a.h): more.

## What you can do now

You can add.

Next: [More](01-more.md)
"""}
SAMPLE["01-more.md"] = (SAMPLE["00-sums.md"].replace("[More](01-more.md)", "[Index](README.md)")
                        .replace("# 0. Sums", "# 1. More\n\n| a | b |\n|---|---|\n" + " word" * 1978)
                        .replace("int sum();\n", "int sum();\n" * 150))
BREACHES = [  # file, what to replace, by what, the fault that must be found
    ("01-more.md", " word word", " word word word", "01-more.md: 2,001 words of prose"),
    ("01-more.md", "int sum();\n", "int sum();\nint sum();\n", "01-more.md: 151 quoted lines"),
    ("00-sums.md", "## In the source", "## Source", "00-sums.md: there is no section \"## In the source\""),
    ("00-sums.md", "### Read this", "### Read", "needs a part \"### Read this\""),
    ("00-sums.md", "<!-- quote: core/a.cpp sum -->\n", "", "needs a part \"### Read this\" that quotes code"),
    ("00-sums.md", "### Further", "### More", "needs a part \"### Further\""),
    ("00-sums.md", "[`core/a.h`](../core/a.h)", "`core/a.h`", "needs a part \"### Further\" with links"),
    ("00-sums.md", "## What you can do now", "## The end", "the last section must be"),
    ("00-sums.md", "You can add.", "You can add.\n\n## Exercises\n\nNone.", "the last section must be"),
    ("00-sums.md", "You can add.\n\n", "", "\"## What you can do now\" says nothing"),
    ("00-sums.md", "Next: [More](01-more.md)", "Next: [More](00-sums.md)", "must be \"Next: [TITLE](01-more.md)\""),
    ("00-sums.md", "Next: [More](01-more.md)\n", "", "must be \"Next: [TITLE](01-more.md)\""),
    ("README.md", "| 5 min |", "| 10 min |", "00-sums.md takes 5 min to read"),
    ("README.md", "| 1 | [More](01-more.md) | more sums | 35 min | at once |\n", "", "has no row for 01-more.md"),
]


def check_faults():
    with tempfile.TemporaryDirectory() as docs:
        if measure(SAMPLE["01-more.md"]) != (2000, 150, 35):
            sys.exit(f"chapters_test: {measure(SAMPLE['01-more.md'])} found on a page of 2000, 150 and 35")
        check_breaches(docs, SAMPLE, BREACHES, faults)
        write(docs, {"README.md": SAMPLE["README.md"].replace("35 min", "min").replace(" 5 min", " 90 min")})
        mend(docs)
        if read(docs, "README.md") != SAMPLE["README.md"]:
            sys.exit("chapters_test: --mend does not write the minutes: " + read(docs, "README.md"))


check_faults()
if sys.argv[1:] == ["--mend"]:
    mend(DOCS)
elif sys.argv[1:]:
    sys.exit(__doc__)
for page in chapters(DOCS):
    print("{}: {:,} words, {} quoted lines, {} min".format(page, *measure(read(DOCS, page))))
failures = list(faults(DOCS))
if failures:
    sys.exit("\n".join(["chapters_test:"] + failures))

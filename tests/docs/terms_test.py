#!/usr/bin/env python3
"""Lists for each term of docs/glossary.md the page that introduces it, and fails where an earlier chapter uses it.

An entry of the glossary names that page last: "**Fold, folded.** To rewrite ... [Chapter 8]". In bold are the term and
its other forms; a plural's s needs none. docs/writing.md has the rules. Before it looks at the pages, each rule is
broken on a sample of its own."""
import os
import re
import sys
import tempfile

from pages import DOCS, chapters, check_breaches, lines_by_kind, read


def glossary(docs):
    """The entries of the section "Terms" as (forms, page); the page is None if no link ends the entry."""
    text = read(docs, "glossary.md")
    pages = dict(re.findall(r"^\[(.+)\]: (\S+)$", text, re.M))
    section = text.partition("\n## Terms\n")[2].partition("\n## ")[0]
    for forms, entry in re.findall(r"^\*\*([^*]+)\.\*\* (.+?)\n$", section, re.M | re.S):
        label = re.search(r"\[([^]]+)\]$", " ".join(entry.split()))
        yield forms.split(", "), label and pages.get(label[1])


def prose(text):
    """The page with spaces for all that is not prose: blocks, comments, code, formulas and addresses."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    text = "\n".join(line if kind == "prose" else " " * len(line) for kind, line in lines_by_kind(text))
    return re.sub(r"`[^`]*`|\$[^$]*\$|(?<=\])\([^)]*\)|<!--.*?-->", blank, text, flags=re.S)


def first_uses(text, terms):
    """Per term that occurs in the text, the offset of its first use. Where two overlap, the longer one counts."""
    forms = sorted(terms, key=len, reverse=True)
    patterns = (r"[\s-]+".join(map(re.escape, re.split("[ -]", form))) for form in forms)
    uses = {}
    for match in re.finditer(r"\b(?:%s)(?:e?s)?\b" % "|".join(f"({pattern})" for pattern in patterns), text, re.I):
        uses.setdefault(terms[forms[match.lastindex - 1]], match.start())
    return uses


def stressed(text):
    """What stands in *emphasis* or is a heading."""
    return "\n".join(re.findall(r"^#+ .*$", text, re.M) + re.findall(r"(?<!\*)\*{1,2}(?=[^\s*])([^*]+)(?<!\s)\*", text))


def faults(docs):
    terms, introduced, order = {}, {}, chapters(docs)
    for forms, page in glossary(docs):
        if not page or not os.path.exists(os.path.join(docs, page)):
            yield f"glossary.md: the entry \"{forms[0]}\" must end with a link to the page that introduces it"
            continue
        introduced[forms[0]] = page
        terms.update((form.lower(), forms[0]) for form in forms)
    for place, page in enumerate(order):
        text = prose(read(docs, page))
        uses, explained = first_uses(text, terms), first_uses(stressed(text), terms)
        line = {term: text.count("\n", 0, at) + 1 for term, at in uses.items()}
        for term, at in sorted(uses.items(), key=lambda use: use[1]):
            begin, end = text.rfind("\n\n", 0, at), (text + "\n\n").index("\n\n", at)
            links = read(docs, page)[begin + 1:end]
            if introduced[term] not in order[:place + 1] and f"]({introduced[term]}" not in links:
                yield f"{page}:{line[term]}: {term}, which {introduced[term]} introduces"
        for term in sorted(introduced):
            if introduced[term] == page and term not in explained:
                yield f"{page}:{line.get(term, 1)}: {term} is introduced here; say what it is, and put it in *emphasis*"


SAMPLE = {"README.md": """
| 0 | [Sums](00-sums.md) | sums | 5 min | at once |
| 1 | [More](01-more.md) | more sums | 5 min | at once |
""", "glossary.md": """# Glossary

## Terms

**Sum.** What addition
makes. [Chapter 0]

**Fold, folded.** Less. [Chapter 1]

**Batch fold.** Many. [The rest]

## Other words

**Plain.** Nothing.

[Chapter 0]: 00-sums.md
[Chapter 1]: 01-more.md
[The rest]: rest.md
""", "00-sums.md": """# 0. Sums

A *difference*; `fold`, $fold$, and [a file](fold.h). <!-- fold -->

```cpp
fold();
```

Wait for [chapter 1](01-more.md#a): it explains a
fold. Then all is folded, and unfolded.
""", "01-more.md": """# 1. More

* A **fold** is less. See the batch
  fold in [the rest](rest.md).
""", "rest.md": ""}
BREACHES = [  # file, what to replace, by what, the fault that must be found
    ("glossary.md", "makes. [Chapter 0]", "makes.", "\"Sum\" must end with a link"),
    ("glossary.md", "makes. [Chapter 0]", "makes. [Chapter 9]", "\"Sum\" must end with a link"),
    ("glossary.md", "01-more.md", "02-none.md", "\"Fold\" must end with a link"),
    ("00-sums.md", "(01-more.md#a)", "(README.md)", "00-sums.md:10: Fold, which 01-more.md introduces"),
    ("00-sums.md", "A *difference*", "A *difference*, *Folds*", "00-sums.md:3: Fold, which"),
    ("00-sums.md", "A *difference*", "A *difference*, Batch-folds", "00-sums.md:3: Batch fold, which rest.md"),
    ("01-more.md", "[the rest](rest.md)", "the rest", "01-more.md:3: Batch fold, which rest.md"),
    ("01-more.md", "**fold**", "fold", "01-more.md:3: Fold is introduced here"),
    ("01-more.md", "A **fold** is less.", "", "01-more.md:1: Fold is introduced here"),
]


with tempfile.TemporaryDirectory() as folder:
    check_breaches(folder, SAMPLE, BREACHES, faults)
entries = list(glossary(DOCS))
for page in chapters(DOCS) + sorted({page for _, page in entries if page} - set(chapters(DOCS))):
    print(f"{page}: {', '.join(forms[0] for forms, introducing in entries if introducing == page) or '-'}")
failures = list(faults(DOCS))
if failures:
    sys.exit("\n".join(["terms_test:"] + failures))

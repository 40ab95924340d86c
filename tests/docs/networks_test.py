#!/usr/bin/env python3
"""Holds docs/networks/ to the networks that there are: each that `list` prints stands on one page, with its figures.

A page's table of measurements names its networks, "<!-- table: compare_networks resnet20 ... -->"; the index in
docs/the-networks.md names the same ones beside the page. The page repeats the reference counts of its networks, which
docs/the-networks.md quotes from their test. All pages have the same sections. Before it looks at the pages, each rule
is broken on a sample of its own."""
import os
import re
import sys
import tempfile

from pages import DOCS, check_breaches, read

LARGEST = 130e6  # multiply-adds of a network that compare_networks.sh trains
UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}
SECTIONS = ["one idea", "Here", "What folds", "Run it", "Measured here"]
WITHOUT_NETWORKS = ["one idea", "Here", "Run it", "Measured here"]


def number(text):
    """(value, half of its last digit): "40.6 M" is 40.6e6, give or take 0.05e6."""
    digits, _, unit = text.replace(",", "").partition(" ")
    return float(digits) * UNITS[unit], UNITS[unit] / 10 ** len(digits.partition(".")[2]) / 2


def agree(one, other):
    (a, give_a), (b, give_b) = number(one), number(other)
    return abs(a - b) <= (give_a + give_b) * (1 + 1e-9)


def listed(docs):
    """What `list` prints, as docs/the-networks.md quotes it: parameters and multiply-adds by name."""
    rows = re.findall(r"^(\S+) +(\S+ [kMG]) +(\S+ [kMG])  \S", read(docs, "the-networks.md"), re.M)
    return {name: (parameters, multiply_adds) for name, parameters, multiply_adds in rows}


def measured(text):
    """The names behind the name of a page's table of measurements, and its rows: name, parameters, multiply-adds."""
    table = re.search(r"<!-- table: compare_networks(.*) -->\n((?:\|.*\n)*)<!-- /table -->", text)
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (\S+ M) \|", table[2], re.M) if table else []
    return (table[1].split() if table else []), rows


def references(docs):
    """Of names with a reference count, "0.270 M and 40.55 M"."""
    rows = re.findall(r'^ *\{"(\S+)", (\S+), (\S+), \d\},$', read(docs, "the-networks.md"), re.M)
    return {name: f"{parameters} M and {float(multiply_adds):,.{len(multiply_adds.partition('.')[2])}f} M"
            for name, parameters, multiply_adds in rows}


def faults_of_page(name, text, indexed, networks, counts):
    names, rows = measured(text)
    if names != indexed:
        yield f"its table is of {names}, the index in the-networks.md names {indexed}"
    if [row[0] for row in rows] != names:
        yield f"its table has rows of {[row[0] for row in rows]}; run tests/bench/compare_networks.sh --pages"
    for network, *figures in rows:
        if network not in networks:
            yield f"`list` prints no {network}"
        elif not all(map(agree, figures, networks[network])):
            yield f"{network} has {figures}, `list` prints {list(networks[network])}"
    found = dict(re.findall(r"`(\S+)` (\d\S* M and \d\S* M)\b", " ".join(text.split())))
    wanted = {network: counts[network] for network in names if network in counts}
    if found != wanted:
        yield f"its reference counts are {found}, those in the-networks.md {wanted}"
    sections = [re.sub("^(Its|Their) ", "", heading) for heading in re.findall("^## (.*)$", text, re.M)]
    if sections != (SECTIONS if names else WITHOUT_NETWORKS):
        yield f"its sections are {sections}, expected {SECTIONS if names else WITHOUT_NETWORKS}"


def faults(docs):
    overview, networks, counts = read(docs, "the-networks.md"), listed(docs), references(docs)
    index = dict(re.findall(r"^\| \[.*\]\(networks/(.+?)\) \|.*\| (.*) \|$", overview, re.M))
    pages = sorted(os.listdir(os.path.join(docs, "networks")))
    for missing in sorted(set(pages) ^ set(index)):
        yield f"networks/{missing}: the index in the-networks.md and the pages in networks/ do not agree"
    texts = {name: read(docs, f"networks/{name}") for name in pages}
    for name, text in texts.items():
        for fault in faults_of_page(name, text, re.findall("`(.+?)`", index.get(name, "")), networks, counts):
            yield f"networks/{name}: {fault}"
    for network in networks:
        where = [name for name, text in texts.items() if network in measured(text)[0]]
        if len(where) != 1:
            yield f"{network} is on {len(where)} pages in networks/, expected one: {where}"
    trained = [network for network, (_, multiply_adds) in networks.items() if number(multiply_adds)[0] <= LARGEST]
    if [row[0] for row in measured(overview)[1]] != trained:
        yield f"the-networks.md: its table of measurements is not of those up to 130 M multiply-adds, {trained}"
    for network, *figures in measured(overview)[1]:
        if network in networks and not all(map(agree, figures, networks[network])):
            yield f"the-networks.md: {network} has {figures}, `list` prints {list(networks[network])}"


HEADINGS = "".join(f"## {heading}\n" for heading in ["Its one idea", *SECTIONS[1:]])
SAMPLE = {"the-networks.md": """
network      parameters  multiply-adds  what it is
--------------------------------------------------
small             270 k        40.55 M  small
large           6.166 M         1.52 G  large

| [One](networks/one.md) | one | `small`, `large` |
| [Two](networks/two.md) | two | (of all) |

    {"large", 6.166, 1521.76, 2},

<!-- table: compare_networks -->
| small | 269,722 | 40.6 M | - |
<!-- /table -->
""", "networks/one.md": HEADINGS + """
Reference counts: `large` 6.166 M and
1,521.76 M.

<!-- table: compare_networks small large -->
| small | 269,722 | 40.6 M | - |
| large | 6,166,250 | 1,521.8 M | - |
<!-- /table -->
""", "networks/two.md": "## Its one idea\n## Here\n## Run it\n## Measured here\n"}
BREACHES = [  # file, what to replace, by what, the fault that must be found
    ("networks/one.md", "40.6 M", "40.7 M", "one.md: small has ['269,722', '40.7 M'], `list` prints ['270 k'"),
    ("networks/one.md", "269,722", "270,522", "one.md: small has ['270,522', '40.6 M'], `list` prints ['270 k'"),
    ("networks/one.md", "1,521.8 M", "1,531.8 M", "one.md: large has ['6,166,250', '1,531.8 M'], `list` prints"),
    ("networks/one.md", "small large -->", "large -->", "one.md: its table is of ['large'], the index"),
    ("networks/one.md", "small large -->", "large -->", "small is on 0 pages in networks/"),
    ("networks/one.md", "| small |", "| smell |", "one.md: its table has rows of ['smell', 'large']; run"),
    ("networks/one.md", "| small |", "| smell |", "one.md: `list` prints no smell"),
    ("networks/one.md", "1,521.76", "1,521.67", "its reference counts are {'large': '6.166 M and 1,521.67 M'}, those"),
    ("networks/one.md", "`large` 6.166 M and", "None and", "one.md: its reference counts are {}, those in"),
    ("networks/one.md", "## What folds\n", "", "one.md: its sections are ['one idea', 'Here', 'Run it', 'Measured"),
    ("networks/two.md", "## Here", "<!-- table: compare_networks small -->\n<!-- /table -->", "small is on 2 pages"),
    ("the-networks.md", "`small`, `large`", "`small`", "one.md: its table is of ['small', 'large'], the index"),
    ("the-networks.md", "networks/two.md", "networks/three.md", "networks/two.md: the index"),
    ("the-networks.md", "| small |", "| large |", "its table of measurements is not of those up to 130 M"),
    ("the-networks.md", "269,722", "279,722", "the-networks.md: small has ['279,722', '40.6 M'], `list` prints"),
]


with tempfile.TemporaryDirectory() as folder:
    os.mkdir(os.path.join(folder, "networks"))
    check_breaches(folder, SAMPLE, BREACHES, faults)
if len(listed(DOCS)) < 40 or len(references(DOCS)) < 10:
    sys.exit(f"networks_test: only {len(listed(DOCS))} networks and {len(references(DOCS))} reference counts found in "
             "the-networks.md")
failures = list(faults(DOCS))
if failures:
    sys.exit("\n".join(["networks_test:"] + failures))
print(f"{len(listed(DOCS))} networks on {len(os.listdir(os.path.join(DOCS, 'networks')))} pages")

"""Tables of measurements: as text for a terminal, and as Markdown within a page of the documentation.

A table is its head, the columns that hold numbers, and rows of texts.

Usage: tables.py PAGE TABLE     fails where the page has no place for the table
"""
import sys
from pathlib import Path


def markdown(head, numbers, table):
    rule = ["---:" if column in numbers else "---" for column in range(len(head))]
    return "".join("| " + " | ".join(row) + " |\n" for row in [head, rule, *table])


def text(head, numbers, table):
    widths = [max(len(row[column]) for row in [head, *table]) for column in range(len(head))]
    lines = ("  ".join(cell.rjust(width) if column in numbers else cell.ljust(width)
                       for column, (cell, width) in enumerate(zip(row, widths)))
             for row in [head, ["-" * width for width in widths], *table])
    return "".join(line.rstrip() + "\n" for line in lines)


def around(page, name):
    """What stands before and behind the place of the table of this name, of which a page must have one."""
    begin, end = f"<!-- table: {name} -->\n", "<!-- /table -->\n"
    content = page.read_text()
    if content.count(begin) != 1 or end not in content.split(begin)[1]:
        raise SystemExit(f"{page}: needs the line {begin.strip()} once, and {end.strip()} on a line behind it")
    before, after = content.split(begin)
    return before + begin, end + after.split(end, 1)[1]


def write_into(page, name, table):
    before, behind = around(page, name)
    page.write_text(before + table + behind)


if __name__ == "__main__":
    around(Path(sys.argv[1]), sys.argv[2])

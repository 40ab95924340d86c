"""Tables of measurements: as text for a terminal, and as Markdown within a page of the documentation.

A table is its head, the columns that hold numbers, and rows of texts.
"""


def markdown(head, numbers, table):
    rule = ["---:" if column in numbers else "---" for column in range(len(head))]
    return "".join("| " + " | ".join(row) + " |\n" for row in [head, rule, *table])


def text(head, numbers, table):
    widths = [max(len(row[column]) for row in [head, *table]) for column in range(len(head))]
    lines = ("  ".join(cell.rjust(width) if column in numbers else cell.ljust(width)
                       for column, (cell, width) in enumerate(zip(row, widths)))
             for row in [head, ["-" * width for width in widths], *table])
    return "".join(line.rstrip() + "\n" for line in lines)


def write_into(page, name, table):
    """Replaces what stands between the page's two lines for the table of this name."""
    begin, end = f"<!-- table: {name} -->\n", "<!-- /table -->\n"
    content = page.read_text()
    if content.count(begin) != 1 or end not in content.split(begin)[1]:
        raise SystemExit(f"{page}: the lines {begin.strip()} and {end.strip()} are not there")
    before, after = content.split(begin)
    page.write_text(before + begin + table + end + after.split(end, 1)[1])

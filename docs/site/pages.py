"""Writes what Sphinx reads: the pages of docs/ with links into the site, and a page per source file and per folder.

    pages.py FOLDER
"""

import pathlib
import posixpath
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ["core", "autograd", "layers", "datasets", "examples", "tests", "docs"]
LEXERS = {".h": "cpp", ".cpp": "cpp", ".cmake": "cmake", ".sh": "bash", ".py": "python", ".js": "javascript",
          ".mjs": "javascript", ".json": "json", ".css": "css", ".html": "html", ".awk": "awk", ".txt": "text",
          ".in": "text", ".dict": "text", "": "text"}
PAGE = r"docs/((labs|networks)/)?[^/]+\.md"
FENCE = "`" * 10
NO_CONTENTS = "---\norphan: true\nhide-toc: true\n---\n\n"  # front matter: in no menu, no list of sections
MENU = "\n```{{toctree}}\n:hidden:\n:caption: {}\n\n{}\n```\n"
PLAY = '\n<!-- --><p><a href="play/index.html">Fold to play with</a>: a block, step by step, in the browser.</p>\n'


def address(path):
    """Where the site has a file or a folder of the repository, without a suffix."""
    if (ROOT / path).is_dir():
        return posixpath.normpath(posixpath.join("source", path, "index"))
    if not re.fullmatch(PAGE, path):
        return "source/" + path
    return "index" if path == "docs/README.md" else path.removeprefix("docs/").removesuffix(".md")


def link(path, here, suffix=".md"):
    """From the page of a file or folder, `here`, to that of another. Pictures lie beside pages, as they do in docs/."""
    if path.startswith("docs/pictures/"):
        path, suffix = posixpath.relpath(path, "docs"), ""
    else:
        path = address(path)
    return posixpath.relpath(path + suffix, posixpath.dirname(address(here)))


def linked(line, here):
    """Links to files of the repository become links to pages; others stay, and Sphinx complains of dangling ones."""
    def replaced(found):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), found[1]))
        return f"]({link(path, here)}{found[2]})" if (ROOT / path).exists() else found[0]
    return re.sub(r"\]\(([^()\s:#]+)((?:#[^()\s]*)?)\)", replaced, line)


def caption(comment, here):
    """Below a line "<!-- quote: FILE MARKER -->" or "<!-- output: LESSON ... -->": where the block comes from."""
    kind, name, *rest = comment.split()[1:-1]
    if kind == "quote:":
        lines = [text.strip(" /#") for text in (ROOT / name).read_text(encoding="utf-8").splitlines()]
        file, line, words = name, f"#line-{lines.index(f'[{rest[0]}]') + 2}", name
    else:
        file, line, words = f"examples/{name}.cpp", "", f"printed by {name}"
        if not (ROOT / file).exists():
            file = words = f"tests/examples/expected/{name}.txt"
    return f'{comment}<p class="origin"><a href="{link(file, here, ".html")}{line}">{words}</a></p>'


def page(path):
    """A page as Sphinx's dialect of Markdown has it, line for line."""
    lines, fenced = [], False
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = re.sub("^```math$", "```{math}", line)
        elif not fenced:
            line = linked(line, path)
            if re.match("<!-- (quote|output): ", line):
                line = caption(line, path)
        lines.append(line)
    front = "" if path.startswith("docs/") else "---\norphan: true\n---\n"
    return front + "\n".join(lines) + "\n"


def way_to(path):
    """The folders above a file or a folder, as links."""
    parents = reversed(pathlib.PurePosixPath(path).parents)
    return " / ".join(f"[{folder.name or 'source'}]({link(str(folder), path)})" for folder in parents)


def source(path):
    file = pathlib.PurePosixPath(path)
    beside = [str(file.with_suffix(".h")), str(file.with_suffix(".cpp")), f"tests/{file.with_suffix('')}_test.cpp"]
    links = [f"[`{name}`]({link(name, path)})" for name in beside if name != path and (ROOT / name).exists()]
    lexer = "cmake" if file.name == "CMakeLists.txt" else LEXERS[file.suffix]
    text = (ROOT / path).read_text(encoding="utf-8")
    return (f"{NO_CONTENTS}# `{path}`\n\n{' · '.join([way_to(path), *links])}\n\n"
            f"{FENCE}{{code-block}} {lexer}\n:linenos:\n:force:\n\n{text}\n{FENCE}\n")


def folder(path, inside):
    """`inside`: the folders and files in it, as paths."""
    rows = [f"* [`{posixpath.relpath(name, path)}{'/' if (ROOT / name).is_dir() else ''}`]({link(name, path)})"
            for name in sorted(inside, key=lambda name: ((ROOT / name).is_file(), name))]
    if path == ".":
        return "---\nhide-toc: true\n---\n\n# The source\n\n" + "\n".join(rows) + "\n"
    return f"{NO_CONTENTS}# `{path}/`\n\n{way_to(path)}\n\n" + "\n".join(rows) + "\n"


def ordered(names, index):
    """In the order in which the page `index` last names them."""
    return sorted(names, key=lambda name: (f"({name}.md" not in index, index.rfind(f"({name}.md"), name))


def main(out):
    found = [file for file in ROOT.iterdir() if not file.name.startswith(".")]
    found += [file for name in SOURCES for file in (ROOT / name).rglob("*")]
    files = sorted(file.relative_to(ROOT).as_posix() for file in found
                   if file.is_file() and file.suffix in [".md", *LEXERS])
    texts = {path: page(path) if path.endswith(".md") else source(path) for path in files}
    folders = {}
    for path in map(pathlib.PurePosixPath, files):
        for child in [path, *path.parents][:-1]:
            folders.setdefault(str(child.parent), set()).add(str(child))
    texts.update((path, folder(path, inside)) for path, inside in folders.items())

    # The menu: chapters by number, then the other pages in the order of the index, then networks in that of their own.
    names = [address(path) for path in files if re.fullmatch(PAGE, path) and path != "docs/README.md"]
    chapters = [name for name in names if name[0].isdigit()]
    networks = ordered((name for name in names if name.startswith("networks/")), texts.get("docs/the-networks.md", ""))
    others = ordered(set(names) - {*chapters, *networks}, texts["docs/README.md"])
    for heading, menu in [("Chapters", chapters), ("Reference", [*others, "source/index"]), ("Networks", networks)]:
        texts["docs/README.md"] += MENU.format(heading, "\n".join(menu))

    if (ROOT / "build/play/index.html").exists():
        texts["docs/README.md"] = texts["docs/README.md"].replace("\n\n", PLAY, 1)

    for path, text in texts.items():
        file = out / (address(path) + ".md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "docs/pictures", out / "pictures")


if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
    print(__doc__)
    sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
main(pathlib.Path(sys.argv[1]))

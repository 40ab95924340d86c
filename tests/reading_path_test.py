#!/usr/bin/env python3
"""Holds down what a reader has to pass: the files that lesson 7, lessons 1 to 8 together, and train_cifar10 reach.

Reached are the files that a file includes, and those that implement a header: the .cpp of its name, and each .cpp of
its folder that includes it and has no header of its own. Counts a small tree first, whose figures are known.
"""
import glob
import os
import re
import sys
import tempfile

FOLDERS = ("core", "autograd", "layers", "datasets", "examples")
LIMITS = [("examples/07_*.cpp", 92, 7850), ("examples/0[1-8]_*.cpp", 115, 9500),
          ("examples/programs/train_cifar10.cpp", 225, 18500)]


def reached(starts):
    sources = {}
    for path in (path for top in FOLDERS for path in glob.glob(f"{top}/**/*", recursive=True)):
        if path.endswith((".h", ".cpp")):
            with open(path, encoding="utf-8") as file:
                sources[path] = file.read()
    next_to = {path: [name for name in re.findall(r'^ *# *include "(.+)"', text, re.M) if name in sources]
               for path, text in sources.items()}
    for path in [path for path in sources if path.endswith(".cpp")]:
        header, folder = path[:-4] + ".h", os.path.dirname(path)
        beside = [name for name in next_to[path] if os.path.dirname(name) == folder]
        for implemented in [header] if header in sources else beside:
            next_to[implemented] = next_to[implemented] + [path]
    found, pending = set(), list(starts)
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += next_to[path]
    return len(found), sum(sources[path].count("\n") for path in found)


def check_counting():
    with tempfile.TemporaryDirectory() as tree:
        os.chdir(tree)
        for path, text in {"examples/07_a.cpp": '#include "core/ops.h"\n#include <vector>\nint main() {}\n',
                           "core/ops.h": "int add();\nint mul();\n",
                           "core/add_ops.cpp": '#include "core/ops.h"\n#include "core/real.h"\n',
                           "core/real.h": "\n", "core/real.cpp": "\n\n",
                           "core/user.h": "\n", "core/user.cpp": '#include "core/ops.h"\n',
                           "layers/user.cpp": '#include "core/ops.h"\n'}.items():
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        got = reached(["examples/07_a.cpp"])
        os.chdir("/")
    if got != (5, 10):
        sys.exit(f"reading_path_test: a tree of 5 files and 10 lines was counted as {got[0]} and {got[1]}")


root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
check_counting()
os.chdir(root)
failed = False
for pattern, most_files, most_lines in LIMITS:
    starts = glob.glob(pattern)
    files, lines = reached(starts)
    print(f"{pattern}: {files} files, {lines} lines; at most {most_files} and {most_lines}")
    failed |= not (0 < files <= most_files and lines <= most_lines)
if failed:
    sys.exit("reading_path_test: a reader must pass more than that. Move what the lessons and train_cifar10 do not need "
             "into an annex (core/annex, autograd/annex, layers/labs ...), or include less.")

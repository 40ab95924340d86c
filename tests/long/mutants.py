#!/usr/bin/env python3
"""Changes one token at a time in kernels and backward rules, and counts the changes that the unit tests notice.

Usage: mutants.py [--count N] [--seed S] [--jobs J] BUILD SANITIZED

BUILD and SANITIZED are Ninja builds of onefold_tests, the second with AddressSanitizer: it is tried on mutants that
survive the first, since tests/run.sh has both. A mutant is compiled in a folder of its own and linked before the
libraries, so that the linker never looks for the original: neither the sources nor the build change. The choice of
the N mutants depends only on the seed and their text. Mutants that do the same as the original are listed, with the
reason, in equivalent_mutants.txt, and are not tried. Survivors are shown on stderr. Fails below 95 % killed.
Needs no packages.
"""
import argparse
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
# Files, buffer pools and threads are not kernels: other tests cover them.
NO_KERNELS = {"atomic_file", "available_memory", "memory", "parallel", "safetensors", "safetensors_header", "shape",
              "tensor", "control_groups"}
RULES = ["backward", "lookahead", "muon", "optimizer", "schedule"]
OF_RULES = 0.3  # the share of mutants in autograd/
SECONDS = 60  # CPU time for half of a mutant's tests, many times what they need; ten times that with the sanitizer
MEMORY = 6 << 30
STILL = 60  # a mutant that uses no CPU time for this many seconds is killed
OUT_OF_TIME = (-signal.SIGXCPU, 128 + signal.SIGXCPU)

# Operators have spaces around them, so angle brackets of templates, pointers and signs are not matched.
FLIPS = {"+": "-", "-": "+", "*": "+", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
         "&&": "||", "||": "&&", "+=": "-=", "-=": "+=", "*=": "/="}
OPERATOR = re.compile(r"(?<= )(" + "|".join(re.escape(o) for o in FLIPS) + r")(?= )")
TERM = re.compile(r" [+-] \w+(\[[^][]*\])?(?=[;,)\]])")          # dropped
NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.'])")                   # one more
ARGUMENTS = re.compile(r"(?<=[(,{])( ?)(\w+), (\w+)(?=[,)}])")    # swapped
# Code that no result depends on: comments, strings, checks of arguments, how work is divided, the order of captures and
# of sums.
SILENT = re.compile(r'//[^\n]*|"(\\.|[^"\\\n])*"|\n#[^\n]*|\b(check\w*|fail|static_assert)\((?:[^;]|;(?! *\n))*;'
                    r"|\bconstexpr [^\n]*|\n *(Real|int64_t|double) \w+(, \w+)+;|\bparallel_for\([^[]*\["
                    r"|\btemplate <[^\n]*|<[\w:, ]*>"
                    r"|\[[^][\n]*\](?=\()|\b(min|max|add|multiply)(<\w+>)?\(|\(\w+ \w+, [^\n]*\{")

Mutant = namedtuple("Mutant", "file line before after text")


def mutants_of(path):
    text = path.read_text()
    code = SILENT.sub(lambda match: re.sub(r"[^\n]", "\0", match.group()), text)
    changes = [(m.start(), m.end(), FLIPS[m.group()]) for m in OPERATOR.finditer(code)]
    changes += [(m.start(), m.end(), "") for m in TERM.finditer(code)]
    changes += [(m.start(), m.end(), str(int(m.group()) + 1)) for m in NUMBER.finditer(code)]
    changes += [(m.start(), m.end(), f"{m[1]}{m[3]}, {m[2]}") for m in ARGUMENTS.finditer(code) if m[2] != m[3]]
    for begin, end, new in changes:
        first, last = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
        yield Mutant(str(path.relative_to(ROOT)), text.count("\n", 0, begin) + 1, text[first:last].strip(),
                     (text[first:begin] + new + text[end:last]).strip(), text[:begin] + new + text[end:])


def equivalents():
    """(file, before, after) of blocks of four lines: file, before, after, reason."""
    blocks = [block.split("\n") for block in EQUIVALENT.read_text().strip().split("\n\n")[1:]]
    return {tuple(block[:3]) for block in blocks}


def in_order(paths, seed):
    def key(mutant):
        return hashlib.sha256(repr((seed, *mutant[:1], *mutant[2:4])).encode()).digest()

    known = equivalents()
    found = {m[:1] + m[2:4]: m for path in paths for m in mutants_of(path)}  # equal lines of a file are one mutant
    return sorted((m for text, m in found.items() if text not in known), key=key)


def ticks_computed(process):
    """Its CPU time in clock ticks: fields 14 and 15 of /proc/PID/stat, counted from after the name."""
    return sum(map(int, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]))


class Laboratory:
    def __init__(self, build, sanitized):
        self.build, self.work, self.sanitized = build, build / "mutants", sanitized
        self.work.mkdir(exist_ok=True)
        self.compile = {e["file"]: e for e in json.loads((build / "compile_commands.json").read_text())}
        link = subprocess.run(["ninja", "-C", build, "-t", "commands", "tests/onefold_tests"], check=True,
                              capture_output=True, text=True).stdout.splitlines()[-1]
        self.link = next(part for part in link.split(" && ") if " -o tests/onefold_tests " in part)

    def limit(self):
        seconds = 10 * SECONDS if self.sanitized else SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        if not self.sanitized:  # which reserves shadow memory for all addresses
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def verdict(self, program, folder):
        """Runs the tests of the mutant's folder first: they kill most mutants."""
        others = [other for other in ("core", "autograd", "layers") if other != folder]
        for tests in (f"[{folder}]~[.long]", ",".join(f"[{other}]~[.long]" for other in others)):
            process = subprocess.Popen([program, tests, "--abort"], preexec_fn=self.limit, cwd=self.work,
                                       env={**os.environ, "OMP_NUM_THREADS": "2"}, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            if code := self.code_of(process):
                return "killed by time" if code in OUT_OF_TIME else "killed"
        return "survived"

    @staticmethod
    def code_of(process):
        """The exit code, or OUT_OF_TIME for a process that hangs: one that waits for a thread, or for the lock of a
        malloc() that found its blocks overwritten and whose abort Catch wants to report."""
        computed = None
        while True:
            try:
                return process.wait(STILL)
            except subprocess.TimeoutExpired:
                before, computed = computed, ticks_computed(process.pid)
            if computed == before:
                process.kill()
                process.wait()
                return OUT_OF_TIME[0]

    def outcome(self, mutant):
        name = hashlib.sha256(repr(mutant).encode()).hexdigest()[:16]
        source, program, original = self.work / f"{name}.cpp", self.work / name, str(ROOT / mutant.file)
        source.write_text(mutant.text)
        entry = self.compile[original]
        command = entry["command"].replace(original, str(source))
        command = re.sub(r" -o \S+", f" -o {source.with_suffix('.o')}", command)
        link = self.link.replace(" -o tests/onefold_tests ", f" {source.with_suffix('.o')} -o {program} ")
        try:
            for step in (command, link):
                if subprocess.run(step, shell=True, cwd=self.build, capture_output=True).returncode:
                    return mutant, "not compiled"
            return mutant, self.verdict(program, mutant.file.split("/")[0])
        finally:
            for file in (source, source.with_suffix(".o"), program):
                file.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("build", type=lambda text: Path(text).resolve())
    parser.add_argument("sanitized", type=lambda text: Path(text).resolve())
    options = parser.parse_args()

    plain, sanitized = Laboratory(options.build, False), Laboratory(options.sanitized, True)
    for laboratory in (plain, sanitized):
        if laboratory.verdict(laboratory.build / "tests/onefold_tests", "core") != "survived":
            sys.exit(f"mutants.py: the tests of {laboratory.build} fail without a mutant, or take too long; "
                     "see to that first")

    def try_on_both(mutant):
        first = plain.outcome(mutant)
        if first[1] != "survived":
            return first
        second = sanitized.outcome(mutant)
        return mutant, second[1] if second[1] == "survived" else "killed by ASan"

    kernels = in_order([p for p in sorted(ROOT.glob("core/**/*.cpp")) if p.stem not in NO_KERNELS], options.seed)
    rules = in_order([*sorted(ROOT.glob("autograd/*_ops.cpp")), *(ROOT / f"autograd/{r}.cpp" for r in RULES)],
                     options.seed)
    of_rules = round(OF_RULES * options.count)

    outcomes = Counter()
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutants, wanted in ((rules, of_rules), (kernels, options.count - of_rules)):
            # A mutant that does not compile is replaced by the next.
            while wanted and mutants:
                tried, mutants = mutants[:wanted], mutants[wanted:]
                for mutant, outcome in pool.map(try_on_both, tried):
                    outcomes[outcome] += 1
                    wanted -= outcome != "not compiled"
                    print(f"{outcome:14} {mutant.file}:{mutant.line}", flush=True)
                    if outcome == "survived":
                        print(f"survived: {mutant.file}:{mutant.line}\n- {mutant.before}\n+ {mutant.after}",
                              file=sys.stderr, flush=True)

    killed = sum(count for outcome, count in outcomes.items() if outcome.startswith("killed"))
    tried = killed + outcomes["survived"]
    print(f"mutants: {killed} of {tried} killed, {outcomes['killed by time']} of them by time and "
          f"{outcomes['killed by ASan']} by AddressSanitizer alone, {outcomes['survived']} survived; "
          f"{outcomes['not compiled']} more did not compile, {len(equivalents())} equivalent ones left out")
    return 0 if tried == options.count and killed >= 0.95 * tried else 1


if __name__ == "__main__":
    sys.exit(main())

"""What the folders of runs hold: a run's files, and the medians of the lines that rounds of the benchmark left."""
import json
import statistics
from collections import defaultdict


def read(path):
    return json.loads(path.read_text()) if path.exists() else {}


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def medians(path, name):
    """(the field `name`, mode, batch) -> the medians of images per second and of the peak of tensors, over the rounds."""
    found = defaultdict(list)
    for line in read_lines(path):
        found[line[name], line["mode"], line["batch"]].append((line["images_per_s"], line["peak_tensor_bytes"]))
    return {key: [statistics.median(column) for column in zip(*values)] for key, values in found.items()}


def cell(value, form):
    """A value as text; what was not measured is a dash."""
    return "-" if value is None else form.format(value)

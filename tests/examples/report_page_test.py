#!/usr/bin/env python3
"""Holds the pages that programs write to what a browser makes of them: sections, lines, bars, kernels, values on touch.

    report_page_test.py FOLDER_OF_PROGRAMS WORK_FOLDER

Opens them in headless Chromium; without one, skips (exit code 77)."""

import html
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib

from expectations import expect, finish

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)
DARK = "--blink-settings=preferredColorScheme=0"
SECTIONS = ["Training", "Confusion matrix", "Test images", "The folded network is the trained network",
            "One block, step by step", "The whole network", "Block by block", "The run"]
BAD_WORDS = (r'document.querySelector("main").innerHTML.replace(/-fsanitize=\S+/g, "")'
             r'.match(/NaN|Infinity|undefined|\[object/g)')


def dom_of(markup, *options):
    """The page as Chromium leaves it, and what it wrote to the console."""
    file = work / "page.html"
    file.write_text(markup, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom",
               f"--user-data-dir={work / 'profile'}", "--window-size=1280,900", *options, file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def ask(page, questions, *options, prepare=""):
    """The values of JavaScript expressions in a page, by name. Whatever is written to the console is a failure."""
    asked = ", ".join(f"{json.dumps(name)}: ({expression})" for name, expression in questions.items())
    script = f"""<script>{{ {prepare};
      const answer = document.createElement("pre");
      answer.id = "answer";
      answer.textContent = JSON.stringify({{ {asked} }});
      document.body.append(answer); }}</script>"""
    dom, console = dom_of(page.replace("</body>", script + "</body>"), *options)
    expect("console", console, [])
    begin = dom.find('<pre id="answer">')
    if begin < 0:
        sys.exit("the page's script did not run to its end: " + "\n".join(console))
    begin = dom.index(">", begin) + 1
    return json.loads(html.unescape(dom[begin:dom.index("</pre>", begin)]))


def run(program, *options):
    subprocess.run([programs / program, *options], cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=True)


def with_data(page, change):
    """The page with other data."""
    opening = '<script type="application/json" id="data">'
    begin = page.index(opening) + len(opening)
    end = page.index("</script>", begin)
    data = json.loads(page[begin:end])
    change(data)
    return page[:begin] + json.dumps(data).replace("<", "\\u003c") + page[end:]


def count(selector):
    return f"document.querySelectorAll({json.dumps(selector)}).length"


def texts(selector):
    return f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)"


def check_sections(page):
    answer = ask(page, {
        "sections": texts("h2"), "title": "document.title",
        "background": "getComputedStyle(document.body).backgroundColor",
        "requests": 'performance.getEntriesByType("resource").length',
        "lines": count(".line"), "dots": count(".dot"), "blocks": count("details.block"),
        "fields": count(".filters:not(.empty)"), "squares": count(".magnitudes"), "empty": count(".filters.empty"),
        "headlines": texts(".headlines dd"), "classes": count(".confusion tbody tr"), "totals": count("tr.total"),
        "summary": texts("details.block > summary"), "notes": texts("figure .note"),
        "heads": count(".facts thead"),
        "keys": texts("section:first-child .charts figure:nth-child(3) .key"),
        "last rates": texts("section:first-child .charts figure:nth-child(3) .end"),
        "wanted rates": "[1, 0.06 / 0.2].map((share) => plain(data.epochs.at(-1).learning_rate * share, 2))",
        "silent": count("svg:not([aria-label]), svg[aria-label=''], svg:not([tabindex])"),
        "unlabelled": count(".scroll:not([aria-label])"),
        "bad words": BAD_WORDS,
        "caption": count("main > p"), "columns": texts("details:not(.block) thead th"),
    })
    expect("sections", answer["sections"], SECTIONS)
    expect("title", answer["title"].startswith("RepVGG tiny on Shapes10"), True)
    expect("requests", answer["requests"], 0)
    expect("background, light", answer["background"], "rgb(255, 255, 255)")
    # Accuracy, loss, rates of SGD and Muon, times: two lines each, a dot per epoch.
    expect("lines", answer["lines"], 8)
    expect("dots", answer["dots"], 8 * 3)
    expect("keys of the learning rate", answer["keys"], ["SGD", "Muon, for the convolutions"])
    expect("last learning rates", answer["last rates"], answer["wanted rates"])
    expect("caption of the loss", answer["notes"],
           ["The training loss includes label smoothing of 0.1, the test loss does not."])
    # Five blocks have an identity: two kernels as trained, three scaled, one sum; four have one less. One stands twice.
    expect("blocks", answer["blocks"], 9)
    expect("fields", answer["fields"], 5 * 6 + 4 * 5 + 6)
    expect("squares", answer["squares"], 5 * 6 + 4 * 5 + 6)
    expect("frames without a kernel", answer["empty"], 5 + 1)
    expect("summary of a block", answer["summary"][1].startswith("stages.1.0 RepVggBlock 16 -> 16: 3x3 "), True)
    expect("rows of the matrix", answer["classes"], 10 + 1)
    expect("rows set apart", answer["totals"], 9 + 1 + 1 + 1)  # steps of blocks, the shown one, the network; costs
    expect("heads of tables without names", answer["heads"], 0)
    expect("predictions equal", "40" in answer["headlines"], True)
    expect("column of Muon", "Muon's rate" in answer["columns"], True)
    for nothing in ["silent", "unlabelled", "caption"]:
        expect(nothing, answer[nothing], 0)
    expect("bad words", answer["bad words"], None)


def check_images(page):
    """The wall and the worst mistakes: an image each, what is wrong with a frame and its true class."""
    answer = ask(page, {
        "images": "data.images.first.length + data.images.worst.length", "drawn": count("image"),
        "frames": count(".frame"), "wrong": "[...data.images.first, ...data.images.worst].filter((each) =>"
                                            " each.label !== each.prediction).length",
        "mistakes": "data.images.mistakes", "worst": "data.images.worst.map(({ of_label: share }) => share)",
        "lead": texts("section:nth-child(3) .lead"),
        "words": "pictures.find(({ marks }) => marks.length === data.images.first.length).marks.map((mark) =>"
                 " mark.words.split('\\n')[0].split(', is ')[0])",
        "wanted": "data.images.first.map((each) => data.images.classes[each.prediction])",
        "by the matrix": "sum(data.confusion.matrix.flatMap((row, t) => row.filter((_, g) => g !== t)))",
        "branches": "document.querySelectorAll('.band[aria-label^=\\'As trained\\'] .bar').length",
        "folded": "document.querySelectorAll('.band[aria-label^=\\'Folded\\'] .bar').length",
        "sums": count("circle.sum"),
    })
    expect("an image each", [answer["drawn"], answer["frames"]], [answer["images"], answer["wrong"]])
    expect("mistakes", [answer["mistakes"], len(answer["worst"])],
           [answer["by the matrix"], min(24, answer["by the matrix"])])
    expect("worst first", answer["worst"], sorted(answer["worst"]))
    expect("lead", answer["lead"][0].startswith(f"{answer['mistakes']} images of 40 taken"), True)
    expect("predictions", answer["words"], answer["wanted"])
    # Nine blocks, five of them with an identity; all end in one convolution.
    expect("boxes of branches, of folded blocks, sums", [answer["branches"], answer["folded"], answer["sums"]],
           [9 * 2 + 5, 9, 9])

    def perfect(data):
        data["images"].update(mistakes=0, worst=[], first=data["images"]["first"][:3])
        for each in data["images"]["first"]:
            each["prediction"] = each["label"]
        data["images"]["classes"] = ["<b>disc</b> with a long name"] * len(data["images"]["classes"])
    answer = ask(with_data(page, perfect), {"frames": count(".frame"), "lead": texts("section:nth-child(3) .lead"),
                                            "tags": count("main b")})
    expect("no mistakes", [answer["frames"], answer["lead"], answer["tags"]],
           [0, ["All 40 test images were recognised."], 0])


def check_values(page):
    """Pointer, keys and Escape."""
    prepare = """
      const chart = document.querySelectorAll("svg.band")[0], field = document.querySelector(".filters svg");
      const tell = () => (tip.hidden ? "" : tip.textContent);
      const touch = (svg, x, y) => {
        const { left, top, width, height } = svg.getBoundingClientRect();
        svg.dispatchEvent(new PointerEvent("pointerdown",
          { bubbles: true, clientX: left + x * width, clientY: top + y * height }));
        return tell();
      };
      const key = (svg, name) => {
        svg.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key: name }));
        return tell();
      };"""
    answer = ask(page, {
        "before": "tell()",
        "middle": "touch(chart, 0.5, 0.5)", "band": 'chart.querySelector(".here").hasAttribute("width")',
        "next": 'key(chart, "ArrowRight")', "last": 'key(chart, "ArrowRight")', "back": 'key(chart, "ArrowLeft")',
        "escape": 'key(chart, "Escape")', "band gone": 'chart.querySelector(".here").hasAttribute("width")',
        "cell": "touch(field, 0.001, 0.001)", "below": 'key(field, "ArrowDown")',
        "first weight": "plain(valueAt(data.fold.blocks.find(({ name }) => name === data.fold.block)"
                        ".kernels.trained[0].filters, 0, 0, 0, 0), 3)",
        "elsewhere": '(document.body.dispatchEvent(new PointerEvent("pointermove", { bubbles: true })), tell())',
        "all": "[...document.querySelectorAll('[data-picture]')].every((svg) => touch(svg, 0.5, 0.5) !== '')",
    }, prepare=prepare)
    expect("no value at first", answer["before"], "")
    expect("touched in the middle", answer["middle"].split("\n")[0], "epoch 2")
    expect("both lines' values", [line.split(":")[0] for line in answer["middle"].splitlines()[1:]],
           ["test images", "training images, as augmented"])
    expect("the epoch is marked", [answer["band"], answer["band gone"]], [True, False])
    expect("arrow keys", [answer[name].split("\n")[0] for name in ["next", "last", "back"]],
           ["epoch 3", "epoch 3", "epoch 2"])
    expect("Escape", answer["escape"], "")
    expect("a filter's first weight", answer["cell"],
           "output 0, input 0, row 0, column 0\n" + answer["first weight"])
    expect("the weight below", answer["below"].split("\n")[0], "output 0, input 0, row 1, column 0")
    expect("pointed elsewhere", answer["elsewhere"], "")
    expect("every picture tells values", answer["all"], True)


def check_drawing(page):
    """Laws of the charts, asked of their functions."""
    svg = """
      const drawn = (markup) => { const box = document.createElement("div"); box.innerHTML = markup.text; return box; };
      const lines = (series, x = series[0].map((_, i) => i + 1)) => drawn(lineChart({ title: "<T>", xLabel: "epoch", x,
        series: series.map((values, s) => ({ name: `s${s}`, values })), text: (value) => fixed(value, 1) }));
      const points = (box) => [...box.querySelectorAll("circle")].map((dot) =>
        [+dot.getAttribute("cx"), +dot.getAttribute("cy")]);
      const bars = drawn(barChart({ title: "Time", bars: [
        { name: "a", values: [3, 1], words: ["x", "y"], label: "4" },
        { name: "b", values: [2], words: ["z"], label: "2" }] }));
      const kernel = { name: "k", filters: { shape: [1, 1, 4, 1], values: [-9, 0, 9, null] } };
      const field = drawn(filterPicture(kernel, 2));
      const flat = { low: 2, high: 2, spread: 0, counts: [5, 0, 0] };"""
    answer = ask(page, {
        "ticks": "[[0, 1], [0.37, 0.91], [-3, 17], [1e-7, 3e-7], [5, 5], [0, 0], [-2, -2]].map(([low, high]) =>"
                 " ({ low, high, ticks: roundTicks(low, high, 5) }))",
        "some ticks": "[roundTicks(0, 10, 5), roundTicks(-3, 17, 5), roundTicks(0, 100, 5)]",
        "whole ticks": "roundTicks(1, 3, 6, 1)",
        "falling": "points(lines([[2.3, 1.7, 1.1, 0.9, 0.4]]))",
        "label": "lines([[2, 1]]).querySelector('svg').getAttribute('aria-label')",
        "escaped": "lines([[2, 1]]).querySelector('strong').textContent",
        "gap": "lines([[2, 1, null, 3, 4]]).querySelector('.line').getAttribute('d').split('M').length - 1",
        "odd": r"[[[1.5]], [[3, 3, 3]], [[]], [[null, null]], [[1], [null]]].map((series) =>"
               r" /NaN|Infinity|undefined|null/.test(lines(series).innerHTML))",
        "many": "lines([Array.from({ length: 61 }, (_, i) => i)]).querySelectorAll('circle').length",
        "ends": "spreadLabels([50, 50, 50, 12], 226).sort((a, b) => a - b)",
        "low ends": "spreadLabels([225, 226], 226)",
        "bars": "[...bars.querySelectorAll('.bar')].map((bar) => +bar.getAttribute('width'))",
        "signs": "[...field.querySelectorAll('path')].map((path) => ['class', 'd'].map((name) =>"
                 " path.getAttribute(name)))",
        "limit": "colourLimit([{ filters: { values: [...Array(100)].map((_, i) => (i % 2 ? -1 : 1) * (i + 1)) } },"
                 " { filters: { values: Array(900).fill(0) } }])",
        "limits of nothing": "[colourLimit([]), colourLimit([{ filters: { values: [0, null] } }])]",
        "flat histogram": r"/NaN|Infinity/.test(histogram('h', flat, 0).text)",
        "numbers": "[duration(0), duration(2.74e-6), duration(2.74e-5), duration(1e-4), duration(0.000812),"
                   " duration(0.0812), duration(0.812), duration(43.21), duration(119.6), duration(724),"
                   " duration(7500), duration(null), percent(0.873), percent(null), plain(1e-6), plain(0.05),"
                   " grouped(1148234)]",
        "markup": "html`<b>${'<i>&\"'}</b>${[html`<u></u>`, null]}`.text",
    }, prepare=svg)
    for each in answer["ticks"]:
        ticks, step = each["ticks"], each["ticks"][1] - each["ticks"][0]
        digit = float(f"{step:e}".split("e")[0])
        enclosed = ticks[0] <= each["low"] + 1e-6 * step and ticks[-1] >= each["high"] - 1e-6 * step
        expect(f"ticks of {each}", [2 <= len(ticks) <= 9, enclosed, round(digit, 4) in (1, 2, 5)], [True] * 3)
    expect("ticks", answer["some ticks"], [[0, 2, 4, 6, 8, 10], [-5, 0, 5, 10, 15, 20], [0, 20, 40, 60, 80, 100]])
    expect("ticks of whole numbers", answer["whole ticks"], [1, 2, 3])
    places = answer["falling"]
    expect("a falling loss goes right and down", sorted(places) == places and
           all(a[1] < b[1] for a, b in zip(places, places[1:])), True)
    expect("points are in the picture", all(0 <= x <= 480 and 0 <= y <= 270 for x, y in places), True)
    expect("screen readers hear", answer["label"], "<T> per epoch; s0 ends at 1.0")
    expect("a title is text", answer["escaped"], "<T>")
    expect("pieces of an interrupted line", answer["gap"], 2)
    expect("one epoch, equal values, none at all", answer["odd"], [False] * 5)
    expect("dots of many epochs", answer["many"], 0)
    expect("labels at one height", [b - a >= 15 for a, b in zip(answer["ends"], answer["ends"][1:])], [True] * 3)
    expect("labels at the bottom", answer["low ends"], [211, 226])
    one, two, three = answer["bars"]
    expect("bars in proportion", [abs(one - 3 * two) < 0.01, abs(three - 2 * two) < 0.01], [True, True])
    expect("colours of signs, at the centre of 3x3", answer["signs"],
           [["cell", "M1 1h1v1h-1zM5 1h1v1h-1zM9 1h1v1h-1zM13 1h1v1h-1z"],
            ["weak negative", "M1 1h1v1h-1z"], ["weak positive", "M9 1h1v1h-1z"],
            ["strong negative", "M1 1h1v1h-1z"], ["strong positive", "M9 1h1v1h-1z"]])
    expect("limit of colours", answer["limit"], 98)
    expect("limits without values", answer["limits of nothing"], [1, 1])
    expect("a histogram of equal values", answer["flat histogram"], False)
    expect("numbers", answer["numbers"],
           ["0 s", "2.74 µs", "27.4 µs", "0.10 ms", "0.81 ms", "81.2 ms", "812 ms", "43.2 s", "2 min 0 s",
            "12 min 4 s", "2 h 5 min", "-", "87.3 %", "-", "0.000001", "0.05", "1,148,234"])
    expect("markup", answer["markup"], "<b>&#60;i&#62;&#38;&#34;</b><u></u>")


def check_hostile(page):
    """Names that are tags, missing values, classes without images, no mistakes, no timings, no options."""
    def change(data):
        data["confusion"] = {"classes": ["<dog>", "</script><script>x"], "matrix": [[40, 0], [0, 0]]}
        data["epochs"] = [{**{key: None for key in data["epochs"][0]}, "epoch": 1}]
        data["fold"]["times"] = []
        for block in data["fold"]["blocks"]:
            block.update(times=[], description="<img src=x>")
        del data["label_smoothing"], data["muon_share"]
    answer = ask(with_data(page, change), {
        "sections": texts("h2"), "tags": count("dog, main script, img"), "names": texts(".confusion tbody th"),
        "sums": texts(".confusion .sum"), "lead": texts(".lead"), "notes": texts("figure .note"),
        "bad words": BAD_WORDS,
    })
    expect("sections", answer["sections"], SECTIONS)
    expect("tags", answer["tags"], 0)
    expect("names", answer["names"], ["<dog>", "</script><script>x", "precision"])
    expect("recall and precision", answer["sums"], ["100.0 %", "-", "precision", "100.0 %", "-"])
    expect("no mistakes", "No test image was taken for another class." in answer["lead"][2], True)
    expect("no word about the loss", answer["notes"], [])
    expect("bad words", answer["bad words"], None)

    answer = ask(with_data(page, lambda data: [data.pop(key) for key in ["epochs", "confusion", "images", "fold"]]),
                 {"sections": texts("h2")})
    expect("a run that has only begun", answer["sections"], ["The run"])


def on_a_phone(page):
    """The width of the window, the units of the first picture, and whether nothing is left to scroll sideways."""
    measure = """<script>parent.measured = [innerWidth, document.querySelector("svg").viewBox.baseVal.width,
      document.documentElement.scrollWidth <= document.documentElement.clientWidth]</script></body>"""
    phone = f"""<!DOCTYPE html><meta charset="utf-8"><body><iframe width="390" height="800" style="border:0"
      srcdoc="{html.escape(page.replace("</body>", measure))}"></iframe></body>"""
    return ask(phone, {"measured": "[]"}, prepare="""addEventListener("load", () => {
      document.getElementById("answer").textContent = JSON.stringify({ measured }); })""")["measured"]


def check_screens(page):
    """A phone's width, the dark scheme, a script that fails."""
    expect("a phone: width, units of a chart, nothing to scroll sideways", on_a_phone(page), [390, 350, True])

    dark = ask(page, {"background": "getComputedStyle(document.body).backgroundColor"}, DARK)
    expect("background, dark", dark["background"], "rgb(13, 17, 23)")

    # A script that fails leaves what stands in the page without it.
    dom, console = dom_of(page.replace('"use strict";', "throw new Error('planted');"))
    main = dom[dom.index("<main>"):dom.index("</main>")]
    expect("a broken script", ["predictions equal after folding" in main, "<svg" in main, len(console)],
           [True, False, 1])


def check_rates(page):
    """The loss over rates: an axis of powers of ten, the suggestion marked, without one no mark."""
    questions = {
        "sections": texts("h2"), "lines": count(".line"), "rules": count(".rule"), "lead": texts("section .lead"),
        "rows": count("details tbody tr"), "steps": "data.rates.rates.length",
        "place": '[+document.querySelector(".rule")?.getAttribute("x1"), document.querySelectorAll(".axis").length]',
        "value": "pictures[0].marks[0].words", "empty": "pictures[0].marks.filter(({ box }) => !(box[2] > 0)).length",
        "bad words": r'document.querySelector("main").innerHTML.replace(/-fsanitize=\S+/g, "").match(/NaN|Infinity|undefined|\[object/g)',
    }

    def change(data):
        data["rates"].update(rates=[0.001, 0.01, 0.1, 1, 10], losses=[2, 1.9, 1.5, 1.2, 3],
                             smoothed=[2, 1.95, 1.5, 1.4, 2.5], diverged=True, lowest=1, suggestion=0.1, weakness="")
    answer = ask(with_data(page, change), questions)
    expect("sections", answer["sections"], ["The loss at growing learning rates", "The run"])
    expect("lines", answer["lines"], 2)
    expect("suggestion", answer["rules"], 1)
    expect("rows", [answer["rows"], answer["steps"]], [5, 5])
    expect("words", "lowest at 1; half of that is suggested: --muon-rate 0.1." in answer["lead"][0], True)
    expect("words about the end", "until the loss diverged" in answer["lead"][0], True)
    expect("a value", answer["value"], "--muon-rate 0.001\neach step: 2.00\nsmoothed: mean of a step and five on each side: 2.00")
    expect("bands without a width", answer["empty"], 0)
    ticks = ask(with_data(page, change), {
        "places": "[...document.querySelectorAll('line.axis')].slice(1).map((tick) => +tick.getAttribute('x1'))",
        "names": texts("svg text")})
    expect("ticks", [name for name in ticks["names"] if name in ("0.001", "0.01", "0.1", "1", "10")],
           ["0.001", "0.01", "0.1", "1", "10"])
    expect("the mark is at 0.1", abs(answer["place"][0] - ticks["places"][2]) < 0.01, True)
    expect("bad words", answer["bad words"], None)

    expect("weak", "weak" in answer["lead"][0], False)

    answer = ask(with_data(page, lambda data: (change(data), data["rates"].update(weakness="it <falls> by 0"))), questions)
    expect("weak", answer["lead"][0].endswith("--muon-rate 0.1. The suggestion is weak: it <falls> by 0."), True)
    answer = ask(with_data(page, lambda data: data["rates"].update(lowest=None, suggestion=None)), questions)
    expect("no suggestion", [answer["rules"], "It falls at none of these rates." in answer["lead"][0]], [0, True])
    expect("bad words", answer["bad words"], None)


def check_int8(page):
    answer = ask(page, {
        "sections": texts("h2"), "title": texts("h1"), "rows": count("section:first-child tbody tr"),
        "details": texts("summary"), "figures": count("details figure"), "bars": count("figure .bar"),
    })
    expect("sections", answer["sections"], ["Accuracy", "run"])
    expect("title", answer["title"], ["Rounded to few bits"])
    expect("rows", answer["rows"], 2)
    expect("details", answer["details"], ["trained: histograms of 19 layers", "folded: histograms of 10 layers"])
    expect("histograms", answer["figures"], 2 * (19 + 10))
    expect("bars", answer["bars"] > 38 * 5, True)


def png_of(width, height):
    """A photo: a bright disc on a slope of colours."""
    def pixel(x, y):
        inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (0.3 * min(width, height)) ** 2
        return bytes([240, 220, 60] if inside else [40 + 60 * x // width, 60 + 80 * y // height, 120])

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def check_predictions(page):
    """Photos are shown and drawn over; the maps' figures say what the page says of them."""
    questions = {
        "sections": texts("h2"), "parts": texts("section:first-child h3"), "figures": count(".views figure"),
        "images": count("image"),
        "shown": "[...document.querySelectorAll('image')].every((each) => each.getBBox().width > 0)",
        "requests": 'performance.getEntriesByType("resource").length',
        "means": "data.predictions.photos.every(({ classes }) => classes.every(({ map }) => map.forms.every((form) =>"
                 " Math.abs(sum(map.values) / map.values.length - form.mean) < 1e-4 &&"
                 " Math.abs(form.mean + form.bias - form.logit) < 1e-5 * Math.max(1, Math.abs(form.logit)))))",
        "rows": count("section:first-child tbody tr"), "cells": "pictures.filter(({ perRow }) => perRow === 4).length",
        "bad words": r'document.querySelector("main").textContent.match(/NaN|Infinity|undefined|\[object/g)',
        "loaded": "[...document.querySelectorAll('image')].map((each) => each.getAttribute('href')).every((uri) =>"
                  " /^data:image[/](png|jpeg);base64,/.test(uri))",
        "silent": count("svg:not([aria-label]), svg[aria-label=''], svg:not([tabindex])"),
        "tops": "[...document.querySelectorAll('.views')].map((row) => new Set([...row.querySelectorAll('svg')].map("
                "(each) => Math.round(each.getBoundingClientRect().top))).size)",
        "keys": texts("section:first-child .views:first-of-type .key"),
    }
    answer = ask(page, questions)
    expect("photos", answer["sections"], ["wide.png", "small.png"])
    expect("parts", answer["parts"], ["Where it saw it", "What each stage made of it"])
    # Per photo: itself, what was seen, the chart, five maps; an image in each but the chart, and one per stage.
    expect("figures", answer["figures"], 2 * 8)
    expect("images", answer["images"], 2 * (7 + 5))
    expect("pictures side by side begin at one height", answer["tops"], [1] * 4)
    expect("sizes of the photo and of what was seen", answer["keys"], ["200 x 120 pixels", "32 x 32 pixels"])
    expect("rows of the proof", answer["rows"], 5 * 2)
    expect("maps of 4 x 4 places", answer["cells"], 2 * 5)
    for holds in ["shown", "means", "loaded"]:
        expect(holds, answer[holds], True)
    for nothing in ["requests", "silent"]:
        expect(nothing, answer[nothing], 0)
    expect("bad words", answer["bad words"], None)

    def without_maps(data):
        data["predictions"]["no_maps"] = "It ends in <i>a maximum</i>."
        data["predictions"]["photos"][0]["name"] = "<b>photo</b>.png"
        for photo in data["predictions"]["photos"]:
            for each in photo["classes"]:
                del each["map"]
    answer = ask(with_data(page, without_maps), {"figures": count(".views figure"), "tags": count("main b, main i"),
                                                 "words": texts("section:first-child h3 + p")})
    expect("figures without maps", answer["figures"], 2 * 3)
    expect("why there are none", answer["words"][0], "It ends in <i>a maximum</i>.")
    expect("tags in names", answer["tags"], 0)
    expect("photos on a phone: width, units of a photo, nothing to scroll sideways", on_a_phone(page), [390, 240, True])


def check_other_network(report, predictions):
    """A network that is no RepVGG has no blocks, stages and maps to show: the pages leave them out."""
    questions = {"sections": texts("h2"), "title": texts("h1"), "parts": texts("h3"), "bad words": BAD_WORDS}
    answer = ask(report, questions)
    expect("sections without blocks", answer["sections"],
           [name for name in SECTIONS if name not in ("One block, step by step", "Block by block")])
    expect("title of another network", answer["title"], ["resnet8 on Shapes10 v2 (drawn, seed 10)"])
    expect("bad words without blocks", answer["bad words"], None)
    answer = ask(predictions, questions)
    expect("parts without stages", answer["parts"], ["Where it saw it"])
    expect("title of its predictions", answer["title"], ["What resnet8 sees"])
    expect("bad words without stages", answer["bad words"], None)


if len(sys.argv) != 3:
    sys.exit(__doc__)
if CHROMIUM is None:
    print("skipped: there is no Chromium to open the pages in")
    sys.exit(77)
programs, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
run("train_cifar10", "--dataset", "shapes10", "--net", "tiny", "--limit-train", "40", "--limit-test", "40",
    "--batch-size", "8", "--epochs", "3", "--out", "run")
run("reparameterize", "--model", "run/model.safetensors", "--limit-test", "40", "--timing-seconds", "0.01")
run("int8_lab", "--model", "run/model.safetensors", "--calibration", "20", "--limit-test", "40")
(work / "wide.png").write_bytes(png_of(200, 120))
(work / "small.png").write_bytes(png_of(7, 7))
run("predict", "--model", "run/model.safetensors", "wide.png", "small.png")
report = (work / "run/report.html").read_text(encoding="utf-8")
for check in [check_sections, check_images, check_values, check_drawing, check_hostile, check_screens]:
    check(report)
check_predictions((work / "run/predictions.html").read_text(encoding="utf-8"))
run("train_cifar10", "--dataset", "shapes10", "--net", "tiny", "--limit-train", "40", "--limit-test", "40",
    "--batch-size", "8", "--find-lr", "--out", "rates")
check_rates((work / "rates/report.html").read_text(encoding="utf-8"))
run("train_cifar10", "--dataset", "shapes10", "--net", "resnet8", "--limit-train", "16", "--limit-test", "40",
    "--batch-size", "8", "--epochs", "2", "--out", "resnet8")
run("reparameterize", "--model", "resnet8/model.safetensors", "--limit-test", "40", "--timing-seconds", "0.01")
run("predict", "--model", "resnet8/model.safetensors", "wide.png")
check_other_network((work / "resnet8/report.html").read_text(encoding="utf-8"),
                    (work / "resnet8/predictions.html").read_text(encoding="utf-8"))
check_int8((work / "run/int8.html").read_text(encoding="utf-8"))
finish()

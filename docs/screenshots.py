#!/usr/bin/env python3
"""Draws the pictures of pages that programs write: runs the programs, opens a page in headless Chromium, keeps a part.

    docs/screenshots.py           all of docs/pictures/*.png that are named below; a few minutes
    docs/screenshots.py predict   some of them: report-training, report-block, find-lr, predict

BUILD names the folder of the build (default: build)."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / os.environ.get("BUILD", "build") / "examples"
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)

# Per picture: the page, the width in pixels, and the elements of the page to keep, in their order.
PICTURES = {
    "report-training": ("shapes/report.html", 1000, "first(2, h2('Training').querySelector('.charts'))"),
    "report-block": ("shapes/report.html", 975, "h2('One block, step by step').querySelectorAll('.step')"),
    "find-lr": ("rates/report.html", 700, "h2('The loss at').querySelectorAll('h2, .lead, .charts')"),
    "predict": ("shapes/predictions.html", 1080,
                "h2('star').querySelectorAll('h2, .lead, .views, h3:first-of-type, h3:first-of-type + .note, .scale')"),
}
# A photo of a kind that the network knows: a star to the right of the centre, on a ground of two colours.
STAR = """<body style="margin:0; background:linear-gradient(115deg, #4a6f96, #7d6f6a 55%, #5f8f55)">
<svg width="900" height="640" style="display:block"><polygon transform="translate(500 330) rotate(12)" fill="#eabe3c"
points="0,-190 45,-62 181,-59 73,24 112,154 0,76 -112,154 -73,24 -181,-59 -45,-62"/></svg>"""


def chromium(page, *options):
    return subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options,
                           page.as_uri()], capture_output=True, text=True, timeout=120, check=True).stdout


def draw(markup, width, height, file):
    page = file.with_suffix(".html")
    page.write_text(markup, encoding="utf-8")
    chromium(page, f"--screenshot={file}", f"--window-size={width},{height}")


def keep(markup, elements, width, file):
    """Draws these elements of a page alone, and as much of the window as they fill."""
    script = f"""<script>
      const h2 = (begin) => [...document.querySelectorAll("section")].find((each) =>
        each.querySelector("h2").textContent.startsWith(begin));
      const first = (count, parent) => (parent.replaceChildren(...[...parent.children].slice(0, count)), [parent]);
      const kept = [...{elements}];
      const frame = document.createElement("div");
      frame.style.cssText = "position:absolute; inset:0 0 auto 0; padding:10px 20px 14px; background:var(--page)";
      document.body.replaceChildren(frame);
      if (kept[0].querySelector("h3")) kept[0].querySelector("h3").style.marginTop = 0;
      frame.append(...kept);
      frame.dataset.height = Math.ceil(frame.getBoundingClientRect().height);
    </script></body>"""
    markup = markup.replace("</body>", script)
    page = file.with_suffix(".html")
    page.write_text(markup, encoding="utf-8")
    height = re.search(r'data-height="(\d+)"', chromium(page, "--dump-dom", f"--window-size={width},2000"))
    draw(markup, width, height[1], file)


def run(program, *options):
    subprocess.run([PROGRAMS / program, *options], check=True, stdout=subprocess.DEVNULL)


def main(names):
    unknown = [name for name in names if name not in PICTURES]
    if unknown or CHROMIUM is None:
        sys.exit(f"screenshots.py: no picture is named {unknown[0]}; see --help" if unknown else
                 "screenshots.py: there is no Chromium; apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        pages = {PICTURES[name][0] for name in names}
        if any(page.startswith("shapes/") for page in pages):
            run("train_cifar10", "--net", "tiny", "--dataset", "shapes10", "--epochs", "5", "--out", "shapes")
        if "shapes/report.html" in pages:
            run("reparameterize", "--model", "shapes/model.safetensors", "--timing-seconds", "0")
        if "shapes/predictions.html" in pages:
            draw(STAR, 900, 640, pathlib.Path(folder, "star.png"))
            run("predict", "--model", "shapes/model.safetensors", "star.png")
        if "rates/report.html" in pages:
            run("train_cifar10", "--find-lr", "--net", "tiny", "--dataset", "shapes10", "--out", "rates")
        for name in names:
            page, width, elements = PICTURES[name]
            file = pathlib.Path(folder, f"{name}.png")
            keep(pathlib.Path(page).read_text(encoding="utf-8"), elements, width, file)
            shutil.copy(file, ROOT / "docs/pictures" / file.name)
            print(f"drawn: docs/pictures/{file.name}")


if sys.argv[1:] in (["-h"], ["--help"]):
    print(__doc__)
else:
    main(sys.argv[1:] or list(PICTURES))

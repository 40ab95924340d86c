#include "examples/support/page_style.h"

#include "examples/support/kernel_picture.h"

namespace onefold {

namespace {

constexpr const char* kStyle = R"(
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f3f5f8; --field: #e3e7ed; --rule: #dfe2e7; --ink: #16191f; --quiet: #5b6472;
  --s0: #0b62b8; --s1: #c45a00; --s2: #1f7a4d; --s3: #7a3e9d;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --panel: #171c24; --field: #222934; --rule: #2b323d; --ink: #e8eaee; --quiet: #9aa4b2;
    --s0: #6cb6ff; --s1: #f0963c; --s2: #57c98d; --s3: #c792ea;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 1040px;
  background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; font-weight: 680; }
h2 { margin: 0 0 .3rem; font-size: 1.3rem; line-height: 1.3; letter-spacing: -.01em; }
h3 { margin: 1.8rem 0 .3rem; font-size: 1rem; }
p { margin: .4rem 0; max-width: 70ch; }
header p, .lead { color: var(--quiet); }
.note { color: var(--quiet); font-size: .88rem; }
code { font: .92em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
section { margin-top: 2.8rem; padding-top: 1.6rem; border-top: 1px solid var(--rule); }

.headlines {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 1.2rem 1.6rem;
  margin: 1.6rem 0 0;
}
.headlines div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.headlines dt { color: var(--quiet); font-size: .88rem; line-height: 1.35; }
.headlines dd {
  margin: 0; font-size: 1.75rem; line-height: 1.25; font-weight: 640; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; white-space: nowrap;
}

.charts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 1.8rem 2.2rem;
  margin-top: 1.2rem;
}
figure { margin: 0; min-width: 0; break-inside: avoid; }
figcaption { margin-bottom: .4rem; font-size: .92rem; line-height: 1.4; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--ink); font-size: 13px; font-variant-numeric: tabular-nums; }
svg text.quiet { fill: var(--quiet); }
.grid { stroke: var(--rule); stroke-width: 1; }
.axis { stroke: var(--quiet); stroke-width: 1; }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
.line.s0 { stroke: var(--s0); } .line.s1 { stroke: var(--s1); }
.line.s2 { stroke: var(--s2); } .line.s3 { stroke: var(--s3); }
.dot.s0, .bar.s0 { fill: var(--s0); } .dot.s1, .bar.s1 { fill: var(--s1); }
.dot.s2, .bar.s2 { fill: var(--s2); } .dot.s3, .bar.s3 { fill: var(--s3); }
svg text.end { font-weight: 640; }
svg .end.s0 { fill: var(--s0); } svg .end.s1 { fill: var(--s1); }
svg .end.s2 { fill: var(--s2); } svg .end.s3 { fill: var(--s3); }
figcaption > strong, .key { margin-right: .9rem; }
.key { display: inline-block; color: var(--quiet); white-space: nowrap; }
.key i { display: inline-block; width: .7em; height: .7em; margin-right: .4em; border-radius: 2px; }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); }
i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }

details { margin-top: 1.2rem; }
summary { cursor: pointer; color: var(--quiet); }
summary strong { color: var(--ink); }
details.block { margin: 0; padding: .5rem 0; border-bottom: 1px solid var(--rule); }
details.block[open] { padding-bottom: 1.6rem; }
.scroll { overflow-x: auto; margin: 1rem 0 .6rem; }
table {
  border-collapse: collapse; font-size: .9rem; line-height: 1.4; font-variant-numeric: tabular-nums; width: 100%;
}
th, td {
  padding: .38rem .7rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: baseline;
  font-weight: 400;
}
th:first-child, td:first-child { padding-left: 0; }
table thead th {
  white-space: normal; color: var(--quiet); font-size: .82rem; vertical-align: bottom;
  border-bottom-color: var(--quiet);
}
.number { text-align: right; white-space: nowrap; }
td.name { min-width: 11em; }
tr.total > * { font-weight: 640; }
.facts th { color: var(--quiet); white-space: nowrap; width: 1%; padding-right: 1.5rem; }
.facts tr:first-child > * { border-top: 1px solid var(--rule); }
.facts td { overflow-wrap: anywhere; }

.confusion table { width: auto; border-collapse: separate; border-spacing: 2px; }
.confusion th, .confusion td { border: 0; padding: .3rem .4rem; vertical-align: middle; }
.confusion td { min-width: 2.9rem; text-align: right; border-radius: 3px; }
.confusion thead th { text-align: right; }
.confusion .hit { background: rgb(11 98 184 / var(--share)); }
.confusion .miss { background: rgb(214 106 8 / var(--share)); }
.confusion .strong { color: #fff; }
.confusion .none, .confusion .sum { color: var(--quiet); white-space: nowrap; }

.kernels { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1.2rem; margin: .7rem 0; }
.filters, .magnitudes { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 8px; }
.filters { background: var(--field); }
.filters svg { shape-rendering: crispEdges; }
.filters.empty {
  display: grid; place-items: center; aspect-ratio: 1; padding: 1.2rem; color: var(--quiet); font-size: .88rem;
  text-align: center;
}
.sign { color: var(--quiet); }
.magnitudes { margin-top: .6rem; }
.magnitudes svg text { font-size: 12px; }
svg text.on-strong { fill: #fff; }
.scale {
  display: flex; align-items: center; gap: .6rem; max-width: 22rem; color: var(--quiet); font-size: .85rem;
  white-space: nowrap; font-variant-numeric: tabular-nums;
}
.scale svg { flex: 1; height: .8rem; border: 1px solid var(--rule); }
.step { break-inside: avoid; }

@media screen and (prefers-color-scheme: dark) {
  svg text.on-strong { fill: #0d1117; }
  .confusion .strong { color: #fff; }
}
@media (max-width: 520px) {
  body { padding: 1.4rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  .headlines { grid-template-columns: 1fr 1fr; }
  .headlines dd { font-size: 1.35rem; }
  .kernels { grid-template-columns: 1fr 1fr; gap: 1rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11px; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  section { margin-top: 1.4rem; padding-top: 1rem; }
  .scroll { overflow: visible; }
  a { color: inherit; text-decoration: none; }
}
)";

/// Colours are written out: not every program that shows an SVG knows variables.
constexpr const char* kPictureStyle = R"(text { fill: #16191f; font-size: 13px; }
.headline { font-size: 16px; font-weight: 600; }
.title, .end { font-weight: 600; }
.quiet { fill: #5b6472; }
.grid { stroke: #dfe2e7; } .axis { stroke: #5b6472; }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
.line.s0 { stroke: #0b62b8; } .line.s1 { stroke: #c45a00; } .line.s2 { stroke: #1f7a4d; } .line.s3 { stroke: #7a3e9d; }
.dot.s0, .bar.s0, .end.s0 { fill: #0b62b8; } .dot.s1, .bar.s1, .end.s1 { fill: #c45a00; }
.dot.s2, .bar.s2, .end.s2 { fill: #1f7a4d; } .dot.s3, .bar.s3, .end.s3 { fill: #7a3e9d; }
.on-strong { fill: #ffffff; }
)";

}  // namespace

std::string page_style() { return kStyle + colour_style(); }

std::string picture_style() { return kPictureStyle + light_colours(); }

}  // namespace onefold

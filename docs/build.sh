#!/usr/bin/env bash
# Builds the site: every page of docs/ with search, typeset formulas and the source that it links to. The site needs no
# network and no server. Installs missing Debian packages (Sphinx, MyST, Furo, MathJax); takes about half a minute.
#
#   docs/build.sh           in build/site; open build/site/index.html
#   docs/build.sh FOLDER    elsewhere; only an older site is replaced
#
# Fails, and leaves an older site as it is, on a warning, such as a link that leads nowhere, and on a file that a
# browser would fetch from elsewhere. If there is a page build/play/index.html, its folder becomes part of the site,
# with a link on every page.
set -euo pipefail
case ${1:-} in
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
  -*) echo "build.sh: unknown option $1; see build.sh --help" >&2; exit 2 ;;
esac
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$(realpath -m "${1:-$root/build/site}")
play=$root/build/play
if [ -e "$out" ] && [ ! -e "$out/searchindex.js" ]; then
  echo "build.sh: $out is there and is no site; name a folder that is new, or one with a site to be replaced" >&2
  exit 2
fi

source "$root/examples/install_packages.sh"
install_packages python3-sphinx python3-myst-parser furo libjs-mathjax

# What Sphinx reads: the pages, and of MathJax what turns TeX into SVG.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages=$work/pages site=$work/site options=()
mkdir -p "$pages/static/mathjax"
cp "$root"/docs/site/{conf.py,scorer.js,play.html} "$pages/"
cp "$root/docs/site/site.css" "$pages/static/"
(cd /usr/share/javascript/mathjax && cp -rL --parents -t "$pages/static/mathjax" MathJax.js \
  extensions/{MathEvents,tex2jax}.js extensions/TeX/AMS{math,symbols}.js jax/{input/TeX,element/mml} \
  jax/output/SVG/{config,jax}.js jax/output/SVG/{autoload,fonts/TeX})
if [ -e "$play/index.html" ]; then options=(-A play=1); fi
/usr/bin/python3 "$root/docs/site/pages.py" "$pages"

if ! /usr/bin/sphinx-build -q -j "$(nproc)" -W --keep-going -w "$work/warnings" -d "$work/trees" \
  ${options[@]+"${options[@]}"} "$pages" "$site" >"$work/log" 2>&1; then
  # A page has the lines of its file in docs/.
  sed "s|$pages/index.md|docs/README.md|; s|$pages/source/||; s|$pages/|docs/|" "$work/log" >&2
  echo "build.sh: $(grep -c . "$work/warnings") warnings: see above" >&2
  exit 1
fi
if [ -e "$play/index.html" ]; then cp -r "$play" "$site/"; fi

# Debian's Furo imports two files by addresses that need a server, and lacks the colours for browsers that are dark.
(cd "$site/_static" &&
  sed -i -e '/^import Gumshoe /{r scripts/gumshoe-patched.js' -e 'd}' scripts/furo.js &&
  sed -i -e '/^@import .*normalize.css/{r /usr/share/javascript/normalize.css/normalize.css' -e 'd}' styles/furo.css &&
  dark=$(sed -n '/^  body\[data-theme="dark"\] {/,/}/{s/\[.*\]/:not([data-theme="light"])/;p}' styles/furo.css) &&
  echo "@media screen and (prefers-color-scheme: dark) { $dark }" >>styles/furo.css)

# Links may lead outside, but nothing that a page needs.
address='(https?:)?//'
outside=$(cd "$site" && grep -rnoE --include='*.html' --include='*.css' --include='*.js' . \
  -e " (src|srcset|poster)=\"$address[^\"]*" -e "<link [^>]*href=\"$address[^\"]*" \
  -e "(url\(|@import)[ \"']*$address[^\"')]*") || true
if [ -n "$outside" ]; then
  printf 'build.sh: %s requests outside:\n%s\n' "$(wc -l <<<"$outside")" "$outside" >&2
  exit 1
fi

rm -rf "$out"
mkdir -p "$(dirname "$out")"
mv "$site" "$out"
echo "$out/index.html: $(find "$out" -name '*.html' | wc -l) pages, 0 warnings, 0 requests outside"

#!/usr/bin/env bash
# predict: what it prints and writes of photos of every kind, and clear errors with nothing written for bad ones.
#
#   predict_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"

# Two pixels: RGB; grey with alpha; 16 bits of grey.
png() { base64 -d >"$1" <<<"$2"; }
png rgb.png iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGM4IafBFfULAAe5Am0EjplNAAAAAElFTkSuQmCC
png alpha.png iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGM40SDHAAAE4QFnZ/hiKAAAAABJRU5ErkJggg==
png grey16.png iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR4nGM4wSj3HwAEYwHnTTdiPgAAAABJRU5ErkJggg==
echo "This is no photo." >none.jpg
head -c 60 rgb.png >cut.png

run 0 train_cifar10 --dataset shapes10 --net tiny --limit-train 8 --limit-test 4 --batch-size 8 --epochs 1 --out run
run 0 reparameterize --model run/model.safetensors --limit-test 4 --timing-seconds 0 --out folded

title "photos of every kind, with both forms of a trained network"
run 0 predict --model run/model.safetensors rgb.png alpha.png grey16.png --out page.html
silent err
for photo in rgb alpha grey16; do prints "$photo.png: 2 x 1 pixels; the centre, 1 x 1, seen as 32 x 32"; done
[ "$(grep -c '^  trained: the mean of its map .* its logit ' out)" = 3 ] || complain "a proof per photo, trained"
[ "$(grep -c '^  folded: the mean of its map .* its logit ' out)" = 3 ] || complain "a proof per photo, folded"
[ "$(grep -c ' %$' out)" = 15 ] || complain "five classes per photo"
prints "Written: page.html"
present page.html
absent run/predictions.html

title "by default the page is next to the model; a folded network is alone"
run 0 predict --model folded/folded.safetensors rgb.png
prints "Written: folded/predictions.html"
present folded/predictions.html
! grep -q "^  trained" out || complain "a folded network has no trained form"
[ "$(grep -c '^  folded: the mean of its map .* its logit ' out)" = 1 ] || complain "a proof, folded"

title "a photo that is none, is cut off or missing: each is named, exit 1, nothing printed, an older page stays"
cp page.html before.html
run 1 predict --model run/model.safetensors none.jpg rgb.png cut.png missing.png --out page.html
says "none.jpg: not a PNG or JPEG image"
says "cut.png: cannot be decoded"
says "missing.png: cannot be opened"
silent out
same page.html before.html
run 1 predict --model run/model.safetensors none.jpg
says "none.jpg: not a PNG or JPEG image"
run 1 predict --model run/model.safetensors .
silent out
absent run/predictions.html

title "a model that is none, or of another number of classes than names; a page that cannot be written"
run 1 predict --model none.jpg rgb.png
says "none.jpg"
run 1 predict --model missing.safetensors rgb.png
says "missing.safetensors"
sed 's/\\"crescent\\"/\\"cr\\",\\"s\\"/' run/model.safetensors >other.safetensors # as many bytes, one name more
! cmp -s other.safetensors run/model.safetensors || complain "the names should have changed"
run 1 predict --model other.safetensors rgb.png
says "its metadata names 11 classes, but its head.bias has 10 values"
run 1 predict --model run/model.safetensors rgb.png --out nowhere/page.html
says "nowhere/page.html"
silent out
absent predictions.html

title "a page is not written over the photo or the network"
cp rgb.png before.png
run 2 predict --model run/model.safetensors rgb.png --out ./rgb.png
says "--out: ./rgb.png is a file that is read here; name another file to write"
same rgb.png before.png
run 2 predict --model run/model.safetensors rgb.png --out run/model.safetensors
says "--out: run/model.safetensors is a file that is read here"
run 0 predict --model run/model.safetensors rgb.png

title "usage errors: exit 2"
run 2 predict --model run/model.safetensors
says "photos is required"
run 2 predict rgb.png
says "--model is required"
run 2 predict --model run/model.safetensors rgb.png --net huge
says "tiny, mini, S"
run 2 predict --model run/model.safetensors rgb.png --nonsense
says "--nonsense"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"

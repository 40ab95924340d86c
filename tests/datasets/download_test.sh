#!/usr/bin/env bash
# Holds datasets/download_cifar10.sh to its promises, on a small archive and with no network.
set -euo pipefail
command -v curl >/dev/null || exit 77  # CTest: skipped
script=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/datasets/download_cifar10.sh
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
unset XDG_CACHE_HOME
export HOME=$temp/home

# An archive with the seven files, and what it should be taken for.
mkdir -p "$temp/source/cifar-10-batches-bin"
for file in data_batch_{1,2,3,4,5}.bin test_batch.bin batches.meta.txt; do
  head -c 3000 /dev/urandom >"$temp/source/cifar-10-batches-bin/$file"
done
good=$temp/cifar-10-binary.tar.gz
tar -czf "$good" -C "$temp/source" cifar-10-batches-bin
hash=$(sha256sum "$good" | cut -d ' ' -f 1)
echo "This page does not exist." >"$temp/page.html"

case_name=""
broken() {
  echo "FAILED: $case_name: $*"
  echo "--- output"
  cat "$temp/out" "$temp/err"
  exit 1
}

# begin NAME: a new case with a new destination.
begin() {
  case_name=$1
  dest=$temp/dest
  rm -rf "$dest"
  mkdir "$dest"
}

# run STATUS ARGUMENTS...: the script with the small archive's hash ends with this status.
run() {
  local expected=$1 status=0
  shift
  bash "$script" --sha256 "$hash" --only-mirrors "$@" >"$temp/out" 2>"$temp/err" || status=$?
  [ $status = "$expected" ] || broken "exit $status, expected $expected"
}

says() { grep -qF -- "$1" "$temp/err" || broken "does not say: $1"; }
unpacked() {
  diff -r "$temp/source/cifar-10-batches-bin" "$dest/cifar-10-batches-bin" >/dev/null || broken "not unpacked well"
  [ "$(cat "$temp/out")" = "$dest/cifar-10-batches-bin" ] || broken "does not print the folder"
  clean
}
not_unpacked() {
  [ ! -e "$dest/cifar-10-batches-bin" ] || broken "unpacked something"
  clean
}
clean() { [ -z "$(find "$dest" -name '.unpacking*')" ] || broken "left its temporary folder"; }

begin "fetches, checks and unpacks"
run 0 --mirror "file://$good" "$dest"
unpacked

begin "goes to the cache unless told"
run 0 --mirror "file://$good"
dest=$HOME/.cache/onefold
unpacked

begin "does nothing where all files are there"
run 0 --mirror "file://$good" "$dest"
rm "$dest/cifar-10-binary.tar.gz"
run 0 --mirror "file://$temp/absent" "$dest"
says "already there"
unpacked

begin "puts back a missing file, from the archive that is there"
run 0 --mirror "file://$good" "$dest"
rm "$dest/cifar-10-batches-bin/test_batch.bin"
: >"$dest/cifar-10-batches-bin/data_batch_2.bin"
echo "my notes" >"$dest/cifar-10-batches-bin/notes.txt"
run 0 --mirror "file://$temp/absent" "$dest"
[ "$(cat "$dest/cifar-10-batches-bin/notes.txt")" = "my notes" ] || broken "lost a file of the user's"
rm "$dest/cifar-10-batches-bin/notes.txt"
unpacked

begin "resumes after what came before"
head -c 5000 "$good" >"$dest/cifar-10-binary.tar.gz.part"
run 0 --mirror "file://$good" "$dest"
says "Resuming after 5000 bytes."
if grep -q "starting over" "$temp/err"; then broken "started over"; fi
unpacked

begin "starts over where the beginning is wrong"
head -c 5000 /dev/zero >"$dest/cifar-10-binary.tar.gz.part"
run 0 --mirror "file://$good" "$dest"
says "starting over"
unpacked

begin "starts over where the beginning is longer than the archive"
head -c 50000 /dev/zero >"$dest/cifar-10-binary.tar.gz.part"
run 0 --mirror "file://$good" "$dest"
says "starting over"
unpacked

begin "takes a whole archive without asking anyone"
cp "$good" "$dest/cifar-10-binary.tar.gz.part"
run 0 --mirror "file://$temp/absent" "$dest"
unpacked
begin "takes an archive that was copied"
cp "$good" "$dest/cifar-10-binary.tar.gz"
run 0 --mirror "file://$temp/absent" "$dest"
unpacked
begin "takes part of an archive that was copied as a beginning"
head -c 700 "$good" >"$dest/cifar-10-binary.tar.gz"
run 0 --mirror "file://$good" "$dest"
says "Resuming after 700 bytes."
unpacked

begin "refuses an archive with another hash"
run 1 --mirror "file://$temp/page.html" "$dest"
says "not the official archive"
says "--mirror URL"
[ -z "$(ls -A "$dest")" ] || broken "kept what is wrong"
not_unpacked

begin "goes on to the next address after a wrong hash and a missing file"
run 0 --mirror "file://$temp/page.html" --mirror "file://$temp/absent" --mirror "file://$good" "$dest"
unpacked

begin "says what to do where all addresses fail, and keeps what came before"
head -c 5000 "$good" >"$dest/cifar-10-binary.tar.gz.part"
run 1 --mirror "file://$temp/absent" --mirror "file://$temp/nowhere" "$dest"
says "could not be fetched from any address (5000 bytes are kept"
says "--mirror URL"
says "--dataset shapes10"
cmp -s <(head -c 5000 "$good") "$dest/cifar-10-binary.tar.gz.part" || broken "lost what came before"
not_unpacked

begin "leaves nothing of an archive that cannot be unpacked"
page_hash=$(sha256sum "$temp/page.html" | cut -d ' ' -f 1)
run 1 --sha256 "$page_hash" --mirror "file://$temp/page.html" "$dest"
says "cannot be unpacked"
not_unpacked

begin "leaves nothing of an archive without all files"
tar -czf "$temp/short.tar.gz" -C "$temp/source" cifar-10-batches-bin/test_batch.bin
run 1 --sha256 "$(sha256sum "$temp/short.tar.gz" | cut -d ' ' -f 1)" --mirror "file://$temp/short.tar.gz" "$dest"
says "does not have all of"
not_unpacked

# A curl of our own: what it does is in $temp/plan, one line a call: its exit status and the HTTP status it prints.
# Status 0 delivers the archive.
mkdir "$temp/bin"
cat >"$temp/bin/curl" <<'CURL'
#!/usr/bin/env bash
read -r status http <"$PLAN"
sed -i 1d "$PLAN"
while [ "$1" != --output ]; do shift; done
if [ "$status" = 0 ]; then cp "$ARCHIVE" "$2"; fi
echo "$http"
exit "$status"
CURL
chmod +x "$temp/bin/curl"
export PLAN=$temp/plan ARCHIVE=$good
run_with_plan() {
  printf '%b' "$1" >"$PLAN"
  shift
  PATH=$temp/bin:$PATH run "$@"
  [ ! -s "$PLAN" ] || broken "calls of curl left: $(cat "$PLAN")"
}

begin "leaves a slow address for the next, and comes back to it"
run_with_plan '28 200\n22 404\n0 200\n' 0 --mirror http://slow/ --mirror http://gone/ "$dest"
says "Fetching http://slow/, although it is slow"
unpacked

begin "does not come back to an address without an answer"
run_with_plan '28 000\n6 000\n' 1 --mirror http://silent/ --mirror http://unknown/ "$dest"
not_unpacked

for answer in '33 200' '22 416' '36 000'; do
  begin "starts over where a server cannot resume ($answer)"
  head -c 5000 "$good" >"$dest/cifar-10-binary.tar.gz.part"
  run_with_plan "$answer\n0 200\n" 0 --mirror http://here/ "$dest"
  says "starting over"
  unpacked
done

begin "stops at once where the disk is full"
run_with_plan '23 200\n' 1 --mirror http://here/ --mirror http://there/ "$dest"
says "Is the disk full?"
not_unpacked

begin "says that curl is needed"
mkdir "$temp/few"
for tool in bash cat cut grep mkdir sha256sum tr; do ln -s "$(command -v $tool)" "$temp/few/$tool"; done
PATH=$temp/few run 1 --mirror http://here/ "$dest"
says "curl is needed"

begin "explains wrong usage with exit 2, and itself with --help"
for arguments in "--mirrors x" "--mirror" "--sha256 abc" "one two" ""; do
  # shellcheck disable=SC2086  # words on purpose
  run 2 $arguments
  says "--help"
done
bash "$script" --help >"$temp/out" 2>"$temp/err" || broken "--help fails"
grep -q -- "--mirror URL" "$temp/out" || broken "--help does not name --mirror"
[ ! -s "$temp/err" ] || broken "--help writes to stderr"

echo "download_cifar10.sh keeps its promises"

#!/usr/bin/env bash
set -euo pipefail

official=https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz

# Copies that public projects use: MindSpore's tutorials and Swift for TensorFlow's tests. The hash below determines
# whether a download is the official archive, so mirrors need not be trusted.
mirrors=(
  https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/cifar-10-binary.tar.gz
  https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz
)
sha256=c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd

# The official server has been slow since June 2026, about 60 kB/s: below this speed the next address is tried.
slow_bytes_per_second=200000
slow_seconds=20

files="data_batch_1.bin data_batch_2.bin data_batch_3.bin data_batch_4.bin data_batch_5.bin test_batch.bin
batches.meta.txt"

usage() {
  cat <<TEXT
Fetches CIFAR-10's binary version (162 MiB) and unpacks it to DEST/cifar-10-batches-bin.

Usage: download_cifar10.sh [options] [DEST]

  DEST              default: \$XDG_CACHE_HOME/onefold or ~/.cache/onefold, where all programs look
  --mirror URL      try this address before the others; may be given several times
  --only-mirrors    try only the addresses given with --mirror
  --sha256 HEX      expect this hash of the archive, not the official archive's
  --help            show this text

An interrupted download resumes where it stopped. If a server is slow, the next one is tried. Nothing is unpacked unless
the archive's SHA-256 is right, and nothing is done if the files exist. Exit codes: 0 done, 1 failed, 2 wrong usage.
TEXT
}

say() { echo "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

wrong_usage() {
  say "error: $*"
  say "See download_cifar10.sh --help"
  exit 2
}

# Whether a folder contains all files.
complete() {
  local file
  for file in $files; do
    [ -s "$1/$file" ] || return 1
  done
}

sha256_of() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 "$1" | cut -d ' ' -f 1
  fi
}

right_hash() { [ -s "$1" ] && [ "$(sha256_of "$1")" = "$sha256" ]; }

# Appends URL to $part; further arguments are for curl. Sets status to curl's and http to the server's.
run_curl() {
  local url=$1 progress=(--silent --show-error)
  shift
  [ -t 2 ] && progress=()
  status=0
  # Expanded in this form because bash before 4.4 treats an empty array as unset.
  http=$(curl ${progress[@]+"${progress[@]}"} --fail --location --connect-timeout 15 --continue-at - --output "$part" \
    --write-out '%{http_code}' "$@" "$url") || status=$?
}

# Whether the last transfer shows that $part is not the beginning of the server's file: it cannot resume (33), has no
# more bytes than $part (36, or 416 from a web server), or the complete file is not the archive.
wrong_beginning() {
  case $status in
    0) ! right_hash "$part" ;;
    33 | 36) true ;;
    22) [ "$http" = 416 ] ;;
    *) false ;;
  esac
}

# Fetches URL and checks the hash. Returns 1 if this address is of no use, 2 if it is only slow.
fetch_from() {
  if [ -s "$part" ]; then
    say "Resuming after $(wc -c <"$part") bytes."
    run_curl "$@"
    if wrong_beginning; then
      say "The server's file does not continue these bytes: starting over."
      rm -f "$part"
      run_curl "$@"
    fi
  else
    run_curl "$@"
  fi

  case $status in
    0) ;;
    23) fail "$part: cannot be written. Is the disk full? 350 MB are needed; the partial download is kept." ;;
    28) if [ "$http" = 000 ]; then return 1; else return 2; fi ;;
    *) return 1 ;;
  esac
  right_hash "$part" && return
  say "The download is not the official archive (SHA-256 $(sha256_of "$part")): deleted."
  rm -f "$part"
  return 1
}

# Tries each address while it is fast, then those that were slow.
fetch() {
  local url outcome slow=()
  for url in "${urls[@]}"; do
    say "Fetching $url"
    outcome=0
    fetch_from "$url" --speed-limit "$slow_bytes_per_second" --speed-time "$slow_seconds" || outcome=$?
    if [ $outcome = 0 ]; then return; fi
    if [ $outcome = 2 ]; then slow+=("$url"); fi
  done
  for url in ${slow[@]+"${slow[@]}"}; do
    say "Fetching $url, although it is slow"
    if fetch_from "$url"; then return; fi
  done

  local kept=""
  if [ -s "$part" ]; then kept=" ($(wc -c <"$part") bytes are kept, the next run resumes there)"; fi
  fail "CIFAR-10 could not be fetched from any address$kept. What to do, one of:
  check the network (a proxy is named by HTTPS_PROXY) and run this again
  name another address: --mirror URL
  copy cifar-10-binary.tar.gz to $dest yourself and run this again
  use another dataset: --dataset shapes10 needs no files"
}

# Unpacks next to the destination, then moves the files: a broken archive never leaves an incomplete folder.
unpack() {
  local file
  work=$(mktemp -d "$dest/.unpacking-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  tar -xzf "$archive" --no-same-owner -C "$work" ||
    fail "$archive: cannot be unpacked. Is the disk full? 350 MB are needed."
  complete "$work/cifar-10-batches-bin" || fail "$archive: does not have all of" $files
  if [ -d "$folder" ]; then
    for file in $files; do mv -f "$work/cifar-10-batches-bin/$file" "$folder/"; done
  else
    mv "$work/cifar-10-batches-bin" "$folder"
  fi
}

given_mirrors=()
only_mirrors=0
dest=
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --only-mirrors) only_mirrors=1; shift ;;
    --mirror | --sha256)
      [ $# -ge 2 ] || wrong_usage "$1 needs a value"
      if [ "$1" = --mirror ]; then given_mirrors+=("$2"); else sha256=$(echo "$2" | tr A-F a-f); fi
      shift 2
      ;;
    -*) wrong_usage "unknown option $1" ;;
    *)
      [ -z "$dest" ] || wrong_usage "expected one DEST, got $dest and $1"
      dest=$1
      shift
      ;;
  esac
done
[[ $sha256 =~ ^[0-9a-f]{64}$ ]] || wrong_usage "--sha256 needs 64 hexadecimal digits, got $sha256"
urls=(${given_mirrors[@]+"${given_mirrors[@]}"})
if [ $only_mirrors = 0 ]; then
  urls+=("$official" "${mirrors[@]}")
elif [ ${#urls[@]} = 0 ]; then
  wrong_usage "--only-mirrors needs a --mirror"
fi

dest=${dest:-${XDG_CACHE_HOME:-$HOME/.cache}/onefold}
folder=$dest/cifar-10-batches-bin
archive=$dest/cifar-10-binary.tar.gz
part=$archive.part

if complete "$folder"; then
  say "CIFAR-10 is already there."
  echo "$folder"
  exit 0
fi
mkdir -p "$dest" || fail "$dest: cannot be created; name another folder"
[ -w "$dest" ] || fail "$dest: cannot be written to; name another folder"

# An archive that was copied here: use it if it is the right one, otherwise as a partial download.
if [ -s "$archive" ] && ! right_hash "$archive"; then
  say "$archive: not the official archive, or not all of it; used as a partial download."
  mv -f "$archive" "$part"
fi
if [ ! -s "$archive" ]; then
  if ! right_hash "$part"; then
    command -v curl >/dev/null || fail "curl is needed: sudo apt-get install curl"
    fetch
  fi
  mv -f "$part" "$archive"
fi
say "The archive's SHA-256 is right. Unpacking."
unpack
say "Done. $archive is no longer needed."
echo "$folder"

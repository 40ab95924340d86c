# Holds the output that a lesson's header states to the expected text: the same lines in the same order.

function plain(line) {
  gsub(/[ \t]+/, " ", line)
  gsub(/^ | $/, "", line)
  while (match(line, /[~?][-+]?[0-9]/)) line = substr(line, 1, RSTART - 1) substr(line, RSTART + 1)
  return line
}

BEGIN {
  while ((getline line < expected) > 0) lines[++count] = plain(line)
  place = 1
}

!/^\/\// { exit }

inside && /^\/\/ ? ?[^ ]/ { inside = 0 }

inside && $0 !~ /^\/\/ *$/ && $2 != "..." {
  stated++
  wanted = plain(substr($0, 3))
  for (i = place; i <= count && lines[i] != wanted; i++) {}
  if (i > count) {
    printf "%s:%d: the header states \"%s\", which %s does not have there\n", FILENAME, FNR, wanted, expected > "/dev/stderr"
    faulty = 1
    exit
  }
  place = i + 1
}

/Expected output/ { inside = 1 }

END {
  if (!faulty && !stated) {
    printf "%s: the header states no output; docs/writing.md says how\n", FILENAME > "/dev/stderr"
    faulty = 1
  }
  exit faulty
}

# Prints a page with its quoted blocks filled in. Variables: root, the source tree; page, the page's name for messages.
# A block is a line <!-- quote: FILE MARKER --> or <!-- output: LESSON [PARAGRAPHS] --> and the fenced block after it.

function fault(message) {
  printf "%s:%d: %s\n", page, NR, message > "/dev/stderr"
  faulty = 1
}

function trimmed(line) {
  gsub(/^[ \t]+|[ \t]+$/, "", line)
  return line
}

# Is this line a marker, such as "// [sum]" or "# [/sum]"? Sets marker to what stands between the brackets.
function is_marker(line) {
  line = trimmed(line)
  if (line !~ /^(\/\/|#) \[\/?[a-z0-9-]+\]$/) return 0
  sub(/^(\/\/|#) \[/, "", line)
  sub(/\]$/, "", line)
  marker = line
  return 1
}

function indentation(line) {
  match(line, /^ */)
  return RLENGTH
}

# The lines between "// [name]" and "// [/name]" of a file, shifted left together, without other markers among them. Of
# comments alone, such as a drawing, their text. Sets tongue to the language of it.
function excerpt(file, name,    path, line, lines, count, inside, opened, closed, shift_by, i, text) {
  path = root "/" file
  shift_by = -1
  tongue = "text"
  while ((status = (getline line < path)) > 0) {
    if (is_marker(line)) {
      if (marker == name) { inside = 1; opened++ }
      if (marker == "/" name) { inside = 0; closed++ }
    } else if (inside) {
      lines[++count] = line
      if (line !~ /^ *\/\/( |$)/) tongue = language(file)
    }
  }
  close(path)
  if (status < 0) { fault("cannot read " file); return "" }
  if (opened != 1 || closed != 1) {
    fault(file " needs one line \"// [" name "]\" and one \"// [/" name "]\"; it has " opened + 0 " and " closed + 0)
    return ""
  }
  if (count == 0) fault(file ": nothing stands between the markers of " name)
  for (i = 1; i <= count; i++) {
    if (tongue == "text") sub(/^ *\/\//, "", lines[i])
    if (lines[i] ~ /[^ ]/ && (shift_by < 0 || indentation(lines[i]) < shift_by)) shift_by = indentation(lines[i])
  }
  for (i = 1; i <= count; i++) text = text substr(lines[i], shift_by + 1) "\n"
  return text
}

# What a lesson prints, by its tested text; `wanted` names paragraphs (1 or 2-3), none means all.
function output(lesson, wanted,    file, path, line, paragraph, first, last, text, blank) {
  file = "tests/examples/expected/" lesson ".txt"
  path = root "/" file
  first = 1
  last = 1000000
  if (wanted != "") {
    first = wanted + 0
    last = wanted ~ /-/ ? substr(wanted, index(wanted, "-") + 1) + 0 : first
  }
  blank = 1
  while ((status = (getline line < path)) > 0) {
    if (line !~ /[^ ]/) { blank = 1; continue }
    if (blank) paragraph++
    if (paragraph >= first && paragraph <= last) text = text (blank && text != "" ? "\n" : "") unmasked(line) "\n"
    blank = 0
  }
  close(path)
  if (status < 0) { fault("cannot read " file); return "" }
  if (text == "") fault(file " has " paragraph + 0 " paragraphs, not " (wanted == "" ? "any" : wanted))
  return text
}

# Expected texts mark what varies between machines: ~1.25 and ?0.3 are shown as the numbers alone.
function unmasked(line,    text) {
  while (match(line, /[~?][-+]?[0-9]/)) {
    text = text substr(line, 1, RSTART - 1)
    line = substr(line, RSTART + 1)
  }
  return text line
}

function language(file) {
  if (file ~ /\.(h|cpp)$/) return "cpp"
  if (file ~ /(\.cmake|CMakeLists\.txt)$/) return "cmake"
  if (file ~ /\.sh$/) return "sh"
  if (file ~ /\.py$/) return "python"
  return "text"
}

# After a quoting comment: drop the old block, print the new one.
pending {
  pending = 0
  if ($0 ~ /^```/) { printf "%s\n%s```\n", $0, body; skipping = 1; next }
  printf "```%s\n%s```\n", tongue, body
}
skipping {
  if ($0 ~ /^```/) skipping = 0
  next
}

{ print }

/^```/ { in_fence = !in_fence }

!in_fence && /^<!-- (quote|output):/ {
  if ($2 == "quote:" && NF == 5 && $5 == "-->") {
    body = excerpt($3, $4)
  } else if ($2 == "output:" && $NF == "-->" && (NF == 4 || (NF == 5 && $4 ~ /^[0-9]+(-[0-9]+)?$/))) {
    body = output($3, NF == 5 ? $4 : "")
    tongue = "text"
  } else {
    fault("write <!-- quote: FILE MARKER --> or <!-- output: LESSON [PARAGRAPHS] -->, not " $0)
    next
  }
  pending = 1
}

END {
  if (pending) printf "```%s\n%s```\n", tongue, body
  if (skipping) fault("the last fenced block is not closed")
  exit faulty
}

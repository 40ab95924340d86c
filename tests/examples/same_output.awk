# Compares what a program printed with the expected text: spaces count as one, ~x is a number within 5 % of x, ?x any
# number.

function fault(message) {
  printf "%s\n", message > "/dev/stderr"
  faulty = 1
  exit 1
}

function single_spaced(line) {
  gsub(/[ \t]+/, " ", line)
  sub(/ $/, "", line)
  return line
}

function distance(a, b) { return a < b ? b - a : a - b }

function same(got, wanted,    mask, number, literal) {
  while (match(wanted, /[~?][-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/)) {
    literal = substr(wanted, 1, RSTART - 1)
    mask = substr(wanted, RSTART, 1)
    number = substr(wanted, RSTART + 1, RLENGTH - 1)
    wanted = substr(wanted, RSTART + RLENGTH)
    if (substr(got, 1, length(literal)) != literal) return 0
    got = substr(got, length(literal) + 1)
    if (!match(got, /^[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/)) return 0
    if (mask == "~" && distance(substr(got, 1, RLENGTH) + 0, number + 0) > 0.05 * distance(number + 0, 0)) return 0
    got = substr(got, RLENGTH + 1)
  }
  return got == wanted
}

{
  if ((getline wanted < expected) <= 0) fault(expected ": the program prints more than this text: \"" $0 "\"")
  if (!same(single_spaced($0), single_spaced(wanted)))
    fault(expected ":" NR ": expected \"" wanted "\"\n" expected ":" NR ": printed  \"" $0 "\"")
}

END {
  if (!faulty && (getline wanted < expected) > 0)
    fault(expected ":" NR + 1 ": the program ends before \"" wanted "\"")
  exit faulty
}

#!/usr/bin/env bash
# Holds learn to telling a learner what is wrong, whatever the file holds: on a copy of the exercises.
#
#   learn_test.sh FOLDER_OF_PROGRAMS WORK_FOLDER
set -uo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh" "$@"
exercises=$source_folder/examples/exercises
cp -r "$exercises" mine
stub=mine/01_tensors/4_channels_last.cpp
learn() { # CODE COMMAND...
  run "$1" learn --folder mine "${@:2}"
}
# body CODE: the learner's function holds this one line.
body() {
  { echo '#include <vector>'
    echo 'std::vector<double> to_channels_last(const std::vector<double>& x, int C, int H, int W) {'
    echo "  $1"
    echo '}'; } >$stub
}
lines() { [ "$(wc -l <out)" -le "$1" ] || { complain "more than $1 lines"; cat out >&2; }; }

title "the first session, as docs/README.md shows it"
solution=$exercises/solutions/00_from_nothing/1_slope.cpp
{
  "$programs/learn" --folder mine next
  echo
  sed 's/2 \* (w/(w/' "$solution" >mine/00_from_nothing/1_slope.cpp
  "$programs/learn" --folder mine check 00.1
  echo
  cp "$solution" mine/00_from_nothing/1_slope.cpp
  "$programs/learn" --folder mine check 00.1
  echo
  "$programs/learn" --folder mine answer 00.6 27
} 2>&1 | sed 's/ --folder mine//; s| mine/| examples/exercises/|' >session
diff "$source_folder/tests/examples/expected/learn.txt" session >&2 || complain "the session is another one"
cp "$exercises/00_from_nothing/1_slope.cpp" mine/00_from_nothing/1_slope.cpp

title "what is next, its hints, its check, its solution; what is done stays done until the file changes"
learn 0 next
prints "00.1  the slope of a loss"
cp "$exercises"/solutions/00_from_nothing/*.cpp mine/00_from_nothing/
learn 0 answer 00.6 36
learn 0 check 00
learn 0 next
prints "01.1  where an element stands in memory"
prints "edit     mine/01_tensors/1_offset.cpp"
prints "then     build/examples/learn --folder mine check 01.1"
learn 0 hint 1.1
prints "1. Count what stands before the element"
learn 1 check 01.1
prints "red    01.1"
prints "  expected  0"
prints "  got       -1"
learn 0 solution 01.1
cp out mine/01_tensors/1_offset.cpp
learn 0 check 01.1
prints "green  01.1"
learn 0 list 01
prints "  done  01.1"
learn 0 next
prints "01.2"
prints "learn --folder mine answer 01.2 NUMBER"
learn 1 check 01
prints "red    01.3"
touch -d '1 hour' mine/01_tensors/1_offset.cpp
learn 0 list 01
! grep -q done out || complain "01.1 has changed since it was checked"
cmp -s "$exercises/01_tensors/4_channels_last.cpp" $stub || complain "nothing but the learner writes to a stub"

title "a question is answered by the number that the lesson prints"
learn 1 answer 01.2 16
prints "its buffer is lent again"
prints "got       16; try again, or see build/examples/learn --folder mine hint 01.2"
learn 0 answer 01.2 8
prints "01_tensors prints 8"
learn 0 check 01.2
prints "green  01.2"
prints "you have answered it; the number: build/examples/learn --folder mine solution 01.2"
learn 0 solution 01.2
prints "01_tensors prints 8"
learn 2 answer 01.1 8
says "exercise 01.1 asks for code, not for a number: build/examples/learn --folder mine check 01.1"
learn 2 answer 01.2 many
says "the answer many, but a number was expected: build/examples/learn --folder mine answer 01.2 NUMBER"
learn 2 answer 01.2 8MiB
says "the answer 8MiB, but a number was expected"
learn 2 answer 01.2
says "no answer, but a number was expected"
learn 1 answer 01.2 -8
prints "hint      too small; see docs/01-tensors.md"
prints "got       -8"
learn 1 answer 01.2 8.5
prints "hint      close, but too large; see docs/01-tensors.md"
learn 1 answer 06.1 0.745
prints "hint      too small; see docs/06-batch-norm-two-faces.md"

title "watch: checks whenever a file is saved, waits for an answer, and goes on"
seen() { # TEXT: waits until watch has printed it
  for ((i = 0; i < 200; ++i)); do ! grep -qF -- "$1" watched || return 0; sleep 0.1; done
  complain "watch does not print \"$1\""
}
"$programs/learn" --folder mine watch >watched 2>&1 &
seen "green  01.1"
seen "answer 01.2 NUMBER"
learn 0 answer 01.2 8
seen "red    01.3"
cp "$exercises/solutions/01_tensors/3_strides.cpp" mine/01_tensors/
seen "green  01.3"
seen "red    01.4"
kill $!

title "a wrong result: what was expected, what came, and which mistake it is"
body 'std::vector<double> y(x.size());
      for (int c = 0; c < C; ++c) for (int i = 0; i < H * W; ++i) y[c * H * W + i] = x[i * C + c];
      return y;'
learn 1 check 01.4
prints "hint      this is the other direction"
prints "file      mine/01_tensors/4_channels_last.cpp, page docs/01-tensors.md"

title "what does not compile shows the first error and its line, not a page"
body 'return y + std::vector<int>(3);'
learn 1 check 01.4
prints "4_channels_last.cpp:3:"
prints "error: "
prints "return y + std::vector<int>(3);"
lines 6

title "a function of another name, or with other parameters"
body 'return x;'
sed -i 's/to_channels_last/to_last/' $stub
learn 1 check 01.4
prints "to_channels_last"
prints "keep its name and its parameters"
lines 6
sed -i 's/to_last/to_channels_last/; s/int C, int H/long C, int H/' $stub
learn 1 check 01.4
prints "keep its name and its parameters"

title "an index outside of a vector, an exception, a loop without end"
body 'return {x[x.size()]};'
learn 1 check 01.4
prints "It crashed"
prints "an index outside of a vector"
lines 6
body 'return {x.at(x.size())};'
learn 1 check 01.4
prints "an exception ended the check"
body 'for (volatile int i = 0;; i = i + 1) {}'
learn 1 check 01.4
prints "does a loop never end?"
lines 6

title "what is not there"
learn 2 check 99
says "there is no exercise 99; there are 00.1 00.2"
silent out
learn 2 hint 01.99
says "there is no exercise 01.99"
rm $stub
learn 1 check 01.4
says "there is no file mine/01_tensors/4_channels_last.cpp"
run 1 learn --folder nowhere list
says "there is no folder nowhere: copy"
learn 2 hint 01
says "learn hint needs one exercise, such as learn hint 01.1, but got 01, which is a chapter"
learn 2 answer 1 8
says "learn answer needs one exercise, such as learn answer 01.1, but got 1, which is a chapter"
learn 2 answer abc
says "there is no exercise abc; there are 00.1 00.2"
run 2 learn
says "no command; there are list next check hint solution answer watch verify"
run 2 learn foo
says "there is no command foo; there are list next check"
run 2 learn explain 01.1
says "there is no command explain"
for command in check hint solution answer; do
  run 2 learn $command
  says "learn $command needs an exercise, such as learn $command 05.1; learn list shows what there is"
done
run 2 learn list 01 02
says "learn list does not take 02: leave it out"
run 2 learn next --fast
says "learn next does not take --fast: leave it out"

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"

#!/usr/bin/env bash
# Holds the comparison's table to measurements whose ratios are known, and its script to errors that say what to do.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v python3 >/dev/null || { echo "no python3 here: nothing to test"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
complain() { echo "FAILED: $*" >&2; failures=$((failures + 1)); }
has() { grep -qE -- "$1" "$work/out" || { complain "no line like \"$1\" in:"; cat "$work/out" >&2; }; }

# Three rounds of a network at ratios 3, 2 and 4, and memory at half of PyTorch's; the slow round slowed both sides.
network() { # ROUND PEER IMAGES_PER_S PEAK_MIB BF16 [WORK]
  local work
  for work in ${6:-train memory}; do
    echo "{\"round\": $1, \"work\": \"$work\", \"peer\": \"$2\", \"net\": \"S\", \"mode\": \"train\", \"batch\": 128," \
      "\"threads\": 2, \"bf16\": $5, \"images_per_s\": $3, \"peak_resident_bytes\": $(($4 << 20))," \
      "\"idle_resident_bytes\": 1048576}"
  done
}
{
  network 1 onefold 900 101 false; network 1 "torch 2.13.0" 300 201 false
  network 2 onefold 100 101 false; network 2 "torch 2.13.0" 50 201 false
  network 3 onefold 1200 101 false; network 3 "torch 2.13.0" 300 201 false
  network 3 onefold 1200 81 true memory
} >"$work/lines"
python3 "$here/comparison_table.py" "$work/lines" >"$work/out" || complain "the table failed"
has '^training step, S, batch 128 +images/s +900 +PyTorch +300 +3\.00 +2\.00 to 4\.00 +2\.2 / 2\.5 +stretch met$'
has '^peak memory of training, S, batch 128 +MiB +100 +PyTorch +200 +2\.00 .* 1\.37 / - +met$'
has '^peak memory of training in bf16, S, batch 128 +MiB +80 +PyTorch +200 +2\.50 .* 1\.82 / - +met$'
has '^1 to 3 rounds'
python3 "$here/comparison_table.py" --markdown "$work/lines" >"$work/out" || complain "the table failed in Markdown"
has '^\| training step, S, batch 128 \| images/s \| 900 \| PyTorch \| 300 \| 3\.00 \|'

# In bf16 ours stands beside PyTorch in bf16 and in float, each with its own target.
in_bf16() { # MODE PEER BF16 IMAGES_PER_S
  echo "{\"round\": 1, \"work\": \"bf16\", \"peer\": \"$2\", \"net\": \"A0\", \"mode\": \"$1\", \"bf16\": $3," \
    "\"images_per_s\": $4}"
}
{
  in_bf16 train onefold true 300; in_bf16 train "torch 2.13.0" true 200; in_bf16 train "torch 2.13.0" false 120
  in_bf16 fold onefold true 600; in_bf16 fold "torch 2.13.0" true 500; in_bf16 fold "torch 2.13.0" false 200
} >"$work/bf16"
python3 "$here/comparison_table.py" "$work/bf16" >"$work/out" || complain "the table of bf16 failed"
has '^training step in bf16, A0, batch 128 +images/s +300 +PyTorch, bf16 +200 +1\.50 .* 1\.5 / 1\.8 +met$'
has '^training step in bf16, A0, batch 128, against float +images/s +300 +PyTorch +120 +2\.50 .* 2\.8 / 3 +not met$'
has '^folded inference in bf16, A0, batch 128 +images/s +600 +PyTorch, bf16 +500 +1\.20 .* 1\.3 / 1\.5 +not met$'
has '^folded inference in bf16, A0, batch 128, against float +images/s +600 +PyTorch +200 +3\.00 .* - +-$'

# The engines: in each round the fastest of the others counts, 1.25 and 0.5 times; in bf16 there is another target.
engine() { # ROUND PEER BATCH BF16 IMAGES_PER_S
  echo "{\"round\": $1, \"peer\": \"$2\", \"net\": \"mini\", \"mode\": \"fold\", \"batch\": $3, \"bf16\": $4," \
    "\"images_per_s\": $5}"
}
{
  for round in 1 2 3; do
    engine $round onefold 1 false 1000; engine $round ncnn 1 false 800; engine $round openvino 1 false 400
  done
  engine 3 ncnn 1 false 2000; engine 1 ncnn 128 false 5000
  engine 1 onefold 128 true 6000; engine 1 openvino 128 true 3000; engine 1 "torch 2.13.0" 128 true 4000
} >"$work/engines"
python3 "$here/engines_table.py" "$work/engines" >"$work/out" || complain "the table of engines failed"
has '^mini +1 +float +1000 +- +400 +800 +- +- +1\.25 +0\.50 to 1\.25 +1\.15 / 1\.4 +met$'
has '^mini +128 +bf16 +6000 +- +3000 +- +- +4000 +1\.50 +1\.50 to 1\.50 +1\.3 / 1\.5 +stretch met$'
grep -qE '^mini +128 +float' "$work/out" && complain "without ours there should be no row"
has '^3 rounds'

printf 'Before.\n<!-- table: compare_torch -->\nold\n<!-- /table -->\nAfter.\n' >"$work/page.md"
python3 "$here/comparison_table.py" --page "$work/page.md" "$work/lines" >"$work/out" || complain "the page failed"
grep -q '^| training step, S' "$work/page.md" && ! grep -q '^old' "$work/page.md" || complain "the page lacks the table"
[ "$(sed -n '1p;$p' "$work/page.md" | tr '\n' ' ')" = 'Before. After. ' ] || complain "the page should keep the rest"

# A product that reaches PyTorch's speed and not the peak reached its target, which is either.
cat >"$work/lines" <<END
{"round": 1, "work": "product", "context": {"peak_gflops": "500"},\
 "benchmarks": [{"name": "gemm/8192x64x64/manual_time", "GFLOP/s": 400}]}
{"round": 1, "work": "product", "peer": "torch 2.13.0", "mode": "product", "shape": "8192x64x64", "gflops": 410}
END
python3 "$here/comparison_table.py" "$work/lines" >"$work/out" || complain "the table of products failed"
has '^matrix product 8192x64x64 +GFLOP/s +400 +PyTorch +410 +0\.98 .* met$'
has '^matrix product 8192x64x64 +GFLOP/s +400 +peak FMA +500 +0\.80 .* met otherwise$'

# Grouped convolutions: two layers of one kind and one of another, twice as fast as PyTorch's and half as fast.
timing() { # NAME MS
  echo "{\"round\": 1, \"context\": {}, \"benchmarks\": [{\"name\": \"$1/manual_time\", \"median_ms\": $2}]}"
}
{
  timing net/2x_depthwise3x3_stride2/forward/32@8x8 1.0
  echo '{"round": 1, "peer": "torch 2.13.0", "timing": "net/2x_depthwise3x3_stride2/forward/32@8x8", "median_ms": 2.0}'
  timing net/1x_conv1x1_groups2/input_gradient/8-16@4x4 4.0
  echo '{"round": 1, "peer": "torch 2.13.0", "timing": "net/1x_conv1x1_groups2/input_gradient/8-16@4x4",' \
    '"median_ms": 2.0}'
} >"$work/lines"
python3 "$here/grouped_table.py" "$work/lines" >"$work/out" || complain "the table of grouped convolutions failed"
has '^net +2 +depthwise3x3, stride2, 32@8x8 +forward +1\.00 +2\.00 +2\.00 +2\.00 to 2\.00$'
has '^net +1 +conv1x1, groups2, 8-16@4x4 +input gradient +4\.00 +2\.00 +0\.50 '
has '^net +all +forward +2\.00 +4\.00 +2\.00 '
has '^net +all +all +6\.00 +6\.00 +1\.00 '

# The families' table: a run that was trained, folded and timed in two rounds, and one of which nothing is there yet.
mkdir -p "$work/runs/none"
echo '{"counts": {"parameters": 1031146}, "result": {"test_accuracy": 0.8307}}' >"$work/runs/none/run.json"
echo '{"proof": {"equal": 9999, "accuracy_after": 0.8308}}' >"$work/runs/none/fold.json"
time_of() { # MODE BATCH IMAGES_PER_S PEAK_MIB
  echo "{\"round\": 1, \"reparam\": \"none\", \"mode\": \"$1\", \"batch\": $2, \"images_per_s\": $3," \
    "\"peak_tensor_bytes\": $(($4 << 20))}"
}
{ time_of train 128 1270 300; time_of train 128 1290 300; time_of infer 128 2000 90; time_of fold 128 3000 80
  time_of fold 1 500 9; } >"$work/runs/times.jsonl"
python3 "$here/families_table.py" --families none,dbb "$work/runs" >"$work/out" || complain "the families' table failed"
has '^none +1,031,146 +83\.07 % +83\.08 % +9,999 +100 +1\.00 +300 +2,000 +3,000 +2\.00$'
has '^dbb( +-){10}$'

# The networks' table: one that was trained and timed, one of which only the counts are known. A page has the rows that
# it names.
mkdir -p "$work/networks/a"
echo '[{"name": "a", "parameters": 1234, "multiply_adds": 2500000}, {"name": "b", "parameters": 5, "multiply_adds": 6e6}]' \
  >"$work/networks/networks.json"
echo '{"result": {"test_accuracy": 0.625}}' >"$work/networks/a/run.json"
printf '{"epoch": 1, "train_loss": 2.0}\n{"epoch": 2, "train_loss": 1.5}\n' >"$work/networks/a/log.jsonl"
for mode in 'train 64 500' 'infer 1 100' 'fold 1 200'; do
  read -r mode batch speed <<<"$mode"
  echo "{\"round\": 1, \"net\": \"a\", \"mode\": \"$mode\", \"batch\": $batch, \"images_per_s\": $speed," \
    '"peak_tensor_bytes": 1}'
done >"$work/networks/times.jsonl"
printf 'Before.\n<!-- table: compare_networks b -->\nold\n<!-- /table -->\nAfter.\n' >"$work/b.md"
printf '<!-- table: compare_networks -->\n<!-- /table -->\n' >"$work/all.md"
python3 "$here/networks_table.py" --networks a,b --page "$work/b.md" --page "$work/all.md" "$work/networks" \
  >"$work/out" || complain "the networks' table failed"
has '^a +1,234 +2\.5 M +2\.000 +1\.500 +62\.5 % +20\.0 +10\.00 +5\.00$'
has '^b +5 +6\.0 M( +-){6}$'
grep -q '^| b | 5 |' "$work/b.md" && ! grep -qE '^(old|\| a )' "$work/b.md" || complain "the page should have b's row alone"
[ "$(sed -n '1p;$p' "$work/b.md" | tr '\n' ' ')" = 'Before. After. ' ] || complain "the page of b should keep the rest"
[ "$(grep -cE '^\| [ab] ' "$work/all.md")" = 2 ] || complain "a page that names none should have all rows"
misnamed() { # MARKER TEXT
  printf '<!-- table: %s -->\nold\n<!-- /table -->\n' "$1" >"$work/b.md"
  python3 "$here/networks_table.py" --networks a,b --page "$work/b.md" "$work/networks" >"$work/out" 2>&1 &&
    complain "should have failed: a page with a table of $1"
  has "$2"
  grep -q '^old$' "$work/b.md" || complain "the page of before is lost"
}
misnamed "compare_networks b nosuch" 'b\.md: got nosuch, needs some of a,b$'
misnamed compare_torch 'b\.md: needs a line <!-- table: compare_networks -->$'

# The profile: half of the samples are products; the kernel's do not count. mini's 20.74 GFLOP at 200 GFLOP/s: 103.7 ms.
mkdir "$work/profile"
echo '{"context": {"peak_gflops": "200"}}' >"$work/profile/peak.json"
for run in {mini,S,A0}-{train,fold}-{1,2}-128 mini-infer-2-128 mini-fold-2-1; do
  echo '{"images_per_s": 640}' >"$work/profile/$run.json"
  cat >"$work/profile/$run.txt" <<'END'
# Overhead  Symbol
    40.00%  [.] onefold::(anonymous namespace)::multiply_panel<4>
    20.00%  [.] onefold::WinogradTiles<4>::transform_inputs(float const*, long)
    20.00%  [.] onefold::(anonymous namespace)::gradient_sums<3>(onefold::Tensor const&)
    20.00%  [k] clear_page_erms
END
done
echo '{"images_per_s": 320}' >"$work/profile/mini-train-128-torch.json"
echo '{"images_per_s": 400}' >"$work/profile/mini-fold-1-torch.json"
python3 "$here/profile_table.py" "$work/profile" >"$work/out" || complain "the profile's table failed"
has '^training step, mini +2 +200\.0 +100\.0 +103\.7 +50\.0 +50\.0 +0\.0 +0\.0 +0\.0 +133\.3$'
has '^training step, mini +1 +200\.0 +100\.0 +207\.4 .* -$'
has '^folded inference, mini, one image +2 +1\.562 +0\.781 +- .* 1\.250$'

refuse() { # TEXT OPTIONS..., of the script that `script` names
  local text=$1
  shift
  "$here/${script:-compare_torch.sh}" "$@" >"$work/out" 2>&1 && complain "should have failed: $*"
  has "$text"
}
refuse "unknown option --sideways" --sideways
refuse "--repeats: got 0, needs a whole number of at least 1" --repeats 0
refuse "--repeats: got nothing, needs a whole number of at least 1" --repeats
refuse "--only: got training, needs some of train,compile" --only training
refuse "--only: got nothing, needs some of train,compile" --only ,
refuse "--only: got nothing, needs a value" --only
refuse "--only: got \\*, needs some of train,compile" --only '*'
refuse "--threads: got 100000, needs at most" --threads 100000
refuse "--page: the page's table is of all work" --only train --page "$work/page.md"
PYTHON=$work/no-python refuse "there is no $work/no-python; set PYTHON to a Python that has torch"
printf '#!/bin/sh\nexit 1\n' >"$work/torchless" && chmod +x "$work/torchless"
PYTHON=$work/torchless refuse "torchless has no torch; set PYTHON .*pip install torch"
printf '#!/bin/sh\nexit 0\n' >"$work/torch" && chmod +x "$work/torch"
PYTHON=$work/torch BUILD=$work refuse "benchmark is not built; run"
BUILD=$work refuse "compare_torch.jsonl is not there: run once without --table" --table

# A measurement that fails leaves the table of before as it was.
mkdir -p "$work/fake/examples" "$work/fake/tests/bench"
for program in examples/benchmark tests/bench/kernels_bench; do cp "$work/torchless" "$work/fake/$program"; done
echo before >"$work/fake/compare_torch.jsonl"
cp "$work/page.md" "$work/before.md"
PYTHON=$work/torch BUILD=$work/fake refuse "measurements failed; what the others gave is in" \
  --page "$work/page.md" --repeats 1
[ "$(cat "$work/fake/compare_torch.jsonl")" = before ] || complain "the measurements of before are lost"
cmp -s "$work/page.md" "$work/before.md" || complain "the page of before is lost"

script=compare_families.sh
refuse "unknown option --sideways" --sideways
refuse "--epochs: got none, needs a whole number of at least 1" --epochs none
refuse "--only: got training, needs some of train,fold,time,table" --only training
refuse "--only: got nothing, needs some of train,fold,time,table" --only ""
refuse "--families: got nosuch, needs some of none,repvgg" --families none,nosuch
refuse "--families: got nothing, needs some of none,repvgg" --families ,
BUILD=$work refuse "train_cifar10 is not built; run"
BUILD=$work refuse "families-mini is not there: run with --only train first" --only table
for program in train_cifar10 reparameterize; do cp "$work/torch" "$work/fake/examples/$program"; done
BUILD=$work/fake refuse "fake/runs is not there: run with --only train first" --only fold --runs "$work/fake/runs"
mkdir "$work/fake/runs" && echo before >"$work/fake/runs/times.jsonl"
BUILD=$work/fake refuse "runs/none has no trained network: run with --only train first" \
  --only fold --runs "$work/fake/runs"
BUILD=$work/fake refuse "the benchmark failed; the times of before stay" --only time --runs "$work/fake/runs"
[ "$(cat "$work/fake/runs/times.jsonl")" = before ] || complain "the times of before are lost"
printf 'No table here.\n' >"$work/other.md"
refuse "other.md: needs the line <!-- table: compare_families --> once" --page "$work/other.md"
(cd "$work" && "$here/compare_torch.sh" --page other.md >out 2>&1) && complain "a page without the place passed"
has "other.md: needs the line <!-- table: compare_torch --> once"
has "--page: other.md has no place for the table"
printf '<!-- table: compare_engines -->\n<!-- /table -->\n' >"$work/engines.md"
(cd "$here/.." && CDPATH=.. bench/compare_torch.sh --help >"$work/out") || complain "--help failed with CDPATH"
has '--repeats N'
(cd "$here/.." && bench/compare_torch.sh --help >"$work/out") || complain "--help failed from another folder"
has '--repeats N'
script=compare_networks.sh
refuse "unknown option --sideways" --sideways
refuse "--only: got fold, needs some of train,time,table" --only fold
refuse "--pages: the pages' tables are of all networks; leave out --networks resnet20" --networks resnet20 --pages
BUILD=$work refuse "list is not built; run"
cat >"$work/fake/examples/list" <<'END'
#!/bin/sh
echo '[{"name": "resnet20", "parameters": 270000, "multiply_adds": 4e7},
       {"name": "vgg16", "parameters": 15000000, "multiply_adds": 3e8}]'
END
chmod +x "$work/fake/examples/list"
BUILD=$work/fake refuse "--networks: got resnet21, needs some of resnet20,vgg16" --networks resnet21
BUILD=$work/fake refuse "fake/networks is not there: run with --only train first" --only table
mkdir "$work/fake/networks"
time_line() { # NET SPEED
  echo "{\"net\": \"$1\", \"mode\": \"fold\", \"batch\": 1, \"images_per_s\": $2, \"peak_tensor_bytes\": 1}"
}
{ time_line vgg16 100; time_line resnet20 200; } >"$work/fake/networks/times.jsonl"
printf "#!/bin/sh\necho '%s'\n" "$(time_line resnet20 500)" >"$work/fake/examples/benchmark"
BUILD=$work/fake bash "$here/compare_networks.sh" --only time --networks resnet20 --repeats 2 >"$work/out" 2>&1 ||
  complain "compare_networks.sh failed"
has '^resnet20 .* 2\.00$'
[ "$(grep -c vgg16 "$work/fake/networks/times.jsonl")" = 1 ] || complain "the times of other networks should stay"
script=compare_grouped.sh
refuse "unknown option --sideways" --sideways
refuse "--only: got resnet, needs some of mobilenet,shufflenet_g2" --only resnet
PYTHON=$work/torch BUILD=$work refuse "kernels_bench is not built; run"
BUILD=$work refuse "compare_grouped.jsonl is not there: run once without --table" --table
script=compare_engines.sh
refuse "unknown option --sideways" --sideways
refuse "--only: got two, needs some of one,many,bf16" --only two
refuse "--threads: got 100000, needs at most" --threads 100000
refuse "--page: the page's table is of all work" --quick --page "$work/engines.md"
PYTHON=$work/no-python refuse "there is no $work/no-python; set PYTHON to a Python that has the engines"
PYTHON=$work/torchless refuse "torchless has none of the engines; pip install numpy onnx"
printf '#!/bin/sh\necho ncnn\n' >"$work/ncnn" && chmod +x "$work/ncnn"
PYTHON=$work/ncnn BUILD=$work refuse "benchmark is not built; run"
BUILD=$work refuse "compare_engines.jsonl is not there: run once without --table" --table
echo before >"$work/fake/compare_engines.jsonl"
cp "$work/torchless" "$work/fake/examples/benchmark"
PYTHON=$work/ncnn BUILD=$work/fake refuse "failed, see .*compare_engines.log: .*benchmark --net mini" --repeats 1
[ "$(cat "$work/fake/compare_engines.jsonl")" = before ] || complain "the measurements of before are lost"
script=profile.sh
refuse "unknown option --sideways" --sideways
refuse "--page: got nothing, needs a page that is there" --page
BUILD=$work/none refuse "none/profile is not there: run once without --table" --table

# The Python programs need torch, which is not everywhere; what their numbers must be does not.
numbers() {
  PYTHONPATH=$here python3 -c 'import sys, options; print([options.whole(text) for text in sys.argv[1:]])' "$@"
}
[ "$(numbers 1 12)" = '[1, 12]' ] || complain "1 and 12 are whole numbers"
for text in 0 -1 1.5 six ''; do
  numbers "$text" >"$work/out" 2>&1 && complain "\"$text\" should be refused"
  has "got ${text:-nothing}, needs a whole number of at least 1"
done

[ $failures = 0 ] || { echo "$failures checks failed" >&2; exit 1; }
echo "all checks passed"

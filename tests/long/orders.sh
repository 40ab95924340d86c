#!/usr/bin/env bash
# Runs the unit tests in random orders, each order in one process. About five minutes on two cores.
#
#   tests/long/orders.sh [ORDERS]     20
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support.sh
build build/checked onefold_tests
orders=${1:-20} passed=0
for ((seed = 1; seed <= orders; ++seed)); do
  if logged build/checked/order.log build/checked/tests/onefold_tests "~[.long]" --order rand --rng-seed "$seed"; then
    passed=$((passed + 1))
  else
    echo "reproduce with: build/checked/tests/onefold_tests '~[.long]' --order rand --rng-seed $seed" >&2
  fi
done
echo "orders: the unit tests passed in $passed of $orders random orders"
[ "$passed" = "$orders" ]

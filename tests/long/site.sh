#!/usr/bin/env bash
# Builds the site and reads it in headless Chromium without a network: tests/docs/site_test.py, after it has installed
# what that needs. Two minutes on two cores.
#
#   tests/long/site.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source examples/install_packages.sh
install_packages python3-sphinx python3-myst-parser furo libjs-mathjax chromium
code=0
/usr/bin/python3 tests/docs/site_test.py build/site_test build/site_test.pictures >build/site_test.log || code=$?
echo "site: $(head -n 1 build/site_test.log)"
exit $code

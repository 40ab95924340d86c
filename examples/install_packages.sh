# Sourced by examples/quickstart.sh and tests/run.sh: installs what a build needs on Debian or Ubuntu.
#
#   install_packages PACKAGE...   installs the missing ones only; does nothing if there are none
#   check_tools                   stops with a remedy if cmake or the compiler is too old

# The compiler that CMake will use.
find_compiler() {
  if [ -n "${CXX:-}" ]; then
    command -v "$CXX"
  else
    command -v c++ || command -v g++ || command -v clang++
  fi
}

# Whether that compiler accepts standard input.
compiles() {
  local compiler
  compiler=$(find_compiler) && "$compiler" -x c++ -std=c++20 -fsyntax-only - >/dev/null 2>&1
}

has_header() {
  printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$1" | compiles
}

# Whether the contents of a Debian package are installed already, from Debian or from elsewhere.
has_package() {
  case $1 in
    g++) find_compiler >/dev/null ;;
    ninja-build) command -v ninja >/dev/null || command -v make >/dev/null ;;
    libstb-dev) has_header stb/stb_image.h || has_header stb_image.h ;;
    libcli11-dev) has_header CLI/CLI.hpp ;;
    nlohmann-json3-dev) has_header nlohmann/json.hpp ;;
    catch2) has_header catch2/catch.hpp || has_header catch2/catch_all.hpp ;;
    *) command -v "$1" >/dev/null || dpkg -s "$1" >/dev/null 2>&1 ;;
  esac
}

install_packages() {
  local package missing=() as_root=()
  for package in "$@"; do
    has_package "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]} (names of Debian packages)." \
      "Install them with your system's package manager and run this again." >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      printf 'Missing: %s. As root, run:\n  apt-get update && apt-get install -y --no-install-recommends %s\n' \
        "${missing[*]}" "${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi

  echo "Installing ${missing[*]} ..." >&2
  local log
  log=$(mktemp)
  if ! {
    "${as_root[@]}" apt-get -q update &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install ${missing[*]}: see above." >&2
    return 1
  fi
  rm -f "$log"
}

check_tools() {
  local have compiler
  have=$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
  if [ "$(printf '3.25\n%s\n' "$have" | sort -V | head -n 1)" != 3.25 ]; then
    echo "cmake $have is too old: 3.25 or newer is needed." \
      "Install one with \"pip install cmake\" or from https://cmake.org/download." >&2
    return 1
  fi
  if ! compiler=$(find_compiler); then
    echo "There is no C++ compiler ${CXX:-c++}: GCC 12 or Clang 14 or newer is needed." >&2
    return 1
  fi
  if ! printf '#if defined(__clang__) ? __clang_major__ < 14 : __GNUC__ < 12\n#error old\n#endif\n' | compiles; then
    echo "$("$compiler" --version | head -n 1) is too old: GCC 12 or Clang 14 or newer is needed." \
      "Install one, such as g++-12, and name it: CXX=g++-12 $0" >&2
    return 1
  fi
}

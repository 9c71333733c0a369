# shellcheck shell=bash
# setup.sh: what ./scripts/demo and ./scripts/test do before their own work. Sourced by both with ROOT set.
#
# First look (plan_setup), then say (announce_setup), then act (run_setup): nothing is downloaded before it was announced,
# and where nothing is missing no package manager is called at all.
#
# Gives PYTHON (the environment with torch and what the scripts import), TORCH_DIR (the torch that the build links, empty
# without one), PRESET (release, or no-torch without one), BUILD and SPECTRADIFF_BIN (the program).

REQUIREMENTS=$ROOT/scripts/requirements
VENV=$ROOT/.venv
OLDEST_TORCH=2.7
LOG=$ROOT/build/setup.log

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n==> %s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

# Runs a command with its output in the log only.
logged() {
  mkdir -p "$(dirname "$LOG")"
  "$@" >"$LOG" 2>&1 </dev/null
}

# The same; on failure shows the end of the output.
quietly() {
  if ! logged "$@"; then
    tail -n 25 "$LOG" >&2
    say "failed: $* (all of its output is in $LOG)"
    return 1
  fi
}

# ---- looking -------------------------------------------------------------------------------------------------------

# missing_debian_packages FILE: those of a list.
missing_debian_packages() {
  local wanted installed
  wanted=$(grep -v '^#' "$REQUIREMENTS/$1")
  # shellcheck disable=SC2086  # one word per package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
  comm -23 <(sort -u <<<"$wanted") <(sort -u <<<"$installed") | tr '\n' ' ' | sed 's/ $//'
}

# Those of debian-tests.txt that are missing. Where apt knows packages at all, one that it does not know is none of them.
missing_test_packages() {
  local package found=()
  for package in $(missing_debian_packages debian-tests.txt); do
    if apt-cache show "$package" >/dev/null 2>&1 || ! apt-cache show ccache >/dev/null 2>&1; then
      found+=("$package")
    fi
  done
  echo "${found[*]}"
}

# How a package manager may be called: "" as root, "sudo" where sudo can ask or need not ask, otherwise fails.
find_privilege() {
  if [ "$(id -u)" = 0 ]; then
    PRIVILEGE=""
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    PRIVILEGE=sudo
  else
    return 1
  fi
}

# "DIR VERSION" of the torch that a Python would import, without importing it; nothing where it has none.
torch_of_python() {
  (cd / && "$1" - 2>/dev/null) <<'PY'
import importlib.metadata, importlib.util
spec = importlib.util.find_spec("torch")
if spec and spec.origin:
    print(spec.submodule_search_locations[0], importlib.metadata.version("torch").split("+")[0])
PY
}

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# A torch that is there already: TORCH_DIR and TORCH_FROM (a few words on whose it is).
find_existing_torch() {
  TORCH_DIR="" TORCH_FROM=""
  if [ -n "${SPECTRADIFF_TORCH_DIR:-}" ]; then
    [ -e "$SPECTRADIFF_TORCH_DIR/lib/libtorch.so" ] || die "SPECTRADIFF_TORCH_DIR = $SPECTRADIFF_TORCH_DIR holds no lib/libtorch.so"
    TORCH_DIR=$(realpath "$SPECTRADIFF_TORCH_DIR") TORCH_FROM=SPECTRADIFF_TORCH_DIR
    return
  fi
  local python dir version
  for python in "${VIRTUAL_ENV:-}/bin/python3" "${CONDA_PREFIX:-}/bin/python3" "$(command -v python3 || true)" "$VENV/bin/python3"; do
    if [ "$python" = /bin/python3 ] || [ ! -x "$python" ]; then
      continue
    fi
    read -r dir version < <(torch_of_python "$python") || continue
    if at_least "$version" "$OLDEST_TORCH" && [ -e "$dir/lib/libtorch.so" ]; then
      TORCH_DIR=$dir TORCH_FROM="torch $version of $python"
      return
    fi
  done
}

# Whether .venv's Python can import the torch in TORCH_DIR: its extension module must be built for that Python.
torch_suits_python() {
  local tag
  tag=$("$1" -c 'import sysconfig; print(sysconfig.get_config_var("SOABI"))') && [ -e "$TORCH_DIR/_C.$tag.so" ]
}

has_nvidia_gpu() { [ -e /proc/driver/nvidia/version ] || { command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }; }

# Whether the user told pip where to look; then that is what we use, untouched.
pip_is_configured() {
  [ -n "${PIP_INDEX_URL:-}${PIP_EXTRA_INDEX_URL:-}${PIP_FIND_LINKS:-}" ] ||
    grep -qsE '^ *(extra-)?index-url|^ *find-links' /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"
}

# plan_setup [--tests] FILE…: which requirement files are needed, beside torch.txt; and whether to run the tests.
plan_setup() {
  APT_MISSING="" APT_FOR_TESTS="" PIP_MISSING="" BORROW="" TORCH_BUILD=""
  if command -v dpkg-query >/dev/null; then
    APT_MISSING=$(missing_debian_packages debian.txt)
    [ "${1:-}" != --tests ] || APT_FOR_TESTS=$(missing_test_packages)
  fi
  [ "${1:-}" != --tests ] || shift
  find_existing_torch
  PYTHON=$VENV/bin/python3
  local active="${VIRTUAL_ENV:-${CONDA_PREFIX:-}}/bin/python3" files=("$REQUIREMENTS/torch.txt" "$@")
  if [ "$active" != /bin/python3 ] && [ -x "$active" ] && [ -z "$("$active" "$ROOT/scripts/lib/requirements_met.py" "${files[@]}")" ]; then
    PYTHON=$active
    return
  fi
  local python=$PYTHON
  [ -x "$python" ] || python=$(command -v python3 || true)
  if [ -x "$VENV/bin/python3" ]; then
    PIP_MISSING=$("$PYTHON" "$ROOT/scripts/lib/requirements_met.py" "${files[@]}" | tr '\n' ' ')
  else
    PIP_MISSING=$(sed 's/#.*//; /^ *$/d' "${files[@]}" | tr '\n' ' ')
  fi
  if [[ " $PIP_MISSING" == *" torch=="* ]]; then
    if [ -n "$python" ] && [ -n "$TORCH_DIR" ] && torch_suits_python "$python"; then
      PIP_MISSING=$(sed -E 's/(^| )torch==[^ ]+//' <<<"$PIP_MISSING")
      if [ -z "$(torch_of_python "$VENV/bin/python3")" ]; then
        BORROW=$TORCH_DIR
      fi
    elif pip_is_configured; then
      TORCH_BUILD="what your pip settings bring"
    elif has_nvidia_gpu || [ "$(uname -m)" != x86_64 ]; then
      TORCH_BUILD=default
    else
      TORCH_BUILD=cpu
    fi
  fi
}

# ---- saying --------------------------------------------------------------------------------------------------------

apt_size() {
  # shellcheck disable=SC2086
  LC_ALL=C apt-get -o Debug::NoLocking=1 --assume-no --no-install-recommends install $APT_MISSING 2>/dev/null </dev/null |
    sed -n 's/^Need to get \(.*\) of archives.*/\1/p' | sed 's|.*/||'
}

announce_setup() {
  if [ -n "$APT_MISSING" ]; then
    local size
    size=$(apt_size || true)
    if find_privilege; then
      say "  - apt installs (${size:-about 250 MB on a bare system} to download): $APT_MISSING"
    else
      say "  - not root, and sudo cannot be used here. Ask for these packages, or go on with what is there:"
      say "      apt-get install $APT_MISSING"
    fi
  fi
  if [ -n "$APT_FOR_TESTS" ] && find_privilege; then
    say "  - apt installs for some of the tests, where it can (about 100 MB to download): $APT_FOR_TESTS"
  fi
  if ! command -v dpkg-query >/dev/null; then
    say "  - this is no Debian or Ubuntu: the packages of scripts/requirements/debian.txt must be there under their names here"
  fi
  if [ -n "$TORCH_FROM" ] && [[ $TORCH_DIR != "$VENV"/* ]]; then
    say "  - uses $TORCH_FROM: $TORCH_DIR"
  fi
  if [ -n "$BORROW" ]; then
    say "  - makes the Python environment .venv see that torch, so that it is not downloaded again"
  fi
  if [ -n "${PIP_MISSING// /}" ]; then
    say "  - installs into the Python environment .venv: $PIP_MISSING"
    case $TORCH_BUILD in
      "") say "      (at most 150 MB to download)" ;;
      cpu) say "      about 0.4 GB to download: no NVIDIA GPU was found, so the CPU build of torch is asked for first. Should that not be"
        say "      reachable, pip's own default follows: the CUDA build, which works without a GPU but is about 2.8 GB to download." ;;
      default) say "      pip's default build of torch; where that is the CUDA build it is about 2.8 GB to download, 5 GB on disk." ;;
      *) say "      torch is $TORCH_BUILD: about 0.2 GB for a CPU build, about 2.8 GB for a CUDA build." ;;
    esac
    say "      To use a torch that you have: activate its environment, or set SPECTRADIFF_TORCH_DIR. To choose where pip"
    say "      looks: PIP_INDEX_URL, PIP_FIND_LINKS."
  fi
  say "  - builds into build/ (minutes the first time, seconds after that)"
}

# ---- acting --------------------------------------------------------------------------------------------------------

apt_install() { $PRIVILEGE env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; }

install_debian_packages() {
  [ -n "$APT_MISSING$APT_FOR_TESTS" ] && find_privilege || return 0
  step "Installing Debian packages"
  # shellcheck disable=SC2086
  if ! { quietly $PRIVILEGE apt-get update && { [ -z "$APT_MISSING" ] || quietly apt_install $APT_MISSING; }; }; then
    say "Going on with what is there."
  fi
  local package
  for package in $APT_FOR_TESTS; do
    logged apt_install "$package" || say "$package cannot be installed: the tests that use it are skipped."
  done
}

install_torch() {
  if [ "$TORCH_BUILD" = cpu ]; then
    if logged "$PYTHON" -m pip install -r "$REQUIREMENTS/uv.txt" &&
      logged "$PYTHON" -m uv pip install --python "$PYTHON" --torch-backend cpu -r "$REQUIREMENTS/torch.txt"; then
      return
    fi
    say "The CPU build cannot be reached; pip's default build follows."
  fi
  quietly "$PYTHON" -m pip install -r "$REQUIREMENTS/torch.txt"
}

make_python_environment() {
  [ "$PYTHON" = "$VENV/bin/python3" ] || return 0
  [ -n "${PIP_MISSING// /}$BORROW" ] || return 0
  step "Making the Python environment .venv"
  if [ ! -x "$PYTHON" ]; then
    quietly "$(command -v python3 || echo python3)" -m venv "$VENV" || return
  fi
  if [ -n "$BORROW" ]; then
    dirname "$BORROW" >"$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/borrowed_torch.pth"
  fi
  if [[ " $PIP_MISSING" == *" torch=="* ]]; then
    install_torch || return
  fi
  # shellcheck disable=SC2086
  [ -z "${PIP_MISSING// /}" ] || quietly "$PYTHON" -m pip install $PIP_MISSING
}

build_jobs() {
  # A file that includes torch's headers needs up to 2 GB to compile.
  local cores memory_kb fit
  cores=$(nproc)
  memory_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  fit=$((${memory_kb:-4000000} / 2000000))
  [ "$fit" -ge 1 ] || fit=1
  echo $((cores < fit ? cores : fit))
}

# configure PRESET [cmake options]: only where there is need.
configure() {
  local preset=$1 folder=$ROOT/build/$1 settings
  shift
  settings="$* $(command -v cmake)"
  if [ ! -e "$folder/build.ninja" ] || [ "$(cat "$folder/settings.txt" 2>/dev/null)" != "$settings" ]; then
    (cd "$ROOT" && quietly cmake --preset "$preset" "$@") || return
    printf '%s' "$settings" >"$folder/settings.txt"
  fi
}

# build PRESET [target…]
build() {
  local preset=$1
  shift
  (cd "$ROOT" && cmake --build --preset "$preset" -j "$(build_jobs)" ${1:+--target "$@"}) >&2
}

choose_preset() {
  if [ -z "$TORCH_DIR" ]; then
    find_existing_torch
  fi
  PRESET=release
  if [ -z "$TORCH_DIR" ]; then
    PRESET=no-torch
    say "No torch is there, so the engine is left out: analyze and paint work, render does not."
  fi
  BUILD=$ROOT/build/$PRESET
  # shellcheck disable=SC2034  # for who sources this
  SPECTRADIFF_BIN=$BUILD/bin/spectradiff
}

# build_program program|everything: the program and its engine, or the tests too.
build_program() {
  local options=() targets=(spectradiff documents)
  choose_preset
  step "Building ($PRESET)"
  if [ "$PRESET" = release ]; then
    options=("-DSPECTRADIFF_TORCH_DIR=$TORCH_DIR")
    targets+=(spectradiff_torch)
  fi
  if [ "$1" = everything ]; then
    targets=()
  fi
  configure "$PRESET" "${options[@]}" && build "$PRESET" "${targets[@]}"
}

run_setup() {
  install_debian_packages
  make_python_environment || say "The Python environment is incomplete; going on with what is there."
}

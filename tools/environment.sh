#!/usr/bin/env bash
# Make or update .venv from requirements.txt. Usage: tools/environment.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}

say() { printf '%s\n' "$*"; }
command -v "$python" >/dev/null || {
  say "Python is missing. Install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python"; exit 1; }
# Of several Pythons on the machine, take the first that fits.
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }
if ! fits "$python"; then
  for other in python3.13 python3.12 python3.11; do
    if command -v $other >/dev/null && fits $other; then python=$other; break; fi
  done
fi
fits "$python" || {
  say "The book needs Python 3.11, 3.12 or 3.13; '$python' is $("$python" -V 2>&1). Name one: make PYTHON=/path/to/python"; exit 1; }
"$python" -c 'import venv, ensurepip' 2>/dev/null || {
  say "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

# .venv/.ready is there only while all is installed. Without it an earlier run was cut short, and
# what that left cannot be trusted; what it had fetched is still in the cache.
if ! { [ -e .venv/.ready ] && fits .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
  say "Making .venv with $("$python" -V) ..."
  rm -rf .venv
  "$python" -m venv .venv
fi
rm -f .venv/.ready
uv=$(sed -nE 's/^(uv==[^ ;]+).*/\1/p' requirements.txt)
export UV_HTTP_RETRIES=1
say "Installing what requirements.txt pins (about 1.5 GB the first time, nothing later) ..."
packages() { bash tools/fetch.sh "The packages" "$@"; }
packages .venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 10 "$uv"
packages .venv/bin/uv pip sync --quiet --python .venv/bin/python requirements.txt
packages .venv/bin/uv pip install --quiet --python .venv/bin/python --no-build-isolation --no-deps --editable .
touch .venv/.ready

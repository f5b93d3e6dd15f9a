#!/bin/sh
# Prints the Python that the virtual environment is made with, or says what this machine lacks.
set -eu

fail() {
    printf '\ncuocthi: %s\n%s\n\n' "$1" "$2" >&2
    exit 1
}

command -v git >/dev/null 2>&1 ||
    fail "git is missing." "Debian: apt-get install git    macOS: xcode-select --install"

# A name on the PATH may be a wrapper that starts nothing: each is tried, not only found.
without_venv=
for name in python3.13 python3.12 python3.11 python3; do
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    if "$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
    without_venv=$name
done

if [ -n "$without_venv" ]; then
    fail "$without_venv is there, but not its venv module." "Debian: apt-get install $without_venv-venv"
fi
fail "Python 3.11 or newer is missing." "Debian: apt-get install python3 python3-venv    macOS: brew install python@3.13"

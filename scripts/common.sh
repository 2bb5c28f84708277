# common.sh - what scripts/run and scripts/test share: installing what is missing, and building
#
# Read by both, never run by itself. Everything said here goes to stderr, so that stdout belongs to the program. Nothing reads
# stdin: all of it works without a terminal.
#
# SPDX-License-Identifier: MIT
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say () {
  printf '%s\n' "$*" >&2
}

die () {
  say "$*"
  exit 1
}

# Lines of scripts/packages for these purposes
packages_for () {
  awk -v purposes=" $* " '!/^#/ && NF && index (purposes, " " $1 " ")' "$root/scripts/packages"
}

is_found () {
  case $1 in
    pkg-config:*) pkg-config --exists "${1#*:}" 2>/dev/null ;;
    command:*) command -v "${1#*:}" >/dev/null ;;
    python:*) python3 -c "import ${1#*:}" 2>/dev/null ;;
    *) true ;;
  esac
}

# Runs a command as root, or says what to run as root.
as_root () {
  if [ "$(id -u)" = 0 ]
  then
    "$@"
  elif command -v sudo >/dev/null && { [ -t 2 ] || sudo -n true 2>/dev/null; }
  then
    sudo "$@"
  else
    die "This needs root, and there is no sudo that could be asked here. Run this as root, then this script again:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
}

# Installs what is missing for these purposes (build, test, full); does nothing, and says nothing, where nothing is.
install_missing () {
  purposes=$*
  local missing=() has_apt=false installed="" package found what

  if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null
  then
    has_apt=true
    # shellcheck disable=SC2016 # these are dpkg-query's own
    installed=$(packages_for "$@" | awk '{ print $2 }' \
      | xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' || true)
  fi
  while read -r _ package found what
  do
    if $has_apt
    then
      grep -qx "$package" <<<"$installed" && continue
    else
      is_found "$found" && continue
    fi
    [ ${#missing[@]} -gt 0 ] || say "Tilescribe needs packages that are not installed here:"
    say "$(printf '  %-22s %s' "$package" "$what")"
    missing+=("$package")
  done < <(packages_for "$@")
  [ ${#missing[@]} -gt 0 ] || return 0

  $has_apt || die "These are their names in Debian. Install what your system calls them, then run this script again."
  say "Installing them with apt."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null >&2 \
    || say "The lists of packages could not all be brought up to date; going on with those at hand."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
      --no-install-recommends install "${missing[@]}" </dev/null >&2 \
    || die "apt could not install them: its reason stands above. Put that right, then run this script again."
}

# configure FOLDER [OPTION...]: makes it ready to build in, the first time with these options of meson. Quiet unless it fails.
# What meson finds depends on what was installed for: a folder that was configured for less (run before test) is looked at anew.
configure () {
  local folder=$root/$1 log known=""
  shift

  log=$folder/build.log
  mkdir -p "$folder"
  [ ! -f "$folder/configured-for" ] || known=$(<"$folder/configured-for")
  if [ ! -f "$folder/build.ninja" ]
  then
    say "Building Tilescribe in ${folder##*/}/. The first time takes a minute or two."
    meson setup "$folder" "$root" "$@" </dev/null >"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
    printf '%s\n' "$purposes" >"$folder/configured-for"
  elif [ "${known#"$purposes"}" = "$known" ]
  then
    meson setup --reconfigure "$folder" "$root" </dev/null >"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
    printf '%s\n' "$purposes" >"$folder/configured-for"
  fi
}

# build FOLDER [OPTION...]: all of it. Quiet unless it fails.
build () {
  local log=$root/$1/build.log

  configure "$@" || return 1
  ninja -C "$root/$1" </dev/null >"$log" 2>&1 || { grep -v '^\[' "$log" | tail -n 60 >&2; return 1; }
}

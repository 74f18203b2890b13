#!/usr/bin/env bash
# Installs or removes what `make build` built, with its desktop entry, icons
# and description:  install.sh install|uninstall
#   PREFIX   where to (default ~/.local)
#   DESTDIR  a tree that stands for / (packages); then nothing is registered here
#   BIN      folder with the built programs (default bin)
set -euo pipefail
cd "$(dirname "$0")/../.."

prefix=${PREFIX-$HOME/.local}
root=${DESTDIR-}
bin=${BIN:-bin}
share=$root$prefix/share
entry=$share/applications/paravent.desktop
programs=(paravent paravent-headless paravent-server)
sizes=(16 24 32 48 64 128 256 512)
say() { printf '   %s\n' "$*"; }

# The session may not look for programs in the prefix, so that the entry names
# the whole path; quoted, as the Desktop Entry Specification wants, only where
# it must be, since older versions of xdg-open do not know the quotes.
exec_line() {
  if [ -n "$root" ]; then echo 'Exec=paravent -- %u'; return; fi
  local path=$prefix/bin/paravent
  if [[ $path =~ ^[A-Za-z0-9/._+@-]+$ ]]; then echo "Exec=$path -- %u"; return; fi
  path=${path//\\/\\\\\\\\}; path=${path//\"/\\\\\"}; path=${path//\$/\\\\\$}; path=${path//\`/\\\\\`}; path=${path//%/%%}
  printf 'Exec="%s" -- %%u\n' "$path"
}

put() { # mode source target
  install -D -m "$1" "$2" "$3"
  say "$3"
}

install_all() {
  for p in "${programs[@]}"; do put 755 "$bin/$p" "$root$prefix/bin/$p"; done
  install -d "$(dirname "$entry")"
  while IFS= read -r line; do
    if [[ $line = Exec=* ]]; then exec_line; else printf '%s\n' "$line"; fi
  done <packaging/linux/paravent.desktop >"$entry"
  say "$entry"
  put 644 packaging/linux/org.paravent.phone.metainfo.xml "$share/metainfo/org.paravent.phone.metainfo.xml"
  put 644 assets/icons/paravent.svg "$share/icons/hicolor/scalable/apps/paravent.svg"
  go run ./packaging/icons -hicolor "$share/icons/hicolor" "${sizes[@]}"
  say "$share/icons/hicolor/*/apps/paravent.png (${sizes[*]})"
}

uninstall_all() {
  local paths=("$entry" "$share/metainfo/org.paravent.phone.metainfo.xml" "$share/icons/hicolor/scalable/apps/paravent.svg")
  for p in "${programs[@]}"; do paths+=("$root$prefix/bin/$p"); done
  for n in "${sizes[@]}"; do paths+=("$share/icons/hicolor/${n}x$n/apps/paravent.png"); done
  for p in "${paths[@]}"; do
    if [ -e "$p" ]; then rm -f "$p"; say "removed $p"; fi
  done
}

# register tells the desktop which program opens paravent: links.
register() {
  [ -z "$root" ] || return 0
  if command -v update-desktop-database >/dev/null; then
    update-desktop-database -q "$share/applications" && say "update-desktop-database: done"
  fi
  if command -v gtk-update-icon-cache >/dev/null && [ -f "$share/icons/hicolor/index.theme" ]; then
    gtk-update-icon-cache -q "$share/icons/hicolor" && say "gtk-update-icon-cache: done"
  fi
  if [ "$1" = install ] && [ "$share" = "${XDG_DATA_HOME:-$HOME/.local/share}" ] && command -v xdg-mime >/dev/null; then
    xdg-mime default paravent.desktop x-scheme-handler/paravent && say "xdg-mime: paravent: links open Paravent"
  fi
}

case "${1-}" in
install) install_all; register install ;;
uninstall) uninstall_all; register uninstall ;;
*) echo "usage: install.sh install|uninstall" >&2; exit 2 ;;
esac

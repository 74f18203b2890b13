#!/usr/bin/env bash
# Installs what building and testing Paravent need, and only what is missing.
# Debian and Ubuntu (apt), Fedora (dnf), Arch (pacman) and macOS (brew).
set -euo pipefail

need_go=1.26
say() { printf '   %s\n' "$*"; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "setup: this needs root: run as root, or install sudo: $*" >&2; exit 1
  fi
}

install_apt() {
  local want=(gcc libc6-dev make git pkg-config libvpx-dev libopus-dev portaudio19-dev libspeexdsp-dev
    libgl1-mesa-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libxkbcommon-dev libwayland-dev
    libgl1-mesa-dri libpulse0 libasound2-plugins pulseaudio xvfb xdotool x11-utils imagemagick
    iproute2 nftables coturn
    dpkg-dev desktop-file-utils xdg-utils)
  local missing=()
  for p in "${want[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "apt: ${missing[*]}"
  as_root apt-get update -qq
  # RUNLEVEL=1: coturn is for the leak test, which starts it itself; the system must not.
  as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  if [[ " ${missing[*]} " == *" coturn "* ]] && command -v systemctl >/dev/null; then
    as_root systemctl disable -q --now coturn 2>/dev/null || true # no system manager runs here
  fi
}

install_dnf() {
  as_root dnf install -y -q gcc make git pkgconf-pkg-config libvpx-devel opus-devel portaudio-devel speexdsp-devel \
    mesa-libGL-devel libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel libXxf86vm-devel \
    libxkbcommon-devel wayland-devel pulseaudio pulseaudio-utils xorg-x11-server-Xvfb xdotool ImageMagick golang iproute nftables coturn
}

install_pacman() {
  as_root pacman -S --needed --noconfirm gcc make git pkgconf libvpx opus portaudio speexdsp libglvnd libx11 libxcursor \
    libxrandr libxinerama libxi libxxf86vm libxkbcommon wayland pulseaudio xorg-server-xvfb xdotool imagemagick go iproute2 nftables coturn
}

install_brew() {
  for p in pkg-config libvpx opus portaudio speexdsp go; do
    brew list --versions "$p" >/dev/null 2>&1 || brew install -q "$p"
  done
}

install_go_apt() {
  # Debian's Go is older than ours, but it can fetch our toolchain as a module.
  say "go $need_go is missing: fetching the toolchain through Debian's go"
  command -v go >/dev/null || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go ca-certificates >/dev/null
  local arch dir
  arch=$(dpkg --print-architecture)
  dir=$(mktemp -d)
  (cd "$dir" && GOFLAGS='' go mod download -json "golang.org/toolchain@v0.0.1-go${need_go}.0.linux-$arch" >mod.json)
  mkdir -p "$HOME/.cache/paravent"
  rm -rf "$HOME/.cache/paravent/go"
  cp -r "$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$dir/mod.json")" "$HOME/.cache/paravent/go"
  chmod -R u+w "$HOME/.cache/paravent/go"
  chmod +x "$HOME"/.cache/paravent/go/bin/* "$HOME"/.cache/paravent/go/pkg/tool/*/*
  rm -rf "$dir"
}

go_is_new_enough() {
  command -v go >/dev/null || return 1
  local v
  v=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//')
  # From 1.21 on, go fetches the toolchain that go.mod names by itself.
  [ "$(printf '%s\n1.21\n' "$v" | sort -V | head -1)" = 1.21 ]
}

case "$(uname -s)" in
Linux)
  if command -v apt-get >/dev/null; then install_apt
  elif command -v dnf >/dev/null; then install_dnf
  elif command -v pacman >/dev/null; then install_pacman
  else
    echo "setup: no apt, dnf or pacman here. Install by hand: Go $need_go, gcc, pkg-config and the development files of" >&2
    echo "       libvpx, opus, portaudio, speexdsp, OpenGL, X11 (cursor, randr, inerama, i, xxf86vm), xkbcommon, wayland." >&2
    exit 1
  fi ;;
Darwin)
  command -v brew >/dev/null || { echo "setup: install Homebrew first (brew.sh), then run this again" >&2; exit 1; }
  install_brew ;;
*)
  echo "setup: on Windows, build inside MSYS2 (mingw-w64 with libvpx, opus, portaudio, speexdsp and go); see CONTRIBUTING.md" >&2
  exit 1 ;;
esac

if ! go_is_new_enough; then
  if command -v apt-get >/dev/null; then install_go_apt
  else echo "setup: Go $need_go or newer is needed, see go.dev" >&2; exit 1
  fi
fi
say "everything is in place"

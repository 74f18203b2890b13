#!/usr/bin/env bash
# Makes paravent_VERSION_ARCH.deb (where dpkg is) and
# paravent-VERSION-linux-ARCH.tar.gz in DIST (default dist) from the programs
# in BIN (default bin).
# The same sources give the same packages: times come from the last commit.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${BIN:-bin}
version=$(sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
go_arch=$(go env GOARCH)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
say() { printf '   %s\n' "$*"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dist=${DIST:-dist}
mkdir -p "$dist"

# stage installs into a tree, and adds what a package has besides.
stage() { # tree prefix
  BIN=$bin DESTDIR=$1 PREFIX=$2 packaging/linux/install.sh install >/dev/null
  install -D -m 644 LICENSE "$1$2/share/doc/paravent/copyright"
  install -m 644 README.md CHANGELOG.md "$1$2/share/doc/paravent/"
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

tarball() {
  local name=paravent-$version
  stage "$work/tar/$name" ""
  tar -C "$work/tar" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
    gzip -n >"$dist/$name-linux-$go_arch.tar.gz"
  say "$dist/$name-linux-$go_arch.tar.gz: unpack with tar -C ~/.local --strip-components=1 -xzf"
}

# What is loaded while the program runs, which dpkg cannot see.
loaded='libx11-6, libxcursor1, libxrandr2, libxinerama1, libxi6, libxxf86vm1, libxkbcommon0'

# depends asks dpkg which packages hold the libraries that the programs name.
depends() {
  mkdir -p "$work/shlibs/debian"
  printf 'Source: paravent\nPackage: paravent\nArchitecture: any\n' >"$work/shlibs/debian/control"
  (cd "$work/shlibs" && dpkg-shlibdeps -O --ignore-missing-info "$work"/deb/usr/bin/* 2>"$work/shlibs/log") |
    sed -n 's/^shlibs:Depends=//p'
}

deb() {
  command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null || {
    say "no .deb: dpkg-deb and dpkg-shlibdeps (package dpkg-dev) are not here"; return; }
  local arch needs
  arch=$(dpkg --print-architecture)
  stage "$work/deb" /usr
  needs=$(depends)
  [ -n "$needs" ] || { cat "$work/shlibs/log" >&2; echo "package: which libraries are needed is not known" >&2; exit 1; }
  mkdir -p "$work/deb/DEBIAN"
  cat >"$work/deb/DEBIAN/control" <<CONTROL
Package: paravent
Version: $version
Architecture: $arch
Maintainer: The Paravent authors <noreply@paravent.invalid>
Section: net
Priority: optional
Depends: $needs, $loaded
Recommends: libpulse0, libgl1-mesa-dri, hicolor-icon-theme, desktop-file-utils
Installed-Size: $(du -sk --apparent-size "$work/deb/usr" | cut -f1)
Description: telephone that shows who learns your IP address
 Calls with sound and pictures between two people. You decide who may ring
 and who learns your IP address, and after every call the phone shows what
 it really revealed. paravent is the phone with its window,
 paravent-headless the same for scripts, paravent-server the server.
CONTROL
  touch -d "@$SOURCE_DATE_EPOCH" "$work/deb/DEBIAN/control" "$work/deb/DEBIAN"
  dpkg-deb --root-owner-group "-Z${COMPRESS:-xz}" --build "$work/deb" "$dist/paravent_${version}_$arch.deb" >/dev/null
  say "$dist/paravent_${version}_$arch.deb: install with apt install ./$dist/paravent_${version}_$arch.deb"
}

tarball
deb
say "Windows: run packaging/windows/package.sh inside MSYS2 (UCRT64), which makes an installer with NSIS"
say "macOS: run packaging/macos/package.sh on a Mac, which makes Paravent.app"

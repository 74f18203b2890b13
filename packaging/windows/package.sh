#!/usr/bin/env bash
# Makes dist/paravent-VERSION-windows-ARCH.exe, an installer that also
# registers paravent: links. Run it inside MSYS2 (UCRT64) with what
# CONTRIBUTING.md names and mingw-w64-ucrt-x86_64-nsis.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
out=dist/paravent-$version-windows-$(go env GOARCH).exe
files=dist/windows
say() { printf '   %s\n' "$*"; }
rm -rf "$files"
mkdir -p "$files"

say "building"
export GOFLAGS="-tags=nolibopusfile -buildvcs=false"
go build -trimpath -o "$files/" ./cmd/paravent-headless ./cmd/paravent-server
# windowsgui: without it, a console would open beside the window.
go build -trimpath -tags=nolibopusfile,migrated_fynedo -ldflags=-H=windowsgui -o "$files/paravent.exe" .
go run ./packaging/icons -ico "$files/paravent.ico"

say "adding the libraries that do not come with Windows"
for p in "$files"/*.exe; do ldd "$p"; done | awk '$3 ~ /^\/(ucrt64|mingw64|clang64)\// {print $3}' | sort -u |
  while IFS= read -r library; do cp "$library" "$files/"; say "$library"; done

makensis -V2 -INPUTCHARSET UTF8 -DVERSION="$version" -DFILES="$PWD/$files" -DLICENSE="$PWD/LICENSE" -DOUT="$PWD/$out" packaging/windows/paravent.nsi
say "$out"

#!/usr/bin/env bash
# Makes dist/Paravent.app, which macOS opens for paravent: links once it was
# moved to Applications. Run it on a Mac after `make build`. The libraries of
# Homebrew that it needs are put into it where dylibbundler is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
app=dist/Paravent.app
bin=${BIN:-bin}
say() { printf '   %s\n' "$*"; }
rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
sed "s/@VERSION@/$version/" packaging/macos/Info.plist >"$app/Contents/Info.plist"
cp "$bin/paravent" "$bin/paravent-headless" "$app/Contents/MacOS/"
go run ./packaging/icons -icns "$app/Contents/Resources/paravent.icns"
if command -v dylibbundler >/dev/null; then
  dylibbundler -od -b -x "$app/Contents/MacOS/paravent" -x "$app/Contents/MacOS/paravent-headless" -d "$app/Contents/libs" -p @executable_path/../libs/ >/dev/null
  say "libraries: in $app/Contents/libs"
else
  say "libraries: from Homebrew, on this Mac only (dylibbundler is not installed)"
fi
codesign --force --deep --sign - "$app" # nobody's signature; a Mac wants one
say "$app: move it to Applications"

package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// top is the root of the source tree.
const top = "../.."

// script runs a packaging script with variables, and returns what it wrote.
func script(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("these packages are for Linux")
	}
	cmd := exec.Command(filepath.Join(top, "packaging", name), args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// tool runs a program of the system, or skips the test where there is none.
func tool(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestDescriptionsAreValid(t *testing.T) {
	t.Run("desktop entry", func(t *testing.T) {
		if out := tool(t, nil, "desktop-file-validate", filepath.Join(top, "packaging/linux/paravent.desktop")); out != "" {
			t.Fatal(out)
		}
	})
	t.Run("metainfo", func(t *testing.T) {
		tool(t, nil, "appstreamcli", "validate", "--no-net", filepath.Join(top, "packaging/linux/org.paravent.phone.metainfo.xml"))
	})
}

// files lists the regular files of a tree.
func files(t *testing.T, root string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Installed for one person, a paravent: link reaches the phone that runs, by
// the desktop's own ways; uninstalled, nothing is left.
func TestInstalledPhoneOpensLinks(t *testing.T) {
	display := startDisplay(t)
	must(buildWindow())(t)
	home := t.TempDir()
	prefix := filepath.Join(home, ".local")
	profile := filepath.Join(home, ".config", "paravent")
	env := []string{"PREFIX=" + prefix, "BIN=" + programs, "HOME=" + home, "XDG_DATA_HOME=" + filepath.Join(prefix, "share"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "XDG_RUNTIME_DIR=" + t.TempDir(), "DISPLAY=" + display, "LANG=en_GB.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}
	goPlaces := []string{"GOCACHE=" + tool(t, nil, "go", "env", "GOCACHE"), "GOMODCACHE=" + tool(t, nil, "go", "env", "GOMODCACHE")}
	script(t, append(goPlaces, env...), "linux/install.sh", "install")
	if got := tool(t, env, "xdg-mime", "query", "default", "x-scheme-handler/paravent"); got != "paravent.desktop" {
		t.Fatalf("paravent: links open %q", got)
	}
	server, stop, err := StartServer(t.Context(), program("paravent-server"))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	_, bob := startPhone(t, "bob", server)
	setUp(t, profile, server)
	alice := must(Launch{Binary: filepath.Join(prefix, "bin", "paravent"), Log: &logBuffer{}, Env: env,
		Args: []string{"--script", "--mic", "silence", "--speaker", "null", "--camera", "off"}}.StartPhone(t.Context(), "alice"))(t)
	t.Cleanup(alice.Quit)
	must(alice.Wait(0, "ready", 60*time.Second, nil))(t)
	for _, opener := range [][]string{{"xdg-open", bob}, {"gio", "open", bob}} {
		t.Run(opener[0], func(t *testing.T) {
			before := brightness(t, display)
			tool(t, env, opener[0], opener[1:]...)
			waitFor(t, "the question over darkened screens", func() bool { return brightness(t, display) < before*9/10 })
			press(t, display, "Tab", "space") // from the name to Cancel
			waitFor(t, "the screens again", func() bool { return brightness(t, display) >= before*9/10 })
		})
	}
	script(t, env, "linux/install.sh", "uninstall")
	for _, left := range files(t, prefix) {
		if strings.Contains(filepath.Base(left), "paravent") {
			t.Errorf("%s is left", left)
		}
	}
}

// The package unpacks into an empty root, where its programs run.
func TestPackages(t *testing.T) {
	must(buildWindow())(t)
	dist, root := t.TempDir(), t.TempDir()
	script(t, []string{"DIST=" + dist, "BIN=" + programs, "COMPRESS=none"}, "linux/package.sh")
	var deb, tarball string
	for _, f := range files(t, dist) {
		switch {
		case strings.HasSuffix(f, ".deb"):
			deb = f
		case strings.HasSuffix(f, ".tar.gz"):
			tarball = f
		}
	}
	if list := tool(t, nil, "tar", "-tzf", tarball); !strings.Contains(list, "/share/applications/paravent.desktop") {
		t.Fatal(list)
	}
	if deb == "" {
		t.Skip("dpkg is not here")
	}
	if fields := tool(t, nil, "dpkg-deb", "--field", deb); !strings.Contains(fields, "libopus0") {
		t.Fatalf("the package does not name its libraries:\n%s", fields)
	}
	tool(t, nil, "dpkg", "-x", deb, root)
	for _, p := range []string{"paravent", "paravent-headless", "paravent-server"} {
		tool(t, nil, filepath.Join(root, "usr/bin", p), "--help")
	}
	tool(t, nil, "grep", "-qx", "Exec=paravent -- %u", filepath.Join(root, "usr/share/applications/paravent.desktop"))
}

package script

import (
	"path/filepath"
	"testing"
)

func TestCodesAreReadAndWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "code.png")
	out := run(t, &fakePhone{}, `{"do":"code.write","path":"`+path+`","address":"paravent:x"}`, `{"do":"code.read","path":"`+path+`"}`)
	if out[0]["ok"] != true || out[1]["address"] != "paravent:x" {
		t.Error(out)
	}
	for _, line := range []string{`{"do":"code.read","path":"` + path + `.missing"}`, `{"do":"code.write","path":"` + path + `/in/a/file"}`} {
		if out := run(t, &fakePhone{}, line); out[0]["ok"] != false || out[0]["code"] != "file-unusable" {
			t.Error(line, out)
		}
	}
}

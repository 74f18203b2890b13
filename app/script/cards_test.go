package script

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
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

func TestContactsAreExportedAndImported(t *testing.T) {
	p, path := &fakePhone{}, filepath.Join(t.TempDir(), "people.vcf")
	out := run(t, p, `{"do":"contacts.export","path":"`+path+`"}`, `{"do":"contacts.export","own":true,"path":"`+path+`"}`)
	if out[0]["ok"] != true || out[1]["code"] != "bad-command" {
		t.Error(out)
	}
	out = run(t, p, `{"do":"contacts.import","path":"`+path+`"}`)
	skipped, _ := out[0]["skipped"].([]any)
	if out[0]["added"] != 2.0 || out[0]["updated"] != 0.0 || out[0]["same"] != 1.0 || len(skipped) != 1 {
		t.Error(out)
	}
	if want := "import everybody"; len(p.asked) != 1 || p.asked[0] != want {
		t.Errorf("%q, want %q: what failed must not have replaced the file", p.asked, want)
	}
}

func TestScansEndWhenAskedAndWithTheCommands(t *testing.T) {
	for name, end := range map[string]string{"asked": `{"do":"code.stop"}`, "quit": `{"do":"quit"}`} {
		p := &fakePhone{began: make(chan struct{})}
		var out bytes.Buffer
		in, lines := io.Pipe()
		go func() {
			_, _ = io.WriteString(lines, `{"do":"code.scan"}`+"\n")
			<-p.began
			_, _ = io.WriteString(lines, end+"\n")
			_ = lines.Close()
		}()
		if err := New(p, &out, AnswerAsk).Run(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, "phone-closed") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

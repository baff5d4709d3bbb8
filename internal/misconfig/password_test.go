package misconfig

import (
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

func TestKnownPasswordIsWorse(t *testing.T) {
	img := layered(imagetest.Layer{
		imagetest.File("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
		imagetest.File("etc/shadow", "root:"+"$1$saltsalt$fz9m3OoeOUZ50I722c9rH/"+":1::::::\nbin:$6$saltsalt$unknown:1::::::\n"),
	})
	var got []string
	for _, f := range findingsOf(analyze(t, img), "account-password-set") {
		got = append(got, f.Severity.String()+" "+f.Evidence)
	}
	want := "high root: the md5crypt hash in etc/shadow is that of a well-known password, medium bin: sha512crypt hash in etc/shadow"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

// TestRoundsAreBounded gives more hashes than are tried.
func TestRoundsAreBounded(t *testing.T) {
	var shadow strings.Builder
	for range 1000 {
		shadow.WriteString("a:$6$saltsalt$unknown:1\n")
	}
	start := time.Now()
	analyze(t, withFile("etc/shadow", shadow.String()))
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("%s for one file", d)
	}
}

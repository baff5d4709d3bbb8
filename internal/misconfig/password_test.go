package misconfig

import (
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestKnownPassword uses hashes of the password "toor" and the salt "saltsalt", made by
// another program.
func TestKnownPassword(t *testing.T) {
	for _, field := range cryptVectors {
		left := maxRounds
		if !knownPassword("root", field, &left) {
			t.Errorf("%s is not known", field)
		}
		if left < 0 || left == maxRounds {
			t.Errorf("%s: %d rounds left", field, left)
		}
		left = maxRounds
		if knownPassword("root", field+".", &left) {
			t.Errorf("%s is known with another end", field)
		}
		left = 10
		if knownPassword("root", field, &left) {
			t.Errorf("%s is known without rounds to try it", field)
		}
	}
}

var cryptVectors = []string{
	"$1$saltsalt$fz9m3OoeOUZ50I722c9rH/",
	"$5$saltsalt$KS2O/frx9VfZSuO8w8TmD12pwbGJ87yjt.0fQrwSHU5",
	"$6$saltsalt$imNpoTToxg0uElWe0jkumPeYaSbMjdfpMltx4ujhl6fBM0Kbfp4goTvuYuH/9J.53A/DGQiRrlELi.Z/L.rQo/",
	"$6$rounds=1234$saltsalt$brrVfBDA8Sb8L87XsWeO/qYKv5DDP1oyKXrsIAaVf5x5cZasVEILre3dExuoBndJit/SalppQmF8drB1CSJWt0",
}

func TestKnownPasswordIsWorse(t *testing.T) {
	img := layered(imagetest.Layer{
		imagetest.File("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
		imagetest.File("etc/shadow", "root:"+cryptVectors[0]+":1::::::\nbin:$6$saltsalt$unknown:1::::::\n"),
	})
	var got []string
	for _, f := range findingsOf(judge(t, img), "account-password-set") {
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
	judge(t, withFile("etc/shadow", shadow.String()))
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("%s for one file", d)
	}
}

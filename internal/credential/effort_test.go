package credential

import (
	"iter"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
)

// hostileTexts yields texts of some bytes that consist of a keyword of a rule, again and
// again, for every rule.
func hostileTexts(rs *Rules, size int) iter.Seq2[[]byte, Origin] {
	joints := [...]string{"", "-", "=", " ", "\n", ".", `"`, "_a9Z="}
	return func(yield func([]byte, Origin) bool) {
		for _, r := range rs.rules {
			for _, k := range r.keywords[:min(len(r.keywords), 8)] {
				for i, joint := range joints {
					text := []byte(strings.Repeat(k+joint, size/len(k+joint)))
					if !yield(text, Origin{Path: "srv/app.conf", Setting: true, Binary: i%2 == 1}) || !yield(text, Origin{Path: "srv/app.conf", Setting: true, Binary: i%2 == 0}) {
						return
					}
				}
			}
		}
	}
}

func TestHostileTextEndsInTime(t *testing.T) {
	const limit = 10 * time.Second // tens of times what it takes, and a fraction of what it took once
	rs := mustDefault(t)
	for _, c := range []struct{ name, unit string }{
		{"session tokens", "FwoGZXIvYXdz="},
		{"heads of web tokens", "eyJhbGci-"},
		{"heads of web tokens between dots", "eyJhbGci."},
		{"heads of web tokens without joint", "eyJ4NXQ"},
		{"beginnings of private keys", "-----BEGIN PRIVATE KEY-----"},
		{"beginnings of keys of PuTTY", "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\n"},
		{"names", "api_key_"},
		{"names with values", "password="},
		{"names in quotes", `"password":`},
		{"keys of objects", `"kty"`},
		{"URLs", "jdbc:oracle:thin:a/"},
		{"headers", "authorization: bearer "},
		{"command lines", "mysql -\n"},
		{"command lines without ends", "sshpass -p "},
		{"base64", "cGFzc3dvcmQ-"},
		{"percents", "%3a%2f%2f."},
		{"parts of keys", "ACDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := []byte(strings.Repeat(c.unit, (256<<10)/len(c.unit)))
			for _, origin := range []Origin{OriginOf("srv/app.conf", text[:512]), {Path: "srv/app", Binary: true}} {
				start := time.Now()
				rs.Find(text, &origin)
				if took := time.Since(start); took > limit {
					t.Errorf("binary %t: 256 KiB took %v", origin.Binary, took)
				}
			}
		})
	}
}

func TestEffort(t *testing.T) {
	rs := mustDefault(t)
	token := strings.Repeat("eyJhbGci-", 20_000)
	origin := OriginOf("srv/app.txt", []byte(token[:512]))
	spent := NewEffort()
	if r := rs.FindWithin([]byte(token), &origin, spent); !r.Tired {
		t.Error("keywords in a row are not reported as too costly")
	}
	if r := rs.FindWithin([]byte("password=hunter2"), Settings(), &Effort{}); !r.Tired {
		t.Error("the zero Effort allows something")
	}
	text := "DB_PASSWORD=" + password(credentialtest.Random(6), 16, "<>") + "\n"
	if r := rs.FindWithin([]byte(text), Settings(), NewPoorEffort()); r.Tired || len(r.Matches) != 1 {
		t.Errorf("a short text: %d matches, tired %t", len(r.Matches), r.Tired)
	}
}

// TestFailedTrialHidesNothing has a whole token behind what only starts like one.
func TestFailedTrialHidesNothing(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(5)
	for _, c := range []struct{ name, before string }{
		{"another head", "eyJhbGci."},
		{"many heads", strings.Repeat("eyJhbGci-", 20)},
		{"a long run", "eyJhbGci" + strings.Repeat("-_", 2000) + ","},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.before + " " + encoded(`{"alg":"HS256"}`) + "." + strings.TrimRight(encoded(`{"sub":"`+sample(r, `[0-9a-z]{20}`)+`"}`), "=") + "." + sample(r, `[0-9A-Za-z]{43}`)
			if m := rs.Find([]byte(text), Settings()).Matches; len(m) != 1 || m[0].Rule.ID != "jwt" {
				t.Errorf("found %v", ids(m))
			}
		})
	}
}

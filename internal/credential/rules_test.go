package credential

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/credential/expression"
)

func sample(r *rand.Rand, expr string) string { return credentialtest.Text(r, expr) }

// tokenOf makes a secret of a format, with the checksum or structure that the
// format demands.
func tokenOf(r *rand.Rand, f *format) string {
	s := sample(r, f.expr)
	switch f.id {
	case "github-pat", "github-oauth", "github-user-to-server", "github-server-to-server", "github-refresh", "npm-token":
		prefix, body, _ := strings.Cut(s, "_")
		body = body[:len(body)-6]
		return prefix + "_" + body + crc62([]byte(body))
	case "grafana-cloud-token":
		return "glc_" + encoded(fmt.Sprintf(`{"o":"%d","k":"%s"}`, r.IntN(1e6), sample(r, `[0-9a-z]{40}`)))
	case "grafana-legacy-key":
		return encoded(fmt.Sprintf(`{"k":"%s","n":"shop","id":1}`, sample(r, `[0-9A-Za-z]{32}`)))
	case "onepassword-service-account":
		return "ops_" + encoded(fmt.Sprintf(`{"email":"a@b.c","muk":"%s"}`, sample(r, `[0-9a-zA-Z]{300}`)))
	}
	return s
}

func formats() []format { return slices.Concat(codeFormats[:], cloudFormats[:], serviceFormats[:]) }

func mustDefault(t testing.TB) *Rules {
	t.Helper()
	rs, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// in wraps a value of a format as a file may hold it.
func in(f *format, value string) string {
	if f.in != nil {
		return "# settings\nexport " + strings.ToUpper(f.in[0]) + "=\"" + value + "\"\n"
	}
	return "# settings\nvalue = \"" + value + "\"\n"
}

func TestFormatsFindTheirSamples(t *testing.T) {
	rs := mustDefault(t)
	r := rand.New(rand.NewPCG(7, 7))
	for _, f := range formats() {
		for range 8 {
			value := tokenOf(r, &f)
			text := in(&f, value)
			matches := rs.Find([]byte(text), &Origin{Path: "srv/app.conf", Setting: true}).Matches
			ok := slices.ContainsFunc(matches, func(m Match) bool { return strings.Contains(value, string(m.Value)) && sameKind(f.id, m.Rule.ID) })
			if !ok {
				t.Errorf("%s: not found in %q (found %v)", f.id, text, ids(matches))
				break
			}
		}
	}
}

// sameKind is true for ids whose formats are the same.
func sameKind(want, got string) bool {
	if want == got {
		return true
	}
	alike := [][]string{
		{"paystack-key", "stripe-secret-key"}, {"cloudflare-api-token", "cloudflare-global-key"}, {"segment-token", "sourcegraph-token"},
		{"telegram-bot-token", "discord-bot-token"}, {"datadog-api-key", "datadog-app-key"}, {"twilio-api-key", "twilio-auth-token"},
		{"aws-secret-access-key", "box-token"},
	}
	return slices.ContainsFunc(alike, func(l []string) bool { return slices.Contains(l, want) && slices.Contains(l, got) })
}

func ids(matches []Match) (list []string) {
	for _, m := range matches {
		list = append(list, m.Rule.ID)
	}
	return list
}

// TestFormatsPassOver holds what is nearly a secret: cut short, inside a longer
// word, or one character over and over.
func TestFormatsPassOver(t *testing.T) {
	rs := mustDefault(t)
	r := rand.New(rand.NewPCG(8, 8))
	for _, f := range formats() {
		if f.in != nil || f.key != "" || strings.HasPrefix(f.expr, "https") || strings.HasPrefix(f.expr, "(?:&") {
			continue
		}
		value := tokenOf(r, &f)
		for _, text := range []string{in(&f, value[:len(value)/3]), in(&f, "Q7"+value), "a comment on " + value[:4] + " alone"} {
			matches := rs.Find([]byte(text), &Origin{Path: "srv/app.conf", Setting: true}).Matches
			if slices.Contains(ids(matches), f.id) && isAlnum(value[0]) {
				t.Errorf("%s: found in %q", f.id, text)
			}
		}
	}
}

func TestRulesAreComplete(t *testing.T) {
	rs := mustDefault(t)
	if n := len(rs.rules); n < 150 {
		t.Errorf("%d kinds, want at least 150", n)
	}
	for i, r := range rs.rules {
		if r.Name == "" || r.Source == "" || r.Severity == 0 {
			t.Errorf("%s: name, source or severity is missing", r.ID)
		}
		for _, article := range []string{"a ", "an ", "the "} {
			if strings.HasPrefix(r.Name, article) || len(r.Name) >= 70 {
				t.Errorf("%s: the name %q is no title: want a noun phrase without an article of less than 70 bytes", r.ID, r.Name)
			}
		}
		if i > 0 && r.ID == rs.rules[i-1].ID {
			t.Errorf("%s stands twice", r.ID)
		}
		for _, k := range r.keywords {
			if len(k) < expression.MinPrefix {
				t.Errorf("%s: keyword %q makes the prefilter slower for all rules", r.ID, k)
			}
		}
	}
}

func TestChecksums(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	good := tokenOf(r, &codeFormats[0])
	if o := checksummed([]byte(good)); !o.Confirmed {
		t.Errorf("%q is not confirmed", good)
	}
	bad := []byte(good)
	bad[10] ^= 1
	if o := checksummed(bad); !o.Rejected {
		t.Errorf("%q has the wrong checksum and is taken", bad)
	}
	// The checksum of the digits of base 62 themselves, worked out by hand with
	// Python's zlib.
	if got := crc62([]byte("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ")); got != "0mLq17" {
		t.Errorf("crc62 gives %s", got)
	}
}
func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// TestExpressionsCompile compiles what would be compiled when it is first used.
func TestExpressionsCompile(t *testing.T) {
	rules, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.expr != nil {
			r.expr.compiled()
		}
	}
}

// The constants of a program lie end to end, and those of a program that looks
// for secrets look like some.
func TestStrungConstants(t *testing.T) {
	rs := mustDefault(t)
	for _, text := range []string{
		"influx" + "glpat-" + "twilioresendtwitchinsertfoobar",
		"WORKDIR" + "glsoat-" + "pypi-Agdop_v1_" + "sk-ant-TimeoutRetries",
	} {
		if matches := rs.Find([]byte(text), &Origin{Path: "usr/bin/tool", Binary: true}).Matches; len(matches) > 0 {
			t.Errorf("%q is taken for %s", text, matches[0].Rule.ID)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	missed := 0
	for range 1000 {
		text := "influx" + sample(r, `glpat-[0-9A-Za-z_-]{20}`) + "\x00"
		if matches := rs.Find([]byte(text), &Origin{Path: "usr/bin/tool", Binary: true}).Matches; len(matches) == 0 {
			missed++
		}
	}
	if missed > 10 {
		t.Errorf("%d of 1000 tokens are missed", missed)
	}
}

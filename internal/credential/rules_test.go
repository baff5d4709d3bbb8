package credential

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/credential/expression"
)

func sample(r *rand.Rand, expr string) string { return credentialtest.Text(r, expr) }

// tokenOf makes a secret of a format, with the checksum or structure that the
// format demands.
func tokenOf(r *rand.Rand, f *format) string {
	s := sample(r, f.expr)
	switch f.id {
	case "github-server-to-server":
		body := sample(r, `[0-9A-Za-z]{30}`)
		return "ghs_" + body + crc62([]byte(body))
	case "github-pat", "github-oauth", "github-user-to-server", "github-refresh", "npm-token":
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

// TestUnknownForms has tokens whose prefix is sure and whose shape is not the documented
// one.
func TestUnknownForms(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(21)
	claims := strings.TrimRight(encoded(`{"iss":"https://github.com","jti":"`+sample(r, `[0-9a-z]{20}`)+`"}`), "=")
	server := "ghs_" + sample(r, `[1-9][0-9]{6}`) + "_" + strings.TrimRight(encoded(`{"alg":"RS256"}`), "=") + "." + claims + "." + sample(r, `[0-9A-Za-z_-]{342}`)
	for _, c := range []struct {
		name, text, id string
	}{
		{"GitHub App of 2026 in YAML", "oauth_token: " + server + "\n", "github-server-to-server"},
		{"GitHub App of 2026 in a URL", "\turl = https://x-access-token:" + server + "@github.com/acme/app.git\n", "github-server-to-server"},
		{"GitHub App of 2026 in a log", "+ export GITHUB_TOKEN=" + server + "\n", "github-server-to-server"},
		{"longer personal token", "used ghp_" + sample(r, `[A-Z][a-z][0-9]{3}[0-9A-Za-z]{60}`) + " for it\n", "github-pat"},
		{"token with parts", "used glpat-" + sample(r, `[A-Z][a-z][0-9]{3}[0-9A-Za-z]{20}`) + ".a1B2c3.d4E5f6g7 for it\n", "gitlab-pat"},
		{"wrong checksum", "used ghp_" + sample(r, `[A-Z][a-z][0-9]{3}[0-9A-Za-z]{25}`) + "000000 for it\n", ""},
		{"cut off", "used ghp_" + sample(r, `[A-Z][a-z][0-9]{3}[0-9A-Za-z]{17}`) + " for it\n", ""},
		{"words", "used ghp_this_is_where_the_token_of_github_goes_1_2_3 for it\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin := OriginOf("srv/notes.txt", []byte(c.text))
			found := ids(rs.Find([]byte(c.text), &origin).Matches)
			if c.id == "" && len(found) > 0 || c.id != "" && !slices.Contains(found, c.id) {
				t.Errorf("found %v, want %q", found, c.id)
			}
		})
	}
}

// TestPublicKeys has keys that their issuers want in the pages of browsers, and the ones
// next to them that are secrets.
func TestPublicKeys(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(22)
	supabase := func(role string) string {
		claims := strings.TrimRight(encoded(`{"iss":"supabase","role":"`+role+`","exp":2015576000}`), "=")
		return strings.TrimRight(encoded(`{"alg":"HS256"}`), "=") + "." + claims + "." + sample(r, `[0-9A-Za-z_-]{43}`)
	}
	google, hex := "AIzaSy"+sample(r, `[0-9A-Za-z_-]{33}`), sample(r, `[0-9a-f]{32}`)
	for _, c := range []struct {
		name, path, text string
		severity         seaworthy.Severity // 0 for no finding
	}{
		{"Supabase, anonymous", "srv/.env", "SUPABASE_KEY=" + supabase("anon") + "\n", 0},
		{"Supabase, anonymous, in a page", "srv/app.js", `createClient("https://x.supabase.co","` + supabase("anon") + `")`, 0},
		{"Supabase, service", "srv/.env", "SUPABASE_KEY=" + supabase("service_role") + "\n", critical},
		{"Firebase", "srv/app.js", `const firebaseConfig={apiKey:"` + google + `",authDomain:"shop.firebaseapp.com"}`, 0},
		{"Firebase on Android", "srv/google-services.json", `{"client":[{"api_key":[{"current_key":"` + google + `"}]}]}`, 0},
		{"Google", "srv/app.py", `translate(key="` + google + `")`, high},
		{"Algolia, search", "srv/app.js", `docsearch({appId:"ABCDEFGHIJ",apiKey:"` + hex + `",indexName:"docs"})`, 0},
		{"Algolia, administration", "srv/app.js", `const admin = algoliasearch("ABCDEFGHIJ", {apiKey: "` + hex + `"})`, medium},
		{"other service", "srv/app.js", `const client = connect({apiKey: "` + hex + `"})`, medium},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin := OriginOf(c.path, []byte(c.text))
			found := rs.Find([]byte(c.text), &origin).Matches
			severity := seaworthy.Severity(0)
			for _, m := range found {
				if severity = m.Rule.Severity; m.Severity != 0 {
					severity = m.Severity
				}
			}
			if severity != c.severity {
				t.Errorf("found %v of severity %v, want %v", ids(found), severity, c.severity)
			}
		})
	}
}

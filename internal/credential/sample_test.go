package credential

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
)

// Sample is a made-up secret of a rule, and a text in which the rule finds it.
type Sample struct {
	Rule  string
	Value string
	// Text has the value in it: as NAME=value if the rule knows it by its name, else
	// alone or with what the rule knows it by.
	Text string
	// Command is a command of a shell with the value; "" if the text is a word of one.
	Command string
	// Alone is true if the value is a secret by its form alone, so that it is
	// one in a path too.
	Alone bool
	// Refused says why there is none in the text of an image.
	Refused string
}

// Samples gives one for each built-in rule, none twice for other seeds. A rule for
// which none can be made fails the test.
func Samples(t testing.TB, seed uint64) []Sample {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	byRule := map[string]Sample{}
	rules := mustDefault(t)
	for _, f := range formats() {
		for range 100 { // some values of a format are none that the rule finds
			s := Sample{Value: tokenOf(r, &f)}
			s.Text, s.Alone = s.Value, f.in == nil
			if f.in != nil {
				s.Text = strings.ToUpper(f.in[0]) + "=" + s.Value
			}
			if byRule[f.id] = s; s.found(rules) {
				break
			}
		}
	}
	newPassword := func() string { return sample(r, `[a-k]{5}[0-9]{3}[A-H]{4}[m-z]{3}[0-9]`) }
	password := newPassword()
	byRule["private-key"] = pemSample(credentialtest.Key(t))
	byRule["putty-private-key"] = pemSample("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 1\nAAAAC3Nza\nPrivate-Lines: 1\n" + sample(r, `[0-9A-Za-z]{60}`) +
		"\nPrivate-MAC: " + sample(r, `[0-9a-f]{64}`) + "\n")
	jwt := encoded(`{"alg":"HS256"}`) + "." + strings.TrimRight(encoded(fmt.Sprintf(`{"sub":"%s"}`, password)), "=") + "." + sample(r, `[0-9A-Za-z]{43}`)
	byRule["jwt"] = Sample{Value: jwt, Text: jwt, Alone: true}
	password = newPassword()
	byRule["url-password"] = Sample{Value: password, Text: "https://joe:" + password + "@repo.internal/x", Alone: true}
	password = newPassword()
	byRule["http-authorization"] = Sample{Value: password + "Q7w", Text: "Authorization: Bearer " + password + "Q7w", Command: "curl -H 'Authorization: Bearer " + password + "Q7w' https://repo.internal/x"}
	password = newPassword()
	byRule["generic-secret"] = Sample{Value: password, Text: "db_password=" + password}
	password = newPassword()
	command := "mysql -uroot -p" + password + " app"
	byRule["command-password"] = Sample{Value: password, Text: command, Command: command}
	password = newPassword()
	netrc := "machine h login u password " + password
	byRule["file-password"] = Sample{Value: password, Text: netrc, Command: "echo '" + netrc + "' > /root/.netrc"}
	password = newPassword()
	call := "auth=('joe', '" + password + "')"
	byRule["password-argument"] = Sample{Value: password, Text: call, Command: `python3 -c "import requests as r; r.get(u, ` + call + `)"`}
	d := sample(r, `[0-9A-Za-z_-]{43}`)
	jwk := `{"kty":"EC","crv":"P-256","d":"` + d + `"}`
	byRule["json-web-key"] = Sample{Value: d, Text: jwk, Command: "echo '" + jwk + "' > key.json"}
	byRule["key-store"] = Sample{Refused: "a store is a binary file"}
	var list []Sample
	for _, rule := range rules.rules {
		s, ok := byRule[rule.ID]
		if !ok || s.Refused == "" && !s.found(rules) {
			t.Errorf("%s: there is no sample of it that is found", rule.ID)
			continue
		}
		s.Rule = rule.ID
		list = append(list, s)
	}
	return list
}

// found reports whether a rule finds the value in the text.
func (s *Sample) found(rules *Rules) bool {
	o := Settings()
	if strings.HasPrefix(s.Text, "machine ") {
		netrc := OriginOf("root/.netrc", nil)
		o = &netrc
	}
	return slices.ContainsFunc(rules.Find([]byte(s.Text), o).Matches, func(m Match) bool {
		return strings.Contains(s.Value, string(m.Value)) || strings.Contains(string(m.Value), s.Value)
	})
}

// pemSample is a key of several lines.
func pemSample(armoured string) Sample {
	lines := strings.Split(armoured, "\n")
	value := lines[1]
	for _, l := range lines {
		if !strings.ContainsAny(l, "-: ") && len(l) > 40 {
			value = l
		}
	}
	return Sample{Value: value, Text: armoured, Command: "printf '%s' '" + armoured + "' > key", Alone: true}
}

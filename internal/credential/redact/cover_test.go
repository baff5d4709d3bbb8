package redact

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/shell"
)

// contains reports whether every byte of a part of the text is hidden.
func (s spans) contains(from, to int) bool {
	for from < to {
		i := slices.IndexFunc(s, func(p credential.Span) bool { return p.From <= from && from < p.To })
		if i < 0 {
			return false
		}
		from = s[i].To
	}
	return true
}

// checkHidden fails for everything that is found in the text and not hidden in it.
func checkHidden(t *testing.T, rules *credential.Rules, text string) (found int) {
	t.Helper()
	commands, _ := shell.Parse(text, shell.POSIX)
	hidden := New(nil).spansOf(Text{Body: text, Commands: commands})
	for _, m := range rules.Find([]byte(text), credential.Settings()).Matches {
		value := text[m.Start:m.End]
		if strings.Contains(value, seaworthy.RedactionMark) {
			continue
		}
		from := m.Start
		if m.Encoding == "" && strings.HasPrefix(value, m.Rule.Head()) {
			from += len(m.Rule.Head())
		}
		if found++; !hidden.contains(from, m.End) {
			t.Errorf("%q: %s finds %q, which is shown: %s", text, m.Rule.ID, value, hidden.hide(text))
		}
	}
	for _, m := range rules.InCommands(commands) {
		if found++; strings.Contains(hidden.hide(text), string(m.Value)) && !strings.Contains(seaworthy.RedactionMark, string(m.Value)) {
			t.Errorf("%q: the password %q of a command is shown: %s", text, m.Value, hidden.hide(text))
		}
	}
	return found
}

// valueForms are ways to write a name with its value, or a command with a password.
var valueForms = []string{
	"password=%", "password = %", "password: %", `password: "%"`, "password: '%'", `"password": "%"`, `'password': '%'`, `\"password\": \"%\"`,
	"export DB_PASSWORD=%", `DB_PASSWORD="%" make`, "DB_PASSWORD='%'; make", "--password %", "--password=%", `--password "%"`, "mysql -p%", "mysql -uroot -p'%' db",
	"curl -u joe:% https://h.io", `curl -u "joe:%" h.io`, "https://joe:%@h.io/x", "postgres://joe:%@h.io:5432/db?x=y", "?user=joe&password=%&x=y", "Server=s;Password=%;X=y",
	"<password>%</password>", `<x password="%"/>`, "password%3D%", "{password: %}", "[password=%]", "(password=%)", "password=%,user=joe", "password=%;", "password=%|cat", "password=%&&x", "password=%\nnext=1",
	"password=%`", "${PASSWORD:-%}", "$(echo PASSWORD=%)", "echo '%' | chpasswd", "echo joe:% | chpasswd", "chpasswd <<< joe:%", "cat <<EOF\npassword=%\nEOF", "Authorization: Bearer %", "-H 'Authorization: Bearer %'",
	`CMD ["mysqld", "--password=%"]`, `CMD ["mysqld", "--password", "%"]`, "set password %", "password %", "identified by '%'", "_auth=%", "a.setPassword(\"%\")", "auth=('joe', '%')",
}

// TestHidingCoversFinding finds values of many forms and hides them. The values have
// bytes that end a value for one reader and not for another.
func TestHidingCoversFinding(t *testing.T) {
	rules, err := credential.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := credentialtest.Random(77)
	values := []string{credentialtest.GitHubToken(77)}
	for _, inner := range []string{"", "!", "@", ";", ",", "&", "|", "#", "$", "%", "^", "*", "(", ")", "{", "}", "[", "]", "<", ">", ":", "=", "+", "/", "~", "?", `"`, "'", "`", `\`, " "} {
		for _, expr := range []string{"[a-k]{4}[A-H]{4}[0-9]{3}", "[a-zA-Z0-9]{24}"} {
			value := credentialtest.Text(r, expr)
			values = append(values, value[:5]+inner+value[5:], value+inner)
		}
	}
	found := 0
	for _, form := range valueForms {
		for _, value := range values {
			text := strings.Replace(form, "%", value, 1)
			if strings.HasPrefix(form, "password%3D") {
				text = "password%3D" + value
			}
			for _, around := range []string{"%s", "RUN %s", "# %s\n", `sh -c "%s"`, "RUN %s && make"} {
				found += checkHidden(t, rules, fmt.Sprintf(around, text))
			}
		}
	}
	if found < 5000 {
		t.Errorf("only %d values were found: the test tests little", found)
	}
}

func FuzzHidingCoversFinding(f *testing.F) {
	for _, form := range valueForms {
		f.Add(strings.Replace(form, "%", "abcdEFGH"+"123!x", 1))
	}
	f.Add("token=" + credentialtest.GitHubToken(78) + "eyJhbGciOi")
	rules, err := credential.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) { checkHidden(t, rules, text) })
}

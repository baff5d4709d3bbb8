package secretname_test

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/credential/secretname"
)

func TestIsSecret(t *testing.T) {
	for _, name := range strings.Fields("db_password apiKey2 SECRET_KEY_BASE clientSecretOfShop SecretKeyBase access_key_prod app.key appKey DB_PASS APIKey auth-key") {
		if !secretname.IsSecret(name) {
			t.Errorf("%s is not taken for the name of a secret", name)
		}
	}
	for _, name := range strings.Fields("password_hash max_tokens tokenType SecretKeyFactory HTTPPasswordMgr publicKeyToken passwordFile keyboard api_key_header compass access_key_id") {
		if secretname.IsSecret(name) {
			t.Errorf("%s is taken for the name of a secret", name)
		}
	}
}

// Every word for a password is found where it names a value, and its value is not
// shown.
func TestForeignWords(t *testing.T) {
	rules, err := credential.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := credentialtest.Random(31)
	for _, word := range append(secretname.ForeignWords, "mot_de_passe") {
		for _, form := range []string{"%=#", "db_%: #", `"%": "#"`, "% = #"} {
			password := credentialtest.Text(r, `[a-k]{5}[0-9]{3}[A-H]{4}[m-z]{3}[0-9]`)
			text := strings.NewReplacer("%", word, "#", password).Replace(form)
			o := credential.OriginOf("srv/app.properties", nil)
			if found := rules.Find([]byte(text), &o).Matches; len(found) != 1 || string(found[0].Value) != password {
				t.Errorf("%s: found %v", text, found)
			}
			if got := redact.New(nil).Text(redact.Text{Body: "RUN echo '" + text + "' > f"}); strings.Contains(got, password) {
				t.Errorf("%s is shown as %s", text, got)
			}
		}
	}
}

func FuzzMaybeSecret(f *testing.F) {
	f.Add("DB_PASSWORD")
	f.Add("aB1_é")
	f.Fuzz(func(t *testing.T, name string) {
		secretname.IsSecret(name)
		if secretname.MaybeSecret(name) != secretname.MaybeSecret(" "+name) && len(name) < 500 {
			t.Errorf("a blank before %q makes a difference", name)
		}
	})
}

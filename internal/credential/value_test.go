package credential

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy/internal/credential/credentialtest"
)

// password makes a password of n printable characters of ASCII, of all classes, without
// some of them.
func password(r *rand.Rand, n int, without string) string {
	for {
		var b strings.Builder
		for b.Len() < n {
			if c := byte('!' + r.IntN('~'-'!'+1)); strings.IndexByte(without, c) < 0 {
				b.WriteByte(c)
			}
		}
		if _, digits, upper, lowers, other := classes([]byte(b.String())); digits > 0 && upper > 0 && lowers > 0 && other > 0 {
			return b.String()
		}
	}
}

// TestGeneratedPasswords has passwords with any punctuation: a sign alone makes none a
// template.
func TestGeneratedPasswords(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(12)
	for _, c := range []struct{ name, path, form, without string }{
		{"environment file", "srv/.env", "DB_PASSWORD=%s\n", ""},
		{"environment file, in quotes", "srv/.env", "DB_PASSWORD='%s'\n", "'"},
		{"properties", "srv/a.properties", "db.password=%s\n", ""},
		{"YAML in quotes", "srv/a.yml", "password: \"%s\"\n", `"\`},
		{"YAML", "srv/a.yml", "password: %s\n", "#&*!|>%@`'\"{}[],:"},
		{"JSON", "srv/a.json", `{"password": "%s", "port": 1}`, `"\`},
		{"Python", "srv/a.py", "PASSWORD = '%s'\n", `'\`},
		{"JavaScript", "srv/a.js", "const apiToken = \"%s\";\n", `"\`},
		{"XML", "srv/a.xml", "<password>%s</password>\n", "<&>"},
		{"connection string", "srv/a.cs", `"Server=db;Password=%s;User=x"` + "\n", `";\'`},
		{"URL", "srv/a.txt", "postgres://app:%s@db.prod.internal:5432/x\n", "@:/?#[]\"'<>\\`|^{} "},
		{"command line", "srv/run.sh", "mysql -uapp -p'%s' app\n", "'"},
		{"logins", "root/.netrc", "machine a login b password %s\n", `"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			const all, least = 200, 90 // percent
			found := 0
			for range all {
				text := []byte(fmt.Sprintf(c.form, password(r, 20, c.without)))
				origin := OriginOf(c.path, text)
				found += min(1, len(rs.Find(text, &origin).Matches))
			}
			if found*100 < all*least {
				t.Errorf("found %d of %d", found, all)
			}
		})
	}
}

func TestPlaceholders(t *testing.T) {
	for _, v := range []string{
		"<your-password>", "<p>", "${DB_PASSWORD}", "${db.pass}", "$DB_PASSWORD", "{{ .Values.password }}", "%(password)s", "%DB_PASSWORD%", "#{password}",
		"$(cat secret)", "&lt;YOUR_TOKEN&gt;", "changeme-please", "example-token-1", "xxxxxxxxxxxx", "home/{user}/.netrc",
	} {
		if !placeholder([]byte(v)) {
			t.Errorf("%q is taken for a value", v)
		}
	}
	for _, v := range []string{"aF3$kq9<Zr7%Pw", "xK<9v{Qz$1", "p$Ty4%wE{8s#Rb2", "hG7}kd>2Lq<x"} {
		if placeholder([]byte(v)) {
			t.Errorf("%q is taken for a placeholder", v)
		}
	}
}

func TestNotGenerated(t *testing.T) {
	for _, v := range []string{
		`^(?=.*[A-Z])(?=.*\d).{8,}$`, "o200k_base", "App-Config2.Value", "Get-AzKeyVaultSecret", `C:\Users\x1\key.pem`, "input[type='pass1']", "root:x:0:0::/root:/bin/sh", "PuTTY-User-Key-File-",
	} {
		if generated([]byte(v)) {
			t.Errorf("%q is taken for a generated password", v)
		}
	}
}

// TestHosts has the hosts of URLs with passwords: only whole names stand for others.
func TestHosts(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(15)
	for _, c := range []struct {
		host string
		real bool
	}{
		{"server1.prod.internal:5432", true},
		{"barcelona-db:5432", true},
		{"hosting-db.internal", true},
		{"foods.internal", true},
		{"testing.prod.internal", true},
		{"domains.acme.net", true},
		{"127.0.0.1:5432", true},
		{"host:5432", false},
		{"server", false},
		{"foo.com", false},
		{"db.example.org", false},
		{"example.com", false},
		{"{host}", false},
		{"$HOST", false},
	} {
		t.Run(c.host, func(t *testing.T) {
			text := []byte("url = \"postgres://app:" + sample(r, `[A-Z][a-z][0-9]{2}[a-z]{2}[A-Z][0-9][a-z][0-9]`) + "@" + c.host + "/shop\"\n")
			origin := OriginOf("srv/app.py", text)
			if got := len(rs.Find(text, &origin).Matches) == 1; got != c.real {
				t.Errorf("found %t", got)
			}
		})
	}
}

// TestLongValues has values of any length: what clouds give for their registries has
// thousands of characters.
func TestLongValues(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(13)
	for _, n := range []int{200, 470, 511, 512, 513, 1200, 2600, 5000, MaxReach - 1, MaxReach, 20_000} {
		for _, c := range []struct{ name, path, form string }{
			{"login of Docker", "root/.docker/config.json", `{"auths": {"a.dkr.ecr.eu-west-1.amazonaws.com": {"auth": "%s"}}}`},
			{"login of Docker, in lines", "root/.docker/config.json", "{\n\t\"auths\": {\n\t\t\"a.azurecr.io\": {\n\t\t\t\"auth\": \"MDAwMDAw%s\",\n"},
			{"identity token", "root/.docker/config.json", "{\"auths\": {\"a.azurecr.io\": {\n\"identitytoken\": \"%s\"}}}"},
			{"environment file", "srv/.env", "REGISTRY_TOKEN=%s\n"},
			{"setting", "srv/a.yml", "api_token: \"%s\"\n"},
			{"file for a token", "run/secrets/registry_token", "%s\n"},
		} {
			if c.path == "run/secrets/registry_token" && n > MaxReach {
				continue // which is no word to be typed or copied
			}
			value := sample(r, fmt.Sprintf(`[0-9A-Za-z+/]{%d}`, min(n, 1000)))
			for len(value) < n {
				value += sample(r, fmt.Sprintf(`[0-9A-Za-z+/]{%d}`, min(n-len(value), 1000)))
			}
			text := []byte(fmt.Sprintf(c.form, value))
			origin := OriginOf(c.path, text)
			if found := rs.Find(text, &origin); len(found.Matches) == 0 {
				t.Errorf("%s: nothing found in a value of %d bytes", c.name, n)
			}
		}
		url := sample(r, fmt.Sprintf(`[0-9A-Za-z]{%d}`, min(n, 1000)))
		text := []byte("index-url = https://aws:" + url + "@acme-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/x/simple/\n")
		if found := rs.Find(text, Settings()); len(found.Matches) == 0 {
			t.Errorf("nothing found in a URL with a password of %d bytes", len(url))
		}
	}
}

// TestEncryptedValues has values that are quiet for what they are, whatever their length.
func TestEncryptedValues(t *testing.T) {
	rs := mustDefault(t)
	r := credentialtest.Random(14)
	for _, c := range []struct{ name, value string }{
		{"Sealed Secrets", "AgB" + sample(r, `[0-9A-Za-z+/]{717}`)},
		{"SOPS", "ENC[AES256_GCM,data:" + sample(r, `[0-9A-Za-z+/]{700}`) + ",tag:x]"},
		{"hiera-eyaml", "ENC[PKCS7,MIIB" + sample(r, `[0-9A-Za-z+/]{400}`) + "]"},
		{"Ansible Vault", "$ANSIBLE_VAULT;1.1;AES256;" + sample(r, `[0-9a-f]{600}`)},
		{"Vault", "vault:v1:" + sample(r, `[0-9A-Za-z+/]{600}`)},
		{"AWS KMS", "AQICAH" + sample(r, `[0-9A-Za-z+/]{200}`)},
		{"Spring Cloud", "{cipher}" + sample(r, `[0-9a-f]{600}`)},
		{"Maven", "{" + sample(r, `[0-9A-Za-z+/]{43}`) + "=}"},
		{"JSON Web Encryption", encoded(`{"alg":"RSA-OAEP"}`) + strings.Repeat("."+sample(r, `[0-9A-Za-z_-]{300}`), 4)},
	} {
		text := []byte("password: \"" + c.value + "\"\n")
		origin := OriginOf("srv/a.yml", text)
		if found := rs.Find(text, &origin); len(found.Matches) != 0 {
			t.Errorf("%s: found %v", c.name, ids(found.Matches))
		}
	}
}

package credential

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy"
)

// TestWhereNamesCount holds assignments as files of many kinds have them. In them
// «key» stands for a random value, «pass» for a password, «mix» for one of letters
// alone, and «hex» for one of hexadecimal digits.
func TestWhereNamesCount(t *testing.T) {
	rs := mustDefault(t)
	r := rand.New(rand.NewPCG(11, 11))
	for _, c := range []struct {
		path, text string
		want       bool
	}{
		{"srv/app.go", "var clientSecretOfShop = `«key»`\n", true},
		{"srv/Settings.cs", "public string SecretKeyBase { get; set; } = \"«key»\";\n", true},
		{"srv/app.properties", "app.mail.auth-key=«key»\n", true},
		{"srv/app.properties", "shop.db.pass = «pass»\n", true},
		{"srv/app.properties", "admin.password = «mix»\n", true},
		{"srv/deploy.yaml", "- name: DB_PASS\n  value: \"«pass»\"\n", true},
		{"root/.mailrc", "user someone\npassword «pass»\n", true},
		{"etc/keepalived/keepalived.conf", "    auth_type PASS\n    auth_pass «pass»\n", true},
		{"etc/named.conf", "key \"transfer\" {\n  secret \"«key»\";\n};\n", true},
		{"srv/main.go", "import (\n\tcredentials \"example.org/api/«key»/v1\"\n)\n", false},
		{"srv/notes.conf", "password must be changed\npassword required\n", false},
		{"srv/export.csv", "id,name,value\n3,shop_api_key,«key»,2024-01-01\n", true},
		{"srv/export.csv", "id,name,value\n3,shop_api_key,later,2024-01-01\n", false},
		{"var/log/app.log", "INFO using shop_api_key: «key»\n", true},
		{"var/log/test.log", "PASS: «key»\n", false},
		{"var/log/app.log", "token: Unexpected_End_Of_Input\n", false},
		{"srv/README.md", "```\nexport SHOP_API_KEY=«key»\n```\n", true},
		{"srv/README.md", "The option token=«key» is passed on.\n", false},
		{"srv/app.min.js", "t.a=1,t.adminPassword=\"«pass»\",n(4)", true},
		{"srv/app.min.js", "t.a=1,t.searchApiKey=\"«key»\",n(4)", false},
		{"srv/core", "\x7fELF\x00\x01\x02\x00SHOP_SECRET=«key»\x00PATH=/bin\x00", true},
		{"srv/tool", "\x7fELF\x00\x01\x02\x00shop_secret=«key»usage:\x00", false},
		{"srv/dump.sql", "UPDATE settings SET value = '«key»' WHERE name = 'shop_api_key';\n", true},
		{"srv/dump.sql", "SELECT value FROM t WHERE a = '«key»' AND name = 'shop_api_key';\n", false},
		{"srv/app.go", "if password == `«key»` {\n", true},
		{"srv/app.go", "if token == \"unexpected1\" {\n", false},
		{"srv/core.clj", "{:db-password \"«pass»\"}\n", true},
		{"etc/app/sys.config", "[{app, [{api_key, <<\"«key»\">>}]}].\n", true},
		{"srv/scan_test.go", "{token.FLOAT, \"2.71828e-1000i\"},\n", false},
		{"root/.cshrc", "setenv SHOP_API_KEY «key»\n", true},
		{"root/config.fish", "set -gx SHOP_API_KEY '«key»'\n", true},
		{"srv/run.sh", "PW=\"${SHOP_PASSWORD:-«pass»}\"\n", true},
		{"srv/run.sh", "${SHOP_PASSWORD:?«pass»}\n", false},
		{"srv/app.py", "password = os.getenv(\"SHOP_PASSWORD\") or \"«pass»\"\n", true},
		{"srv/app.js", "const key = process.env.SHOP_API_KEY ?? \"«key»\"\n", true},
		{"srv/main.tf", "variable \"api_token\" {\n  type = string\n  default = \"«key»\"\n}\n", true},
		{"srv/core-site.xml", "<name>fs.secret.key</name>\n    <value>«key»</value>", true},
		{"srv/Info.plist", "<key>ShopApiKey</key>\n<string>«key»</string>", true},
		{"srv/params.json", "{\"ParameterKey\": \"ShopPassword\", \"ParameterValue\": \"«pass»\"}", true},
		{"srv/env.json", "{\"env\": [\"SHOP_API_KEY=«key»\"]}", true},
		{"srv/db.py", "p[\"password\"] = settings[\"«pass»\"]\n", false},
		{"etc/settings.yml", "datenbank_passwort: «pass»\n", true},
		{"etc/services", "kpasswd\t464/tcp\n", false},
		{"srv/scan.r", "shop_api_key <- \"«key»\"\n", true},
		{"srv/web.config", "<add key=\"ClearTextPassword\" value=\"«mix»\" />", true},
	} {
		for range 4 {
			text := strings.NewReplacer("«key»", sample(r, `[a-z][0-9]{2}[A-Z][0-9A-Za-z]{20}[0-9][a-z]`), "«pass»", sample(r, `[b-h][J-N][2-9][0-9A-Za-z]{8}[!?%][2-9]`),
				"«mix»", sample(r, `(?:[bcdfg][WXZ][tsr][KLMN]){4}`)).Replace(c.text)
			origin := OriginOf(c.path, []byte(text))
			matches := rs.Find([]byte(text), &origin).Matches
			if got := slices.Contains(ids(matches), "generic-secret"); got != c.want {
				t.Errorf("%s: %q: found is %t", c.path, text, got)
				break
			}
		}
	}
}

// TestEndlessName holds a keyword over and over in one name: each is tried no
// further than a name is long.
func TestEndlessName(t *testing.T) {
	rs := mustDefault(t)
	for path, head := range map[string]string{"srv/app": "\x7fELF\x00\x00\x00\x00", "srv/a.md": ""} {
		body := []byte(head + strings.Repeat("token", 200_000))
		origin := OriginOf(path, body[:seaworthy.HeadSize])
		start := time.Now()
		rs.Find(body, &origin)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %s", path, took)
		}
	}
}

func TestScrambled(t *testing.T) {
	for _, v := range []string{"XMLHttpRequest", "NullPointerException", "someIdentifierOfAProgram", "THE_NAME_OF_A_CONSTANT", "getElementsByTagName"} {
		if scrambled([]byte(v)) {
			t.Errorf("%s is taken for scrambled", v)
		}
	}
	r := rand.New(rand.NewPCG(12, 12))
	n := 0
	for range 1000 {
		if scrambled([]byte(sample(r, `[A-Za-z]{24}`))) {
			n++
		}
	}
	if n < 800 {
		t.Errorf("%d of 1000 random values are taken for scrambled", n)
	}
}

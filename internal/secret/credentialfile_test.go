package secret

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestFormsOfText has a password in each of the ways in which files give one.
func TestFormsOfText(t *testing.T) {
	password := textOf(random(400), `[a-z]{4}[0-9]{3}[A-Z]{4}[0-9]{2}`)
	for name, c := range map[string]struct{ id, path, text string }{
		"netrc":             {"file-password", "root/.netrc", "machine h login joe password " + password + "\n"},
		"pgpass":            {"file-password", "root/.pgpass", "h:5432:db:joe:" + password + "\n"},
		"redis":             {"file-password", "etc/redis/redis.conf", "port 6379\nrequirepass " + password + "\n"},
		"LDAP":              {"file-password", "etc/nslcd.conf", "uri ldap://h\nbindpw " + password + "\n"},
		"wireless":          {"file-password", "etc/wpa_supplicant/wpa_supplicant.conf", "network={\n\tpsk=\"" + password + "\"\n}\n"},
		"Postfix":           {"file-password", "etc/postfix/sasl_passwd", "[mail.internal]:587 joe@mail.internal:" + password + "\n"},
		"FileZilla":         {"file-password", "root/.config/filezilla/sitemanager.xml", `<Pass encoding="base64">` + base64.StdEncoding.EncodeToString([]byte(password)) + "</Pass>"},
		"table":             {"file-password", "root/export.csv", "url,username,password\nhttps://h,joe,\"" + password + "\"\n"},
		"whole file":        {"file-password", "run/db_password.txt", password + "\n"},
		"history":           {"command-password", "root/.bash_history", "ls\nmysql -uroot -p" + password + " app\n"},
		"history of zsh":    {"command-password", "root/.zsh_history", ": 1700000000:0;docker login -u joe -p " + password + " r.internal\n"},
		"pipeline":          {"command-password", "srv/.gitlab-ci.yml", "script:\n  - docker login -u ci -p " + password + " r.internal\n"},
		"script":            {"command-password", "usr/local/bin/x.sh", "#!/bin/sh\ncurl \\\n  -u joe:" + password + " \\\n  https://h.internal/f\n"},
		"accounts":          {"command-password", "srv/setup.sh", "echo 'joe:" + password + "' | chpasswd\n"},
		"argument":          {"password-argument", "srv/a.py", `requests.get(u, auth=("joe", "` + password + `"))`},
		"setter of a pair":  {"password-argument", "srv/a.go", `req.SetBasicAuth("joe", "` + password + `")`},
		"SQL":               {"password-argument", "srv/init.sql", "CREATE USER joe IDENTIFIED BY '" + password + "';\n"},
		"setter":            {"generic-secret", "srv/A.java", `client.setPassword("` + password + `");`},
		"typed constant":    {"generic-secret", "srv/a.rs", `const DB_PASSWORD: &str = "` + password + `";`},
		"property":          {"generic-secret", "srv/A.cs", `public string DbPassword { get; set; } = "` + password + `";`},
		"attribute":         {"generic-secret", "srv/web.config", `<add key="DbPassword" value="` + password + `" />`},
		"entry":             {"generic-secret", "srv/a.xml", `<entry key="db.password">` + password + `</entry>`},
		"name and value":    {"generic-secret", "srv/deploy.yaml", "env:\n  - name: DB_PASSWORD\n    value: \"" + password + "\"\n"},
		"connection string": {"generic-secret", "srv/a.go", `sql.Open("x", "host=h user=joe password=` + password + ` sslmode=disable")`},
		"query":             {"generic-secret", "var/log/access.log", "GET /login?user=joe&password=" + password + " HTTP/1.1"},
		"Oracle":            {"url-password", "srv/a.properties", "url=jdbc:oracle:thin:app/" + password + "@db.internal:1521:X\n"},
		"mutt":              {"file-password", "root/.muttrc", "set imap_pass = \"" + password + "\"\n"},
		"SNMP":              {"file-password", "etc/snmp/snmpd.conf", "rocommunity public\nrwcommunity " + password + "\n"},
		"SNMP, user":        {"file-password", "etc/snmp/snmpd.conf", "createUser joe SHA \"" + password + "\" AES\n"},
		"cloud-init":        {"file-password", "var/lib/cloud/instance/user-data.txt", "#cloud-config\nchpasswd:\n  list: |\n    joe:" + password + "\n    ann:RANDOM\nruncmd:\n  - a:b1c2d3e4\n"},
		"SQL*Plus":          {"file-password", "srv/load.sql", "CONNECT joe/" + password + "@//h:1521/X\n"},
		"batch":             {"generic-secret", "srv/a.cmd", "@echo off\r\nset DB_PASSWORD=" + password + "\r\n"},
		"share":             {"command-password", "srv/a.cmd", "net use \\\\h\\s /user:joe " + password + "\r\n"},
		"Gradle":            {"generic-secret", "srv/build.gradle", "storePassword \"" + password + "\"\n"},
		"array in C":        {"generic-secret", "srv/a.c", "const char DB_PASSWORD[] = \"" + password + "\";\n"},
		"cargo":             {"generic-secret", "root/.cargo/credentials.toml", "[registries.x]\ntoken = \"Bearer " + password + password[:9] + "\"\n"},
		"gem":               {"file-password", "root/.gem/credentials", "---\n:internal: " + password + password + "\n"},
		"Terraform":         {"file-password", "srv/terraform.tfstate", "{\"type\": \"random_id\", \"result\": \"a1b2c3d4e5\"},\n{\"type\": \"random_password\", \"result\": \"" + password + "\"}"},
		"DBI":               {"password-argument", "srv/a.origin", `my $d = DBI->connect("dbi:mysql:x", "joe", "` + password + `", {RaiseError => 1});`},
		"mysqli":            {"password-argument", "srv/a.php", `$d = new mysqli("db", "joe", "` + password + `", "app");`},
		"WordPress":         {"file-password", "srv/wp-config.php", "define( 'NONCE_SALT', '<$%(y" + textOf(random(405), `[0-9A-Za-z,;!+~]{58}`) + "' );\n"},
		"macro":             {"generic-secret", "srv/a.h", "#define DB_PASSWORD \"" + password + "\"\n"},
		"joined name":       {"snyk-token", "srv/a.properties", "snykToken = " + textOf(random(403), `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}`) + "\n"},
		"JSON Web Key":      {"json-web-key", "srv/k.json", `{"kty": "EC", "crv": "P-256", "d": "` + textOf(random(401), `[0-9A-Za-z_-]{43}`) + `", "x": "a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File(c.path, c.text)}}})
			if len(got.of(c.id)) != 1 || len(got.findings) != 1 {
				t.Errorf("findings: %v, want one of %s", got.findings, c.id)
			}
		})
	}
}

// TestFormsWithoutSecret has the same ways with what is none.
func TestFormsWithoutSecret(t *testing.T) {
	for name, c := range map[string]struct{ path, text string }{
		"netrc":        {"root/.netrc", "machine h login joe password <password>\n"},
		"redis":        {"etc/redis.conf", "# requirepass foobared\n"},
		"crypted":      {"etc/nginx/htpasswd", "joe:$2y$05$" + textOf(random(402), `[0-9A-Za-z]{53}`) + "\n"},
		"command":      {"srv/a.sh", "docker login -u joe -p \"$PASSWORD\" r.internal\nmysql -uroot -p app\ncurl -u joe:$TOKEN https://h\n"},
		"prose":        {"srv/a.py", "# mysql --password suffers from this, and so does mysql --password options.\n"},
		"argument":     {"srv/a.py", `requests.get(u, auth=("joe", os.environ["X"])); auth=("user", "password")`},
		"SQL":          {"srv/a.sql", "CREATE USER joe IDENTIFIED BY '<secret>';\nALTER USER joe WITH PASSWORD :'pw1';\n"},
		"type":         {"srv/a.ts", "interface A { password: string; token?: string | undefined; setPassword(value: string): void }"},
		"public key":   {"srv/k.json", `{"kty": "EC", "crv": "P-256", "x": "` + textOf(random(403), `[0-9A-Za-z_-]{43}`) + `"}`},
		"name":         {"srv/a.yaml", "arn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3\n"},
		"date":         {"srv/a.conf", "token_rotation_password = 2026-01-02T10:11:12Z\n"},
		"publishable":  {"srv/a.env", "STRIPE_TOKEN=pk_live_" + textOf(random(404), `[0-9A-Za-z]{24}`) + "\n"},
		"form":         {"srv/a.rb", "password_field = 'user[password2]'\nfields = {password: \"password2\"}\n"},
		"joined text":  {"srv/a.go", "x := \"DB_PASSWORD=\"+secret(\"a1\")+\"\\n\"\ny := \"token=\" + strings.Repeat(\"a1B2\", 4)\n"},
		"WordPress":    {"srv/wp-config.php", "define( 'NONCE_SALT', 'put your unique phrase here, at least 64 characters' );\n"},
		"template":     {"srv/a.py", "password_location = \"home/{user}/.netrc7\"\n"},
		"header names": {"root/people.csv", "name,role\njoe,admin\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File(c.path, c.text)}}}).findings {
				t.Errorf("finding of %s: %s: %s", f.ID, f.Evidence, f.Detail)
			}
		})
	}
}

// javaStoreOf makes a key store of Java with an entry of a kind: 1 is a private
// key, 2 a certificate.
func javaStoreOf(tag uint32) string {
	b := []byte("\xfe\xed\xfe\xed")
	for _, n := range []uint32{2, 2, 2} { // version, entries, and the first is a certificate
		b = binary.BigEndian.AppendUint32(b, n)
	}
	certificate := func() {
		b = append(b, "\x00\x02ca\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05X.509"...)
		b = binary.BigEndian.AppendUint32(b, 300)
		b = append(b, make([]byte, 300)...)
	}
	certificate()
	b = binary.BigEndian.AppendUint32(b, tag)
	certificate()
	return string(b)
}

func TestStores(t *testing.T) {
	pkcs12 := func(bag []byte) string {
		return "\x30\x82\x01\x00\x02\x01\x03" + strings.Repeat("\x00", 60) + string(bag) + strings.Repeat("\x00", 60)
	}
	for name, c := range map[string]struct {
		path, body string
		want       seaworthy.Severity // Unknown for no finding
	}{
		"KeePass":             {"srv/a.kdbx", "\x03\xd9\xa2\x9a" + strings.Repeat("\x00", 80), seaworthy.Medium},
		"Java":                {"srv/a.jks", javaStoreOf(1), seaworthy.Medium},
		"Java, certificates":  {"etc/cacerts", javaStoreOf(2), seaworthy.Unknown},
		"PKCS #12":            {"srv/a.p12", pkcs12([]byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02")), seaworthy.Medium},
		"PKCS #12, in clear":  {"srv/a.p12", pkcs12([]byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01")), seaworthy.Critical},
		"PKCS #12, no key":    {"srv/a.p12", pkcs12(nil), seaworthy.Unknown},
		"Kerberos":            {"etc/krb5.keytab", "\x05\x02\x00\x00\x00" + strings.Repeat("\x00", 80), seaworthy.Critical},
		"something like that": {"srv/a.bin", "\x05\x02\x00\x00\x00" + strings.Repeat("\x00", 80), seaworthy.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File(c.path, c.body)}}}).of("key-store")
			switch {
			case c.want == seaworthy.Unknown && len(got) > 0:
				t.Errorf("found: %s", got[0].Detail)
			case c.want != seaworthy.Unknown && (len(got) != 1 || got[0].Severity != c.want):
				t.Errorf("findings: %v, want one of severity %s", got, c.want)
			}
		})
	}
}

// TestKeyOfVectors shows that a key among test vectors is no alarm of the worst
// kind.
func TestKeyOfVectors(t *testing.T) {
	body := `{"kty": "OKP", "crv": "Ed25519", "d": "` + textOf(random(406), `[0-9A-Za-z_-]{43}`) + `"}`
	for path, want := range map[string]seaworthy.Severity{
		"srv/keys.json":                            seaworthy.Critical,
		"srv/testdata/ed25519.json":                seaworthy.Medium,
		"usr/lib/node_modules/x/test/ed25519.json": seaworthy.Low,
	} {
		got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File(path, body)}}}).of("json-web-key")
		if len(got) != 1 || got[0].Severity != want {
			t.Errorf("%s: %+v, want one finding of severity %s", path, got, want)
		}
	}
}

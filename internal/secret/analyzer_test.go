package secret

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// results is a Sink that keeps what it is given.
type results struct {
	findings []*seaworthy.Finding
	coverage []*seaworthy.Coverage
}

func (c *results) Finding(f *seaworthy.Finding) error {
	c.findings = append(c.findings, f)
	return nil
}

func (c *results) Coverage(v *seaworthy.Coverage) error {
	c.coverage = append(c.coverage, v)
	return nil
}

func (c *results) of(id string) []*seaworthy.Finding {
	return slices.DeleteFunc(slices.Clone(c.findings), func(f *seaworthy.Finding) bool { return f.ID != id })
}

func analyze(t *testing.T, img imagetest.Image) *results {
	t.Helper()
	return analyzeWith(t, img, Options{Key: []byte("a key only for these tests")})
}

func analyzeWith(t *testing.T, img imagetest.Image, opt Options) *results {
	t.Helper()
	reference := "oci:" + img.OCILayout(t)
	a, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	src, err := image.Open(t.Context(), reference, image.Options{Platform: "linux/amd64"})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	reading, err := scan.Read(t.Context(), src, scan.Options{Analyzers: []seaworthy.Analyzer{a}, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	c := &results{}
	for m, err := range reading.Images(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Image(t.Context(), m, c); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestEveryVersionOfEveryFile(t *testing.T) {
	keyFile, token := key(t), githubToken(1)
	img := imagetest.Image{Layers: []imagetest.Layer{
		{imagetest.File("root/.ssh/id_ecdsa", keyFile), imagetest.File("srv/a.js", "const t = '"+token+"'\n")},
		{imagetest.Whiteout("root/.ssh/id_ecdsa"), imagetest.File("usr/lib/node_modules/x/b.js", "\nconst t = '"+token+"'\n")},
	}}
	c := analyze(t, img)
	keys, tokens := c.of("private-key"), c.of("github-pat")
	if len(keys) != 1 || len(tokens) != 1 {
		t.Fatalf("%d private keys and %d tokens, want one of each", len(keys), len(tokens))
	}
	zero, one := 0, 1
	want := []seaworthy.Location{{Path: "root/.ssh/id_ecdsa", Line: 1, Layer: &zero, RemovedIn: &one, Instruction: "COPY layer0 /"}}
	if diff := cmp.Diff(want, keys[0].Locations); diff != "" {
		t.Errorf("the key is at (-want +got):\n%s", diff)
	}
	if l := tokens[0].Locations; len(l) != 2 || l[1].Line != 2 {
		t.Errorf("the token, of which there are two copies, is at %+v", l)
	}
	for _, f := range c.findings {
		if text := fmt.Sprintf("%+v", *f); strings.Contains(text, token[8:]) {
			t.Errorf("the finding shows the secret: %s", text)
		}
		if !strings.HasPrefix(f.Remedy.String(), "Rotate") {
			t.Errorf("the remediation does not start with rotation: %s", f.Remedy.String())
		}
	}
}

func TestEncodings(t *testing.T) {
	token, keyFile := githubToken(2), key(t)
	units := utf16.Encode([]rune("set TOKEN=" + token + "\r\n"))
	var wide []byte
	for _, u := range units {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	for name, c := range map[string]struct{ id, body string }{
		"UTF-16 with mark":    {"github-pat", "\xff\xfe" + string(wide)},
		"UTF-16 without mark": {"github-pat", string(wide)},
		"base64":              {"private-key", "tls.key: " + base64.StdEncoding.EncodeToString([]byte(keyFile)) + "\n"},
		"base64 URL":          {"private-key", "k=" + base64.URLEncoding.EncodeToString([]byte(keyFile))},
		"percent-encoded":     {"github-pat", "q=%7B%22token%22%3A%22" + token + "%22%7D"},
		"executable":          {"github-pat", "\x7fELF\x02\x01\x01\x00\x00\x00" + "someotherstring" + token + "andanother\x00\x00"},
		"PuTTY": {"putty-private-key", "PuTTY-User-Key-File-" + "3: ssh-ed25519\r\nEncryption: none\r\nComment: x\r\nPublic-Lines: 1\r\nAAAA\r\nPrivate-Lines: 1\r\n" +
			textOf(random(12), "[0-9A-Za-z]{48}") + "\r\nPrivate-MAC: " + textOf(random(13), "[0-9a-f]{64}") + "\r\n"},
		"one line of JSON": {"private-key", `{"key": "` + strings.ReplaceAll(keyFile, "\n", `\n`) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/x", c.body)}}})
			if len(got.of(c.id)) != 1 {
				t.Errorf("%d findings of %s, want 1 (all: %v)", len(got.of(c.id)), c.id, got.findings)
			}
		})
	}
}

// TestKeysInText writes a key down as programs and settings do.
func TestKeysInText(t *testing.T) {
	keyFile := key(t)
	for !strings.Contains(keyFile, "+\n") && !strings.Contains(keyFile, "\n/") && !strings.Contains(keyFile, "/\n") { // what must not be taken for decoration
		keyFile = key(t)
	}
	lines := strings.Split(strings.TrimSpace(keyFile), "\n")
	for name, text := range map[string]string{
		"as it is":          keyFile,
		"indented":          "key: |\n  " + strings.Join(lines, "\n  ") + "\n",
		"one line":          "KEY=" + strings.Join(lines, `\n`) + "\n",
		"quoted, one line":  `KEY="` + strings.Join(lines, `\n`) + "\\n\"\n",
		"escaped twice":     `{"k": "{\"key\": \"` + strings.Join(lines, `\\n`) + `\"}"}`,
		"blanks for breaks": "KEY='" + strings.Join(lines, " ") + "'\n",
		"carriage returns":  strings.Join(lines, "\r\n"),
		"joined by plus":    "var k = \"" + strings.Join(lines, "\\n\" +\n  \"") + "\\n\";\n",
		"joined by nothing": "k = ('" + strings.Join(lines, "\\n'\n     '") + "')\n",
		"comment":           "# " + strings.Join(lines, "\n# ") + "\n",
		"C comment":         "// " + strings.Join(lines, "\n// ") + "\n",
		"list":              "[\"" + strings.Join(lines, "\",\n \"") + "\"]",
		"HTML":              strings.Join(lines, "&#10;"),
		"after a BOM":       "\xef\xbb\xbf" + keyFile,
	} {
		if got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/x", text)}}}); len(got.of("private-key")) != 1 {
			t.Errorf("%s: not found in %q", name, text)
		}
	}
}

// TestEvidenceOfKeys shows of a key what it is, and nothing of it.
func TestEvidenceOfKeys(t *testing.T) {
	armour := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	body := make([]byte, 300)
	for i, r := 0, random(70); i < len(body); i++ {
		body[i] = byte(r.Uint32())
	}
	plain := armour("EC PRIVATE KEY", keyBytes(t))
	for name, c := range map[string]struct{ text, want string }{
		"SEC 1":     {plain, "-----BEGIN EC PRIVATE KEY----- ***"},
		"OpenSSH":   {armour("OPENSSH PRIVATE KEY", append([]byte("openssh-key-v1\x00\x00\x00\x00\x04none"), body...)), "-----BEGIN OPENSSH PRIVATE KEY----- ***"},
		"encrypted": {armour("ENCRYPTED PRIVATE KEY", body), "-----BEGIN ENCRYPTED PRIVATE KEY----- ***"},
		"odd label": {armour("\x1b[2JQ7x PRIVATE KEY", keyBytes(t)), "***"},
		"PuTTY": {"PuTTY-User-Key-File-" + "3: ssh-ed25519\nEncryption: none\nComment: x\nPrivate-Lines: 1\n" + base64.StdEncoding.EncodeToString(body[:48]) +
			"\nPrivate-MAC: " + strings.Repeat("5e", 32) + "\n", "PuTTY-User-Key-File-" + "3: ssh-ed25519 ***"},
		"DER": {string(keyBytes(t)), "***"},
	} {
		got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/x", c.text)}}}).findings
		if len(got) != 1 || got[0].Evidence != c.want {
			t.Errorf("%s: want one finding with %q: %+v", name, c.want, got)
		}
	}
	img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "a")}}}
	img.Config.Config.Env = []string{"DEPLOY_KEY=" + plain}
	if got := analyze(t, img).findings; len(got) != 1 || !strings.HasSuffix(got[0].Evidence, "-----BEGIN EC PRIVATE KEY----- ***") {
		t.Errorf("environment: %+v", got)
	}
}

// TestNoEncoding has text that is in no encoding at all.
func TestNoEncoding(t *testing.T) {
	password := textOf(random(60), `[a-z]{5}[0-9]{4}[A-Z]{3}`)
	for name, text := range map[string]string{
		"a stray NUL":   "# settings\x00 of the service\ndb_password = " + password + "\n",
		"invalid UTF-8": "# \xff\xfe\x80 \xc3\ndb_password = " + password + "\n\xc3",
	} {
		got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("etc/x.conf", text)}}}).of("generic-secret")
		if len(got) != 1 || got[0].Locations[0].Line != 2 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestLargeFile(t *testing.T) {
	token := githubToken(3)
	for _, at := range []int{1 << 20, windowSize - 20, windowSize - overlap - 20, 66<<20 + 5} {
		body := []byte(strings.Repeat("0123456789abcde\n", 67<<20/16))
		copy(body[at:], "\n"+token+"\n")
		got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("var/dump.sql", string(body))}}}).of("github-pat")
		if len(got) != 1 || len(got[0].Locations) != 1 || got[0].Locations[0].Offset != int64(at)+1 {
			t.Errorf("token at %d: %+v", at+1, got)
		}
	}
}

func TestTooManyIsSaid(t *testing.T) {
	var b strings.Builder
	for i := range credential.MaxMatches + 10 {
		b.WriteString(githubToken(uint64(100+i)) + "\n")
	}
	got := analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/x", b.String())}}})
	if len(got.of("github-pat")) != credential.MaxMatches {
		t.Errorf("%d findings, want %d", len(got.of("github-pat")), credential.MaxMatches)
	}
	if !slices.ContainsFunc(got.coverage, func(c *seaworthy.Coverage) bool { return c.State == seaworthy.Partial }) {
		t.Error("no coverage says that the file was partially checked")
	}
}

func TestTooCostlyIsSaid(t *testing.T) {
	hostile := strings.Repeat("eyJhbGci-", 20_000)
	token := githubToken(31)
	for _, c := range []struct {
		name    string
		image   imagetest.Image
		subject string
	}{
		{"file", imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("srv/a.txt", hostile), imagetest.File("srv/b.txt", token)}}}, "layer 0: srv/a.txt"},
		{"history", imagetest.Image{
			Config: seaworthy.ImageConfig{History: []seaworthy.History{{CreatedBy: "RUN echo " + hostile}}},
			Layers: []imagetest.Layer{{imagetest.File("srv/b.txt", token)}},
		}, "configuration and history"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := analyze(t, c.image)
			if len(got.of("github-pat")) != 1 {
				t.Error("the secret of another file is not found")
			}
			if !slices.ContainsFunc(got.coverage, func(v *seaworthy.Coverage) bool {
				return v.Subject == c.subject && v.State == seaworthy.Partial && v.Code == seaworthy.CodeLimitExceeded
			}) {
				t.Errorf("no coverage for %s: %v", c.subject, got.coverage)
			}
		})
	}
}

func TestConfigurationAndHistory(t *testing.T) {
	token := githubToken(4)
	password := textOf(random(5), `[a-z]{3}[0-9]{2}[A-Z]{4}[0-9]{3}`)
	for name, c := range map[string]struct {
		id     string
		config seaworthy.ContainerConfig
		step   string
	}{
		"environment":    {id: "github-pat", config: seaworthy.ContainerConfig{Env: []string{"X=" + token}}},
		"password in it": {id: "generic-secret", config: seaworthy.ContainerConfig{Env: []string{"DB_PASSWORD=" + password}}},
		"label":          {id: "github-pat", config: seaworthy.ContainerConfig{Labels: map[string]string{"a": token}}},
		"command":        {id: "command-password", config: seaworthy.ContainerConfig{Cmd: []string{"redis-cli", "-a", password}}},
		"health check":   {id: "command-password", config: seaworthy.ContainerConfig{Healthcheck: &seaworthy.Healthcheck{Test: []string{"CMD-SHELL", "mysqladmin ping -p" + password}}}},
		"trigger":        {id: "url-password", config: seaworthy.ContainerConfig{OnBuild: []string{"RUN git clone https://joe:" + password + "@git.internal/x"}}},
		"build argument": {id: "github-pat", step: "|1 T=" + token + " /bin/sh -c make"},
		"header":         {id: "github-pat", step: `RUN /bin/sh -c curl -H "Authorization: Bearer ` + token + `" https://x # buildkit`},
		"npm":            {id: "github-pat", step: "RUN /bin/sh -c npm config set //npm.internal/:_authToken " + token + " # buildkit"},
		"mysql":          {id: "command-password", step: "RUN /bin/sh -c mysql -uroot -p" + password + " app < x.sql # buildkit"},
		"chpasswd":       {id: "command-password", step: "RUN /bin/sh -c echo 'app:" + password + "' | chpasswd # buildkit"},
		"redis-server":   {id: "command-password", step: "CMD [\"redis-server\" \"--requirepass\" \"" + password + "\"]"},
		"netrc":          {id: "command-password", step: "RUN /bin/sh -c echo 'machine h login joe password " + password + "' > ~/.netrc # buildkit"},
		"docker login":   {id: "command-password", step: "RUN /bin/sh -c docker login -u joe -p " + password + " registry.internal # buildkit"},
		"pip":            {id: "url-password", step: "RUN /bin/sh -c pip install --index-url https://joe:" + password + "@pypi.internal/simple x # buildkit"},
		"ADD":            {id: "url-password", step: "ADD https://joe:" + password + "@files.internal/f /f # buildkit"},
		"curl":           {id: "command-password", step: "RUN /bin/sh -c curl -u " + "joe:" + password + " https://files.internal/f # buildkit"},
	} {
		t.Run(name, func(t *testing.T) {
			img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "a")}}}
			img.Config.Config = c.config
			if c.step != "" {
				img.Config.History = []seaworthy.History{{CreatedBy: c.step}}
			}
			got := analyze(t, img)
			if len(got.of(c.id)) == 0 {
				t.Fatalf("no finding of %s among %d", c.id, len(got.findings))
			}
			for _, f := range got.findings {
				if s := fmt.Sprintf("%+v", *f); strings.Contains(s, token) || strings.Contains(s, password) {
					t.Errorf("the finding shows the secret: %s", s)
				}
			}
		})
	}
}

// TestStartedOnce has a command with a secret in the configuration and in the history:
// it is one finding at one place, and nothing of the value is shown.
func TestStartedOnce(t *testing.T) {
	for name, secret := range map[string]string{
		"token":           githubToken(71),
		"short":           textOf(random(72), `[a-z]{3}[0-9]{2}[A-Z]{4}[0-9]{3}`),
		"to be escaped":   textOf(random(73), `[a-z]{3}[0-9]{2}`) + `"` + textOf(random(74), `[A-Z]{4}[0-9]{3}`) + `\` + "x7",
		"a key, in lines": key(t),
	} {
		argv := []string{"/app", "--password=" + secret}
		printed, err := json.Marshal(argv)
		if err != nil {
			t.Fatal(err)
		}
		for form, step := range map[string]string{"BuildKit": "CMD " + string(printed), "classic": fmt.Sprintf("/bin/sh -c #(nop)  CMD %q", argv)} {
			img := imagetest.Image{Layers: []imagetest.Layer{{imagetest.File("a", "a")}}}
			img.Config.Config.Cmd = argv
			img.Config.History = []seaworthy.History{{CreatedBy: "COPY a /a # buildkit"}, {CreatedBy: step, EmptyLayer: true}}
			got := analyze(t, img).findings
			if len(got) == 0 || len(got) > 1 && name != "to be escaped" { // which more than one rule sees a part of
				t.Errorf("%s, %s: %d findings", name, form, len(got))
			}
			for _, f := range got {
				l := f.Locations[0].Instruction
				if len(f.Locations) != 1 || !strings.HasPrefix(l, `CMD ["/app", "`) || strings.Contains(l, secret[:5]) || strings.Contains(l, secret[len(secret)-4:]) {
					t.Errorf("%s, %s: %+v", name, form, f)
				}
			}
		}
	}
}

// TestNoSecrets holds what looks like one and is none.
func TestNoSecrets(t *testing.T) {
	r := random(6)
	hex := func(n int) string { return textOf(r, fmt.Sprintf("[0-9a-f]{%d}", n)) }
	block, _ := pem.Decode([]byte(key(t)))
	k, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, body string }{
		"header constant":   {"usr/lib/x.py", "BEGIN = '-----BEGIN RSA PRIVATE KEY-----'\nEND = '-----END RSA PRIVATE KEY-----'\n"},
		"public key":        {"etc/k.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))},
		"wrong checksum":    {"srv/x", "token = 'ghp_" + textOf(r, "[0-9A-Za-z]{36}") + "'"},
		"placeholder":       {"srv/.env", "DB_PASSWORD=changeme123\nAPI_TOKEN=<your-token>\nSECRET_KEY=${SECRET_KEY}\nPASSWORD=xxxxxxxx1\n"},
		"reference":         {"srv/app.yml", "password: ENC[AES256]\nsecret: vault:secret/data/app1\ntoken: process.env.TOKEN1\n"},
		"lock file":         {"srv/package-lock.json", `"integrity": "sha512-` + base64Of(hex(64)) + `", "token": "` + hex(40) + `"`},
		"identifier":        {"srv/a.js", `const apiKeyName = "x1234567890"; token: "identifierToken2", password = getPassword1()`},
		"hash":              {"srv/app.conf", "password_hash = " + hex(64) + "\ntoken_type = bearer123\n"},
		"UUID":              {"srv/app.conf", "secret = " + textOf(r, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}") + "\n"},
		"documented URL":    {"srv/README", "postgres://user:password@localhost:5432/db https://user:pass1234@example.com/"},
		"allowed by remark": {"srv/a.js", "const t = '" + githubToken(8) + "' // gitleaks:allow\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range analyze(t, imagetest.Image{Layers: []imagetest.Layer{{imagetest.File(c.path, c.body)}}}).findings {
				t.Errorf("finding of %s: %s", f.ID, f.Detail)
			}
		})
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("password = '"+strings.Repeat("aZ3", 4)+"'\n"), "srv/.env")
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"), "x")
	f.Add([]byte("Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("foo:bar"))+" https://a:b@c %22%3a%22"), "x.conf")
	f.Add([]byte("jdbc:mysql://a:"+strings.Repeat("b7", 4)+"@c PuTTY-User-Key-File-2 Private-MAC:"), "x.go")
	a, err := New(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, path string) {
		origin := credential.OriginOf(path, body)
		found, _ := a.scanText(body, &origin, credential.NewEffort())
		for _, s := range found {
			if s.Offset < 0 || s.Offset > int64(len(body)) || s.Rule == "" {
				t.Errorf("occurrence %+v in a body of %d bytes", s, len(body))
			}
		}
	})
}

func TestClipTitle(t *testing.T) {
	long := "Identified a pattern that may indicate credentials of our own service, which gives access to all customers"
	if got, want := clipTitle(long), "Identified a pattern that may indicate credentials of our own…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := clipTitle(strings.Repeat("é", 100)); len(got) > maxTitle || !utf8.ValidString(got) {
		t.Errorf("%q has %d bytes", got, len(got))
	}
}

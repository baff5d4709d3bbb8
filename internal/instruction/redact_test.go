package instruction_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/credential/rulefile"
	"seaworthy.dev/seaworthy/internal/instruction"
)

// redactions are instructions and how they are shown. SECRET stands for a secret
// that is made at run time, PAIR for a user with it.
var redactions = []struct{ name, in, want string }{
	{"env", "ENV A=1 DB_PASSWORD=SECRET B=2", "ENV A=1 DB_PASSWORD=*** B=2"},
	{"env, quoted", `ENV DB_PASSWORD="SECRET x=y" B=2`, "ENV DB_PASSWORD=*** B=2"},
	{"env, blanks without quotes", "ENV DB_PASSWORD=x SECRET B=2", "ENV DB_PASSWORD=***"},
	{"env, older form", "ENV DB_PASSWORD x=SECRET", "ENV DB_PASSWORD ***"},
	{"env, options of a program", "ENV JAVA_OPTS=-Ddb.password=SECRET", "ENV JAVA_OPTS=-Ddb.password=***"},
	{"arg", "ARG NPM_TOKEN=SECRET", "ARG NPM_TOKEN=***"},
	{"label", `LABEL "com.example.api-key"="SECRET" a=b`, `LABEL "com.example.api-key"=*** a=b`},
	{"onbuild", "ONBUILD ENV A=b TOKEN=SECRET", "ONBUILD ENV A=b TOKEN=***"},
	{"onbuild run", "ONBUILD RUN login -p SECRET", "ONBUILD RUN login -p ***"},

	{"assignment", "RUN TOKEN=SECRET make all", "RUN TOKEN=*** make all"},
	{"export", "RUN export TOKEN='x SECRET' && make", "RUN export TOKEN='***' && make"},
	{"build argument", "RUN docker build --build-arg TOKEN=SECRET .", "RUN docker build --build-arg TOKEN=*** ."},
	{"assignment in quotes", `RUN echo "TOKEN=x SECRET" > .env && make`, `RUN echo "TOKEN=***" > .env && make`},
	{"script in quotes", `RUN sh -c "export TOKEN=SECRET && make all"`, `RUN sh -c "export TOKEN=*** && make all"`},
	{"quotes joined", `RUN echo "password="SECRET > f`, `RUN echo "password=*** > f`},
	{"default value", "RUN x ${TOKEN:-SECRET}", "RUN x ${TOKEN:-***"},
	{"JSON", `RUN echo '{"password": "SECRET", "user":"u"}' > f`, `RUN echo '{"password": "***", "user":"u"}' > f`},
	{"configuration of Docker", `RUN echo '{"auths":{"h":{"auth":"SECRET"}}}' > f`, `RUN echo '{"auths":{"h":{"auth":"***"}}}' > f`},
	{"XML", `RUN echo '<password>SECRET</password>' > f`, `RUN echo '<password>***</password>' > f`},
	{"YAML in a here-document", "RUN cat <<EOF > f\nuser: u\npassword: x SECRET\nEOF", "RUN cat <<EOF > f\nuser: u\npassword: ***\nEOF"},
	{"npmrc", "RUN echo //r.example.org/:_authToken=SECRET >> .npmrc", "RUN echo //r.example.org/:_authToken=*** >> .npmrc"},
	{"configuration command", "RUN npm config set //r.example.org/:_authToken SECRET && npm ci", "RUN npm config set //r.example.org/:_authToken *** && npm ci"},
	{"netrc", `RUN echo "machine h login u password SECRET" > .netrc`, `RUN echo "machine h login u password ***" > .netrc`},
	{"debconf", "RUN echo db db/root_password password SECRET | debconf-set-selections", "RUN echo db db/root_password password *** | debconf-set-selections"},
	{"SQL", `RUN psql -c "CREATE USER u PASSWORD 'SECRET'"`, `RUN psql -c "CREATE USER u PASSWORD '***'"`},
	{"SQL of MySQL", `RUN db -e "CREATE USER u IDENTIFIED BY 'SECRET'; FLUSH"`, `RUN db -e "CREATE USER u IDENTIFIED BY '***'; FLUSH"`},

	{"option", "RUN tool --password SECRET --verbose", "RUN tool --password *** --verbose"},
	{"option, joined", "RUN tool --password=SECRET --verbose", "RUN tool --password=*** --verbose"},
	{"option, quoted", `RUN tool --api-key "x SECRET" go`, `RUN tool --api-key "***" go`},
	{"login", "RUN docker login -u u -p SECRET r.example.org && make", "RUN docker login -u u -p *** r.example.org && make"},
	{"login, joined", "RUN docker login -u u -pSECRET r.example.org", "RUN docker login -u u -p*** r.example.org"},
	{"login, continued", "RUN docker login -u u \\\n -p SECRET", "RUN docker login -u u  -p ***"},
	{"login, quoted", `RUN sh -c 'docker login -p SECRET h'`, `RUN sh -c 'docker login -p ***'`},
	{"mysql", "RUN mysql -uroot -pSECRET -e x", "RUN mysql -uroot -p*** -e x"},
	{"mysql, quoted", "RUN mysql -uroot -p'x SECRET' db", "RUN mysql -uroot -p'***' db"},
	{"mysqldump", "RUN mysqldump -p SECRET db", "RUN mysqldump -p *** db"},
	{"mariadb", "RUN /usr/bin/mariadb -e 'a; b' -pSECRET", "RUN /usr/bin/mariadb -e 'a; b' -p***"},
	{"sshpass", "RUN sshpass -p SECRET ssh h", "RUN sshpass -p *** ssh h"},
	{"curl", "RUN curl -fsSu PAIR -o f https://example.org/f", "RUN curl -fsSu *** -o f https://example.org/f"},
	{"curl, joined", "RUN curl -uPAIR https://example.org/f", "RUN curl -u*** https://example.org/f"},
	{"curl, long", "RUN curl --user PAIR https://example.org/f", "RUN curl --user *** https://example.org/f"},
	{"header", `RUN curl -H "Authorization: Bearer SECRET" https://example.org/`, `RUN curl -H "Authorization: ***" https://example.org/`},
	{"header, no quotes", "RUN curl -H Authorization: Bearer SECRET", "RUN curl -H Authorization: ***"},
	{"header of a service", `RUN curl -H 'X-Vault-Token: SECRET' u`, `RUN curl -H 'X-Vault-Token: ***' u`},
	{"header of GitLab", `RUN curl --header "PRIVATE-TOKEN: SECRET" u`, `RUN curl --header "PRIVATE-TOKEN: ***" u`},
	{"URL", "RUN git clone https://u:SECRET@example.org/r.git /r", "RUN git clone https://***@example.org/r.git /r"},
	{"URL, a slash in it", "RUN git clone https://u:x/SECRET@example.org/r.git", "RUN git clone https://***@example.org/r.git"},
	{"URL, no user", "ADD https://SECRET@example.org/f /f", "ADD https://***@example.org/f /f"},
	{"URL, token in the query", `ADD https://example.org/f?access_token=SECRET /f`, `ADD https://example.org/f?access_token=*** /f`},

	{"chpasswd", "RUN echo root:SECRET | chpasswd && make", "RUN echo *** | chpasswd && make"},
	{"chpasswd, quoted", `RUN echo "root:x SECRET" | sudo chpasswd`, `RUN echo *** | sudo chpasswd`},
	{"chpasswd, operators in quotes", `RUN echo 'root:a | b; SECRET' | chpasswd`, `RUN echo *** | chpasswd`},
	{"chpasswd in a shell", `RUN sh -c 'echo root:SECRET | chpasswd'`, `RUN sh -c 'echo *** | chpasswd'`},
	{"chpasswd of a group", "RUN (echo x; echo root:SECRET) | chpasswd", "RUN (echo ***; echo ***) | chpasswd"},
	{"chpasswd, here-string", "RUN chpasswd <<< root:SECRET", "RUN chpasswd <<< ***"},
	{"chpasswd, here-document", "RUN chpasswd <<EOF\nroot:SECRET\nEOF\n", "RUN chpasswd <<EOF\n***\nEOF"},
	{"chpasswd behind a here-document", "RUN cat <<EOF | chpasswd\nroot:SECRET\nEOF\n", "RUN cat <<EOF | chpasswd\n***\nEOF"},
	{"chpasswd in a script", "RUN <<EOF\nset -e\necho root:SECRET | chpasswd\nEOF", "RUN <<EOF\nset -e\necho *** | chpasswd\nEOF"},
	{"passwd", "RUN echo -e SECRET | passwd --stdin root", "RUN echo -e *** | passwd --stdin root"},
	{"password of a login", "RUN echo SECRET | docker login --password-stdin h", "RUN echo *** | docker login --password-stdin h"},
	{"sudo", "RUN echo SECRET | sudo -S make", "RUN echo *** | sudo -S make"},
	{"useradd", "RUN useradd -m -p SECRET app", "RUN useradd -m -p *** app"},
	{"htpasswd", "RUN htpasswd -bc f u SECRET", "RUN htpasswd -bc *** *** ***"},

	{"exec form", `CMD ["mysqld", "--password", "SECRET", "-v"]`, `CMD ["mysqld", "--password", "***", "-v"]`},
	{"exec form, joined", `CMD ["db", "--password=x SECRET", "-v"]`, `CMD ["db", "--password=***", "-v"]`},
	{"exec form, mysql", `ENTRYPOINT ["mysql", "-p", "SECRET", "-v"]`, `ENTRYPOINT ["mysql", "-p", "***", "-v"]`},
	{"exec form, script", `CMD ["sh", "-c", "TOKEN=SECRET app"]`, `CMD ["sh", "-c", "TOKEN=***"]`},
	{"exec form, no references", `CMD ["db", "--password=$SECRET"]`, `CMD ["db", "--password=***"]`},
	{"healthcheck", "HEALTHCHECK --interval=5s CMD mysqladmin ping -pSECRET", "HEALTHCHECK --interval=5s CMD mysqladmin ping -p***"},
	{"no keyword", "mysqld --password=SECRET", "mysqld --password=***"},
	{"private key", "RUN echo '-----BEGIN RSA PRIVATE " + "KEY-----\nSECRET\n-----END RSA PRIVATE " + "KEY-----' > f",
		"RUN echo '-----BEGIN RSA PRIVATE " + "KEY-----***-----END RSA PRIVATE " + "KEY-----' > f"},
}

func TestRedacted(t *testing.T) {
	secret := strings.Join([]string{"Hunter", "Two", "2"}, "")
	for _, test := range redactions {
		t.Run(test.name, func(t *testing.T) {
			text := strings.NewReplacer("SECRET", secret, "PAIR", "u:"+secret).Replace(test.in)
			for _, in := range []instruction.Instruction{instruction.Parse(text), instruction.ParseCreatedBy(text)} {
				got := in.Redacted(nil)
				if strings.Contains(got, secret) {
					t.Errorf("%s\nshows the secret: %s", text, got)
				}
				if in.History < 0 && got != test.want {
					t.Errorf("%s\n got %s\nwant %s", text, got, test.want)
				}
			}
		})
	}
}

func TestRedactedTokens(t *testing.T) {
	for _, prefix := range []string{"ghp_", "github_pat_", "glpat-", "AKIA", "xoxb-", "npm_", "eyJ"} {
		body := strings.Repeat("Q7", 20)
		for _, form := range []string{"RUN x %", "ENV A=%", `CMD ["x", "%"]`, "RUN x '%' y", "RUN x --opt=%,b"} {
			in := instruction.Parse(strings.Replace(form, "%", prefix+body, 1))
			if got, want := in.Redacted(nil), strings.Replace(form, "%", prefix+"***", 1); got != want {
				t.Errorf("%s\n got %s\nwant %s", in, got, want)
			}
		}
	}
}

func TestRedactedBuildArgs(t *testing.T) {
	in := instruction.ParseCreatedBy("RUN |1 TOKEN=hunter two /app/setup # buildkit")
	if got, want := in.Redacted(nil), "RUN ***"; got != want {
		t.Errorf("got %s, want %s: where the value ends is not known", got, want)
	}
}

// TestRedactedKeeps shows that what has no secret stays as it is.
func TestRedactedKeeps(t *testing.T) {
	var texts []string
	for _, test := range createdBy {
		texts = append(texts, test.in, test.want)
	}
	for _, test := range scripts {
		texts = append(texts, test.in)
	}
	texts = append(texts,
		"RUN git clone https://$USER:$PASSWORD@example.org/r && git clone ssh://git@example.org/r",
		`RUN curl -H "Authorization: Bearer $TOKEN" -u "$USER:$PASSWORD" https://example.org:8080/path@v1`,
		`RUN docker login -u u -p "$PASSWORD" h && mkdir -p /x && curl -fsSLo f https://example.org/f`,
		`RUN echo "root:${ROOT_PASSWORD}" | chpasswd`,
		"RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci --ignore-scripts",
		"RUN docker login --password-stdin h < /run/secrets/token",
		`RUN [ -n "$TOKEN" ] && [ "$PASSWORD" = "$OTHER" ] && adduser --disabled-password --gecos "" app`,
		"RUN npm_config_cache=/tmp/npm_config_cache_directory npm ci",
		"RUN apt-get install -y mysql-client passwd sudo && mkdir -p /var/lib/mysql && chown -R mysql:mysql /var/lib/mysql",
		"RUN useradd -r -s /bin/false app && passwd -l root",
		"RUN echo don't worry && echo done",
		`RUN echo "app ALL=(ALL) NOPASSWD: /usr/bin/vim" >> /etc/sudoers`,
		"ENV DB_PASSWORD_FILE=/run/secrets/db TOKEN_TTL=3600 MONKEY=1",
		"ARG TOKEN", "ENV TOKEN=",
	)
	for _, text := range texts {
		for _, in := range []instruction.Instruction{instruction.Parse(text), instruction.ParseCreatedBy(text)} {
			if got := in.Redacted(nil); got != in.String() {
				t.Errorf("has no secret:\n got %s\nwant %s", got, in)
			}
		}
	}
}

// TestRedactedIsLinear reads texts that are made to be read again and again.
func TestRedactedIsLinear(t *testing.T) {
	const size = 256 << 10
	for _, part := range []string{
		"//", "//a:b", "PASSWORD='", `PASSWORD="x `, "TOKEN=\\'x;", "'a", "<<A\n", "PRIVATE KEY-----", "echo x | ", "-p ", "mysql ",
		"$(TOKEN=", "${TOKEN:-", "eyJ", "password ", `\`, "TOKEN=$X:", "a\"'`", "curl -u", "PASSWORD: ", "(echo x;",
	} {
		for _, keyword := range []string{"RUN ", "ENV ", ""} {
			in := instruction.Parse(keyword + strings.Repeat(part, size/len(part)))
			start := time.Now()
			in.Redacted(nil)
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("%s%q… took %v", keyword, part, took)
			}
		}
	}
}

func FuzzRedacted(f *testing.F) {
	for _, test := range redactions {
		f.Add(test.in)
	}
	for _, test := range createdBy {
		f.Add(test.in)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, in := range []instruction.Instruction{instruction.Parse(text), instruction.ParseCreatedBy(text)} {
			in.Redacted(nil)
		}
		// What a credential's name in front of a text says is hidden whatever it is.
		in := instruction.Parse("ARG TOKEN=QZQZQZ" + text)
		if strings.Contains(text, "QZ") {
			return
		}
		if got := in.Redacted(nil); in.Keyword == "ARG" && strings.Contains(got, "QZ") {
			t.Errorf("%q shows a secret: %q", in, got)
		}
	})
}

// TestRedactedByRulesOfTheUser hides what rules find in the texts that the search for
// secrets reads: the arguments without the keyword, and the words of an exec form with
// blanks between them.
func TestRedactedByRulesOfTheUser(t *testing.T) {
	rules := func(expr string) *redact.Redactor {
		file := filepath.Join(t.TempDir(), "rules.toml")
		if err := os.WriteFile(file, []byte("[[rules]]\nid = 'r'\nregex = '''"+expr+"'''\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := rulefile.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		return redact.New(set)
	}
	for _, c := range []struct{ name, expr, in, want string }{
		{"anywhere", `door-\w+`, "RUN open door-a1b2c3 now", "RUN open *** now"},
		{"at the start of the arguments", `^open (\w+)`, "RUN open a1b2c3 now", "RUN open *** now"},
		{"at the end", `(\w+) now$`, "RUN open a1b2c3 now", "RUN open *** now"},
		{"in an exec form", `--door (\w+)`, `CMD ["open", "--door", "a1b2c3"]`, `CMD ["open", "--door", "***"]`},
		{"over words of an exec form", `--door \w+`, `CMD ["open", "--door", "a1b2c3"]`, "CMD ***"},
		{"value of a variable", `DOOR=(\w+)`, "ENV DOOR=a1b2c3 X=y", "ENV DOOR=*** X=y"},
		{"twice", `DOOR=(\w+)`, "RUN echo a1b2c3 && DOOR=a1b2c3 open", "RUN echo *** && DOOR=*** open"},
		{"overlapping a built-in rule", `https://\w+:\w+@h\.io/\w+`, "RUN curl https://joe:" + "a1b2c3d4e5@h.io/door", "RUN curl ***"},
		{"with a built-in rule", `door-\w+`, "RUN curl -u joe:a1b2c3 door-a1", "RUN curl -u *** ***"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := instruction.Parse(c.in).Redacted(rules(c.expr)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestRedactedAgain redacts what was redacted before, as the conversion of a report does.
func TestRedactedAgain(t *testing.T) {
	for _, test := range redactions {
		if got := instruction.Parse(test.want).Redacted(nil); got != test.want {
			t.Errorf("%s: redacted again\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

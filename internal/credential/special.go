package credential

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// findFunc reads the secret at a keyword that stands from at to end, and gives where
// it is. Rules of form special have one instead of an expression.
type findFunc func(text []byte, at, end int, pl *Origin) (start, stop int, o Assessment)

const privateKeyID = "private-key"

func privateKeyRule() *Rule {
	return &Rule{
		ID: privateKeyID, Name: "a private key", Severity: critical, form: special, keywords: []string{pemBegin}, exact: true, strong: true, PrivateKey: true,
		Source: "RFC 7468, RFC 1421, RFC 9580, OpenSSH PROTOCOL.key",
		find: func(text []byte, at, _ int, _ *Origin) (int, int, Assessment) {
			n, o := privateKey(text[at:])
			return at, at + n, o
		},
	}
}

func puttyRule() *Rule {
	return &Rule{
		ID: "putty-private-key", Name: "a private key of PuTTY", Severity: critical, form: special, keywords: []string{puttyBegin}, exact: true, PrivateKey: true,
		Source: "https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html",
		find: func(text []byte, at, _ int, _ *Origin) (int, int, Assessment) {
			n, o := puttyKey(text[at:])
			return at, at + n, o
		},
	}
}

func jwtRule() *Rule {
	const expr = `eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}`
	return &Rule{
		ID: "jwt", Name: "a JSON Web Token", Severity: high, Source: "RFC 7519", check: jwt, reach: MaxReach, entropy: 3, exact: true, strong: true,
		expr: newExpression(`^` + expr),
		// {"alg", {"typ", {"kid", {"cty", {"x5t, and { "alg", { "typ" in base64
		keywords: []string{"eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJjdHki", "eyJ4NXQ", "eyAiYWxn", "eyAidHlw"},
	}
}

// urlRule finds user and password in a URL (RFC 3986, 3.2.1).
func urlRule() *Rule {
	return &Rule{
		ID: "url-password", Name: "a password in a URL", Severity: high, Source: "RFC 3986, section 3.2.1", form: special, evident: true, Variable: "PASSWORD",
		keywords: []string{"https://", "http://", "postgres://", "postgresql://", "mysql://", "mongodb://", "mongodb+srv://", "redis://", "rediss://", "amqp://", "amqps://", "ftp://", "sftp://", "smtp://", "smtps://", "ldap://", "ldaps://", "mssql://", "sqlserver://", "clickhouse://", "git+https://", "jdbc:",
			"mariadb://", "pgsql://", "mysql2://", "mysqlx://", "cockroachdb://", "oracle://", "couchdb://", "cassandra://", "neo4j://", "bolt://", "influxdb://", "elasticsearch://", "memcached://",
			"nats://", "mqtt://", "mqtts://", "stomp://", "kafka://", "imap://", "imaps://", "pop3://", "smb://", "cifs://", "socks5://", "proxy://", "ssh://", "svn://", "rtsp://", "ws://", "wss://", "cloudinary://", "sentry://",
			"+asyncpg://", "+psycopg2://", "+psycopg://", "+pymysql://", "+mysqldb://", "+pyodbc://", "+srv://", "+ssl://"},
		find: urlPassword,
	}
}

const maxAuthority = 256

func urlPassword(text []byte, at, end int, pl *Origin) (int, int, Assessment) {
	none := Assessment{}
	i := end
	if text[end-1] == ':' { // jdbc:
		if start, stop := oraclePassword(text[i:min(len(text), i+maxAuthority)]); stop > 0 {
			return i + start, i + stop, none
		}
		j := bytes.Index(text[i:min(len(text), i+24)], []byte("://"))
		if j < 0 {
			return at, at, none
		}
		i += j + 3
	}
	colon := -1
	for j := i; j < len(text) && j < i+maxAuthority; j++ {
		switch c := text[j]; {
		case c == ':' && colon < 0:
			colon = j
		case c == '@':
			if colon < 0 {
				return tokenUser(text, i, j)
			}
			user, pass := text[i:colon], text[colon+1:j]
			if !urlSecret(user, pass, text[j+1:min(len(text), j+64)]) {
				return at, at, none
			}
			o := none
			if pl.Binary || pl.Silent || len(pass) < 8 {
				o.Severity = medium
			}
			return colon + 1, j, o
		case c <= ' ' || c >= 0x7f || c == '/' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '\\' || c == '?' || c == ',' || c == ')' || c == '|':
			return at, at, none
		}
	}
	return at, at, none
}

var oracleURL = regexp.MustCompile(`^oracle:thin:[0-9A-Za-z_$#]{1,30}/([^\s@/"']{4,64})@`)

// oraclePassword finds the password of user/password@ in a URL of Oracle's driver.
func oraclePassword(text []byte) (start, stop int) {
	m := oracleURL.FindSubmatchIndex(text)
	if m == nil || placeholder(text[m[2]:m[3]]) {
		return 0, 0
	}
	return m[2], m[3]
}

// tokenUser is a long random user name without password, which is how Git hosts
// take tokens.
func tokenUser(text []byte, start, stop int) (int, int, Assessment) {
	user := text[start:stop]
	host := bytes.ToLower(text[stop:min(len(text), stop+64)])
	if bytes.Contains(host, []byte("sentry")) { // what reports errors to Sentry is no secret
		return start, start, Assessment{}
	}
	_, digits, upper, lowers, _ := classes(user)
	if len(user) < 20 || digits < 3 || upper+lowers < 6 || entropy(user) < 3.3 || placeholder(user) {
		return start, start, Assessment{}
	}
	return start, stop, Assessment{Severity: medium}
}

// urlSecret reports whether a URL's password is a real one.
func urlSecret(user, pass, host []byte) bool {
	if len(pass) < 4 || bytes.ContainsAny(pass, "${}%[](;&") && !bytes.Contains(pass, []byte("%")) || placeholder(pass) || reference(pass) {
		return false
	}
	low := string(bytes.ToLower(pass))
	for _, w := range [...]string{"pass", "pwd", "pw", "secret", "token", "bar", "baz", "port", "guest", "root", "admin", "test", "qux", "hunter"} {
		if low == w || low == w+"word" || low == w+"wd" {
			return false
		}
	}
	for _, h := range [...]string{"example.", "localhost", "127.0.0.1", "host", "foo", "server", "domain", "test.", "bar", "[", "{", "$", "%"} {
		if bytes.HasPrefix(bytes.ToLower(host), []byte(h)) {
			return false
		}
	}
	if bytes.Contains(host, []byte("example.")) || bytes.EqualFold(user, pass) {
		return false
	}
	letters, digits, _, _, other := classes(pass)
	return letters > 0 && (digits > 0 || other > 0 || len(pass) >= 12 || scrambled(pass)) && entropy(pass) >= 2
}

// authorizationRule finds the credentials of the HTTP header Authorization.
func authorizationRule() *Rule {
	return &Rule{
		ID: "http-authorization", Name: "the credentials of an HTTP Authorization header", Severity: medium, Source: "RFC 9110, section 11.6.2", form: special, evident: true, Variable: "TOKEN",
		keywords: []string{"authorization"},
		find:     authorization,
	}
}

var schemes = regexp.MustCompile(`^["']?\s{0,3}[:=,]\s{0,3}["']?(?i:(bearer|token|basic)) ([0-9A-Za-z._~+/=-]{8,})`)

func authorization(text []byte, _, end int, pl *Origin) (int, int, Assessment) {
	none := Assessment{}
	m := schemes.FindSubmatchIndex(text[end:min(len(text), end+2100)])
	if m == nil || pl.Silent {
		return end, end, none
	}
	start, stop := end+m[4], end+m[5]
	value := text[start:stop]
	if text[end+m[2]]|0x20 == 'b' && text[end+m[2]+1]|0x20 == 'a' { // Basic, RFC 7617
		raw, err := base64.StdEncoding.DecodeString(string(value))
		_, pass, ok := bytes.Cut(raw, []byte(":"))
		if err != nil || !ok || len(pass) < 4 || placeholder(pass) {
			return end, end, none
		}
		return start, stop, Assessment{Confirmed: true, Note: "It decodes to a user and a password."}
	}
	if len(value) < 16 || entropy(value) < 3 || placeholder(value) || identifier(value) {
		return end, end, none
	}
	return start, stop, none
}

// genericSecret is the kind of what only its name tells.
const genericSecret = "generic-secret"

func genericRule() *Rule {
	return &Rule{
		ID: genericSecret, Name: "a value whose name says that it is secret", Severity: medium, form: special, keywords: nameMarks(), named: true, Variable: "PASSWORD",
		Source: "the name that the value is given to", find: generic,
	}
}

func generic(text []byte, at, end int, pl *Origin) (int, int, Assessment) {
	none := Assessment{}
	if pl.wordless() {
		return at, at, none
	}
	for end > at && !nameByte(text[end-1]) { // the keyword goes beyond the name
		end--
	}
	for at < end && !nameByte(text[at]) {
		at++
	}
	if (pl.Binary || pl.prose && !pl.table) && !equals(text, end) {
		return at, at, none
	}
	a, ok := assignmentAt(text, at, end)
	if !ok {
		return at, at, none
	}
	counts, sure := a.counts(text, pl)
	if !counts || !secretName(a.written) && !(pl.Keeper && a.name == "auth") {
		return at, at, none
	}
	value := text[a.start:a.end]
	if !literalSecret(value, a.name, a.quoted) || miscounted(value) {
		return at, at, none
	}
	if long := longLine(text, a.start); (long || !sure) && !unmistakable(value, a.name) || long && !(a.quoted && a.private()) {
		return at, at, none
	}
	none.Name = a.written
	switch {
	case pl.Keeper:
		none.Severity = seaworthy.High
	case pl.Fixture:
		none.Severity = seaworthy.Low
	}
	return a.start, a.end, none
}

// counts reports whether a name that says that its value is secret means that where
// it stands. It is sure to in settings, and in code if the value is quoted; where it
// is not, the value must tell as well.
func (a *assignment) counts(text []byte, pl *Origin) (counts, sure bool) {
	switch {
	case pl.Binary:
		return a.environment(text), false
	case pl.minified:
		return a.quoted && a.private(), false
	case pl.table:
		return true, false
	case pl.prose:
		return !a.quoted && a.exported(text), false
	case a.bare, a.tested:
		return pl.Setting || a.tested, false
	case a.written == "PASS":
		return false, false // which is how tests end
	case a.quoted, a.paired, pl.Setting:
		return true, true
	case a.whole:
		return passwordName(a.name) || a.end-a.start >= 16, false
	default:
		return pl.log, false
	}
}

// unmistakable reports whether a value looks like a secret whatever it is given to.
func unmistakable(v []byte, name string) bool { return drawn(v) || passwordName(name) && mixed(v) }

// equals reports whether an equals sign follows the name that goes on at i. In
// programs few names have one, and all else of an assignment costs more to find out.
func equals(text []byte, i int) bool {
	limit := min(len(text), i+MaxName+1)
	for i < limit && nameByte(text[i]) {
		i++
	}
	return i < limit && text[i] == '='
}

// private reports whether a name says more than that its value is a key or a token,
// which programs in browsers have to themselves.
func (a *assignment) private() bool {
	return passwordName(a.name) || strings.Contains(a.name, "secret") || strings.Contains(a.name, "private")
}

// environment reports whether an assignment is a variable of an environment, as
// programs hold them: NAME=value between NUL bytes.
func (a *assignment) environment(text []byte) bool {
	from := a.start - len(a.written) - 1
	return variableName(a.written) && !a.quoted && from >= 0 && text[a.start-1] == '=' && (from == 0 || text[from-1] < ' ') && a.end < len(text) && text[a.end] == 0
}

// exported reports whether an assignment is a variable that a line of a document sets,
// as in a shell.
func (a *assignment) exported(text []byte) bool {
	from := a.start - len(a.written) - 1
	if !variableName(a.written) || from < 0 || text[a.start-1] != '=' {
		return false
	}
	line := text[max(0, from-MaxName):from]
	line = bytes.Trim(line[bytes.LastIndexByte(line, '\n')+1:], " \t$>")
	return len(line) == 0 || slices.Contains([]string{"export", "set", "ENV", "ARG", "$ export", "> set", "-e", "RUN"}, string(line))
}

// variableName reports whether a name is written as those of an environment are.
func variableName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isUpper(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return len(name) > 2
}

// miscounted is true for a value in the form of a token with a checksum that is
// wrong: whoever wrote it made it up.
func miscounted(v []byte) bool {
	if bytes.HasPrefix(v, []byte("eyJ")) && bytes.Count(v, []byte(".")) == 2 {
		return jwt(v).Rejected
	}
	for _, p := range [...]string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"} {
		if bytes.HasPrefix(v, []byte(p)) && len(v) == len(p)+36 {
			return checksummed(v).Rejected
		}
	}
	return false
}

const commandPassword = "command-password"

// commandRule is the kind of what a command line gives away.
func commandRule() *Rule {
	return &Rule{ID: commandPassword, Name: "a password on a command line", Severity: high, form: commandLine, keywords: commandMarks[:], Variable: "PASSWORD", Source: "the options of the program"}
}

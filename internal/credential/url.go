package credential

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// urlRule finds user and password in a URL (RFC 3986, 3.2.1).
func urlRule() *Rule {
	return &Rule{
		ID: "url-password", Name: "Password in a URL", Severity: high, Source: "RFC 3986, section 3.2.1", form: special, selfEvident: true, Variable: "PASSWORD",
		keywords: []string{"https://", "http://", "postgres://", "postgresql://", "mysql://", "mongodb://", "mongodb+srv://", "redis://", "rediss://", "amqp://", "amqps://", "ftp://", "sftp://", "smtp://", "smtps://", "ldap://", "ldaps://", "mssql://", "sqlserver://", "clickhouse://", "git+https://", "jdbc:",
			"mariadb://", "pgsql://", "mysql2://", "mysqlx://", "cockroachdb://", "oracle://", "couchdb://", "cassandra://", "neo4j://", "bolt://", "influxdb://", "elasticsearch://", "memcached://",
			"nats://", "mqtt://", "mqtts://", "stomp://", "kafka://", "imap://", "imaps://", "pop3://", "smb://", "cifs://", "socks5://", "proxy://", "ssh://", "svn://", "rtsp://", "ws://", "wss://", "cloudinary://", "sentry://",
			"+asyncpg://", "+psycopg2://", "+psycopg://", "+pymysql://", "+mysqldb://", "+pyodbc://", "+srv://", "+ssl://"},
		find: urlPassword,
	}
}

const maxAuthority = 4096 // with tokens of clouds as passwords

func urlPassword(text []byte, at, end int, origin *Origin) (int, int, Assessment) {
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
			if origin.Binary || origin.Silent || len(pass) < 8 {
				o.Severity = medium
			}
			return colon + 1, j, o
		case c <= ' ' || c >= 0x7f || c == '/' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == '\\' || c == '?':
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

// exampleHost reports whether a text starts with the name of a host that stands for
// others: host, server.com, db.example.org. This machine is one only if the password is not
// as those of generators are.
func exampleHost(text, pass []byte) bool {
	end := bytes.IndexFunc(text, func(r rune) bool { return r < 0x80 && !isAlnum(byte(r)) && r != '-' && r != '.' && r != '_' })
	if end == 0 && bytes.IndexByte([]byte("[{$%<"), text[0]) >= 0 && !bytes.HasPrefix(text, []byte("[::")) && !bytes.HasPrefix(text, []byte("[f")) && !bytes.HasPrefix(text, []byte("[2")) {
		return true
	}
	if end < 0 {
		end = len(text)
	}
	host := string(bytes.ToLower(text[:end]))
	if host == "localhost" || host == "127.0.0.1" {
		return !mixed(pass) && !drawn(pass)
	}
	first, rest, _ := strings.Cut(host, ".")
	switch rest {
	case "", "com", "org", "net", "io", "test", "tld":
		switch first {
		case "host", "hostname", "myhost", "yourhost", "foo", "bar", "server", "myserver", "yourserver", "domain", "mydomain", "yourdomain", "site", "test", "dbhost", "localhost":
			return true
		}
	}
	return slices.ContainsFunc(strings.Split(host, "."), func(label string) bool { return label == "example" || label == "yourdomain" || label == "mydomain" })
}

// urlSecret reports whether a URL's password is a real one.
func urlSecret(user, pass, host []byte) bool {
	if len(pass) < 4 || bytes.ContainsAny(pass, "${}[](;&,)|") && bytes.IndexByte(pass, '%') < 0 && !generated(pass) || placeholder(pass) || reference(pass) {
		return false
	}
	low := string(bytes.ToLower(pass))
	for _, w := range [...]string{"pass", "pwd", "pw", "secret", "token", "bar", "baz", "port", "guest", "root", "admin", "test", "qux", "hunter"} {
		if low == w || low == w+"word" || low == w+"wd" {
			return false
		}
	}
	if exampleHost(host, pass) || bytes.EqualFold(user, pass) {
		return false
	}
	letters, digits, _, _, other := classes(pass)
	return letters > 0 && (digits > 0 || other > 0 || len(pass) >= 12 || scrambled(pass)) && entropy(pass) >= 2
}

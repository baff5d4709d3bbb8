package credential

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy/internal/credential/secretname"
)

// Some files hold passwords in a form of their own, without a name before each.

const (
	credentialFile = "file-password"
	keyStore       = "key-store"
	maxCredentials = 1 << 20 // bytes of such a file
)

func credentialFileRule() *Rule {
	return &Rule{ID: credentialFile, Name: "Password in a credential file", Severity: high, form: ownFile, Variable: "PASSWORD", Source: "the manual of the program that reads the file"}
}

// spanned gives the places of passwords in a file.
type spanned func(text []byte) [][2]int

// credentialFiles are the files by their names. A name that starts with a slash is
// the end of a path.
var credentialFiles = [...]struct {
	names []string
	find  spanned
}{
	{[]string{".netrc", "_netrc", "/etc/apt/auth.conf"}, netrc},
	{[]string{".pgpass", "pgpass.conf"}, lineField(`^(?:[^:\\\n]|\\.)*:(?:[^:\\\n]|\\.)*:(?:[^:\\\n]|\\.)*:(?:[^:\\\n]|\\.)*:(.+)$`)},
	{[]string{"redis.conf", "sentinel.conf", "valkey.conf", "users.acl"}, lineField(`^\s*(?:requirepass|masterauth|sentinel auth-pass \S+)\s+"?([^"\s]+)|^\s*user .* >(\S+)`)},
	{[]string{"nslcd.conf", "ldap.conf", "slapd.conf", "pam_ldap.conf", "libnss-ldap.conf", "ldap.secret", "nss_ldap.conf", "openldap.conf"}, lineField(`(?i)^\s*(?:bindpw|rootbindpw|rootpw|binddn_password)\s+([^{\s]\S*)`)},
	{[]string{".msmtprc", "msmtprc", ".fetchmailrc", ".esmtprc", "ssmtp.conf", ".mbsyncrc", ".offlineimaprc"}, lineField(`(?i)^\s*(?:password|passwd|pass|AuthPass|remotepass)[ =]+"?([^"\s]+)`)},
	{[]string{"wpa_supplicant.conf"}, lineField(`^\s*(?:psk|password|private_key_passwd|wep_key[0-3])="?([^"\n]+)`)},
	{[]string{"sasl_passwd"}, lineField(`^\S+\s+[^\s:]+:(\S+)\s*$`)},
	{[]string{"chap-secrets", "pap-secrets"}, lineField(`^\s*\S+\s+\S+\s+"?([^"\s]{4,})`)},
	{[]string{"sitemanager.xml", "recentservers.xml", "filezilla.xml"}, lineField(`<Pass(?: encoding="base64")?>([^<]{4,})</Pass>`)},
	{[]string{".vault_pass", ".vault_pass.txt", "vault_pass.txt", ".vault-password", "vault-password.txt", "/config/master.key", "/config/credentials/production.key", "/config/credentials/staging.key", "/etc/rndc.secret"}, lineField(`^(\S{8,})\s*$`)},
	{[]string{"sftp-config.json", ".ftpconfig", "sftp.json"}, lineField(`"(?:password|passphrase|pass)"\s*:\s*"([^"]{4,})"`)},
	{[]string{"authinfo", ".authinfo"}, netrc},
	{[]string{".muttrc", "muttrc"}, lineField(`(?i)^\s*set\s+(?:imap|smtp|pop)_pass\s*=\s*["']?([^"'\s]{4,})`)},
	{[]string{"snmpd.conf", "snmptrapd.conf"}, snmp},
	{[]string{"user-data", "user-data.txt", "cloud-config.txt"}, userData},
	{[]string{"wp-config.php"}, lineField(`(?i)^\s*define\(\s*["'](?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)["']\s*,\s*'((?:[^'\\\n]|\\.){32,128})'`)},
	{[]string{"/.gem/credentials"}, lineField(`^:?[0-9A-Za-z_.-]{1,64}: +["']?([0-9A-Za-z_]{24,128})["']?\s*$`)},
	{[]string{"terraform.tfstate", "terraform.tfstate.backup"}, stateOfTerraform},
	{[]string{"/davfs2/secrets", "/.davfs2/secrets"}, lineField(`^[^#\s]\S*\s+\S+\s+"?([^"\s]{4,})"?\s*$`)},
	{[]string{"userlist.txt"}, lineField(`^"[^"\n]{1,64}" "([^"\n]{4,})"`)},
	{[]string{"ipsec.secrets"}, lineField(`^[^#\n]*:\s*(?:PSK|EAP|XAUTH|NTLM)\s+"?([^"\s]{6,})`)},
	{[]string{"rsyncd.secrets", "rsync.secrets"}, lineField(`^[^#:\s]+:(\S{4,})\s*$`)},
	{[]string{"/exim4/passwd.client"}, lineField(`^[^#:\s]+:[^:\s]+:(\S{4,})\s*$`)},
	{[]string{"/dovecot/users", "/dovecot/passwd"}, lineField(`^[^#:\s]+:\{PLAIN\}([^:\s]{4,})`)},
	{[]string{"passwd-s3fs", ".passwd-s3fs"}, lineField(`^[^#\n]*:([0-9A-Za-z+/]{40})\s*$`)},
	{[]string{".erlang.cookie"}, lineField(`^([0-9A-Za-z_-]{16,255})\s*$`)},
	{[]string{"/dbconfig-common/config"}, lineField(`^dbc_dbpass='([^'\n]{4,})'`)},
	{[]string{"tomcat-users.xml"}, lineField(`password="([^"]{4,})"`)},
}

// inOwnFile finds passwords by the name of the file.
func (s *finder) inOwnFile() {
	if len(s.text) == 0 || len(s.text) > maxCredentials {
		return
	}
	if r := s.rules.Rule(credentialFile); r.form == ownFile {
		for _, at := range credentialsIn(s.origin.Path, s.text) {
			v := s.text[at[0]:at[1]]
			if len(v) >= 4 && (unwritten(v) || !placeholder(v) && !reference(v)) {
				s.add(Match{Rule: r, from: at[0], to: at[1], Start: at[0], End: at[1]})
			}
		}
	}
}

// namedCredentials is one name of files in credentialFiles.
type namedCredentials struct {
	name string
	find spanned
}

// credentialsByBase gives credentialFiles by the last element of their names: every
// file is asked about.
var credentialsByBase = sync.OnceValue(func() map[string][]namedCredentials {
	byBase := make(map[string][]namedCredentials)
	for _, c := range credentialFiles {
		for _, name := range c.names {
			byBase[path.Base(name)] = append(byBase[path.Base(name)], namedCredentials{name, c.find})
		}
	}
	return byBase
})

func credentialsIn(name string, text []byte) [][2]int {
	base := strings.ToLower(path.Base(name))
	for _, c := range credentialsByBase()[base] {
		if c.name == base || strings.HasSuffix("/"+name, c.name) {
			return c.find(text)
		}
	}
	switch ext := path.Ext(base); ext {
	case ".csv":
		return passwordColumn(text)
	case ".sql":
		return oracleLogin(text)
	case "", ".txt", ".secret", ".pass", ".password", ".token":
		return wholeFile(strings.TrimSuffix(base, ext), text)
	}
	return nil
}

// lineField makes a finder of an expression for a line, whose groups are the
// password.
func lineField(expr string) spanned {
	e := regexp.MustCompile(`(?m)` + expr)
	return func(text []byte) (list [][2]int) {
		for _, m := range e.FindAllSubmatchIndex(text, MaxMatches) {
			for g := 2; g < len(m); g += 2 {
				if m[g] >= 0 {
					list = append(list, [2]int{m[g], m[g+1]})
				}
			}
		}
		return list
	}
}

var netrcPassword = regexp.MustCompile(`(?:^|\s)(?:password|passwd)\s+"?([^\s"]+)`)

func netrc(text []byte) (list [][2]int) {
	for _, m := range netrcPassword.FindAllSubmatchIndex(text, MaxMatches) {
		list = append(list, [2]int{m[2], m[3]})
	}
	return list
}

var (
	snmpCommunity = lineField(`^\s*r[ow]community6?\s+"?([^"\s]{4,})`)
	snmpUser      = lineField(`^\s*createUser\s+(?:-e\s+\S+\s+)?\S+\s+(?:MD5|SHA\S*)\s+"?([^"\s]{8,})"?(?:\s+(?:DES|AES\S*)\s+"?([^"\s]{8,}))?`)
	oracleLogin   = lineField(`(?i)^\s*conn(?:ect)?\s+\w{1,128}/"?([^@"\s]{6,128})"?@`)
	chpasswdList  = lineField(`^\s+(?:-\s+)?[a-z_][a-z0-9_-]{0,31}:([^\s$*!][^\s]{3,127})\s*$`)
)

// snmp finds what the agent of Net-SNMP is asked with; the communities that all
// the world knows are no secrets.
func snmp(text []byte) [][2]int {
	communities := slices.DeleteFunc(snmpCommunity(text), func(at [2]int) bool {
		v := string(text[at[0]:at[1]])
		return v == "public" || v == "private"
	})
	return append(communities, snmpUser(text)...)
}

var (
	stateType   = regexp.MustCompile(`"type": *"([^"]*)"`)
	stateResult = regexp.MustCompile(`"result": *"([^"\\\n]{6,256})"`)
)

// stateOfTerraform finds the results of random_password, which Terraform keeps in
// clear.
func stateOfTerraform(text []byte) (list [][2]int) {
	from := 0
	random := false
	for _, m := range stateResult.FindAllSubmatchIndex(text, MaxMatches) {
		for _, t := range stateType.FindAllSubmatch(text[from:m[0]], -1) {
			random = string(t[1]) == "random_password"
		}
		if from = m[1]; random {
			list = append(list, [2]int{m[2], m[3]})
		}
	}
	return list
}

// userData finds the passwords under chpasswd in a file for cloud-init.
func userData(text []byte) (list [][2]int) {
	const mark = "\nchpasswd:"
	from := bytes.Index(text, []byte(mark))
	if from < 0 {
		return nil
	}
	from += len(mark)
	block := text[from:]
	for i := 0; i < len(block); {
		n := bytes.IndexByte(block[i:], '\n')
		if n < 0 {
			break
		}
		if i += n + 1; i < len(block) && strings.IndexByte(" \t\r\n#-", block[i]) < 0 {
			block = block[:i] // the next key of the document
		}
	}
	for _, at := range chpasswdList(block) {
		if v := string(block[at[0]:at[1]]); v != "RANDOM" {
			list = append(list, [2]int{from + at[0], from + at[1]})
		}
	}
	return list
}

// passwordColumn finds the passwords in a table whose first line names a column
// for them, as browsers and password managers export.
func passwordColumn(text []byte) (list [][2]int) {
	head, _, ok := bytes.Cut(text, []byte("\n"))
	if !ok || len(head) > 1024 {
		return nil
	}
	column := -1
	for i, name := range strings.Split(strings.ToLower(strings.TrimSpace(string(head))), ",") {
		if name = strings.Trim(name, `" `); name == "password" || name == "passwort" || name == "login_password" {
			column = i
		}
	}
	if column < 0 {
		return nil
	}
	for at := len(head) + 1; at < len(text) && len(list) < MaxMatches; {
		end := at + bytes.IndexByte(text[at:], '\n')
		if end < at {
			end = len(text)
		}
		if from, to, ok := csvField(text, at, end, column); ok && to > from {
			list = append(list, [2]int{from, to})
		}
		at = end + 1
	}
	return list
}

// csvField finds the nth field of the line from at to end, without quotes.
func csvField(text []byte, at, end, n int) (from, to int, ok bool) {
	quoted, from := false, at
	for i := at; i <= end; i++ {
		switch {
		case i < end && text[i] == '"':
			quoted = !quoted
		case i == end || text[i] == ',' && !quoted:
			if n == 0 {
				to = i
				for to > from && (text[to-1] == '\r' || text[to-1] == '"') {
					to--
				}
				if from < to && text[from] == '"' {
					from++
				}
				return from, to, true
			}
			n, from = n-1, i+1
		}
	}
	return 0, 0, false
}

// wholeFile takes the only word of a file that is named for a secret: db_password,
// api-token.txt.
func wholeFile(name string, text []byte) [][2]int {
	word := bytes.TrimSpace(text)
	if len(word) < 6 || len(word) > MaxReach || bytes.ContainsAny(word, " \t\r\n") || !secretname.IsSecret(name) || !literalSecret(word, name, true) {
		return nil
	}
	from := bytes.Index(text, word)
	return [][2]int{{from, from + len(word)}}
}

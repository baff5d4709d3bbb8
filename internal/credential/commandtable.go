package credential

import (
	"slices"
	"strings"
	"sync"
)

// passwordOption says by which options a program takes a password.
type passwordOption struct {
	programs []string // mysql* is every program whose name starts so
	within   string   // an operand that must be there: "login"
	glued    []string // short options with the password right behind them: -pPASSWORD
	spaced   []string // short options with the password as the next word
	long     []string
	// after is the part of the value behind this separator: user:PASSWORD.
	after string
}

var passwordOptions = [...]passwordOption{
	{programs: []string{"mysql*", "mariadb*"}, glued: []string{"-p"}, long: []string{"--password"}},
	{programs: []string{"docker", "podman", "skopeo", "buildah", "helm", "oras", "crane", "nerdctl"}, within: "login", spaced: []string{"-p"}, long: []string{"--password"}},
	{programs: []string{"sshpass"}, glued: []string{"-p"}, spaced: []string{"-p"}},
	{programs: []string{"curl"}, spaced: []string{"-u", "-U"}, glued: []string{"-u", "-U"}, long: []string{"--user", "--proxy-user"}, after: ":"},
	{programs: []string{"wget"}, long: []string{"--password", "--http-password", "--ftp-password", "--proxy-password"}},
	{programs: []string{"redis-cli"}, spaced: []string{"-a"}, long: []string{"--pass"}},
	{programs: []string{"mongo", "mongosh", "mongodump", "mongorestore", "mongoimport", "mongoexport"}, spaced: []string{"-p"}, long: []string{"--password"}},
	{programs: []string{"ldapadd", "ldapmodify", "ldapsearch", "ldappasswd"}, spaced: []string{"-w"}},
	{programs: []string{"ldappasswd"}, spaced: []string{"-s"}},
	{programs: []string{"smbclient", "smbmap"}, spaced: []string{"-U"}, after: "%"},
	{programs: []string{"sqlcmd", "bcp"}, spaced: []string{"-P"}, glued: []string{"-P"}},
	{programs: []string{"keytool", "jarsigner"}, long: []string{"-storepass", "-keypass", "-srcstorepass", "-deststorepass"}},
	{programs: []string{"gpg", "gpg2", "borg"}, long: []string{"--passphrase"}},
	{programs: []string{"az"}, within: "login", spaced: []string{"-p"}, long: []string{"--password"}},
	{programs: []string{"unzip", "zip"}, spaced: []string{"-P"}},
	{programs: []string{"7z", "7za", "7zr", "rar", "unrar"}, glued: []string{"-p"}},
	{programs: []string{"twine"}, spaced: []string{"-p"}, long: []string{"--password"}},
	{programs: []string{"openssl"}, long: []string{"-passin", "-passout", "-pass"}, after: "pass:"},
	{programs: []string{"openssl"}, long: []string{"-k", "-password"}},
	{programs: []string{"oc"}, within: "login", spaced: []string{"-p"}, long: []string{"--password", "--token"}},
	{programs: []string{"vault"}, within: "login", long: []string{"-token"}},
	{programs: []string{"useradd", "usermod"}, spaced: []string{"-p"}},
	{programs: []string{"http", "https"}, spaced: []string{"-a"}, after: ":"},
	{programs: []string{"lftp"}, spaced: []string{"-u"}, after: ","},
	{programs: []string{"ssh-keygen"}, spaced: []string{"-N", "-P"}},
	{programs: []string{"kinit", "snowsql", "cqlsh", "influx"}, spaced: []string{"-p"}, long: []string{"--password", "-password"}},
}

// anyLong are the options that mean a secret whatever the program is.
var anyLong = [...]string{"--password", "--passwd", "--passphrase", "--api-key", "--apikey", "--token", "--auth-token", "--access-token", "--secret", "--secret-key", "--client-secret", "--requirepass", "--masterauth"}

// lettersByWord are the single-letter options whose values are passwords.
type lettersByWord struct {
	// exact has them by the word of a command behind which they stand, prefixed by
	// the start of one.
	exact, prefixed map[string]string
}

var passwordLetters = sync.OnceValue(func() lettersByWord {
	l := lettersByWord{map[string]string{}, map[string]string{}}
	for _, o := range passwordOptions {
		words := o.programs
		if o.within != "" {
			words = []string{o.within}
		}
		for _, w := range words {
			in := l.exact
			if prefix, open := strings.CutSuffix(w, "*"); open {
				w, in = prefix, l.prefixed
			}
			for _, option := range slices.Concat(o.spaced, o.glued) {
				if letter := strings.TrimPrefix(option, "-"); !strings.Contains(in[w], letter) {
					in[w] += letter
				}
			}
		}
	}
	return l
})

// PasswordLetters gives the single-letter options with a password behind a word of a
// command.
func PasswordLetters(word string) string {
	l := passwordLetters()
	letters := l.exact[word]
	for prefix, more := range l.prefixed {
		if strings.HasPrefix(word, prefix) {
			letters += more
		}
	}
	return letters
}

package credential

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// passwordOption says by which options a program takes a password.
type passwordOption struct {
	programs []string
	within   string // an operand that must be there: "login"
	glued    string // an option with the password right behind it: -pPASSWORD
	spaced   string // a short option with the password as the next word
	long     []string
	// after is the part of the value behind this separator: user:PASSWORD.
	after string
}

var passwordOptions = [...]passwordOption{
	{programs: []string{"mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "mariadb-admin", "mysqlimport"}, glued: "-p", long: []string{"--password"}},
	{programs: []string{"docker", "podman", "skopeo", "buildah", "helm", "oras", "crane", "nerdctl"}, within: "login", spaced: "-p", long: []string{"--password"}},
	{programs: []string{"sshpass"}, glued: "-p", spaced: "-p"},
	{programs: []string{"curl"}, spaced: "-u", glued: "-u", long: []string{"--user", "--proxy-user"}, after: ":"},
	{programs: []string{"wget"}, long: []string{"--password", "--http-password", "--ftp-password", "--proxy-password"}},
	{programs: []string{"redis-cli"}, spaced: "-a", long: []string{"--pass"}},
	{programs: []string{"mongo", "mongosh", "mongodump", "mongorestore"}, spaced: "-p", long: []string{"--password"}},
	{programs: []string{"ldapadd", "ldapmodify", "ldapsearch", "ldappasswd"}, spaced: "-w"},
	{programs: []string{"smbclient", "smbmap"}, spaced: "-U", after: "%"},
	{programs: []string{"sqlcmd", "bcp"}, spaced: "-P", glued: "-P"},
	{programs: []string{"keytool", "jarsigner"}, long: []string{"-storepass", "-keypass", "-srcstorepass", "-deststorepass"}},
	{programs: []string{"gpg", "gpg2", "borg"}, long: []string{"--passphrase"}},
	{programs: []string{"az"}, within: "login", spaced: "-p", long: []string{"--password"}},
	{programs: []string{"unzip", "zip"}, spaced: "-P"},
	{programs: []string{"7z", "7za", "rar", "unrar"}, glued: "-p"},
	{programs: []string{"twine"}, spaced: "-p", long: []string{"--password"}},
	{programs: []string{"openssl"}, long: []string{"-passin", "-passout", "-pass"}, after: "pass:"},
	{programs: []string{"openssl"}, long: []string{"-k", "-password"}},
	{programs: []string{"oc"}, within: "login", spaced: "-p", long: []string{"--password", "--token"}},
	{programs: []string{"vault"}, within: "login", long: []string{"-token"}},
	{programs: []string{"kinit", "snowsql", "cqlsh", "influx"}, spaced: "-p", long: []string{"--password", "-password"}},
}

// anyLong are the options that mean a secret whatever the program is.
var anyLong = [...]string{"--password", "--passwd", "--passphrase", "--api-key", "--apikey", "--token", "--auth-token", "--access-token", "--secret", "--secret-key", "--client-secret", "--requirepass", "--masterauth"}

// InCommands finds the passwords that commands are given as arguments.
func (rs *Rules) InCommands(commands []*shell.Command) []Match {
	var list []Match
	for _, c := range commands {
		for _, v := range passwordsOf(c) {
			if realPassword(v) {
				list = append(list, Match{Rule: rs.Rule(commandPassword), Value: []byte(v), Origin: Settings()})
			}
		}
	}
	return list
}

// passwordsOf gives the words of a command that are passwords.
func passwordsOf(c *shell.Command) []string {
	var list []string
	for i := range passwordOptions {
		if o := &passwordOptions[i]; o.of(c) {
			list = append(list, o.values(c.Args)...)
		}
	}
	list = append(list, (&passwordOption{long: anyLong[:]}).values(c.Args)...)
	switch c.Name {
	case "npm", "yarn", "pnpm":
		list = append(list, npmSettings(c)...)
	case "aws":
		if c.Has("configure") && (c.Has("aws_secret_access_key") || c.Has("aws_session_token")) {
			list = append(list, c.Args[len(c.Args)-1])
		}
	case "htpasswd":
		if operands := c.Operands(); c.HasShort('b') && len(operands) > 0 {
			list = append(list, operands[len(operands)-1])
		}
	case "rabbitmqctl":
		if operands := c.Operands(); len(operands) == 3 && (operands[0] == "add_user" || operands[0] == "change_password") {
			list = append(list, operands[2])
		}
	case "composer":
		if i := slices.IndexFunc(c.Args, func(a string) bool { return strings.HasPrefix(a, "http-basic.") }); i >= 0 && i+2 < len(c.Args) {
			list = append(list, c.Args[i+2])
		}
	case "sqlplus", "exp", "imp", "expdp", "impdp", "sqlldr", "rman":
		for _, a := range c.Args {
			if login, _, ok := strings.Cut(a, "@"); ok {
				if _, pass, ok := strings.Cut(login, "/"); ok {
					list = append(list, pass)
				}
			}
		}
	case "net":
		list = append(list, shareOf(c)...)
	case "echo", "printf":
		list = append(list, piped(c)...)
	case "chpasswd":
		for _, r := range c.Redirects {
			if strings.HasPrefix(r.Op, "<<") {
				list = append(list, userPasswords(r.Word)...)
			}
		}
	}
	return list
}

func (o *passwordOption) of(c *shell.Command) bool {
	for _, p := range o.programs {
		if p == c.Name {
			return o.within == "" || c.Has(o.within)
		}
	}
	return false
}

// values gives the values of the options in a command's arguments.
func (o *passwordOption) values(args []string) []string {
	var list []string
	take := func(v string) {
		if o.after != "" {
			_, pass, ok := strings.Cut(v, o.after)
			if !ok {
				return
			}
			v = pass
		}
		list = append(list, v)
	}
	for i, a := range args {
		next := ""
		if i+1 < len(args) {
			next = args[i+1]
		}
		if o.spaced != "" && a == o.spaced {
			take(next)
		}
		if o.glued != "" && len(a) > len(o.glued) && strings.HasPrefix(a, o.glued) {
			take(strings.TrimPrefix(a[len(o.glued):], "="))
		}
		for _, l := range o.long {
			if a == l {
				take(next)
			} else if v, ok := strings.CutPrefix(a, l+"="); ok {
				take(v)
			}
		}
	}
	return list
}

// npmSettings gives what npm is told to write to .npmrc.
func npmSettings(c *shell.Command) []string {
	var list []string
	for i, a := range c.Args {
		for _, name := range [...]string{"_authToken", "_auth", "_password"} {
			if strings.HasSuffix(a, name) && i+1 < len(c.Args) {
				list = append(list, c.Args[i+1])
			} else if _, v, ok := strings.Cut(a, name+"="); ok {
				list = append(list, v)
			}
		}
	}
	return list
}

// shareOf gives the password of net use on Windows: the word behind the name of
// the share.
func shareOf(c *shell.Command) []string {
	if !c.Has("use") {
		return nil
	}
	share := slices.IndexFunc(c.Args, func(a string) bool { return strings.HasPrefix(a, `\`) })
	for _, a := range c.Args[share+1:] {
		if share >= 0 && !strings.HasPrefix(a, "/") {
			return []string{a}
		}
	}
	return nil
}

// piped gives the passwords that echo sends into a program that reads one, or
// into a file that one reads.
func piped(c *shell.Command) []string {
	text := strings.ReplaceAll(strings.Join(c.Operands(), " "), `\n`, "\n")
	if c.Reaches(func(r *shell.Command) bool { return r.Name == "chpasswd" }) != nil {
		return userPasswords(text)
	}
	if c.Reaches(func(r *shell.Command) bool { return r.Has("--password-stdin", "--stdin") || r.Name == "passwd" }) != nil {
		return strings.Fields(text)[:min(1, len(strings.Fields(text)))]
	}
	var list []string
	for _, r := range c.Redirects {
		if strings.HasPrefix(r.Op, ">") && strings.HasSuffix(r.Word, "netrc") {
			for _, at := range netrc([]byte(text)) {
				list = append(list, text[at[0]:at[1]])
			}
		}
	}
	return list
}

// userPasswords reads lines of user:password as chpasswd does.
func userPasswords(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if user, pass, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && user != "" && !strings.HasPrefix(pass, "$") {
			list = append(list, pass)
		}
	}
	return list
}

// realPassword reports whether a word on a command line can be a password itself.
func realPassword(v string) bool {
	return len(v) >= 4 && !strings.ContainsAny(v, "$`{}<>") && !strings.Contains(v, "**") && !strings.HasPrefix(v, "-") && !strings.HasPrefix(v, "/") &&
		!(strings.EqualFold(v, "password") || strings.EqualFold(v, "stdin") || strings.EqualFold(v, "true") || strings.EqualFold(v, "false"))
}

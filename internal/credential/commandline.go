package credential

import (
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

// InCommands finds the passwords that commands are given as arguments.
func (rs *Rules) InCommands(commands []*shell.Command) []Match {
	var list []Match
	pipes := newPipes()
	for _, c := range commands {
		for _, v := range pipes.passwordsOf(c) {
			if realPassword(v) {
				list = append(list, Match{Rule: rs.Rule(commandPassword), Value: []byte(v), Origin: Settings()})
			}
		}
	}
	return list
}

// pipes knows which commands write into one that reads passwords.
type pipes struct{ accounts, password readers }

func newPipes() *pipes {
	return &pipes{
		accounts: readers{func(c *shell.Command) bool { return c.Name == "chpasswd" }, map[*shell.Command]bool{}},
		password: readers{func(c *shell.Command) bool { return c.Has("--password-stdin", "--stdin") || c.Name == "passwd" }, map[*shell.Command]bool{}},
	}
}

// readers are the commands for which is is true, with what is known of others.
type readers struct {
	is    func(*shell.Command) bool
	known map[*shell.Command]bool
}

// reaches reports whether the output of a command goes into one of the readers,
// directly or through others. All calls together take time linear in the commands.
func (r *readers) reaches(c *shell.Command) bool {
	if found, ok := r.known[c]; ok {
		return found
	}
	r.known[c] = false // for what goes in a circle
	for _, next := range c.Into {
		if r.is(next) || r.reaches(next) {
			r.known[c] = true
			break
		}
	}
	return r.known[c]
}

// passwordsOf gives the words of a command that are passwords.
func (p *pipes) passwordsOf(c *shell.Command) []string {
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
		list = append(list, p.piped(c)...)
	case "chpasswd":
		for _, r := range c.Redirects {
			if strings.HasPrefix(r.Op, "<<") {
				list = append(list, userPasswords(r.Word)...)
			}
		}
	}
	return list
}

// isProgram reports whether a command has the name of a program in the table.
func isProgram(listed, name string) bool {
	prefix, open := strings.CutSuffix(listed, "*")
	return listed == name || open && strings.HasPrefix(name, prefix)
}

func (o *passwordOption) of(c *shell.Command) bool {
	return slices.ContainsFunc(o.programs, func(p string) bool { return isProgram(p, c.Name) }) && (o.within == "" || c.Has(o.within))
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
		if slices.Contains(o.spaced, a) {
			take(next)
		}
		for _, g := range o.glued {
			if len(a) > len(g) && strings.HasPrefix(a, g) {
				take(strings.TrimPrefix(a[len(g):], "="))
			}
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

// npmSettings gives the credentials that npm writes to .npmrc.
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
func (p *pipes) piped(c *shell.Command) []string {
	text := strings.ReplaceAll(strings.Join(c.Operands(), " "), `\n`, "\n")
	if p.accounts.reaches(c) {
		return userPasswords(text)
	}
	if p.password.reaches(c) {
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
	if generated([]byte(v)) {
		return !template.MatchString(v) && v[0] != '$'
	}
	return len(v) >= 4 && !strings.ContainsAny(v, "$`{}<>") && !strings.Contains(v, "**") && !strings.HasPrefix(v, "-") && !strings.HasPrefix(v, "/") &&
		!(strings.EqualFold(v, "password") || strings.EqualFold(v, "stdin") || strings.EqualFold(v, "true") || strings.EqualFold(v, "false"))
}

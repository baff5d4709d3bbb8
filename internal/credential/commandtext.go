package credential

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"seaworthy.dev/seaworthy/internal/shell"
)

const commandPassword = "command-password"

// commandRule is the kind of what a command line gives away.
func commandRule() *Rule {
	return &Rule{ID: commandPassword, Name: "Password on a command line", Severity: high, form: commandLine, keywords: commandMarks[:], Variable: "PASSWORD", Source: "the options of the program"}
}

// Command lines are not only in instructions: scripts, shell histories and the
// steps of pipelines are full of them.

// commandMarks are pieces of command lines that may hold a password.
var commandMarks = [...]string{
	"docker login", "podman login", "helm registry", "skopeo login", "buildah login", "az login", "vault login", "oc login", "sshpass -p", "chpasswd",
	"htpasswd -", "mysql -", "mysqldump -", "mysqladmin -", "mariadb -", "redis-cli -", "curl -", "curl \\", "wget -", "wget \\", "mysql \\", "smbclient ", "ldapsearch -",
	"ldapadd -", "ldapmodify -", "sqlcmd -", "sqlplus ", "keytool -", "openssl ", "mongosh ", "mongo -", "mongodump ", "rabbitmqctl ", "unzip -", "net use ", "redis-server ", "twine upload",
	"npm config", "aws configure", "composer config", "pgpassword=", "passwd --stdin", "--password", "--passwd", "--passphrase",
}

// maxCommandLine limits the text that is read as one command.
const maxCommandLine = 16 << 10

// prompts are what stands in front of a command in a history, a pipeline or an
// answer to "how do I".
var prompts = regexp.MustCompile(`^\s*(?:(?:- )?(?:run|command|script|cmd|entrypoint|exec|test|ExecStart|ExecStartPre)\s*[:=]\s*[|>]?\s*|- |\$ |# |> |\+ |RUN |CMD |: [0-9]{9,11}:[0-9]+;|[0-9]{1,5}  )+["']?`)

// inCommandLine finds the passwords in the command line around a place. Before is
// where the last line that was read starts, so that none is read twice.
func (s *finder) inCommandLine(r *Rule, at int) {
	from := max(0, at-maxCommandLine)
	if i := bytes.LastIndexByte(s.text[from:at], '\n'); i >= 0 {
		from += i + 1
	}
	if from < s.command || s.origin.Binary || s.origin.Silent || s.origin.prose {
		return
	}
	to := min(len(s.text), from+maxCommandLine)
	for next := at; ; { // the lines that a backslash joins
		i := bytes.IndexByte(s.text[next:to], '\n')
		if i < 0 {
			break
		}
		if next += i + 1; next < 2 || s.text[next-2] != '\\' {
			to = next
			break
		}
	}
	s.command = to
	s.spend(commandLineWork + commandWork*(to-from))
	line := s.text[from:to]
	if m := prompts.FindIndex(line); m != nil {
		line = line[m[1]:]
	}
	pipes := newPipes()
	for _, c := range commandsOf(strings.TrimSpace(string(line))) {
		for _, v := range pipes.passwordsOf(c) {
			if !realPassword(v) || !unlikeWord([]byte(v)) {
				continue
			}
			i := bytes.Index(s.text[from:to], []byte(v))
			if i < 0 {
				continue // put together by the shell
			}
			start := from + i
			s.add(Match{Rule: r, from: start, to: start + len(v), Start: start, End: start + len(v)})
		}
	}
}

// commandsOf gives the commands of a line, which may be the words of a command in
// JSON, as in a Dockerfile.
func commandsOf(line string) []*shell.Command {
	var argv []string
	if strings.HasPrefix(line, "[") && json.Unmarshal([]byte(line), &argv) == nil {
		commands, _ := shell.ParseArgs(argv)
		return commands
	}
	commands, _ := shell.Parse(line, shell.POSIX)
	return commands
}

// unlikeWord reports whether a value is none of the words that stand in the place of
// a password where commands are written about.
func unlikeWord(v []byte) bool {
	if placeholder(v) || reference(v) || bytes.ContainsFunc(v, func(r rune) bool { return r > 0x7e || r < 0x21 }) {
		return false
	}
	letters, digits, upper, lowers, other := classes(v)
	return digits > 0 && letters+other > 0 || other > 0 && !wordsOnly(v) || upper > 2 && lowers > 2 && letters >= 12
}

package buildcheck

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
	"seaworthy.dev/seaworthy/internal/shell"
)

// fetchChecks are the checks of how the build downloaded and installed.
func fetchChecks() []check.Check {
	return []check.Check{
		{
			ID: "package-unverified", Title: "The build installs packages without verifying signatures",
			Severity: seaworthy.High,
			CIS:      []string{"4.11"},
			Detail:   "An attacker on the network, or on a mirror, decides what is installed, as root.",
			Remedy:   check.Remedy("Remove the option, and add the repository's key to the package manager instead."),
			Find:     findUnverifiedPackages,
		},
		{
			ID: "download-tls-off", Title: "The build downloads without verifying the server",
			Severity: seaworthy.High,
			CIS:      []string{"4.11", "4.12"},
			Detail:   "An attacker on the network decides what is in the image.",
			Remedy:   check.Remedy("Remove the option. Add the certificate of a private authority to the trust store of the build stage instead."),
			Find:     findTLSOff,
		},
		{
			ID: "download-run", Title: "The build runs a script straight from the network",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.11", "4.12"},
			Detail:   "What runs is whatever the server sends at that moment. It was not reviewed, and the next build may get something else.",
			Remedy: check.Remedy(
				"Download a fixed version of the script, verify its checksum, then run it; or install a signed package.",
				seaworthy.Command(`echo "SUM  FILE" | sha256sum -c`),
			),
			Find: findDownloadRun,
		},
		{
			ID: "download-plain-http", Title: "The build downloads over plain HTTP without verification",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.11", "4.12"},
			Detail:   "An attacker on the network can replace what is in the image.",
			Remedy:   check.Remedy("Use https, and verify the checksum in the same step.", seaworthy.Command(`echo "SUM  FILE" | sha256sum -c`)),
			Find:     findPlainHTTP,
		},
	}
}

// lax is a way to turn off what a program verifies.
type lax struct {
	programs []string
	// options are arguments, as Command.Has takes them; short is one letter.
	options []string
	short   byte
	// follows are words that stand one after the other among the arguments, the
	// last one also after an equals sign.
	follows [][2]string
	// holds are parts of an argument, in lower case without blanks.
	holds []string
	// severity replaces that of the check.
	severity seaworthy.Severity
}

var (
	aptTools = []string{"apt-get", "apt", "aptitude", "apt-fast"}
	dnfTools = []string{"yum", "dnf", "dnf5", "microdnf", "tdnf", "yum-config-manager", "rpm-ostree"}
)

// laxPackages are the ways of installing packages without verification.
var laxPackages = []lax{
	{programs: []string{"apk"}, options: []string{"--allow-untrusted"}},
	{
		programs: aptTools, options: []string{"--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"},
		holds: []string{
			"allowunauthenticated=true", "allowunauthenticated=1", "allowunauthenticated=yes",
			"allowinsecurerepositories=true", "allowinsecurerepositories=1", "allowinsecurerepositories=yes",
		},
	},
	{programs: dnfTools, options: []string{"--nogpgcheck", "--no-gpgchecks", "--no-gpg-checks"}, holds: []string{"--setopt=gpgcheck=0", "--setopt=gpgcheck=false", ".gpgcheck=0"}},
	{programs: []string{"zypper"}, options: []string{"--no-gpg-checks", "--allow-unsigned-rpm"}, follows: [][2]string{{"--gpg-auto-import-keys", ""}}},
	{programs: []string{"rpm"}, options: []string{"--nosignature", "--nodigest"}},
	{programs: []string{"pip", "pip2", "pip3", "pipx", "pipenv", "poetry"}, options: []string{"--trusted-host"}, follows: [][2]string{{"global.trusted-host", ""}, {"install.trusted-host", ""}}},
	{programs: []string{"uv"}, options: []string{"--allow-insecure-host", "--trusted-host"}},
	{
		programs: []string{"npm", "yarn", "yarnpkg", "pnpm"}, options: []string{"--no-strict-ssl"},
		follows: [][2]string{{"strict-ssl", "false"}, {"--strict-ssl", "false"}, {"enableStrictSsl", "false"}},
	},
	{programs: []string{"composer"}, options: []string{"--disable-tls"}, follows: [][2]string{{"secure-http", "false"}, {"disable-tls", "true"}}},
	{programs: []string{"conda", "mamba", "micromamba"}, options: []string{"--insecure"}, follows: [][2]string{{"ssl_verify", "false"}, {"ssl_verify", "no"}}},
	{programs: []string{"go"}, options: []string{"-insecure"}, follows: [][2]string{{"GOSUMDB", "off"}}},
	{programs: []string{"opkg"}, options: []string{"--no-check-certificate", "--force-checksum"}},
}

// laxDownloads are the ways of downloading from any server.
var laxDownloads = []lax{
	{programs: []string{"curl"}, options: []string{"--insecure", "--proxy-insecure"}, short: 'k'},
	{programs: []string{"wget", "wget2"}, options: []string{"--no-check-certificate"}, follows: [][2]string{{"--check-certificate", "off"}}},
	{programs: []string{"aria2c"}, follows: [][2]string{{"--check-certificate", "false"}}},
	{programs: []string{"http", "https", "xh"}, follows: [][2]string{{"--verify", "no"}, {"--verify", "false"}}},
	{programs: []string{"git"}, follows: [][2]string{{"http.sslVerify", "false"}, {"http.sslVerify", "0"}, {"http.sslverify", "false"}}},
	{programs: []string{"svn"}, options: []string{"--trust-server-cert"}, holds: []string{"--trust-server-cert-failures"}},
	{programs: []string{"skopeo", "podman", "buildah", "crane"}, follows: [][2]string{{"--tls-verify", "false"}, {"--src-tls-verify", "false"}}},
	{programs: []string{"helm", "kubectl", "oc"}, options: []string{"--insecure-skip-tls-verify"}},
	{programs: []string{"aws"}, options: []string{"--no-verify-ssl"}},
	{programs: []string{"ssh", "scp", "sftp", "rsync", "git"}, holds: []string{"stricthostkeychecking=no"}, severity: seaworthy.Medium},
}

// found gives the words that turn off what a command verifies, "" if none.
func (l *lax) found(c *shell.Command) string {
	if !slices.Contains(l.programs, c.Name) {
		return ""
	}
	for _, o := range l.options {
		if c.Has(o) {
			return o
		}
	}
	if l.short != 0 && c.HasShort(l.short) {
		return "-" + string(l.short)
	}
	for i, a := range c.Args {
		for _, f := range l.follows {
			next := ""
			if i+1 < len(c.Args) {
				next = c.Args[i+1]
			}
			if a == f[0] && (f[1] == "" || next == f[1]) || a == f[0]+"="+f[1] {
				return strings.TrimSpace(f[0] + " " + f[1])
			}
		}
		if len(l.holds) > 0 {
			flat := strings.ToLower(strings.ReplaceAll(a[:min(len(a), check.MaxShown)], " ", ""))
			for _, h := range l.holds {
				if strings.Contains(flat, h) {
					return h
				}
			}
		}
	}
	return ""
}

// unverified lists the commands of the build that one of the lax ways is for.
func unverified(s *check.Image, ways []lax, more func(*shell.Command) string) []check.Violation {
	var list []check.Violation
	for _, r := range s.Runs {
		for _, c := range r.Commands {
			words, severity := more(c), seaworthy.Unknown
			for i := range ways {
				if words == "" {
					words, severity = ways[i].found(c), ways[i].severity
				}
			}
			if words == "" {
				continue
			}
			v := check.Violation{Severity: severity, Evidence: fetchEvidence(c, words), Locations: r.Locations}
			if r.Verifies {
				v.Severity = seaworthy.Low
				v.Detail = "The same step verifies a checksum or signature, which may be that of the download."
			}
			list = append(list, v)
		}
	}
	return list
}

// fetchEvidence shows the program, the words that matter and the URLs.
func fetchEvidence(c *shell.Command, words string) string {
	text := strings.TrimSpace(c.Name + " " + words)
	for _, u := range urlsOf(c) {
		text += " " + u
	}
	return check.Redacted(text)
}

// maxURLs bounds the URLs that are shown of one command.
const maxURLs = 4

// urlsOf gives the URLs among the arguments of a command, without user
// information, query and fragment.
func urlsOf(c *shell.Command) []string {
	var list []string
	for _, a := range c.Args {
		if i := strings.Index(a, "http"); i >= 0 && strings.HasPrefix(strings.TrimPrefix(a[i+4:], "s"), "://") && len(list) < maxURLs {
			word, _, _ := strings.Cut(a[i:], " ")
			if u, err := url.Parse(word); err == nil {
				list = append(list, u.Scheme+"://"+u.Host+u.Path)
			}
		}
	}
	return list
}

func findUnverifiedPackages(s *check.Image) []check.Violation {
	return unverified(s, laxPackages, func(c *shell.Command) string {
		texts := slices.Clone(c.Args)
		for _, r := range c.Redirects {
			if r.Op == "<<" || r.Op == "<<-" || r.Op == "<<<" {
				texts = append(texts, r.Word)
			}
		}
		for _, t := range texts {
			if words := unverifiedRepository(t); words != "" {
				return words
			}
		}
		return ""
	})
}

// unverifiedRepository gives the words by which a text that a command writes, a
// source of apt or a repository of yum, turns verification off.
func unverifiedRepository(text string) string {
	if len(text) > check.MaxTextSize {
		return ""
	}
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, "trusted=yes") && strings.Contains(low, "["):
		return "[trusted=yes]"
	case strings.Contains(low, "allow-insecure=yes"):
		return "[allow-insecure=yes]"
	}
	for _, off := range []string{"gpgcheck=0", "gpgcheck = 0", "gpgcheck=false", "gpgcheck=no"} {
		for rest := low; ; {
			before, after, ok := strings.Cut(rest, off)
			if !ok {
				break
			}
			// A signature of the list adds to those of the packages, and few have it.
			if !strings.HasSuffix(before, "repo_") && !strings.HasSuffix(before, "localpkg_") {
				return off
			}
			rest = after
		}
	}
	return ""
}

func findTLSOff(s *check.Image) []check.Violation {
	return unverified(s, laxDownloads, func(c *shell.Command) string {
		for _, a := range c.Assigns {
			if tlsOff(a.Key, a.Value) {
				return "with " + a.Key + "=" + a.Value
			}
		}
		if c.Name == "export" {
			for _, a := range c.Args {
				if name, value, ok := strings.Cut(a, "="); ok && tlsOff(name, value) {
					return a
				}
			}
		}
		return ""
	})
}

func downloads(c *shell.Command) bool {
	switch c.Name {
	case "curl", "wget", "wget2", "fetch", "aria2c", "http", "https", "iwr", "invoke-webrequest":
		return true
	}
	return false
}

func findDownloadRun(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, r := range s.Runs {
		files := map[string]*shell.Command{} // what was downloaded to where
		for _, c := range r.Commands {
			how := ""
			if from, ok := files[scriptOf(c)]; ok && !r.Verifies {
				c, how = from, fetchEvidence(from, "")+"; "+evidenceOf(c)
			} else if downloads(c) {
				if file := savedAs(c); file != "" {
					files[file] = c
				}
				if to := c.FindReader(func(to *shell.Command) bool { return runsInput(to, c) }); to != nil {
					how = fetchEvidence(c, "") + " | " + cmp.Or(to.Name, "command")
				}
			}
			if how == "" {
				continue
			}
			v := check.Violation{Evidence: check.Redacted(how), Locations: r.Locations}
			if fetchesPlain(c) || slices.ContainsFunc(laxDownloads, func(l lax) bool { return l.found(c) != "" }) {
				v.Severity = seaworthy.High
				v.Detail = "Nothing protects the transfer."
			}
			list = append(list, v)
		}
	}
	return list
}

// savedAs is the base name of the file that a command downloads to; "" if it
// writes to its standard output or it is not known.
func savedAs(c *shell.Command) string {
	for _, r := range c.Redirects {
		if r.Op == ">" && r.FD == "" {
			return path.Base(r.Word)
		}
	}
	remote := c.Name == "wget" || c.Name == "wget2"
	for i, a := range c.Args {
		switch {
		case strings.HasPrefix(a, "--output=") || strings.HasPrefix(a, "--output-document="):
			_, file, _ := strings.Cut(a, "=")
			return path.Base(file)
		case a == "--remote-name", c.Name == "curl" && shortOption(a, 'O'):
			remote = true
		case i+1 < len(c.Args) && (a == "--output" || a == "--output-document" ||
			c.Name == "curl" && shortOption(a, 'o') || c.Name == "wget" && shortOption(a, 'O')):
			return path.Base(c.Args[i+1])
		}
	}
	if urls := urlsOf(c); remote && len(urls) > 0 {
		return path.Base(urls[0])
	}
	return ""
}

// shortOption is true for a group of single-letter options that ends in letter,
// so that a value of its own follows in the next word.
func shortOption(arg string, letter byte) bool {
	return len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && arg[len(arg)-1] == letter
}

// scriptOf is the base name of the file that a command runs: its own, or the
// script that an interpreter is given; "" if it is none that could have been
// downloaded.
func scriptOf(c *shell.Command) string {
	if interpreters[c.Name] || c.IsShell() || c.Name == "source" || c.Name == "." {
		if operands := c.Operands(); len(operands) > 0 {
			return path.Base(operands[0])
		}
		return ""
	}
	if strings.Contains(c.Path, "/") {
		return path.Base(c.Path)
	}
	return ""
}

var interpreters = map[string]bool{
	"python": true, "python2": true, "python3": true, "perl": true, "ruby": true, "node": true, "php": true,
}

// runsInput is true if a command that gets the output of a download runs it as
// a program, rather than reads it as data.
func runsInput(to, download *shell.Command) bool {
	// The output stands in an argument: sh -c "$(curl …)", bash <(curl …).
	inArgument := slices.ContainsFunc(to.Args, func(a string) bool {
		a = a[:min(len(a), maxArgument)]
		return (strings.Contains(a, "$(") || strings.Contains(a, "<(") || strings.Contains(a, "`")) && strings.Contains(a, download.Name)
	})
	// Options by which an interpreter reads its program from elsewhere.
	elsewhere := "c"
	switch {
	case to.Name == "":
		return len(to.Assigns) == 0
	case to.Name == "eval", to.Name == "source", to.Name == ".", to.Name == "iex", to.Name == "invoke-expression":
		return true
	case interpreters[to.Name]:
		elsewhere = "cemnr"
	case !to.IsShell():
		return false
	case to.HasShort('s'):
		return true
	}
	if inArgument || slices.Contains(to.Args, "-") || slices.Contains(to.Args, "/dev/stdin") {
		return true
	}
	for _, letter := range []byte(elsewhere) {
		if to.HasShort(letter) {
			return false
		}
	}
	operands := to.Operands()
	return len(operands) == 0 || operands[0] == "pipefail" && len(operands) == 1
}

// maxArgument bounds how much of an argument is searched, in bytes.
const maxArgument = 1 << 16

func findPlainHTTP(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, r := range s.Runs {
		if r.Verifies {
			continue
		}
		for _, c := range r.Commands {
			switch {
			case downloads(c):
			case c.Name == "git" && c.Has("clone", "fetch", "pull"):
			case strings.HasPrefix(c.Name, "pip") && c.Has("install", "download"), c.Name == "gem", c.Name == "rpm":
			default:
				continue
			}
			if fetchesPlain(c) {
				list = append(list, check.Violation{Evidence: fetchEvidence(c, ""), Locations: r.Locations})
			}
		}
	}
	return list
}

// fetchesPlain is true if one of the arguments of a command that downloads is a
// URL of plain HTTP, other than of a proxy or in what is sent.
func fetchesPlain(c *shell.Command) bool {
	for i, a := range c.Args {
		if i > 0 && slices.Contains([]string{"-x", "--proxy", "--preproxy", "-H", "--header", "-d", "--data", "-e", "--referer", "-A"}, c.Args[i-1]) {
			continue
		}
		if name, value, ok := strings.Cut(a, "="); ok && strings.HasPrefix(name, "--") && !strings.Contains(name, "proxy") && !strings.Contains(name, "referer") {
			a = value
		}
		if plainRemote(a) {
			return true
		}
	}
	return false
}

// plainRemote is true for a URL of plain HTTP to another machine.
func plainRemote(u string) bool {
	rest, ok := strings.CutPrefix(u, "http://")
	host, _, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(host, ":")
	return ok && name != "localhost" && !strings.HasPrefix(name, "127.") && !strings.HasPrefix(host, "[::1]")
}

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

// fetchChecks returns the checks of downloads and installations in the build.
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

// bypass is a way to turn off the verification of a program by its arguments.
type bypass struct {
	programs []string
	// options are arguments as in Command.Has. short is a single-letter option.
	options []string
	short   byte
	// follows are two arguments in a row; the second may also follow an equals sign in the
	// first.
	follows [][2]string
	// holds are parts of an argument, in lower case and without blanks.
	holds []string
	// severity replaces that of the check.
	severity seaworthy.Severity
}

var (
	aptTools = []string{"apt-get", "apt", "aptitude", "apt-fast"}
	dnfTools = []string{"yum", "dnf", "dnf5", "microdnf", "tdnf", "yum-config-manager", "rpm-ostree"}
)

// unverifiedInstalls are the ways to install packages without verification.
var unverifiedInstalls = []bypass{
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

// unverifiedDownloads are the ways to download without verifying the certificate of the
// server.
var unverifiedDownloads = []bypass{
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

// found returns the arguments of a command that turn off verification, "" if there are
// none.
func (b *bypass) found(c *shell.Command) string {
	if !slices.Contains(b.programs, c.Name) {
		return ""
	}
	for _, o := range b.options {
		if c.Has(o) {
			return o
		}
	}
	if b.short != 0 && c.HasShort(b.short) {
		return "-" + string(b.short)
	}
	for i, a := range c.Args {
		for _, f := range b.follows {
			next := ""
			if i+1 < len(c.Args) {
				next = c.Args[i+1]
			}
			if a == f[0] && (f[1] == "" || next == f[1]) || a == f[0]+"="+f[1] {
				return strings.TrimSpace(f[0] + " " + f[1])
			}
		}
		if len(b.holds) > 0 {
			flat := strings.ToLower(strings.ReplaceAll(a[:min(len(a), check.MaxShown)], " ", ""))
			for _, h := range b.holds {
				if strings.Contains(flat, h) {
					return h
				}
			}
		}
	}
	return ""
}

// findBypasses returns a violation for each command of the build that uses one of the
// ways, or for which more returns words.
func findBypasses(s *check.Image, ways []bypass, more func(*shell.Command) string) []check.Violation {
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
			v := check.Violation{Severity: severity, Evidence: fetchEvidence(s, c, words), Locations: r.Locations}
			if r.Verifies {
				v.Severity = seaworthy.Low
				v.Detail = "The same step verifies a checksum or signature, which may be that of the download."
			}
			list = append(list, v)
		}
	}
	return list
}

// fetchEvidence returns the program, the words that matter and the URLs of a command.
func fetchEvidence(s *check.Image, c *shell.Command, words string) string {
	text := strings.TrimSpace(c.Name + " " + words)
	for _, u := range urlsOf(c) {
		text += " " + u
	}
	return s.Redacted(text)
}

// maxURLs limits the URLs of one command that are shown.
const maxURLs = 4

// urlsOf returns the URLs among the arguments of a command, without user information,
// query and fragment.
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
	return findBypasses(s, unverifiedInstalls, func(c *shell.Command) string {
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

// unverifiedRepository returns the words that turn off verification in a text that a
// command writes: a source of apt or a repository of yum.
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
	return findBypasses(s, unverifiedDownloads, func(c *shell.Command) string {
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
				c, how = from, fetchEvidence(s, from, "")+"; "+evidenceOf(s, c)
			} else if downloads(c) {
				if file := savedAs(c); file != "" {
					files[file] = c
				}
				if to := c.FindReader(func(to *shell.Command) bool { return runsInput(to, c) }); to != nil {
					how = fetchEvidence(s, c, "") + " | " + cmp.Or(to.Name, "command")
				}
			}
			if how == "" {
				continue
			}
			v := check.Violation{Evidence: s.Redacted(how), Locations: r.Locations}
			if fetchesPlain(c) || slices.ContainsFunc(unverifiedDownloads, func(l bypass) bool { return l.found(c) != "" }) {
				v.Severity = seaworthy.High
				v.Detail = "Nothing protects the transfer."
			}
			list = append(list, v)
		}
	}
	return list
}

// savedAs returns the base name of the file that a command downloads to; "" if it writes
// to standard output, or if the file is not known.
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

// shortOption reports whether an argument is a group of single-letter options that ends
// in letter, so that the value of letter is the next word.
func shortOption(arg string, letter byte) bool {
	return len(arg) > 1 && arg[0] == '-' && arg[1] != '-' && arg[len(arg)-1] == letter
}

// scriptOf returns the base name of the file that a command runs: the program itself, or
// the script that an interpreter runs; "" if that is no file that could have been
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

// interpreters are the programs that run a script.
var interpreters = map[string]bool{
	"python": true, "python2": true, "python3": true, "perl": true, "ruby": true, "node": true, "php": true,
}

// runsInput reports whether a command that gets the output of a download runs it as a
// program. Otherwise it only reads it as data.
func runsInput(to, download *shell.Command) bool {
	// The output is in an argument: sh -c "$(curl …)", bash <(curl …).
	inArgument := slices.ContainsFunc(to.Args, func(a string) bool {
		a = a[:min(len(a), maxArgument)]
		return (strings.Contains(a, "$(") || strings.Contains(a, "<(") || strings.Contains(a, "`")) && strings.Contains(a, download.Name)
	})
	// Options with which an interpreter does not read its program from standard input.
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

// maxArgument limits the bytes of an argument that are searched.
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
				list = append(list, check.Violation{Evidence: fetchEvidence(s, c, ""), Locations: r.Locations})
			}
		}
	}
	return list
}

// fetchesPlain reports whether an argument of a command that downloads is a URL of plain
// HTTP. The URLs of proxies, and those in data that is sent, do not count.
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

// plainRemote reports whether a URL is one of plain HTTP to another machine.
func plainRemote(u string) bool {
	rest, ok := strings.CutPrefix(u, "http://")
	host, _, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(host, ":")
	return ok && name != "localhost" && !strings.HasPrefix(name, "127.") && !strings.HasPrefix(host, "[::1]")
}

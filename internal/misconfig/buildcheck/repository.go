package buildcheck

import (
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// repositoryInterests returns the files that say where packages come from, and how
// programs verify what they download.
func repositoryInterests() []check.Interest {
	list := []check.Interest{
		{
			Name: "apt-sources", Text: true,
			Paths: []string{"etc/apt/sources.list"}, Under: []string{"etc/apt/sources.list.d"}, Only: hasSuffix("sources.list", ".list", ".sources"),
		},
		{
			Name: "apt-conf", Text: true, Reduce: check.KeepLines("allow", "verify-peer", "verify-host"),
			Paths: []string{"etc/apt/apt.conf"}, Under: []string{"etc/apt/apt.conf.d"},
		},
		{
			Name: "yum-repos", Text: true, Reduce: check.KeepLines("[", "gpgcheck", "enabled", "sslverify", "baseurl"),
			Paths: []string{"etc/yum.conf", "etc/dnf/dnf.conf"},
			Under: []string{"etc/yum.repos.d", "etc/zypp/repos.d"}, Only: hasSuffix(".conf", ".repo"),
		},
		{Name: "apk-repositories", Text: true, Paths: []string{"etc/apk/repositories"}, Under: []string{"etc/apk/repositories.d"}},
	}
	for _, f := range tlsConfigs {
		list = append(list, check.Interest{Name: f.name, Bases: f.bases, Text: true, Reduce: check.KeepLines(f.words...)})
	}
	return list
}

func hasSuffix(suffixes ...string) func(*seaworthy.Header) bool {
	return func(h *seaworthy.Header) bool {
		for _, s := range suffixes {
			if strings.HasSuffix(h.Path, s) {
				return true
			}
		}
		return false
	}
}

// tlsConfig is the configuration file of a program that downloads, and the lines with
// which the program accepts any certificate.
type tlsConfig struct {
	name  string // of the interest
	bases []string
	// words are words of these lines in lower case. Other lines are not stored.
	words []string
	// lines are the beginnings of these lines in lower case, without blanks and quotes. If
	// one ends in = or :, a value must follow.
	lines []string
}

// tlsConfigs are all of these files.
var tlsConfigs = []tlsConfig{
	{"pip-conf", []string{"pip.conf"}, []string{"trusted-host"}, []string{"trusted-host="}},
	{"npm-conf", []string{".npmrc", "npmrc", ".yarnrc"}, []string{"strict-ssl"}, []string{"strict-ssl=false", "strict-sslfalse"}},
	{"yarn-conf", []string{".yarnrc.yml"}, []string{"enablestrictssl"}, []string{"enablestrictssl:false"}},
	{"git-conf", []string{".gitconfig", "gitconfig"}, []string{"sslverify"}, []string{"sslverify=false", "sslverify=0", "sslverify=no"}},
	{"curl-conf", []string{".curlrc"}, []string{"insecure", "-k"}, []string{"insecure", "--insecure", "-k"}},
	{"wget-conf", []string{".wgetrc", "wgetrc"}, []string{"check"}, []string{"check_certificate=off", "check-certificate=off", "checkcertificate=off"}},
	{"conda-conf", []string{".condarc", "condarc"}, []string{"ssl_verify"}, []string{"ssl_verify:false", "ssl_verify:no"}},
	{"gem-conf", []string{".gemrc", "gemrc"}, []string{"ssl_verify_mode"}, []string{":ssl_verify_mode:0"}},
}

// repositoryChecks returns the checks of the configuration of package managers and of
// programs that download.
func repositoryChecks() []check.Check {
	return []check.Check{
		{
			ID: "repository-unverified", Title: "A package manager of the image accepts unsigned packages",
			Severity: seaworthy.High,
			CIS:      []string{"4.11"},
			Detail: "Whatever is installed from here on, in this image and in those built on it, may come from an attacker " +
				"on the network.",
			Remedy: check.Remedy("Remove the option ([trusted=yes], gpgcheck=0, AllowUnauthenticated) and add the repository's key: signed-by= for apt, gpgkey= for dnf."),
			Find:   findPackageSources,
		},
		{
			ID: "repository-plain-http", Title: "Package repository uses plain HTTP",
			Severity: seaworthy.Low,
			CIS:      []string{"4.11"},
			Detail: "The packages are still signed, but an attacker on the network sees what is installed and can withhold " +
				"newer versions by serving an old index.",
			Remedy:  check.Remedy("Use https instead of http in the repository's URL."),
			Grouped: true,
			Find:    findPlainRepositories,
		},
		{
			ID: "download-config-tls-off", Title: "A program of the image is configured to accept any certificate",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.11"},
			Detail:   "Whatever it downloads, in this image and in those built on it, may come from an attacker on the network.",
			Remedy:   check.Remedy("Remove the line from the file. Add the certificate of a private authority to the image's trust store instead."),
			Find:     findTLSConfigs,
		},
	}
}

// liveTexts returns the live files of an interest with their texts.
func liveTexts(s *check.Image, interest string) []check.File {
	return slices.DeleteFunc(s.Texts(interest), func(t check.File) bool { return !t.Live() })
}

// linesOf calls each for the lines of a text, except for blank lines and comments.
func linesOf(t check.File, each func(number int, line string)) {
	number := 0
	for line := range strings.Lines(t.Body) {
		number++
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && line[0] != ';' && !strings.HasPrefix(line, "//") {
			each(number, line)
		}
	}
}

// flat returns a line in lower case without blanks and quotes.
func flat(line string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\"'", r) {
			return -1
		}
		return r
	}, strings.ToLower(line))
}

func findPackageSources(s *check.Image) []check.Violation {
	var list []check.Violation
	add := func(t check.File, line int, evidence string) {
		list = append(list, check.Violation{Evidence: check.Shown(evidence), Locations: []seaworthy.Location{s.Location(t.Entry, line)}})
	}
	for _, t := range liveTexts(s, "apt-sources") {
		linesOf(t, func(n int, line string) {
			head, _, _ := strings.Cut(line, "]")
			_, options, _ := strings.Cut(flat(head), "[")
			f := flat(line)
			if strings.HasPrefix(f, "trusted:yes") || strings.HasPrefix(f, "allow-insecure:yes") ||
				strings.Contains(options, "trusted=yes") || strings.Contains(options, "allow-insecure=yes") {
				add(t, n, line)
			}
		})
	}
	for _, t := range liveTexts(s, "apt-conf") {
		linesOf(t, func(n int, line string) {
			if unverifiedAptOption(flat(line)) {
				add(t, n, line)
			}
		})
	}
	for _, t := range liveTexts(s, "yum-repos") {
		for _, r := range parseRepos(t) {
			if !r.disabled && r.unsigned > 0 {
				add(t, r.unsigned, "["+r.name+"] gpgcheck=0")
			}
		}
	}
	return list
}

// unverifiedAptOption reports whether a line of apt.conf(5), without blanks and quotes,
// turns off verification.
func unverifiedAptOption(line string) bool {
	for key, values := range map[string][]string{
		"allowunauthenticated":                 {"true", "1", "yes"},
		"allowinsecurerepositories":            {"true", "1", "yes"},
		"allowdowngradetoinsecurerepositories": {"true", "1", "yes"},
		"verify-peer":                          {"false", "0", "no"},
		"verify-host":                          {"false", "0", "no"},
	} {
		if _, after, ok := strings.Cut(line, key); ok {
			for _, v := range values {
				if strings.HasPrefix(after, v) {
					return true
				}
			}
		}
	}
	return false
}

// repo is a section of a repository file of yum, dnf or zypper.
type repo struct {
	name     string
	disabled bool
	unsigned int // line of gpgcheck=0, or 0
	plain    int // line of a base URL of plain HTTP, or 0
}

func parseRepos(t check.File) []repo {
	var repos []repo
	linesOf(t, func(n int, line string) {
		if line[0] == '[' {
			repos = append(repos, repo{name: strings.Trim(line, "[]")})
			return
		}
		if len(repos) == 0 {
			return
		}
		r := &repos[len(repos)-1]
		key, value, _ := strings.Cut(flat(line), "=")
		off := value == "0" || value == "false" || value == "no"
		switch {
		case key == "enabled":
			r.disabled = off
		case key == "gpgcheck" && off:
			r.unsigned = n
		case key == "gpgcheck":
			r.unsigned = 0
		case key == "baseurl" && plainRemote(value):
			r.plain = n
		}
	})
	return repos
}

func findPlainRepositories(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, t := range liveTexts(s, "yum-repos") {
		for _, r := range parseRepos(t) {
			if !r.disabled && r.plain > 0 {
				list = append(list, check.Violation{Evidence: check.Shown(path.Base(t.Path) + " [" + r.name + "]"), Locations: []seaworthy.Location{s.Location(t.Entry, r.plain)}})
			}
		}
	}
	for _, t := range liveTexts(s, "apk-repositories") {
		linesOf(t, func(n int, line string) {
			if fields := strings.Fields(line); plainRemote(fields[len(fields)-1]) {
				list = append(list, check.Violation{Severity: seaworthy.Negligible, Evidence: check.Shown(line), Locations: []seaworthy.Location{s.Location(t.Entry, n)}})
			}
		})
	}
	return list
}

func findTLSConfigs(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, f := range tlsConfigs {
		for _, t := range liveTexts(s, f.name) {
			linesOf(t, func(n int, line string) {
				got := flat(line)
				for _, want := range f.lines {
					if got == want || strings.HasSuffix(want, "=") && strings.HasPrefix(got, want) && len(got) > len(want) ||
						strings.HasPrefix(got, want+"#") {
						list = append(list, check.Violation{Evidence: check.Shown(line), Locations: []seaworthy.Location{s.Location(t.Entry, n)}})
						return
					}
				}
			})
		}
	}
	return list
}

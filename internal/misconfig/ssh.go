package misconfig

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
)

func sshInterests() []interest {
	return []interest{
		{name: "ssh-host-key", bases: []string{
			"ssh_host_rsa_key", "ssh_host_dsa_key", "ssh_host_ecdsa_key", "ssh_host_ed25519_key", "ssh_host_key", "ssh_host_mldsa44_ed25519_key",
			"dropbear_rsa_host_key", "dropbear_dss_host_key", "dropbear_ecdsa_host_key", "dropbear_ed25519_host_key",
		}, only: func(h *seaworthy.Header) bool { return h.Type == seaworthy.Regular && h.Size > 0 }},
		{name: "authorized-keys", text: true, bases: []string{"authorized_keys", "authorized_keys2"}, reduce: reduceAuthorizedKeys},
		{name: "sshd-config", text: true, paths: []string{"etc/ssh/sshd_config", "usr/etc/ssh/sshd_config"}, under: []string{
			"etc/ssh/sshd_config.d", "usr/etc/ssh/sshd_config.d",
		}},
	}
}

// sshChecks judge what of SSH the image holds.
func sshChecks() []check {
	return []check{
		{
			id: "ssh-host-key", title: "The image holds the private key of an SSH host",
			severity: seaworthy.High,
			cis:      []string{"4.10"},
			dockle:   []string{"CIS-DI-0010"},
			detail: "Every container of the image has the same identity, and whoever can pull the image can impersonate them all. " +
				"Installing an SSH server makes these keys.",
			remedy: remedy(
				"Remove the keys in the instruction that installs the server, and create new ones when a container first starts.",
				seaworthy.Command("rm -f /etc/ssh/ssh_host_*"),
			),
			together: true,
			judge:    judgeHostKeys,
		},
		{
			id: "ssh-authorized-keys", title: "The image lets holders of certain SSH keys log in",
			severity: seaworthy.Medium,
			detail:   "Whoever holds a private key to these opens every container of the image in which an SSH server runs.",
			remedy:   remedy("Remove the file. If containers need logins at all, mount or generate it when they start."),
			judge:    judgeAuthorizedKeys,
		},
		{
			id: "sshd-root-login", title: "sshd lets root log in with a password",
			severity:   seaworthy.Medium,
			detail:     "PermitRootLogin yes makes root's password a way in for everybody who can reach the port.",
			remedy:     remedy("Set PermitRootLogin to no or prohibit-password."),
			references: []string{"https://man.openbsd.org/sshd_config#PermitRootLogin"},
			judge: sshdJudge("permitrootlogin", func(args []string) (seaworthy.Severity, bool) {
				return seaworthy.Medium, strings.EqualFold(args[0], "yes")
			}),
		},
		{
			id: "sshd-empty-passwords", title: "sshd lets accounts with an empty password log in",
			severity:   seaworthy.High,
			detail:     "PermitEmptyPasswords yes opens every account that has no password to everybody who can reach the port.",
			remedy:     remedy("Set PermitEmptyPasswords to no."),
			references: []string{"https://man.openbsd.org/sshd_config#PermitEmptyPasswords"},
			judge: sshdJudge("permitemptypasswords", func(args []string) (seaworthy.Severity, bool) {
				return seaworthy.High, strings.EqualFold(args[0], "yes")
			}),
		},
		{
			id: "sshd-password", title: "sshd lets users log in with passwords",
			severity:   seaworthy.Low,
			detail:     "Passwords can be guessed over the network; keys cannot.",
			remedy:     remedy("Set PasswordAuthentication to no, and give users keys."),
			references: []string{"https://man.openbsd.org/sshd_config#PasswordAuthentication"},
			judge: sshdJudge("passwordauthentication", func(args []string) (seaworthy.Severity, bool) {
				return seaworthy.Low, strings.EqualFold(args[0], "yes")
			}),
		},
		{
			id: "sshd-weak", title: "sshd is configured to use what is known to be weak",
			severity:   seaworthy.Medium,
			detail:     "The protocol, algorithm or trust that the option turns on has been broken or is easily abused.",
			remedy:     remedy("Remove the option: OpenSSH's defaults are secure."),
			references: []string{"https://man.openbsd.org/sshd_config"},
			judge:      judgeSSHDWeak,
		},
	}
}

func judgeHostKeys(s *subject) []violation {
	var list []violation
	for _, e := range s.noted("ssh-host-key") {
		v := violation{evidence: fmt.Sprintf("/%s (%d bytes)", shown(e.Path), e.Size), locations: []seaworthy.Location{s.at(e, 0)}}
		if testData(e.Path) {
			v.severity, v.title = seaworthy.Low, "The image holds what looks like the private key of an SSH host among test data"
		}
		list = append(list, v)
	}
	return list
}

// maxKeysShown bounds the keys of one file that are named.
const maxKeysShown = 10

func judgeAuthorizedKeys(s *subject) []violation {
	var list []violation
	for _, t := range s.texts("authorized-keys") {
		var keys []string
		for line := range strings.Lines(t.body) {
			if line = strings.TrimSpace(line); line != "" {
				keys = append(keys, line)
			}
		}
		if len(keys) == 0 || testData(t.Path) {
			continue
		}
		n := len(keys)
		if n > maxKeysShown {
			keys = append(keys[:maxKeysShown], "…")
		}
		v := violation{
			evidence:  fmt.Sprintf("/%s has %d keys: %s", shown(t.Path), n, shown(strings.Join(keys, "; "))),
			locations: []seaworthy.Location{s.at(t.Entry, 0)},
		}
		switch {
		case !t.Live():
			v.severity = seaworthy.Low
		case !s.servesSSH():
			v.severity = seaworthy.Low
			v.detail = "The image has no SSH server that would use it."
		}
		list = append(list, v)
	}
	return list
}

// reduceAuthorizedKeys leaves of each key its type and comment.
func reduceAuthorizedKeys(data []byte) []byte {
	return reduceLines(data, func(line string) string {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			return ""
		}
		fields := strings.Fields(line)
		i := slices.IndexFunc(fields, func(f string) bool {
			return strings.HasPrefix(f, "ssh-") || strings.HasPrefix(f, "ecdsa-") || strings.HasPrefix(f, "sk-")
		})
		if i < 0 || i+1 >= len(fields) {
			return ""
		}
		return strings.Join(append([]string{fields[i]}, fields[i+2:]...), " ")
	})
}

// servesSSH is true if the image has an SSH server, or its port exposed.
func (s *subject) servesSSH() bool {
	if _, ok := s.config.ExposedPorts["22/tcp"]; ok {
		return true
	}
	return s.hasProgram("sshd", "dropbear", "sshd-session", "tinysshd")
}

// readSSHD reads the live sshd_config, where the distribution keeps it.
func (s *subject) readSSHD() *sshdconfig.Config {
	file := "etc/ssh/sshd_config"
	if _, ok := s.Resolve(file); !ok {
		file = "usr/etc/ssh/sshd_config"
	}
	return sshdconfig.Read(keptFiles{s}, file)
}

// sshdJudge judges the values in force of one keyword.
func sshdJudge(keyword string, bad func(args []string) (seaworthy.Severity, bool)) func(*subject) []violation {
	return func(s *subject) []violation {
		var list []violation
		for _, o := range s.sshd.InForce(keyword) {
			if severity, ok := bad(o.Args); ok {
				list = append(list, s.sshdViolation(o, severity))
			}
		}
		return list
	}
}

func (s *subject) sshdViolation(o sshdconfig.Option, severity seaworthy.Severity) violation {
	v := violation{severity: severity, evidence: shown(o.Keyword + " " + strings.Join(o.Args, " "))}
	if o.Match != "" {
		v.evidence += shown(" (Match " + o.Match + ")")
	}
	if e, ok := s.Resolve(o.File); ok {
		v.locations = []seaworthy.Location{s.at(e, o.Line)}
	}
	if !s.servesSSH() {
		v.severity = lower(v.severity)
		v.detail = "The image has no SSH server that would use it."
	}
	return v
}

// weakSSHD are values that OpenSSH has removed or turned off by default because
// they are weak. A word stands for one element of a list of algorithms.
var weakSSHD = [...]struct {
	keyword  string
	severity seaworthy.Severity
	words    []string
}{
	{"protocol", seaworthy.Medium, []string{"1", "1,2", "2,1"}},
	{"hostbasedauthentication", seaworthy.Medium, []string{"yes"}},
	{"rhostsrsaauthentication", seaworthy.Medium, []string{"yes"}},
	{"ignorerhosts", seaworthy.Medium, []string{"no"}},
	{"strictmodes", seaworthy.Medium, []string{"no"}},
	{"permituserenvironment", seaworthy.Low, []string{"yes"}},
	{"ciphers", seaworthy.Low, []string{
		"3des-cbc", "des", "blowfish-cbc", "cast128-cbc", "arcfour", "arcfour128", "arcfour256", "none",
		"aes128-cbc", "aes192-cbc", "aes256-cbc", "rijndael-cbc@lysator.liu.se",
	}},
	{"macs", seaworthy.Low, []string{
		"hmac-md5", "hmac-md5-96", "hmac-md5-etm@openssh.com", "hmac-md5-96-etm@openssh.com", "hmac-sha1-96", "hmac-ripemd160", "none",
	}},
	{"kexalgorithms", seaworthy.Low, []string{"diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1"}},
	{"hostkeyalgorithms", seaworthy.Low, []string{"ssh-dss", "ssh-rsa"}},
	{"pubkeyacceptedalgorithms", seaworthy.Low, []string{"ssh-dss", "ssh-rsa"}},
	{"pubkeyacceptedkeytypes", seaworthy.Low, []string{"ssh-dss", "ssh-rsa"}},
}

func judgeSSHDWeak(s *subject) []violation {
	var list []violation
	for _, w := range weakSSHD {
		for _, o := range s.sshd.InForce(w.keyword) {
			value := strings.ToLower(o.Args[0])
			if strings.HasPrefix(value, "-") {
				continue // taken out of the defaults
			}
			words := append(strings.Split(strings.TrimLeft(value, "+^"), ","), value)
			if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(w.words, word) }) {
				list = append(list, s.sshdViolation(o, w.severity))
			}
		}
	}
	return list
}

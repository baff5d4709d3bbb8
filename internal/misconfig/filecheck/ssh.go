package filecheck

import (
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
)

// sshInterests returns the files of SSH.
func sshInterests() []check.Interest {
	return []check.Interest{
		{Name: "ssh-host-key", Bases: []string{
			"ssh_host_rsa_key", "ssh_host_dsa_key", "ssh_host_ecdsa_key", "ssh_host_ed25519_key", "ssh_host_key", "ssh_host_mldsa44_ed25519_key",
			"dropbear_rsa_host_key", "dropbear_dss_host_key", "dropbear_ecdsa_host_key", "dropbear_ed25519_host_key",
		}, Only: func(h *seaworthy.Header) bool { return h.Type == seaworthy.Regular && h.Size > 0 }},
		{Name: "authorized-keys", Text: true, Bases: []string{"authorized_keys", "authorized_keys2"}, Reduce: reduceAuthorizedKeys},
		{Name: "sshd-config", Text: true, Paths: []string{"etc/ssh/sshd_config", "usr/etc/ssh/sshd_config"}, Under: []string{
			"etc/ssh/sshd_config.d", "usr/etc/ssh/sshd_config.d",
		}},
	}
}

// sshChecks returns the checks of SSH keys and of the configuration of sshd.
func sshChecks() []check.Check {
	return []check.Check{
		{
			ID: "ssh-host-key", Title: "SSH host private key in the image",
			Severity: seaworthy.High,
			CIS:      []string{"4.10"},
			Dockle:   []string{"CIS-DI-0010"},
			Detail: "All containers of the image have the same identity, and anyone who can pull the image can impersonate them. " +
				"Installing an SSH server creates these keys.",
			Remedy: check.Remedy(
				"Remove the keys in the instruction that installs the server, and create new ones when a container first starts.",
				seaworthy.Command("rm -f /etc/ssh/ssh_host_*"),
			),
			Grouped: true,
			Find:    findHostKeys,
		},
		{
			ID: "ssh-authorized-keys", Title: "SSH keys that can log in to every container",
			Severity: seaworthy.Medium,
			Detail:   "The owner of one of these keys can log in to every container of the image in which an SSH server runs.",
			Remedy:   check.Remedy("Remove the file. If containers need logins at all, mount or generate it when they start."),
			Find:     findAuthorizedKeys,
		},
		{
			ID: "sshd-root-login", Title: "sshd lets root log in with a password",
			Severity:   seaworthy.Medium,
			Detail:     "With PermitRootLogin yes, anyone who can reach the port can try passwords for root.",
			Remedy:     check.Remedy("Set PermitRootLogin to no or prohibit-password."),
			References: []string{"https://man.openbsd.org/sshd_config#PermitRootLogin"},
			Find: findSSHD("permitrootlogin", func(args []string) (seaworthy.Severity, bool) {
				return seaworthy.Medium, strings.EqualFold(args[0], "yes")
			}),
		},
		{
			ID: "sshd-empty-passwords", Title: "sshd lets accounts with an empty password log in",
			Severity:   seaworthy.High,
			Detail:     "With PermitEmptyPasswords yes, anyone who can reach the port can log in to accounts that have no password.",
			Remedy:     check.Remedy("Set PermitEmptyPasswords to no."),
			References: []string{"https://man.openbsd.org/sshd_config#PermitEmptyPasswords"},
			Find: findSSHD("permitemptypasswords", func(args []string) (seaworthy.Severity, bool) {
				return seaworthy.High, strings.EqualFold(args[0], "yes")
			}),
		},
		{
			ID: "sshd-password", Title: "sshd lets users log in with passwords",
			Severity:   seaworthy.Low,
			Detail:     "Passwords can be guessed over the network; keys cannot.",
			Remedy:     check.Remedy("Set PasswordAuthentication to no, and give users keys."),
			References: []string{"https://man.openbsd.org/sshd_config#PasswordAuthentication"},
			Find: findSSHD("passwordauthentication", func(args []string) (seaworthy.Severity, bool) {
				return seaworthy.Low, strings.EqualFold(args[0], "yes")
			}),
		},
		{
			ID: "sshd-weak", Title: "Weak option in the configuration of sshd",
			Severity:   seaworthy.Medium,
			Detail:     "The protocol, algorithm or trust that the option enables has been broken or is easily abused.",
			Remedy:     check.Remedy("Remove the option: OpenSSH's defaults are secure."),
			References: []string{"https://man.openbsd.org/sshd_config"},
			Find:       findSSHDWeak,
		},
	}
}

func findHostKeys(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, e := range s.Entries("ssh-host-key") {
		v := check.Violation{Evidence: fmt.Sprintf("/%s (%d bytes)", check.Shown(e.Path), e.Size), Locations: []seaworthy.Location{s.Location(e, 0)}}
		if testData(e.Path) {
			v.Severity, v.Title = seaworthy.Low, "Possible SSH host private key among test data"
		}
		list = append(list, v)
	}
	return list
}

// maxKeysShown limits the keys of one file that the evidence names.
const maxKeysShown = 10

func findAuthorizedKeys(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, t := range s.Texts("authorized-keys") {
		var keys []string
		for line := range strings.Lines(t.Body) {
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
		v := check.Violation{
			Evidence:  fmt.Sprintf("/%s has %d keys: %s", check.Shown(t.Path), n, check.Shown(strings.Join(keys, "; "))),
			Locations: []seaworthy.Location{s.Location(t.Entry, 0)},
		}
		switch {
		case !t.Live():
			v.Severity = seaworthy.Low
		case !servesSSH(s):
			v.Severity = seaworthy.Low
			v.Detail = "The image has no SSH server that would use it."
		}
		list = append(list, v)
	}
	return list
}

// reduceAuthorizedKeys removes everything from each key but its type and comment.
func reduceAuthorizedKeys(data []byte) []byte {
	return check.ReduceLines(data, func(line string) string {
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

// servesSSH reports whether the image has an SSH server, or exposes its port.
func servesSSH(s *check.Image) bool {
	if _, ok := s.Config.ExposedPorts["22/tcp"]; ok {
		return true
	}
	return hasProgram(s, "sshd", "dropbear", "sshd-session", "tinysshd")
}

// findSSHD returns a Find function. It applies bad to the effective values of a keyword
// in sshd_config.
func findSSHD(keyword string, bad func(args []string) (seaworthy.Severity, bool)) func(*check.Image) []check.Violation {
	return func(s *check.Image) []check.Violation {
		var list []check.Violation
		for _, o := range s.SSHD.Effective(keyword) {
			if severity, ok := bad(o.Args); ok {
				list = append(list, sshdViolation(s, o, severity))
			}
		}
		return list
	}
}

func sshdViolation(s *check.Image, o sshdconfig.Option, severity seaworthy.Severity) check.Violation {
	v := check.Violation{Severity: severity, Evidence: check.Shown(o.Keyword + " " + strings.Join(o.Args, " "))}
	if o.Match != "" {
		v.Evidence += check.Shown(" (Match " + o.Match + ")")
	}
	if e, ok := s.Resolve(o.File); ok {
		v.Locations = []seaworthy.Location{s.Location(e, o.Line)}
	}
	if !servesSSH(s) {
		v.Severity = check.Lower(v.Severity)
		v.Detail = "The image has no SSH server that would use it."
	}
	return v
}

// weakSSHD are values that OpenSSH has removed or disabled by default because they are
// weak. Each word is one element of a list of algorithms.
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

func findSSHDWeak(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, w := range weakSSHD {
		for _, o := range s.SSHD.Effective(w.keyword) {
			value := strings.ToLower(o.Args[0])
			if strings.HasPrefix(value, "-") {
				continue // taken out of the defaults
			}
			words := append(strings.Split(strings.TrimLeft(value, "+^"), ","), value)
			if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(w.words, word) }) {
				list = append(list, sshdViolation(s, o, w.severity))
			}
		}
	}
	return list
}

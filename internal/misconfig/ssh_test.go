package misconfig

import (
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// sshing is an image with sshd and this sshd_config.
func sshing(text string) imagetest.Image {
	return files(imagetest.FileMode("usr/sbin/sshd", 0o755, "ELF"), imagetest.File("etc/ssh/sshd_config", text))
}

func sshExamples() []example {
	const debian = "Include /etc/ssh/sshd_config.d/*.conf\n#PermitRootLogin prohibit-password\n#PasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nSubsystem sftp /usr/lib/openssh/sftp-server\n"
	return []example{
		{
			check: "ssh-host-key",
			trigger: images{
				"live":     files(imagetest.FileMode("etc/ssh/ssh_host_ed25519_key", 0o600, "a key")),
				"removed":  layered(imagetest.Layer{imagetest.FileMode("etc/ssh/ssh_host_rsa_key", 0o600, "a key")}, imagetest.Layer{imagetest.Whiteout("etc/ssh/ssh_host_rsa_key")}),
				"dropbear": files(imagetest.FileMode("etc/dropbear/dropbear_rsa_host_key", 0o600, "a key")),
			},
			clean: images{"public": files(imagetest.File("etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa A")), "empty": files(imagetest.File("etc/ssh/ssh_host_rsa_key", ""))},
		},
		{
			check: "ssh-authorized-keys",
			trigger: images{
				"root's":    files(imagetest.FileMode("root/.ssh/authorized_keys", 0o600, "ssh-ed25519 AAAA me@host\n")),
				"a command": files(imagetest.FileMode("home/a/.ssh/authorized_keys", 0o600, "command=\"x y\" ecdsa-sha2-nistp256 AAAA\n")),
			},
			clean: images{"empty": files(imagetest.File("root/.ssh/authorized_keys", "")), "comments": files(imagetest.File("root/.ssh/authorized_keys", "# no keys\n\n"))},
		},
		{
			check:   "sshd-root-login",
			trigger: images{"yes": sshing("permitRootLogin YES\n"), "in a block": sshing("Match Address 10.0.0.0/8\n PermitRootLogin yes\n")},
			clean:   images{"Debian's": sshing(debian), "first wins": sshing("PermitRootLogin no\nPermitRootLogin yes\n"), "keys": sshing("PermitRootLogin without-password\n")},
		},
		{
			check:   "sshd-empty-passwords",
			trigger: images{"yes": sshing("PermitEmptyPasswords yes")},
			clean:   images{"Debian's": sshing(debian), "no": sshing("PermitEmptyPasswords no")},
		},
		{
			check:   "sshd-password",
			trigger: images{"yes": sshing("PasswordAuthentication=yes")},
			clean:   images{"Debian's": sshing(debian), "no": sshing("PasswordAuthentication no")},
		},
		{
			check: "sshd-weak",
			trigger: images{
				"protocol": sshing("Protocol 2,1"), "cipher": sshing("Ciphers +aes128-ctr,3des-cbc"), "exchange": sshing("KexAlgorithms diffie-hellman-group1-sha1"),
				"hosts": sshing("HostbasedAuthentication yes"),
			},
			clean: images{"Debian's": sshing(debian), "protocol 2": sshing("Protocol 2"), "taken out": sshing("Ciphers -3des-cbc"), "sound": sshing("Ciphers aes256-gcm@openssh.com")},
		},
	}
}

func TestSSHDSeverity(t *testing.T) {
	config := imagetest.File("etc/ssh/sshd_config", "PermitRootLogin yes")
	exposed := files(config)
	exposed.Config.Config.ExposedPorts = map[string]struct{}{"22/tcp": {}}
	severities{
		"with sshd":    {sshing("PermitRootLogin yes"), seaworthy.Medium},
		"without sshd": {files(config), seaworthy.Low},
		"exposed":      {exposed, seaworthy.Medium},
	}.hold(t, "sshd-root-login")
}

func TestUnreadSSHDIsCoverage(t *testing.T) {
	v := analyze(t, sshing("Banner \"x\nInclude /etc/*/x\n"))
	n := 0
	for _, c := range v.coverage {
		if c.State == seaworthy.Partial && strings.HasPrefix(c.Subject, "etc/ssh/sshd_config:") && c.Reason != "" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d coverages of 2:\n%s", n, v)
	}
}

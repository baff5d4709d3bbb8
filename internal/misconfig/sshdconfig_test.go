package misconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filesOf makes textFiles of paths and texts.
func filesOf(files map[string]string) textFiles {
	return textFiles{
		read: func(path string) (string, bool) { t, ok := files[path]; return t, ok },
		list: func(dir string) []string {
			var names []string
			for _, p := range slices.Sorted(maps.Keys(files)) {
				if base, ok := strings.CutPrefix(p, dir+"/"); ok && !strings.Contains(base, "/") {
					names = append(names, base)
				}
			}
			return names
		},
	}
}

func TestReadSSHD(t *testing.T) {
	c := readSSHD(filesOf(map[string]string{
		"etc/ssh/sshd_config": "# a comment\n\nInclude /etc/ssh/sshd_config.d/*.conf\nPERMITROOTLOGIN yes # late\n" +
			"Ciphers=aes128-ctr\nBanner \"/etc/a b\" 'c'\nSubsystem sftp /x -f\nMatch User bob,eve\n  PasswordAuthentication yes\n" +
			"Include extra\nMatch all\nX11Forwarding no\nPort\nBroken \"quote\nPasswordAuthentication no\n",
		"etc/ssh/sshd_config.d/1.conf": "PermitRootLogin no",
		"etc/ssh/sshd_config.d/2.bak":  "PermitRootLogin yes",
		"etc/ssh/extra":                "PermitTTY yes\nInclude /etc/ssh/extra",
	}), "etc/ssh/sshd_config")
	var got []string
	for _, o := range c.options[:9] {
		got = append(got, fmt.Sprintf("%s:%d %s %q %s", strings.TrimPrefix(o.file, "etc/ssh/"), o.line, o.keyword, o.args, o.match))
	}
	want := []string{
		`sshd_config.d/1.conf:1 permitrootlogin ["no"] `,
		`sshd_config:4 permitrootlogin ["yes"] `,
		`sshd_config:5 ciphers ["aes128-ctr"] `,
		`sshd_config:6 banner ["/etc/a b" "c"] `,
		`sshd_config:7 subsystem ["sftp" "/x" "-f"] `,
		`sshd_config:9 passwordauthentication ["yes"] User bob,eve`,
		`extra:1 permittty ["yes"] User bob,eve`,
		`extra:1 permittty ["yes"] User bob,eve`,
		`extra:1 permittty ["yes"] User bob,eve`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if in := c.inForce("permitrootlogin"); len(in) != 1 || in[0].args[0] != "no" {
		t.Errorf("in force: %v", in)
	}
	if in := c.inForce("passwordauthentication"); len(in) != 2 || in[1].match != "" {
		t.Errorf("in force: %v", in)
	}
	if len(c.problems) != 3 {
		t.Errorf("problems: %v", c.problems)
	}
}

func FuzzSSHD(f *testing.F) {
	f.Add("Include *\nMatch all\nMatch User x\nA=\"b\\\"c\" 'd' # e\nInclude sshd_config\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := readSSHD(filesOf(map[string]string{"etc/ssh/sshd_config": text}), "etc/ssh/sshd_config")
		if len(c.options) > maxSSHDOptions || c.files > maxSSHDFiles {
			t.Fatalf("%d options of %d files", len(c.options), c.files)
		}
		for _, o := range c.options {
			if o.keyword == "" || len(o.args) == 0 || o.line < 1 {
				t.Errorf("option %+v", o)
			}
		}
	})
}

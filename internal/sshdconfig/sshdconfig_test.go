package sshdconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// files is a FileSystem with the texts of files by path.
type files map[string]string

func (f files) ReadFile(path string) (string, bool) {
	text, ok := f[path]
	return text, ok
}

func (f files) ReadDir(dir string) []string {
	var names []string
	for _, p := range slices.Sorted(maps.Keys(f)) {
		if base, ok := strings.CutPrefix(p, dir+"/"); ok && !strings.Contains(base, "/") {
			names = append(names, base)
		}
	}
	return names
}

func TestRead(t *testing.T) {
	c := Read(files{
		"etc/ssh/sshd_config": "# a comment\n\nInclude /etc/ssh/sshd_config.d/*.conf\nPERMITROOTLOGIN yes # late\n" +
			"Ciphers=aes128-ctr\nBanner \"/etc/a b\" 'c'\nSubsystem sftp /x -f\nMatch User bob,eve\n  PasswordAuthentication yes\n" +
			"Include extra\nMatch all\nX11Forwarding no\nPort\nBroken \"quote\nPasswordAuthentication no\n",
		"etc/ssh/sshd_config.d/1.conf": "PermitRootLogin no",
		"etc/ssh/sshd_config.d/2.bak":  "PermitRootLogin yes",
		"etc/ssh/extra":                "PermitTTY yes\nInclude /etc/ssh/extra",
	}, "etc/ssh/sshd_config")
	var got []string
	for _, o := range c.Options[:9] {
		got = append(got, fmt.Sprintf("%s:%d %s %q %s", strings.TrimPrefix(o.File, "etc/ssh/"), o.Line, o.Keyword, o.Args, o.Match))
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
	if in := c.Effective("permitrootlogin"); len(in) != 1 || in[0].Args[0] != "no" {
		t.Errorf("effective: %v", in)
	}
	if in := c.Effective("passwordauthentication"); len(in) != 2 || in[1].Match != "" {
		t.Errorf("effective: %v", in)
	}
	if len(c.Problems) != 3 {
		t.Errorf("problems: %v", c.Problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Include *\nMatch all\nMatch User x\nA=\"b\\\"c\" 'd' # e\nInclude sshd_config\n")
	f.Fuzz(func(t *testing.T, text string) {
		imagetest.LimitInput(t, func() {
			c := Read(files{"etc/ssh/sshd_config": text}, "etc/ssh/sshd_config")
			if len(c.Options) > MaxOptions || len(c.Problems) > MaxFiles {
				t.Fatalf("%d options, %d problems", len(c.Options), len(c.Problems))
			}
			for _, o := range c.Options {
				if o.Keyword == "" || len(o.Args) == 0 || o.Line < 1 {
					t.Errorf("option %+v", o)
				}
			}
		})
	})
}

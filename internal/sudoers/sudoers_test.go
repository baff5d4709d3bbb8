package sudoers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

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

func read(text string) *Config {
	return Read(files{"etc/sudoers": text}, "etc/sudoers")
}

func TestGrants(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"Debian's own": {
			"Defaults\tenv_reset\n# User privilege specification\nroot\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n",
			[]string{"root ALL=(ALL) ALL", "%sudo ALL=(ALL) ALL"},
		},
		"tags and users to run as hold for the rest of the list": {
			"bob ALL = (www) NOPASSWD: /bin/a, (root) SETENV : /bin/b x y, PASSWD:NOSETENV: /bin/c",
			[]string{"bob ALL=(www) NOPASSWD: /bin/a", "bob ALL=(root) NOPASSWD: SETENV: /bin/b x y", "bob ALL=(root) PASSWD: /bin/c"},
		},
		"aliases": {
			"User_Alias OPS = bob, %adm : QA = eve\nRunas_Alias DB = pg\nCmnd_Alias SH = /bin/sh, /bin/bash : ED = /usr/bin/vi\nOPS, QA ALL=(DB) NOPASSWD: SH, ED\n",
			[]string{
				"bob,%adm,eve ALL=(pg) NOPASSWD: /bin/sh", "bob,%adm,eve ALL=(pg) NOPASSWD: /bin/bash",
				"bob,%adm,eve ALL=(pg) NOPASSWD: /usr/bin/vi",
			},
		},
		"an alias defined after its use":    {"bob ALL=A\nCmnd_Alias A=/bin/x", []string{"bob ALL=/bin/x"}},
		"an alias that names itself":        {"Cmnd_Alias A=A\nbob ALL=A", []string{"bob ALL=A"}},
		"a continued line":                  {"bob ALL=NOPASSWD: /bin/a, \\\n   /bin/b\n", []string{"bob ALL=NOPASSWD: /bin/a", "bob ALL=NOPASSWD: /bin/b"}},
		"a comment is not continued":        {"# bob ALL=ALL \\\neve ALL=ALL # why\n", []string{"eve ALL=ALL"}},
		"a numeric user is no comment":      {"#1000, %#10 ALL=(#0) /bin/a # c", []string{"#1000,%#10 ALL=(#0) /bin/a"}},
		"quoted names and escaped bytes":    {`"%domain users" h=/bin/a x\,y\:z, /bin/b`, []string{"%domain users ALL=/bin/a x,y:z", "%domain users ALL=/bin/b"}},
		"no arguments allowed":              {`bob ALL=/bin/a ""`, []string{`bob ALL=/bin/a ""`}},
		"several hosts":                     {"bob a,!b = /bin/a : c = NOPASSWD: /bin/b", []string{"bob ALL=/bin/a", "bob ALL=NOPASSWD: /bin/b"}},
		"an IPv6 host":                      {"bob fe80::1 = /bin/a", []string{"bob ALL=/bin/a"}},
		"a group only":                      {"bob ALL=(:adm) /bin/a", []string{"bob ALL=/bin/a"}},
		"a digest":                          {"bob ALL=sha256:00aa== /bin/a, sha224 : bb, sha512:cc /bin/b", []string{"bob ALL=/bin/a", "bob ALL=/bin/b"}},
		"options":                           {"bob ALL=(root) CWD=/tmp TIMEOUT=1h NOPASSWD: /bin/a", []string{"bob ALL=(root) NOPASSWD: /bin/a"}},
		"an excluded command":               {"bob ALL=ALL, !/bin/su, ! SHELLS\nCmnd_Alias SHELLS=/bin/sh, !/bin/ok", []string{"bob ALL=ALL", "bob ALL=/bin/ok"}},
		"sudoedit":                          {"bob ALL=NOPASSWD: sudoedit /etc/x", []string{"bob ALL=NOPASSWD: sudoedit /etc/x"}},
		"a regular expression":              {"bob ALL=/bin/a ^x[,:]y$, /bin/b", []string{"bob ALL=/bin/a ^x[,:]y$", "bob ALL=/bin/b"}},
		"an unreadable line between others": {"a ALL=/bin/a\nbob ALL\nb ALL=/bin/b", []string{"a ALL=/bin/a", "b ALL=/bin/b"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, g := range read(tt.text).Grants {
				got = append(got, g.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIncludes(t *testing.T) {
	s := Read(files{
		"etc/sudoers":         "#includedir /etc/sudoers.d\n@include local.conf\n#include \"/etc/with space\"\n@include /etc/sudoers\n@include /etc/%h\n#includes nothing",
		"etc/sudoers.d/a":     "a ALL=ALL",
		"etc/sudoers.d/b.bak": "no ALL=ALL",
		"etc/sudoers.d/b~":    "no ALL=ALL",
		"etc/local.conf":      "l ALL=ALL",
		"etc/with space":      "w ALL=ALL",
	}, "etc/sudoers")
	var got []string
	for _, g := range s.Grants[:3] {
		got = append(got, fmt.Sprintf("%s:%d %s", g.File, g.Line, g.String()))
	}
	want := []string{"etc/sudoers.d/a:1 a ALL=ALL", "etc/local.conf:1 l ALL=ALL", "etc/with space:1 w ALL=ALL"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(s.Files) > MaxFiles || len(s.Problems) < 2 {
		t.Errorf("a file that includes itself: %d files, %d problems", len(s.Files), len(s.Problems))
	}
}

func TestMalformed(t *testing.T) {
	for _, text := range []string{
		"bob", "bob ALL", "bob ALL=", "bob ALL=(root /bin/a", "= ALL", "bob ALL=bash", "bob ALL=/bin/a=", "Defaultsx", "Defaults", "Defaults a b",
		"User_Alias = x", "User_Alias X", "Cmnd_Alias X = ", "bob, ALL=ALL", "bob ALL=ALL :", "\x00\xff",
	} {
		s := read(text)
		var syntax *SyntaxError
		if len(s.Problems) != 1 || s.Problems[0].Line != 1 || !errors.As(s.Problems[0].Err, &syntax) {
			t.Errorf("%q: problems %v, grants %v", text, s.Problems, s.Grants)
		}
	}
}

func TestPassword(t *testing.T) {
	tests := map[string]struct {
		text         string
		free, others bool
	}{
		"as it comes":                {"bob ALL=ALL", false, false},
		"by tag":                     {"bob ALL=NOPASSWD:ALL", true, false},
		"for all":                    {"Defaults env_reset, !authenticate\nbob ALL=ALL", true, false},
		"for all, but for the tag":   {"Defaults !authenticate\nbob ALL=PASSWD:ALL", false, false},
		"for a user":                 {"Defaults:bob !authenticate\nbob ALL=ALL", true, false},
		"for another user":           {"Defaults:eve !authenticate\nbob ALL=ALL", false, false},
		"for an alias of users":      {"User_Alias B=bob\nDefaults:B !authenticate\nB ALL=ALL", true, false},
		"asked again":                {"Defaults !authenticate\nDefaults authenticate\nbob ALL=ALL", false, false},
		"root's, as openSUSE has it": {"Defaults targetpw\nALL ALL=(ALL) ALL", false, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := read(tt.text)
			g := &s.Grants[0]
			if free, others := g.WithoutPassword, g.OtherPassword; free != tt.free || others != tt.others {
				t.Errorf("without password %t, asks another's %t; want %t, %t", free, others, tt.free, tt.others)
			}
		})
	}
}

func TestLastMatchWins(t *testing.T) {
	for text, want := range map[string]bool{
		"bob ALL=NOPASSWD: /bin/sh\nbob ALL=(ALL) ALL":        true,
		"bob ALL=NOPASSWD: /bin/sh\nALL ALL=(ALL) ALL":        true,
		"bob ALL=NOPASSWD: /bin/sh\nALL,!bob ALL=(ALL) ALL":   false,
		"bob ALL=NOPASSWD: /bin/sh\neve ALL=(ALL) ALL":        false,
		"bob ALL=NOPASSWD: /bin/sh\nbob ALL=NOPASSWD: ALL":    false,
		"bob ALL=(root) NOPASSWD: /bin/sh\nbob ALL=(www) ALL": false,
	} {
		if got := read(text).Grants[0].Overridden; got != want {
			t.Errorf("%q: overridden %t", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Defaults:%a !authenticate, x=\"y z\"\nUser_Alias A = b, !c : D = %e\nA,D ALL=(b:c) NOPASSWD: sha256:00 /bin/a *, \\\n !/bin/b : h = ALL # c\n#includedir /etc/sudoers\n")
	f.Add("Cmnd_Alias A=B,B,B:B=C,C,C:C=A,A\nx ALL=A")
	f.Add("#1 ALL=^/bin/.*$ ^-x$, \"\"\\\n\\")
	f.Fuzz(func(t *testing.T, text string) {
		imagetest.LimitInput(t, func() {
			s := Read(files{"etc/sudoers": text, "etc/sudoers.d/a": text}, "etc/sudoers")
			if len(s.Grants) > MaxGrants || len(s.Files) > MaxFiles {
				t.Fatalf("%d grants of %d files", len(s.Grants), len(s.Files))
			}
			for i := range min(len(s.Grants), 100) {
				g := &s.Grants[i]
				if g.String() == "" || g.Line < 1 || g.Command.Path == "" || g.Command.Negated {
					t.Errorf("grant %+v", g)
				}
			}
		})
	})
}

// TestHostile reads files that would take minutes without limits.
func TestHostile(t *testing.T) {
	const size = 1 << 19
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, text := range map[string]string{
		"a user many times":           "User_Alias A=" + fill("b,") + "c\n" + strings.Repeat("A ALL=(ALL) NOPASSWD: ALL\n", 3000),
		"many defaults":               fill("Defaults:a !authenticate\n") + strings.Repeat("a ALL=ALL\n", 3000),
		"a file that includes itself": fill("@include sudoers\n"),
		"an endless address":          "bob " + fill(":f"),
		"an alias many times":         "Cmnd_Alias A=" + fill("!B,") + "/x\nCmnd_Alias B=" + strings.Repeat("/y,", 1000) + "/z\n" + strings.Repeat("bob ALL=A\n", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if s := read(text); len(s.Problems) == 0 {
				t.Error("no problem is reported")
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

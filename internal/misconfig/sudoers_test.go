package misconfig

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sudoText(text string) *sudoers {
	return readSudoers(filesOf(map[string]string{"etc/sudoers": text}), "etc/sudoers")
}

func TestSudoersGrants(t *testing.T) {
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
			for _, g := range sudoText(tt.text).grants {
				got = append(got, g.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSudoersIncludes(t *testing.T) {
	s := readSudoers(filesOf(map[string]string{
		"etc/sudoers":         "#includedir /etc/sudoers.d\n@include local.conf\n#include \"/etc/with space\"\n@include /etc/sudoers\n@include /etc/%h\n#includes nothing",
		"etc/sudoers.d/a":     "a ALL=ALL",
		"etc/sudoers.d/b.bak": "no ALL=ALL",
		"etc/sudoers.d/b~":    "no ALL=ALL",
		"etc/local.conf":      "l ALL=ALL",
		"etc/with space":      "w ALL=ALL",
	}), "etc/sudoers")
	var got []string
	for _, g := range s.grants[:3] {
		got = append(got, fmt.Sprintf("%s:%d %s", g.file, g.line, g.String()))
	}
	want := []string{"etc/sudoers.d/a:1 a ALL=ALL", "etc/local.conf:1 l ALL=ALL", "etc/with space:1 w ALL=ALL"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(s.files) > maxSudoersFiles || len(s.problems) < 2 {
		t.Errorf("a file that includes itself: %d files, %d problems", len(s.files), len(s.problems))
	}
}

func TestSudoersMalformed(t *testing.T) {
	for _, text := range []string{
		"bob", "bob ALL", "bob ALL=", "bob ALL=(root /bin/a", "= ALL", "bob ALL=bash", "bob ALL=/bin/a=", "Defaultsx", "Defaults", "Defaults a b",
		"User_Alias = x", "User_Alias X", "Cmnd_Alias X = ", "bob, ALL=ALL", "bob ALL=ALL :", "\x00\xff",
	} {
		if s := sudoText(text); len(s.problems) != 1 || s.problems[0].line != 1 {
			t.Errorf("%q: problems %v, grants %v", text, s.problems, s.grants)
		}
	}
}

func TestSudoersPassword(t *testing.T) {
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
			s := sudoText(tt.text)
			g := &s.grants[0]
			if free, others := g.withoutPassword, g.asksOther; free != tt.free || others != tt.others {
				t.Errorf("without password %t, asks another's %t; want %t, %t", free, others, tt.free, tt.others)
			}
		})
	}
}

func TestSudoersLastMatchWins(t *testing.T) {
	for text, want := range map[string]bool{
		"bob ALL=NOPASSWD: /bin/sh\nbob ALL=(ALL) ALL":        true,
		"bob ALL=NOPASSWD: /bin/sh\nALL ALL=(ALL) ALL":        true,
		"bob ALL=NOPASSWD: /bin/sh\nALL,!bob ALL=(ALL) ALL":   false,
		"bob ALL=NOPASSWD: /bin/sh\neve ALL=(ALL) ALL":        false,
		"bob ALL=NOPASSWD: /bin/sh\nbob ALL=NOPASSWD: ALL":    false,
		"bob ALL=(root) NOPASSWD: /bin/sh\nbob ALL=(www) ALL": false,
	} {
		if got := sudoText(text).grants[0].overridden; got != want {
			t.Errorf("%q: overridden %t", text, got)
		}
	}
}

func FuzzSudoers(f *testing.F) {
	f.Add("Defaults:%a !authenticate, x=\"y z\"\nUser_Alias A = b, !c : D = %e\nA,D ALL=(b:c) NOPASSWD: sha256:00 /bin/a *, \\\n !/bin/b : h = ALL # c\n#includedir /etc/sudoers\n")
	f.Add("Cmnd_Alias A=B,B,B:B=C,C,C:C=A,A\nx ALL=A")
	f.Add("#1 ALL=^/bin/.*$ ^-x$, \"\"\\\n\\")
	f.Fuzz(func(t *testing.T, text string) {
		s := readSudoers(filesOf(map[string]string{"etc/sudoers": text, "etc/sudoers.d/a": text}), "etc/sudoers")
		if len(s.grants) > maxSudoersGrants || len(s.files) > maxSudoersFiles {
			t.Fatalf("%d grants of %d files", len(s.grants), len(s.files))
		}
		for i := range min(len(s.grants), 100) {
			g := &s.grants[i]
			if g.String() == "" || g.line < 1 || g.command.path == "" || g.command.negated {
				t.Errorf("grant %+v", g)
			}
		}
	})
}

// TestSudoersHostile reads what would take minutes if the work were not bounded.
func TestSudoersHostile(t *testing.T) {
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
			if s := sudoText(text); len(s.problems) == 0 {
				t.Error("no problem is reported")
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

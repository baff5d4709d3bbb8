package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

func TestExceptionsCover(t *testing.T) {
	full := sampleFindings()[0]
	full.KEV = nil
	tests := []struct {
		conditions string
		want       bool
	}{
		{"id: CVE-2026-1", true},
		{"id: cve-2026-1", true},
		{"id: GHSA-1", true},
		{"id: CVE-2026-10", false},
		{"risk: vulnerability", true},
		{"risk: secret", false},
		{"package: openssl", true},
		{"package: open", false},
		{"package: pkg:deb/debian/openssl", true},
		{"package: pkg:deb/debian/openssl@3.0", true},
		{"package: pkg:deb/debian/openssl@3.1", false},
		{"package: 'pkg:deb/debian/openssl?arch=amd64'", true},
		{"package: 'pkg:deb/debian/openssl?arch=arm64'", false},
		{"package: pkg:deb/debian/open", false},
		{"path: usr/lib/*", true},
		{"path: /usr/lib/*", true},
		{"path: 'usr/**'", true},
		{"path: '**'", true},
		{"path: usr/lib/libssl.so", false}, // the other location lies elsewhere
		{"path: usr/*", false},
		{"when: has(finding.epss)", true},
		{"when: has(finding.kev)", false},
		{"id: CVE-2026-1, package: openssl, path: 'usr/lib/**', risk: vulnerability, when: 'true'", true},
		{"id: CVE-2026-1, package: zlib", false},
		{"id: CVE-2026-2, package: openssl", false},
	}
	for _, tt := range tests {
		p := mustParse(t, under("exceptions", "- {"+tt.conditions+", reason: r, expires: 2026-12-31}"))
		v, r := evaluate(t, p, Options{}, []seaworthy.Finding{full}, nil)
		if got := r.findings[0].Exception != nil; got != tt.want {
			t.Errorf("%s: excepted %v, want %v", tt.conditions, got, tt.want)
		}
		if got := v.Decision == seaworthy.DecisionPass; got != tt.want {
			t.Errorf("%s: verdict %v", tt.conditions, v)
		}
	}
}

func TestExceptionNeedsWhatItNames(t *testing.T) {
	bare := sampleFindings()[1]
	for _, conditions := range []string{"package: openssl", "package: pkg:deb/debian/openssl", "path: '**'"} {
		p := mustParse(t, under("exceptions", "- {"+conditions+", reason: r, expires: 2026-12-31}"))
		if _, r := evaluate(t, p, Options{}, []seaworthy.Finding{bare}, nil); r.findings[0].Exception != nil {
			t.Errorf("%s covers a finding without package and location", conditions)
		}
	}
}

func TestExpiry(t *testing.T) {
	finding := []seaworthy.Finding{{Risk: seaworthy.Secret, ID: "S-1", Severity: seaworthy.High}}
	policy := under("exceptions", "- {id: S-1, risk: secret, reason: r, expires: 2026-06-15}")
	ignored, err := parseIgnoreFile(".trivyignore", []byte("# known\nS-1 exp:2026-06-15\n"))
	if err != nil {
		t.Fatal(err)
	}
	failing := "1 secret of severity medium or higher (policy: p.yaml)"
	tests := []struct {
		name string
		text string
		opt  Options
		want seaworthy.Verdict
	}{
		{
			name: "the last second of the day", text: policy,
			opt: Options{Now: time.Date(2026, 6, 15, 23, 59, 59, 0, time.UTC)},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass, Reasons: []string{
				"1 finding not counted: 1 by p.yaml",
			}},
		},
		{
			name: "the next day", text: policy,
			opt: Options{Now: time.Date(2026, 6, 16, 0, 0, 0, 0, time.UTC)},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				failing,
				"the exception at p.yaml:3 (id S-1, risk secret) expired on 2026-06-15 and no longer counts: 1 finding",
			}},
		},
		{
			name: "the next day, renewed elsewhere", text: policy + "  - {risk: secret, reason: r, expires: 2026-12-31}\n",
			opt: Options{Now: time.Date(2026, 6, 16, 0, 0, 0, 0, time.UTC)},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass, Reasons: []string{
				"1 finding not counted: 1 by p.yaml",
			}},
		},
		{
			// Trivy lets an entry expire when its day begins.
			name: "an ignore file, on the day", text: "version: 1\n",
			opt: Options{Now: time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC), IgnoreFiles: []*IgnoreFile{ignored}},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionFail, Reasons: []string{
				failing,
				"the exception at .trivyignore:2 (id S-1) expired on 2026-06-15 and no longer counts: 1 finding",
			}},
		},
		{
			name: "an ignore file, the day before", text: "version: 1\n",
			opt: Options{Now: time.Date(2026, 6, 14, 23, 0, 0, 0, time.UTC), IgnoreFiles: []*IgnoreFile{ignored}},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass, Reasons: []string{
				"1 finding not counted: 1 by .trivyignore",
			}},
		},
		{
			name: "expired, and nothing that it would cover", text: under("exceptions", "- {id: S-2, reason: r, expires: 2020-01-01}"),
			opt:  Options{FailOn: Never},
			want: seaworthy.Verdict{Decision: seaworthy.DecisionPass},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := evaluate(t, mustParse(t, tt.text), tt.opt, finding, nil)
			got.Unused = nil // TestUnused has them
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("verdict (-want +got):\n%s", d)
			}
		})
	}
}

func TestNormalizeID(t *testing.T) {
	for _, group := range [][]string{
		{"DS-0002", "DS002", "AVD-DS-0002", "avd-ds-0002", " DS-0002 ", "DS-002"},
		{"CVE-2026-1234", "cve-2026-1234"},
		{"CIS-DI-0001", "cis-di-0001"},
		{"DKL-DI-0006"},
		{"GHSA-aaaa-bbbb-cccc"},
		{"CVE-2026-0001"},
		{"aws-access-key-id"},
	} {
		for _, id := range group {
			if got, want := normalizeID(id), normalizeID(group[0]); got != want {
				t.Errorf("normalizeID(%q) = %q, want %q", id, got, want)
			}
		}
	}
	if got := normalizeID("AVD-DS-0002"); got != "DS-0002" {
		t.Errorf("normalizeID(AVD-DS-0002) = %q", got)
	}
}

func TestPURLs(t *testing.T) {
	tests := []struct {
		want, have string
		match      bool
	}{
		{"pkg:npm/%40babel/core", "pkg:npm/%40babel/core@7.0.0", true},
		{"pkg:npm/@babel/core", "pkg:npm/%40babel/core@7.0.0", true},
		{"pkg:npm/%40babel/core@7.0.0", "pkg:npm/%40babel/core@7.0.0", true},
		{"pkg:npm/core", "pkg:npm/%40babel/core@7.0.0", false},
		{"pkg:deb/debian/zlib1g@1%3A1.2", "pkg:deb/debian/zlib1g@1:1.2?arch=amd64&distro=debian-12", true},
		{"pkg:deb/debian/zlib1g?distro=debian-11", "pkg:deb/debian/zlib1g@1:1.2?arch=amd64&distro=debian-12", false},
		{"pkg:golang/example.com/a#sub", "pkg:golang/example.com/a@v1", true},
		{"pkg:golang/example.com/a", "", false},
		{"pkg:%zz", "pkg:%zz", false},
		{"pkg:golang/github.com/golang-jwt/jwt#v4", "pkg:golang/github.com/golang-jwt/jwt/v4@v4.5.0", true},
		{"pkg:deb/debian/zlib1g@1%3A1.2?arch=amd64&distro=debian-12.5", "pkg:deb/debian/zlib1g@1:1.2?arch=amd64&distro=debian-12", true},
		{"pkg:deb/debian/zlib1g?distro=bookworm", "pkg:deb/debian/zlib1g@1:1.2?arch=amd64&distro=debian-12", true},
	}
	for _, tt := range tests {
		if got := purlsMatch([]string{tt.want}, &seaworthy.AffectedPackage{PURL: tt.have}); got != tt.match {
			t.Errorf("%s for %s: %v", tt.want, tt.have, got)
		}
	}
	if purlsMatch([]string{"pkg:npm/a"}, nil) {
		t.Error("a purl matches no package")
	}
}

func TestGlobs(t *testing.T) {
	tests := []struct {
		pattern string
		yes, no []string
	}{
		{"etc/passwd", []string{"etc/passwd"}, []string{"etc/passwd-", "etc", "x/etc/passwd", ""}},
		{"/etc/passwd", []string{"etc/passwd"}, nil},
		{"etc/*", []string{"etc/passwd"}, []string{"etc", "etc/ssl/certs"}},
		{"etc/**", []string{"etc", "etc/passwd", "etc/ssl/certs"}, []string{"etcetera"}},
		{"**/*.pem", []string{"a.pem", "etc/ssl/a.pem"}, []string{"a.pem/b"}},
		{"usr/**/lib/**/*.so", []string{"usr/lib/a.so", "usr/x/y/lib/z/a.so"}, []string{"usr/a.so", "lib/a.so"}},
		{"**", []string{"a", "a/b"}, []string{""}},
		{"a/**/**/b", []string{"a/b", "a/x/b"}, []string{"a"}},
		{"a?c/[xy]/[!z]", []string{"abc/x/y"}, []string{"ac/x/y", "abc/z/y", "abc/x/z"}},
		{"{usr,opt}/{a,b}.so", []string{"usr/a.so", "opt/b.so"}, []string{"usr/c.so", "{usr,opt}/a.so"}},
		{"a{b", []string{"a{b"}, nil},
		{"opt/\\*", []string{"opt/*"}, []string{"opt/a"}},
		{"*", []string{"\xff"}, nil},
	}
	for _, tt := range tests {
		v := value{kind: scalar, text: tt.pattern}
		globs, err := v.globs()
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		match := func(p string) bool { return locationsMatch(globs, []seaworthy.Location{{Path: p}}) }
		for _, p := range tt.yes {
			if !match(p) {
				t.Errorf("%s does not match %q", tt.pattern, p)
			}
		}
		for _, p := range tt.no {
			if match(p) {
				t.Errorf("%s matches %q", tt.pattern, p)
			}
		}
	}
}

// A match takes time in proportion to the path's length, whatever the pattern.
func TestGlobTime(t *testing.T) {
	v := value{kind: scalar, text: strings.Repeat("**/*a*/", 30) + "x"}
	globs, err := v.globs()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if globs[0].matches(strings.Repeat("a/", 20_000) + "y") {
		t.Error("it matches")
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("one match took %s", d)
	}
}

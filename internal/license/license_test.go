package license

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/github/go-spdx/v2/spdxexp"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestExpressions has fields of real packages of Alpine, Fedora, Debian, npm, PyPI and
// Maven.
func TestExpressions(t *testing.T) {
	for words, want := range map[string]string{
		"MIT":                            "MIT",
		"mit":                            "MIT",
		"GPL-2.0":                        "GPL-2.0-only",
		"GPL-2.0+ OR MIT":                "GPL-2.0-or-later OR MIT",
		"eCos-2.0":                       "eCos-2.0",
		"GPL-2+ or Expat, and ISC":       "(GPL-2.0-or-later OR MIT) AND ISC",
		"ISC, or GPL-2+ and Expat":       "ISC OR GPL-2.0-or-later AND MIT",
		"Apache-2.0-with-LLVM-exception": "Apache-2.0 WITH LLVM-exception",
		"GPL-2-with-Linux-syscall-note-exception": "GPL-2.0-only WITH Linux-syscall-note",
		"MIT style":                      "LicenseRef-MIT-style",
		"GPL-2.0-only":                   "GPL-2.0-only",
		"MPL-2.0 GPL-2.0-or-later":       "MPL-2.0 AND GPL-2.0-or-later",
		"MIT BSD GPL2+":                  "MIT AND LicenseRef-BSD AND GPL-2.0-or-later",
		"BSD-2-Clause AND BSD-3-Clause":  "BSD-2-Clause AND BSD-3-Clause",
		"GPLv2+":                         "GPL-2.0-or-later",
		"GPLv2+ and LGPLv2+":             "GPL-2.0-or-later AND LGPL-2.0-or-later",
		"(GPLv2+ or MIT) and ISC":        "(GPL-2.0-or-later OR MIT) AND ISC",
		"BSD and GPLv2":                  "LicenseRef-BSD AND GPL-2.0-only",
		"GPLv2+ with exceptions and MIT": "LicenseRef-GPLv2-with-exceptions AND MIT",
		"Public Domain":                  "LicenseRef-Public-Domain",
		"ASL 2.0":                        "Apache-2.0",
		"GPL-2+":                         "GPL-2.0-or-later",
		"GPL-3+ and Expat":               "GPL-3.0-or-later AND MIT",
		"Apache License, Version 2.0":    "Apache-2.0",
		"(MIT OR Apache-2.0)":            "MIT OR Apache-2.0",
		"MIT/X11":                        "MIT OR X11",
		"SEE LICENSE IN LICENSE.txt":     "LicenseRef-SEE-LICENSE-IN-LICENSE.txt",
		"LicenseRef-mine":                "LicenseRef-mine",
		"LicenseRef-my_own":              "LicenseRef-my-own",
		"GPL-2.0-only WITH Classpath-exception-2.0": "GPL-2.0-only WITH Classpath-exception-2.0",
		"NOASSERTION": "",
		"unknown":     "",
		"":            "",
		"§§§":         "LicenseRef-unnamed",
		"((MIT":       "LicenseRef-MIT",
	} {
		got := normalize(words)
		if got != want {
			t.Errorf("%q becomes %q, want %q", words, got, want)
		}
		if got == "" {
			continue
		}
		if ok, _ := spdxexp.ValidateLicenses([]string{got}); !ok {
			t.Errorf("%q becomes %q, which is no SPDX expression", words, got)
		}
	}
	var n Normalizer
	if got := n.Expressions([]string{"Expat", "NONE", "MIT", "GPL-2+"}); !slices.Equal(got, []string{"MIT", "GPL-2.0-or-later"}) {
		t.Errorf("expressions %q", got)
	}
}

// TestDistributionNames shows that each identifier in the table is on the SPDX list.
func TestDistributionNames(t *testing.T) {
	for name, id := range distributionNames {
		if ok, _ := spdxexp.ActiveLicense(id); !ok {
			t.Errorf("%s becomes %s, which is not on the SPDX list", name, id)
		}
	}
}

// TestManyFields has more fields than the limit, each as slow to parse as possible.
func TestManyFields(t *testing.T) {
	fields := []string{"MIT"}
	for i := range 20_000 {
		fields = append(fields, fmt.Sprintf("%d %s", i, strings.Repeat("MIT ", 240)))
	}
	fields = append(fields, "MIT", "GPL-2")
	var n Normalizer
	imagetest.CheckCPU(t, 5*time.Second, func() {
		got := n.Expressions(fields)
		if len(got) != 20_002 || got[0] != "MIT" || !strings.HasPrefix(got[1], "LicenseRef-0-MIT") || got[20_001] != "LicenseRef-GPL-2" {
			t.Errorf("%d expressions; the first is %s", len(got), got[0])
		}
	})
	if got := n.Expressions([]string{"MIT"}); len(got) != 1 || got[0] != "MIT" {
		t.Errorf("%q", got)
	}
}

// FuzzKnownWords shows that hasKnownWords is true for every valid expression.
func FuzzKnownWords(f *testing.F) {
	ids := slices.Concat(spdxlicenses.GetLicenses(), spdxlicenses.GetDeprecated())
	for i, id := range ids {
		f.Add(id)
		f.Add("(" + id + " OR ANDMIT) WITH " + ids[(i+1)%len(ids)])
	}
	for _, s := range []string{"GPL-2.0+", "GPL-2.0-or-later+", "GPL-2.0-or-later(MIT", "Apache-2.0-only", "Apache-2.0-or-later", "DocumentRef-a:LicenseRef-b", "ORMIT", "MIT\xff", "a b", "MIT WITH Classpath-exception-2.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		if ok, _ := spdxexp.ValidateLicenses([]string{expression}); ok && !hasKnownWords(expression) {
			t.Fatalf("%q is an expression with an unknown word", expression)
		}
	})
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"MIT", "GPLv2+ and (MIT or BSD)", "a/b", "((", "LicenseRef-", "MIT WITH x", "\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, words string) {
		imagetest.LimitInput(t, func() {
			e := normalize(words)
			if e == "" {
				return
			}
			if ok, _ := spdxexp.ValidateLicenses([]string{e}); !ok {
				t.Fatalf("%q becomes %q, which is no SPDX expression", words, e)
			}
			if again := normalize(e); again != e {
				t.Fatalf("%q becomes %q, and that %q", words, e, again)
			}
			if strings.TrimSpace(e) != e {
				t.Fatalf("%q has space around it", e)
			}
		})
	})
}

func TestDebianExpression(t *testing.T) {
	for in, want := range map[string]string{
		"GPL-2":                              "GPL-2.0-only",
		"GPL-2+":                             "GPL-2.0-or-later",
		"LGPL-2.1+":                          "LGPL-2.1-or-later",
		"LGPL-2.1+ and GPL-3":                "LGPL-2.1-or-later AND GPL-3.0-only",
		"BSD-3-clause":                       "BSD-3-Clause",
		"Apache-2.0":                         "Apache-2.0",
		"Apache-2":                           "Apache-2.0",
		"public-domain":                      "public-domain",
		"GPL-2 or MIT, and ISC":              "(GPL-2.0-only OR MIT) AND ISC",
		"GPL-2+ with OpenSSL exception":      "GPL-2+ with OpenSSL exception",
		"GPL-3+ with Bison exception or MIT": "GPL-3+ with Bison exception or MIT",
	} {
		if got := DebianExpression(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestIdentifier(t *testing.T) {
	for in, want := range map[string]string{
		"The MIT License":                 "MIT",
		"MIT":                             "MIT",
		"Apache  License, Version 2.0":    "Apache-2.0",
		"MIT OR Apache-2.0":               "MIT OR Apache-2.0",
		"UNKNOWN":                         "",
		strings.Repeat("Permission ", 30): "",
	} {
		if got := Identifier(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

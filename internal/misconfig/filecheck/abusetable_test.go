package filecheck

import (
	"slices"
	"strings"
	"testing"
)

func TestAbuseTableIsSorted(t *testing.T) {
	for i, a := range abuseTable[:] {
		if a.how == "" || strings.ContainsAny(a.name, "/ ") {
			t.Errorf("%q: %q", a.name, a.how)
		}
		if got, ok := abuseOf(a.name); !ok || got != a {
			t.Errorf("%q is not found in its place %d", a.name, i)
		}
	}
	if !slices.IsSortedFunc(abuseTable[:], func(a, b abuse) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) }) {
		t.Error("not sorted")
	}
}

func TestAbuseOf(t *testing.T) {
	for base, want := range map[string]string{
		"python3.11": "python", "python": "python", "perl5.36.0": "perl", "gcc-12": "gcc", "vim.basic": "vim", "nc.openbsd": "nc",
		"ld-linux-x86-64.so.2": "ld.so", "ld-musl-x86_64.so.1": "ld.so", "sqlite3": "sqlite", "7z": "7z", "hping3": "hping3", "R": "R",
		"passwd": "", "ping": "", "": "", "-": "", "r": "", "123": "", "pythonista": "", "Find": "",
	} {
		if got, ok := abuseOf(base); got.name != want || ok != (want != "") {
			t.Errorf("abuseOf(%q) = %q, %t; want %q", base, got.name, ok, want)
		}
	}
}

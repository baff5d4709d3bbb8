package misconfig

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

func TestInterestsFitTheIndex(t *testing.T) {
	all := interests()
	if room := 64 * len(set{}); len(all) > room {
		t.Fatalf("%d interests, but the set has room for %d", len(all), room)
	}
	seen := map[string]bool{}
	for _, in := range all {
		if seen[in.Name] {
			t.Errorf("%s: two interests have this name", in.Name)
		}
		seen[in.Name] = true
		for _, name := range slices.Concat(in.Paths, in.Under, in.Bases, in.Suffixes) {
			if len(name) > maxIndexed || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") {
				t.Errorf("%s: %q is too long, or not in the form of a path", in.Name, name)
			}
		}
		for _, suffix := range in.Suffixes {
			if strings.LastIndexByte(suffix, '.') != 0 {
				t.Errorf("%s: suffix %q does not start at the last dot", in.Name, suffix)
			}
		}
	}
}

func TestIndex(t *testing.T) {
	x := newIndex([]check.Interest{
		{Name: "path", Paths: []string{"etc/passwd"}},
		{Name: "under", Under: []string{"etc/cron.d"}},
		{Name: "base", Bases: []string{".npmrc"}},
		{Name: "suffix", Suffixes: []string{".pem"}},
		{Name: "header", Header: func(h *seaworthy.Header) bool { return h.Mode&seaworthy.Setuid != 0 }},
		{Name: "only", Under: []string{"etc"}, Only: func(h *seaworthy.Header) bool { return h.Type == seaworthy.Symlink }},
	})
	for path, want := range map[string]string{
		"etc/passwd": "path", "etc/passwd2": "", "srv/etc/passwd": "", "etc/cron.d": "", "etc/cron.d/a": "under", "etc/cron.d/a/b": "under",
		"etc/cron.daily/a": "", ".npmrc": "base", "root/.npmrc": "base", "root/x.npmrc": "", "a.pem": "suffix", "a.pem/b": "",
		"etc/cron.d/a.pem": "under suffix", "": "",
		strings.Repeat("long/", 100) + ".npmrc": "base", "etc/cron.d/" + strings.Repeat("long/", 100) + "x.pem": "under suffix",
	} {
		if got := found(x, &seaworthy.Header{Path: path}); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
	if got := found(x, &seaworthy.Header{Path: "etc/a", Type: seaworthy.Symlink, Mode: 0o4777}); got != "header only" {
		t.Errorf("by header: %q", got)
	}
}

func found(x *index, h *seaworthy.Header) string {
	var list []string
	s := x.of(h)
	for i, in := range x.interests {
		if s.has(i) {
			list = append(list, in.Name)
		}
	}
	return strings.Join(list, " ")
}

func TestConfigDigestFollowsInterests(t *testing.T) {
	a := newIndex([]check.Interest{{Name: "a", Paths: []string{"p"}}}).digest
	b := newIndex([]check.Interest{{Name: "a", Paths: []string{"q"}}}).digest
	if a == b || a != newIndex([]check.Interest{{Name: "a", Paths: []string{"p"}}}).digest {
		t.Errorf("digests %s and %s", a, b)
	}
}

func TestReduce(t *testing.T) {
	x := newIndex([]check.Interest{{Name: "a", Paths: []string{"p"}, Text: true, Reduce: check.KeepLines("keep", "url")}})
	got := string(x.reduce(x.of(&seaworthy.Header{Path: "p"}), []byte("KEEP this\ndrop that\nurl https://user:word@example.org/a@b c\nend")))
	if want := "KEEP this\n\nurl https://***@example.org/a@b c\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// entries are names as they are in layers.
func entries() []seaworthy.Header {
	var list []seaworthy.Header
	for i := range 1000 {
		list = append(list,
			seaworthy.Header{Path: fmt.Sprintf("usr/lib/python3/dist-packages/module%d/__init__.py", i), Mode: 0o644},
			seaworthy.Header{Path: fmt.Sprintf("app/node_modules/package%d/dist/index.js", i), Mode: 0o644},
			seaworthy.Header{Path: fmt.Sprintf("usr/share/doc/package%d", i), Mode: 0o755, Type: seaworthy.Directory},
		)
	}
	return list
}

func TestWantsDoesNotAllocate(t *testing.T) {
	p, list := New(nil).Open(), entries()
	if n := testing.AllocsPerRun(10, func() {
		for i := range list {
			p.Wants(&list[i])
		}
	}); n > 0 {
		t.Errorf("%.0f allocations for %d entries of no interest", n, len(list))
	}
}

func BenchmarkWants(b *testing.B) {
	p, list := New(nil).Open(), entries()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.Wants(&list[i%len(list)])
	}
}

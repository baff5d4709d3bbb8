package inventory

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

const (
	chiselPath     = "var/lib/chisel/manifest.wall"
	chiselManifest = `{"jsonwall":"1.0","schema":"1.0","count":7}
{"kind":"content","slice":"openssl_bins","path":"/usr/bin/openssl"}
{"kind":"package","name":"libssl3t64","version":"3.0.13-0ubuntu3.4","sha256":"abab","arch":"amd64"}
{"kind":"package","name":"openssl","version":"3.0.13-0ubuntu3.4","sha256":"abab","arch":"amd64"}
{"kind":"path","path":"/etc/ssl/","mode":"0755","slices":["openssl_config"]}
{"kind":"path","path":"/etc/ssl/openssl.cnf","mode":"0644","slices":["openssl_config"],"sha256":"0101","final_sha256":"0202","size":3}
{"kind":"path","path":"/usr/bin/openssl","mode":"0755","slices":["openssl_bins"],"sha256":"cdcd","size":3}
`
)

func compressZstandard(text string) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(zstd.MinWindowSize))
	if err != nil {
		panic(err)
	}
	return w.EncodeAll([]byte(text), nil)
}

func TestChisel(t *testing.T) {
	compressed := compressZstandard(chiselManifest)
	openssl := plain{Package{Type: "deb", Name: "openssl", Version: "3.0.13-0ubuntu3.4", Arch: "amd64"}, []string{"etc/ssl/openssl.cnf 0202", "usr/bin/openssl cdcd"}}
	library := plain{Package{Type: "deb", Name: "libssl3t64", Version: "3.0.13-0ubuntu3.4", Arch: "amd64"}, nil}
	for _, c := range []struct {
		name   string
		body   []byte
		want   []plain
		unread string // what the reason contains
	}{
		{"a manifest", compressed, []plain{library, openssl}, ""},
		{"truncated stream", compressed[:len(compressed)-5], nil, "is damaged"},
		{"truncated text", compressZstandard(strings.Replace(chiselManifest, `"count":7`, `"count":8`, 1)), []plain{library, openssl}, "7 of 8 lines"},
		{"another file", compressZstandard("{}\n"), nil, "not a manifest of Chisel"},
		{"not compressed", []byte(chiselManifest), nil, "is damaged"},
		{"not JSON", compressZstandard("a\n"), nil, "Line 1"},
		{"too many lines", compressZstandard(`{"jsonwall":"1.0"}` + strings.Repeat("\n{}", maxChiselLines)), nil, "more than 500000 lines"},
		{"too much text", compressZstandard(`{"jsonwall":"1.0"}` + strings.Repeat("\n{}"+strings.Repeat(" ", 500_000), 200)), nil, "after decompression"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := read(t, fileOf(chiselPath, c.body))
			if len(l.Files) != 1 {
				t.Fatalf("%d files found", len(l.Files))
			}
			if c.unread == "" && l.Files[0].ReadError != "" || !strings.Contains(l.Files[0].ReadError, c.unread) {
				t.Errorf("unread: %q", l.Files[0].ReadError)
			}
			if diff := cmp.Diff(c.want, spellOut(l.Files[0].Packages)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzChisel reads any text, compressed and as it is.
func FuzzChisel(f *testing.F) {
	f.Add([]byte(chiselManifest))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, found := range read(t, fileOf(chiselPath, compressZstandard(string(text))), fileOf("opt/chisel/manifest.wall", text)).Files {
			for _, p := range found.Packages {
				if p.Name == "" || p.Version == "" {
					t.Errorf("a package without a name or version: %+v", p)
				}
			}
		}
	})
}

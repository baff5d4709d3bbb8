package inventory

import (
	"bytes"
	"compress/zlib"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/program"
)

// elfOf returns an ELF file with one section and the section names.
func elfOf(name string, content []byte) []byte {
	names := "\x00.shstrtab\x00" + name + "\x00"
	var b bytes.Buffer
	write := func(v any) {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	const headerSize, sectionSize = 64, 64
	body := uint64(headerSize + 3*sectionSize)
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	write(elf.Header64{
		Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: headerSize, Ehsize: headerSize, Shentsize: sectionSize, Shnum: 3, Shstrndx: 1,
	})
	write(elf.Section64{})
	write(elf.Section64{Name: 1, Type: uint32(elf.SHT_STRTAB), Off: body, Size: uint64(len(names))})
	write(elf.Section64{Name: 11, Type: uint32(elf.SHT_PROGBITS), Off: body + uint64(len(names)), Size: uint64(len(content))})
	b.WriteString(names)
	b.Write(content)
	return b.Bytes()
}

func deflate(text string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// programOf returns an executable file of the minimum size.
func programOf(path string, body []byte) *seaworthy.File {
	body = append(slices.Clip(body), make([]byte, max(0, minForeign-len(body)))...)
	f := fileOf(path, body)
	f.Mode = 0o755
	return f
}

const crates = `{"packages":[
 {"name":"app","version":"0.1.0","source":"local","root":true,"dependencies":[1]},
 {"name":"serde","version":"1.0.1","source":"crates.io"},
 {"name":"cc","version":"1.0.2","source":"crates.io","kind":"build"},
 {"name":"fork","version":"1.0.3","source":"git"}]}`

func TestExecutables(t *testing.T) {
	text := func(s string) []byte { return elfOf(".rodata", []byte(s)) }
	for _, c := range []struct {
		path   string
		body   []byte
		want   []string
		unread string
	}{
		{path: "usr/bin/app", body: elfOf(".dep-v0", deflate(crates)), want: []string{"cargo app 0.1.0", "cargo serde 1.0.1"}},
		{path: "usr/bin/app", body: elfOf(".dep-v0", []byte("x")), unread: "is not zlib data"},
		{path: "usr/bin/app", body: elfOf(".dep-v0", deflate(`{"packages":[{"name":"x"}]}`)), unread: "without name or version"},
		{path: "usr/bin/app", body: elfOf(".dep-v0", deflate(strings.Repeat(" ", maxCrateList+1))), unread: "more than 8388608 bytes"},
		{path: "usr/bin/app", body: elfOf(".go.buildinfo", []byte("damaged")), unread: "without readable build information"},
		{path: "usr/bin/app", body: text("nginx version: nginx/1.22.1")},
		{path: "usr/bin/app", body: []byte("\x7fELF but no more")},
		{path: "usr/bin/app.exe", body: []byte("MZ but no more")},
		{path: "usr/bin/tool", body: []byte("#!/bin/sh\n")},

		{path: "usr/sbin/nginx", body: text("/etc/nginx/nginx.conf\x00nginx version: nginx/1.22.1\x00"), want: []string{"~ generic nginx 1.22.1"}},
		{path: "usr/sbin/nginx", body: text("nginx version: openresty/1.21.4.1\x00"), want: []string{"~ generic openresty 1.21.4.1"}},
		{path: "usr/local/bin/node", body: text("https://nodejs.org/download/release/v20.20.2/node-v20.20.2.tar.gz"), want: []string{"~ generic node 20.20.2"}},
		{path: "usr/bin/python3.11", body: text("\x0014.0.0\x00\x003.11.2\x00"), want: []string{"~ generic python 3.11.2"}},
		{path: "usr/lib/libpython3.7m.so.1.0", body: text("14.3.7.9\x003.7.x\x00/build/Python-3.7.16\x00"), want: []string{"~ generic python 3.7.16"}},
		{path: "usr/bin/python3", body: text("\x003.9.2\x00"), want: []string{"~ generic python 3.9.2"}},
		{path: "usr/bin/python3.13", body: text("\x003.13.0b1\x00"), want: []string{"~ generic python 3.13.0b1"}},
		{path: "usr/bin/redis-server", body: text("\x002.6.0\x00\x007.0.15\x00\x00127.0.0.1\x00\x003.2.0\x00"), want: []string{"~ generic redis 7.0.15"}},
		{path: "usr/bin/openssl", body: text("\x00OpenSSL 1.1.1w  11 Sep 2023\x00"), want: []string{"~ generic openssl 1.1.1w"}},
		{path: "usr/lib64/libcrypto.so.1.0.2k", body: text("\x00OpenSSL 1.0.2k-fips  26 Jan 2017\x00"), want: []string{"~ generic openssl 1.0.2k"}},
		{path: "usr/bin/openssl", body: text("\x00OpenSSL 3.x legacy\x00")},
		{path: "bin/busybox", body: text("\x00BusyBox v1.35.0 (2022)\x00"), want: []string{"~ generic busybox 1.35.0"}},
		{path: "bin/bash", body: text("@(#)Bash version 5.2.15(1) release GNU"), want: []string{"~ generic bash 5.2.15"}},
		{path: "usr/sbin/mysqld", body: text("\x0010.11.19-MariaDB-log\x00"), want: []string{"~ generic mariadb 10.11.19"}},
		{path: "usr/bin/php8.4", body: text("X-Powered-By: PHP/8.4.0RC2\x00"), want: []string{"~ generic php 8.4.0RC2"}},
		{
			path: "usr/bin/postgres", body: text(strings.Repeat("x", 1<<20-280) + "postgres (PostgreSQL) 15.20 (Debian)"),
			want: []string{"~ generic postgresql 15.20"},
		},
	} {
		t.Run(c.path, func(t *testing.T) {
			l := read(t, programOf(c.path, c.body))
			var got []string
			unread := ""
			for _, f := range l.Files {
				got, unread = append(got, brief(f.Packages)...), f.ReadError
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(unread, c.unread) || c.unread == "" && unread != "" {
				t.Errorf("the reason is %q and should say %q", unread, c.unread)
			}
		})
	}
}

// TestGoBinary reads the test program.
func TestGoBinary(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	packages, _, err := parseGoBinary(r, maxBuildInfo)
	if err != nil {
		t.Fatal(err)
	}
	got := brief(packages)
	for _, want := range []string{"golang stdlib 1.", "golang seaworthy.dev/seaworthy (devel)"} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	if _, _, err := parseGoBinary(bytes.NewReader(elfOf(".text", nil)), maxBuildInfo); !errors.Is(err, errNoBuildInfo) {
		t.Errorf("a program in another language: %v", err)
	}
}

func TestGoModule(t *testing.T) {
	for _, c := range []struct {
		in   debug.Module
		want string
	}{
		{debug.Module{Path: "a.b/c", Version: "v2.0.0+incompatible"}, "golang a.b/c v2.0.0+incompatible"},
		{debug.Module{Path: "a.b/c", Version: "v1.0.0", Replace: &debug.Module{Path: "d.e/f", Version: "v1.0.1"}}, "golang d.e/f v1.0.1"},
		{debug.Module{Path: "a.b/c", Version: "v0.0.0", Replace: &debug.Module{Path: "./staging/c"}}, "golang a.b/c (devel)"},
		{debug.Module{Path: "a.b/c"}, "golang a.b/c (devel)"},
	} {
		if got := brief([]Package{goModule(&c.in)}); got[0] != c.want {
			t.Errorf("%q, not %q", got[0], c.want)
		}
	}
}

func TestGoMain(t *testing.T) {
	const (
		commit = "v2.0.0-20250930000000-f6816f11c9fd"
		later  = "v1.2.4-0.20250930000000-f6816f11c9fd"
	)
	for _, c := range []struct{ name, version, flags, want string }{
		{"package main", "(devel)", "-s -w -X main.version=v1.2.3", "~ golang a.b/c v1.2.3"},
		{"package below the module", "(devel)", "-X 'a.b/c/internal/info.AppVersion=1.2.3-rc.1' -s", "~ golang a.b/c v1.2.3-rc.1"},
		{"another module", "(devel)", "-X other.dev/x.version=v1.2.3", "golang a.b/c (devel)"},
		{"Prometheus", "(devel)", "-X github.com/prometheus/common/version.Version=2.45.0", "~ golang a.b/c v2.45.0"},
		{"Kubernetes", "(devel)", "-X 'k8s.io/component-base/version.gitVersion=v1.29.1' -X k8s.io/component-base/version.gitMajor=1", "~ golang a.b/c v1.29.1"},
		{"the module before others", "(devel)", "-X github.com/prometheus/common/version.Version=2.45.0 -X main.version=1.0.1", "~ golang a.b/c v1.0.1"},
		{"not the program's version", "(devel)", "-X main.goVersion=1.22.1 -X main.apiVersion=v1.41.0", "golang a.b/c (devel)"},
		{"a word", "(devel)", "-X main.version=dev", "golang a.b/c (devel)"},
		{"a placeholder", "(devel)", "-X main.version=v0.0.0-dev", "golang a.b/c (devel)"},
		{"commits after a tag", "(devel)", "-X main.version=v1.2.3-5-gf6816f1-dirty", "~ golang a.b/c v1.2.3"},
		{"build metadata", "(devel)", "-X main.version=v1.2.3+abc.1", "~ golang a.b/c v1.2.3"},
		{"commit without a tag", commit, "-s", "golang a.b/c " + commit + " untagged"},
		{"commit without a tag, and a flag", commit, "-X a.b/c/common.version=2.14.20", "~ golang a.b/c v2.14.20"},
		{"changed checkout without a tag", "v0.0.0-20250930000000-f6816f11c9fd+dirty", "", "golang a.b/c v0.0.0-20250930000000-f6816f11c9fd+dirty untagged"},
		{"commit after a tag", later, "-X main.version=9.9.9", "golang a.b/c " + later},
		{"release", "v1.2.3", "-X main.version=9.9.9", "golang a.b/c v1.2.3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			info := &debug.BuildInfo{
				Main:     debug.Module{Path: "a.b/c", Version: c.version},
				Settings: []debug.BuildSetting{{Key: "-ldflags", Value: c.flags}},
			}
			p := goMain(info)
			got := brief([]Package{p})[0]
			if p.Untagged {
				got += " untagged"
			}
			if got != c.want {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}

func TestGoVersion(t *testing.T) {
	for in, want := range map[string]string{
		"go1.22.1":                    "1.22.1",
		"go1.20":                      "1.20",
		"go1.21rc2 X:boringcrypto":    "1.21.0-rc.2",
		"go1.22.1-custom":             "1.22.1",
		"devel go1.23-0123abc Mon":    "1.23",
		"devel +0123abc Mon Nov 2020": "",
	} {
		if got := goVersion(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

func FuzzExecutable(f *testing.F) {
	f.Add("app", elfOf(".dep-v0", deflate(crates)))
	f.Add("app", elfOf(".go.buildinfo", append([]byte("\xff Go buildinf:\x08\x02"), make([]byte, 32)...)))
	f.Add("app", elfOf(".gopclntab", append([]byte("\xf1\xff\xff\xff\x00\x00\x01\x08"), make([]byte, 100)...)))
	f.Add("redis-server", elfOf(".rodata", []byte("\x007.0.15\x00")))
	f.Add("python3", elfOf(".rodata", []byte("\x003.11.2\x00")))
	f.Add("app", []byte("MZ"))
	x := &executableParser{program.NewKnown()}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		imagetest.LimitInput(t, func() {
			packages, _ := x.parse(context.Background(), fileOf(name, body))
			functionNames(bytes.NewReader(body), binary.LittleEndian)
			for _, p := range packages {
				if p.Name == "" || p.Version == "" {
					t.Errorf("a package without name or version: %+v", p)
				}
			}
		})
	})
}

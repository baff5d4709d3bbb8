package scan_test

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/scan"
)

// program returns an executable file with an ELF program that has a text in its constants.
func program(path, text string) imagetest.Entry {
	var b bytes.Buffer
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	header := elf.Header64{
		Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT), Entry: 1,
		Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1,
	}
	segment := elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R), Off: 120, Vaddr: 0x400078, Filesz: uint64(len(text)), Memsz: uint64(len(text))}
	for _, part := range []any{header, segment} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic(err)
		}
	}
	b.WriteString(text)
	return imagetest.FileMode(path, 0o755, b.String())
}

// owning returns the file list of a package of dpkg.
func owning(name string, paths ...string) imagetest.Entry {
	return imagetest.File("var/lib/dpkg/info/"+name+".list", "/"+strings.Join(paths, "\n/")+"\n")
}

// TestUnknownPrograms has a line for all programs that no package owns and that do not say
// what they consist of, and none for others.
func TestUnknownPrograms(t *testing.T) {
	const rust = "/rustc/0123456789abcdef/library/std/src/io.rs"
	debian := imagetest.Layer{imagetest.File("etc/os-release", bookworm), dpkg("base 1"), owning("base", "usr/bin/base", "usr/bin/replaced"), program("usr/bin/base", "x"), program("usr/bin/replaced", "x")}
	line := func(n int, programs string) []string {
		subject := "1 program"
		if n > 1 {
			subject = fmt.Sprintf("%d programs", n)
		}
		return []string{subject + ": not-checked: No package owns these programs, and they do not say which software they consist of: " + programs + "."}
	}
	notExecutable := program("opt/data.bin", "x")
	notExecutable.Mode = 0o644
	for _, c := range []struct {
		name   string
		layers []imagetest.Layer
		want   []string
	}{
		{"only programs of packages", []imagetest.Layer{debian}, nil},
		{"a program of no package", []imagetest.Layer{debian, {program("opt/agent", "x")}}, line(1, "opt/agent")},
		{"in Rust", []imagetest.Layer{debian, {program("opt/agent", rust)}}, line(1, "opt/agent (in Rust, without the list of crates of cargo-auditable)")},
		{"an extension that is none", []imagetest.Layer{debian, {program("opt/agent.py", "x"), program("opt/agent.so.1", "x")}}, line(2, "opt/agent.py, opt/agent.so.1")},
		{"replaced by a later layer", []imagetest.Layer{debian, {program("usr/bin/replaced", "y")}}, line(1, "usr/bin/replaced")},
		{"removed by a later layer", []imagetest.Layer{debian, {program("opt/agent", "x")}, {imagetest.Whiteout("opt/agent")}}, nil},
		{"from scratch", []imagetest.Layer{{program("app", "x")}}, line(1, "app")},
		{"not executable", []imagetest.Layer{debian, {notExecutable}}, nil},
		{"a script", []imagetest.Layer{debian, {imagetest.FileMode("opt/run", 0o755, "#!/bin/sh\n")}}, nil},
		{"of a package of npm", []imagetest.Layer{debian, {program("app/node_modules/esbuild/bin/esbuild", "x")}}, nil},
		{"of a Python package", []imagetest.Layer{debian, {program("usr/lib/python3/site-packages/ruff/ruff", "x")}}, nil},
		{"of Java", []imagetest.Layer{debian, {program("opt/java/bin/java", "x"), imagetest.File("opt/java/release", "JAVA_VERSION=\"17.0.9\"\n")}}, nil},
		{"of .NET", []imagetest.Layer{debian, {program("usr/share/dotnet/dotnet", "x"), imagetest.File("usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.0/Microsoft.NETCore.App.deps.json", `{"libraries":{"runtimepack.x/8.0.0":{"type":"runtimepack"}}}`)}}, nil},
		{"of Erlang", []imagetest.Layer{debian, {program("opt/app/erts-13.1/bin/beam.smp", "x"), imagetest.File("opt/app/lib/kernel-8.5/ebin/kernel.app", `{application,kernel,[{vsn,"8.5"}]}`)}}, nil},
		{"of R", []imagetest.Layer{debian, {program("usr/local/lib/R/bin/exec/R", "x"), imagetest.File("usr/local/lib/R/library/base/DESCRIPTION", "Package: base\nVersion: 4.2.1\nPriority: base\n")}}, nil},
		{"with the version in its library", []imagetest.Layer{debian, {program("usr/local/bin/python3.12", "x"), program("usr/local/lib/libpython3.12.so.1.0", "\x003.12.1\x00")}}, nil},
		{"without a version anywhere", []imagetest.Layer{debian, {program("usr/local/bin/python3.12", "x")}}, line(1, "usr/local/bin/python3.12")},
		{"of conda", []imagetest.Layer{debian, {program("opt/conda/bin/x", "x"), imagetest.File("opt/conda/conda-meta/x-1-0.json", `{"name":"x","version":"1"}`)}}, nil},
		{"of Nix", []imagetest.Layer{debian, {program("nix/store/0c5q9j2lq1y3yx7v6rlkm7c7vq2f3l0a-x-1.0/bin/x", "x")}}, nil},
		{"damaged", []imagetest.Layer{debian, {imagetest.FileMode("opt/agent", 0o755, "\x7fELF\x02\x01\x01"+strings.Repeat("\x00", 100))}}, []string{"1 damaged program: not-checked: These files are executable, but their ELF headers are damaged: opt/agent."}},
		{"a package without a list of files", []imagetest.Layer{{imagetest.File("etc/os-release", bookworm), dpkg("base 1"), program("usr/bin/base", "x"), program("opt/agent", "x")}}, line(1, "opt/agent")},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := read(t, layers(c.layers...).OCILayout(t), scan.Options{})
			if diff := cmp.Diff(c.want, gapsOf(m)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("many", func(t *testing.T) {
		l := imagetest.Layer{}
		for i := range 12 {
			l = append(l, program(fmt.Sprintf("opt/agent%02d", i), "x"))
		}
		gaps := gapsOf(read(t, layers(debian, l).OCILayout(t), scan.Options{}))
		if len(gaps) != 1 || !strings.HasPrefix(gaps[0], "12 programs: ") || !strings.HasSuffix(gaps[0], "opt/agent09 and 2 more.") {
			t.Errorf("%q", gaps)
		}
	})
}

// TestMarkers has a line for each kind of software that is seen and not read.
func TestMarkers(t *testing.T) {
	for path, want := range map[string]string{
		"opt/spack/opt/.spack-db/index.json":            "Spack",
		"opt/vcpkg/installed/vcpkg/status":              "vcpkg",
		"snap/core/1/meta/snap.yaml":                    "Snap",
		"home/opam/.opam/5.0/.opam-switch/switch-state": "opam",
		"var/db/xbps/pkgdb-0.38.plist":                  "Void Linux packages",
		"var/log/packages/aaa_base-15.0-x86_64-3":       "Slackware packages",
		"opt/ros/humble/share/rclcpp/package.xml":       "ROS packages",
		"usr/local/bin/composer.phar":                   "PHP archives",
		"app/filter.wasm":                               "WebAssembly modules",
		"boot/vmlinuz-6.1":                              "Linux kernels",
		"app/bun.lockb":                                 "bun's binary lock file",
	} {
		m := read(t, layers(imagetest.Layer{imagetest.File(path, "x")}).OCILayout(t), scan.Options{})
		gaps := m.InventoryGaps()
		if len(gaps) != 1 || gaps[0].Subject != want || gaps[0].Code != "unsupported-format" || !strings.Contains(gaps[0].Reason, path) {
			t.Errorf("%s: %q", path, gapsOf(m))
		}
	}
	owned := imagetest.Layer{imagetest.File("etc/os-release", bookworm), dpkg("ros 1"), owning("ros", "opt/ros/x/package.xml"), imagetest.File("opt/ros/x/package.xml", "x")}
	if gaps := gapsOf(read(t, layers(owned).OCILayout(t), scan.Options{})); len(gaps) > 0 {
		t.Errorf("a file of a package: %q", gaps)
	}
}

func TestStores(t *testing.T) {
	const hash = "0c5q9j2lq1y3yx7v6rlkm7c7vq2f3l0a-"
	m := read(t, layers(
		imagetest.Layer{imagetest.File("nix/store/"+hash+"openssl-3.0.7/lib/libcrypto.so.3", "x")},
		imagetest.Layer{
			imagetest.Dir("nix/store/"+hash+"glibc-2.35-224-bin", 0o755), imagetest.Dir("nix/store/"+hash+"user-environment", 0o755),
			imagetest.File("nix/store/"+hash+"bash-5.2.drv", "x"), imagetest.Dir("nix/store/"+hash+"gtk+3-3.24.35", 0o755),
			imagetest.Dir("gnu/store/"+hash+"hello-2.12", 0o755), imagetest.Dir("nix/store/short-1.0", 0o755),
		},
	).OCILayout(t), scan.Options{})
	want := []string{
		"glibc 2.35-224  nix/store/" + hash + "glibc-2.35-224-bin@1",
		"gtk+3 3.24.35  nix/store/" + hash + "gtk+3-3.24.35@1",
		"hello 2.12  gnu/store/" + hash + "hello-2.12@1",
		"openssl 3.0.7  nix/store/" + hash + "openssl-3.0.7@0",
	}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
}

// TestLockFiles has lock files whose packages are installed, and others.
func TestLockFiles(t *testing.T) {
	const lock = "GEM\n  specs:\n    rack (2.2.3)\n    rake (13.0.6)\n    rspec (3.12.0)\n"
	gem := func(name, version string) imagetest.Entry {
		return imagetest.File("usr/lib/ruby/gems/3.1.0/specifications/"+name+"-"+version+".gemspec", "# stub: "+name+" "+version+" ruby lib\n")
	}
	for _, c := range []struct {
		name  string
		layer imagetest.Layer
		want  []string
	}{
		{"nothing installed", imagetest.Layer{imagetest.File("app/Gemfile.lock", lock)}, []string{"rack 2.2.3", "rake 13.0.6", "rspec 3.12.0"}},
		{"installed in another version", imagetest.Layer{imagetest.File("app/Gemfile.lock", lock), gem("rack", "2.2.9")}, []string{"rack 2.2.9"}},
		{"only the package manager installed", imagetest.Layer{imagetest.File("app/Gemfile.lock", "GEM\n  specs:\n    rack (2.2.3)\n    bundler (2.4.0)\n"), gem("bundler", "2.4.1")}, []string{"bundler 2.4.0", "bundler 2.4.1", "rack 2.2.3"}},
		{"composer's list in PHP", imagetest.Layer{
			imagetest.File("app/vendor/composer/installed.php", `'versions' => array('a/b' => array('pretty_version' => '1.0.1'))`),
			imagetest.File("app/vendor/composer/installed.json", `{"packages":[{"name":"a/b","version":"1.0.1"}]}`),
		}, []string{"a/b 1.0.1"}},
		{"composer", imagetest.Layer{
			imagetest.File("app/composer.lock", `{"packages":[{"name":"a/b","version":"1.0.0"}]}`),
			imagetest.File("app/vendor/composer/installed.json", `{"packages":[{"name":"a/b","version":"1.0.1"}]}`),
		}, []string{"a/b 1.0.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range read(t, layers(c.layer).OCILayout(t), scan.Options{}).Packages() {
				got = append(got, p.Name+" "+p.Version)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBitnami has a program that the vendor's manifest names as well.
func TestBitnami(t *testing.T) {
	const spdx = `{"documentDescribes":["a"],"packages":[{"SPDXID":"a","name":"nginx","versionInfo":"1.25.1-0"}]}`
	m := read(t, layers(imagetest.Layer{
		imagetest.File("opt/bitnami/nginx/.spdx-nginx.spdx", spdx),
		program("opt/bitnami/nginx/sbin/nginx", "nginx version: nginx/1.25.1\x00"), program("opt/bitnami/nginx/sbin/other", "x"),
		program("usr/local/sbin/nginx", "nginx version: nginx/1.25.1\x00"),
	}).OCILayout(t), scan.Options{})
	want := []string{"nginx 1.25.1  usr/local/sbin/nginx@0", "nginx 1.25.1 Bitnami opt/bitnami/nginx/.spdx-nginx.spdx@0"}
	got := packagesOf(m)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if gaps := gapsOf(m); len(gaps) > 0 {
		t.Errorf("%q", gaps)
	}
}

// TestPythonArchive scans a zipped egg, which has no directory of its own.
func TestPythonArchive(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("EGG-INFO/PKG-INFO")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "Name: requests\nVersion: 2.19.0\n\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m := read(t, layers(imagetest.Layer{imagetest.File("usr/lib/python3.9/site-packages/requests-2.19.0-py3.9.egg", b.String())}).OCILayout(t), scan.Options{})
	want := []string{"requests 2.19.0 PyPI usr/lib/python3.9/site-packages/requests-2.19.0-py3.9.egg@0"}
	if diff := cmp.Diff(want, packagesOf(m)); diff != "" {
		t.Error(diff)
	}
}

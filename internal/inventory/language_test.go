package inventory

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
)

// brief returns a line for each package: type, name, version, licenses and inner path. A
// package with ByText has "~" before it.
func brief(packages []Package) []string {
	var list []string
	for _, p := range packages {
		s := p.Type + " " + p.Name + " " + p.Version
		if p.ByText {
			s = "~ " + s
		}
		if len(p.Licenses) > 0 {
			s += " (" + strings.Join(p.Licenses, ", ") + ")"
		}
		if p.InnerPath != "" {
			s += " in " + p.InnerPath
		}
		list = append(list, s)
	}
	return list
}

const gemspec = `# -*- encoding: utf-8 -*-
# stub: net-ftp 0.1.4 ruby lib

Gem::Specification.new do |s|
  s.name = "net-ftp".freeze
  s.version = "0.1.4"
  s.licenses = ["Ruby".freeze, "BSD-2-Clause".freeze]
  s.add_runtime_dependency(%q<net-protocol>.freeze, [">= 0"])
end
`

const packageLock1 = `{"name":"app","version":"1.0.0","lockfileVersion":1,"dependencies":{
 "a":{"version":"1.0.0","dependencies":{"@s/b":{"version":"2.0.0"}}},
 "alias":{"version":"npm:@s/real@3.0.0"},
 "test":{"version":"4.0.0","dev":true},
 "fork":{"version":"git+ssh://git@example.com/fork.git#0123"}}}`

const packageLock3 = `{"name":"app","lockfileVersion":3,"packages":{
 "":{"name":"app","version":"1.0.0","dependencies":{"a":"^1.0.0"}},
 "node_modules/a":{"version":"1.0.0","license":"MIT","dependencies":{"b":"^2.0.0"}},
 "node_modules/a/node_modules/@s/b":{"version":"2.0.0"},
 "node_modules/alias":{"name":"real","version":"3.0.0"},
 "node_modules/test":{"version":"4.0.0","dev":true},
 "node_modules/part":{"resolved":"part","link":true},
 "part":{"version":"0.1.0"}}}`

const yarnLock1 = `# yarn lockfile v1


"@babel/code-frame@^7.0.0", "@babel/code-frame@^7.12.13":
  version "7.12.13"
  resolved "https://example.com/code-frame.tgz"
  dependencies:
    version "^1.0.0"

alias@npm:real@^3.0.0:
  version "3.0.1"

local@file:./local:
  version "0.0.0"
`

const yarnLock2 = `__metadata:
  version: 6

"@babel/core@npm:^7.0.0":
  version: 7.1.0
  resolution: "@babel/core@npm:7.1.0"
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
`

const pnpmLock5 = `lockfileVersion: 5.4
dependencies:
  a: 1.0.0
packages:

  /@s/b/2.0.0_react@17.0.2:
    resolution: {integrity: sha512-x}
    dev: false

  /a/1.0.0:
    resolution: {integrity: sha512-x}

  /test/4.0.0:
    dev: true
`

const pnpmLock9 = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        version: 1.0.0
packages:

  '@s/b@2.0.0':
    resolution: {integrity: sha512-x}
    engines: {node: '>=6.9.0'}

  a@1.0.0:
    resolution: {integrity: sha512-x}

  fork@https://example.com/fork.tgz:
    resolution: {tarball: x}

snapshots:

  c@1.0.0: {}
`

const depsJSON = `{"runtimeTarget":{"name":".NETCoreApp,Version=v6.0/linux-x64","signature":""},
 "targets":{".NETCoreApp,Version=v6.0/linux-x64":{
  "App/1.0.0":{"runtime":{"App.dll":{}}},
  "Newtonsoft.Json/12.0.3":{"runtime":{"lib/netstandard2.0/Newtonsoft.Json.dll":{}}},
  "System.Net.Http/4.3.0":{"dependencies":{"System.IO":"4.3.0"}},
  "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1":{"native":{"libclrjit.so":{}}}}},
 "libraries":{"App/1.0.0":{"type":"project"},"Newtonsoft.Json/12.0.3":{"type":"package","sha512":"x"},
  "System.Net.Http/4.3.0":{"type":"package"},
  "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1":{"type":"runtimepack"}}}`

func TestManifests(t *testing.T) {
	for _, c := range []struct {
		path, body, format string
		want               []string
		unread             string // what its reason contains
	}{
		{path: "app/node_modules/a/package.json", format: formatNPM, body: `{"name":"a","version":"1.0.0","license":"MIT"}`, want: []string{"npm a 1.0.0 (MIT)"}},
		{
			path: "usr/lib/node_modules/npm/node_modules/@s/b/package.json", format: formatNPM,
			body: "\ufeff" + `{"name":"@s/b","version":"2.0.0","licenses":[{"type":"Apache 2.0","url":"x"},{"type":"MIT"}]}`,
			want: []string{"npm @s/b 2.0.0 (Apache-2.0, MIT)"},
		},
		{path: "node_modules/a/package.json", format: formatNPM, body: `{"name":"a","version":"1.0.0","license":{"type":["x"]}}`, want: []string{"npm a 1.0.0"}},
		{path: "node_modules/a/package.json", format: formatNPM, body: `{"name":"a","version":`, unread: "It is JSON that ends before it is complete"},
		{path: "node_modules/a/dist/esm/package.json", body: `{"name":"a","version":"1.0.0"}`},
		{path: "node_modules/.bin/package.json", body: `{"name":"a","version":"1.0.0"}`},
		{path: "not_node_modules/a/package.json", body: `{"name":"a","version":"1.0.0"}`},
		{path: "app/package.json", body: `{"name":"app","version":"1.0.0"}`},

		{path: "app/package-lock.json", format: formatNPMLock, body: packageLock1, want: []string{"npm @s/b 2.0.0", "npm @s/real 3.0.0", "npm a 1.0.0"}},
		{path: "app/npm-shrinkwrap.json", format: formatNPMLock, body: packageLock3, want: []string{"npm @s/b 2.0.0", "npm a 1.0.0 (MIT)", "npm real 3.0.0"}},
		{path: "app/node_modules/a/npm-shrinkwrap.json", body: packageLock3},
		{path: "app/yarn.lock", format: formatYarnLock, body: yarnLock1, want: []string{"npm @babel/code-frame 7.12.13", "npm real 3.0.1"}},
		{path: "app/yarn.lock", format: formatYarnLock, body: yarnLock2, want: []string{"npm @babel/core 7.1.0"}},
		{path: "app/pnpm-lock.yaml", format: formatPnpmLock, body: pnpmLock5, want: []string{"npm @s/b 2.0.0", "npm a 1.0.0"}},
		{path: "app/pnpm-lock.yaml", format: formatPnpmLock, body: pnpmLock9, want: []string{"npm @s/b 2.0.0", "npm a 1.0.0"}},

		{
			path: "usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA", format: formatPython,
			body: "Metadata-Version: 2.1\nName: Zope.Interface__x\nVersion: 6.0\nLicense: MIT License\n\nName: other\n",
			want: []string{"pypi zope-interface-x 6.0 (MIT)"},
		},
		{
			path: "opt/x.egg-info/PKG-INFO", format: formatPython,
			body: "Name: x\r\nVersion: 1!2.0.post1\r\nLicense: UNKNOWN\r\nClassifier: License :: OSI Approved\r\n" +
				"Classifier: License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)\r\n",
			want: []string{"pypi x 1!2.0.post1 (GPL-2.0-or-later)"},
		},
		{
			path: "opt/argparse-1.2.1.egg-info", format: formatPython,
			body: "Name: argparse\nVersion: 1.2.1\nLicense: Python\nLicense-Expression: Apache-2.0 OR BSD-2-Clause\n",
			want: []string{"pypi argparse 1.2.1 (Apache-2.0 OR BSD-2-Clause)"},
		},
		{path: "opt/x-1.dist-info/METADATA", format: formatPython, body: "Name: x\n\nVersion: 1\n", unread: "It has no distribution name or no version."},
		{path: "opt/x/METADATA", body: "Name: x\nVersion: 1\n"},

		{path: "usr/lib/ruby/gems/3.1.0/specifications/default/net-ftp-0.1.4.gemspec", format: formatGem, body: gemspec, want: []string{"gem net-ftp 0.1.4 (Ruby, BSD-2-Clause)"}},
		{
			path: "usr/lib/ruby/gems/1.8/specifications/rack-1.0.gemspec", format: formatGem,
			body: "Gem::Specification.new do |s|\n  s.name = %q{x}\n  s.name = 'rack'\n  s.version = Gem::Version.new(\"1.0\")\nend\n",
			want: []string{"gem rack 1.0"},
		},
		{path: "specifications/x.gemspec", format: formatGem, body: "s.name = NAME\ns.version = VERSION\n", unread: "without running it"},
		{path: "usr/lib/ruby/gems/3.1.0/gems/x/x.gemspec", body: gemspec},

		{
			path: "app/vendor/composer/installed.json", format: formatComposer,
			body: `{"packages":[{"name":"Symfony/HTTP-kernel","version":"v5.4.0","license":["MIT"]}],"dev":true}`,
			want: []string{"composer symfony/http-kernel v5.4.0 (MIT)"},
		},
		{path: "app/vendor/composer/installed.json", format: formatComposer, body: `[{"name":"a/b","version":"1.0.0"}]`, want: []string{"composer a/b 1.0.0"}},
		{path: "app/vendor/composer/installed.json", format: formatComposer, body: `"a"`, unread: "It is not in the format of composer: it must not be a JSON string"},
		{path: "app/vendor/composer/installed.json", format: formatComposer, body: `{"packages":1}`, unread: "It is not in the format of composer: packages must not be a JSON number"},
		{path: "node_modules/a/package.json", format: formatNPM, body: "[]", unread: "Line 1: it must not be a JSON array"},
		{
			path: "app/App.deps.json", format: formatDotNet, body: depsJSON,
			want: []string{"nuget Microsoft.NETCore.App.Runtime.linux-x64 6.0.1", "nuget Newtonsoft.Json 12.0.3"},
		},
		{path: "opt/java/openjdk/release", format: formatJavaRuntime, body: "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.9\"\n", want: []string{"generic java 17.0.9"}},
		{path: "srv/release", body: "1.0\n"},

		{path: "opt/conda/conda-meta/curl-7.71.1-0.json", format: formatConda, body: `{"name":"curl","version":"7.71.1"}`, want: []string{"conda curl 7.71.1"}},
		{path: "opt/conda/conda-meta/curl-7.71.1-0.json", format: formatConda, body: `{"name":`, unread: "not the expected JSON"},
		{path: "opt/conda/pkgs/curl-7.71.1-0/info/index.json", body: `{"name":"curl","version":"7.71.1"}`},
		{path: "usr/local/lib/R/site-library/jsonlite/DESCRIPTION", format: formatR, body: "Package: jsonlite\nVersion: 1.8.4\n", want: []string{"cran jsonlite 1.8.4"}},
		{path: "usr/src/library/jsonlite/inst/DESCRIPTION", body: "Package: jsonlite\nVersion: 1.8.4\n"},
		{path: "app/lib/plug-1.11.0/ebin/plug.app", format: formatErlang, body: `{application,plug,[{vsn,"1.11.0"}]}.`, want: []string{"hex plug 1.11.0"}},
		{path: "usr/local/lib/luarocks/rocks-5.1/a/1-1/a-1-1.rockspec", format: "LuaRocks package", body: "package = \"a\"\nversion = \"1-1\"\n", want: []string{"luarocks a 1-1"}},
		{path: "src/a-1-1.rockspec", body: "package = \"a\"\nversion = \"1-1\"\n"},
		{path: "home/linuxbrew/.linuxbrew/Cellar/a/1.0/INSTALL_RECEIPT.json", format: formatHomebrew, body: "{}", want: []string{"brew a 1.0"}},
		{path: "root/.julia/packages/HTTP/aTjcj/Project.toml", format: "Julia package", body: "name = \"HTTP\"\nversion = \"1.7.4\"\n", want: []string{"julia HTTP 1.7.4"}},
		{path: "app/Project.toml", body: "name = \"App\"\nversion = \"1.7.4\"\n"},
		{path: "usr/share/perl5/.meta/A-1/MYMETA.json", format: "Perl distribution", body: `{"name":"A","version":"1"}`, want: []string{"cpan A 1"}},
		{path: "usr/lib/ghc/package.conf.d/aeson-2.conf", format: "GHC package", body: "name: aeson\nversion: 2.0.3.0\n", want: []string{"hackage aeson 2.0.3.0"}},
		{path: "deno-dir/npm/npm.example/lodash/4.17.4/package.json", format: formatNPM, body: `{"name":"lodash","version":"4.17.4"}`, want: []string{"npm lodash 4.17.4"}},
		{path: "deno-dir/npm/npm.example/@s/b/2.0.0/package.json", format: formatNPM, body: `{"name":"@s/b","version":"2.0.0"}`, want: []string{"npm @s/b 2.0.0"}},
		{path: "srv/npm/src/a/1/package.json", body: `{"name":"x","version":"1"}`},
		{path: "deno-dir/npm/npm.example/lodash/4.17.4/dist/package.json", body: `{"name":"x","version":"1"}`},
		{path: "var/www/wp-content/plugins/hello.php", format: "WordPress plugin", body: "/*\nPlugin Name: Hello\nVersion: 1\n*/", want: []string{"wordpress-plugin hello 1"}},
		{path: "usr/local/lib/php/.registry/a.reg", format: "PEAR registry", body: `s:4:"name";s:1:"A";s:7:"version";s:1:"1";`, want: []string{"composer pear/a 1"}},
		{path: "app/vendor/composer/installed.php", format: formatComposerPHP, body: `'versions' => array('a/b' => array('pretty_version' => '1.0'))`, want: []string{"composer a/b 1.0"}},
		{path: "app/.pnp.cjs", format: "yarn Plug'n'Play", body: `["a",[["npm:1.0.0",{`, want: []string{"npm a 1.0.0"}},
		{path: "var/www/html/wp-content/plugins/a/a.php", format: "WordPress plugin", body: "/*\nPlugin Name: A\nVersion: 1\n*/", want: []string{"wordpress-plugin a 1"}},
		{path: "var/www/html/wp-content/plugins/a/b/a.php", body: "/*\nPlugin Name: A\nVersion: 1\n*/"},
		{path: "var/www/html/wp-content/themes/a/style.css", format: "WordPress theme", body: "/*\nTheme Name: A\nVersion: 1\n*/", want: []string{"wordpress-theme a 1"}},
		{path: "usr/src/wordpress/wp-includes/version.php", format: formatApplication, body: "$wp_version = '6.4.1';", want: []string{"generic wordpress 6.4.1"}},
		{
			path: "opt/bitnami/rabbitmq/.spdx-rabbitmq.spdx", format: formatBitnami,
			body: `{"documentDescribes":["a"],"packages":[
 {"SPDXID":"a","name":"rabbitmq","versionInfo":"3.11.10","licenseDeclared":"MPL-2.0","externalRefs":[
  {"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:*:x"},{"referenceType":"purl","referenceLocator":"pkg:bitnami/rabbitmq@3.11.10-2?arch=amd64&distro=debian-12"}]},
 {"SPDXID":"b","name":"jar","versionInfo":"1","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:maven/org.a/b@1.0"}]},
 {"SPDXID":"c","name":"nameless"},
 {"SPDXID":"d","name":"deb","versionInfo":"1","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:deb/debian/x@1"}]}]}`,
			want: []string{"bitnami rabbitmq 3.11.10 (MPL-2.0)", "maven org.a:b 1.0"},
		},
		{path: "opt/bitnami/.bitnami_components.json", format: "Bitnami components", body: `{"nginx":{"arch":"amd64","version":"1.25.1-0"}}`, want: []string{"bitnami nginx 1.25.1"}},
		{path: "usr/lib/python3.9/site-packages/requests-2.19.0-py3.9.egg", format: formatPythonArchive, body: archiveOf("EGG-INFO/PKG-INFO", "Name: requests\nVersion: 2.19.0\n\n", "requests/__init__.py", ""), want: []string{"pypi requests 2.19.0"}},
		{path: "app/tool.pex", format: formatPythonArchive, body: "#!/usr/bin/env python3\n" + archiveOf(".deps/a-1.0.whl/a-1.0.dist-info/METADATA", "Name: a\nVersion: 1.0\n\n"), want: []string{"pypi a 1.0"}},
		{path: "app/tool.pyz", body: "#!/usr/bin/env python3\nprint()\n"},
		{path: "app/tool.egg", format: formatPythonArchive, body: "PK\x03\x04", unread: "not a complete zip"},
		{path: "app/.yarn/cache/lodash-npm-4.17.4-0-10.zip", format: "yarn cache", body: archiveOf("node_modules/lodash/package.json", `{"name":"lodash","version":"4.17.4"}`, "node_modules/lodash/node_modules/x/package.json", `{"name":"x","version":"1"}`), want: []string{"npm lodash 4.17.4"}},
		{path: "app/poetry.lock", format: formatLockFile, body: "[[package]]\nname = \"a\"\nversion = \"1\"\n", want: []string{"pypi a 1"}},
		{path: "app/Gemfile.lock", format: formatLockFile, body: "GEM\n  specs:\n    rack (2.2.3)\n", want: []string{"gem rack 2.2.3"}},
		{path: "app/composer.lock", format: formatLockFile, body: `{"packages":[{"name":"a/b","version":"1"`, unread: "not the expected JSON"},
		{path: "usr/lib/ruby/gems/3.1.0/gems/x-1/Gemfile.lock", body: "GEM\n  specs:\n    rack (2.2.3)\n"},
		{path: "root/.cargo/registry/src/x/Cargo.lock", body: "[[package]]\n"},
	} {
		t.Run(c.path, func(t *testing.T) {
			got := read(t, fileOf(c.path, []byte(c.body)))
			want := fmt.Sprint([]string{c.format}, c.want, c.unread != "")
			var formats []string
			var packages []string
			unread := ""
			for _, f := range got.Files {
				formats, packages, unread = append(formats, f.Format), append(packages, brief(f.Packages)...), f.ReadError
			}
			if len(formats) == 0 {
				formats = []string{""}
			}
			if diff := cmp.Diff(want, fmt.Sprint(formats, packages, unread != "")); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(unread, c.unread) {
				t.Errorf("the reason is %q and does not say %q", unread, c.unread)
			}
			if strings.Contains(unread, "Go ") || strings.Contains(unread, "inventory.") {
				t.Errorf("the reason is %q and names a type of Go", unread)
			}
		})
	}
}

func TestTooManyLockedPackages(t *testing.T) {
	var b bytes.Buffer
	for i := range maxLockedPackages + 5 {
		fmt.Fprintf(&b, "p%d@^1.0.0:\n  version \"1.0.0\"\n", i)
	}
	packages, err := parseYarnLock(context.Background(), fileOf("yarn.lock", b.Bytes()))
	if len(packages) != maxLockedPackages || err == nil || !strings.Contains(err.Error(), "100005") {
		t.Errorf("%d packages and the error %v", len(packages), err)
	}
}

// archiveOf returns a zip archive of names and texts in turn.
func archiveOf(files ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			panic(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// FuzzManifests runs the parsers of all manifests on any bytes.
// TestNestedLicenses has licenses as deep as a JSON document may be, each level of which
// would decode the rest again.
func TestNestedLicenses(t *testing.T) {
	const depth = 9_900
	rest := strings.Repeat(`"MIT",`, 100_000)
	for name, license := range map[string]string{
		"lists":   strings.Repeat("[", depth) + rest + `"MIT"` + strings.Repeat("]", depth),
		"objects": strings.Repeat(`{"type":`, depth) + "[" + rest + `"MIT"]` + strings.Repeat("}", depth),
		"both":    strings.Repeat(`[{"type":`, depth/2) + "[" + rest + `"MIT"]` + strings.Repeat("}]", depth/2),
	} {
		imagetest.CheckCPU(t, 2*time.Second, func() {
			body := `{"name":"a","version":"1.0.0","license":` + license + `}`
			packages, err := parseNPMPackage(t.Context(), fileOf("node_modules/a/package.json", []byte(body)))
			if err != nil || len(packages) != 1 || len(packages[0].Licenses) != 0 {
				t.Errorf("%s: %d packages, %v", name, len(packages), err)
			}
			body = `{"packages":[` + body + `]}`
			if packages, err = parseComposer(t.Context(), fileOf(composerList, []byte(body))); err != nil || len(packages) != 1 {
				t.Errorf("%s for composer: %d packages, %v", name, len(packages), err)
			}
			body = `{"packages":{"node_modules/a":{"version":"1.0.0","license":` + license + `}}}`
			if packages, err = parsePackageLock(t.Context(), fileOf("package-lock.json", []byte(body))); err != nil || len(packages) != 1 {
				t.Errorf("%s in a lock file: %d packages, %v", name, len(packages), err)
			}
		})
	}
}

func FuzzManifests(f *testing.F) {
	for _, seed := range []string{gemspec, packageLock1, packageLock3, yarnLock1, yarnLock2, pnpmLock5, pnpmLock9, depsJSON, `[{"name":"a/b"}]`, "Name: x\nVersion: 1\n"} {
		f.Add([]byte(seed))
	}
	formats := slices.Concat(languageFormats(), softwareFormats())
	f.Fuzz(func(t *testing.T, body []byte) {
		imagetest.LimitInput(t, func() {
			for i := range formats {
				packages, _ := formats[i].parse(context.Background(), fileOf("x", body))
				for _, p := range packages {
					if p.Type == "" || p.Name == "" || p.Version == "" {
						t.Errorf("%s: a package without type, name or version: %+v", formats[i].name, p)
					}
				}
			}
		})
	})
}

package inventory

import (
	"bytes"
	"context"
	"fmt"
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
		{path: "node_modules/a/package.json", format: formatNPM, body: `{"name":"a","version":`, unread: "It is not the expected JSON"},
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
		{path: "app/vendor/composer/installed.json", format: formatComposer, body: `"a"`, unread: "It is not in the format of composer"},
		{
			path: "app/App.deps.json", format: formatDotNet, body: depsJSON,
			want: []string{"nuget Microsoft.NETCore.App.Runtime.linux-x64 6.0.1", "nuget Newtonsoft.Json 12.0.3"},
		},
		{path: "opt/java/openjdk/release", format: formatJavaRuntime, body: "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.9\"\n", want: []string{"generic java 17.0.9"}},
		{path: "srv/release", body: "1.0\n"},
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
	formats := languageFormats()
	f.Fuzz(func(t *testing.T, body []byte) {
		for i := range formats {
			packages, _ := formats[i].parse(context.Background(), fileOf("x", body))
			for _, p := range packages {
				if p.Type == "" || p.Name == "" || p.Version == "" {
					t.Errorf("%s: a package without type, name or version: %+v", formats[i].name, p)
				}
			}
		}
	})
}

package packagelist

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const poetryLock = `[[package]]
name = "Zope.Interface"
version = "6.0"
description = "x"
optional = false
python-versions = ">=3.7"
files = [
    {file = "a.whl", hash = "sha256:0"},
]

[package.dependencies]
name = ">=1"
version = ">=2"

[[package]]
name = "pytest"
version = "7.0.0"
category = "dev"

[[package]]
name = "black"
version = "23.1.0"
groups = ["dev"]

[[package]]
name = "requests"
version = "2.19.0"
groups = ["main", "dev"]

[metadata]
lock-version = "2.0"
`

const uvLock = `version = 1

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }

[[package]]
name = "jinja2"
version = "3.1.2"
source = { registry = "https://pypi.org/simple" }
`

const cargoLock = `version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "serde",
]

[[package]]
name = "serde"
version = "1.0.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"

[[package]]
name = "fork"
version = "1.0.0"
source = "git+https://example.org/fork#0123"
`

const gemfileLock = `PATH
  remote: .
  specs:
    app (0.1.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.15.0-x86_64-linux)
      racc (~> 1.4)
    rack (2.2.3)

PLATFORMS
  ruby

DEPENDENCIES
  rack (= 2.2.3)
`

const bunLock = `{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "app", "dependencies": { "lodash": "^4.17.4", }, }, },
  // a comment
  "packages": {
    "lodash": ["lodash@4.17.4", "", {}, "sha512-x,}"],
    "@s/b": ["@s/b@2.0.0", "", { "dependencies": { "a": "1", }, }, "sha512-y"],
    "part": ["part@workspace:part"],
  },
}`

const pnp = `#!/usr/bin/env node
const RAW_RUNTIME_STATE =
'{\
  "dependencyTreeRoots": [\
    {\
      "name": "app",\
      "reference": "workspace:."\
    }\
  ],\
  "packageRegistryData": [\
    ["@babel/core", [\
      ["npm:7.1.0", {\
        "packageLocation": "./.yarn/cache/@babel-core-npm-7.1.0-0123456789-10.zip/node_modules/@babel/core/",\
        "packageDependencies": [\
          ["@babel/core", "npm:7.1.0"],\
          ["lodash", "npm:4.17.4"]\
        ]\
      }],\
      ["virtual:0a1b#npm:7.2.0", {\
        "packageLocation": "./.yarn/x/"\
      }]\
    ]],\
    ["app", [\
      ["workspace:.", {\
        "packageLocation": "./"\
      }]\
    ]],\
    ["lodash", [\
      ["npm:4.17.4", {\
        "packageLocation": "./.yarn/cache/lodash.zip/node_modules/lodash/"\
      }]\
    ]]\
  ]\
}';
`

const pubLock = `packages:
  args:
    dependency: "direct main"
    description:
      name: args
      version: "9.9.9"
    source: hosted
    version: "2.4.0"
  test:
    dependency: "direct dev"
    source: hosted
    version: "1.0.0"
  local:
    dependency: "direct main"
    source: path
    version: "0.0.1"
sdks:
  dart: ">=2.19.0"
`

const installedPHP = `<?php return array(
    'root' => array(
        'name' => 'Acme/App',
        'pretty_version' => 'dev-main',
        'version' => 'dev-main',
    ),
    'versions' => array(
        'Acme/App' => array(
            'pretty_version' => 'dev-main',
            'version' => 'dev-main',
        ),
        'guzzlehttp/guzzle' => array(
            'pretty_version' => '6.5.0',
            'version' => '6.5.0.0',
            'aliases' => array(),
        ),
        'psr/log-implementation' => array(
            'dev_requirement' => false,
            'provided' => array(
                0 => '1.0|2.0',
            ),
        ),
    ),
);
`

// cases are files of each parser.
var cases = []struct {
	name   string
	parser Parser
	path   string
	body   string
	want   []string
	err    string
}{
	{"conda", Conda, "opt/conda/conda-meta/openssl-1.1.1k-h27cfd23_0.json", `{"name":"openssl","version":"1.1.1k","build":"h27cfd23_0","license":"OpenSSL"}`, []string{"conda openssl 1.1.1k (OpenSSL)"}, ""},
	{"conda cut off", Conda, "conda-meta/x.json", `{"name":"openssl",`, nil, "not the expected JSON"},
	{"R", R, "usr/local/lib/R/site-library/jsonlite/DESCRIPTION", "Package: jsonlite\nType: Package\nVersion: 1.8.4\nLicense: MIT + file LICENSE\nRepository: CRAN\n", []string{"cran jsonlite 1.8.4 (MIT + file LICENSE)"}, ""},
	{"R itself", R, "usr/local/lib/R/library/base/DESCRIPTION", "Package: base\nVersion: 4.2.1\nPriority: base\n", []string{"generic r 4.2.1"}, ""},
	{"part of R", R, "usr/local/lib/R/library/stats/DESCRIPTION", "Package: stats\nVersion: 4.2.1\nPriority: base\n", nil, ""},
	{"Bioconductor", R, "R/library/limma/DESCRIPTION", "Package: limma\nVersion: 3.54.0\nbiocViews: ExonArray\n", []string{"bioconductor limma 3.54.0"}, ""},
	{"R without a version", R, "library/x/DESCRIPTION", "Package: x\n", nil, "no version"},
	{"Elixir", Erlang, "app/lib/plug_cowboy-2.5.0/ebin/plug_cowboy.app", `{application,plug_cowboy,[{description,"x"},{vsn,"2.5.0"},{modules,[]}]}.`, []string{"hex plug_cowboy 2.5.0"}, ""},
	{"Erlang/OTP", Erlang, "usr/lib/erlang/lib/ssl-10.9/ebin/ssl.app", "%% comment\n{application, ssl,\n [{description, \"x\"},\n  {vsn, \"10.9\"}]}.\n", []string{"otp ssl 10.9"}, ""},
	{"RabbitMQ", Erlang, "opt/rabbitmq/plugins/rabbit-3.13.6/ebin/rabbit.app", `{application,'rabbit',[{description,"RabbitMQ"},{vsn,"3.13.6"}]}.`, []string{"generic rabbitmq 3.13.6"}, ""},
	{"a quoted application", Erlang, "ebin/Elixir.X.app", `{application,'x.y',[{vsn,"1"}]}.`, []string{"hex x.y 1"}, ""},
	{"no Erlang", Erlang, "ebin/x.app", "x", nil, ""},
	{"LuaRocks", LuaRocks, "rocks-5.1/lua-cjson/2.1.0.6-1/lua-cjson-2.1.0.6-1.rockspec", "package = \"lua-cjson\"\nversion = '2.1.0.6-1'\ndescription = {\n   license = \"MIT\"\n}\n", []string{"luarocks lua-cjson 2.1.0.6-1 (MIT)"}, ""},
	{"LuaRocks with variables", LuaRocks, "x.rockspec", "package = NAME\n", nil, "without running it"},
	{"Homebrew", Homebrew, "home/linuxbrew/.linuxbrew/Cellar/openssl@3/3.0.7_1/INSTALL_RECEIPT.json", "{}", []string{"brew openssl@3 3.0.7"}, ""},
	{"Homebrew elsewhere", Homebrew, "x/INSTALL_RECEIPT.json", "{}", nil, ""},
	{"Julia", JuliaProject, "root/.julia/packages/HTTP/aTjcj/Project.toml", "name = \"HTTP\"\nuuid = \"cd3e\"\nversion = \"1.7.4\"\n\n[compat]\nversion = \"9\"\n", []string{"julia HTTP 1.7.4"}, ""},
	{"Julia environment", JuliaProject, "Project.toml", "[deps]\nname = \"x\"\nversion = \"1\"\n", nil, ""},
	{"Julia manifest", JuliaManifest, "Manifest.toml", "julia_version = \"1.9.0\"\n\n[[deps.Dates]]\nuuid = \"a\"\n\n[[deps.HTTP]]\ndeps = [\"Dates\"]\ngit-tree-sha1 = \"0\"\nuuid = \"b\"\nversion = \"1.7.4\"\n\n[[JSON]]\ngit-tree-sha1 = \"0\"\nversion = \"0.21.0\"\n", []string{"julia HTTP 1.7.4", "julia JSON 0.21.0"}, ""},
	{"Perl", Perl, ".meta/HTTP-Tiny-0.070/MYMETA.json", `{"name":"HTTP-Tiny","version":"0.070"}`, []string{"cpan HTTP-Tiny 0.070"}, ""},
	{"Perl with a number", Perl, ".meta/X-1.10/MYMETA.json", `{"name":"X","version":1.10}`, []string{"cpan X 1.10"}, ""},
	{"Perl by cpanm", Perl, ".meta/HTTP-Tiny-0.070/install.json", `{"name":"HTTP::Tiny","version":"0.070","dist":"HTTP-Tiny-0.070"}`, []string{"cpan HTTP-Tiny 0.070"}, ""},
	{"Haskell", Haskell, "package.conf.d/aeson-2.0.3.0-x.conf", "name:                 aeson\nversion:              2.0.3.0\nlicense:              BSD-3-Clause\n", []string{"hackage aeson 2.0.3.0 (BSD-3-Clause)"}, ""},
	{"Conan 1", ConanInfo, "root/.conan/data/zlib/1.2.13/_/_/package/0123/conaninfo.txt", "[settings]\n", []string{"conan zlib 1.2.13"}, ""},
	{"Conan 2", ConanInfo, "root/.conan2/p/b/zlib0123/p/conaninfo.txt", "[settings]\n", nil, ""},
	{"PEAR", PEAR, "usr/local/lib/php/.registry/archive_tar.reg", `a:2:{s:4:"name";s:11:"Archive_Tar";s:7:"channel";s:12:"pear.php.net";s:7:"version";a:1:{s:7:"release";s:6:"1.4.10";}}`, []string{"composer pear/archive_tar 1.4.10"}, ""},
	{"PEAR 1.0", PEAR, "php/.registry/xml_util.reg", `a:2:{s:7:"package";s:8:"XML_Util";s:7:"version";s:5:"1.2.1";}`, []string{"composer pear/xml_util 1.2.1"}, ""},
	{"PECL", PEAR, "php/.registry/.channel.pecl.php.net/redis.reg", `a:2:{s:4:"name";s:5:"redis";s:7:"version";a:2:{s:7:"release";s:5:"5.3.7";s:3:"api";s:5:"5.3.0";}}`, []string{"pear pecl.php.net/redis 5.3.7"}, ""},
	{"PEAR damaged", PEAR, ".registry/x.reg", "a:0:{}", nil, "no version"},
	{"composer", ComposerInstalled, "vendor/composer/installed.php", installedPHP, []string{"composer guzzlehttp/guzzle 6.5.0"}, ""},
	{"composer in one line", ComposerInstalled, "vendor/composer/installed.php", "<?php return array('root' => array('name' => 'a/b'), 'versions' => array('guzzlehttp/guzzle' => array('pretty_version' => '6.5.0', 'version' => '6.5.0.0')));", []string{"composer guzzlehttp/guzzle 6.5.0"}, ""},
	{"other PHP", ComposerInstalled, "composer/installed.php", "<?php\n", nil, ""},
	{"yarn Plug'n'Play", YarnPnP, ".pnp.cjs", pnp, []string{"npm @babel/core 7.1.0", "npm @babel/core 7.2.0", "npm lodash 4.17.4"}, ""},
	{"yarn Plug'n'Play as data", YarnPnP, ".pnp.data.json", `{"packageRegistryData":[["lodash",[["npm:4.17.4",{"packageLocation":"./x/"}]]]]}`, []string{"npm lodash 4.17.4"}, ""},

	{"WordPress plugin", WordPressPlugin, "wp-content/plugins/contact-thing/main.php", "<?php\n/**\n * Plugin Name: Contact Thing\n * Version: 5.3.1\n * License: GPLv2\n */\n", []string{"wordpress-plugin contact-thing 5.3.1 (GPLv2)"}, ""},
	{"WordPress plugin in one comment", WordPressPlugin, "wp-content/plugins/x/x.php", "<?php\n/*\nPlugin Name: X\nVersion: 1.0 */\n", []string{"wordpress-plugin x 1.0"}, ""},
	{"WordPress plugin of one file", WordPressPlugin, "var/www/html/wp-content/plugins/hello.php", "<?php\n/*\nPlugin Name: Hello Dolly\nVersion: 1.7.2\n*/\n", []string{"wordpress-plugin hello 1.7.2"}, ""},
	{"other file of a plugin", WordPressPlugin, "wp-content/plugins/x/y.php", "<?php\n/* Version: 1.0 */\n", nil, ""},
	{"WordPress theme", WordPressTheme, "wp-content/themes/twenty/style.css", "/*\nTheme Name: Twenty\nVersion: 1.4\n*/\n", []string{"wordpress-theme twenty 1.4"}, ""},
	{"WordPress", Application, "var/www/html/wp-includes/version.php", "<?php\n$wp_version = '6.4.1';\n$wp_db_version = 56657;\n", []string{"generic wordpress 6.4.1"}, ""},
	{"Drupal", Application, "opt/drupal/web/core/lib/Drupal.php", "class Drupal {\n  const VERSION = '10.1.0';\n", []string{"generic drupal 10.1.0"}, ""},
	{"Joomla", Application, "administrator/manifests/files/joomla.xml", "<extension>\n<name>files_joomla</name>\n<version>4.2.7</version>\n", []string{"generic joomla 4.2.7"}, ""},
	{"Moodle", Application, "moodle/version.php", "defined('MOODLE_INTERNAL') || die();\n$version  = 2022112802.00;\n$release  = '4.1.2 (Build: 20230313)';\n", []string{"generic moodle 4.1.2"}, ""},
	{"Nextcloud", Application, "nextcloud/version.php", "<?php\n$OC_Version = array(25,0,3,2);\n$OC_VersionString = '25.0.3';\n", []string{"generic nextcloud 25.0.3"}, ""},
	{"phpMyAdmin", Application, "phpmyadmin/libraries/classes/Version.php", "namespace PhpMyAdmin;\n public const VERSION = '5.2.0' . VERSION_SUFFIX;\n", []string{"generic phpmyadmin 5.2.0"}, ""},
	{"MediaWiki", Application, "includes/Defines.php", "define( 'MW_VERSION', '1.39.0' );\n", []string{"generic mediawiki 1.39.0"}, ""},
	{"Redmine", Application, "usr/src/redmine/lib/redmine/version.rb", "module Redmine\n  module VERSION\n    MAJOR = 5\n    MINOR = 0\n    TINY  = 5\n", []string{"generic redmine 5.0.5"}, ""},
	{"Discourse", Application, "var/www/discourse/lib/version.rb", "module Discourse\n  unless defined?(::Discourse::VERSION)\n    module VERSION #:nodoc:\n      STRING = \"3.1.0\"\n", []string{"generic discourse 3.1.0"}, ""},
	{"GitLab", Application, "opt/gitlab/version-manifest.json", `{"manifest_format":2,"software":{},"build_version":"16.0.1","build_git_revision":"0"}`, []string{"generic gitlab 16.0.1"}, ""},
	{"Kibana", Application, "usr/share/kibana/package.json", "{\n  \"name\": \"kibana\",\n  \"version\": \"8.5.1\"\n}", []string{"generic kibana 8.5.1"}, ""},
	{"another version.php", Application, "app/version.php", "<?php\n$version = '1';\n", nil, ""},

	{"poetry", TOMLLock, "app/poetry.lock", poetryLock, []string{"pypi requests 2.19.0", "pypi zope-interface 6.0"}, ""},
	{"uv", TOMLLock, "app/uv.lock", uvLock, []string{"pypi jinja2 3.1.2"}, ""},
	{"cargo", TOMLLock, "app/Cargo.lock", cargoLock, []string{"cargo serde 1.0.1"}, ""},
	{"Pipfile", Pipfile, "Pipfile.lock", `{"default":{"Django":{"version":"==2.0"},"x":{"git":"y"}},"develop":{"pytest":{"version":"==7"}}}`, []string{"pypi django 2.0"}, ""},
	{"Pipfile cut off", Pipfile, "Pipfile.lock", `{"default":{"dj`, nil, "not the expected JSON"},
	{"bundler", Gemfile, "Gemfile.lock", gemfileLock, []string{"gem nokogiri 1.15.0", "gem rack 2.2.3"}, ""},
	{"composer.lock", ComposerLock, "composer.lock", `{"packages":[{"name":"Symfony/HTTP-kernel","version":"v5.4.0"}],"packages-dev":[{"name":"a/b","version":"1"}]}`, []string{"composer symfony/http-kernel v5.4.0"}, ""},
	{"NuGet", NuGetLock, "packages.lock.json", `{"version":1,"dependencies":{"net8.0":{"Newtonsoft.Json":{"type":"Direct","resolved":"12.0.1"},"part":{"type":"Project"}}}}`, []string{"nuget Newtonsoft.Json 12.0.1"}, ""},
	{"bun", BunLock, "bun.lock", bunLock, []string{"npm @s/b 2.0.0", "npm lodash 4.17.4"}, ""},
	{"deno", DenoLock, "deno.lock", `{"version":"4","npm":{"@s/b@2.0.0_peer@1.0.0":{},"lodash@4.17.4":{}},"jsr":{"@std/x@1.0.0":{}}}`, []string{"npm @s/b 2.0.0", "npm lodash 4.17.4"}, ""},
	{"Dart", PubLock, "pubspec.lock", pubLock, []string{"pub args 2.4.0"}, ""},
	{"mix", HexLock, "mix.lock", "%{\n  \"plug\": {:hex, :plug, \"1.11.0\", \"f17217\", [:mix], [{:mime, \"~> 1.0\", [hex: :mime]}], \"hexpm\", \"x\"},\n}\n", []string{"hex plug 1.11.0"}, ""},
	{"rebar", HexLock, "rebar.lock", "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0}]}.\n", []string{"hex cowboy 2.9.0"}, ""},
	{"Gradle", GradleLock, "gradle.lockfile", "# comment\norg.slf4j:slf4j-api:1.7.36=runtimeClasspath\nempty=\n", []string{"maven org.slf4j:slf4j-api 1.7.36"}, ""},
	{"Conan", ConanLock, "conan.lock", `{"version":"0.5","requires":["zlib/1.2.13#0123%1.2","openssl/3.0.7@user/stable"]}`, []string{"conan openssl 3.0.7", "conan zlib 1.2.13"}, ""},
	{"Swift", SwiftLock, "Package.resolved", `{"pins":[{"identity":"swift-nio","kind":"remoteSourceControl","location":"https://github.com/apple/swift-nio.git","state":{"revision":"0","version":"2.39.0"}},{"identity":"x","location":"https://example.org/x","state":{"branch":"main"}}],"version":2}`, []string{"swift github.com/apple/swift-nio 2.39.0"}, ""},
	{"Swift 5.5 and earlier", SwiftLock, "Package.resolved", `{"object":{"pins":[{"package":"swift-nio","repositoryURL":"https://github.com/apple/swift-nio","state":{"version":"2.30.0"}}]},"version":1}`, []string{"swift github.com/apple/swift-nio 2.30.0"}, ""},
	{"renv", RenvLock, "renv.lock", `{"Packages":{"jsonlite":{"Package":"jsonlite","Version":"1.8.4","Source":"Repository"},"limma":{"Package":"limma","Version":"3.54.0","Source":"Bioconductor"}}}`, []string{"bioconductor limma 3.54.0", "cran jsonlite 1.8.4"}, ""},
}

func TestParsers(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			packages, err := c.parser(c.path, []byte(c.body))
			var got []string
			for _, p := range packages {
				s := p.Type + " " + p.Name + " " + p.Version
				if len(p.Licenses) > 0 {
					s += " (" + strings.Join(p.Licenses, ", ") + ")"
				}
				got = append(got, s)
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("the error is %v, not %q", err, c.err)
			}
		})
	}
}

// FuzzParsers runs all parsers on any bytes.
func FuzzParsers(f *testing.F) {
	for _, c := range cases {
		f.Add(c.path, []byte(c.body))
	}
	var parsers []Parser
	for _, c := range cases {
		parsers = append(parsers, c.parser)
	}
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		for i, parse := range parsers {
			packages, _ := parse(path, body)
			for _, p := range packages {
				if p.Type == "" || p.Name == "" || p.Version == "" {
					t.Errorf("%s: a package without type, name or version: %+v", cases[i].name, p)
				}
			}
		}
	})
}

// TestLinear gives each parser 128 KiB of what makes it start again and again.
func TestLinear(t *testing.T) {
	for _, unit := range []string{
		"'a/b' => array(", `["a", [`, `["npm:1", {`, "{application,a,", `s:4:"name";`, `{:hex, :a, "`, "[[package]]\nname = \"a\"\n", "[[deps.A]]\n",
		"MAJOR = 1 MINOR = 1 ", "namespace PhpMyAdmin; VERSION = '", "    a (1)\n", "/* , ", "{", `{"a":`, `"a/1#`, "a:b:1",
	} {
		body := []byte(strings.Repeat(unit, 1<<17/len(unit)))
		for _, c := range cases {
			c.parser(c.path, body)
		}
	}
}

func TestTooManyPackages(t *testing.T) {
	packages, err := HexLock("mix.lock", []byte(strings.Repeat(`{:hex, :a, "1"}`, maxMatches+1)))
	if len(packages) != maxMatches || err == nil || !strings.Contains(err.Error(), "more than 100000") {
		t.Errorf("%d packages, %v", len(packages), err)
	}
}

package installed

import "testing"

func TestInstalled(t *testing.T) {
	for _, c := range []struct {
		name string
		rule func(string) bool
		path string
		want bool
	}{
		{"a package", NodeModule, "app/node_modules/a", true},
		{"a scoped package", NodeModule, "node_modules/@s/a", true},
		{"a dependency of a package", NodeModule, "usr/lib/node_modules/npm/node_modules/@s/a", true},
		{"a package named test", NodeModule, "node_modules/test/node_modules/fixtures", true},
		{"an application in a package", NodeModule, "usr/lib/node_modules/code-server/lib/vscode/node_modules/a", true},
		{"tests of the application", NodeModule, "app/test/node_modules/a", true},
		{"pnpm", NodeModule, "node_modules/.pnpm/@s+a@1.0.0/node_modules/@s/a", true},
		{"pnpm, hoisted", NodeModule, "node_modules/.pnpm/node_modules/a", true},
		{"bun", NodeModule, "node_modules/.bun/a@1.0.0/node_modules/a", true},
		{"npm, linked", NodeModule, "node_modules/.store/a@1.0.0-hash/node_modules/a", true},
		{"Bazel", NodeModule, "node_modules/.aspect_rules_js/a@1.0.0/node_modules/a", true},
		{"part of a package", NodeModule, "node_modules/a/dist", false},
		{"no directory of packages", NodeModule, "not_node_modules/a", false},
		{"a scope", NodeModule, "node_modules/@s", false},
		{"executables", NodeModule, "node_modules/.bin", false},
		{"tests of a package", NodeModule, "node_modules/resolve/test/resolver/node_modules/a", false},
		{"tests of a scoped package", NodeModule, "node_modules/@s/x/lib/__tests__/node_modules/a", false},
		{"fixtures of a dependency", NodeModule, "node_modules/x/node_modules/y/fixtures/node_modules/@s/a", false},
		{"below a fixture", NodeModule, "node_modules/x/test/node_modules/y/node_modules/a", false},
		{"examples", NodeModule, "node_modules/x/examples/app/node_modules/a", false},
		{"leftover of npm", NodeModule, "node_modules/.lodash-Ab3dEf9h", false},
		{"leftover of npm with a dependency", NodeModule, "node_modules/.mkdirp-Ab3dEf9h/node_modules/minimist", false},
		{"leftover of npm with a scope", NodeModule, "node_modules/@s/.a-Ab3dEf9h", false},
		{"leftover of npm with a scope and a dependency", NodeModule, "node_modules/@s/.a-Ab3dEf9h/node_modules/b", false},
		{"unfinished installation of npm 6", NodeModule, "node_modules/.staging/mkdirp-1a2b3c4d/node_modules/minimist", false},
		{"moved away by pnpm", NodeModule, "node_modules/.ignored/mkdirp/node_modules/minimist", false},
		{"cache of a build tool", NodeModule, "node_modules/.cache/x/node_modules/a", false},
		{"cache of yarn", NodeModule, "usr/local/share/.cache/yarn/v6/npm-lodash-4.17.4-78203a4d-integrity/node_modules/lodash", false},
		{"cache of npx", NodeModule, "root/.npm/_npx/1a2b3c4d/node_modules/cowsay", false},

		{"a wheel", Python, "usr/lib/python3.12/site-packages/requests-2.32.3.dist-info/METADATA", true},
		{"an egg", Python, "usr/lib/python2.7/site-packages/six-1.0-py2.7.egg/EGG-INFO/PKG-INFO", true},
		{"of distutils", Python, "usr/lib/python3/dist-packages/argparse-1.2.1.egg-info", true},
		{"part of another wheel", Python, "site-packages/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA", true},
		{"of a virtual environment for tests", Python, "srv/tests/venv/lib/python3.12/site-packages/a-1.dist-info/METADATA", true},
		{"leftover of pip", Python, "usr/lib/python3.12/site-packages/~equests-2.19.0.dist-info/METADATA", false},
		{"leftover of pip 18", Python, "usr/lib/python3.12/site-packages/-equests-2.19.0.dist-info/METADATA", false},
		{"leftover with several marks", Python, "usr/lib/python3.12/site-packages/~-%uests-2.19.0.egg-info/PKG-INFO", false},
		{"leftover of an egg", Python, "usr/lib/python2.7/site-packages/~ix-1.0-py2.7.egg/EGG-INFO/PKG-INFO", false},
		{"leftover of distutils", Python, "usr/lib/python3/dist-packages/~rgparse-1.2.1.egg-info", false},
		{"tests of a distribution", Python, "site-packages/pkg_resources/tests/data/my_test_package-1.0-py3.7.egg/EGG-INFO/PKG-INFO", false},
		{"tests of Python", Python, "usr/lib/python3.12/test/metadata/example-21.12.dist-info/METADATA", false},

		{"a gem", Gem, "usr/lib/ruby/gems/3.1.0/specifications", true},
		{"gems of an application in tests", Gem, "srv/test/vendor/bundle/ruby/3.1.0/specifications", true},
		{"tests of a gem", Gem, "usr/lib/ruby/gems/3.1.0/gems/rubygems-update-3.5.0/test/rubygems/specifications", false},

		{"an application", Composer, "app/vendor/composer/installed.json", true},
		{"tests of a package", Composer, "app/vendor/composer/composer/tests/Fixtures/vendor/composer/installed.json", false},

		{"a lock file", ApplicationLock, "app/yarn.lock", true},
		{"a lock file in a package", ApplicationLock, "app/node_modules/a/yarn.lock", false},
		{"a lock file in a wheel", ApplicationLock, "opt/lib/python3.12/site-packages/jupyterlab/staging/yarn.lock", false},
		{"a lock file in a gem", ApplicationLock, "usr/lib/ruby/gems/3.1.0/gems/webpacker-5.4.4/package-lock.json", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.rule(c.path); got != c.want {
				t.Errorf("%s: %v", c.path, got)
			}
		})
	}
}

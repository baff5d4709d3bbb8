package packagelist

import (
	"bytes"
	"regexp"
	"strings"
)

// WordPressPlugin reads the header of the main file of a WordPress plugin. The directory, or
// the file if there is none, below wp-content/plugins names the plugin
// (https://developer.wordpress.org/plugins/plugin-basics/header-requirements/).
func WordPressPlugin(path string, body []byte) ([]Package, error) {
	return wordPressHeader(typeWordPress, "Plugin Name", path, body)
}

// WordPressTheme reads the header of the style sheet of a WordPress theme.
func WordPressTheme(path string, body []byte) ([]Package, error) {
	return wordPressHeader(typeTheme, "Theme Name", path, body)
}

func wordPressHeader(kind, title, path string, body []byte) ([]Package, error) {
	const size = 8 << 10 // WordPress does not read more
	p := Package{Type: kind}
	titled := false
	for line := range bytes.Lines(body[:min(len(body), size)]) {
		key, value, ok := strings.Cut(strings.TrimLeft(string(line), " \t/*#@"), ":")
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "*/"))
		switch {
		case !ok:
		case key == title:
			titled = true
		case key == "Version" && p.Version == "":
			p.Version = value
		case key == "License" && p.Licenses == nil:
			p.Licenses = licenseList(value)
		}
	}
	d := directories(path)
	if !titled || p.Version == "" || len(d) == 0 {
		return nil, nil
	}
	if p.Name = d[0]; p.Name == "plugins" { // a plugin of a single file
		p.Name = strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".php")
	}
	return []Package{p}, nil
}

// application is web software that is unpacked from an archive and has its version in a
// source file.
type application struct {
	// name is the name in the OSV ecosystem Bitnami, if that has the software.
	name string
	// file is the end of the path of the source file.
	file string
	// version has the version as its only group.
	version *regexp.Regexp
}

// applications returns the applications.
func applications() []application {
	return []application{
		{"wordpress", "/wp-includes/version.php", regexp.MustCompile(`\$wp_version\s*=\s*'([^']+)'`)},
		{"drupal", "/core/lib/Drupal.php", regexp.MustCompile(`const VERSION\s*=\s*'([^']+)'`)},
		{"drupal", "/includes/bootstrap.inc", regexp.MustCompile(`define\('VERSION',\s*'([^']+)'\)`)},
		{"joomla", "/manifests/files/joomla.xml", regexp.MustCompile(`<version>([^<]+)</version>`)},
		{"moodle", "/version.php", regexp.MustCompile(`(?s)MOODLE_INTERNAL.*\$release\s*=\s*'(\d[^\s+']*)`)},
		{"nextcloud", "/version.php", regexp.MustCompile(`\$OC_VersionString\s*=\s*'(\d[^\s']*)'`)},
		{"phpmyadmin", "/libraries/classes/Version.php", regexp.MustCompile(`VERSION\s*=\s*'([^']+)'`)},
		{"phpmyadmin", "/src/Version.php", regexp.MustCompile(`(?s)namespace PhpMyAdmin;.*VERSION\s*=\s*'([^']+)'`)},
		{"mediawiki", "/includes/Defines.php", regexp.MustCompile(`define\(\s*'MW_VERSION',\s*'([^']+)'`)},
		{"matomo", "/core/Version.php", regexp.MustCompile(`(?s)namespace Piwik;.*const VERSION\s*=\s*'([^']+)'`)},
		{"discourse", "/lib/version.rb", regexp.MustCompile(`(?s)module Discourse.*STRING\s*=\s*["'](\d[^"']*)["']`)},
		{"gitlab", "/opt/gitlab/version-manifest.json", regexp.MustCompile(`"build_version":\s*"(\d+\.\d+\.\d+)`)},
		{"kibana", "/kibana/package.json", regexp.MustCompile(`(?s)"name":\s*"kibana".*"version":\s*"([^"]+)"`)},
		{"redmine", "/lib/redmine/version.rb", regexp.MustCompile(`(?s)MAJOR\s*=\s*(\d+).*MINOR\s*=\s*(\d+).*TINY\s*=\s*(\d+)`)},
	}
}

// ApplicationFiles returns the base names of the source files that [Application] reads.
func ApplicationFiles() []string {
	var bases []string
	for _, a := range applications() {
		bases = append(bases, a.file[strings.LastIndexByte(a.file, '/')+1:])
	}
	return bases
}

// IsApplicationFile returns a function that reports whether [Application] reads the file at
// a path.
func IsApplicationFile() func(path string) bool {
	all := applications()
	return func(path string) bool {
		for i := range all {
			if file := all[i].file; strings.HasSuffix(path, file) || path == file[1:] {
				return true
			}
		}
		return false
	}
}

// Application reads the version of web software in one of its source files.
func Application(path string, body []byte) ([]Package, error) {
	for _, a := range applications() {
		if !strings.HasSuffix("/"+path, a.file) {
			continue
		}
		m := a.version.FindSubmatch(body)
		if m == nil {
			continue
		}
		if version := strings.TrimSpace(string(bytes.Join(m[1:], []byte(".")))); isVersion(version) {
			return []Package{{Type: typeGeneric, Name: a.name, Version: version}}, nil
		}
	}
	return nil, nil
}

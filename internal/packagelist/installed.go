package packagelist

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Conda reads a file of conda-meta, which describes a package of an environment
// (https://docs.conda.io/projects/conda/en/stable/dev-guide/deep-dives/install.html).
func Conda(_ string, body []byte) ([]Package, error) {
	var p struct {
		Name    text `json:"name"`
		Version text `json:"version"`
		License text `json:"license"`
	}
	if err := unmarshal(body, &p); err != nil {
		return nil, err
	}
	if p.Name == "" || p.Version == "" {
		return nil, nil
	}
	return []Package{{typeConda, string(p.Name), string(p.Version), licenseList(string(p.License))}}, nil
}

func licenseList(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// R reads the file DESCRIPTION of an installed R package. Of the packages that are part of R
// it returns only "base", as R itself.
func R(_ string, body []byte) ([]Package, error) {
	fields := headerFields(body, "Package", "Version", "License", "Priority", "Repository", "biocViews")
	p := Package{typeCRAN, fields["Package"], fields["Version"], licenseList(fields["License"])}
	switch {
	case p.Name == "" || p.Version == "":
		return nil, errors.New("it has no package name or no version")
	case fields["Priority"] == "base" && p.Name == "base":
		p.Type, p.Name = typeGeneric, "r"
	case fields["Priority"] == "base":
		return nil, nil
	case fields["biocViews"] != "" || strings.HasPrefix(fields["Repository"], "Bioconductor"):
		p.Type = typeBioconductor
	}
	return []Package{p}, nil
}

// headerFields returns the first lines of fields in the format of a Debian control file.
func headerFields(body []byte, names ...string) map[string]string {
	fields := make(map[string]string)
	for line := range bytes.Lines(body) {
		key, value, ok := strings.Cut(string(line[:min(len(line), 4096)]), ":")
		if ok && slices.Contains(names, key) && fields[key] == "" {
			fields[key] = strings.TrimSpace(value)
		}
	}
	return fields
}

var (
	erlangName    = regexp.MustCompile(`\{\s*application\s*,\s*'?([a-zA-Z0-9_@.]+)'?\s*,`)
	erlangVersion = regexp.MustCompile(`\{\s*vsn\s*,\s*"([^"\\]+)"\s*\}`)
)

// erlangOTP are the applications of Erlang/OTP and of Elixir, which are no packages of Hex.
var erlangOTP = strings.Fields(`
	asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_docgen erl_interface
	erts et eunit ftp hipe inets jinterface kernel megaco mnesia observer odbc os_mon parsetools
	public_key reltool runtime_tools sasl snmp ssh ssl stdlib syntax_tools tftp tools wx xmerl
	eex elixir ex_unit iex logger mix`)

// Erlang reads an application resource file, NAME.app, of Erlang or Elixir. The main
// application of RabbitMQ or CouchDB stands for the server
// (https://www.erlang.org/doc/apps/kernel/app.html).
func Erlang(_ string, body []byte) ([]Package, error) {
	name, version := erlangName.FindSubmatch(body), erlangVersion.FindSubmatch(body)
	if name == nil {
		return nil, nil
	}
	if version == nil {
		return nil, errors.New("it has no version that can be read without running it")
	}
	p := Package{Type: typeHex, Name: string(name[1]), Version: string(version[1])}
	switch {
	case slices.Contains(erlangOTP, p.Name):
		p.Type = typeOTP
	case p.Name == "rabbit":
		p.Type, p.Name = typeGeneric, "rabbitmq"
	case p.Name == "couch":
		p.Type, p.Name = typeGeneric, "couchdb"
	}
	return []Package{p}, nil
}

var luaAssignment = regexp.MustCompile(`(?m)^\s*(package|version|license)\s*=\s*["']([^"'\\\n]+)["']`)

// LuaRocks reads a file .rockspec, which is a Lua program that assigns literals.
func LuaRocks(_ string, body []byte) ([]Package, error) {
	p := Package{Type: typeLuaRocks}
	for _, m := range luaAssignment.FindAllSubmatch(body, 64) {
		switch value := string(m[2]); {
		case string(m[1]) == "package" && p.Name == "":
			p.Name = value
		case string(m[1]) == "version" && p.Version == "":
			p.Version = value
		case string(m[1]) == "license" && p.Licenses == nil:
			p.Licenses = []string{value}
		}
	}
	if p.Name == "" || p.Version == "" {
		return nil, errors.New("it has no name and version that can be read without running it")
	}
	return []Package{p}, nil
}

// Homebrew reads the receipt of a formula: Cellar/NAME/VERSION/INSTALL_RECEIPT.json. The path
// has the name and the version, with a revision after "_".
func Homebrew(path string, body []byte) ([]Package, error) {
	d := directories(path)
	if len(d) < 3 || d[2] != "Cellar" {
		return nil, nil
	}
	version, _, _ := strings.Cut(d[0], "_")
	return []Package{{Type: typeBrew, Name: d[1], Version: version}}, nil
}

var tomlString = regexp.MustCompile(`(?m)^(name|version|uuid)\s*=\s*"([^"\\\n]*)"`)

// JuliaProject reads the file Project.toml of an installed Julia package.
func JuliaProject(_ string, body []byte) ([]Package, error) {
	head, _, _ := bytes.Cut(append([]byte("\n"), body...), []byte("\n["))
	p := Package{Type: typeJulia}
	for _, m := range tomlString.FindAllSubmatch(head, 64) {
		switch string(m[1]) {
		case "name":
			p.Name = string(m[2])
		case "version":
			p.Version = string(m[2])
		}
	}
	if p.Name == "" || p.Version == "" {
		return nil, nil // an environment, not a package
	}
	return []Package{p}, nil
}

// Perl reads the file MYMETA.json or install.json that cpanm and cpm keep of a distribution.
func Perl(_ string, body []byte) ([]Package, error) {
	var p struct {
		Name    text            `json:"name"`
		Version json.RawMessage `json:"version"` // a string or a number
		Dist    text            `json:"dist"`
	}
	if err := unmarshal(body, &p); err != nil {
		return nil, err
	}
	name, version := string(p.Name), strings.Trim(string(p.Version), `"`)
	if dist := string(p.Dist); dist != "" { // install.json: name is that of the module
		i := strings.LastIndexByte(dist, '-')
		if i <= 0 {
			return nil, nil
		}
		name, version = dist[:i], dist[i+1:]
	}
	if name == "" || !isVersion(version) {
		return nil, nil
	}
	return []Package{{Type: typeCPAN, Name: name, Version: version}}, nil
}

var (
	pearName    = regexp.MustCompile(`s:(?:4|7):"(?:name|package)";s:\d+:"([A-Za-z0-9_.]+)"`)
	pearVersion = regexp.MustCompile(`s:7:"version";(?:a:\d+:\{s:7:"release";)?s:\d+:"([^"]+)"`)
	pearChannel = regexp.MustCompile(`s:7:"channel";s:\d+:"([A-Za-z0-9_.-]+)"`)
)

// PEAR reads a file of the registry of PEAR, a serialised PHP value. Packages of the channel
// pear.php.net are those of the vendor "pear" of Packagist. Extensions from PECL have the
// channel as namespace.
func PEAR(path string, body []byte) ([]Package, error) {
	name, version := pearName.FindSubmatch(body), pearVersion.FindSubmatch(body)
	if name == nil || version == nil {
		return nil, errors.New("it has no package name or no version")
	}
	channel := "pear.php.net"
	if m := pearChannel.FindSubmatch(body); m != nil {
		channel = string(m[1])
	} else if d := directories(path); len(d) > 0 && strings.HasPrefix(d[0], ".channel.") {
		channel = strings.TrimPrefix(d[0], ".channel.")
	}
	if channel == "pear.php.net" {
		return []Package{{Type: typeComposer, Name: "pear/" + strings.ToLower(string(name[1])), Version: string(version[1])}}, nil
	}
	return []Package{{Type: typePEAR, Name: channel + "/" + string(name[1]), Version: string(version[1])}}, nil
}

var (
	composerEntry = regexp.MustCompile(`'([a-z0-9_.-]+/[a-zA-Z0-9_.-]+)'\s*=>\s*(?:array\s*\(|\[)`)
	phpPair       = regexp.MustCompile(`'(pretty_version|version|name)'\s*=>\s*'([^'\\]*)'`)
)

// ComposerInstalled reads vendor/composer/installed.php of composer 2, a PHP file that
// returns literals. It skips the project itself, and packages that others replace, which
// have no version.
func ComposerInstalled(_ string, body []byte) ([]Package, error) {
	root, rest, ok := bytes.Cut(body, []byte("'versions'"))
	if !ok {
		return nil, nil
	}
	project := ""
	for _, m := range phpPair.FindAllSubmatch(root, 16) {
		if string(m[1]) == "name" {
			project = string(m[2])
		}
	}
	var packages []Package
	entries, err := matches(composerEntry, rest)
	for i, e := range entries {
		end := len(rest)
		if i+1 < len(entries) {
			end = entries[i+1][0]
		}
		p := Package{Type: typeComposer, Name: strings.ToLower(string(rest[e[2]:e[3]]))}
		for _, m := range phpPair.FindAllSubmatch(rest[e[1]:end], 8) {
			if string(m[1]) == "pretty_version" {
				p.Version = string(m[2])
			}
		}
		if p.Version != "" && p.Name != strings.ToLower(project) {
			packages = append(packages, p)
		}
	}
	return packages, err
}

// Haskell reads the description of a package in a package database of GHC.
func Haskell(_ string, body []byte) ([]Package, error) {
	fields := headerFields(body, "name", "version", "license")
	if fields["name"] == "" || !isVersion(fields["version"]) {
		return nil, nil
	}
	return []Package{{typeHackage, fields["name"], fields["version"], licenseList(fields["license"])}}, nil
}

// ConanInfo reads conaninfo.txt of a binary package in the cache of Conan 1, whose path has
// the name and the version: .conan/data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt.
func ConanInfo(path string, _ []byte) ([]Package, error) {
	d := directories(path)
	const above = 7 // directories up to "data"
	if len(d) < above || d[1] != "package" || d[above-1] != "data" {
		return nil, nil
	}
	return []Package{{Type: typeConan, Name: d[5], Version: d[4]}}, nil
}

package packagelist

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// TOMLLock reads the lock files poetry.lock, uv.lock, pdm.lock, pylock.toml and Cargo.lock:
// tables [[package]] with the keys name and version. It skips packages without a version,
// the project itself, and those that are needed only for development, if the file says so.
func TOMLLock(path string, body []byte) ([]Package, error) {
	kind := typePyPI
	if strings.HasSuffix(path, "Cargo.lock") {
		kind = typeCargo
	}
	var packages []Package
	var p lockedPackage
	end := func() {
		if p.isPackage && p.Name != "" && p.Version != "" && !p.skip && (kind != typeCargo || p.hasSource) {
			if kind == typePyPI {
				p.Name = pythonName(p.Name)
			}
			packages = append(packages, p.Package)
		}
		p = lockedPackage{Package: Package{Type: kind}}
	}
	inPackage := false
	for line := range bytes.Lines(body) {
		s := strings.TrimSpace(string(line[:min(len(line), 4096)]))
		switch {
		case s == "[[package]]" || s == "[[packages]]":
			end()
			p.isPackage, inPackage = true, true
		case strings.HasPrefix(s, "["):
			inPackage = false
		case inPackage:
			p.set(s)
		}
	}
	end()
	return packages, nil
}

// lockedPackage is a table of a lock file.
type lockedPackage struct {
	Package
	isPackage bool
	hasSource bool // from a registry; only Cargo.lock says so
	skip      bool
}

// set sets a key of the table: a line KEY = VALUE.
func (p *lockedPackage) set(line string) {
	key, value, ok := strings.Cut(line, "=")
	if !ok {
		return
	}
	value = strings.TrimSpace(value)
	switch strings.TrimSpace(key) {
	case "name":
		p.Name = strings.Trim(value, `"'`)
	case "version":
		p.Version = strings.Trim(value, `"'`)
	case "source":
		p.hasSource = strings.Contains(value, "registry+") || strings.Contains(value, "sparse+")
		p.skip = p.skip || strings.Contains(value, "editable =") || strings.Contains(value, "virtual =") || strings.Contains(value, "directory =")
	case "category": // poetry before 1.5
		p.skip = p.skip || value == `"dev"`
	case "groups": // poetry 2, pdm
		p.skip = p.skip || !strings.Contains(value, `"main"`) && !strings.Contains(value, `"default"`) && strings.HasSuffix(value, "]")
	}
}

// pythonName normalises a name according to PEP 503, as OSV does.
func pythonName(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

var separators = regexp.MustCompile(`[-_.]+`)

// Pipfile reads Pipfile.lock. It skips packages for development.
func Pipfile(_ string, body []byte) ([]Package, error) {
	var lock struct {
		Default lenientMap[struct {
			Version text `json:"version"`
		}] `json:"default"`
	}
	if err := unmarshal(body, &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for name, p := range lock.Default {
		if version, ok := strings.CutPrefix(string(p.Version), "=="); ok && version != "" {
			packages = append(packages, Package{Type: typePyPI, Name: pythonName(name), Version: version})
		}
	}
	return packages, nil
}

var gemLine = regexp.MustCompile(`^    ([A-Za-z0-9_.-]+) \(([0-9][^()\s-]*)(?:-[^()\s]+)?\)$`)

// Gemfile reads Gemfile.lock and gems.locked. It skips gems that are not from a server for
// gems. The file does not say which gems are needed only for development.
func Gemfile(_ string, body []byte) ([]Package, error) {
	var packages []Package
	inGems := false
	for line := range bytes.Lines(body) {
		s := strings.TrimRight(string(line[:min(len(line), 4096)]), "\r\n")
		if s != "" && s[0] != ' ' {
			inGems = s == "GEM"
		}
		if m := gemLine.FindStringSubmatch(s); inGems && m != nil {
			packages = append(packages, Package{Type: typeGem, Name: m[1], Version: m[2]})
		}
	}
	return packages, nil
}

// ComposerLock reads composer.lock. It skips packages for development.
func ComposerLock(_ string, body []byte) ([]Package, error) {
	var lock struct {
		Packages []struct {
			Name    text `json:"name"`
			Version text `json:"version"`
		} `json:"packages"`
	}
	if err := unmarshal(body, &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for _, p := range lock.Packages {
		if p.Name != "" && p.Version != "" {
			packages = append(packages, Package{Type: typeComposer, Name: strings.ToLower(string(p.Name)), Version: string(p.Version)})
		}
	}
	return packages, nil
}

// NuGetLock reads packages.lock.json of .NET.
func NuGetLock(_ string, body []byte) ([]Package, error) {
	var lock struct {
		Dependencies lenientMap[lenientMap[struct {
			Type     text `json:"type"`
			Resolved text `json:"resolved"`
		}]] `json:"dependencies"`
	}
	if err := unmarshal(body, &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for _, target := range lock.Dependencies {
		for name, p := range target {
			if p.Type != "Project" && p.Resolved != "" {
				packages = append(packages, Package{Type: typeNuGet, Name: name, Version: string(p.Resolved)})
			}
		}
	}
	return packages, nil
}

// BunLock reads bun.lock, which is JSON with commas after the last element.
func BunLock(_ string, body []byte) ([]Package, error) {
	var lock struct {
		Packages lenientMap[[]json.RawMessage] `json:"packages"`
	}
	if err := unmarshal(withoutTrailingCommas(body), &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for _, fields := range lock.Packages {
		var id text
		if len(fields) == 0 || json.Unmarshal(fields[0], &id) != nil {
			continue
		}
		if p, ok := npmPackage(string(id)); ok {
			packages = append(packages, p)
		}
	}
	return packages, nil
}

// npmPackage returns the package "NAME@VERSION". It returns false for one that is not from a
// registry: "NAME@workspace:PATH".
func npmPackage(id string) (Package, bool) {
	at := strings.LastIndexByte(id, '@')
	if at <= 0 || !isVersion(id[at+1:]) || strings.ContainsAny(id[at+1:], ":/") {
		return Package{}, false
	}
	return Package{Type: typeNPM, Name: id[:at], Version: id[at+1:]}, true
}

// withoutTrailingCommas removes commas before the end of an object or a list, and comments.
func withoutTrailingCommas(body []byte) []byte {
	out := make([]byte, 0, len(body))
	comma := -1 // position in out of a comma that only spaces follow
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			end := i + 1
			for end < len(body) && body[end] != '"' {
				if body[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(body))
			out, comma = append(out, body[i:end]...), -1
			i = end - 1
		case c == '/' && i+1 < len(body) && body[i+1] == '/':
			for i+1 < len(body) && body[i+1] != '\n' {
				i++
			}
		case c == ',':
			comma = len(out)
			out = append(out, c)
		case (c == '}' || c == ']') && comma >= 0:
			out[comma] = ' '
			out, comma = append(out, c), -1
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			out = append(out, c)
		default:
			out, comma = append(out, c), -1
		}
	}
	return out
}

// DenoLock reads the npm packages in deno.lock.
func DenoLock(_ string, body []byte) ([]Package, error) {
	var lock struct {
		NPM      lenientMap[json.RawMessage] `json:"npm"`
		Packages struct {
			NPM lenientMap[json.RawMessage] `json:"npm"`
		} `json:"packages"` // version 3
	}
	if err := unmarshal(body, &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for _, list := range []lenientMap[json.RawMessage]{lock.NPM, lock.Packages.NPM} {
		for id := range list {
			id, _, _ = strings.Cut(id, "_") // peers follow
			if p, ok := npmPackage(id); ok {
				packages = append(packages, p)
			}
		}
	}
	return packages, nil
}

var (
	pnpPackage = regexp.MustCompile(`\["((?:@[^"\\/]+/)?[^"\\/]+)",[\s\\]*\[`)
	pnpVersion = regexp.MustCompile(`\["(?:virtual:[0-9a-f]+#)?npm:([^"\\#:]+)",[\s\\]*\{`)
)

// YarnPnP reads .pnp.cjs, .pnp.js or .pnp.data.json, in which yarn lists the installed
// packages where it makes no node_modules (https://yarnpkg.com/advanced/pnp-spec).
func YarnPnP(_ string, body []byte) ([]Package, error) {
	var packages []Package
	names, err := matches(pnpPackage, body)
	for i, n := range names {
		end := len(body)
		if i+1 < len(names) {
			end = names[i+1][0]
		}
		of := body[n[1]:end]
		versions, over := matches(pnpVersion, of)
		for _, v := range versions {
			packages = append(packages, Package{Type: typeNPM, Name: string(body[n[2]:n[3]]), Version: string(of[v[2]:v[3]])})
		}
		if over != nil {
			err = over
		}
	}
	return packages, err
}

// PubLock reads pubspec.lock of Dart, which is YAML in a fixed layout. It skips packages for
// development and packages that are not from a server.
func PubLock(_ string, body []byte) ([]Package, error) {
	var packages []Package
	var p Package
	skip, inPackages := false, false
	end := func() {
		if p.Name != "" && p.Version != "" && !skip {
			packages = append(packages, p)
		}
		p, skip = Package{Type: typePub}, false
	}
	for line := range bytes.Lines(body) {
		s := strings.TrimRight(string(line[:min(len(line), 4096)]), " \r\n")
		switch key, value, _ := strings.Cut(strings.TrimSpace(s), ":"); {
		case s == "":
		case s[0] != ' ':
			end()
			inPackages = s == "packages:"
		case !inPackages:
		case strings.HasPrefix(s, "  ") && len(s) > 2 && s[2] != ' ':
			end()
			p.Name = strings.Trim(key, `"'`)
		case !strings.HasPrefix(s, "    ") || len(s) > 4 && s[4] == ' ':
		case key == "version":
			p.Version = strings.Trim(value, ` "'`)
		case key == "source":
			skip = skip || strings.TrimSpace(value) != "hosted"
		case key == "dependency":
			skip = skip || strings.Trim(value, ` "'`) == "direct dev"
		}
	}
	end()
	return packages, nil
}

var (
	mixEntry   = regexp.MustCompile(`\{:hex,\s*:"?([a-zA-Z0-9_]+)"?,\s*"([^"\\]+)"`)
	rebarEntry = regexp.MustCompile(`\{pkg,\s*<<"([a-zA-Z0-9_]+)">>,\s*<<"([^"\\]+)">>`)
)

// HexLock reads mix.lock of Elixir and rebar.lock of Erlang.
func HexLock(_ string, body []byte) ([]Package, error) {
	return literals(typeHex, body, mixEntry, rebarEntry)
}

var gradleEntry = regexp.MustCompile(`(?m)^([\w.-]+:[\w.-]+):([\w.+-]+)=`)

// GradleLock reads gradle.lockfile.
func GradleLock(_ string, body []byte) ([]Package, error) {
	return literals(typeMaven, body, gradleEntry)
}

var conanEntry = regexp.MustCompile(`"([a-z0-9_][a-z0-9_+.-]+)/([^"/@#]+)[@#%"]`)

// ConanLock reads conan.lock.
func ConanLock(_ string, body []byte) ([]Package, error) {
	return literals(typeConan, body, conanEntry)
}

var juliaEntry = regexp.MustCompile(`(?m)^\[\[(?:deps\.)?([A-Za-z0-9_]+)\]\]\n((?:[^\[\n].*\n?|\n)*)`)

// JuliaManifest reads Manifest.toml of Julia. It skips packages that are part of Julia, which
// have no tree.
func JuliaManifest(_ string, body []byte) ([]Package, error) {
	var packages []Package
	found, err := matches(juliaEntry, body)
	for _, m := range found {
		fields := body[m[4]:m[5]]
		if !bytes.Contains(fields, []byte("git-tree-sha1")) {
			continue
		}
		for _, field := range tomlString.FindAllSubmatch(fields, 16) {
			if string(field[1]) == "version" {
				packages = append(packages, Package{Type: typeJulia, Name: string(body[m[2]:m[3]]), Version: string(field[2])})
			}
		}
	}
	return packages, err
}

// SwiftLock reads Package.resolved of Swift, versions 1 to 3. OSV names packages by the address
// of their repository.
func SwiftLock(_ string, body []byte) ([]Package, error) {
	type pin struct {
		Location text `json:"location"`
		URL      text `json:"repositoryURL"` // version 1
		State    struct {
			Version text `json:"version"`
		} `json:"state"`
	}
	var lock struct {
		Pins   []pin `json:"pins"`
		Object struct {
			Pins []pin `json:"pins"`
		} `json:"object"`
	}
	if err := unmarshal(body, &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for _, p := range append(lock.Pins, lock.Object.Pins...) {
		_, name, ok := strings.Cut(string(p.Location+p.URL), "://")
		if name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".git"); ok && name != "" && p.State.Version != "" {
			packages = append(packages, Package{Type: typeSwift, Name: name, Version: string(p.State.Version)})
		}
	}
	return packages, nil
}

// RenvLock reads renv.lock of R.
func RenvLock(_ string, body []byte) ([]Package, error) {
	var lock struct {
		Packages lenientMap[struct {
			Package text `json:"Package"`
			Version text `json:"Version"`
			Source  text `json:"Source"`
		}] `json:"Packages"`
	}
	if err := unmarshal(body, &lock); err != nil {
		return nil, err
	}
	var packages []Package
	for _, p := range lock.Packages {
		kind := typeCRAN
		if p.Source == "Bioconductor" {
			kind = typeBioconductor
		}
		if p.Package != "" && p.Version != "" {
			packages = append(packages, Package{Type: kind, Name: string(p.Package), Version: string(p.Version)})
		}
	}
	return packages, nil
}

// literals returns the packages in a text. The expressions have name and version as groups.
func literals(kind string, body []byte, expressions ...*regexp.Regexp) (packages []Package, err error) {
	for _, e := range expressions {
		found, over := matches(e, body)
		for _, m := range found {
			packages = append(packages, Package{Type: kind, Name: string(body[m[2]:m[3]]), Version: string(body[m[4]:m[5]])})
		}
		if over != nil {
			err = over
		}
	}
	return packages, err
}

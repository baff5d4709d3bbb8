package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// The configuration of Grype has rules under the key ignore. A finding that meets all
// conditions of a rule does not count. Other keys of the file are not read.

// grypeFiles returns the paths where Grype looks for its configuration in a directory.
func grypeFiles() []string { return []string{".grype.yaml", ".grype/config.yaml"} }

func isGrypeFile(source string) bool {
	source = strings.ReplaceAll(source, `\`, "/")
	return slices.ContainsFunc(grypeFiles(), func(name string) bool {
		return source == name || strings.HasSuffix(source, "/"+name)
	})
}

func parseGrypeIgnore(source string, data []byte) ([]exception, error) {
	root, err := parseYAML(source, data)
	if err != nil || root.kind == null {
		return nil, err
	}
	if root.kind != mapping {
		return nil, root.errorf("a configuration of Grype must be a mapping, not %s", root.kind)
	}
	var all []exception
	for _, f := range root.fields {
		if f.key.text != "ignore" {
			continue
		}
		err := f.value.each(func(item value) error {
			e, err := readGrypeRule(item)
			all = append(all, e)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readGrypeRule reads one rule. If a condition cannot be evaluated here, the rule covers
// nothing, and the verdict says so.
func readGrypeRule(item value) (exception, error) {
	e := exception{kind: seaworthy.RuleIgnore, source: item.source, line: item.line, name: "a rule of Grype", risks: []seaworthy.Risk{seaworthy.Vulnerability}}
	if item.kind != mapping {
		return e, item.errorf("here must be a mapping, not %s", item.kind)
	}
	reason, conditions := "", 0
	for _, f := range item.fields {
		v := f.value
		if v.kind == null || v.kind == scalar && strings.TrimSpace(v.text) == "" {
			continue // Grype takes what is empty for no condition
		}
		var err error
		switch key := f.key.text; key {
		case "reason":
			reason, err = v.string()
			conditions--
		case "include-aliases":
			conditions-- // they always count
		case "vulnerability":
			var id string
			id, err = v.string()
			e.id, e.name = normalizeID(id), "id "+id
		case "package":
			var n int
			n, err = e.grypePackage(v)
			conditions += n - 1
		case "fix-state":
			err = e.grypeWord(v, []string{"fixed", "not-fixed", "wont-fix", "unknown"}, func(f *seaworthy.Finding) string { return grypeFixState(f.Package) })
		case "namespace":
			err = e.grypeWord(v, nil, func(f *seaworthy.Finding) string { return grypeNamespace(f.Package) })
		case "vex-status":
			err = e.grypeWord(v, []string{"not_affected", "affected", "fixed", "under_investigation"}, func(f *seaworthy.Finding) string {
				if f.VEX == nil {
					return ""
				}
				return f.VEX.Status
			})
		case "vex-justification":
			err = e.grypeWord(v, nil, func(f *seaworthy.Finding) string {
				if f.VEX == nil {
					return ""
				}
				return f.VEX.Justification
			})
		default:
			e.unsupported = key
		}
		if err != nil {
			return e, err
		}
		conditions++
	}
	e.reason = ignoreReason(reason, &e)
	if conditions == 0 && e.unsupported == "" {
		e.unsupported = "none at all"
	}
	return e, nil
}

// grypePackage reads the conditions on the package, and returns their number.
func (e *exception) grypePackage(v value) (conditions int, err error) {
	if v.kind != mapping {
		return 0, v.errorf("here must be a mapping, not %s", v.kind)
	}
	for _, f := range v.fields {
		v := f.value
		if v.kind == null || v.kind == scalar && strings.TrimSpace(v.text) == "" {
			continue
		}
		conditions++
		switch key := f.key.text; key {
		case "name":
			err = e.grypePattern(v, func(p *seaworthy.AffectedPackage) string { return p.Name })
		case "upstream-name":
			err = e.grypePattern(v, func(p *seaworthy.AffectedPackage) string {
				if p.Source == nil {
					return ""
				}
				return p.Source.Name
			})
		case "version":
			err = e.grypeWord(v, nil, func(f *seaworthy.Finding) string { return f.Package.Version })
		case "type":
			err = e.grypeWord(v, nil, func(f *seaworthy.Finding) string { return grypeType(f.Package) })
		case "language":
			err = e.grypeWord(v, nil, func(f *seaworthy.Finding) string { return grypeLanguage(f.Package) })
		case "location":
			e.paths, err = v.globs()
		default:
			e.unsupported = "package." + key
		}
		if err != nil {
			return conditions, err
		}
	}
	return conditions, nil
}

// grypeWord adds a condition: the property of a finding that the function of returns must
// be the word in v. If words is not empty, the word must be one of them.
func (e *exception) grypeWord(v value, words []string, of func(*seaworthy.Finding) string) error {
	want, err := v.string()
	if words != nil {
		want, err = v.oneOf(words...)
	}
	e.more = append(e.more, func(f *seaworthy.Finding) bool { return f.Package != nil && of(f) == want })
	return err
}

// grypePattern adds a condition: the property of a package that the function of returns
// must match the regular expression in v as a whole.
func (e *exception) grypePattern(v value, of func(*seaworthy.AffectedPackage) string) error {
	text, err := v.string()
	if err != nil {
		return err
	}
	pattern, err := regexp.Compile("^(?:" + strings.TrimSuffix(strings.TrimPrefix(text, "^"), "$") + ")$")
	if err != nil {
		return v.errorf("%q is no regular expression: %v", text, err)
	}
	e.more = append(e.more, func(f *seaworthy.Finding) bool { return f.Package != nil && pattern.MatchString(of(f.Package)) })
	return nil
}

func grypeFixState(p *seaworthy.AffectedPackage) string {
	switch {
	case p.FixedVersion != "":
		return "fixed"
	case slices.Contains([]string{"will-not-fix", "out-of-support-scope", "no-dsa", "ignored", "postponed"}, p.Status):
		return "wont-fix"
	case p.Status == "":
		return "unknown"
	}
	return "not-fixed"
}

// grypeKinds are the type and language that Grype gives to packages, by the type in their
// package URL.
var grypeKinds = map[string]struct{ kind, language string }{
	"alpm": {"alpm", ""}, "apk": {"apk", ""}, "deb": {"deb", ""}, "rpm": {"rpm", ""}, "ebuild": {"portage", ""}, "generic": {"binary", ""},
	"cargo": {"rust-crate", "rust"}, "composer": {"php-composer", "php"}, "conan": {"conan", "c++"}, "cran": {"R-package", "R"},
	"gem": {"gem", "ruby"}, "golang": {"go-module", "go"}, "hackage": {"hackage", "haskell"}, "hex": {"hex", "erlang"},
	"maven": {"java-archive", "java"}, "npm": {"npm", "javascript"}, "nuget": {"dotnet", "dotnet"}, "pub": {"dart-pub", "dart"}, "pypi": {"python", "python"},
}

func grypeType(p *seaworthy.AffectedPackage) string     { return grypeKinds[purlKind(p.PURL)].kind }
func grypeLanguage(p *seaworthy.AffectedPackage) string { return grypeKinds[purlKind(p.PURL)].language }

// purlKind returns the type in a package URL.
func purlKind(purl string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(purl, "pkg:"), "/")
	return kind
}

// grypeNamespace returns the name that Grype gives to the advisories of an ecosystem, ""
// if that is not known.
func grypeNamespace(p *seaworthy.AffectedPackage) string {
	if language := grypeLanguage(p); language != "" {
		return "github:language:" + language
	}
	name, release := p.Ecosystem.Name, p.Ecosystem.Release
	id, ok := map[string]string{
		"Debian": "debian", "Ubuntu": "ubuntu", "Alpine": "alpine", "Red Hat": "redhat", "Amazon Linux": "amazonlinux", "Oracle Linux": "oraclelinux",
		"AlmaLinux": "almalinux", "Rocky Linux": "rockylinux", "Azure Linux": "azurelinux",
	}[name]
	switch name {
	case "Wolfi", "Chainguard":
		id = strings.ToLower(name)
		return fmt.Sprintf("%s:distro:%s:rolling", id, id)
	}
	release = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(release, "enterprise_linux:"), ":LTS"), "v")
	if !ok || release == "" {
		return ""
	}
	return fmt.Sprintf("%s:distro:%s:%s", id, id, release)
}

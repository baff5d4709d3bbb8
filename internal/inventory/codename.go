package inventory

import (
	"maps"
	"slices"
	"strings"
)

// releaseCodenames are the code names of releases by the ID of os-release, with their VERSION_ID.
var releaseCodenames = map[string]map[string]string{
	"debian": {
		"etch": "4", "lenny": "5", "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10",
		"bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
	},
	"ubuntu": {
		"lucid": "10.04", "precise": "12.04", "trusty": "14.04", "utopic": "14.10", "vivid": "15.04", "wily": "15.10",
		"xenial": "16.04", "yakkety": "16.10", "zesty": "17.04", "artful": "17.10", "bionic": "18.04", "cosmic": "18.10",
		"disco": "19.04", "eoan": "19.10", "focal": "20.04", "groovy": "20.10", "hirsute": "21.04", "impish": "21.10",
		"jammy": "22.04", "kinetic": "22.10", "lunar": "23.04", "mantic": "23.10", "noble": "24.04", "oracular": "24.10",
		"plucky": "25.04", "questing": "25.10", "resolute": "26.04",
	},
}

// byCodename returns the ID and the VERSION_ID of a release with a code name. In the names
// of development releases, such as "trixie/sid", the name of the next release comes first.
func byCodename(name string) (id, version string, ok bool) {
	name, _, _ = strings.Cut(name, "/")
	for _, id := range slices.Sorted(maps.Keys(releaseCodenames)) {
		if version, ok := releaseCodenames[id][name]; ok {
			return id, version, true
		}
	}
	return "", "", false
}

// parseDistro parses the name of a release as programs write it in package URLs:
// ID-VERSION_ID of os-release, only the version, only the code name, or other spellings.
// The ID is "" if there is none.
func parseDistro(s string) (id, version string) {
	s = strings.TrimSpace(s)
	lower := strings.ReplaceAll(strings.ToLower(s), " ", "-")
	longest := ""
	for name := range distroNames() {
		if len(name) > len(longest) && strings.HasPrefix(lower, name) && endsName(lower[len(name):]) {
			longest, id = name, name
		}
	}
	switch {
	case longest != "":
		return id, strings.TrimLeft(lower[len(longest):], "-:/_.")
	case lower == "":
		return "", ""
	case isDigit(lower[0]) || lower[0] == 'v' && len(lower) > 1 && isDigit(lower[1]),
		lower == "edge", lower == "sid", lower == "testing", lower == "unstable":
		return "", lower
	}
	if id, version, ok := byCodename(lower); ok {
		return id, version
	}
	if i := strings.LastIndexByte(s, '-'); i > 0 && i+1 < len(s) && isDigit(s[i+1]) {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// endsName reports whether the text that follows the name of a distribution is not part of
// the name.
func endsName(rest string) bool {
	return rest == "" || strings.IndexByte("-:/_.", rest[0]) >= 0 || isDigit(rest[0])
}

// distroNames yields the names of distributions in lower case, with hyphens for spaces.
func distroNames() func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for id := range distributions {
			if !yield(strings.ToLower(id)) {
				return
			}
		}
		for name := range distributionNames {
			if !yield(strings.ReplaceAll(name, " ", "-")) {
				return
			}
		}
	}
}

// normalizeVersion returns the VERSION_ID of a version in another spelling: "v3.18",
// "12 (bookworm)", "bookworm", "15-SP4", "el9". An unknown one stays as it is.
func normalizeVersion(id, version string) string {
	version, _, _ = strings.Cut(version, " (")
	version, _, _ = strings.Cut(version, "-(")
	lower := strings.ToLower(version)
	for _, prefix := range []string{"v", "el", "fc"} {
		if rest, ok := strings.CutPrefix(lower, prefix); ok && rest != "" && isDigit(rest[0]) {
			return rest
		}
	}
	if major, pack, ok := strings.Cut(lower, "sp"); ok && major != "" && isDigit(major[0]) {
		return strings.TrimRight(major, "-_. ") + "." + pack
	}
	if codename, _, _ := strings.Cut(lower, "/"); releaseCodenames[id][codename] != "" {
		return releaseCodenames[id][codename]
	}
	return version
}

package extract

import (
	"path"
	"strings"
	"testing"
)

// resolve resolves a path like the kernel does, starting in a directory that must not be
// left. Every name that is not a link is a directory. It reports whether the path stays in
// the directory.
func resolve(links map[string]string, start string) bool {
	var at []string
	rest := strings.Split(start, "/")
	for followed := 0; len(rest) > 0; {
		element := rest[0]
		rest = rest[1:]
		switch element {
		case "", ".":
			continue
		case "..":
			if len(at) == 0 {
				return false
			}
			at = at[:len(at)-1]
			continue
		}
		target, ok := links[path.Join(append(at, element)...)]
		switch {
		case !ok:
			at = append(at, element)
		case strings.HasPrefix(target, "/"):
			return false
		default:
			if followed++; followed > 40 {
				return true // the kernel gives up
			}
			rest = append(strings.Split(target, "/"), rest...)
		}
	}
	return true
}

// FuzzSafeTarget checks that links with safe targets do not lead out of the directory, in
// any combination.
func FuzzSafeTarget(f *testing.F) {
	f.Add("..\n../..\n../../..\ntop/../../outside\n/etc/passwd\n.")
	f.Add("a/b/c\nl1/../x\nl2/..\n../l0/../..\n//\n./.././a")
	f.Fuzz(func(t *testing.T, targets string) {
		places := []string{"l0", "a/l1", "a/b/l2", "a/b/c/l3", "a/b/top", "a/b/c/d/l4"}
		links := make(map[string]string)
		for i, target := range strings.Split(targets, "\n") {
			if i == len(places) {
				break
			}
			if safe, ok := safeTarget(places[i], target); ok {
				links[places[i]] = safe
			}
		}
		for place := range links {
			if !resolve(links, place) {
				t.Errorf("%q leads out by %q", place, links)
			}
		}
	})
}

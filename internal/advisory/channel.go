package advisory

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// A distribution may have a second channel of fixes, for subscribers or for a release whose
// ordinary support has ended: Ubuntu Pro, Red Hat's extended support of a minor release. Its
// fixed versions are lower than those of the ordinary channel, or there are no others. The
// channel of an installed package is derived from its version.

// channel is a second channel of fixes that may matter to a version of a package.
type channel struct {
	ecosystem seaworthy.Ecosystem
	// name is what people call the channel.
	name string
	// installed is true if the version comes from the channel, or may come from it. Then its
	// fixes count for the version.
	installed bool
	// complete is true if the channel has advisories about vulnerabilities that the
	// ordinary advisories do not name.
	complete bool
}

var (
	ubuntuPro = regexp.MustCompile(`[+~.]esm[0-9]`)
	// redHatMinor matches the tag of a package that was built for a minor release: .el9_2.
	redHatMinor = regexp.MustCompile(`\.el([0-9]+)_([0-9]+)`)
	// redHatMajor matches the tag of any package.
	redHatMajor = regexp.MustCompile(`\.el([0-9]+)`)
)

// channelsOf returns the channels that matter to a version, the most specific first.
func channelsOf(q Query) []channel {
	of := func(release string) seaworthy.Ecosystem {
		return seaworthy.Ecosystem{Name: q.Ecosystem.Name, Release: release}
	}
	release, text := q.Ecosystem.Release, strings.ToLower(q.Version)
	switch {
	case q.Ecosystem.Name == "Ubuntu" && release != "" && !strings.HasPrefix(release, "Pro:"):
		var list []channel
		fips := strings.Contains(text, "fips") || strings.HasSuffix(q.Name, "-fips")
		if fips {
			list = append(list,
				channel{of("Pro:FIPS-updates:" + release), "Ubuntu Pro (FIPS updates)", true, true},
				channel{of("Pro:FIPS:" + release), "Ubuntu Pro (FIPS)", true, true},
				channel{of("Pro:FIPS-preview:" + release), "Ubuntu Pro (FIPS preview)", true, true})
		}
		if strings.Contains(q.Name, "realtime") {
			list = append(list, channel{of("Pro:Realtime:" + release), "Ubuntu Pro (real-time)", true, true})
		}
		return append(list, channel{of("Pro:" + release), "Ubuntu Pro", ubuntuPro.MatchString(text), !fips})
	case q.Ecosystem.Name == "Red Hat" && strings.HasPrefix(release, "enterprise_linux:"):
		var list []channel
		if m := redHatMinor.FindStringSubmatch(q.Version); m != nil {
			for _, product := range []string{"rhel_eus", "rhel_e4s", "rhel_aus", "rhel_tus", "rhel_eus_long_life"} {
				list = append(list, channel{of(product + ":" + m[1] + "." + m[2]), "Red Hat's extended update support", true, false})
			}
		}
		if m := redHatMajor.FindStringSubmatch(q.Version); m != nil {
			list = append(list, channel{of("rhel_els:" + m[1]), "Red Hat's extended life cycle support", true, true})
		}
		return list
	}
	return nil
}

// applyChannels applies what the advisories of second channels say to the matches of the
// ordinary ones, and to the statements of the distribution.
func (db *Database) applyChannels(ctx context.Context, q Query, all *matches, statements *statementMatches) error {
	passed := make(map[string]bool) // names of vulnerabilities whose fix the version has
	for _, c := range channelsOf(q) {
		if err := ctx.Err(); err != nil {
			return err
		}
		in := q
		in.Ecosystem = c.ecosystem
		got := matches{file: all.file}
		if err := got.lookUp(newMatcher(in), c.ecosystem, in.Name, store.Vulnerable); err != nil {
			return err
		}
		if len(got.found) == 0 && len(got.passed) == 0 {
			continue
		}
		if c.installed {
			if err := got.addNames(passed, got.passed); err != nil {
				return err
			}
			all.found = withoutNames(all.found, passed)
			statements.affected = withoutNames(statements.affected, passed)
		}
		if len(got.found) == 0 {
			continue
		}
		// Of a vulnerability that the ordinary advisories fix, theirs is the fix.
		known := make(map[string]bool)
		fixedThere := make(map[string]bool)
		for _, m := range slices.Concat(all.found, statements.affected) {
			for _, name := range namesOf(m.advisory) {
				known[name] = true
				fixedThere[name] = fixedThere[name] || m.fixed != "" && m.channel == ""
			}
		}
		if err := all.addNames(fixedThere, all.passed); err != nil {
			return err
		}
		for _, m := range got.found {
			m.channel = c.name
			rest := withoutNames(withoutNames([]match{m}, passed), fixedThere)
			rest = slices.DeleteFunc(rest, func(m match) bool {
				return m.fixed == "" || !c.complete && !slices.ContainsFunc(namesOf(m.advisory), func(name string) bool { return known[name] })
			})
			all.found = append(all.found, rest...)
		}
	}
	return nil
}

// namesOf returns the vulnerabilities that an advisory is about: its CVEs, or itself.
func namesOf(a *store.Advisory) []string {
	if len(a.CVEs) == 0 {
		return []string{a.ID}
	}
	return a.CVEs
}

// addNames adds the vulnerabilities of advisories, given by number, to a set.
func (all *matches) addNames(names map[string]bool, numbers []uint64) error {
	for _, number := range numbers {
		a, err := all.file.Advisory(number)
		if err != nil {
			return err
		}
		for _, name := range namesOf(a) {
			names[name] = true
		}
	}
	return nil
}

// withoutNames returns the matches without the vulnerabilities of a set. An advisory about
// several keeps the others.
func withoutNames(all []match, names map[string]bool) []match {
	var left []match
	for _, m := range all {
		rest := slices.DeleteFunc(slices.Clone(namesOf(m.advisory)), func(name string) bool { return names[name] })
		switch {
		case len(rest) == 0:
			continue
		case len(rest) < len(m.advisory.CVEs):
			a := *m.advisory
			a.CVEs = rest
			if len(rest) == 1 { // then the other names of the advisory would be aliases of it
				a.Aliases = nil
			}
			m.advisory = &a
		}
		left = append(left, m)
	}
	return left
}

package advisory

import (
	"regexp"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// Amazon Linux 2 has newer versions of some software in additional repositories, the
// extras. Each of them is called a topic: nginx1, php8.2, kernel-5.10. A package may be in
// several topics and in the ordinary repository, with different fixed versions. The topic of
// an installed package is derived from its version.

// extras returns the ecosystem of the advisories of all topics. The id of an advisory has
// the name of its topic.
func extras() seaworthy.Ecosystem {
	return seaworthy.Ecosystem{Name: "Amazon Linux", Release: "2:extras"}
}

// HasExtras reports whether the database has advisories of the extras of Amazon Linux 2.
func (db *Database) HasExtras() (bool, error) { return db.Covers(extras()) }

// topicID matches the id of an advisory of a topic: ALAS2NGINX1-2023-001.
var topicID = regexp.MustCompile(`^ALAS2([A-Z][A-Z0-9._+-]*?)-[0-9]{4}-[0-9]+$`)

// topicVersion matches the version at the end of the name of a topic.
var topicVersion = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)*$`)

// addExtras compares the version with the advisories of the topic that the package is
// from.
func (all *matches) addExtras(q Query) error {
	if q.Ecosystem.Name != extras().Name || q.Ecosystem.Release != "2" {
		return nil
	}
	rows, err := all.file.Affected(store.Vulnerable, extras(), q.Name)
	if err != nil || len(rows) == 0 {
		return err
	}
	topics := make(map[string][]*store.Affected)
	for _, row := range rows {
		a, err := all.file.Advisory(row.Number)
		if err != nil {
			return err
		}
		if m := topicID.FindStringSubmatch(a.ID); m != nil {
			topics[m[1]] = append(topics[m[1]], row)
		}
	}
	ordinary, err := all.file.HasPackage(store.Vulnerable, q.Ecosystem, q.Name)
	if err != nil {
		return err
	}
	_, text, ok := strings.Cut(q.Version, ":")
	if !ok {
		text = q.Version
	}
	best, length := "", -1
	for topic := range topics {
		number := topicVersion.FindString(topic)
		fits := number != "" && strings.HasPrefix(text, number+".")
		if only := !ordinary && len(topics) == 1; !fits && !only {
			continue
		}
		if len(number) > length || len(number) == length && topic < best {
			best, length = topic, len(number)
		}
	}
	return all.addAll(newMatcher(q), topics[best])
}

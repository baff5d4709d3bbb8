package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// trackerEntry is what Debian's security tracker says about one vulnerability of a source
// package.
type trackerEntry struct {
	Description string                    `json:"description"`
	Releases    map[string]trackerRelease `json:"releases"` // by code name
}

type trackerRelease struct {
	Status       string  `json:"status"` // open, resolved, undetermined
	FixedVersion string  `json:"fixed_version"`
	Urgency      string  `json:"urgency"`
	NoDSA        *string `json:"nodsa"` // why there will be no security advisory (DSA); nil if there may be one
	NoDSAReason  string  `json:"nodsa_reason"`
}

// debianReleases maps the code names of releases to their numbers.
var debianReleases = map[string]string{
	"wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
}

// readDebianTracker reads the JSON of Debian's security tracker: an object with the
// source packages by name, each with its vulnerabilities by name.
func readDebianTracker(ctx context.Context, in io.Reader, _ string, b *store.Builder, _ *Skipped) error {
	d := json.NewDecoder(in)
	if err := expect(d, json.Delim('{')); err != nil {
		return fmt.Errorf("not the data of Debian's security tracker: %w", err)
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("not the data of Debian's security tracker: %w", err)
		}
		name, _ := token.(string)
		var entries map[string]trackerEntry
		if err := d.Decode(&entries); err != nil {
			return fmt.Errorf("not the data of Debian's security tracker: package %q: %w", name, jsonerror.Explain(nil, err))
		}
		for _, id := range slices.Sorted(maps.Keys(entries)) {
			cve, ok := osv.ParseCVE(id)
			if !ok || name == "" {
				continue // the tracker has names such as TEMP-... until there is a CVE
			}
			entry := entries[id]
			statements := entry.statements(name, cve)
			if len(statements) == 0 {
				continue
			}
			text := store.NewText(firstLine(entry.Description), entry.Description, "https://security-tracker.debian.org/tracker/"+id)
			if err := b.AddStatements(&store.Advisory{ID: id, CVEs: []string{id}}, text, statements); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return expect(d, json.Delim('}'))
}

// expect reads the next token, which must be the given one.
func expect(d *json.Decoder, want json.Token) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != want {
		return errors.New("it has another structure")
	}
	return nil
}

// firstLine returns the first line of a text, which serves as its summary.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// statements returns a statement about the vulnerability for each release.
func (e *trackerEntry) statements(name string, cve osv.CVE) []store.Statement {
	var list []store.Statement
	for _, code := range slices.Sorted(maps.Keys(e.Releases)) {
		number, ok := debianReleases[code]
		if !ok {
			continue // sid, and future releases
		}
		release := e.Releases[code]
		s := store.Statement{Ecosystem: seaworthy.Ecosystem{Name: "Debian", Release: number}, Name: name, Affected: store.Affected{CVE: cve}}
		a := &s.Affected
		if osv.ParseSeverity(release.Urgency) != 0 {
			a.Severity = strings.TrimRight(release.Urgency, "*")
		}
		switch {
		case release.Status == "resolved" && release.FixedVersion == version.Zero:
			a.Spans, a.Status = version.All(), store.StatusNotAffected
		case release.Status == "resolved" && release.FixedVersion != "":
			a.Spans = version.Before(release.FixedVersion)
		case release.Status == "open":
			a.Spans, a.Status = version.All(), release.status()
		case release.Status == "undetermined":
			a.Spans, a.Status = version.All(), store.StatusInvestigated
		default:
			continue
		}
		list = append(list, s)
	}
	return list
}

// status returns the status of an open vulnerability: why it is not fixed, "" if there is
// no reason.
func (r *trackerRelease) status() string {
	switch {
	case r.Urgency == store.StatusEndOfLife:
		return store.StatusEndOfLife
	case r.NoDSA == nil && r.NoDSAReason == "":
		return ""
	case r.NoDSAReason == store.StatusIgnored, r.NoDSAReason == store.StatusPostponed:
		return r.NoDSAReason
	default:
		return store.StatusNoDSA
	}
}

package advisory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// trackerFlaw is what Debian's security tracker says of one flaw of a source
// package.
type trackerFlaw struct {
	Description string                    `json:"description"`
	Releases    map[string]trackerRelease `json:"releases"` // by code name
}

type trackerRelease struct {
	Status       string  `json:"status"` // open, resolved, undetermined
	FixedVersion string  `json:"fixed_version"`
	Urgency      string  `json:"urgency"`
	NoDSA        *string `json:"nodsa"` // why there will be no advisory of its own; nil if there may be
	NoDSAReason  string  `json:"nodsa_reason"`
}

// debianReleases are the numbers of the releases.
var debianReleases = map[string]string{
	"wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
}

// readDebianTracker takes in the JSON of Debian's security tracker: an object with
// the source packages by name, each with its flaws by name.
func readDebianTracker(ctx context.Context, in io.Reader, _ string, b *builder) error {
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
		var flaws map[string]trackerFlaw
		if err := d.Decode(&flaws); err != nil {
			return fmt.Errorf("not the data of Debian's security tracker: package %q: %w", name, err)
		}
		for _, id := range slices.Sorted(maps.Keys(flaws)) {
			cve, ok := parseCVE(id)
			if !ok || name == "" {
				continue // TEMP-..., until there is a CVE
			}
			flaw := flaws[id]
			said := flaw.statements(name, cve)
			if len(said) == 0 {
				continue
			}
			text := &Text{
				Summary: shorten(firstLine(flaw.Description), maxSummary), Details: shorten(flaw.Description, maxDetails),
				References: []string{"https://security-tracker.debian.org/tracker/" + id},
			}
			if err := b.addStatements(&advice{id: id, flaws: []string{id}}, text, said); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return expect(d, json.Delim('}'))
}

// expect takes the next token, which must be the one given.
func expect(d *json.Decoder, want json.Token) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != want {
		return errors.New("it is of another form")
	}
	return nil
}

// firstLine is the first line of a text, which serves as its summary.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// statements are what is said of the flaw in each release.
func (f *trackerFlaw) statements(name string, cve cveNumber) []statement {
	var list []statement
	for _, code := range slices.Sorted(maps.Keys(f.Releases)) {
		number, ok := debianReleases[code]
		if !ok {
			continue // sid, and what is to come
		}
		release := f.Releases[code]
		s := statement{"Debian:" + number, name, affects{cve: cve}}
		a := &s.affects
		if parseWord(release.Urgency) != 0 {
			a.word = strings.TrimRight(release.Urgency, "*")
		}
		switch {
		case release.Status == "resolved" && release.FixedVersion == zero:
			a.spans, a.status = everything(), StatusNotAffected
		case release.Status == "resolved" && release.FixedVersion != "":
			a.spans = fixedBefore(release.FixedVersion)
		case release.Status == "open":
			a.spans, a.status = everything(), release.state()
		case release.Status == "undetermined":
			a.spans, a.status = everything(), StatusInvestigated
		default:
			continue
		}
		list = append(list, s)
	}
	return list
}

// state is why an open flaw is open.
func (r *trackerRelease) state() string {
	switch {
	case r.Urgency == StatusEndOfLife:
		return StatusEndOfLife
	case r.NoDSA == nil && r.NoDSAReason == "":
		return ""
	case r.NoDSAReason == StatusIgnored, r.NoDSAReason == StatusPostponed:
		return r.NoDSAReason
	default:
		return StatusNoDSA
	}
}

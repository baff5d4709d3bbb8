package advisory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ubuntuVEX is Ubuntu's word on one CVE in OpenVEX, as far as it goes beyond what
// Ubuntu publishes in the form of OSV: the versions that are said to be fixed are
// those of today, not the first ones, and are left aside.
type ubuntuVEX struct {
	Statements []struct {
		Vulnerability struct {
			Name        string `json:"name"`
			Description string `json:"description"`
		} `json:"vulnerability"`
		Products []struct {
			ID string `json:"@id"` // pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.8?arch=source&distro=jammy
		} `json:"products"`
		Status string `json:"status"`
		Notes  string `json:"status_notes"`
		Action string `json:"action_statement"`
	} `json:"statements"`
}

// ubuntuReleases are the numbers of the releases, as OSV has them.
var ubuntuReleases = map[string]string{
	"trusty": "14.04:LTS", "xenial": "16.04:LTS", "bionic": "18.04:LTS", "focal": "20.04:LTS", "jammy": "22.04:LTS", "noble": "24.04:LTS", "resolute": "26.04:LTS",
	"lunar": "23.04", "mantic": "23.10", "oracular": "24.10", "plucky": "25.04", "questing": "25.10",
}

// said is what a publisher says of one flaw.
type said struct {
	advice     *advice
	text       *Text
	statements []statement
	released   time.Time // zero if the document does not tell
}

// take takes in what is said, if that is anything.
func (s *said) take(b *builder) error {
	if s == nil || len(s.statements) == 0 {
		return nil
	}
	return b.addStatements(s.advice, s.text, s.statements)
}

// readUbuntuVEX takes in Ubuntu's VEX: a document for each CVE. Those about
// notices, which say the same once more, are left out.
func readUbuntuVEX(ctx context.Context, in io.Reader, _ string, b *builder) error {
	return documents(ctx, in, &b.left, parseUbuntuVEX, func(s *said) error { return s.take(b) })
}

func parseUbuntuVEX(data []byte) (*said, error) {
	var doc ubuntuVEX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not OpenVEX: %w", err)
	}
	if doc.Statements == nil {
		return nil, errors.New("not OpenVEX: it has no statements")
	}
	var s *said
	for _, one := range doc.Statements {
		id := one.Vulnerability.Name
		cve, ok := parseCVE(id)
		if !ok {
			continue
		}
		if s == nil {
			s = &said{
				advice: &advice{id: id, flaws: []string{id}},
				text: &Text{
					Summary: shorten(firstLine(one.Vulnerability.Description), maxSummary), Details: shorten(one.Vulnerability.Description, maxDetails),
					References: []string{"https://ubuntu.com/security/" + id},
				},
			}
		}
		if s.advice.id != id {
			return nil, nil // a notice about several
		}
		status := ubuntuState(one.Status, cmp.Or(one.Action, one.Notes))
		if status == "" {
			continue
		}
		for _, product := range one.Products {
			name, release, ok := ubuntuProduct(product.ID)
			if ok {
				s.statements = append(s.statements, statement{"Ubuntu:" + release, name, affects{cve: cve, spans: everything(), status: status}})
			}
		}
	}
	if s != nil {
		slices.SortStableFunc(s.statements, func(a, b statement) int {
			return cmp.Or(cmp.Compare(a.ecosystem, b.ecosystem), cmp.Compare(a.name, b.name))
		})
	}
	return s, nil
}

// ubuntuState is the state that a statement tells of, or "" if it says no more than
// the advisories.
func ubuntuState(status, words string) string {
	switch status {
	case "not_affected":
		return StatusNotAffected
	case "under_investigation":
		return StatusInvestigated
	case "affected":
		switch {
		case strings.Contains(words, "no longer supported"):
			return StatusEndOfLife
		case strings.Contains(words, "decided to not fix"):
			return StatusIgnored
		case strings.Contains(words, "deferred"):
			return StatusDeferred
		}
	}
	return ""
}

// ubuntuProduct tells the source package and the release of a product; false for a
// binary package, and for a release that only subscribers have.
func ubuntuProduct(purl string) (name, release string, ok bool) {
	rest, ok := strings.CutPrefix(purl, "pkg:deb/ubuntu/")
	path, qualifiers, _ := strings.Cut(rest, "?")
	name, _, _ = strings.Cut(path, "@")
	name, err := url.PathUnescape(name)
	if !ok || err != nil || name == "" {
		return "", "", false
	}
	source := false
	// Older documents have a second question mark where an ampersand belongs.
	for q := range strings.FieldsFuncSeq(qualifiers, func(r rune) bool { return r == '&' || r == '?' }) {
		key, value, _ := strings.Cut(q, "=")
		switch key {
		case "arch":
			source = value == "source" || value == "src"
		case "distro":
			release = ubuntuReleases[strings.TrimPrefix(value, "ubuntu/")]
		}
	}
	return name, release, source && release != ""
}

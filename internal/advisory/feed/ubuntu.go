package feed

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

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// ubuntuVEX is an OpenVEX document of Ubuntu, which is about one CVE. Only the fields with
// what Ubuntu does not publish in OSV are read. Fixed versions are ignored, because they
// are the current versions and not the first ones with the fix.
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

// ubuntuReleases maps the code names of releases to their numbers in OSV.
var ubuntuReleases = map[string]string{
	"trusty": "14.04:LTS", "xenial": "16.04:LTS", "bionic": "18.04:LTS", "focal": "20.04:LTS", "jammy": "22.04:LTS", "noble": "24.04:LTS", "resolute": "26.04:LTS",
	"lunar": "23.04", "mantic": "23.10", "oracular": "24.10", "plucky": "25.04", "questing": "25.10",
}

// readUbuntuVEX reads Ubuntu's VEX: a document for each CVE. Documents for security notices
// (USN) only repeat these, and are ignored.
func readUbuntuVEX(ctx context.Context, in io.Reader, _ string, b *store.Builder, skipped *Skipped) error {
	return parseDocuments(ctx, in, skipped, parseUbuntuVEX, func(d *Document) error { return d.AddTo(b) })
}

func parseUbuntuVEX(data []byte) (*Document, error) {
	var doc ubuntuVEX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not OpenVEX: %w", jsonerror.Explain(data, err))
	}
	if doc.Statements == nil {
		return nil, errors.New("not OpenVEX: it has no statements")
	}
	var d *Document
	for _, one := range doc.Statements {
		id := one.Vulnerability.Name
		cve, ok := osv.ParseCVE(id)
		if !ok {
			continue
		}
		if d == nil {
			d = &Document{
				cve:      cve,
				advisory: &store.Advisory{ID: id, CVEs: []string{id}},
				text:     store.NewText(firstLine(one.Vulnerability.Description), one.Vulnerability.Description, "https://ubuntu.com/security/"+id),
			}
		}
		if d.advisory.ID != id {
			return nil, nil // a notice about several CVEs
		}
		status := ubuntuStatus(one.Status, cmp.Or(one.Action, one.Notes))
		if status == "" {
			continue
		}
		for _, product := range one.Products {
			name, release, ok := ubuntuProduct(product.ID)
			if ok {
				d.statements = append(d.statements, store.Statement{Ecosystem: seaworthy.Ecosystem{Name: "Ubuntu", Release: release}, Name: name, Affected: store.Affected{CVE: cve, Spans: version.All(), Status: status}})
			}
		}
	}
	if d != nil {
		slices.SortStableFunc(d.statements, func(a, b store.Statement) int {
			return cmp.Or(cmp.Compare(a.Ecosystem.Release, b.Ecosystem.Release), cmp.Compare(a.Name, b.Name))
		})
	}
	return d, nil
}

// ubuntuStatus returns the status of a statement with some words that explain it, or "" if
// it says no more than the advisories.
func ubuntuStatus(status, words string) string {
	switch status {
	case "not_affected":
		return store.StatusNotAffected
	case "under_investigation":
		return store.StatusInvestigated
	case "affected":
		switch {
		case strings.Contains(words, "no longer supported"):
			return store.StatusEndOfLife
		case strings.Contains(words, "decided to not fix"):
			return store.StatusIgnored
		case strings.Contains(words, "deferred"):
			return store.StatusDeferred
		}
	}
	return ""
}

// ubuntuProduct parses a package URL into the name of the source package and the release.
// It returns false for a binary package, and for a release that only subscribers get
// updates for.
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

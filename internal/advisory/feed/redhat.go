package feed

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// csafVEX is a document of Red Hat in CSAF VEX, which is about one CVE. The fields read are
// those for vulnerabilities that are not fixed: Red Hat's advisories, which OSV has, are
// about fixes only.
type csafVEX struct {
	Document struct {
		Category string `json:"category"`
		Title    string `json:"title"`
		Severity struct {
			Text string `json:"text"`
		} `json:"aggregate_severity"`
		Tracking struct {
			Released osv.Timestamp `json:"current_release_date"`
		} `json:"tracking"`
	} `json:"document"`
	Tree struct {
		Branches      []csafBranch `json:"branches"`
		Relationships []struct {
			Product struct {
				ID string `json:"product_id"`
			} `json:"full_product_name"`
			Component string `json:"product_reference"`
			Of        string `json:"relates_to_product_reference"`
		} `json:"relationships"`
	} `json:"product_tree"`
	Vulnerabilities []csafVulnerability `json:"vulnerabilities"`
}

// csafBranch is a node of the tree of products.
type csafBranch struct {
	Branches []csafBranch `json:"branches"`
	Product  *struct {
		ID     string `json:"product_id"`
		Helper struct {
			CPE  string `json:"cpe"`
			PURL string `json:"purl"`
		} `json:"product_identification_helper"`
	} `json:"product"`
}

type csafVulnerability struct {
	CVE   string `json:"cve"`
	Notes []struct {
		Category string `json:"category"`
		Text     string `json:"text"`
	} `json:"notes"`
	Status struct {
		Affected      []string `json:"known_affected"`
		NotAffected   []string `json:"known_not_affected"`
		Investigation []string `json:"under_investigation"`
		Fixed         []string `json:"fixed"`
	} `json:"product_status"`
	Remediations []struct {
		Category string   `json:"category"`
		Details  string   `json:"details"`
		Products []string `json:"product_ids"`
	} `json:"remediations"`
	Scores []struct {
		V3 struct {
			Vector string `json:"vectorString"`
		} `json:"cvss_v3"`
		V4 struct {
			Vector string `json:"vectorString"`
		} `json:"cvss_v4"`
		V2 struct {
			Vector string `json:"vectorString"`
		} `json:"cvss_v2"`
	} `json:"scores"`
	Threats []struct {
		Category string   `json:"category"`
		Details  string   `json:"details"`
		Products []string `json:"product_ids"`
	} `json:"threats"`
}

// redHatFiles is where Red Hat publishes its VEX.
const redHatFiles = "https://security.access.redhat.com/data/csaf/v2/vex/"

// readRedHatVEX reads Red Hat's VEX: a document for each CVE.
func readRedHatVEX(ctx context.Context, in io.Reader, _ string, b *store.Builder, skipped *Skipped) error {
	return parseDocuments(ctx, in, skipped, parseRedHatVEX, func(d *Document) error { return d.AddTo(b) })
}

// redHatChange parses a line of the changes.csv of CSAF, "path","time".
func redHatChange(line string) (at time.Time, path string, ok bool) {
	path, text, ok := strings.Cut(line, ",")
	at, err := time.Parse(time.RFC3339Nano, strings.Trim(text, `"`))
	path = strings.Trim(path, `"`)
	return at, path, ok && err == nil && redHatPath.MatchString(path)
}

// redHatPath is the path of the document about a CVE.
var redHatPath = regexp.MustCompile(`^[0-9]{4}/cve-([0-9]{4}-[0-9]{4,12})\.json$`)

// redHatID returns the CVE that the document with a path is about.
func redHatID(path string) string { return "CVE-" + redHatPath.FindStringSubmatch(path)[1] }

// parseRedHatVEX parses a document in CSAF VEX. It returns nil for one that is not about
// one CVE.
func parseRedHatVEX(data []byte) (*Document, error) {
	var doc csafVEX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not CSAF: %w", jsonerror.Explain(data, err))
	}
	if doc.Document.Category == "" {
		return nil, errors.New("not CSAF: it has no category")
	}
	if doc.Document.Category != "csaf_vex" || len(doc.Vulnerabilities) != 1 {
		return nil, nil
	}
	v := &doc.Vulnerabilities[0]
	cve, ok := osv.ParseCVE(v.CVE)
	if !ok {
		return nil, nil
	}
	description := ""
	for _, n := range v.Notes {
		if n.Category == "description" {
			description = n.Text
		}
	}
	return &Document{
		cve:        cve,
		rates:      true,
		advisory:   &store.Advisory{ID: v.CVE, CVEs: []string{v.CVE}, Severity: v.impact(&doc), Scores: v.scores()},
		text:       store.NewText(doc.Document.Title, description, "https://access.redhat.com/security/cve/"+v.CVE),
		statements: v.statements(cve, doc.products()),
		released:   doc.Document.Tracking.Released.Time,
	}, nil
}

// impact returns Red Hat's word for the severity in lower case, "" if there is none.
func (v *csafVulnerability) impact(doc *csafVEX) string {
	for _, t := range v.Threats {
		if t.Category == "impact" && osv.ParseSeverity(t.Details) != 0 {
			return strings.ToLower(t.Details)
		}
	}
	if osv.ParseSeverity(doc.Document.Severity.Text) != 0 {
		return strings.ToLower(doc.Document.Severity.Text)
	}
	return ""
}

func (v *csafVulnerability) scores() []osv.Score {
	var list []osv.Score
	for _, s := range v.Scores {
		for _, one := range []osv.Score{{Type: "CVSS_V4", Score: s.V4.Vector}, {Type: "CVSS_V3", Score: s.V3.Vector}, {Type: "CVSS_V2", Score: s.V2.Vector}} {
			if one.Score != "" && !slices.Contains(list, one) {
				list = append(list, one)
			}
		}
	}
	return list
}

// redHatPackage is a package in a major version of Red Hat Enterprise Linux.
type redHatPackage struct {
	ecosystem    seaworthy.Ecosystem
	name, module string
}

// products maps the ids of products to packages of Red Hat Enterprise Linux. Other
// products are ignored. A package without a name is not a binary package.
func (doc *csafVEX) products() map[string]redHatPackage {
	cpes, purls := make(map[string]string), make(map[string]string)
	var walk func([]csafBranch)
	walk = func(branches []csafBranch) {
		for i := range branches {
			if p := branches[i].Product; p != nil {
				if p.Helper.CPE != "" {
					cpes[p.ID] = p.Helper.CPE
				}
				if p.Helper.PURL != "" {
					purls[p.ID] = p.Helper.PURL
				}
			}
			walk(branches[i].Branches)
		}
	}
	walk(doc.Tree.Branches)
	all := make(map[string]redHatPackage)
	for _, r := range doc.Tree.Relationships {
		major, ok := enterpriseLinux(cpes[r.Of])
		if !ok {
			continue
		}
		name, module := redHatComponent(r.Component, purls[r.Component])
		all[r.Product.ID] = redHatPackage{seaworthy.Ecosystem{Name: "Red Hat", Release: "enterprise_linux:" + major}, name, module}
	}
	return all
}

// enterpriseLinux returns the major version of Red Hat Enterprise Linux that a CPE
// names. Extended support is another product.
func enterpriseLinux(cpe string) (major string, ok bool) {
	rest, ok := strings.CutPrefix(cpe, "cpe:/o:redhat:enterprise_linux:")
	if !ok {
		rest, ok = strings.CutPrefix(cpe, "cpe:/a:redhat:enterprise_linux:")
	}
	major, _, _ = strings.Cut(rest, ":")
	major, _, _ = strings.Cut(major, ".")
	return major, ok && major != ""
}

// redHatComponent returns the name of the binary package that a component is, and its
// module if it belongs to one: "nodejs:18/nodejs". The name is empty if the component is
// not a binary package.
func redHatComponent(id, purl string) (name, module string) {
	if rest, ok := strings.CutPrefix(purl, "pkg:rpm/redhat/"); ok {
		path, qualifiers, _ := strings.Cut(rest, "?")
		name, _, _ = strings.Cut(path, "@")
		values, err := url.ParseQuery(qualifiers)
		if err != nil || values.Get("arch") == "src" {
			return "", ""
		}
		name, _ = url.PathUnescape(name)
		if module = store.Stream(values.Get("rpmmod")); module != "" {
			return name, module
		}
	} else if purl != "" && !strings.HasPrefix(purl, "pkg:rpmmod/") {
		return "", "" // a container image, or a file of a language
	}
	if stream, rest, ok := strings.Cut(id, "/"); ok {
		if !strings.Contains(stream, ":") {
			return "", "" // a container image
		}
		return cmp.Or(name, rest), stream
	}
	if name == "" && !strings.ContainsAny(id, ":@. ") {
		name = id
	}
	return name, ""
}

// statements returns a statement about the CVE for each package.
func (v *csafVulnerability) statements(cve osv.CVE, products map[string]redHatPackage) []store.Statement {
	statuses := make(map[string]string)
	for _, r := range v.Remediations {
		if status := redHatStatus(r.Category, r.Details); status != "" {
			for _, id := range r.Products {
				statuses[id] = status
			}
		}
	}
	words := make(map[string]string)
	for _, t := range v.Threats {
		if t.Category == "impact" && osv.ParseSeverity(t.Details) != 0 {
			for _, id := range t.Products {
				words[id] = strings.ToLower(t.Details)
			}
		}
	}
	// "Not affected" matters only if an advisory says the opposite: one that fixes the CVE in
	// another package of the same release may list this package too.
	fixed := make(map[seaworthy.Ecosystem]bool)
	for _, id := range v.Status.Fixed {
		fixed[products[id].ecosystem] = true
	}
	var list []store.Statement
	addStatement := func(id, status string) {
		p := products[id]
		if p.name == "" || status == store.StatusNotAffected && !fixed[p.ecosystem] {
			return
		}
		a := store.Affected{CVE: cve, Spans: version.All(), Module: p.module, Status: status}
		if status != store.StatusNotAffected {
			a.Severity = words[id]
		}
		list = append(list, store.Statement{Ecosystem: p.ecosystem, Name: p.name, Affected: a})
	}
	for _, id := range v.Status.Affected {
		addStatement(id, statuses[id])
	}
	for _, id := range v.Status.Investigation {
		addStatement(id, store.StatusInvestigated)
	}
	for _, id := range v.Status.NotAffected {
		addStatement(id, store.StatusNotAffected)
	}
	return list
}

// redHatStatus returns the status that a remediation means, "" if it means none.
func redHatStatus(category, details string) string {
	if category != "none_available" && category != "no_fix_planned" {
		return ""
	}
	switch details {
	case "Will not fix":
		return store.StatusWillNotFix
	case "Fix deferred":
		return store.StatusDeferred
	case "Out of support scope":
		return store.StatusOutOfScope
	case "Under investigation":
		return store.StatusInvestigated
	}
	if category == "no_fix_planned" {
		return store.StatusWillNotFix
	}
	return "" // "Affected"
}

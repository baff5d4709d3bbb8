package advisory

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
)

// csafVEX is Red Hat's word on one CVE in CSAF VEX, as far as it concerns what is
// not fixed: OSV has Red Hat's advisories, which are about fixes alone.
type csafVEX struct {
	Document struct {
		Category string `json:"category"`
		Title    string `json:"title"`
		Severity struct {
			Text string `json:"text"`
		} `json:"aggregate_severity"`
		Tracking struct {
			Released Timestamp `json:"current_release_date"`
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

// readRedHatVEX takes in Red Hat's VEX: a document for each CVE.
func readRedHatVEX(ctx context.Context, in io.Reader, _ string, b *builder) error {
	return documents(ctx, in, &b.left, parseRedHatVEX, func(s *said) error { return s.takeOpinion(b) })
}

// takeOpinion takes in what is said, which holds for the CVE wherever it is.
func (s *said) takeOpinion(b *builder) error {
	if s == nil {
		return nil
	}
	if s.released.After(b.info.Cursor) {
		b.info.Cursor = s.released
	}
	n, _ := parseCVE(s.advice.id)
	if err := b.addOpinion(n); err != nil {
		return err
	}
	return b.addStatements(s.advice, s.text, s.statements)
}

// redHatChange reads a line of the changes.csv of CSAF, "path","time", and gives the
// path.
func redHatChange(line string) (at time.Time, path string, ok bool) {
	path, text, ok := strings.Cut(line, ",")
	at, err := time.Parse(time.RFC3339Nano, strings.Trim(text, `"`))
	path = strings.Trim(path, `"`)
	return at, path, ok && err == nil && redHatPath.MatchString(path)
}

// redHatPath is the path of the document about a CVE.
var redHatPath = regexp.MustCompile(`^[0-9]{4}/cve-([0-9]{4}-[0-9]{4,12})\.json$`)

// parseRedHatVEX gives nil for a document about something else.
func parseRedHatVEX(data []byte) (*said, error) {
	var doc csafVEX
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("not CSAF: %w", err)
	}
	if doc.Document.Category == "" {
		return nil, errors.New("not CSAF: it has no category")
	}
	if doc.Document.Category != "csaf_vex" || len(doc.Vulnerabilities) != 1 {
		return nil, nil
	}
	v := &doc.Vulnerabilities[0]
	cve, ok := parseCVE(v.CVE)
	if !ok {
		return nil, nil
	}
	s := &said{
		advice:   &advice{id: v.CVE, flaws: []string{v.CVE}, word: v.impact(&doc), scores: v.scores()},
		text:     &Text{Summary: shorten(doc.Document.Title, maxSummary)},
		released: doc.Document.Tracking.Released.Time,
	}
	for _, n := range v.Notes {
		if n.Category == "description" {
			s.text.Details = shorten(n.Text, maxDetails)
		}
	}
	s.text.References = []string{"https://access.redhat.com/security/cve/" + v.CVE}
	p := doc.products()
	s.statements = v.statements(cve, p)
	return s, nil
}

// impact is Red Hat's word for the severity.
func (v *csafVulnerability) impact(doc *csafVEX) string {
	for _, t := range v.Threats {
		if t.Category == "impact" && parseWord(t.Details) != 0 {
			return strings.ToLower(t.Details)
		}
	}
	if parseWord(doc.Document.Severity.Text) != 0 {
		return strings.ToLower(doc.Document.Severity.Text)
	}
	return ""
}

func (v *csafVulnerability) scores() []Score {
	var list []Score
	for _, s := range v.Scores {
		for _, one := range []Score{{"CVSS_V4", s.V4.Vector}, {"CVSS_V3", s.V3.Vector}, {"CVSS_V2", s.V2.Vector}} {
			if one.Score != "" && !slices.Contains(list, one) {
				list = append(list, one)
			}
		}
	}
	return list
}

// redHatPackage is a package in a major version of Red Hat Enterprise Linux.
type redHatPackage struct{ ecosystem, name, module string }

// products maps the ids of products to packages of Red Hat Enterprise Linux; other
// products are left out, and what has an empty name is not a binary package.
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
		all[r.Product.ID] = redHatPackage{"Red Hat:enterprise_linux:" + major, name, module}
	}
	return all
}

// enterpriseLinux gives the major version of Red Hat Enterprise Linux that a CPE
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

// redHatComponent tells the binary package, and its module if it belongs to one:
// "nodejs:18/nodejs". What is no binary package has no name.
func redHatComponent(id, purl string) (name, module string) {
	if rest, ok := strings.CutPrefix(purl, "pkg:rpm/redhat/"); ok {
		path, qualifiers, _ := strings.Cut(rest, "?")
		name, _, _ = strings.Cut(path, "@")
		values, err := url.ParseQuery(qualifiers)
		if err != nil || values.Get("arch") == "src" {
			return "", ""
		}
		name, _ = url.PathUnescape(name)
		if module = stream(values.Get("rpmmod")); module != "" {
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

// statements are what is said of the packages.
func (v *csafVulnerability) statements(cve cveNumber, products map[string]redHatPackage) []statement {
	states := make(map[string]string)
	for _, r := range v.Remediations {
		if state := redHatState(r.Category, r.Details); state != "" {
			for _, id := range r.Products {
				states[id] = state
			}
		}
	}
	words := make(map[string]string)
	for _, t := range v.Threats {
		if t.Category == "impact" && parseWord(t.Details) != 0 {
			for _, id := range t.Products {
				words[id] = strings.ToLower(t.Details)
			}
		}
	}
	// An advisory may name a package for a flaw that another package of the same
	// release has. Where there is no advisory there is nothing to deny.
	fixed := make(map[string]bool)
	for _, id := range v.Status.Fixed {
		fixed[products[id].ecosystem] = true
	}
	var list []statement
	say := func(id, status string) {
		p := products[id]
		if p.name == "" || status == StatusNotAffected && !fixed[p.ecosystem] {
			return
		}
		a := affects{cve: cve, spans: everything(), module: p.module, status: status}
		if status != StatusNotAffected {
			a.word = words[id]
		}
		list = append(list, statement{p.ecosystem, p.name, a})
	}
	for _, id := range v.Status.Affected {
		say(id, states[id])
	}
	for _, id := range v.Status.Investigation {
		say(id, StatusInvestigated)
	}
	for _, id := range v.Status.NotAffected {
		say(id, StatusNotAffected)
	}
	return list
}

// redHatState is the state that a remediation tells of, or "" if it is none.
func redHatState(category, details string) string {
	if category != "none_available" && category != "no_fix_planned" {
		return ""
	}
	switch details {
	case "Will not fix":
		return StatusWillNotFix
	case "Fix deferred":
		return StatusDeferred
	case "Out of support scope":
		return StatusOutOfScope
	case "Under investigation":
		return StatusInvestigated
	}
	if category == "no_fix_planned" {
		return StatusWillNotFix
	}
	return "" // "Affected"
}

package feed

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// definition is an advisory in OVAL (Open Vulnerability and Assessment Language), with the
// fields that Oracle, Photon and Azure Linux use.
type definition struct {
	Class    string `xml:"class,attr"`
	ID       string `xml:"id,attr"`
	Metadata struct {
		Title      string `xml:"title"`
		References []struct {
			ID  string `xml:"ref_id,attr"`
			URL string `xml:"ref_url,attr"`
		} `xml:"reference"`
		Description string `xml:"description"`
		Advisory    struct {
			Severity string   `xml:"severity"`
			CVEs     []string `xml:"cve"`
			Issued   struct {
				Date string `xml:"date,attr"`
			} `xml:"issued"`
			Updated struct {
				Date string `xml:"date,attr"`
			} `xml:"updated"`
		} `xml:"advisory"`
		// Azure Linux has these fields and not the element advisory.
		AdvisoryID string `xml:"advisory_id"`
		Severity   string `xml:"severity"`
		Date       string `xml:"advisory_date"`
	} `xml:"metadata"`
	Criteria criteria `xml:"criteria"`
}

// criteria is a tree of conditions. The tests of a criterion are in another part of the
// document; its comment says the same in one of a few forms, so only that is read.
type criteria struct {
	Operator  string     `xml:"operator,attr"`
	Criteria  []criteria `xml:"criteria"`
	Criterion []struct {
		Comment string `xml:"comment,attr"`
	} `xml:"criterion"`
}

// The forms of the comments of criteria.
var (
	ovalRelease = regexp.MustCompile(`^(Oracle Linux|Photon OS) ([0-9]+(?:\.[0-9]+)?) is installed$`)
	ovalEarlier = regexp.MustCompile(`^(\S+) is earlier than (?:0:)?(\S+)$`)
	ovalModule  = regexp.MustCompile(`^Module (\S+:\S+) is enabled$`)
	ovalCVE     = regexp.MustCompile(`CVE-[0-9]{4}-[0-9]{4,}`)
)

// readOVAL reads the advisories of a file in OVAL of Oracle or Photon.
func readOVAL(ctx context.Context, in io.Reader, _ string, b *store.Builder, _ *Skipped) error {
	return eachElement(in, "definitions", "definition", func(d *xml.Decoder, start *xml.StartElement) error {
		var def definition
		if err := d.DecodeElement(&def, start); err != nil {
			return err
		}
		if def.Class != "patch" {
			return ctx.Err()
		}
		r := def.record()
		if err := r.Validate(); err != nil {
			return fmt.Errorf("definition %q: %w", def.ID, err)
		}
		return b.Add(r)
	})
}

// record converts the advisory to OSV.
func (d *definition) record() *osv.Record {
	m := &d.Metadata
	title := strings.Join(strings.Fields(m.Title), " ")
	id, summary, _ := strings.Cut(title, " ")
	r := &osv.Record{
		ID: strings.TrimSuffix(id, ":"), Summary: strings.TrimSpace(summary), Details: strings.TrimSpace(m.Description),
	}
	if r.ID == "" {
		r.ID = d.ID
	}
	r.Modified.Time = later(parseDay(m.Advisory.Issued.Date), parseDay(m.Advisory.Updated.Date))
	setSeverity(r, m.Advisory.Severity)
	for _, cve := range m.Advisory.CVEs {
		r.Upstream = append(r.Upstream, ovalCVE.FindAllString(cve, -1)...)
	}
	for _, ref := range m.References {
		r.Upstream = append(r.Upstream, ovalCVE.FindAllString(ref.ID, -1)...)
		r.References = append(r.References, osv.Reference{Type: "ADVISORY", URL: ref.URL})
	}
	slices.Sort(r.Upstream)
	r.Upstream = slices.Compact(r.Upstream)
	f := fixCollector{record: r, seen: make(map[packageFix]bool)}
	f.walk(&d.Criteria, seaworthy.Ecosystem{}, "")
	return r
}

// fixCollector adds the fixed versions in a tree of criteria to a record, each once.
type fixCollector struct {
	record *osv.Record
	seen   map[packageFix]bool
}

// packageFix is the fixed version of a package in a release.
type packageFix struct {
	ecosystem   seaworthy.Ecosystem
	name, fixed string
}

// walk walks the tree. A criterion about a release or a module counts for all criteria on
// the same level and below.
func (f *fixCollector) walk(c *criteria, ecosystem seaworthy.Ecosystem, module string) {
	for _, criterion := range c.Criterion {
		comment := strings.TrimSpace(criterion.Comment)
		if m := ovalRelease.FindStringSubmatch(comment); m != nil {
			ecosystem = ovalEcosystem(m[1], m[2])
		} else if m := ovalModule.FindStringSubmatch(comment); m != nil {
			module = m[1]
		}
	}
	for _, criterion := range c.Criterion {
		m := ovalEarlier.FindStringSubmatch(strings.TrimSpace(criterion.Comment))
		if m == nil || ecosystem.IsZero() {
			continue
		}
		fix := packageFix{ecosystem, m[1], m[2]}
		if f.seen[fix] {
			continue
		}
		f.seen[fix] = true
		addFixed(f.record, ecosystem, m[1], m[2])
		if module != "" {
			last := &f.record.Affected[len(f.record.Affected)-1]
			last.EcosystemSpecific = fmt.Appendf(nil, `{"module":%q}`, module)
		}
	}
	for i := range c.Criteria {
		f.walk(&c.Criteria[i], ecosystem, module)
	}
}

// ovalEcosystem returns the ecosystem of a release. Photon's ecosystem has the minor version
// of its os-release ("5.0"), which its OVAL has not.
func ovalEcosystem(distribution, release string) seaworthy.Ecosystem {
	if distribution == "Photon OS" && !strings.Contains(release, ".") {
		release += ".0"
	}
	return seaworthy.Ecosystem{Name: distribution, Release: release}
}

// azureFiles is where Microsoft publishes OVAL for Azure Linux. OSV has converted records
// of it, but lacks the newest ones.
const azureFiles = "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/"

var (
	// azureFile matches the name of a file, which states the release. The content does not.
	azureFile    = regexp.MustCompile(`^(?:cbl-mariner|azurelinux)-([0-9]+)\.[0-9]+-oval\.xml`)
	azurePackage = regexp.MustCompile(`^Package (\S+) is (earlier than|less than or equal to|earlier than or equal to) (\S+?),? affected by CVE-`)
)

// readAzureOVAL reads the vulnerabilities of a release of Azure Linux, each a definition.
func readAzureOVAL(ctx context.Context, in io.Reader, name string, b *store.Builder, _ *Skipped) error {
	m := azureFile.FindStringSubmatch(path.Base(name))
	if m == nil {
		return errors.New("its name must have the release: azurelinux-3.0-oval.xml")
	}
	return eachElement(in, "definitions", "definition", func(d *xml.Decoder, start *xml.StartElement) error {
		var def definition
		if err := d.DecodeElement(&def, start); err != nil {
			return err
		}
		r := def.azureRecord(seaworthy.Ecosystem{Name: "Azure Linux", Release: m[1]})
		if len(r.Affected) == 0 {
			return ctx.Err()
		}
		if err := r.Validate(); err != nil {
			return fmt.Errorf("definition %q: %w", def.ID, err)
		}
		return b.Add(r)
	})
}

// azureRecord converts a definition of Azure Linux to OSV.
func (d *definition) azureRecord(ecosystem seaworthy.Ecosystem) *osv.Record {
	m := &d.Metadata
	number := m.AdvisoryID
	if number == "" {
		number = d.ID[strings.LastIndexByte(d.ID, ':')+1:]
	}
	r := &osv.Record{ID: "AZL-" + number, Summary: m.Title, Details: m.Description}
	r.Modified.Time = parseDay(m.Date)
	setSeverity(r, m.Severity)
	for _, ref := range m.References {
		r.Upstream = append(r.Upstream, ovalCVE.FindAllString(ref.ID, -1)...)
		r.References = append(r.References, osv.Reference{Type: "ADVISORY", URL: ref.URL})
	}
	for _, c := range d.Criteria.Criterion {
		p := azurePackage.FindStringSubmatch(c.Comment)
		if p == nil {
			continue
		}
		addFixed(r, ecosystem, p[1], p[3])
		if strings.Contains(p[2], "equal") {
			// Such a version is the newest one when this was written: there is no fix.
			events := &r.Affected[len(r.Affected)-1].Ranges[0].Events
			*events = (*events)[:1]
		}
	}
	return r
}

// photonFiles returns the files of Photon, one for each release.
func photonFiles() []File {
	var files []File
	for _, release := range []string{"1", "2", "3", "4", "5"} {
		name := "com.vmware.phsa-photon" + release + ".xml"
		files = append(files, File{Path: name, URL: "https://packages.vmware.com/photon/photon_oval_definitions/" + name})
	}
	return files
}

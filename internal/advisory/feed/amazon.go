package feed

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

// erratum is an advisory in the updateinfo.xml of a yum repository. Amazon publishes its
// advisories (ALAS) in this format.
type erratum struct {
	Type     string `xml:"type,attr"` // security, bugfix, enhancement
	ID       string `xml:"id"`
	Title    string `xml:"title"`
	Severity string `xml:"severity"`
	Issued   struct {
		Date string `xml:"date,attr"`
	} `xml:"issued"`
	Updated struct {
		Date string `xml:"date,attr"`
	} `xml:"updated"`
	Description string `xml:"description"`
	References  []struct {
		URL  string `xml:"href,attr"`
		ID   string `xml:"id,attr"`
		Type string `xml:"type,attr"`
	} `xml:"references>reference"`
	Packages []rpmPackage `xml:"pkglist>collection>package"`
}

type rpmPackage struct {
	Name    string `xml:"name,attr"`
	Epoch   string `xml:"epoch,attr"`
	Version string `xml:"version,attr"`
	Release string `xml:"release,attr"`
}

// evr returns "epoch:version-release", without an epoch of 0.
func (p *rpmPackage) evr() string {
	evr := p.Version + "-" + p.Release
	if p.Epoch != "" && p.Epoch != "0" {
		evr = p.Epoch + ":" + evr
	}
	return evr
}

// readUpdateInfo reads the advisories of one release of Amazon Linux. The release is
// the name of the directory of the file: 2023/updateinfo.xml.gz. The topics of the extras of
// Amazon Linux 2 are below it: 2/extras/nginx1/updateinfo.xml.gz.
func readUpdateInfo(ctx context.Context, in io.Reader, name string, b *store.Builder, _ *Skipped) error {
	release, _, ok := strings.Cut(name, "/")
	if !ok {
		return errors.New("the name of its directory must be the release: 2023/updateinfo.xml.gz")
	}
	return eachElement(in, "updates", "update", func(d *xml.Decoder, start *xml.StartElement) error {
		var u erratum
		if err := d.DecodeElement(&u, start); err != nil {
			return err
		}
		in := release
		if strings.HasPrefix(name, release+"/extras/") {
			in += ":extras"
		}
		r := u.record(seaworthy.Ecosystem{Name: "Amazon Linux", Release: in})
		if r == nil {
			return ctx.Err()
		}
		if err := r.Validate(); err != nil {
			return fmt.Errorf("advisory %q: %w", u.ID, err)
		}
		return b.Add(r)
	})
}

// record converts the advisory to OSV. It returns nil if it is about no vulnerability.
func (u *erratum) record(ecosystem seaworthy.Ecosystem) *osv.Record {
	r := &osv.Record{ID: strings.TrimSpace(u.ID), Summary: strings.TrimSpace(u.Title), Details: strings.TrimSpace(u.Description)}
	for _, ref := range u.References {
		if osv.IsCVE(ref.ID) {
			r.Upstream = append(r.Upstream, ref.ID)
		}
		if ref.URL != "" {
			r.References = append(r.References, osv.Reference{Type: "ADVISORY", URL: ref.URL})
		}
	}
	if u.Type != "security" && len(r.Upstream) == 0 {
		return nil
	}
	r.Modified.Time = later(parseDay(u.Issued.Date), parseDay(u.Updated.Date))
	setSeverity(r, u.Severity)
	seen := make(map[rpmPackage]bool)
	for _, p := range u.Packages { // the same package once for each architecture
		if !seen[p] && p.Name != "" && p.Version != "" {
			addFixed(r, ecosystem, p.Name, p.evr())
		}
		seen[p] = true
	}
	return r
}

// setSeverity sets the severity of a record to the publisher's word for it.
func setSeverity(r *osv.Record, severity string) {
	if osv.ParseSeverity(severity) != 0 {
		r.Specific = fmt.Appendf(nil, `{"severity":%q}`, strings.ToLower(severity))
	}
}

// addFixed adds a package to a record. All versions before the fixed one are affected.
func addFixed(r *osv.Record, ecosystem seaworthy.Ecosystem, name, fixed string) {
	var a osv.Affected
	a.Package.Ecosystem, a.Package.Name = ecosystem, name
	a.Ranges = []osv.Range{{Type: "ECOSYSTEM", Events: []osv.Event{{Introduced: version.Zero}, {Fixed: fixed}}}}
	r.Affected = append(r.Affected, a)
}

// parseDay parses a date that may be followed by a time of day. It returns the zero time
// for anything else.
func parseDay(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
	if err != nil {
		return time.Time{}
	}
	return t
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// eachElement calls f for each element with a name in a list of an XML document. At most
// one element is in memory. A document without one is an error. What follows the list is
// not parsed, because that is the larger part of OVAL. It is still read, so that the
// checksum of a compressed file is verified.
func eachElement(in io.Reader, list, name string, f func(*xml.Decoder, *xml.StartElement) error) error {
	limit := &limitedReader{in: in, left: maxXMLElement}
	d := xml.NewDecoder(limit)
	for n := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return fmt.Errorf("it has no element %s", name)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("unexpected XML: %w", err)
		}
		limit.left = maxXMLElement
		if end, ok := token.(xml.EndElement); ok && end.Name.Local == list && n > 0 {
			_, err := io.Copy(io.Discard, in)
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != name {
			continue
		}
		n++
		if err := f(d, &start); err != nil {
			return err
		}
	}
}

// findUpdateInfo is a File.Find. The index is a list of mirrors of a yum repository. The
// repomd.xml of the first mirror has the path of the advisories.
func findUpdateInfo(ctx context.Context, get Getter, list string) (string, error) {
	mirrors, err := get(ctx, list)
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(strings.TrimSpace(mirrors), "\n")
	mirror := strings.TrimRight(strings.TrimSpace(first), "/")
	if !strings.HasPrefix(mirror, "https://") && !strings.HasPrefix(mirror, "http://") {
		return "", fmt.Errorf("%s: %q is not a mirror", list, first)
	}
	location := mirror + "/repodata/repomd.xml"
	index, err := get(ctx, location)
	if err != nil {
		return "", err
	}
	var repository struct {
		Data []struct {
			Type     string `xml:"type,attr"`
			Location struct {
				Path string `xml:"href,attr"`
			} `xml:"location"`
		} `xml:"data"`
	}
	if err := xml.Unmarshal([]byte(index), &repository); err != nil {
		return "", fmt.Errorf("%s: %w", location, err)
	}
	for _, d := range repository.Data {
		if p := path.Clean(d.Location.Path); d.Type == "updateinfo" && !strings.HasPrefix(p, "..") && !path.IsAbs(p) {
			return mirror + "/" + p, nil
		}
	}
	return "", fmt.Errorf("%s: the repository has no advisories", location)
}

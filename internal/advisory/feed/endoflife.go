package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/version"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// endOfLifeProducts maps distributions, by the ID in os-release, to products of
// endoflife.date. CentOS Stream has the same ID as CentOS; it is "centos-stream" here.
var endOfLifeProducts = []struct{ id, product string }{
	{"almalinux", "almalinux"}, {"alpine", "alpine-linux"}, {"amzn", "amazon-linux"}, {"azurelinux", "azure-linux"},
	{"centos", "centos"}, {"centos-stream", "centos-stream"}, {"debian", "debian"}, {"fedora", "fedora"}, {"mageia", "mageia"},
	{"ol", "oracle-linux"}, {"opensuse-leap", "opensuse"}, {"photon", "photon"}, {"rhel", "rhel"}, {"rocky", "rocky-linux"},
	{"sles", "sles"}, {"ubuntu", "ubuntu"},
}

// endOfLifeFiles returns a file for each product.
func endOfLifeFiles() []File {
	var files []File
	for _, p := range endOfLifeProducts {
		files = append(files, File{Path: p.product + ".json", URL: "https://endoflife.date/api/" + p.product + ".json"})
	}
	return files
}

// dayOrBool is a JSON value that is a date, or true or false if the day is not known.
type dayOrBool struct {
	day string
	yes bool
}

// UnmarshalJSON implements [json.Unmarshaler].
func (d *dayOrBool) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &d.yes) == nil {
		return nil
	}
	if err := json.Unmarshal(data, &d.day); err != nil {
		return err
	}
	if parseDay(d.day).IsZero() {
		return fmt.Errorf("%q is not a date", d.day)
	}
	return nil
}

// readEndOfLife reads the releases of one product in the format of endoflife.date,
// <product>.json.
func readEndOfLife(_ context.Context, in io.Reader, name string, b *store.Builder, _ *Skipped) error {
	data, err := ReadDocument(in)
	if err != nil {
		return err
	}
	product, _, _ := strings.Cut(path.Base(name), ".")
	var id string
	for _, p := range endOfLifeProducts {
		if p.product == product {
			id = p.id
		}
	}
	if id == "" {
		return nil // software, or a system that is in no image
	}
	var releases []struct {
		Cycle    json.RawMessage `json:"cycle"` // a word, or a number
		Ends     dayOrBool       `json:"eol"`
		Extended dayOrBool       `json:"extendedSupport"`
	}
	if err := json.Unmarshal(data, &releases); err != nil {
		return fmt.Errorf("not in the format of endoflife.date: %w", jsonerror.Explain(data, err))
	}
	if len(releases) == 0 {
		return errors.New("not in the format of endoflife.date: it names no release")
	}
	seen := make(map[string]bool)
	for _, r := range releases {
		cycle := strings.TrimSuffix(string(bytes.Trim(r.Cycle, `"`)), ".0")
		if cycle == "" || len(cycle) > version.MaxLength || seen[cycle] {
			continue
		}
		seen[cycle] = true
		if err := b.AddReleaseEnd(id, cycle, store.ReleaseEnd{Ends: r.Ends.day, Extended: r.Extended.day, Ended: r.Ends.yes}); err != nil {
			return err
		}
	}
	return nil
}

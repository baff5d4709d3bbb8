package advisory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// EOL is the name of the body of data that says when releases of distributions end.
const EOL = "End of life"

// endOfLifeTable is the table of EOL: the ID of os-release, release -> a
// releaseEnd in JSON.
const endOfLifeTable = "releases"

// endOfLifeProducts are the names that endoflife.date has for the distributions,
// by their ID in os-release. CentOS Stream, which has the ID of CentOS, goes by a
// name of its own.
var endOfLifeProducts = []struct{ id, product string }{
	{"almalinux", "almalinux"}, {"alpine", "alpine-linux"}, {"amzn", "amazon-linux"}, {"azurelinux", "azure-linux"},
	{"centos", "centos"}, {"centos-stream", "centos-stream"}, {"debian", "debian"}, {"fedora", "fedora"}, {"mageia", "mageia"},
	{"ol", "oracle-linux"}, {"opensuse-leap", "opensuse"}, {"photon", "photon"}, {"rhel", "rhel"}, {"rocky", "rocky-linux"},
	{"sles", "sles"}, {"ubuntu", "ubuntu"},
}

func endOfLifeFiles() []feedFile {
	var files []feedFile
	for _, p := range endOfLifeProducts {
		files = append(files, feedFile{path: p.product + ".json", public: "https://endoflife.date/api/" + p.product + ".json"})
	}
	return files
}

// EndOfLife says how long a release of a distribution is supported.
type EndOfLife struct {
	// Release is the one that is meant: "3.18" of Alpine 3.18.4.
	Release string
	// Ends is the last day of support for everybody; zero if it is not known.
	Ends time.Time
	// Ended is true if it has ended on a day that is not known.
	Ended bool
	// Extended is the last day of support for those who pay, or of a team that
	// goes on with less, such as Debian's LTS; zero if there is none.
	Extended time.Time
}

// Over tells whether support for everybody has ended.
func (e *EndOfLife) Over(now time.Time) bool {
	return e.Ended || !e.Ends.IsZero() && now.After(e.Ends.AddDate(0, 0, 1))
}

// releaseEnd is what is kept of a release.
type releaseEnd struct {
	Ends     string `json:"ends,omitempty"`
	Extended string `json:"extended,omitempty"`
	Ended    bool   `json:"ended,omitempty"`
}

// EndOfLife says how long a release is supported, by the ID and VERSION_ID of its
// os-release; of CentOS Stream the ID is "centos-stream". It is false if nothing is
// known of the release. The error wraps [ErrNoData] if the database has no such
// data at all.
func (db *Database) EndOfLife(id, versionID string) (end EndOfLife, known bool, err error) {
	file, err := db.data(EOL)
	if err != nil {
		return end, false, err
	}
	if file == nil {
		return end, false, fmt.Errorf("%w on when releases end: run seaworthy db update", ErrNoData)
	}
	for release := strings.TrimSuffix(versionID, ".0"); release != ""; {
		value, err := file.get(endOfLifeTable, endOfLifeKey(id, release))
		if err != nil {
			return end, false, err
		}
		if value != nil {
			var kept releaseEnd
			in := decode{rest: value}
			if err := errors.Join(json.Unmarshal(in.bytes(), &kept), in.err); err != nil {
				return end, false, fmt.Errorf("%s: %w", file.file.Name(), err)
			}
			end.Release, end.Ended = release, kept.Ended
			end.Ends, end.Extended = parseDay(kept.Ends), parseDay(kept.Extended)
			return end, true, nil
		}
		cut := strings.LastIndexByte(release, '.')
		release = release[:max(0, cut)]
	}
	return end, false, nil
}

func endOfLifeKey(id, release string) []byte { return []byte(id + "\x00" + release) }

// dayOrBool is a field that is a date, or true or false where the day is not known.
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
		return fmt.Errorf("%q is no date", d.day)
	}
	return nil
}

// readEndOfLife takes in the releases of one product in the form of endoflife.date,
// <product>.json.
func readEndOfLife(_ context.Context, in io.Reader, name string, b *builder) error {
	data, err := readDocument(in)
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
		return fmt.Errorf("not in the form of endoflife.date: %w", err)
	}
	if len(releases) == 0 {
		return errors.New("not in the form of endoflife.date: it names no release")
	}
	seen := make(map[string]bool)
	for _, r := range releases {
		cycle := strings.TrimSuffix(string(bytes.Trim(r.Cycle, `"`)), ".0")
		if cycle == "" || len(cycle) > maxVersion || seen[cycle] {
			continue
		}
		seen[cycle] = true
		value, err := json.Marshal(releaseEnd{Ends: r.Ends.day, Extended: r.Extended.day, Ended: r.Ends.yes})
		if err != nil {
			return err
		}
		if err := b.row(endOfLifeTable, endOfLifeKey(id, cycle), appendBytes(nil, value)); err != nil {
			return err
		}
		b.info.Records++
	}
	return nil
}

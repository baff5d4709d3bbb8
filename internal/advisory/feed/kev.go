package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// maxKEVSize limits the bytes of the catalog after decompression. It has about 2 MB.
const maxKEVSize = 64 << 20

// ReadKEV reads CISA's catalog of known exploited vulnerabilities into a dataset. The
// catalog is JSON, which may be compressed. It returns the date of the catalog.
func ReadKEV(in io.Reader, b *store.CVEBuilder) (modified time.Time, err error) {
	return readKEV(in, b.AddKEV)
}

// readKEV calls add with each entry: a CVE, and the day when it was added to the catalog.
func readKEV(packed io.Reader, add func(cve osv.CVE, dateAdded string) error) (modified time.Time, err error) {
	in, err := unpack(packed)
	if err != nil {
		return modified, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxKEVSize+1))
	if err != nil {
		return modified, err
	}
	if len(data) > maxKEVSize {
		return modified, fmt.Errorf("the catalog is larger than %d bytes", maxKEVSize)
	}
	var catalog struct {
		Released        time.Time `json:"dateReleased"`
		Vulnerabilities []struct {
			CVE   string `json:"cveID"`
			Added string `json:"dateAdded"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(data, &catalog); err != nil {
		return modified, fmt.Errorf("not a KEV catalog: %w", jsonerror.Explain(data, err))
	}
	if len(catalog.Vulnerabilities) == 0 {
		return modified, errors.New("not a KEV catalog: it names no vulnerability")
	}
	for _, v := range catalog.Vulnerabilities {
		n, ok := osv.ParseCVE(v.CVE)
		if !ok {
			return modified, fmt.Errorf("not a KEV catalog: %q is not a CVE", v.CVE)
		}
		if _, err := time.Parse(time.DateOnly, v.Added); err != nil {
			return modified, fmt.Errorf("KEV entry %s: %w", v.CVE, err)
		}
		if err := add(n, v.Added); err != nil {
			return modified, err
		}
	}
	return catalog.Released, nil
}

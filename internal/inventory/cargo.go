package inventory

import (
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// typeCargo is the purl type of Rust crates. Their OSV ecosystem is "crates.io".
const typeCargo = "cargo"

const (
	maxCrateList = 8 << 20 // bytes of the decompressed list
	maxCrates    = 20_000
)

// parseCargoAuditable reads the section .dep-v0 of a Rust binary that was built with
// cargo-auditable: JSON, compressed with zlib
// (https://github.com/rust-secure-code/cargo-auditable). It skips build dependencies,
// which are not in the binary, and crates that are not from a registry, except the program
// itself.
func parseCargoAuditable(r io.Reader) ([]Package, error) {
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("its list of crates (section .dep-v0) is not zlib data: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(z, maxCrateList+1))
	if err != nil {
		return nil, fmt.Errorf("its list of crates (section .dep-v0) cannot be decompressed: %w", err)
	}
	if len(data) > maxCrateList {
		return nil, limitErrorf("its list of crates (section .dep-v0) has more than %d bytes", maxCrateList)
	}
	var list struct {
		Packages []struct {
			Name    string `json:"name"`
			Version string `json:"version"`
			Source  string `json:"source"`
			Kind    string `json:"kind"`
			Root    bool   `json:"root"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("its list of crates (section .dep-v0) is not in the format of cargo-auditable: %w", jsonerror.Explain(nil, err))
	}
	if len(list.Packages) > maxCrates {
		return nil, limitErrorf("it names %d crates; the limit is %d", len(list.Packages), maxCrates)
	}
	var packages []Package
	for _, c := range list.Packages {
		if c.Name == "" || c.Version == "" {
			err = errors.New("its list of crates (section .dep-v0) has crates without name or version")
			continue
		}
		if c.Kind == "build" || c.Source != "crates.io" && c.Source != "registry" && !c.Root {
			continue
		}
		packages = append(packages, Package{Type: typeCargo, Name: c.Name, Version: c.Version})
	}
	return packages, err
}

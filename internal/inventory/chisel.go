package inventory

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"seaworthy.dev/seaworthy"
)

// Limits for a manifest of Chisel, far above those of real ones.
const (
	maxChiselText   = 64 << 20 // bytes after decompression
	maxChiselLines  = 500_000
	maxChiselWindow = 64 << 20
)

// chiselEntry is a line of a manifest of Chisel: a JSON object of one of several kinds.
type chiselEntry struct {
	Kind   string   `json:"kind"`
	Format string   `json:"jsonwall"` // in the first line
	Count  int      `json:"count"`    // number of lines
	Name   string   `json:"name"`
	Path   string   `json:"path"`
	Arch   string   `json:"arch"`
	Slices []string `json:"slices"` // PACKAGE_SLICE
	// Version is that of a package.
	Version string `json:"version"`
	// Digest is the SHA-256 of a file, FinalDigest that after a script changed the file.
	Digest      string `json:"sha256"`
	FinalDigest string `json:"final_sha256"`
}

// parseChisel reads the manifest of Chisel, which cuts Ubuntu's packages into slices: a
// Zstandard stream with a line for each package and each path. The image has no database of
// dpkg. The manifest does not name source packages.
func parseChisel(ctx context.Context, f *seaworthy.File) ([]Package, error) {
	z, err := zstd.NewReader(f.Reader(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxChiselWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	text := &io.LimitedReader{R: z, N: maxChiselText}
	lines := bufio.NewScanner(text)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var packages []Package
	files := make(map[string][]installedFile) // by package
	wanted, n := 0, 0
	for lines.Scan() {
		var e chiselEntry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return packages, fmt.Errorf("line %d: it is not a JSON object", n+1)
		}
		if n++; n == 1 {
			if e.Format == "" {
				return nil, errors.New("it is not a manifest of Chisel")
			}
			wanted = e.Count
		}
		if n > maxChiselLines {
			return packages, limitErrorf("it has more than %d lines", maxChiselLines)
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return packages, context.Cause(ctx)
		}
		switch {
		case e.Kind == "package" && e.Name != "" && e.Version != "":
			packages = append(packages, Package{Type: "deb", Name: e.Name, Version: e.Version, Arch: e.Arch})
			if err := checkPackageCount(packages); err != nil {
				return packages, err
			}
		case e.Kind == "path" && len(e.Slices) > 0 && !strings.HasSuffix(e.Path, "/"):
			owner, _, _ := strings.Cut(e.Slices[0], "_")
			digest := e.FinalDigest
			if digest == "" {
				digest = e.Digest
			}
			files[owner] = append(files[owner], installedFile{Path: installedPath(e.Path), Digest: parseHex(digest)})
		}
	}
	fileBytes := 0
	for i := range packages {
		packages[i].Files = newFileList(files[packages[i].Name])
		if fileBytes += len(packages[i].Files); checkFileListSize(fileBytes) != nil {
			packages[i].Files = nil
			return packages, checkFileListSize(fileBytes)
		}
	}
	switch err := lines.Err(); {
	case text.N == 0:
		return packages, limitErrorf("it has more than %d bytes after decompression", maxChiselText)
	case errors.Is(err, bufio.ErrTooLong):
		return packages, limitErrorf("it has a line of more than %d bytes; the rest was not read", maxLine)
	case err != nil:
		return packages, fmt.Errorf("the Zstandard stream is damaged: %w", err)
	case n < wanted:
		return packages, fmt.Errorf("it has %d of %d lines", n, wanted)
	}
	return packages, nil
}

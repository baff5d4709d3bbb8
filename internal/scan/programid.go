package scan

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
)

// programID returns an ID of the code of the running program. Two builds have the same
// ID only if the same toolchain compiled them from the same sources of all packages and
// modules.
//
// It is the build ID that the Go linker writes into every executable. An executable
// without one, such as one linked with -buildid=, has the digest of the whole file as ID.
func programID() (string, error) {
	path, err := executable()
	if err != nil {
		return "", fmt.Errorf("cannot identify the program: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot identify the program: %w", err)
	}
	defer f.Close()
	id, err := executableID(f)
	if err != nil {
		return "", fmt.Errorf("cannot identify the program: reading %s: %w", path, err)
	}
	return id, nil
}

// executable returns the path of the running executable. On Linux the path is valid
// even after an update replaced the file.
func executable() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// maxBuildIDOffset is the number of bytes at the start of an executable that are
// searched for a build ID. The linker puts it into the first 4 KiB.
const maxBuildIDOffset = 64 << 10

// buildID matches the build ID as cmd/link writes it: in an ELF note of the vendor
// "Go", or at the start of the text segment in other formats. The first of the four
// parts is a digest of all inputs of the linker. IDs of another form do not match,
// because they may stay the same when the code changes: Bazel's is always "redacted".
var buildID = regexp.MustCompile(`(?:Go\x00\x00| Go build ID: ")([-_A-Za-z0-9]{20}(?:/[-_A-Za-z0-9]{20}){3})`)

// executableID returns the ID of an executable; see programID.
func executableID(r io.ReadSeeker) (string, error) {
	head := make([]byte, maxBuildIDOffset)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	if m := buildID.FindSubmatch(head[:n]); m != nil {
		return "go " + string(m[1]), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.MultiReader(bytes.NewReader(head[:n]), r)); err != nil {
		return "", err
	}
	return fmt.Sprintf("sha256 %x", h.Sum(nil)), nil
}

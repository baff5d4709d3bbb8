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

// programID returns what identifies the code of the running program. Two builds
// have the same ID only if they were compiled from the same sources, of all
// packages and modules in them, by the same toolchain.
//
// It is the build ID that the Go linker writes into every executable. Where there
// is none, as in programs that were linked with -buildid, it is the digest of the
// whole executable.
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

// executable returns the path of the file that runs. On Linux it leads to that file
// even after another version was installed in its place.
func executable() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// maxBuildIDOffset is the number of bytes at the beginning of an executable in
// which its build ID is searched for. The linker puts it into the first 4 KiB.
const maxBuildIDOffset = 64 << 10

// buildID matches the build ID as cmd/link writes it: in an ELF note of the vendor
// "Go", or at the beginning of the text segment in other formats. Of the four parts
// the first is a digest of all inputs of the linker. IDs of another form do not
// match, since they need not change with the code: Bazel calls each "redacted".
var buildID = regexp.MustCompile(`(?:Go\x00\x00| Go build ID: ")([-_A-Za-z0-9]{20}(?:/[-_A-Za-z0-9]{20}){3})`)

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

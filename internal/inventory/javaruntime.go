package inventory

import (
	"context"
	"strings"

	"seaworthy.dev/seaworthy"
)

// maxJavaVersion is the maximum length of a version, in bytes.
const maxJavaVersion = 32

// parseJavaRuntime reads the file "release" of a Java runtime or development kit. One that
// was unpacked from an archive belongs to no package.
func parseJavaRuntime(_ context.Context, f *seaworthy.File) ([]Package, error) {
	for line := range strings.Lines(string(f.Head)) {
		value, ok := strings.CutPrefix(strings.TrimSpace(line), "JAVA_VERSION=")
		if version := unquote(value); ok && version != "" && isDigit(version[0]) && len(version) <= maxJavaVersion {
			return []Package{{Type: typeGeneric, Name: "java", Version: version}}, nil
		}
	}
	return nil, nil
}

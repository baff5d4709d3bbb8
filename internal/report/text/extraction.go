package text

import (
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
)

// extraction is the command that shows the file of a secret that a later layer
// removed, "" for any other finding.
func extraction(image string, f *seaworthy.Finding) string {
	if f.Risk != seaworthy.Secret || len(f.Locations) == 0 {
		return ""
	}
	l := f.Locations[0]
	if l.Layer == nil || l.RemovedIn == nil || l.Path == "" || image == "" {
		return ""
	}
	return fmt.Sprintf("seaworthy extract --layer %d %s %s", *l.Layer, shellWord(image), shellWord(l.File()))
}

// shellWord is s as a word of a shell's command line.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r < 128 && (r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || strings.ContainsRune("_-./:@+,=%", r))
	}
	if s != "" && strings.TrimLeftFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

package scan

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
)

// osRelease keeps the os-release files of a layer. Which of them names the
// image's distribution is known only once the layers are merged.
type osRelease struct{}

var _ seaworthy.LayerAnalyzer = osRelease{}

// maxOSRelease bounds what is kept of one file, in bytes.
const maxOSRelease = 64 << 10

// Name implements [seaworthy.Analyzer].
func (osRelease) Name() string { return "os-release" }

// Version implements [seaworthy.Analyzer].
func (osRelease) Version() int { return 1 }

// ConfigDigest implements [seaworthy.Analyzer].
func (osRelease) ConfigDigest() string { return "" }

// Open implements [seaworthy.LayerAnalyzer].
func (osRelease) Open() seaworthy.Pass { return &osReleasePass{found: make(map[int]seaworthy.OS)} }

type osReleasePass struct {
	mu    sync.Mutex
	found map[int]seaworthy.OS // by ordinal; guarded by mu
}

// Wants implements [seaworthy.Pass].
func (p *osReleasePass) Wants(h *seaworthy.Header) seaworthy.Want {
	if h.Type == seaworthy.Regular && h.Size <= maxOSRelease && strings.HasSuffix(h.Path, "os-release") {
		return seaworthy.Body
	}
	return seaworthy.Skip
}

// File implements [seaworthy.Pass].
func (p *osReleasePass) File(_ context.Context, f *seaworthy.File) error {
	body, _ := f.Bytes()
	os := parseOSRelease(string(body))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found[f.Ordinal] = os
	return nil
}

// Close implements [seaworthy.Pass].
func (p *osReleasePass) Close(context.Context) ([]byte, error) { return json.Marshal(p.found) }

// parseOSRelease reads os-release(5). Lines that are not assignments are passed
// over, as the specification asks.
func parseOSRelease(text string) seaworthy.OS {
	var os seaworthy.OS
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "ID":
			os.ID = unquote(value)
		case "VERSION_ID":
			os.VersionID = unquote(value)
		case "PRETTY_NAME":
			os.PrettyName = unquote(value)
		}
	}
	return os
}

// unquote takes the quotes of the shell off a value.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return s
	}
	quote := s[0]
	s = s[1 : len(s)-1]
	if quote == '\'' {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// findOS gives the distribution that the live os-release names.
func (m *Merged) findOS() *seaworthy.OS {
	for _, path := range []string{"etc/os-release", "usr/lib/os-release"} {
		e, ok := m.Resolve(path)
		if !ok || e.BodyLayer < 0 {
			continue
		}
		var found map[int]seaworthy.OS
		if json.Unmarshal(m.Result(osRelease{}, e.BodyLayer), &found) != nil {
			continue
		}
		if os, ok := found[e.BodyOrdinal]; ok && os.ID != "" {
			return &os
		}
	}
	return nil
}

package image

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// platform is the platform of a descriptor or configuration. Compare only what normal
// returns.
type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
	OSVersion    string `json:"os.version"`
}

func (p platform) String() string {
	if p.OS == "" && p.Architecture == "" {
		return "unknown"
	}
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// configPlatform returns the platform in an image configuration.
func configPlatform(c seaworthy.ImageConfig) platform {
	return platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}
}

// normal returns the platform with the architecture names of the OCI image specification
// and without a default variant: linux/aarch64/v8 becomes linux/arm64.
func (p platform) normal() platform {
	p.OS = strings.ToLower(p.OS)
	switch p.Architecture = strings.ToLower(p.Architecture); p.Architecture {
	case "x86_64", "x86-64":
		p.Architecture = "amd64"
	case "aarch64":
		p.Architecture = "arm64"
	case "i386":
		p.Architecture = "386"
	case "armhf":
		p.Architecture, p.Variant = "arm", "v7"
	case "armel":
		p.Architecture, p.Variant = "arm", "v6"
	}
	switch {
	case p.Architecture == "arm64" && (p.Variant == "v8" || p.Variant == "8"),
		p.Architecture == "amd64" && p.Variant == "v1":
		p.Variant = ""
	case p.Architecture == "arm" && p.Variant != "" && !strings.HasPrefix(p.Variant, "v"):
		p.Variant = "v" + p.Variant
	}
	return p
}

// platformRequest is a parsed Options.Platform.
type platformRequest struct {
	platform
	all      bool // every platform
	explicit bool // named by the user, not the default
}

// parsePlatform parses Options.Platform.
func parsePlatform(s string) (platformRequest, error) {
	switch s {
	case "":
		return platformRequest{platform: platform{OS: "linux", Architecture: runtime.GOARCH}}, nil
	case AllPlatforms:
		return platformRequest{all: true}, nil
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?$`).MatchString(s) {
		return platformRequest{}, withHint(fmt.Errorf("invalid platform %q", shorten(s)),
			"a platform is os/architecture or os/architecture/variant, as in linux/arm64 or linux/arm/v7; or %q", AllPlatforms)
	}
	part := append(strings.Split(s, "/"), "")
	p := platform{OS: part[0], Architecture: part[1], Variant: part[2]}
	return platformRequest{platform: p.normal(), explicit: true}, nil
}

// rank returns how well a platform matches the request: 0 means not at all, higher is
// better.
func (w platformRequest) rank(p platform) int {
	p = p.normal()
	switch {
	case p.OS != w.OS || p.Architecture != w.Architecture:
		return 0
	case p.Variant == w.Variant:
		return 100
	case w.Architecture == "arm":
		return w.rankARM(p)
	case w.Variant == "":
		// Any variant matches a request without one; the oldest is the best match.
		if i := slices.Index([]string{"v2", "v3", "v4"}, p.Variant); i >= 0 {
			return 50 - i
		}
		return 40
	}
	return 0
}

// rankARM is rank for 32-bit ARM, which also runs programs built for older versions.
func (w platformRequest) rankARM(p platform) int {
	versions := []string{"v5", "v6", "v7", "v8"}
	newest := len(versions) - 1
	if w.Variant != "" {
		newest = slices.Index(versions, w.Variant)
	}
	i := slices.Index(versions, p.Variant)
	if i > newest {
		return 0
	}
	return 2 + i // an image without a variant ranks last
}

// candidate is one of the images in an index, layout or archive.
type candidate[T any] struct {
	platform platform
	image    T
}

// choose returns the candidates that match the requested platform best. It fails if none
// does. There must be at least one candidate. What names their origin in the message.
func choose[T any](w platformRequest, candidates []candidate[T], what string) ([]candidate[T], error) {
	if w.all {
		return candidates, nil
	}
	best, chosen := 0, []candidate[T](nil)
	for _, l := range candidates {
		switch r := w.rank(l.platform); {
		case r > best:
			best, chosen = r, []candidate[T]{l}
		case r == best && r > 0:
			chosen = append(chosen, l)
		}
	}
	if chosen == nil && len(candidates) == 1 && (!w.explicit || candidates[0].platform == platform{}) {
		return candidates, nil // the only image there is
	}
	if chosen == nil {
		var names []string
		for _, l := range candidates {
			names = append(names, l.platform.String())
		}
		slices.Sort(names)
		names = slices.Compact(names)
		return nil, &noMatchError{withHint(fmt.Errorf("%s has no image for the platform %s; available: %s", what, w.platform, joinNames(names)),
			"use one of these platforms, or %q", AllPlatforms)}
	}
	return chosen, nil
}

// joinNames returns the first 30 names, comma-separated, and the number of the others.
func joinNames(names []string) string {
	const limit = 30
	more := ""
	if len(names) > limit {
		more = fmt.Sprintf(" and %d more", len(names)-limit)
		names = names[:limit]
	}
	short := make([]string, len(names))
	for i, n := range names {
		short[i] = shorten(n)
	}
	return strings.Join(short, ", ") + more
}

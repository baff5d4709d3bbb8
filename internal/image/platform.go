package image

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
)

// platform is the platform of a descriptor or configuration, normalised by
// normal before it is compared.
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

func configPlatform(c seaworthy.ImageConfig) platform {
	return platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}
}

// normal gives the platform in the words of the OCI specification: other names
// of an architecture replaced, and a variant that says nothing left out.
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

// wanted is the platform that the user asked for.
type wanted struct {
	platform
	all      bool // every platform
	explicit bool // named, and not only that of the host
}

// parsePlatform reads Options.Platform.
func parsePlatform(s string) (wanted, error) {
	switch s {
	case "":
		return wanted{platform: platform{OS: "linux", Architecture: runtime.GOARCH}}, nil
	case AllPlatforms:
		return wanted{all: true}, nil
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?$`).MatchString(s) {
		return wanted{}, withHint(fmt.Errorf("%q is no platform", shorten(s)),
			"a platform is os/architecture or os/architecture/variant, as in linux/arm64 or linux/arm/v7; or %q", AllPlatforms)
	}
	part := append(strings.Split(s, "/"), "")
	p := platform{OS: part[0], Architecture: part[1], Variant: part[2]}
	return wanted{platform: p.normal(), explicit: true}, nil
}

// rank says how well a platform serves: 0 not at all, and the higher the better.
func (w wanted) rank(p platform) int {
	p = p.normal()
	switch {
	case p.OS != w.OS || p.Architecture != w.Architecture:
		return 0
	case p.Variant == w.Variant:
		return 100
	case w.Architecture == "arm":
		return w.rankARM(p)
	case w.Variant == "":
		// Any variant serves who asked for none, the plainest best.
		if i := slices.Index([]string{"v2", "v3", "v4"}, p.Variant); i >= 0 {
			return 50 - i
		}
		return 40
	}
	return 0
}

// rankARM knows that a 32-bit ARM runs what was built for an older one.
func (w wanted) rankARM(p platform) int {
	versions := []string{"v5", "v6", "v7", "v8"}
	most := len(versions) - 1
	if w.Variant != "" {
		most = slices.Index(versions, w.Variant)
	}
	i := slices.Index(versions, p.Variant)
	if i > most {
		return 0
	}
	return 2 + i // an image that does not name its version comes last
}

// leaf is an image that an index, a layout or an archive offers.
type leaf[T any] struct {
	platform platform
	names    []string // the tags under which it is offered
	image    T
}

// choose selects among the images on offer those for the wanted platform.
// What says where they are on offer. There is at least one leaf.
func choose[T any](w wanted, leaves []leaf[T], what string) ([]leaf[T], error) {
	if w.all {
		return leaves, nil
	}
	best, chosen := 0, []leaf[T](nil)
	for _, l := range leaves {
		switch r := w.rank(l.platform); {
		case r > best:
			best, chosen = r, []leaf[T]{l}
		case r == best && r > 0:
			chosen = append(chosen, l)
		}
	}
	if chosen == nil && len(leaves) == 1 && (!w.explicit || leaves[0].platform == platform{}) {
		return leaves, nil // Nothing else can be meant.
	}
	if chosen == nil {
		var names []string
		for _, l := range leaves {
			names = append(names, l.platform.String())
		}
		slices.Sort(names)
		names = slices.Compact(names)
		return nil, withHint(fmt.Errorf("%s has no image for the platform %s; it has %s", what, w.platform, list(names)),
			"choose one of these platforms, or %q", AllPlatforms)
	}
	return chosen, nil
}

// list joins names for a message, and leaves out what is too many.
func list(names []string) string {
	const most = 30
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	short := make([]string, len(names))
	for i, n := range names {
		short[i] = shorten(n)
	}
	return strings.Join(short, ", ") + more
}

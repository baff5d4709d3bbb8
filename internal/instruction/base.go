package instruction

import (
	"fmt"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
)

// FindBase works out from the history and the labels of an image of so many layers
// how many of them came from the image that it was built on, and what is known of
// that image. Each is nil where nothing is.
//
// The history has no mark where one image ends and the next begins, so it takes
// evidence that no single build leaves; of several boundaries with evidence the
// highest counts. What all of it misses is said by nil, or by a boundary below the
// true one, between the layers of the base image and those of its own base: too few
// layers are taken for the base's, never too many. The evidence is:
//
//   - Buildah's and Podman's comment FROM with a name, which they give the first
//     step upon a base image.
//   - Steps of two different builders after each other: what debuerreotype, apko or
//     Bazel made is not of the same build as what BuildKit added to it.
//   - A CMD or ENTRYPOINT, a layer that is a day or more younger, and then the same
//     instruction again. A start command ends most builds; one that came before it
//     is the base's. The day distinguishes it from a stage of the same build. An unequal
//     start command, or the lapse of time alone, is no evidence: a cached step of
//     the same build can be as old.
func FindBase(c seaworthy.ImageConfig, layers int) (boundary *int, base *seaworthy.Base) {
	var known seaworthy.Base
	known.Reference = c.Config.Labels[labelBaseName]
	known.Digest = c.Config.Labels[labelBaseDigest]
	if steps, bound := History(c, layers); bound {
		before := layersBefore(steps)
		if b, ok := highest(byComment(steps, before), byBuilder(steps, before), byStartCommand(steps, before)); ok {
			boundary, known.Evidence = &b.layers, b.evidence
			if b.reference != "" && b.reference != known.Reference {
				known.Reference, known.Digest = b.reference, ""
			}
		}
	}
	if known == (seaworthy.Base{}) {
		return nil, nil
	}
	return boundary, &known
}

// The annotations of the OCI image specification that name the base image, which
// builders set as labels too.
const (
	labelBaseName   = "org.opencontainers.image.base.name"
	labelBaseDigest = "org.opencontainers.image.base.digest"
)

// boundary is where a base image ends, by one kind of evidence.
type boundary struct {
	layers              int // 0 if there is no evidence
	reference, evidence string
}

func highest(found ...boundary) (best boundary, ok bool) {
	for _, b := range found {
		if b.layers > best.layers {
			best = b
		}
	}
	return best, best.layers > 0
}

// layersBefore gives for each step, and for the end, how many layers were made
// before it.
func layersBefore(steps []Instruction) []int {
	before := make([]int, len(steps)+1)
	for i, s := range steps {
		before[i+1] = before[i]
		if !s.Empty {
			before[i+1]++
		}
	}
	return before
}

// byComment finds the last comment that names a base image. Between the steps of
// one build the comments name an image ID, which is none.
func byComment(steps []Instruction, before []int) (b boundary) {
	for i, s := range steps {
		name, ok := strings.CutPrefix(s.Comment, "FROM ")
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
		if n := before[i]; ok && n > 0 && strings.Trim(name, "0123456789abcdef") != "" {
			b = boundary{n, name, "the history says FROM after " + lastLayer(n)}
		}
	}
	return b
}

// byBuilder finds the last change from one builder to another. Steps of an
// unknown builder count as the upper one's.
func byBuilder(steps []Instruction, before []int) (b boundary) {
	last, after := "", 0
	for i, s := range steps {
		is := builder(s)
		if is == "" {
			continue
		}
		if last != "" && is != last && after > 0 {
			b = boundary{layers: after, evidence: fmt.Sprintf("the history passes from %s to %s after %s", last, is, lastLayer(after))}
		}
		last, after = is, before[i+1]
	}
	return b
}

// builder names what recorded a step, "" if that is not known.
func builder(s Instruction) string {
	raw, comment := s.Raw, s.Comment
	for _, b := range []struct {
		name string
		is   bool
	}{
		{"BuildKit", s.BuildKit},
		{"debuerreotype", strings.HasPrefix(comment, "debuerreotype ")},
		{"apko", raw == "apko" || strings.HasPrefix(raw, "apko ")},
		{"Bazel", strings.HasPrefix(raw, "bazel build ")},
		{"ko", strings.HasPrefix(raw, "ko build ") || strings.HasPrefix(raw, "ko publish ")},
		{"Jib", strings.HasPrefix(raw, "jib-")},
		{"the classic builder or Buildah", strings.HasPrefix(raw, "|") || strings.HasPrefix(raw, "/bin/sh -c ")},
	} {
		if b.is {
			return b.name
		}
	}
	return ""
}

// aDay is how long a build does not take.
const aDay = 24 * time.Hour

// byStartCommand finds the last CMD or ENTRYPOINT after which a younger layer comes
// and then the same instruction again.
func byStartCommand(steps []Instruction, before []int) (b boundary) {
	again := make(map[string]bool) // keywords of later steps, and
	pending := make(map[string]bool)
	next := -1 // the first layer of later steps
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		switch {
		case !s.Empty:
			next = i
			for k := range pending {
				again[k] = true
			}
		case s.Keyword == "CMD", s.Keyword == "ENTRYPOINT":
			if n := before[i]; again[s.Keyword] && n > 0 && olderByADay(s, steps[next]) {
				return boundary{layers: n, evidence: fmt.Sprintf("the history has a %s after %s, and another one for younger layers", s.Keyword, lastLayer(n))}
			}
			pending[s.Keyword] = true
		}
	}
	return b
}

// olderByADay is true if the times of two steps can be believed and are a day or
// more apart. Builders that make the same bytes each time set them to an early date.
func olderByADay(older, younger Instruction) bool {
	const early = 1990
	if older.Created == nil || younger.Created == nil || older.Created.Year() < early {
		return false
	}
	return younger.Created.Sub(*older.Created) >= aDay
}

func lastLayer(n int) string { return fmt.Sprintf("layer %d", n-1) }

package misconfig

import (
	"slices"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// example shows what one check is about. The keys say in words what is wrong,
// or right, with the image.
type example struct {
	check string
	// tagged is true if the keys are the tags by which the images were asked for.
	tagged  bool
	trigger map[string]imagetest.Image
	clean   map[string]imagetest.Image
}

// examples lists the examples of all checks. Those of a file of checks stand in
// the test file of the same name.
func examples() []example {
	return slices.Concat(
		userExamples(),
		accountExamples(),
		environmentExamples(),
		configurationExamples(),
		buildExamples(),
		fetchExamples(),
		repositoryExamples(),
		softwareExamples(),
		fileSystemExamples(),
	)
}

func TestExamples(t *testing.T) {
	for _, ex := range examples() {
		for name, img := range ex.trigger {
			t.Run(ex.check+"/"+name, func(t *testing.T) {
				if got := ex.analyze(t, name, img); !slices.ContainsFunc(got.findings, func(f *seaworthy.Finding) bool { return f.ID == ex.check }) {
					t.Errorf("no finding of %s among:\n%s", ex.check, got)
				}
			})
		}
		for name, img := range ex.clean {
			t.Run(ex.check+"/"+name, func(t *testing.T) {
				for _, f := range ex.analyze(t, name, img).findings {
					if f.ID == ex.check {
						t.Errorf("finding of %s: %s %s", ex.check, f.Evidence, place(f))
					}
				}
			})
		}
	}
}

// TestEveryCheckIsComplete holds each check to what users and reviewers need.
func TestEveryCheckIsComplete(t *testing.T) {
	count := map[string][2]int{}
	for _, ex := range examples() {
		n := count[ex.check]
		count[ex.check] = [2]int{n[0] + len(ex.trigger), n[1] + len(ex.clean)}
	}
	seen := map[string]bool{}
	for _, c := range catalogue() {
		if seen[c.ID] {
			t.Errorf("%s: two checks have this id", c.ID)
		}
		seen[c.ID] = true
		for _, missing := range []struct {
			what string
			is   bool
		}{
			{"an example that triggers it", count[c.ID][0] == 0},
			{"an example that is clean", count[c.ID][1] == 0},
			{"a title", c.Title == ""},
			{"a severity", c.Severity == seaworthy.Unknown},
			{"a detail", c.Detail == ""},
			{"a remedy", c.Remedy == nil || c.Remedy.Summary == ""},
			{"a Find", c.Find == nil},
		} {
			if missing.is {
				t.Errorf("%s: the check lacks %s", c.ID, missing.what)
			}
		}
	}
	for id := range count {
		if !seen[id] {
			t.Errorf("examples for %q, which is no check", id)
		}
	}
}

// verdicts is what the analyzer made of an image.
type verdicts struct {
	findings []*seaworthy.Finding
	coverage []*seaworthy.Coverage
}

func (v *verdicts) Finding(f *seaworthy.Finding) error {
	v.findings = append(v.findings, f)
	return nil
}
func (v *verdicts) Coverage(c *seaworthy.Coverage) error {
	v.coverage = append(v.coverage, c)
	return nil
}

func (v *verdicts) String() string {
	var b strings.Builder
	for _, f := range v.findings {
		b.WriteString(f.Severity.String() + " " + f.ID + ": " + f.Evidence + " " + place(f) + "\n")
	}
	for _, c := range v.coverage {
		b.WriteString(string(c.State) + " " + c.Subject + ": " + c.Reason + "\n")
	}
	return b.String()
}

func place(f *seaworthy.Finding) string {
	var places []string
	for _, l := range f.Locations {
		places = append(places, l.Path)
	}
	return strings.Join(places, " ")
}

// analyze runs the whole analyzer over an image.
func analyze(t *testing.T, img imagetest.Image) *verdicts {
	t.Helper()
	return example{}.analyze(t, "", img)
}

func (ex example) analyze(t *testing.T, name string, img imagetest.Image) *verdicts {
	t.Helper()
	a := New(nil)
	m := merge(t, a, img)
	if ex.tagged {
		m.Image().Tag = name
	}
	v := &verdicts{}
	if err := a.Image(t.Context(), m, v); err != nil {
		t.Fatal(err)
	}
	return v
}

// configured is an image without layers.
func configured(c seaworthy.ContainerConfig) imagetest.Image {
	return imagetest.Image{Config: seaworthy.ImageConfig{Config: c}}
}

// layered is an image that runs as uid 1000 and has these layers.
func layered(layers ...imagetest.Layer) imagetest.Image {
	img := configured(seaworthy.ContainerConfig{User: "1000:1000"})
	img.Layers = layers
	return img
}

// imageOf is an image as checks see it.
func imageOf(t *testing.T, img imagetest.Image) *check.Image {
	t.Helper()
	a := New(nil)
	s, err := a.image(merge(t, a, img))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// history is an image with steps that made no layer.
func history(createdBy ...string) imagetest.Image {
	img := configured(seaworthy.ContainerConfig{User: "1000:1000"})
	for _, text := range createdBy {
		img.Config.History = append(img.Config.History, seaworthy.History{CreatedBy: text, EmptyLayer: true})
	}
	return img
}

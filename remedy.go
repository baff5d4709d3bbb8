package seaworthy

import "strings"

// Remedy is what to do about a finding.
type Remedy struct {
	// Summary is one sentence that starts with a verb.
	Summary string `json:"summary"`
	// Steps are what to do, in order; none if the summary says it all.
	Steps []RemedyStep `json:"steps,omitempty"`
	// Fixes are the subjects that the steps change. Findings with one of them as
	// their subject are fixed by this remedy too.
	Fixes []Subject `json:"fixes,omitempty"`
}

// RemedyStep is one thing to do.
type RemedyStep struct {
	Kind StepKind `json:"kind"`
	// Text is a sentence, a shell command or Dockerfile instructions, by the kind.
	// Words in capitals, such as NAME, are to be replaced.
	Text string `json:"text"`
}

// StepKind says what the text of a step is.
type StepKind string

// The kinds of steps.
const (
	StepNote       StepKind = "note"       // a sentence
	StepCommand    StepKind = "command"    // a command for a shell, outside of the Dockerfile or in a RUN
	StepDockerfile StepKind = "dockerfile" // one or more Dockerfile instructions
)

// Note is a step in words.
func Note(text string) RemedyStep { return RemedyStep{StepNote, text} }

// Command is a step that is a shell command.
func Command(text string) RemedyStep { return RemedyStep{StepCommand, text} }

// Dockerfile is a step that consists of Dockerfile instructions.
func Dockerfile(text string) RemedyStep { return RemedyStep{StepDockerfile, text} }

// String gives the summary and the steps, each on a line of its own; "" for nil.
func (r *Remedy) String() string {
	if r == nil {
		return ""
	}
	var lines []string
	if r.Summary != "" {
		lines = append(lines, r.Summary)
	}
	for _, s := range r.Steps {
		lines = append(lines, s.Text)
	}
	return strings.Join(lines, "\n")
}

// parseRemedy makes a Remedy of the text that versions without structure wrote.
func parseRemedy(text string) *Remedy {
	if text == "" {
		return nil
	}
	first, rest, more := strings.Cut(text, "\n")
	r := &Remedy{Summary: first}
	if more {
		r.Steps = []RemedyStep{Note(rest)}
	}
	return r
}

// Subject is the thing that a finding is about and that a remedy changes.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	// Name identifies the subject among those of its kind in the image.
	Name string `json:"name"`
}

// SubjectKind says what a Subject is.
type SubjectKind string

// The kinds of subjects. Later versions may add kinds.
const (
	SubjectPackage       SubjectKind = "package"       // an installed package, by its name
	SubjectDistribution  SubjectKind = "distribution"  // of the operating system
	SubjectFile          SubjectKind = "file"          // by its path, without a leading slash
	SubjectInstruction   SubjectKind = "instruction"   // a step of the build, in Dockerfile form
	SubjectVariable      SubjectKind = "variable"      // an ENV or ARG
	SubjectLabel         SubjectKind = "label"         // by its key
	SubjectConfiguration SubjectKind = "configuration" // a field of the image configuration, as OCI names it: "User"
	SubjectReference     SubjectKind = "reference"     // by which the image was named
)

// Control is an item of a public standard.
type Control struct {
	Standard string `json:"standard"`
	Item     string `json:"item"`
}

// The standards of the controls that Seaworthy names.
const (
	NIST800190 = "NIST SP 800-190"
	CISDocker  = "CIS Docker" // the CIS Docker Benchmark
	Dockle     = "Dockle"     // the checkpoints of the scanner of this name
)

// String gives the standard and the item in one: "CIS Docker 4.1".
func (c Control) String() string { return strings.TrimSpace(c.Standard + " " + c.Item) }

// ParseControl is the inverse of [Control.String]: the item is the last word.
func ParseControl(s string) Control {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return Control{Item: s}
	}
	return Control{Standard: s[:i], Item: s[i+1:]}
}

// ControlNames gives the controls of the finding as text: "CIS Docker 4.1".
func (f *Finding) ControlNames() []string {
	if f.Controls == nil {
		return nil
	}
	names := make([]string, len(f.Controls))
	for i, c := range f.Controls {
		names[i] = c.String()
	}
	return names
}

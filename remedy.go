package seaworthy

import "strings"

// Remedy says what to do about a finding.
type Remedy struct {
	// Summary is one sentence that starts with a verb.
	Summary string `json:"summary"`
	// Steps are the steps in order; none if the summary is enough.
	Steps []RemedyStep `json:"steps,omitempty"`
	// Fixes are the subjects that the steps change. The remedy also fixes other findings
	// with one of these subjects.
	Fixes []Subject `json:"fixes,omitempty"`
}

// RemedyStep is one step of a remedy.
type RemedyStep struct {
	Kind StepKind `json:"kind"`
	// Text is a sentence, a shell command or Dockerfile instructions, according to Kind.
	// Words in capitals, such as NAME, must be replaced by the user.
	Text string `json:"text"`
}

// StepKind says what the text of a step is.
type StepKind string

// The kinds of steps.
const (
	StepNote       StepKind = "note"       // a sentence
	StepCommand    StepKind = "command"    // a shell command, to be run on its own or in a RUN instruction
	StepDockerfile StepKind = "dockerfile" // one or more Dockerfile instructions
)

// Note returns a step that is a sentence.
func Note(text string) RemedyStep { return RemedyStep{StepNote, text} }

// Command returns a step that is a shell command.
func Command(text string) RemedyStep { return RemedyStep{StepCommand, text} }

// Dockerfile returns a step that consists of Dockerfile instructions.
func Dockerfile(text string) RemedyStep { return RemedyStep{StepDockerfile, text} }

// String returns the summary and the steps, each on a new line; "" for nil.
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

// parseRemedy converts the text of a remedy in a report of a version without structured
// remedies.
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

// Subject is the package, file, setting or other thing that a finding is about and that a
// remedy changes.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	// Name identifies the subject among those of its kind in the image.
	Name string `json:"name"`
}

// SubjectKind says what a Subject is.
type SubjectKind string

// The kinds of subjects. Later versions may add kinds.
const (
	SubjectPackage       SubjectKind = "package"       // an installed package; Name is its name
	SubjectDistribution  SubjectKind = "distribution"  // the distribution with its release
	SubjectFile          SubjectKind = "file"          // a file; Name is its path without a leading slash
	SubjectInstruction   SubjectKind = "instruction"   // a step of the build, in Dockerfile form
	SubjectVariable      SubjectKind = "variable"      // a variable of ENV or ARG
	SubjectLabel         SubjectKind = "label"         // a label; Name is its key
	SubjectConfiguration SubjectKind = "configuration" // a field of the image configuration; Name is its name in OCI: "User"
	SubjectReference     SubjectKind = "reference"     // the reference of the image
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

// String returns standard and item: "CIS Docker 4.1".
func (c Control) String() string { return strings.TrimSpace(c.Standard + " " + c.Item) }

// ParseControl parses what [Control.String] returns: the item is the last word.
func ParseControl(s string) Control {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return Control{Item: s}
	}
	return Control{Standard: s[:i], Item: s[i+1:]}
}

// ControlNames returns the controls of the finding as text: "CIS Docker 4.1".
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

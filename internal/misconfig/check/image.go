package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

// Image is the argument of the checks: an image, and what was parsed from its files and
// history. All lists are in the order of the layers, then of their entries.
type Image struct {
	seaworthy.Merged
	Config *seaworthy.ContainerConfig
	// Configured is false for a root file system, which has no configuration.
	Configured bool
	Layers     []Facts
	// Accounts are the accounts of the image. User is the user that the container runs as.
	Accounts Accounts
	User     account.Identity
	// Sudo and SSHD are the live sudoers and sshd_config with their includes.
	Sudo *sudoers.Config
	SSHD *sshdconfig.Config
	// Steps are the steps of the history. Runs are those that run commands. Bound is true if
	// it is known which step made which layer.
	Steps []instruction.Instruction
	Runs  []Run
	Bound bool
	// envSteps has for each variable the index of the last step that set it.
	envSteps map[string]int
	// TooLong has the names of the lists in configuration and history that were cut at a
	// limit.
	TooLong []string
	// Partial says why something was checked only partially, by its name. Checks add to it.
	Partial map[string]string
	// Redactor hides credentials in what findings quote.
	Redactor *redact.Redactor
	// search is the number of bytes of instructions that may still be searched.
	search int
}

// NewImage returns the Image for checks. Element i of layers is the facts of layer i.
func NewImage(m seaworthy.Merged, layers []Facts, redactor *redact.Redactor) *Image {
	img := m.Image()
	config, over := limitConfig(img.Config.Config)
	s := &Image{
		Merged: m, Config: &config, Configured: img.ImageID != "", Layers: layers, TooLong: over, Partial: map[string]string{}, Redactor: redactor, search: maxSearch,
	}
	s.Steps, s.Bound = instruction.History(img.Config, len(img.Layers))
	if len(s.Steps) > MaxSteps {
		s.Steps, s.TooLong = s.Steps[:MaxSteps], append(s.TooLong, "history")
	}
	s.envSteps = readEnvSteps(s.Steps)
	s.Runs = s.readRuns()
	s.Accounts = s.readAccounts()
	s.User = account.Resolve(s.Config.User, s.Accounts.Users, s.Accounts.Groups)
	s.Sudo = s.readSudoers()
	s.SSHD = s.readSSHD()
	return s
}

// File is a file with its text.
type File struct {
	seaworthy.Entry
	Body string
}

// Entries returns the entries of an interest: all versions in all layers, live and
// removed.
func (s *Image) Entries(interest string) []seaworthy.Entry {
	var list []seaworthy.Entry
	for layer := range s.Layers {
		for _, ordinal := range s.Layers[layer].Noted[interest] {
			if e, ok := s.At(layer, ordinal); ok {
				list = append(list, e)
			}
		}
	}
	return list
}

// Texts returns the files of an interest with their texts, live and removed. The interest
// must have Text.
func (s *Image) Texts(interest string) []File {
	var list []File
	for _, e := range s.Entries(interest) {
		if b, ok := s.Body(e); ok {
			list = append(list, File{e, b})
		}
	}
	return list
}

// ReadText returns the live file at a path with its text. It follows links. ok is false
// if the file does not exist or its text was not collected; Resolve says which.
func (s *Image) ReadText(path string) (t File, ok bool) {
	e, ok := s.Resolve(path)
	if !ok {
		return File{}, false
	}
	b, ok := s.Body(e)
	return File{e, b}, ok
}

// Body returns the text of a file, if it was collected.
func (s *Image) Body(e seaworthy.Entry) (string, bool) {
	if e.BodyLayer < 0 {
		return "", false
	}
	b, ok := find(s.Layers[e.BodyLayer].Texts, e.BodyOrdinal)
	return string(b), ok
}

// Capability returns the extended attribute security.capability of an entry, nil if it
// has none.
func (s *Image) Capability(e seaworthy.Entry) []byte {
	b, _ := find(s.Layers[e.Layer].Capabilities, e.Ordinal)
	return b
}

// Location returns the location of a line in a file; line 0 is the whole file.
func (s *Image) Location(e seaworthy.Entry, line int) seaworthy.Location {
	return seaworthy.Location{
		Path: e.Path, Line: line, Layer: &e.Layer, RemovedIn: e.RemovedIn,
		Instruction: s.Image().Layers[e.Layer].Instruction,
	}
}

// Variable returns the value of an environment variable in the configuration. If it is
// set several times, the last value counts.
func (s *Image) Variable(name string) (value string, ok bool) {
	for _, e := range s.Config.Env {
		if n, v, found := strings.Cut(e, "="); found && n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

// Rooted returns an absolute path in the form of [seaworthy.Header.Path].
func Rooted(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// DescribeMode describes type, mode and owner of an entry.
func DescribeMode(e seaworthy.Entry) string {
	return fmt.Sprintf("/%s (%s, mode %04o, owner %d:%d)", Shown(e.Path), e.Type, e.Mode, e.UID, e.GID)
}

// Lower returns the next lower severity, but not lower than negligible.
func Lower(s seaworthy.Severity) seaworthy.Severity { return max(seaworthy.Negligible, s-1) }

// dockerSockets are the names of the sockets of container engines.
var dockerSockets = []string{"docker.sock", "containerd.sock", "crio.sock", "podman.sock"}

// NamesSocket reports whether a text names the socket of a container engine.
func NamesSocket(text string) bool {
	return slices.ContainsFunc(dockerSockets, func(name string) bool { return strings.Contains(text, name) })
}

package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

// Image is an image as the checks see it. Everything in it is in the order of
// the layers, then of their entries.
type Image struct {
	seaworthy.Merged
	Config *seaworthy.ContainerConfig
	// Configured is false for a root file system, which has no configuration.
	Configured bool
	Layers     []Facts
	// Accounts are those of the image, User is whom its process runs as.
	Accounts Accounts
	User     account.Identity
	// Sudo and SSHD are the live configurations of these, with their includes.
	Sudo *sudoers.Config
	SSHD *sshdconfig.Config
	// Steps are the history, Runs those of them that run commands; Bound is true if it is
	// known which step made which layer.
	Steps []instruction.Instruction
	Runs  []Run
	Bound bool
	// envSteps are the steps that set the variables last.
	envSteps map[string]int
	// TooLong names the lists of configuration and history that are cut.
	TooLong []string
	// Partial says of what is only partly checked why that is so. Checks add to it.
	Partial map[string]string
	// search is how many bytes of instructions may still be searched.
	search int
}

// NewImage resolves what the checks need of an image. Layers are its facts, by layer.
func NewImage(m seaworthy.Merged, layers []Facts) *Image {
	img := m.Image()
	config, over := bounded(img.Config.Config)
	s := &Image{
		Merged: m, Config: &config, Configured: img.ImageID != "", Layers: layers, TooLong: over, Partial: map[string]string{}, search: maxSearch,
	}
	s.Steps, s.Bound = instruction.History(img.Config, len(img.Layers))
	if len(s.Steps) > MaxSteps {
		s.Steps, s.TooLong = s.Steps[:MaxSteps], append(s.TooLong, "history")
	}
	s.envSteps = readEnvSteps(s.Steps)
	s.Runs = readRuns(s.Steps)
	s.Accounts = s.readAccounts()
	s.User = account.Resolve(s.Config.User, s.Accounts.Users, s.Accounts.Groups)
	s.Sudo = s.readSudoers()
	s.SSHD = s.readSSHD()
	return s
}

// File is a file whose body was kept.
type File struct {
	seaworthy.Entry
	Body string
}

// Entries lists the entries of an interest: every version that a layer holds, the
// live and the removed.
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

// Texts lists the files of an interest with their bodies, the live and the
// removed. The interest must have Text.
func (s *Image) Texts(interest string) []File {
	var list []File
	for _, e := range s.Entries(interest) {
		if b, ok := s.Body(e); ok {
			list = append(list, File{e, b})
		}
	}
	return list
}

// ReadText returns the live file at a path, after following links, if its body was kept.
// Whether it was not kept or is not there says Resolve.
func (s *Image) ReadText(path string) (t File, ok bool) {
	e, ok := s.Resolve(path)
	if !ok {
		return File{}, false
	}
	b, ok := s.Body(e)
	return File{e, b}, ok
}

// Body returns the body of a file, if it was kept.
func (s *Image) Body(e seaworthy.Entry) (string, bool) {
	if e.BodyLayer < 0 {
		return "", false
	}
	b, ok := find(s.Layers[e.BodyLayer].Texts, e.BodyOrdinal)
	return string(b), ok
}

// Capability returns the raw security.capability of an entry, nil if it has none.
func (s *Image) Capability(e seaworthy.Entry) []byte {
	b, _ := find(s.Layers[e.Layer].Capabilities, e.Ordinal)
	return b
}

// Location is the location of an entry; line 0 stands for the file as a whole.
func (s *Image) Location(e seaworthy.Entry, line int) seaworthy.Location {
	return seaworthy.Location{
		Path: e.Path, Line: line, Layer: &e.Layer, RemovedIn: e.RemovedIn,
		Instruction: s.Image().Layers[e.Layer].Instruction,
	}
}

// Variable returns the value of a variable of the configuration; the last one counts.
func (s *Image) Variable(name string) (value string, ok bool) {
	for _, e := range s.Config.Env {
		if n, v, found := strings.Cut(e, "="); found && n == name {
			value, ok = v, true
		}
	}
	return value, ok
}

// Rooted is an absolute path in the form of [seaworthy.Header.Path].
func Rooted(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// DescribeMode says what an entry is and who may write it.
func DescribeMode(e seaworthy.Entry) string {
	return fmt.Sprintf("/%s (%s, mode %04o, owner %d:%d)", Shown(e.Path), e.Type, e.Mode, e.UID, e.GID)
}

// Lower is the severity one step down, not below negligible.
func Lower(s seaworthy.Severity) seaworthy.Severity { return max(seaworthy.Negligible, s-1) }

// dockerSockets are the paths of engines' sockets.
var dockerSockets = []string{"docker.sock", "containerd.sock", "crio.sock", "podman.sock"}

// NamesSocket reports whether a text names the socket of a container engine.
func NamesSocket(text string) bool {
	return slices.ContainsFunc(dockerSockets, func(name string) bool { return strings.Contains(text, name) })
}

package misconfig

import (
	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

// subject is an image as the checks see it. Everything in it is in the order of
// the layers, then of their entries.
type subject struct {
	seaworthy.Merged
	image  *seaworthy.Image
	config *seaworthy.ContainerConfig
	// configured is false for a root file system, which has no configuration.
	configured bool
	layers     []facts
	// accounts are those of the image, user is whom its process runs as.
	accounts accounts
	user     account.Identity
	// sudo and sshd are the live configurations of these, with their includes.
	sudo *sudoers.Config
	sshd *sshdconfig.Config
	// steps are the history, runs those of them that run commands; bound is true
	// if it is known which step made which layer.
	steps []instruction.Instruction
	runs  []run
	bound bool
	// envSteps are the steps that set the variables last.
	envSteps map[string]int
	// over names what of configuration and history is too long to be judged.
	over []string
	// cut says of what a check did not judge whole why that is so.
	cut map[string]string
	// search is how many bytes of instructions may still be searched.
	search int
}

func newSubject(m seaworthy.Merged, layers []facts) *subject {
	img := m.Image()
	config, over := bounded(img.Config.Config)
	s := &subject{
		Merged: m, image: img, config: &config, configured: img.ImageID != "", layers: layers, over: over, cut: map[string]string{}, search: maxSearch,
	}
	s.steps, s.bound = instruction.History(img.Config, len(img.Layers))
	if len(s.steps) > maxSteps {
		s.steps, s.over = s.steps[:maxSteps], append(s.over, "history")
	}
	s.envSteps = readEnvSteps(s.steps)
	s.runs = readRuns(s.steps)
	s.accounts = s.readAccounts()
	s.user = account.Resolve(s.config.User, s.accounts.users, s.accounts.groups)
	s.sudo = s.readSudoers()
	s.sshd = s.readSSHD()
	return s
}

// text is a file whose body was kept.
type text struct {
	seaworthy.Entry
	body string
}

// noted lists the entries of an interest: every version that a layer holds, the
// live and the removed.
func (s *subject) noted(interest string) []seaworthy.Entry {
	var list []seaworthy.Entry
	for layer := range s.layers {
		for _, ordinal := range s.layers[layer].Noted[interest] {
			if e, ok := s.At(layer, ordinal); ok {
				list = append(list, e)
			}
		}
	}
	return list
}

// texts lists the files of an interest with their bodies, the live and the
// removed.
func (s *subject) texts(interest string) []text {
	var list []text
	for _, e := range s.noted(interest) {
		if b, ok := s.body(e); ok {
			list = append(list, text{e, b})
		}
	}
	return list
}

// read gives the live file at a path, after following links, if its body was
// kept. Whether it was not kept or is not there tells the entry's ok of Resolve.
func (s *subject) read(path string) (t text, ok bool) {
	e, ok := s.Resolve(path)
	if !ok {
		return text{}, false
	}
	b, ok := s.body(e)
	return text{e, b}, ok
}

func (s *subject) body(e seaworthy.Entry) (string, bool) {
	if e.BodyLayer < 0 {
		return "", false
	}
	b, ok := find(s.layers[e.BodyLayer].Texts, e.BodyOrdinal)
	return string(b), ok
}

// capability gives the raw security.capability of an entry, nil if it has none.
func (s *subject) capability(e seaworthy.Entry) []byte {
	b, _ := find(s.layers[e.Layer].Capabilities, e.Ordinal)
	return b
}

// at is the location of an entry; line 0 stands for the file as a whole.
func (s *subject) at(e seaworthy.Entry, line int) seaworthy.Location {
	return seaworthy.Location{
		Path: e.Path, Line: line, Layer: &e.Layer, RemovedIn: e.RemovedIn,
		Instruction: s.image.Layers[e.Layer].Instruction,
	}
}

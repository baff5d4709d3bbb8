package check

import (
	"path"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

// keptFiles is the live files of an image whose text was kept. It implements
// [sudoers.FileSystem] and [sshdconfig.FileSystem].
type keptFiles struct{ *Image }

func (f keptFiles) ReadFile(name string) (string, bool) {
	t, ok := f.ReadText(name)
	return t.Body, ok
}

func (f keptFiles) ReadDir(dir string) []string {
	var names []string
	for _, e := range f.List(dir) {
		if t, ok := f.Resolve(e.Path); ok && t.Type == seaworthy.Regular {
			names = append(names, path.Base(e.Path))
		}
	}
	return names
}

// The paths of sudoers, the distribution's own behind that of the administrator.
const sudoersFile, distributionSudoersFile = "etc/sudoers", "usr/etc/sudoers"

// readSudoers reads the live sudoers, where the distribution keeps them. In an
// image without them the rules of sudoers.d count all the same: they wait for the
// sudoers that the package of sudo brings.
func (s *Image) readSudoers() *sudoers.Config {
	files := keptFiles{s}
	if _, ok := s.Resolve(sudoersFile); ok {
		return sudoers.Read(files, sudoersFile)
	}
	if _, ok := s.Resolve(distributionSudoersFile); ok {
		return sudoers.Read(files, distributionSudoersFile)
	}
	return sudoers.Read(withSudoers{files}, sudoersFile)
}

// withSudoers adds the sudoers of the package of sudo to the files of an image that
// has none, if there are rules that they would include.
type withSudoers struct{ keptFiles }

func (f withSudoers) ReadFile(name string) (string, bool) {
	if name == sudoersFile && len(f.ReadDir("etc/sudoers.d")) > 0 {
		return "@includedir /etc/sudoers.d\n", true
	}
	return f.keptFiles.ReadFile(name)
}

// readSSHD reads the live sshd_config, where the distribution keeps it.
func (s *Image) readSSHD() *sshdconfig.Config {
	file := "etc/ssh/sshd_config"
	if _, ok := s.Resolve(file); !ok {
		file = "usr/etc/ssh/sshd_config"
	}
	return sshdconfig.Read(keptFiles{s}, file)
}

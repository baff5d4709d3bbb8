package check

import (
	"path"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/sshdconfig"
	"seaworthy.dev/seaworthy/internal/sudoers"
)

// keptFiles are the live files of an image whose text is in the facts. It implements
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

// The paths of sudoers: that of the administrator, and the distribution's own, which is used
// if the first does not exist.
const sudoersFile, distributionSudoersFile = "etc/sudoers", "usr/etc/sudoers"

// readSudoers reads the live sudoers with its includes. If the image has rules in
// sudoers.d but no sudoers, because sudo is not installed, they are read as if it were:
// they become effective when sudo is installed.
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

// withSudoers adds the sudoers of the package of sudo to the files of an image that has
// rules in sudoers.d and no sudoers.
type withSudoers struct{ keptFiles }

func (f withSudoers) ReadFile(name string) (string, bool) {
	if name == sudoersFile && len(f.ReadDir("etc/sudoers.d")) > 0 {
		return "@includedir /etc/sudoers.d\n", true
	}
	return f.keptFiles.ReadFile(name)
}

// readSSHD reads the live sshd_config with its includes.
func (s *Image) readSSHD() *sshdconfig.Config {
	file := "etc/ssh/sshd_config"
	if _, ok := s.Resolve(file); !ok {
		file = "usr/etc/ssh/sshd_config"
	}
	return sshdconfig.Read(keptFiles{s}, file)
}

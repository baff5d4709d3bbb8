package misconfig

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
)

// searchPathChecks judge the directories in which programs are looked for.
func searchPathChecks() []check {
	return []check{
		{
			id: "path-writable", title: "Others can put programs into a directory of PATH",
			severity: seaworthy.High,
			detail:   "A program in a directory of PATH takes the place of every program of that name in later ones, for root too.",
			remedy: remedy(
				"Make the directories of PATH owned by root and remove write permission for others, or remove the directory from ENV PATH.",
				seaworthy.Command("chown root:root DIR && chmod go-w DIR"),
			),
			judge: judgePathWritable,
		},
		{
			id: "path-relative", title: "PATH has an empty or relative entry",
			severity: seaworthy.Medium,
			detail:   "Such an entry stands for the directory in which a command happens to be given, so that whoever can write there decides what runs.",
			remedy:   remedy("List only absolute directories in ENV PATH, without a colon at either end or two in a row."),
			judge:    judgePathRelative,
		},
	}
}

// defaultPath is what container engines set where the image does not.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxPathEntries bounds the entries of PATH that are looked at.
const maxPathEntries = 256

// searchPath lists the entries of PATH.
func (s *subject) searchPath() []string {
	value, ok := s.env("PATH")
	if !ok {
		value = defaultPath
	}
	list := strings.SplitN(value, ":", maxPathEntries+1)
	if len(list) > maxPathEntries {
		s.cut["PATH"] = fmt.Sprintf("It has more than %d entries; the rest was not judged.", maxPathEntries)
		list = list[:maxPathEntries]
	}
	return list
}

// rooted is an absolute path in the form of [seaworthy.Header.Path].
func rooted(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func judgePathWritable(s *subject) []violation {
	var list []violation
	seen := map[string]bool{}
	for _, dir := range s.searchPath() {
		if !path.IsAbs(dir) {
			continue
		}
		real := rooted(dir)
		if e, ok := s.Resolve(real); ok {
			real = e.Path
		}
		if seen[real] {
			continue
		}
		seen[real] = true
		// The name of a file that nobody has stands for any program.
		if at, ok := s.exchangeable(real+"/program", account.Anybody()); ok {
			v := violation{evidence: fmt.Sprintf("PATH entry %s: anybody can write %s", shown(dir), describeMode(at)), locations: []seaworthy.Location{s.at(at, 0)}}
			if at.Mode&seaworthy.Sticky != 0 {
				v.severity = seaworthy.Medium
				v.detail = "The directory is sticky: programs can be added, but others' not replaced."
			}
			list = append(list, v)
			continue
		}
		if at, ok := s.exchangeable(real+"/program", s.user); ok {
			v := violation{
				severity: seaworthy.Low, title: "The image's user can put programs into a directory of PATH",
				evidence:  fmt.Sprintf("PATH entry %s: user %s can write %s", shown(dir), describeUser(s.user), describeMode(at)),
				locations: []seaworthy.Location{s.at(at, 0)},
			}
			if systemDirectory(real) {
				v.severity = seaworthy.Medium
			}
			list = append(list, v)
		}
	}
	return list
}

// systemDirectory is true for the directories of programs that root uses too.
func systemDirectory(dir string) bool {
	switch dir {
	case "bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin":
		return true
	}
	return false
}

func judgePathRelative(s *subject) []violation {
	var wrong []string
	for i, dir := range s.searchPath() {
		switch {
		case path.IsAbs(dir):
		case dir == "":
			wrong = append(wrong, fmt.Sprintf("entry %d of PATH is empty", i+1))
		default:
			wrong = append(wrong, fmt.Sprintf("entry %d of PATH is relative: %s", i+1, shown(dir)))
		}
	}
	if wrong == nil {
		return nil
	}
	return []violation{{subject: variable("PATH"), evidence: strings.Join(wrong, "\n"), locations: s.envLocation("PATH")}} // one line fixes them all
}

// describeMode says what an entry is and who may write it.
func describeMode(e seaworthy.Entry) string {
	return fmt.Sprintf("/%s (%s, mode %04o, owner %d:%d)", shown(e.Path), e.Type, e.Mode, e.UID, e.GID)
}

// lower is the severity one step down, not below negligible.
func lower(s seaworthy.Severity) seaworthy.Severity { return max(seaworthy.Negligible, s-1) }

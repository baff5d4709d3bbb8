package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// searchPathChecks returns the checks of PATH and the directories in it.
func searchPathChecks() []check.Check {
	return []check.Check{
		{
			ID: "path-writable", Title: "PATH directory writable by non-root users",
			Severity: seaworthy.High,
			Detail:   "A program in a directory of PATH takes precedence over programs of the same name in later directories, for root too.",
			Remedy: check.Remedy(
				"Make the directories of PATH owned by root and remove write permission for others, or remove the directory from ENV PATH.",
				seaworthy.Command("chown root:root DIR && chmod go-w DIR"),
			),
			Find: findPathWritable,
		},
		{
			ID: "path-relative", Title: "Empty or relative entry in PATH",
			Severity: seaworthy.Medium,
			Detail:   "Such an entry means the current directory. Anyone who can write there decides what runs.",
			Remedy:   check.Remedy("List only absolute directories in ENV PATH, without a colon at either end and without two in a row."),
			Find:     findPathRelative,
		},
	}
}

// defaultPath is the PATH that container engines set if the image does not set one.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxPathEntries limits the entries of PATH that are checked.
const maxPathEntries = 256

// searchPath returns the entries of PATH.
func searchPath(s *check.Image) []string {
	value, ok := s.Variable("PATH")
	if !ok {
		value = defaultPath
	}
	list := strings.SplitN(value, ":", maxPathEntries+1)
	if len(list) > maxPathEntries {
		s.Partial["PATH"] = fmt.Sprintf("It has more than %d entries; the rest was not checked.", maxPathEntries)
		list = list[:maxPathEntries]
	}
	return list
}

func findPathWritable(s *check.Image) []check.Violation {
	var list []check.Violation
	seen := map[string]bool{}
	for _, dir := range searchPath(s) {
		if !path.IsAbs(dir) {
			continue
		}
		real := check.Rooted(dir)
		if e, ok := s.Resolve(real); ok {
			real = e.Path
		}
		if seen[real] {
			continue
		}
		seen[real] = true
		// The name of a file that does not exist stands for any program.
		if at, ok := s.Exchangeable(real+"/program", account.Anybody()); ok {
			v := check.Violation{Evidence: fmt.Sprintf("PATH entry %s: anybody can write %s", check.Shown(dir), check.DescribeMode(at)), Locations: []seaworthy.Location{s.Location(at, 0)}}
			if at.Mode&seaworthy.Sticky != 0 {
				v.Severity = seaworthy.Medium
				v.Detail = "The directory is sticky: programs can be added, but those of others cannot be replaced."
			}
			list = append(list, v)
			continue
		}
		if at, ok := s.Exchangeable(real+"/program", s.User); ok {
			v := check.Violation{
				Severity: seaworthy.Low, Title: "PATH directory writable by the image's user",
				Evidence:  fmt.Sprintf("PATH entry %s: user %s can write %s", check.Shown(dir), describeUser(s.User), check.DescribeMode(at)),
				Locations: []seaworthy.Location{s.Location(at, 0)},
			}
			if systemDirectory(real) {
				v.Severity = seaworthy.Medium
			}
			list = append(list, v)
		}
	}
	return list
}

// systemDirectory reports whether a directory has programs that root uses too.
func systemDirectory(dir string) bool {
	switch dir {
	case "bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin":
		return true
	}
	return false
}

func findPathRelative(s *check.Image) []check.Violation {
	var wrong []string
	for i, dir := range searchPath(s) {
		switch {
		case path.IsAbs(dir):
		case dir == "":
			wrong = append(wrong, fmt.Sprintf("entry %d of PATH is empty", i+1))
		default:
			wrong = append(wrong, fmt.Sprintf("entry %d of PATH is relative: %s", i+1, check.Shown(dir)))
		}
	}
	if wrong == nil {
		return nil
	}
	return []check.Violation{{Subject: check.VariableSubject("PATH"), Evidence: strings.Join(wrong, "\n"), Locations: s.VariableLocation("PATH")}} // one line fixes them all
}

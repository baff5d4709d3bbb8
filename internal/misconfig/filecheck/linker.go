package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// linkerInterests returns the files that linkerChecks read.
func linkerInterests() []check.Interest {
	return []check.Interest{
		{Name: "ld-preload", Text: true, Paths: []string{"etc/ld.so.preload"}},
		{Name: "ld-conf", Text: true, Paths: []string{"etc/ld.so.conf", "etc/ld-musl-x86_64.path", "etc/ld-musl-aarch64.path"}, Under: []string{"etc/ld.so.conf.d"}},
	}
}

// linkerChecks returns the checks of the files that say where the dynamic linker finds
// libraries.
func linkerChecks() []check.Check {
	const man = "https://man7.org/linux/man-pages/man8/ld.so.8.html"
	return []check.Check{
		{
			ID: "ld-preload-file", Title: "/etc/ld.so.preload loads a library into every program",
			Severity: seaworthy.Medium,
			Detail:   "The library runs in every process, including setuid programs. Hardly anything but rootkits needs that.",
			Remedy: check.Remedy(
				"Remove /etc/ld.so.preload, or load the library only into the program that needs it.",
				seaworthy.Command("rm /etc/ld.so.preload"),
			),
			References: []string{man},
			Find:       findPreloadFile,
		},
		{
			ID: "library-directory-writable", Title: "Library directory writable by non-root users",
			Severity: seaworthy.High,
			Detail:   "The dynamic linker's configuration names the directory for all programs, including setuid ones.",
			Remedy: check.Remedy(
				"Make the directory owned by root and remove write permission for others, or remove it from /etc/ld.so.conf.d.",
				seaworthy.Command("chown root:root DIR && chmod go-w DIR"),
			),
			References: []string{man},
			Find:       findLibraryDirectories,
		},
	}
}

func findPreloadFile(s *check.Image) []check.Violation {
	var list []check.Violation
	for _, t := range s.Texts("ld-preload") {
		for _, lib := range linkerWordsOf(s, t.Path, t.Body) {
			v := check.Violation{Evidence: "/etc/ld.so.preload: " + check.Shown(lib), Locations: []seaworthy.Location{s.Location(t.Entry, 0)}}
			if !t.Live() {
				v.Severity = seaworthy.Low
				list = append(list, v)
				continue
			}
			if !path.IsAbs(lib) || strings.Contains(lib, "$") {
				list = append(list, v)
				continue
			}
			file := check.Rooted(lib)
			if at, who, severity := changeable(s, file); severity >= seaworthy.Medium {
				v.Severity = seaworthy.High
				v.Evidence += fmt.Sprintf("; %s can write %s", who, check.DescribeMode(at))
				v.Locations = append(v.Locations, s.Location(at, 0))
			} else if e, ok := s.Resolve(file); ok {
				v.Locations = append(v.Locations, s.Location(e, 0))
			} else {
				v.Evidence += "; the image has no such file"
				v.Detail = "The library is missing: anyone who can create it there controls every process."
			}
			list = append(list, v)
		}
		if at, who, severity := changeable(s, t.Path); t.Live() && severity >= seaworthy.Medium {
			list = append(list, check.Violation{
				Severity: seaworthy.High, Title: "/etc/ld.so.preload is writable by non-root users",
				Evidence: fmt.Sprintf("%s can write %s", who, check.DescribeMode(at)), Locations: []seaworthy.Location{s.Location(at, 0)},
			})
		}
	}
	return list
}

func findLibraryDirectories(s *check.Image) []check.Violation {
	var list []check.Violation
	seen := map[string]bool{}
	for _, t := range s.Texts("ld-conf") {
		if !t.Live() {
			continue
		}
		line := 0
		for text := range strings.Lines(t.Body) {
			line++
			for _, dir := range linkerWordsOf(s, t.Path, text) {
				if !path.IsAbs(dir) || seen[dir] {
					continue
				}
				if len(seen) >= maxPathEntries {
					s.Partial["etc/ld.so.conf"] = fmt.Sprintf("It lists more than %d directories; the rest was not checked.", maxPathEntries)
					return list
				}
				seen[dir] = true
				// The name of a file that does not exist stands for any library.
				name := check.Rooted(dir) + "/library.so"
				at, ok := s.Exchangeable(name, account.Anybody())
				v := check.Violation{Evidence: check.Shown(dir) + ": anybody can write "}
				if !ok {
					if at, ok = s.Exchangeable(name, s.User); !ok {
						continue
					}
					v.Severity = seaworthy.Medium
					v.Evidence = fmt.Sprintf("%s: user %s can write ", check.Shown(dir), describeUser(s.User))
				}
				v.Evidence += check.DescribeMode(at)
				v.Locations = []seaworthy.Location{s.Location(at, 0), s.Location(t.Entry, line)}
				list = append(list, v)
			}
		}
	}
	return list
}

// linkerWordsOf returns the first maxPathEntries words of a file of the dynamic linker.
func linkerWordsOf(s *check.Image, file, text string) []string {
	words := linkerWords(text)
	if len(words) > maxPathEntries {
		s.Partial[check.Shown(file)] = fmt.Sprintf("It lists more than %d paths; the rest was not checked.", maxPathEntries)
		words = words[:maxPathEntries]
	}
	return words
}

// linkerWords splits the text of ld.so.preload, ld.so.conf or the path file of musl into
// words, without comments and the keywords of ld.so.conf. It stops after the line in
// which there are more than maxPathEntries words.
func linkerWords(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n:,", r) })
		if len(fields) > 0 && (fields[0] == "include" || fields[0] == "hwcap") {
			continue
		}
		words = append(words, fields...)
		if len(words) > maxPathEntries {
			break
		}
	}
	return words
}

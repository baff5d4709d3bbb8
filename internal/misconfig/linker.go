package misconfig

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
)

func linkerInterests() []interest {
	return []interest{
		{name: "ld-preload", text: true, paths: []string{"etc/ld.so.preload"}},
		{name: "ld-conf", text: true, paths: []string{"etc/ld.so.conf", "etc/ld-musl-x86_64.path", "etc/ld-musl-aarch64.path"}, under: []string{"etc/ld.so.conf.d"}},
	}
}

// linkerChecks judge the files by which the dynamic linker finds libraries.
func linkerChecks() []check {
	const man = "https://man7.org/linux/man-pages/man8/ld.so.8.html"
	return []check{
		{
			id: "ld-preload-file", title: "A library is loaded into every program by /etc/ld.so.preload",
			severity: seaworthy.Medium,
			detail:   "The library runs in every process, setuid programs among them. Hardly anything but rootkits needs that.",
			remedy: remedy(
				"Remove /etc/ld.so.preload, or load the library only into the program that needs it.",
				seaworthy.Command("rm /etc/ld.so.preload"),
			),
			references: []string{man},
			judge:      judgePreloadFile,
		},
		{
			id: "library-directory-writable", title: "Others can put libraries where every program finds them",
			severity: seaworthy.High,
			detail:   "The dynamic linker's configuration names the directory for all programs, setuid ones among them.",
			remedy: remedy(
				"Make the directory owned by root and remove write permission for others, or remove it from /etc/ld.so.conf.d.",
				seaworthy.Command("chown root:root DIR && chmod go-w DIR"),
			),
			references: []string{man},
			judge:      judgeLibraryDirectories,
		},
	}
}

func judgePreloadFile(s *subject) []violation {
	var list []violation
	for _, t := range s.texts("ld-preload") {
		for _, lib := range s.linkerWords(t.Path, t.body) {
			v := violation{evidence: "/etc/ld.so.preload: " + shown(lib), locations: []seaworthy.Location{s.at(t.Entry, 0)}}
			if !t.Live() {
				v.severity = seaworthy.Low
				list = append(list, v)
				continue
			}
			if !path.IsAbs(lib) || strings.Contains(lib, "$") {
				list = append(list, v)
				continue
			}
			file := rooted(lib)
			if at, who, severity := s.changeable(file); severity >= seaworthy.Medium {
				v.severity = seaworthy.High
				v.evidence += fmt.Sprintf("; %s can write %s", who, describeMode(at))
				v.locations = append(v.locations, s.at(at, 0))
			} else if e, ok := s.Resolve(file); ok {
				v.locations = append(v.locations, s.at(e, 0))
			} else {
				v.evidence += "; the image has no such file"
				v.detail = "The library is missing: whoever can put it there has every process."
			}
			list = append(list, v)
		}
		if at, who, severity := s.changeable(t.Path); t.Live() && severity >= seaworthy.Medium {
			list = append(list, violation{
				severity: seaworthy.High, title: "Others than root can write /etc/ld.so.preload",
				evidence: fmt.Sprintf("%s can write %s", who, describeMode(at)), locations: []seaworthy.Location{s.at(at, 0)},
			})
		}
	}
	return list
}

func judgeLibraryDirectories(s *subject) []violation {
	var list []violation
	seen := map[string]bool{}
	for _, t := range s.texts("ld-conf") {
		if !t.Live() {
			continue
		}
		line := 0
		for text := range strings.Lines(t.body) {
			line++
			for _, dir := range s.linkerWords(t.Path, text) {
				if !path.IsAbs(dir) || seen[dir] {
					continue
				}
				if len(seen) >= maxPathEntries {
					s.cut["etc/ld.so.conf"] = fmt.Sprintf("It lists more than %d directories; the rest was not judged.", maxPathEntries)
					return list
				}
				seen[dir] = true
				// The name of a file that nobody has stands for any library.
				name := rooted(dir) + "/library.so"
				at, ok := s.exchangeable(name, account.Anybody())
				v := violation{evidence: shown(dir) + ": anybody can write "}
				if !ok {
					if at, ok = s.exchangeable(name, s.user); !ok {
						continue
					}
					v.severity = seaworthy.Medium
					v.evidence = fmt.Sprintf("%s: user %s can write ", shown(dir), describeUser(s.user))
				}
				v.evidence += describeMode(at)
				v.locations = []seaworthy.Location{s.at(at, 0), s.at(t.Entry, line)}
				list = append(list, v)
			}
		}
	}
	return list
}

// linkerWords gives the first maxPathEntries words of a file of the linker's.
func (s *subject) linkerWords(file, text string) []string {
	words := linkerWords(text)
	if len(words) > maxPathEntries {
		s.cut[shown(file)] = fmt.Sprintf("It lists more than %d paths; the rest was not judged.", maxPathEntries)
		words = words[:maxPathEntries]
	}
	return words
}

// linkerWords splits what ld.so.preload, ld.so.conf or musl's path file lists,
// without comments and the keywords of ld.so.conf. It stops after the line in
// which there are more than maxPathEntries.
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

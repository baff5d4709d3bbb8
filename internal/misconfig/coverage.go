package misconfig

import (
	"fmt"
	"maps"
	"slices"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// cover reports which parts of the image were not checked: because of limits, files that
// could not be read, or a history that is missing or incomplete.
func cover(s *check.Image, sink seaworthy.Sink) error {
	list := []seaworthy.Coverage{{Subject: "configuration", State: seaworthy.Checked}}
	partial := func(subject string, code seaworthy.CoverageCode, format string, args ...any) {
		list = append(list, seaworthy.Coverage{Subject: subject, State: seaworthy.Partial, Code: code, Reason: fmt.Sprintf(format, args...)})
	}
	switch n := len(s.Image().Layers); {
	case !s.Configured:
		list[0].State = seaworthy.Partial
		list[0].Code = seaworthy.CodeNoConfiguration
		list[0].Reason = "A root file system has no configuration; only its files were checked."
	case len(s.Steps) == 0 && n > 0:
		partial("history", seaworthy.CodeNoHistory, "The image has no history, so the steps of its build could not be checked.")
	case !s.Bound:
		partial("history", seaworthy.CodeNoHistory, "The history has a different number of layers than the image (%d), so it is not known which step made which layer.", n)
	}
	for _, name := range s.TooLong {
		partial("configuration: "+name, seaworthy.CodeLimitExceeded, "It has more entries than are checked: %d of the history, %d of a list.", check.MaxSteps, check.MaxEntries)
	}
	for _, what := range slices.Sorted(maps.Keys(s.Partial)) {
		partial(what, seaworthy.CodeLimitExceeded, "%s", s.Partial[what])
	}
	for _, r := range s.Runs {
		if r.Unread {
			partial("history", seaworthy.CodeLimitExceeded, "The history is too long; the commands from step %d on were not checked.", r.History)
			break
		}
		if !r.Whole {
			partial(fmt.Sprintf("history: step %d", r.History), seaworthy.CodeInvalidSyntax, "The script could only be parsed partially: %s", check.Shown(r.Redacted(s.Redactor)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Accounts.Unread)) {
		partial("accounts", seaworthy.CodeUnreadable, "%s", s.Accounts.Unread[name])
	}
	unread := func(file string, line int, err error) {
		partial(fmt.Sprintf("%s:%d", check.Shown(file), line), seaworthy.CodeInvalidSyntax, "A part of the configuration was not checked: %s.", check.Shown(err.Error()))
	}
	for _, p := range s.Sudo.Problems {
		unread(p.File, p.Line, p.Err)
	}
	for _, p := range s.SSHD.Problems {
		unread(p.File, p.Line, p.Err)
	}
	for i := range s.Layers {
		f := &s.Layers[i]
		for _, o := range f.Unread {
			if e, ok := s.At(i, o); ok {
				list = append(list, seaworthy.Coverage{
					Subject: fmt.Sprintf("layer %d: %s", i, e.Path), State: seaworthy.NotChecked, Code: seaworthy.CodeLimitExceeded,
					Reason: fmt.Sprintf("The file has %d bytes; over %d bytes, or %d bytes in all of a layer, such files are not read.",
						e.Size, check.MaxTextSize, check.MaxTextSum),
				})
			}
		}
		for _, o := range f.Links {
			if e, target, unread := leadsAway(s, i, o); unread {
				partial(fmt.Sprintf("layer %d: %s", i, check.Shown(e.Path)), seaworthy.CodeUnreadable, "It is a link to %s, which was not read.", check.Shown(target))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(f.Beyond)) {
			partial(fmt.Sprintf("layer %d", i), seaworthy.CodeLimitExceeded, "It has %d entries of the kind %q; those after the first %d were not checked.",
				f.Beyond[name]+check.MaxEntriesNoted, name, check.MaxEntriesNoted)
		}
	}
	for i := range min(len(list), maxCoverage) {
		list[i].Risk = seaworthy.Misconfiguration
		if err := sink.Coverage(&list[i]); err != nil {
			return err
		}
	}
	if len(list) > maxCoverage {
		return sink.Coverage(&seaworthy.Coverage{
			Risk: seaworthy.Misconfiguration, Subject: "image", State: seaworthy.Partial, Code: seaworthy.CodeLimitExceeded,
			Reason: fmt.Sprintf("%d parts were not fully checked; the first %d are listed.", len(list)-1, maxCoverage-1),
		})
	}
	return nil
}

// leadsAway reports whether a live link with the path of a file that is checked leads to
// a file that the pass did not collect.
func leadsAway(s *check.Image, layer, ordinal int) (link seaworthy.Entry, target string, unread bool) {
	link, ok := s.At(layer, ordinal)
	if !ok || !link.Live() || s.Accounts.Unread[link.Path] != "" {
		return link, "", false
	}
	end, ok := s.Resolve(link.Path)
	if !ok || end.Type != seaworthy.Regular && end.Type != seaworthy.Hardlink {
		return link, "", false
	}
	if target = end.Path; end.Type == seaworthy.Hardlink {
		target = end.Link
	}
	_, kept := s.Body(end)
	return link, target, !kept
}

// maxCoverage limits the Coverage events of one image.
const maxCoverage = 200

// foreign returns the Coverage of an image for another operating system, which has other
// rules for users, paths and files; nil for an image for Linux.
func foreign(img *seaworthy.Image) *seaworthy.Coverage {
	if img.Config.OS == "" || img.Config.OS == "linux" {
		return nil
	}
	return &seaworthy.Coverage{
		Risk: seaworthy.Misconfiguration, Subject: "configuration", State: seaworthy.NotChecked, Code: seaworthy.CodeUnsupportedPlatform,
		Reason: fmt.Sprintf("The image is for %s; only images for Linux can be checked.", check.Shown(img.Config.OS)),
	}
}

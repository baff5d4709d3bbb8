package misconfig

import (
	"fmt"

	"seaworthy.dev/seaworthy"
)

// cover reports how far the image was looked at: what follows from the bounds on
// facts, from files that were not read, and from a history that does not tell.
func (s *subject) cover(sink seaworthy.Sink) error {
	list := []seaworthy.Coverage{{Subject: "configuration", State: seaworthy.Checked}}
	partial := func(subject string, code seaworthy.CoverageCode, format string, args ...any) {
		list = append(list, seaworthy.Coverage{Subject: subject, State: seaworthy.Partial, Code: code, Reason: fmt.Sprintf(format, args...)})
	}
	switch n := len(s.image.Layers); {
	case !s.configured:
		list[0].State = seaworthy.Partial
		list[0].Code = seaworthy.CodeNoConfiguration
		list[0].Reason = "A root file system has no configuration; its files were judged."
	case len(s.steps) == 0 && n > 0:
		partial("history", seaworthy.CodeNoHistory, "The image has no history, so that the steps of its build could not be judged.")
	case !s.bound:
		partial("history", seaworthy.CodeNoHistory, "The history has another number of layers than the image (%d), so that it is not known which step made which.", n)
	}
	for _, name := range s.over {
		partial("configuration: "+name, seaworthy.CodeLimitExceeded, "It has more entries than are judged: %d of the history, %d of a list.", maxSteps, maxEntries)
	}
	for _, what := range sortedKeys(s.cut) {
		partial(what, seaworthy.CodeLimitExceeded, "%s", s.cut[what])
	}
	for _, r := range s.runs {
		if !r.whole {
			partial(fmt.Sprintf("history: step %d", r.History), seaworthy.CodeInvalidSyntax, "The script could not be parsed whole: %s", shown(r.Redacted()))
		}
	}
	for _, name := range sortedKeys(s.accounts.unread) {
		partial("accounts", seaworthy.CodeUnreadable, "%s", s.accounts.unread[name])
	}
	unread := func(file string, line int, err error) {
		partial(fmt.Sprintf("%s:%d", shown(file), line), seaworthy.CodeInvalidSyntax, "A part of the configuration was not judged: %s.", shown(err.Error()))
	}
	for _, p := range s.sudo.Problems {
		unread(p.File, p.Line, p.Err)
	}
	for _, p := range s.sshd.Problems {
		unread(p.File, p.Line, p.Err)
	}
	for i := range s.layers {
		f := &s.layers[i]
		for _, o := range f.Unread {
			if e, ok := s.At(i, o); ok {
				list = append(list, seaworthy.Coverage{
					Subject: fmt.Sprintf("layer %d: %s", i, e.Path), State: seaworthy.NotChecked, Code: seaworthy.CodeLimitExceeded,
					Reason: fmt.Sprintf("The file has %d bytes; over %d bytes, or %d bytes in all of a layer, such files are not read.",
						e.Size, maxTextSize, maxTextSum),
				})
			}
		}
		for _, o := range f.Links {
			if e, target, unread := s.leadsAway(i, o); unread {
				partial(fmt.Sprintf("layer %d: %s", i, shown(e.Path)), seaworthy.CodeUnreadable, "It is a link to %s, which was not read.", shown(target))
			}
		}
		for _, name := range sortedKeys(f.Beyond) {
			partial(fmt.Sprintf("layer %d", i), seaworthy.CodeLimitExceeded, "It has %d entries of the kind %q; those after the first %d were not looked at.",
				f.Beyond[name]+maxNotes, name, maxNotes)
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
			Reason: fmt.Sprintf("%d things were not looked at whole; the first %d are listed.", len(list)-1, maxCoverage-1),
		})
	}
	return nil
}

// leadsAway is true of a live link that stands where a file would be judged, if
// the file at its end was not kept.
func (s *subject) leadsAway(layer, ordinal int) (link seaworthy.Entry, target string, unread bool) {
	link, ok := s.At(layer, ordinal)
	if !ok || !link.Live() || s.accounts.unread[link.Path] != "" {
		return link, "", false
	}
	end, ok := s.Resolve(link.Path)
	if !ok || end.Type != seaworthy.Regular && end.Type != seaworthy.Hardlink {
		return link, "", false
	}
	if target = end.Path; end.Type == seaworthy.Hardlink {
		target = end.Link
	}
	_, kept := s.body(end)
	return link, target, !kept
}

// maxCoverage bounds the Coverage events of one image.
const maxCoverage = 200

// foreign is what is reported of an image for another system: its users, paths
// and files follow other rules, and to judge them by these would mislead.
func foreign(img *seaworthy.Image) *seaworthy.Coverage {
	if img.Config.OS == "" || img.Config.OS == "linux" {
		return nil
	}
	return &seaworthy.Coverage{
		Risk: seaworthy.Misconfiguration, Subject: "configuration", State: seaworthy.NotChecked, Code: seaworthy.CodeUnsupportedPlatform,
		Reason: fmt.Sprintf("The image is for %s; only images for Linux can be judged.", shown(img.Config.OS)),
	}
}

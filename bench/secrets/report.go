package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

// print writes the tables, and with -misses every error.
func (s *score) print(w io.Writer, o *options) error {
	byKind := s.tallies(func(_ *marked, l corpus.Label) string { return l.Kind })
	byFile := s.tallies(func(m *marked, _ corpus.Label) string { return m.Kind })
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)

	fmt.Fprintln(t, "SECRETS\tn\tfound\tmedium\thigh\trecall")
	for kind, c := range sorted(byKind[corpus.Secret]) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%s\n", kind, c.n, c.low, c.medium, c.high, share(c.low, c.n))
	}
	fmt.Fprintln(t, "\nHARMLESS VALUES\tn\talarms\tmedium\thigh\trate")
	for kind, c := range sorted(byKind[corpus.Harmless]) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%s\n", kind, c.n, c.low, c.medium, c.high, share(c.low, c.n))
	}
	fmt.Fprintln(t, "\nDEBATABLE VALUES, WHICH DO NOT COUNT\tn\treported\tmedium\thigh\trate")
	for kind, c := range sorted(byKind[corpus.Debatable]) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%s\n", kind, c.n, c.low, c.medium, c.high, share(c.low, c.n))
	}
	s.printFiles(t, byFile)
	s.printTotals(t, byKind)
	for i, seen := range s.images {
		for _, gap := range seen.gaps {
			fmt.Fprintf(t, "\nimage %d was only partially checked: %s: %s", i, gap.Subject, gap.Reason)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if o.misses {
		return s.printMisses(w)
	}
	return nil
}

// printFiles writes a row for each kind of file.
func (s *score) printFiles(w io.Writer, byFile map[corpus.Class]map[string]tally) {
	files, elsewhere := map[string]int{}, map[string]tally{}
	for _, m := range s.marks {
		files[m.Kind]++
		elsewhere[m.Kind] = elsewhere[m.Kind].plus(m.elsewhere)
	}
	fmt.Fprintln(w, "\nFILES AND INSTRUCTIONS\tn\tsecrets\tfound\trecall\tharmless\talarms\telsewhere\tprecision")
	for kind, n := range sorted(files) {
		t, h := byFile[corpus.Secret][kind], byFile[corpus.Harmless][kind]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%d\t%d\t%d\t%s\n", kind, n, t.n, t.low, share(t.low, t.n), h.n, h.low, elsewhere[kind].low,
			share(t.low, t.low+h.low+elsewhere[kind].low))
	}
}

// printTotals writes recall, precision and F1 of the findings of at least each
// severity.
func (s *score) printTotals(w io.Writer, byKind map[corpus.Class]map[string]tally) {
	secrets, harmless, elsewhere := s.totals(byKind)
	kinds := map[string]bool{}
	for _, m := range s.marks {
		kinds[m.Kind] = true
	}
	fmt.Fprintf(w, "\n%d secrets of %d kinds and %d harmless values of %d kinds, in %d files and instructions of %d kinds\n\n",
		secrets.n, len(byKind[corpus.Secret]), harmless.n, len(byKind[corpus.Harmless]), len(s.marks), len(kinds))
	fmt.Fprintln(w, "SEVERITY\tfound\tmissed\talarms\telsewhere\trecall\tprecision\tF1")
	for _, row := range []struct {
		name                    string
		found, alarms, unmarked int
	}{
		{"low and worse", secrets.low, harmless.low, elsewhere.low},
		{"medium and worse", secrets.medium, harmless.medium, elsewhere.medium},
		{"high and worse", secrets.high, harmless.high, elsewhere.high},
	} {
		wrong := row.alarms + row.unmarked
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", row.name, row.found, secrets.n-row.found, row.alarms, row.unmarked,
			share(row.found, secrets.n), share(row.found, row.found+wrong), share(2*row.found, row.found+wrong+secrets.n))
	}
}

// printMisses lists every missed secret and every false alarm.
func (s *score) printMisses(w io.Writer) error {
	var lines []string
	for path, m := range s.marks {
		for i, l := range m.Labels {
			place := fmt.Sprintf("%s\t%s:%d", l.Kind, join(path, l.Member), l.FirstLine)
			switch hit := m.worst[i]; {
			case l.Class == corpus.Secret && hit.severity < seaworthy.Low:
				lines = append(lines, fmt.Sprintf("missed\t%s\t%.120q", place, l.Value))
			case l.Class == corpus.Harmless && hit.severity >= seaworthy.Low:
				lines = append(lines, fmt.Sprintf("alarm\t%s\t%s %s\t%.120q", place, hit.severity, hit.id, l.Value))
			}
		}
	}
	for _, a := range s.elsewhere {
		lines = append(lines, fmt.Sprintf("elsewhere\t%s:%d\toffset %d\t%s %s", a.location.Path, a.location.Line, a.location.Offset, a.finding.Severity, a.finding.ID))
	}
	slices.Sort(lines)
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(lines, "\n"))
	return err
}

func join(path, member string) string {
	if member == "" {
		return path
	}
	return path + "!/" + member
}

// share returns part of whole with three decimals, "-" if whole is zero.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(part)/float64(whole))
}

// sorted yields a map in the order of its keys.
func sorted[K cmp.Ordered, V any](m map[K]V) func(func(K, V) bool) {
	return func(yield func(K, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/report"
)

// outputFlags are the flags that say which reports are written, and where.
type outputFlags struct {
	format     string
	outputs    []string
	severities []string
	color      string
	verbose    bool
}

func (f *outputFlags) register(cmd *cobra.Command) {
	var names []string
	for _, format := range report.Formats() {
		names = append(names, string(format))
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "`format` of the report: "+strings.Join(names, ", "))
	flags.StringArrayVar(&f.outputs, "output", nil, "`FILE` for the report instead of standard output; FORMAT=FILE writes a further report, and may be repeated")
	flags.StringSliceVar(&f.severities, "severity", nil, "`severities` of the findings to show, separated by commas: "+strings.Join(severityNames(), ", ")+"; the verdict does not change (default all)")
	flags.StringVar(&f.color, "color", "auto", "`mode` of colours in the text report: auto, always or never")
	flags.BoolVar(&f.verbose, "verbose", false, "show every detail in the text report")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("severity", cobra.FixedCompletions(severityNames(), cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

func severityNames() []string {
	var names []string
	for _, s := range seaworthy.Severities() {
		names = append(names, s.String())
	}
	return names
}

// outputs are the reports being written. A file gets its final name when its report is
// complete.
type outputs struct {
	report.Writer
	files []*outputFile
}

type outputFile struct {
	*os.File
	arg  string // the path as the user wrote it
	path string // the final path; "" if the file is written in place
}

// openOutputs opens the files and starts the reports.
func (a *app) openOutputs(f *outputFlags) (_ *outputs, err error) {
	opt, err := a.reportOptions(f)
	if err != nil {
		return nil, err
	}
	type wanted struct {
		format report.Format
		path   string // "" for standard output
	}
	format, err := report.ParseFormat(f.format)
	if err != nil {
		return nil, fmt.Errorf("--format: %w", err)
	}
	first := wanted{format: format}
	var list []wanted
	for _, o := range f.outputs {
		if name, path, ok := strings.Cut(o, "="); ok && isFormat(name) {
			list = append(list, wanted{report.Format(name), path})
		} else if first.path == "" {
			first.path = o
		} else {
			return nil, fmt.Errorf("--output %s: the report of --format already goes to %s; for a further report add its format, such as json=%s", o, first.path, o)
		}
	}
	out := &outputs{}
	defer func() {
		if err != nil {
			out.discard()
		}
	}()
	var writers []seaworthy.Handler
	for _, w := range append([]wanted{first}, list...) {
		dst, o := a.Stdout, opt
		if w.path != "" {
			file, err := out.create(w.path)
			if err != nil {
				return nil, err
			}
			dst, o.Color = file, f.color == "always"
		}
		writer, err := report.New(w.format, dst, o)
		if err != nil {
			return nil, err
		}
		writers = append(writers, writer)
	}
	out.Writer = report.Multi(writers...)
	return out, nil
}

func isFormat(name string) bool { return slices.Contains(report.Formats(), report.Format(name)) }

// create opens a file for a report. A file that is not regular, such as a pipe or
// /dev/stdout, is written in place.
func (o *outputs) create(path string) (io.Writer, error) {
	if path == "" {
		return nil, errors.New("--output: the file name is missing")
	}
	file := &outputFile{arg: path}
	var err error
	info, missing := os.Stat(path)
	if missing == nil && (!info.Mode().IsRegular() || isDevice(path)) {
		file.File, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	} else {
		file.path = path
		if target, err := filepath.EvalSymlinks(path); err == nil {
			file.path = target
		}
		removeOrphans(filepath.Dir(file.path))
		file.File, err = os.OpenFile(filepath.Join(filepath.Dir(file.path), ".seaworthy-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			lockTemporary(file.File)
		}
		if err == nil && missing == nil {
			err = file.Chmod(info.Mode().Perm())
		}
	}
	if err != nil {
		file.remove()
		return nil, file.wrap(err)
	}
	o.files = append(o.files, file)
	return file, nil
}

// isDevice reports whether a path is below /dev or /proc, where files must not be
// replaced.
func isDevice(path string) bool {
	path, err := filepath.Abs(path)
	return err == nil && (strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "/proc/"))
}

// Write implements [io.Writer].
func (f *outputFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, f.wrap(err)
}

// wrap returns an error that contains the path as the user wrote it.
func (f *outputFile) wrap(err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		err = at.Err
	case errors.As(err, &link):
		err = link.Err
	case err == nil:
		return nil
	}
	return fmt.Errorf("--output %s: %w", f.arg, err)
}

// Close ends the reports and gives the files their final names.
func (o *outputs) Close() error {
	err := o.Writer.Close()
	if err != nil {
		o.discard()
		return err
	}
	for _, f := range o.files {
		err = errors.Join(err, f.keep())
	}
	return err
}

func (f *outputFile) keep() error {
	err := f.File.Close()
	if err == nil && f.path != "" {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		f.remove()
	}
	return f.wrap(err)
}

// remove removes a temporary file.
func (f *outputFile) remove() {
	if f.File != nil && f.path != "" {
		os.Remove(f.Name())
	}
}

// discard removes the temporary files. It does nothing after Close.
func (o *outputs) discard() {
	for _, f := range o.files {
		f.File.Close()
		f.remove()
	}
}

// maxEpoch is the end of the year 9999, in seconds since 1970.
const maxEpoch = 253402300799

func (a *app) reportOptions(f *outputFlags) (report.Options, error) {
	opt := report.Options{
		Now: a.now(), Verbose: f.verbose,
		Names: report.Names{Verbose: "--verbose", JSON: "--format json", Severities: "--severity"},
	}
	if epoch := a.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil || seconds < 0 || seconds > maxEpoch {
			return opt, fmt.Errorf("SOURCE_DATE_EPOCH is %q: want a number of seconds since 1970", epoch)
		}
		opt.Created = time.Unix(seconds, 0)
	}
	for _, s := range f.severities {
		v, err := seaworthy.ParseSeverity(strings.ToLower(strings.TrimSpace(s)))
		if err != nil {
			return opt, fmt.Errorf("--severity: %w", err)
		}
		opt.Severities = append(opt.Severities, v)
	}
	terminal := false
	if f, ok := file(a.Stdout); ok && term.IsTerminal(int(f.Fd())) {
		terminal = true
		if width := a.terminalWidth(); width > 0 {
			opt.Width = width
		}
	}
	switch f.color {
	case "always":
		opt.Color = true
	case "never":
	case "auto":
		opt.Color = terminal && a.Getenv("NO_COLOR") == "" && a.Getenv("TERM") != "dumb"
	default:
		return opt, fmt.Errorf("--color: unknown mode %q: one of auto, always, never", f.color)
	}
	return opt, nil
}

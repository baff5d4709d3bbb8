package policy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/textfile"
)

// IgnoreFile has the exceptions in a file for another program: .dockleignore of Dockle,
// .trivyignore and .trivyignore.yaml of Trivy, .grype.yaml of Grype, .gitleaksignore of
// gitleaks, or a baseline. It is not changed after it was read.
type IgnoreFile struct {
	source     string
	digest     string
	exceptions []exception
}

// Source returns the path of the file as it was given.
func (f *IgnoreFile) Source() string { return f.source }

// LoadIgnoreFiles reads the ignore files in a directory.
func LoadIgnoreFiles(dir string) ([]*IgnoreFile, error) {
	var files []*IgnoreFile
	for _, name := range append([]string{".dockleignore", ".trivyignore", ".trivyignore.yaml", ".gitleaksignore"}, grypeFiles()...) {
		f, err := loadIgnoreFile(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		default:
			files = append(files, f)
		}
	}
	return files, nil
}

// loadIgnoreFile reads one ignore file.
func loadIgnoreFile(path string) (*IgnoreFile, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the ignore file: %w", err)
	}
	return parseIgnoreFile(path, data)
}

// parseIgnoreFile parses an ignore file. The end of its name decides the format:
// .grype.yaml is the configuration of Grype, any other .yaml or .yml is Trivy's,
// .gitleaksignore is gitleaks', and all others have an id on each line.
func parseIgnoreFile(source string, data []byte) (*IgnoreFile, error) {
	f := &IgnoreFile{source: source, digest: digest(data)}
	var err error
	switch ext := filepath.Ext(source); {
	case isGrypeFile(source):
		f.exceptions, err = parseGrypeIgnore(source, data)
	case ext == ".gitleaksignore":
		f.exceptions, err = parseSecretIgnore(source, data)
	case ext == ".yaml", ext == ".yml":
		f.exceptions, err = parseIgnoreYAML(source, data)
	default:
		f.exceptions, err = parseIgnoreLines(source, data)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// parseIgnoreLines parses a file with an id on each line. A word exp:YYYY-MM-DD and a
// comment, which is the reason, may follow.
func parseIgnoreLines(source string, data []byte) ([]exception, error) {
	if len(data) > maxFileSize {
		return nil, tooLarge(source)
	}
	var all []exception
	n := 0
	for line := range bytes.Lines(textfile.Decode(data)) {
		n++
		entry, comment, _ := strings.Cut(strings.ToValidUTF8(string(line), "\ufffd"), "#")
		words := strings.Fields(entry)
		if len(words) == 0 {
			continue
		}
		e := exception{kind: seaworthy.RuleIgnore, source: source, line: n, id: normalizeID(words[0]), name: "id " + words[0]}
		e.reason = ignoreReason(comment, &e)
		for _, word := range words[1:] {
			date, ok := strings.CutPrefix(word, "exp:")
			if !ok {
				continue
			}
			until, err := time.Parse(time.DateOnly, date)
			if err != nil {
				return nil, &Error{source, n, 0, fmt.Sprintf("%q is not a date: write it as exp:YYYY-MM-DD", word)}
			}
			e.until, e.expires = until, date
			break
		}
		all = append(all, e)
	}
	return all, nil
}

// parseIgnoreYAML parses the YAML of Trivy: a list of entries for each kind of finding.
// Unknown keys are ignored, as Trivy does.
func parseIgnoreYAML(source string, data []byte) ([]exception, error) {
	root, err := parseYAML(source, data)
	if err != nil || root.kind == null {
		return nil, err
	}
	if root.kind != mapping {
		return nil, root.errorf("an ignore file must be a mapping, not %s", root.kind)
	}
	var all []exception
	for _, f := range root.fields {
		var risks []seaworthy.Risk
		switch f.key.text {
		case "vulnerabilities":
			risks = []seaworthy.Risk{seaworthy.Vulnerability}
		case "misconfigurations":
			// Some of Trivy's checks look for what Seaworthy calls a secret.
			risks = []seaworthy.Risk{seaworthy.Misconfiguration, seaworthy.Secret}
		case "secrets":
			risks = []seaworthy.Risk{seaworthy.Secret}
		default:
			continue
		}
		err := f.value.each(func(item value) error {
			e, err := readIgnoreEntry(item)
			e.risks = risks
			all = append(all, e)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readIgnoreEntry(item value) (exception, error) {
	e := exception{kind: seaworthy.RuleIgnore, source: item.source, line: item.line}
	statement := ""
	keys := []key{
		required("id", func(v value) error {
			s, err := v.string()
			e.id, e.name = normalizeID(s), "id "+s
			return err
		}),
		optional("paths", func(v value) error {
			return v.each(func(v value) error {
				globs, err := v.globs()
				e.paths = append(e.paths, globs...)
				return err
			})
		}),
		optional("purls", func(v value) error {
			return v.each(func(v value) error {
				s, err := v.string()
				if err == nil && !strings.HasPrefix(s, "pkg:") {
					err = v.errorf("%q is not a package URL: it begins with pkg:", s)
				}
				e.purls = append(e.purls, s)
				return err
			})
		}),
		optional("statement", func(v value) (err error) {
			if v.kind != null {
				statement, err = v.string()
			}
			return err
		}),
		optional("expired_at", func(v value) (err error) {
			e.expires, e.until, err = v.instant()
			return err
		}),
	}
	if item.kind == mapping {
		item.fields = slices.DeleteFunc(slices.Clone(item.fields), func(f field) bool {
			return !slices.ContainsFunc(keys, func(k key) bool { return k.name == f.key.text })
		})
	}
	err := item.decode(keys...)
	e.reason = ignoreReason(statement, &e)
	return e, err
}

// instant parses a date, or a date and time, in the forms of YAML.
func (v *value) instant() (string, time.Time, error) {
	s, err := v.string()
	if err != nil {
		return "", time.Time{}, err
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, time.DateTime} {
		if t, err := time.Parse(layout, s); err == nil {
			return s, t, nil
		}
	}
	return "", time.Time{}, v.errorf("%q is not a date: write it as YYYY-MM-DD", s)
}

// ignoreReason returns the reason of an exception: the comment of its author if there is
// one, and file and line.
func ignoreReason(words string, e *exception) string {
	return fmt.Sprintf("%s (%s:%d)", cmp.Or(oneLine(words), "ignored"), e.source, e.line)
}

package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
)

// Limits on a document.
const (
	maxLeaves       = 1_000_000
	maxDocumentTree = 1000 // levels of nesting
	minEncoded      = 40   // characters of a value that may be base64
)

// leaf is a string in a JSON document: a value, or the name of a field.
type leaf struct {
	path  string // the names and indexes on the way to it, separated by dots
	key   string // the last name in path
	text  string
	isKey bool
}

// errTooManyLeaves is returned for a document with more strings than maxLeaves.
var errTooManyLeaves = errors.New("too many strings")

// eachLeaf calls visit for each string in a JSON document, in its order. A string that is
// base64 of text or of JSON is visited decoded as well: BuildKit keeps Dockerfiles in
// provenance that way, and DSSE envelopes keep their payload.
func eachLeaf(data []byte, visit func(leaf)) error {
	w := &leafWalker{visit: visit}
	return w.walk(data, "", 0)
}

type leafWalker struct {
	visit func(leaf)
	count int
}

// nesting is an object or array that the walk is in.
type nesting struct {
	object bool
	key    string // of the next value in an object, if hasKey
	hasKey bool
	index  int
	path   string
}

// walk visits the strings of a document that is at a path of another one.
func (w *leafWalker) walk(data []byte, path string, decoded int) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	stack := []nesting{}
	name := func() (full, key string) {
		if len(stack) == 0 {
			return path, ""
		}
		top := &stack[len(stack)-1]
		key = top.key
		if !top.object {
			key = strconv.Itoa(top.index)
		}
		if top.path == "" {
			return key, key
		}
		return top.path + "." + key, key
	}
	done := func() {
		if len(stack) > 0 {
			top := &stack[len(stack)-1]
			top.hasKey = false
			top.index++
		}
	}
	for {
		token, err := d.Token()
		if err == io.EOF && len(stack) == 0 {
			return nil
		}
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		switch v := token.(type) {
		case json.Delim:
			switch v {
			case '{', '[':
				if len(stack) >= maxDocumentTree {
					return errors.New("nested too deep")
				}
				full, _ := name()
				stack = append(stack, nesting{object: v == '{', path: full})
			default:
				stack = stack[:len(stack)-1]
				done()
			}
		case string:
			if top := len(stack) - 1; top >= 0 && stack[top].object && !stack[top].hasKey {
				stack[top].key, stack[top].hasKey = v, true
				full, key := name()
				if err := w.leaf(leaf{full, key, v, true}, decoded); err != nil {
					return err
				}
				continue
			}
			full, key := name()
			if err := w.leaf(leaf{full, key, v, false}, decoded); err != nil {
				return err
			}
			done()
		default:
			done()
		}
	}
}

// leaf visits a string, and what is encoded in it.
func (w *leafWalker) leaf(l leaf, decoded int) error {
	if w.count++; w.count > maxLeaves {
		return errTooManyLeaves
	}
	w.visit(l)
	if decoded >= 2 || len(l.text) < minEncoded {
		return nil
	}
	text, err := base64.StdEncoding.DecodeString(l.text)
	if err != nil || !utf8.Valid(text) {
		return nil
	}
	if head := bytes.TrimSpace(text); len(head) > 0 && (head[0] == '{' || head[0] == '[') && json.Valid(head) {
		return w.walk(head, l.path, decoded+1)
	}
	w.visit(leaf{l.path, l.key, string(text), l.isKey})
	return nil
}

// inConfiguration are the parts of the image configuration that the scan of instructions
// covers. See Analyzer.configuration.
var inConfiguration = []string{
	"config.Env.", "config.Labels.", "config.Cmd.", "config.Entrypoint.", "config.Healthcheck.", "config.OnBuild.",
	"rootfs.",
}

// isCovered reports whether the scan of instructions covers a leaf of a document.
func isCovered(document string, l leaf) bool {
	if document != "configuration" {
		return false
	}
	for _, prefix := range inConfiguration {
		if strings.HasPrefix(l.path, prefix) {
			return true
		}
	}
	return strings.HasPrefix(l.path, "history.") && (l.key == "created_by" || l.key == "comment")
}

// minLeaf is the length of the shortest string that is scanned, in bytes.
const minLeaf = 6

// documents scans the documents that describe the image for secrets that the scan of
// instructions does not have. It returns the names of documents that could not be read to
// their end, and why there may be more secrets.
func (a *Analyzer) documents(img *seaworthy.Image, known []configOccurrence) (list []configOccurrence, unreadable []string, gaps []gap) {
	seen := make(map[string]bool)
	for _, k := range known {
		seen[k.occurrence.digest] = true
	}
	effort := credential.NewEffort()
	for _, d := range img.Documents {
		err := eachLeaf(d.Data, func(l leaf) {
			if len(l.text) < minLeaf || isCovered(d.Name, l) {
				return
			}
			text := l.text
			if name := l.name(); name != "" {
				text = name + "=" + text
			}
			found, why := a.inText(text, nil, effort)
			for _, g := range why {
				if !slices.Contains(gaps, g) {
					gaps = append(gaps, g)
				}
			}
			for i := range found {
				s := a.occurrence(&found[i])
				if seen[s.digest] {
					continue
				}
				seen[s.digest] = true
				path := a.redactor.Tokens(l.path[:min(len(l.path), maxShownPath)])
				for _, m := range found {
					path = strings.ReplaceAll(path, string(m.Value), seaworthy.RedactionMark)
				}
				list = append(list, configOccurrence{s, seaworthy.Location{Instruction: "# " + d.Name + ": " + path}})
			}
		})
		if err != nil {
			unreadable = append(unreadable, d.Name)
		}
	}
	return list, unreadable, gaps
}

// maxShownPath limits the path in a document that a location shows, in bytes.
const maxShownPath = 200

// name returns the name that a document gives to a string: the last name on the way to it,
// without a prefix like that of build-arg:TOKEN. It is "" for the name of a field.
func (l *leaf) name() string {
	if l.isKey {
		return ""
	}
	for path := l.path; path != ""; {
		i := strings.LastIndexByte(path, '.')
		name := path[i+1:]
		if _, err := strconv.Atoi(name); err != nil {
			return name[strings.LastIndexByte(name, ':')+1:]
		}
		path = path[:max(i, 0)]
	}
	return ""
}

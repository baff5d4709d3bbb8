package policy

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"seaworthy.dev/seaworthy/internal/textfile"
)

// The limits of a policy or ignore file. No file that was written by hand reaches them, and
// no file within them can exhaust memory or stack.
const (
	maxFileSize  = 256 << 10 // bytes
	maxFlowDepth = 16        // brackets and braces open at a time
	maxDepth     = 16        // lists and mappings within each other
	maxKeys      = 1000      // of a mapping that is not in braces: the parser's time grows with the square
)

// Error says what is wrong with a policy or ignore file, and where.
type Error struct {
	Source string
	// Line and Column count from 1; Column counts characters, and is 0 where
	// only the line is known.
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.Source + ": " + e.Message
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.Source, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Source, e.Line, e.Column, e.Message)
}

func tooLarge(source string) error {
	return &Error{Source: source, Message: fmt.Sprintf("the file is too large: at most %d bytes are read", maxFileSize)}
}

type kind uint8

const (
	null kind = iota
	scalar
	list
	mapping
)

var kindNames = [...]string{null: "nothing", scalar: "a single value", list: "a list", mapping: "a mapping"}

func (k kind) String() string { return kindNames[k] }

// value is a YAML value with its position in the file.
type value struct {
	source    string
	line, col int
	kind      kind
	text      string // of a scalar, as it was written
	// textLine and textCol are where text starts; textCol is 0 where the text
	// was folded or escaped, so that columns in it mean nothing.
	textLine, textCol int
	items             []value
	fields            []field
}

type field struct {
	key   value
	value value
}

func (v *value) errorf(format string, args ...any) error {
	return &Error{v.source, v.line, v.col, fmt.Sprintf(format, args...)}
}

// parseYAML parses a file with one YAML document. It accepts the simple part of YAML
// only: no anchors, aliases, tags, merge keys and complex keys. So the result cannot be
// larger than the file.
func parseYAML(source string, data []byte) (value, error) {
	if len(data) > maxFileSize {
		return value{}, tooLarge(source)
	}
	data = textfile.Decode(data)
	if line, ok := invalidUTF8(data); !ok {
		return value{}, &Error{source, line, 0, "the file is not UTF-8 text"}
	}
	tokens := lexer.Tokenize(string(data))
	if err := checkTokens(source, tokens); err != nil {
		return value{}, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return value{}, syntaxError(source, err)
	}
	root := value{source: source, line: 1, col: 1}
	seen := false
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if seen {
			return value{}, at(source, doc.Body).errorf("a second document starts here; the file must hold one")
		}
		seen = true
		if root, err = convert(source, doc.Body, 0); err != nil {
			return value{}, err
		}
	}
	return root, nil
}

// invalidUTF8 returns the line of the first byte that is not UTF-8.
func invalidUTF8(data []byte) (line int, ok bool) {
	if utf8.Valid(data) {
		return 0, true
	}
	line = 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		data = data[n:]
	}
	return line, false
}

// checkTokens refuses the parts of YAML that parseYAML does not accept, and input on
// which the parser would take too much time or stack.
func checkTokens(source string, tokens token.Tokens) error {
	flow := 0                   // brackets and braces that are open
	keys := make(map[int]int)   // of the block mappings now open, by column
	inner := func(column int) { // what stands further right has ended
		maps.DeleteFunc(keys, func(c, _ int) bool { return c > column })
	}
	previous := new(token.Token)
	for _, t := range tokens {
		message := refusal(t)
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			if flow++; flow > maxFlowDepth {
				message = fmt.Sprintf("more than %d brackets are open", maxFlowDepth)
			}
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType:
			inner(t.Position.Column)
			if previous.Type == token.SequenceEntryType && previous.Position.Line == t.Position.Line {
				message = "a list directly within a list is not taken"
			}
		case token.MappingValueType:
			if flow > 0 || previous.Position == nil {
				break
			}
			column := previous.Position.Column
			inner(column)
			if keys[column]++; keys[column] > maxKeys {
				message = fmt.Sprintf("the mapping has more than %d keys", maxKeys)
			}
		}
		if message != "" {
			return &Error{source, t.Position.Line, t.Position.Column, message}
		}
		previous = t
	}
	return nil
}

// refusal returns what to write instead of a part of YAML that is not accepted.
func refusal(t *token.Token) string {
	switch t.Type {
	case token.AnchorType, token.AliasType:
		return "anchors and aliases are not taken; write the value out"
	case token.TagType:
		return "tags are not taken; remove it"
	case token.MergeKeyType:
		return "merge keys are not taken; write the keys out"
	case token.MappingKeyType:
		return "a key must be a plain word; remove the question mark"
	case token.DirectiveType:
		return "directives are not taken; remove the line"
	}
	return ""
}

func syntaxError(source string, err error) error {
	// The parser's own text would repeat the lines around the error.
	y, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return &Error{Source: source, Message: "not valid YAML: " + oneLine(err.Error())}
	}
	e := &Error{Source: source, Message: "not valid YAML: " + oneLine(strings.ReplaceAll(y.GetMessage(), "\t", `\t`))}
	if t := y.GetToken(); t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	return e
}

// at returns the position of a node.
func at(source string, n ast.Node) *value {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 && !m.IsFlowStyle {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	v := &value{source: source, line: 1, col: 1}
	if t := n.GetToken(); t != nil && t.Position != nil {
		v.line, v.col = t.Position.Line, t.Position.Column
	}
	return v
}

func convert(source string, n ast.Node, depth int) (value, error) {
	v := at(source, n)
	if depth > maxDepth {
		return value{}, v.errorf("nested more than %d deep", maxDepth)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		v.kind = mapping
		return convertMapping(*v, n.Values, depth)
	case *ast.MappingValueNode:
		v.kind = mapping
		return convertMapping(*v, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		v.kind = list
		for _, item := range n.Values {
			c, err := convert(source, item, depth+1)
			if err != nil {
				return value{}, err
			}
			v.items = append(v.items, c)
		}
		return *v, nil
	case *ast.NullNode:
		return *v, nil
	case *ast.LiteralNode:
		v.kind = scalar
		v.text = n.Value.Value
		v.textLine = v.line + 1
		if strings.HasPrefix(n.Start.Value, "|") {
			v.textCol = indentation(n.Value.GetToken())
		}
		return *v, nil
	case ast.ScalarNode:
		t := n.GetToken()
		v.kind = scalar
		v.text, v.textLine = t.Value, v.line
		switch {
		case strings.Contains(t.Origin, "\n") && strings.TrimSpace(t.Origin) != t.Value:
		case t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType:
			v.textCol = v.col + 1
		default:
			v.textCol = v.col
		}
		return *v, nil
	default:
		return value{}, v.errorf("a %s is not taken here", n.Type().YAMLName())
	}
}

// indentation returns the column of the first character of a literal block.
func indentation(t *token.Token) int {
	for line := range strings.SplitSeq(t.Origin, "\n") {
		if rest := strings.TrimLeft(line, " "); rest != "" {
			return len(line) - len(rest) + 1
		}
	}
	return 0
}

func convertMapping(v value, entries []*ast.MappingValueNode, depth int) (value, error) {
	lines := make(map[string]int, len(entries))
	for _, entry := range entries {
		k, err := convert(v.source, entry.Key, depth+1)
		if err != nil {
			return value{}, err
		}
		if k.kind != scalar {
			return value{}, k.errorf("a key must be a plain word, not %s", k.kind)
		}
		if line, ok := lines[k.text]; ok {
			return value{}, k.errorf("the key %q stands already on line %d", k.text, line)
		}
		lines[k.text] = k.line
		c, err := convert(v.source, entry.Value, depth+1)
		if err != nil {
			return value{}, err
		}
		v.fields = append(v.fields, field{k, c})
	}
	return v, nil
}
